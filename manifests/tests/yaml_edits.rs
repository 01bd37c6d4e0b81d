//! Named edits of every way of writing that manifests come in: what goes in, what must come out, byte for byte.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the functions that tests share fail and report like the tests"
)]

use manifests::yaml::{Change, Edit, NewValue, RefusalKind, apply};
use similar::TextDiff;

fn at(path: &str, change: Change) -> Edit {
    Edit { document: 0, path: path.parse().unwrap(), change }
}

fn replace(path: &str, value: &str) -> Edit {
    at(path, Change::Replace { expect: None, value: value.into() })
}

fn insert(path: &str, value: NewValue) -> Edit {
    at(path, Change::Insert { value })
}

fn append(path: &str, value: NewValue) -> Edit {
    at(path, Change::Append { value })
}

fn text(value: &str) -> NewValue {
    NewValue::String(value.into())
}

fn map(key: &str, value: NewValue) -> NewValue {
    NewValue::Mapping(vec![(key.into(), value)])
}

/// `imagePullSecrets: [{name: pull}]`
fn secrets() -> NewValue {
    NewValue::Sequence(vec![map("name", text("pull"))])
}

/// In `document` instead of the first one.
fn of(document: usize, edit: Edit) -> Edit {
    Edit { document, ..edit }
}

#[track_caller]
fn becomes(given: &str, edits: &[Edit], wanted: &str) {
    let applied =
        apply(given.as_bytes(), edits).unwrap_or_else(|refused| panic!("refused: {refused}\n{given}"));
    let got = String::from_utf8(applied.text.clone()).unwrap();
    if got != wanted {
        let visible = |text: &str| text.replace('\r', "␍").replace(" \n", "␠\n");
        let (wanted, got) = (visible(wanted), visible(&got));
        panic!(
            "wanted (-) and got (+):\n{}",
            TextDiff::from_lines(&wanted, &got).unified_diff().context_radius(50)
        );
    }
    let again = apply(&applied.text, edits).unwrap();
    assert_eq!(again.text, applied.text, "a second run changed something");
    assert!(again.changes.is_empty(), "a second run reported changes");
}

#[track_caller]
fn refused(given: &str, edits: &[Edit], kind: RefusalKind, place: &str, reason: &str) {
    let refused = match apply(given.as_bytes(), edits) {
        Err(refused) => refused,
        Ok(applied) => panic!("not refused:\n{}", String::from_utf8_lossy(&applied.text)),
    };
    assert_eq!((refused.kind, refused.place.to_string().as_str()), (kind, place), "{refused}");
    assert!(refused.why.contains(reason), "{refused}");
}

const POD: &str = "\
# a pod
spec:
  containers:  # two
    - name: a   # first
      image: nginx:1   # inline
    - name: b

      image:   busybox
  # trailing
";

#[test]
fn comments_blank_lines_and_odd_spacing_stay() {
    becomes(
        POD,
        &[
            replace("/spec/containers/0/image", "q.io/nginx:1"),
            replace("/spec/containers/1/image", "q.io/busybox"),
        ],
        &POD.replace("nginx:1", "q.io/nginx:1").replace("busybox", "q.io/busybox"),
    );
}

#[test]
fn a_list_is_inserted_with_the_indentation_of_its_neighbours() {
    becomes(
        POD,
        &[insert("/spec/imagePullSecrets", secrets())],
        &POD.replace("  # trailing", "  imagePullSecrets:\n    - name: pull\n  # trailing"),
    );
    becomes(
        "spec:\n  containers:\n  - image: a\n",
        &[insert("/spec/imagePullSecrets", secrets())],
        "spec:\n  containers:\n  - image: a\n  imagePullSecrets:\n  - name: pull\n",
    );
}

#[test]
fn four_space_indentation_is_kept() {
    becomes(
        "spec:\n    template:\n        image: a\n",
        &[insert("/spec/metadata", map("labels", map("a", text("b"))))],
        "spec:\n    template:\n        image: a\n    metadata:\n        labels:\n            a: b\n",
    );
}

#[test]
fn the_quotes_of_the_replaced_value_are_kept() {
    becomes("image: \"a\"\n", &[replace("/image", "b")], "image: \"b\"\n");
    becomes("image: 'a' # c\n", &[replace("/image", "b'c")], "image: 'b''c' # c\n");
    becomes("image: 'a'\n", &[replace("/image", "b\tc")], "image: \"b\\tc\"\n");
}

