//! No file, however it is made, takes more than a moment for nothing; and what cannot be read at all is an error.

use super::*;

/// A file without an end: `start`, and then `again` for ever.
struct Endless(&'static str, &'static str);

impl Given for Endless {
    fn name(&self) -> &str {
        "endless.json"
    }
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let again = self.1.repeat(10_000);
        Ok(Box::new(self.0.as_bytes().chain(Again { text: again.into_bytes(), at: 0 })))
    }
}

struct Again {
    text: Vec<u8>,
    at: usize,
}

impl Read for Again {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = (&self.text[self.at..]).read(buffer)?;
        self.at = (self.at + read) % self.text.len();
        Ok(read)
    }
}

#[test]
fn endless_files_of_nothing_come_to_an_end() {
    for (start, again) in [
        ("", "{\"a\":1}\n"),
        ("", "7 "),
        ("", "null\n"),
        ("", "[7]\n"),
        ("", "{\"cluster_name\":\"c\",\"region\":\"r\"}\n"),
        ("", "{\"auths\":{}}"),
        ("", "{\"serverVersion\":{\"gitVersion\":\"v1\"}}"),
        ("[7", ",7"),
        ("[{\"apiVersion\":\"v1\",\"kind\":\"Namespace\"}", ",7"),
        ("{\"items\":[7", ",7"),
        ("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[7", ",{\"a\":1}"),
    ] {
        let files = Files::new("given", vec![Box::new(Endless(start, again))], Limits::UPLOAD);
        let sink = read_from(&files);
        let not_seen = sink.not_seen();
        let (what, why) = not_seen[0];
        assert_eq!(what, "file endless.json", "{start}{again}");
        assert!(
            why.contains("more than 1000 values in it are no Kubernetes objects"),
            "{start}{again}: {why}"
        );
        assert!(sink.facts.len() < 1_100, "{start}{again}: {} facts", sink.facts.len());
    }
}

#[test]
fn what_was_not_read_to_its_end_is_not_kept() {
    let secret = r#"{"auths":{"docker.io":{"auth":"CANARY"}}}"#;
    let given = format!("{}{secret}", "7 ".repeat(2_000));
    let kept = files(&[("a.json", given.as_bytes())]).keep().unwrap();
    assert_eq!((kept.files.len(), kept.left_out.len()), (0, 1), "{kept:?}");
}

#[test]
fn yaml_of_a_multitude_of_documents_is_not_taken_apart() {
    let many = "---\na: 1\n".repeat(1_500);
    let sink = read(&[("many.yaml", many.as_bytes()), ("web.yaml", DEPLOYMENT.as_bytes())]);
    let [(_, why)] = sink.not_seen()[..] else { panic!("{:?}", sink.not_seen()) };
    assert!(why.starts_with("many.yaml:2004:1: more than 1000 values"), "{why}");
    let beyond = "---\na: 1\n".repeat(30_000);
    let sink = read(&[("beyond.yaml", beyond.as_bytes()), ("web.yaml", DEPLOYMENT.as_bytes())]);
    let [(_, why)] = sink.not_seen()[..] else { panic!("{:?}", sink.not_seen()) };
    assert!(why.contains("more than 20000 documents"), "{why}");
}

#[test]
fn what_is_given_alone_and_cannot_be_parsed_is_a_problem() {
    for (name, content, place) in [
        ("cluster.yaml", "cluster_name: c\nregion: r\nbucket: ***\n", "cluster.yaml:3:"),
        ("twice.yaml", "cluster_name: c\nregion: r\nregion: s\n", "twice.yaml:3:1"),
        ("list.json", "{\"kind\": \"List\",\n \"items\": [}", "list.json:2:"),
        ("stdin", "apiVersion: v1\nkind: [Pod\n", "stdin:"),
        ("helm.yaml", "kind: Pod\nmetadata:\n  {{- x }}\n", "helm.yaml:"),
    ] {
        let alone = files(&[(name, content.as_bytes())]);
        let problem = alone.read_now(&Cancel::default(), &mut Sink::default()).unwrap_err();
        assert_eq!((problem.code.as_str(), problem.kind.exit_status()), ("file_not_parsed", 2), "{name}");
        assert!(problem.place.starts_with(place), "{}", problem.place);
        for text in [&problem.what, &problem.why, &problem.next] {
            assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{text}");
        }
        let sink = read(&[(name, content.as_bytes()), ("web.yml", DEPLOYMENT.as_bytes())]);
        assert!(sink.not_seen()[0].1.starts_with(place), "{:?}", sink.not_seen());
        let sink = read_from(&folder(&[(name, content.as_bytes())]));
        assert_eq!(sink.not_seen().len(), 1);
    }
}

#[test]
fn what_is_given_alone_and_can_be_read_in_part_is_none() {
    let cut = r#"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}},"#;
    for (name, content) in [
        ("cut.json", cut),
        ("bare.yaml", "name: a\npredictor: {type: python}\n"),
        ("wrong.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: 3}\n"),
        ("two.yaml", "apiVersion: v1\nkind: Service\n---\na: 1\na: 2\n"),
    ] {
        assert_eq!(read(&[(name, content.as_bytes())]).not_seen().len(), 1, "{name}");
    }
}

#[test]
fn an_archive_that_is_refused_is_a_problem() {
    let bomb = packed("x.json", &b" ".repeat(40 << 20));
    for bytes in [zip(std::slice::from_ref(&bomb)).unwrap(), tar_gz(&[bomb]).unwrap()] {
        let alone =
            files(&[("bomb", &bytes)]).read_now(&Cancel::default(), &mut Sink::default()).unwrap_err();
        assert_eq!((alone.code.as_str(), alone.place.as_str()), ("archive_too_large", "bomb"));
        assert_eq!(files(&[("bomb", &bytes)]).keep().unwrap_err(), alone);
    }
}
