use super::mask;

#[test]
fn secrets_and_names_are_masked_and_the_rest_is_kept() {
    for (text, expected) in [
        (
            "You have reached your pull rate limit as 'free-user': dckr_jti_Ab3_x-9=. You may increase",
            "You have reached your pull rate limit as 'f•••••': dckr_jti_•••••. You may increase",
        ),
        (r#"pull rate limit as \"bob\": x"#, r#"pull rate limit as \"b•••••\": x"#),
        (r"pull rate limit as \u0027bob\u0027: x", r"pull rate limit as \u0027b•••••\u0027: x"),
        ("pull rate lim │\n│ it as │\n│ 'bob'", "pull rate lim │\n│ it as │\n│ 'b•••••'"),
        ("pull rate limit as 'x'", "pull rate limit as '•••••'"),
        ("pull rate limit as 'cut-off", "pull rate limit as 'c•••••"),
        ("login with dckr_pat_Abc-1 or dckr_oat_Def", "login with dckr_pat_••••• or dckr_oat_•••••"),
        ("dckr_jti_abc │\n│ def=. You", "dckr_jti_•••••. You"),
        ("Authorization: Bearer abcDEF123456", "Authorization: Bearer •••••"),
        ("authorization: basic dXNlcjpwYXNz", "authorization: basic •••••"),
        ("header eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln end", "header ••••• end"),
        ("https://bob:hunter2@registry.example.com/v2/", "https://•••••@registry.example.com/v2/"),
        (
            "https://auth.docker.io/token?account=bob&scope=repository%3Aa%2Fb%3Apull&service=x: 401",
            "https://auth.docker.io/token?account=•••••&scope=repository%3Aa%2Fb%3Apull&service=x: 401",
        ),
        (
            "https://s3.example.com/b?X-Amz-Credential=AKIA/1&X-Amz-Signature=9f: read: reset",
            "https://s3.example.com/b?X-Amz-Credential=•••••&X-Amz-Signature=•••••: read: reset",
        ),
        ("X-Amz-Signature=9f86d081 ok", "X-Amz-Signature=••••• ok"),
        ("password=hunter2&x=1", "password=•••••&x=1"),
        (r#"{"username":"u","password":"hun ter2"}"#, r#"{"username":"u","password":"•••••"}"#),
        (r#"{"password":"it's \"here\"","x":1}"#, r#"{"password":"•••••","x":1}"#),
        (r#"{"password":"cut off"#, r#"{"password":"•••••"#),
        (r#"{\"auth\":\"dTpw\"}"#, r#"{\"auth\":\"•••••\"}"#),
        ("contact jane.doe@example.com now", "contact j•••••@example.com now"),
        ("red \u{1b}[31mtext\u{1b}[0m\rend", "red text end"),
    ] {
        assert_eq!(mask(text), expected);
        assert_eq!(mask(expected), expected, "masking twice");
    }
}

#[test]
fn ordinary_messages_stay_as_they_are() {
    for text in [
        "no basic auth credentials",
        "Basic authentication failed: incorrect username or password: try again",
        "Requesting bearer token: invalid status code from registry 403 (Forbidden)",
        r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io""#,
        "repository does not exist or may require authorization: server message: insufficient_scope",
        "nginx@sha256:abc and user@host/app",
        "https://mirror.example.com/v2/library/nginx/manifests/sha256:1?ns=docker.io: 429 Too Many Requests",
        "failed to fetch anonymous token: unexpected status",
        r#"{"password":"","email":""}"#,
        "two\nlines\tand a tab",
        "the limit as such",
    ] {
        assert_eq!(mask(text), text);
    }
}