#[test]
fn quotes_appear_where_the_new_value_needs_them() {
    becomes("tag: latest\n", &[replace("/tag", "1.10")], "tag: \"1.10\"\n");
    becomes("on: a\n", &[replace("/on", "yes")], "on: \"yes\"\n");
    becomes("a: b\n", &[replace("/a", "")], "a: \"\"\n");
}

#[test]
fn a_number_becomes_a_string() {
    becomes("tag: 1.10\n", &[replace("/tag", "1.10")], "tag: \"1.10\"\n");
}

#[test]
fn a_new_value_is_quoted_like_all_its_neighbours() {
    becomes("a: \"x\"\nb: 3\nc: \"y\"\n", &[insert("/d", text("z"))], "a: \"x\"\nb: 3\nc: \"y\"\nd: \"z\"\n");
    becomes("a: \"x\"\nb: y\n", &[insert("/c", text("z"))], "a: \"x\"\nb: y\nc: z\n");
    becomes("- 'a'\n- 'b'\n", &[append("", text("c"))], "- 'a'\n- 'b'\n- 'c'\n");
}

#[test]
fn crlf_files_stay_crlf() {
    becomes(
        "spec:\r\n  image: a # c\r\n",
        &[replace("/spec/image", "b"), insert("/spec/imagePullSecrets", secrets())],
        "spec:\r\n  image: b # c\r\n  imagePullSecrets:\r\n    - name: pull\r\n",
    );
}

#[test]
fn a_byte_order_mark_stays() {
    becomes("\u{feff}a: b\n", &[replace("/a", "c"), insert("/d", text("e"))], "\u{feff}a: c\nd: e\n");
    becomes("\u{feff}# c\na: b\n", &[replace("/a", "c")], "\u{feff}# c\na: c\n");
}

#[test]
fn a_missing_last_line_break_stays_missing() {
    becomes("a: b", &[insert("/c", text("d")), insert("/e", text("f"))], "a: b\nc: d\ne: f");
    becomes("a:\r\n- b", &[append("/a", text("c"))], "a:\r\n- b\r\n- c");
}

#[test]
fn trailing_blanks_stay() {
    becomes(
        "kind: a  \nimage: b \t\n",
        &[replace("/kind", "c"), replace("/image", "d")],
        "kind: c  \nimage: d \t\n",
    );
}

#[test]
fn other_documents_are_left_alone() {
    let given = "%YAML 1.2\n---\na: 1\n...\n# between\n---\na: x # c\n---\n---\na: x\n";
    becomes(given, &[of(1, replace("/a", "w"))], &given.replacen("a: x", "a: w", 1));
    becomes(given, &[of(3, insert("/b", text("z")))], &format!("{given}b: z\n"));
    becomes(given, &[of(0, insert("/b", text("z")))], &given.replace("a: 1\n", "a: 1\nb: z\n"));
}

#[test]
fn one_line_flow_mappings_keep_their_other_keys() {
    becomes(
        "containers: [{name: a, image: \"x\"}]\n",
        &[replace("/containers/0/image", "y"), insert("/containers/0/imagePullPolicy", text("Always"))],
        "containers: [{name: a, image: \"y\", imagePullPolicy: Always}]\n",
    );
    becomes("a: { b: c }\n", &[insert("/a/d", text("e, f"))], "a: { b: c, d: \"e, f\" }\n");
    becomes("a: [x, y, ] # c\n", &[append("/a", text("z"))], "a: [x, y, z, ] # c\n");
    becomes(r#"a: ["x", "y"]"#, &[append("/a", text("z"))], r#"a: ["x", "y", "z"]"#);
}

#[test]
fn empty_flow_collections_are_filled() {
    becomes("a: {} # c\n", &[insert("/a/b", text("c")), insert("/a/d", text("e"))], "a: {b: c, d: e} # c\n");
    becomes("a: { }\n", &[insert("/a/b", text("c")), insert("/a/d", text("e"))], "a: { b: c, d: e }\n");
    becomes("a: []\n", &[append("/a", map("name", text("x")))], "a: [{name: x}]\n");
    becomes("{}", &[insert("/a", text("b"))], "{a: b}");
}

#[test]
fn multi_line_flow_collections_get_lines_of_their_own() {
    becomes(
        "a: [\n  x, # one\n  y # two\n]\n",
        &[append("/a", text("z"))],
        "a: [\n  x, # one\n  y, # two\n  z\n]\n",
    );
    becomes(
        "a: [\n  x # two\n]\n",
        &[append("/a", text("w")), append("/a", text("z"))],
        "a: [\n  x, # two\n  w,\n  z\n]\n",
    );
    becomes(
        "a: {\n  x: 1, # one\n}\n",
        &[insert("/a/w", text("b")), insert("/a/z", NewValue::Plain("2".into()))],
        "a: {\n  x: 1, # one\n  w: b,\n  z: 2,\n}\n",
    );
}

const LIST: &str = r#"{
    "apiVersion": "v1",
    "items": [
        {
            "kind": "Pod",
            "metadata": {
                "annotations": {},
                "name": "a"
            },
            "spec": {
                "containers": [
                    {
                        "image": "nginx",
                        "name": "a"
                    }
                ]
            }
        }
    ],
    "kind": "List"
}
"#;

