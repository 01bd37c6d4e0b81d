//! Images as people write them.

/// Of every kind the kubelet treats differently; the last ones it refuses.
pub const IMAGES: [&str; 24] = [
    "nginx",
    "nginx:1.27@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "docker.io/library/nginx",
    "index.docker.io/nginx",
    "docker.io/nginx/sub:1",
    "myorg/app:1",
    "myorganisation/app",
    "v1/app",
    "registry-1.docker.io/library/nginx",
    "docker.io:443/library/nginx",
    "registry.hub.docker.com/library/nginx",
    "quay.io/team/app",
    "Quay.io/team/app",
    "registry.example.com:5000/team/app",
    "registry.example.com/team/app:1",
    "a.b.example.com/team/app",
    "localhost/app",
    "localhost:5000/app",
    "Foo/bar",
    "10.0.0.5:5000/app",
    "[2001:db8::1]:5000/app",
    "[2001:db8::1]/app",
    "https://docker.io/nginx",
    "NGINX",
];
