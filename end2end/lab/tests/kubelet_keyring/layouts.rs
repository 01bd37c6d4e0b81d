//! Pull secrets picked by hand: what kubectl, clouds and people leave behind, and what they get wrong.

use super::{Layout, Secret};

pub const CONFIG_JSON: (&str, &str) = ("kubernetes.io/dockerconfigjson", ".dockerconfigjson");
pub const CONFIG: (&str, &str) = ("kubernetes.io/dockercfg", ".dockercfg");

const KUBECTL: &str = "https://index.docker.io/v1/";

/// All of them.
pub fn picked() -> Vec<Layout> {
    [of_keys(), of_entries(), of_texts(), of_types()].into_iter().flatten().collect()
}

pub fn secret(number: usize, (secret_type, key): (&'static str, &'static str), data: Vec<u8>) -> Secret {
    Secret { name: format!("s{number}"), secret_type, key, data }
}

/// Secrets of the usual type with these texts.
fn layout<T: AsRef<[u8]>>(texts: &[T]) -> Layout {
    let numbered = texts.iter().enumerate();
    numbered.map(|(number, text)| secret(number, CONFIG_JSON, text.as_ref().to_vec())).collect()
}

/// Keys, secret by secret; each has a login of its own.
fn of_keys() -> Vec<Layout> {
    let layouts: &[&[&[&str]]] = &[
        &[],
        &[&[]],
        &[&[KUBECTL]],
        &[&["docker.io"]],
        &[&["https://docker.io"]],
        &[&["http://docker.io/"]],
        &[&["index.docker.io"]],
        &[&["https://index.docker.io/v1"]],
        &[&["https://index.docker.io/v2/"]],
        &[&["https://index.docker.io/v1/v2/"]],
        &[&["https://index.docker.io/v3/"]],
        &[&["https://docker.io/v1"]],
        &[&["https://docker.io/v1/"]],
        &[&["https://docker.io/v1/library"]],
        &[&["registry-1.docker.io", "registry.hub.docker.com"]],
        &[&["hub.docker.com", "https://auth.docker.io/token", "DOCKER.IO"]],
        &[&["*.docker.io"]],
        &[&["*.io", "*", "*.*", "*.*.*"]],
        &[&["d*r.io", "*ocker.i*", "q*a*y.io", "**.io"]],
        &[&["*:5000", "*.example.com:5000", "*.example.com"]],
        &[&["docker.io:443", "docker.io:", "docker.io:x"]],
        &[&["index.docker.io:443", "index.docker.io:"]],
        &[&["docker.io/myorg"]],
        &[&["docker.io/myorg/"]],
        &[&["docker.io/myorg/app", "docker.io/myorg", "docker.io", KUBECTL]],
        &[&["docker.io//", "docker.io/", "docker.io//library"]],
        &[&["docker.io?x", "docker.io#x", "docker.io/#%zz"]],
        &[&["user@docker.io", "user:password@quay.io", "us er@docker.io"]],
        &[&["user:%41@docker.io", "user:%4@quay.io", "a@b@localhost"]],
        &[&["docker.io/%6cibrary", "docker.io/%zz", "docker.io/%"]],
        &[&["docker.io/%23", "docker.io/%3f", "docker.io/%25", "docker.io/%00"]],
        &[&["%64ocker.io", "d%C3%B6cker.io", "%25.io", "*%25.io"]],
        &[&["döcker.io", "docker.io/ü", "docker.io/%ff"]],
        &[&[" docker.io", "docker.io ", "quay.io\t", "docker\\.io"]],
        &[&["HTTPS://docker.io", "https://https://docker.io", "//docker.io"]],
        &[&["", "/", "https://", "/library", ".", "..", ":", ":5000"]],
        &[&["localhost", "localhost:5000", "Foo", "foo"]],
        &[&["10.0.0.5:5000", "10.0.*.*:5000", "10.*:5000"]],
        &[&["[2001:db8::1]:5000", "[2001:db8::1]", "[2001:db8::2]:5000"]],
        &[&["[2001:db8::1", "2001:db8::1", "[::1]x", "[*]:5000"]],
        &[&["quay.io/team", "quay.io/tea", "quay.io", "Quay.io"]],
        &[&["registry.example.com", "registry.example.com:5000/team"]],
        // Several secrets: the order of the list, and what hides what.
        &[&[KUBECTL], &[KUBECTL]],
        &[&[KUBECTL], &["docker.io"]],
        &[&["docker.io"], &[KUBECTL]],
        &[&["docker.io"], &["https://docker.io"], &["docker.io/library"]],
        &[&["index.docker.io"], &["quay.io", KUBECTL], &["https://index.docker.io/"]],
        &[&["*.io"], &[KUBECTL], &["quay.io"]],
        &[&["docker.io/myorg"], &[KUBECTL]],
        &[&["localhost"], &[KUBECTL]],
        // Two spellings in one secret.
        &[&["docker.io", "https://docker.io"]],
        &[&["docker.io", "https://docker.io/v1/", "http://docker.io", "docker.io/"]],
        &[&[KUBECTL, "index.docker.io"]],
        &[&[KUBECTL, "index.docker.io"], &["index.docker.io", "https://index.docker.io/v2/"]],
        &[&["quay.io", "https://quay.io", "quay.io/team", "https://quay.io/v1/team"]],
    ];
    let text = |keys: &&[&str]| {
        let entry =
            |key: &&str| (key.to_string(), serde_json::json!({ "username": "user", "password": key }));
        let auths: serde_json::Map<_, _> = keys.iter().map(entry).collect();
        serde_json::json!({ "auths": auths }).to_string()
    };
    layouts.iter().map(|keys| layout(&keys.iter().map(text).collect::<Vec<_>>())).collect()
}