#[test]
fn kubectl_json_is_extended_in_its_own_layout() {
    becomes(
        LIST,
        &[
            replace("/items/0/spec/containers/0/image", "q.io/nginx"),
            insert("/items/0/spec/imagePullSecrets", secrets()),
            insert("/items/0/metadata/annotations/a~1b", text("c")),
            insert("/items/0/metadata/annotations/d", text("e")),
        ],
        &LIST
            .replace("\"nginx\"", "\"q.io/nginx\"")
            .replace("{},", "{\n                    \"a/b\": \"c\",\n                    \"d\": \"e\"\n                },")
            .replace(
                "                ]\n",
                "                ],\n                \"imagePullSecrets\": [\n                    {\n                        \
                 \"name\": \"pull\"\n                    }\n                ]\n",
            ),
    );
}

#[test]
fn tight_json_stays_tight() {
    becomes(
        r#"{"a":"x","b":{"c":1}}"#,
        &[insert("/b/d", secrets()), replace("/b/c", "2"), insert("/e", text("f"))],
        r#"{"a":"x","b":{"c":"2","d":[{"name":"pull"}]},"e":"f"}"#,
    );
}

#[test]
fn tabs_that_indent_json_are_kept() {
    becomes("{\n\t\"a\": {}\n}", &[insert("/a/b", text("c"))], "{\n\t\"a\": {\n\t\t\"b\": \"c\"\n\t}\n}");
}

#[test]
fn an_anchor_nobody_uses_and_a_string_tag_stay() {
    becomes("image: &i a # c\n", &[replace("/image", "b")], "image: &i b # c\n");
    becomes("image: !!str 5\n", &[replace("/image", "b")], "image: !!str b\n");
    becomes("image: !!str\nb: c\n", &[replace("/image", "b")], "image: !!str b\nb: c\n");
}

#[test]
fn text_that_looks_like_the_key_is_not_mistaken_for_it() {
    let given = "a: |\n  image: x\nb: >-\n  image: x\nc: \"image: x\"\n# image: x\nimage: x\n";
    becomes(given, &[replace("/image", "w")], &given.replace("\nimage: x", "\nimage: w"));
}

const CONFIG: &str = "\
data:
  cluster.yaml: |   # embedded
    name: c

    image_operator: cortexlabs/operator:0.20.0
    # last


  other: x
";

#[test]
fn lines_of_a_literal_block_are_replaced_one_by_one() {
    let old = "name: c\n\nimage_operator: cortexlabs/operator:0.20.0\n# last\n";
    let new = old.replace("cortexlabs/", "quay.io/cortexlabs/").replace("# last", "# last\nimage_manager: m");
    becomes(
        CONFIG,
        &[at("/data/cluster.yaml", Change::Replace { expect: Some(old.into()), value: new })],
        &CONFIG
            .replace("cortexlabs/", "quay.io/cortexlabs/")
            .replace("# last", "# last\n    image_manager: m"),
    );
    becomes("a: |-\r\n  x\r\n  y", &[replace("/a", "x\nz\nw")], "a: |-\r\n  x\r\n  z\r\n  w");
    becomes("a: |-\n  x", &[replace("/a", "x\ny")], "a: |-\n  x\n  y");
    becomes("a: |2\n    x\n  y\nb: c\n", &[replace("/a", "  z\ny\n")], "a: |2\n    z\n  y\nb: c\n");
}

