//! Manifests as registries hold them, and as nobody should.

use super::*;

fn digest(letter: &str) -> String {
    format!("sha256:{}", letter.repeat(64))
}

fn piece(letter: &str, size: u64) -> Value {
    json!({ "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest(letter), "size": size })
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

fn index() -> Value {
    let mut entries = vec![];
    for (letter, os, architecture) in [("a", "linux", "amd64"), ("b", "linux", "arm64")] {
        let mut entry = piece(letter, 10);
        entry["platform"] = json!({ "os": os, "architecture": architecture });
        entries.push(entry);
    }
    for (letter, about) in [("c", "a"), ("d", "b")] {
        let mut entry = piece(letter, 10);
        entry["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
        entry["annotations"] = json!({ "vnd.docker.reference.digest": digest(about) });
        entries.push(entry);
    }
    json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries })
}

fn manifest(value: &Value) -> Manifest {
    Manifest { digest: digest("f"), media_type: None, bytes: bytes(value) }
}

fn digests(entries: &[&Entry]) -> Vec<String> {
    entries.iter().map(|entry| entry.descriptor.digest.clone()).collect()
}

#[test]
fn an_image_is_its_configuration_and_each_layer_once() {
    let image = json!({
        "schemaVersion": 2, "config": piece("1", 5), "layers": [piece("2", 7), piece("3", 9), piece("2", 7)]
    });
    let Content::Image { blobs, foreign } = read(&bytes(&image)).unwrap() else { panic!() };
    assert_eq!(blobs.iter().map(|blob| blob.size).collect::<Vec<_>>(), [5, 7, 9]);
    assert_eq!(foreign, 0);
}

#[test]
fn layers_that_may_not_be_pushed_are_counted_and_not_moved() {
    let mut layer = piece("2", 7);
    layer["mediaType"] = json!("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
    layer["urls"] = json!(["https://example.com/layer"]);
    let image = json!({ "schemaVersion": 2, "config": piece("1", 5), "layers": [layer] });
    let Content::Image { blobs, foreign } = read(&bytes(&image)).unwrap() else { panic!() };
    assert_eq!((blobs.len(), foreign), (1, 1));
}

#[test]
fn a_platform_brings_its_attestation_and_no_other() {
    let Content::Index(entries) = read(&bytes(&index())).unwrap() else { panic!() };
    assert_eq!(digests(&wanted(&entries, &[])).len(), 4);
    let arm = ["linux/arm64".parse().unwrap()];
    assert_eq!(digests(&wanted(&entries, &arm)), [digest("b"), digest("d")]);
    assert!(wanted(&entries, &["windows/amd64".parse().unwrap()]).is_empty());
}

#[test]
fn a_narrowed_index_says_what_it_was_made_from() {
    let arm = ["linux/arm64".parse().unwrap()];
    let keep = BTreeSet::from([digest("b"), digest("d")]);
    let narrowed = narrow(&manifest(&index()), &keep, &arm).unwrap();
    let Content::Index(entries) = read(&narrowed).unwrap() else { panic!() };
    assert_eq!(digests(&entries.iter().collect::<Vec<_>>()), [digest("b"), digest("d")]);
    assert!(is_narrowed(&narrowed, &digest("f"), &arm));
    assert!(!is_narrowed(&narrowed, &digest("e"), &arm));
    assert!(!is_narrowed(&narrowed, &digest("f"), &["linux/amd64".parse().unwrap()]));
    assert_eq!(narrow(&manifest(&index()), &keep, &arm).unwrap(), narrowed, "the same bytes each time");

    let mut list = index();
    list["mediaType"] = json!(DOCKER_LIST);
    let narrowed = narrow(&manifest(&list), &keep, &arm).unwrap();
    assert!(
        !String::from_utf8(narrowed).unwrap().contains("annotations\":{\"io."),
        "Docker's has no place for it"
    );
}

#[test]
fn what_two_readers_could_take_for_different_things_is_refused() {
    let mut both = index();
    both["layers"] = json!([piece("2", 7)]);
    for (value, wanted) in [
        (both, Unreadable::Both),
        (json!({ "schemaVersion": 1, "fsLayers": [] }), Unreadable::FirstSchema),
        (json!({ "schemaVersion": 2 }), Unreadable::Form),
        (json!([1]), Unreadable::Form),
        (json!({ "manifests": {} }), Unreadable::Form),
        (json!({ "config": { "digest": "sha256:../../x", "size": 1 } }), Unreadable::Piece),
        (json!({ "config": { "digest": digest("1"), "size": -1 } }), Unreadable::Piece),
        (json!({ "config": { "digest": digest("1") } }), Unreadable::Piece),
        (json!({ "manifests": [{ "digest": 5, "size": 1 }] }), Unreadable::Piece),
    ] {
        assert_eq!(read(&bytes(&value)), Err(wanted), "{value}");
    }
    assert_eq!(read(b"\xff"), Err(Unreadable::Form));
}

#[test]
fn a_manifest_is_put_as_what_it_says_it_is() {
    let typed = |media_type: Option<&str>, header: Option<&str>, body: Value| {
        let mut body = body;
        if let Some(media_type) = media_type {
            body["mediaType"] = json!(media_type);
        }
        media_type_of(&body, header)
    };
    fn media_type_of(body: &Value, header: Option<&str>) -> String {
        media_type(&Manifest { media_type: header.map(str::to_owned), ..manifest(body) })
    }
    let image = json!({ "config": piece("1", 1) });
    for (own, header, body, wanted) in [
        (Some(DOCKER_MANIFEST), Some(OCI_MANIFEST), image.clone(), DOCKER_MANIFEST),
        (None, Some(OCI_MANIFEST), image.clone(), OCI_MANIFEST),
        (None, Some("text/plain"), image, OCI_MANIFEST),
        (None, None, json!({ "manifests": [] }), OCI_INDEX),
    ] {
        assert_eq!(typed(own, header, body), wanted);
    }
}

#[test]
fn referrers_are_added_to_those_that_are_there() {
    let list = |letters: &[&str]| {
        bytes(&json!({ "manifests": letters.iter().map(|letter| piece(letter, 1)).collect::<Vec<_>>() }))
    };
    let merged = with_referrers(Some(&list(&["a", "b"])), &list(&["b", "c"])).unwrap();
    let Content::Index(entries) = read(&merged).unwrap() else { panic!() };
    assert_eq!(digests(&entries.iter().collect::<Vec<_>>()), [digest("a"), digest("b"), digest("c")]);
    assert_eq!(with_referrers(None, b"{}"), Err(Unreadable::Form));
}