/// What stands under `docker.io`, beside a good kubectl secret.
fn of_entries() -> Vec<Layout> {
    let entries = [
        "{}",
        "null",
        r#"{"username":"u"}"#,
        r#"{"password":"p"}"#,
        r#"{"identitytoken":"t"}"#,
        r#"{"identitytoken":"t","auth":"dTo="}"#,
        r#"{"registrytoken":1}"#,
        r#"{"auth":""}"#,
        r#"{"auth":null,"username":"u"}"#,
        r#"{"auth":"dTpw"}"#,
        r#"{"auth":"dTpw","username":"x","password":"y"}"#,
        r#"{"auth":"dTpw","Auth":"djpx"}"#,
        r#"{"auth":"dTpw","AUTH":null}"#,
        r#"{"auth":"dTpw","auth":""}"#,
        r#"{"auth":"dTpwOnE="}"#,
        r#"{"auth":"dTpwOnE"}"#,
        r#"{"auth":"dTpwOnF="}"#,
        r#"{"auth":"dTpw\n"}"#,
        r#"{"auth":"dTpwOnE=\r\n"}"#,
        r#"{"auth":"\ndTpw\r\nOnE\n=\n"}"#,
        r#"{"auth":"dTpw "}"#,
        r#"{"auth":" dTpw"}"#,
        r#"{"auth":"dTpwOnE= "}"#,
        r#"{"auth":"dTpw\t"}"#,
        r#"{"auth":"dTpw\u00a0"}"#,
        r#"{"auth":"dTpwOnE==="}"#,
        r#"{"auth":"dTpwOg="}"#,
        r#"{"auth":"dTpwOg==="}"#,
        r#"{"auth":"dTpw=OnE"}"#,
        r#"{"auth":"dTpw-_8="}"#,
        r#"{"auth":"d"}"#,
        r#"{"auth":"="}"#,
        r#"{"auth":"\n"}"#,
        r#"{"auth":"dXNlcg=="}"#,
        r#"{"auth":"Og=="}"#,
        r#"{"auth":"OnA="}"#,
        r#"{"auth":"/zr+"}"#,
        r#"{"auth":"dTpw","username":1}"#,
        r#"{"auth":1}"#,
        r#"{"email":[]}"#,
        r#"{"email":null,"extra":[{"deep":{"a":1e999}}]}"#,
        r#"{"USERNAME":"u","paſſword":"p"}"#,
        r#"{"username":"u","password":"\u00e9\ud83d\ude00\""}"#,
        r#"{"username":"u","email":"\ud800"}"#,
        r#""dTpw""#,
        "[]",
        "1",
        "true",
    ];
    let good = format!(r#"{{"auths":{{"{KUBECTL}":{{"auth":"Z29vZDpwYXNz"}}}}}}"#);
    let bad = |entry: &&str| format!(r#"{{"auths":{{"docker.io":{entry}}}}}"#);
    entries.iter().map(|entry| layout(&[good.clone(), bad(entry)])).collect()
}

/// Whole texts.
fn of_texts() -> Vec<Layout> {
    let texts: &[&[u8]] = &[
        b"",
        b" ",
        b"{}",
        b"null",
        b"[]",
        b"1",
        b"{",
        b"{} x",
        b"{}{}",
        b"\t\r\n {} \n",
        b"\xef\xbb\xbf{}",
        b"\x00{}",
        b"\x0c{}",
        b"{\xff}",
        b"// note\n{}",
        b"{'auths':{}}",
        br#"{"auths":{},}"#,
        br#"{"auths":null}"#,
        br#"{"auths":[]}"#,
        br#"{"auths":""}"#,
        br#"{"auths":{"docker.io":{"auth":"dTpw"}},"auths":null}"#,
        br#"{"auths":{"docker.io":{"auth":"dTpw"}},"AUTHS":{"quay.io":{"auth":"dTpw"}}}"#,
        br#"{"auths":{"docker.io":{"auth":"dTpw"}},"auth\u017f":{"docker.io":{}}}"#,
        br#"{"auths":{"docker.io":{"auth":"dTpw"},"docker.io":{"username":"v"}}}"#,
        br#"{"auths":{"docker.io":{"auth":"d"},"docker.io":{"username":"v"}}}"#,
        br#"{"auths":{"docker.io":{"auth":"d"}},"auths":null}"#,
        br#"{"auths":{"docker\u002eio":{"auth":"dTpw"}}}"#,
        br#"{"auths":{"docker.io\ud800":{"auth":"dTpw"},"docker.io":{}}}"#,
        b"{\"auths\":{\"docker.io\xff\":{\"auth\":\"dTpw\"},\"docker.io\":{\"username\":\"\xe2\x82a\xed\xa0\x80\"}}}",
        b"{\"auths\":{\"docker.io\":{\"username\":\"a\tb\"}}}",
        b"{\"auths\":{\"docker.io\":{\"username\":\"a\x7fb\"}}}",
        br#"{"auths":{"docker.io":{"auth":"dTpw"}},"credsStore":"desktop","x":[[[{}]]]}"#,
        br#"{"auths":{"docker.io":{}},"HttpHeaders":{"User-Agent":"x","a":null}}"#,
        br#"{"auths":{"docker.io":{}},"HttpHeaders":{"a":1}}"#,
        br#"{"auths":{"docker.io":{}},"httpheaders":[]}"#,
        br#"{"auths":{"docker.io":{}},"x":"\x"}"#,
        br#"{"auths":{"docker.io":{}},"x":"\ud800"}"#,
        br#"{"auths":{"docker.io":{}},"x":01}"#,
        br#"{"auths":{"docker.io":{}},"x":-}"#,
        br#"{"docker.io":{"auth":"dTpw"}}"#,
        br#""{\"auths\":{}}""#,
    ];
    let deep = [&b"{\"x\":"[..], &[b'['; 5000], &[b']'; 5000], b",\"auths\":{\"docker.io\":{}}}"].concat();
    texts.iter().map(|text| layout(&[text])).chain([layout(&[deep])]).collect()
}

/// Types and keys of the data, matching and not.
fn of_types() -> Vec<Layout> {
    let old = br#"{"docker.io":{"auth":"dTpw"},"auths":{"username":"u"}}"#;
    let new = br#"{"auths":{"docker.io":{"auth":"dTpw"}}}"#;
    let types = [
        CONFIG_JSON,
        CONFIG,
        (CONFIG_JSON.0, CONFIG.1),
        (CONFIG.0, CONFIG_JSON.1),
        ("Opaque", CONFIG_JSON.1),
    ];
    let texts: [&[u8]; 5] = [old, new, b"null", b"[]", b""];
    let pairs = types.into_iter().flat_map(|kind| texts.map(|text| vec![secret(0, kind, text.to_vec())]));
    pairs.collect()
}