#[test]
fn a_literal_block_is_not_bent_to_text_it_cannot_hold() {
    refused("a: |\n  x\n", &[replace("/a", "y")], RefusalKind::Layout, "line 2, column 3", "line break");
    refused("a: |\n  x\n", &[replace("/a", "y\r\n")], RefusalKind::Layout, "line 2, column 3", "characters");
    refused("a: >\n  x\n", &[replace("/a", "y\n")], RefusalKind::Layout, "line 2, column 3", "folded");
    refused(
        "a: |\n  x\n",
        &[replace("/a", "  y\nz\n")],
        RefusalKind::NotExact,
        "line 2, column 1",
        "something else",
    );
}

#[test]
fn an_empty_value_is_filled_before_its_comment() {
    becomes("bucket: # comment\nb: c\n", &[replace("/bucket", "x")], "bucket: x # comment\nb: c\n");
    becomes("bucket:\nb:", &[replace("/bucket", "x"), replace("/b", "w")], "bucket: x\nb: w");
    becomes("- # c\n-\n", &[replace("/0", "x"), replace("/1", "w")], "- x # c\n- w\n");
    becomes("{a: , \"b\":}", &[replace("/a", "x")], "{a: x , \"b\":}");
    becomes("a: &x # c\n", &[replace("/a", "w")], "a: &x w # c\n");
}

#[test]
fn a_kept_block_scalar_keeps_its_empty_lines() {
    becomes("a: |+\n  x\n\n\n", &[insert("/b", text("c"))], "a: |+\n  x\n\n\nb: c\n");
    becomes(
        "s:\n  a: |\n    x\n\n\nt: 1\n",
        &[insert("/s/b", text("c"))],
        "s:\n  a: |\n    x\n  b: c\n\n\nt: 1\n",
    );
    becomes("- |+\n\n- b\n", &[append("", text("c"))], "- |+\n\n- b\n- c\n");
}

#[test]
fn a_block_scalar_cut_off_by_the_end_of_the_file_gains_no_line_break() {
    let given = "a: |\n  x";
    refused(given, &[insert("/b", text("c"))], RefusalKind::NotExact, "line 2, column 4", "something else");
    becomes(given, &[replace("/a", "z")], "a: |\n  z");
    becomes("a: |-\n  x", &[insert("/b", text("c"))], "a: |-\n  x\nb: c");
}

#[test]
fn nested_lists_without_indentation_are_appended_to() {
    becomes(
        "a:\n- - x\n  - y\n- - z\nb: 1\n",
        &[append("/a/0", text("w"))],
        "a:\n- - x\n  - y\n  - w\n- - z\nb: 1\n",
    );
    becomes("a:\n-   x: 1\n", &[append("/a", map("x", text("z")))], "a:\n-   x: 1\n-   x: z\n");
}

#[test]
fn cortex_files_with_a_list_on_top_are_edited() {
    becomes(
        "# apis\n\n- name: a\n  predictor:\n    path: p.py  # c\n\n- name: b \n  predictor:\n    path: q.py",
        &[insert("/0/predictor/image", text("q.io/a:1")), insert("/1/predictor/image", text("q.io/b:1"))],
        "# apis\n\n- name: a\n  predictor:\n    path: p.py  # c\n    image: q.io/a:1\n\n- name: b \n  predictor:\n    \
         path: q.py\n    image: q.io/b:1",
    );
}

#[test]
fn a_new_key_follows_its_kin() {
    becomes(
        "image_a: x\nimage_b: y  # c\n# about tags\ntags:  # none\n",
        &[insert("/image_c", text("z")), insert("/other", text("o")), insert("/image_d", text("w"))],
        "image_a: x\nimage_b: y  # c\nimage_c: z\nimage_d: w\n# about tags\ntags:  # none\nother: o\n",
    );
}

#[test]
fn inserts_at_one_place_nest_rightly_whatever_their_order() {
    becomes(
        "a:\n  b:\n    c: d",
        &[insert("/e", text("1 a")), insert("/a/f", text("2 b")), insert("/a/b/g", text("3 c"))],
        "a:\n  b:\n    c: d\n    g: 3 c\n  f: 2 b\ne: 1 a",
    );
}

#[test]
fn what_is_done_already_is_not_done_again() {
    let given = "s:\n- name: pull\n- {\"name\": 'x'}\nb: 'c'\n";
    let edits = [append("/s", map("name", text("x"))), insert("/b", text("c")), replace("/b", "c")];
    for edit in edits {
        becomes(given, &[edit], given);
    }
    becomes("a: b\n", &[insert("/c", text("d")), insert("/c", text("d"))], "a: b\nc: d\n");
}

#[test]
fn a_key_with_another_value_is_not_overwritten() {
    refused("a: 1\nb: 2\n", &[insert("/b", text("2"))], RefusalKind::KeyTaken, "line 2, column 1", "\"b\"");
}

#[test]
fn two_wishes_for_one_place_are_refused() {
    refused(
        "a: 1\n",
        &[replace("/a", "b"), replace("/a", "c")],
        RefusalKind::Conflict,
        "line 1, column 1",
        "/a",
    );
}

#[test]
fn duplicate_keys_are_refused_with_both_lines() {
    let given = "a: 1\ns:\n  image: x\n  b: 2\n  image: y\n";
    refused(
        given,
        &[replace("/s/image", "z")],
        RefusalKind::DuplicateKey,
        "line 5, column 3",
        "key \"image\" stands twice in this mapping (line 3 and line 5)",
    );
    becomes(&format!("{given}---\nc: d\n"), &[of(1, replace("/c", "e"))], &format!("{given}---\nc: e\n"));
}

#[test]
fn shared_values_are_refused() {
    let given = "a: &x\n  image: i\nb: *x\nc: &y z\nd: *y\n";
    refused(given, &[replace("/a/image", "j")], RefusalKind::Shared, "line 2, column 3", "line 3");
    refused(given, &[insert("/a/k", text("v"))], RefusalKind::Shared, "line 2, column 3", "line 3");
    refused(given, &[replace("/b/image", "j")], RefusalKind::Shared, "line 3, column 4", "line 2");
    refused(given, &[replace("/c", "j")], RefusalKind::Shared, "line 4, column 7", "line 5");
    refused(given, &[replace("/d", "j")], RefusalKind::Shared, "line 5, column 4", "line 4");
    becomes(given, &[insert("/e", text("f"))], &format!("{given}e: f\n"));
}

#[test]
fn merged_values_are_refused() {
    let given = "a: &x\n  image: i\nb:\n  <<: *x\n  c: d\n";
    refused(
        given,
        &[replace("/b/image", "j")],
        RefusalKind::MergeKey,
        "line 4, column 3",
        "merge key on line 4",
    );
    refused(given, &[insert("/b/image", text("j"))], RefusalKind::MergeKey, "line 4, column 3", "\"image\"");
    becomes(given, &[insert("/b/e", text("f"))], &format!("{given}  e: f\n"));
}

#[test]
fn tags_that_forbid_text_are_refused() {
    refused("a: !!int 5\n", &[replace("/a", "b")], RefusalKind::Tagged, "line 1, column 10", "tag");
    refused("a: !Ref b\n", &[replace("/a", "c")], RefusalKind::Tagged, "line 1, column 9", "tag");
}

#[test]
fn templates_are_named_as_such() {
    let helm = "spec:\n  {{- if .Values.x }}\n  image: a\n  {{- end }}\n";
    refused(
        helm,
        &[replace("/spec/image", "b")],
        RefusalKind::Template,
        "line 2, column 5",
        "looks like a Helm template",
    );
    let jinja = "{% if x %}\na: b\n{% endif %}\n";
    refused(
        jinja,
        &[replace("/a", "c")],
        RefusalKind::Template,
        "line 1, column 2",
        "looks like a Jinja template",
    );
    let accident = "image: {{ .Values.image }}\nb: \"{{ x }}\"\nc: d\n";
    refused(accident, &[replace("/image", "c")], RefusalKind::Template, "line 1, column 8", "Helm template");
    refused(
        &accident[27..],
        &[replace("/b", "c")],
        RefusalKind::Template,
        "line 1, column 4",
        "Helm template",
    );
}

#[test]
fn what_is_not_yaml_has_a_place() {
    refused("a:\n\tb: c\n", &[], RefusalKind::Syntax, "line 2, column 2", "tabs");
    refused("a: [b\nc: d\n", &[], RefusalKind::Syntax, "line 2, column 2", "not YAML");
}

#[test]
fn other_encodings_are_named() {
    let utf16: Vec<u8> = "\u{feff}a: b\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [&utf16, &utf16[2..]] {
        let refused = apply(bytes, &[]).unwrap_err();
        assert!(refused.kind == RefusalKind::Encoding && refused.why.contains("UTF-16"), "{refused}");
    }
    let refused = apply(b"a: b\nc: \xff\n", &[]).unwrap_err();
    assert_eq!(
        (refused.kind, refused.place.to_string().as_str()),
        (RefusalKind::Encoding, "line 2, column 4")
    );
}

#[test]
fn wrong_addresses_are_refused() {
    let given = "a:\n- b\nc: d\n";
    refused(given, &[replace("/x", "y")], RefusalKind::NoSuchPath, "line 1, column 1", "no key \"x\"");
    refused(given, &[replace("/a/1", "y")], RefusalKind::NoSuchPath, "line 2, column 3", "1 items");
    refused(given, &[replace("/c/d", "y")], RefusalKind::NoSuchPath, "line 3, column 4", "single value");
    refused(given, &[replace("/a", "y")], RefusalKind::WrongKind, "line 2, column 3", "not a single value");
    refused(given, &[insert("/a/b", text("y"))], RefusalKind::WrongKind, "line 2, column 3", "no mapping");
    refused(given, &[append("/c", text("y"))], RefusalKind::WrongKind, "line 3, column 4", "no list");
    refused(
        given,
        &[of(1, replace("/c", "y"))],
        RefusalKind::NoSuchDocument,
        "line 1, column 1",
        "no document 1",
    );
    refused(given, &[insert("", text("y"))], RefusalKind::NoSuchPath, "line 1, column 1", "name");
    let plain = NewValue::Plain("x: y".into());
    refused(given, &[insert("/e", plain)], RefusalKind::WrongKind, "line 1, column 1", "number");
}

#[test]
fn an_unexpected_value_is_refused() {
    let edit = at("/a", Change::Replace { expect: Some("secret-a".into()), value: "c".into() });
    let refused = apply(b"a: secret-b\n", std::slice::from_ref(&edit)).unwrap_err();
    assert_eq!((refused.kind, refused.edit), (RefusalKind::ValueDiffers, Some(0)));
    assert!(!refused.to_string().contains("secret"), "values do not belong in messages");
    becomes("a: secret-a\n", &[edit], "a: c\n");
}

#[test]
fn limits_are_refused() {
    refused(&("[".repeat(201) + &"]".repeat(201)), &[], RefusalKind::TooDeep, "line 1, column 201", "200");
    let big = vec![b'#'; manifests::yaml::MAX_BYTES + 1];
    assert_eq!(apply(&big, &[]).unwrap_err().kind, RefusalKind::TooLarge);
    let many = "--- a\n".repeat(manifests::yaml::MAX_DOCUMENTS);
    assert!(apply(many.as_bytes(), &[]).is_ok());
    refused(&(many + "--- a\n"), &[], RefusalKind::TooLarge, "line 20001, column 5", "20000 documents");
}

#[test]
fn changes_tell_line_values_and_ranges() {
    let given = "# c\r\na: x\r\nb:\r\n- 1\r\n";
    let edits = [append("/b", text("two")), replace("/a", "longer")];
    let applied = apply(given.as_bytes(), &edits).unwrap();
    let told: Vec<_> =
        applied.changes.iter().map(|c| (c.edit, c.line, c.from.as_deref(), c.to.as_str())).collect();
    assert_eq!(told, [(1, 2, Some("x"), "longer"), (0, 5, None, "two")]);
    let [first, second] = applied.changes.as_slice() else { panic!() };
    assert_eq!(&given[first.before.clone()], "x");
    assert_eq!(&applied.text[first.after.clone()], b"longer");
    assert_eq!((second.before.len(), &applied.text[second.after.clone()]), (0, b"- two\r\n".as_slice()));
}
