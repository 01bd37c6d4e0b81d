use std::io::Write as _;
use std::process::Command;

use super::*;

fn bundle() -> Vec<BundleFile> {
    let file = |path: &str, text: &str, executable| BundleFile {
        path: path.to_owned(),
        bytes: text.as_bytes().to_vec(),
        executable,
    };
    let deep = format!("patched/{}/deployment.yaml", "long-folder-name".repeat(8));
    vec![
        file("b.sh", "#!/bin/sh\n", true),
        file("a/README.md", "Read me\n", false),
        file(&deep, "kind: Pod\n", false),
    ]
}

fn read(form: Form, bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, domain::problem::Problem> {
    read_within(Limits::UPLOAD, form, bytes)
}

fn read_within(
    limits: Limits,
    form: Form,
    mut bytes: &[u8],
) -> Result<Vec<(String, Vec<u8>)>, domain::problem::Problem> {
    let mut files = Vec::new();
    visit("upload", form, &mut bytes, limits, &mut |name, reader| {
        let mut content = Vec::new();
        // A limit ends the stream with an error; the archive's own problem tells it.
        let _ = reader.read_to_end(&mut content);
        files.push((name.to_owned(), content));
        Ok(())
    })?;
    Ok(files)
}

fn tar_of(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, kind, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        // Past the library's own check, as somebody with other tools would.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        if kind.is_symlink() {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        tar.append(&header, *bytes).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

#[test]
fn the_same_files_give_the_same_bytes_in_any_order() {
    let files = bundle();
    let mut shuffled = files.clone();
    shuffled.reverse();
    assert_eq!(zip(&files).unwrap(), zip(&shuffled).unwrap());
    assert_eq!(tar_gz(&files).unwrap(), tar_gz(&shuffled).unwrap());
}

#[test]
fn what_is_written_is_read_back_in_order() {
    let mut wanted: Vec<(String, Vec<u8>)> =
        bundle().into_iter().map(|file| (file.path, file.bytes)).collect();
    wanted.sort();
    assert_eq!(read(Form::Zip, &zip(&bundle()).unwrap()).unwrap(), wanted);
    assert_eq!(read(Form::TarGz, &tar_gz(&bundle()).unwrap()).unwrap(), wanted);
}

#[test]
fn other_tools_read_the_bundles_and_their_modes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("bundle.tar.gz"), tar_gz(&bundle()).unwrap()).unwrap();
    let listing = Command::new("tar").arg("-tvzf").arg(path("bundle.tar.gz")).output().unwrap();
    let listing = String::from_utf8(listing.stdout).unwrap();
    assert!(listing.contains("-rwxr-xr-x 0/0") && listing.contains("b.sh"), "{listing}");
    assert!(listing.contains("deployment.yaml"), "{listing}");

    std::fs::write(path("bundle.zip"), zip(&bundle()).unwrap()).unwrap();
    let python = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
                  [print(oct(i.external_attr >> 16), i.date_time[0], i.filename) for i in z.infolist()]";
    let listing = Command::new("python3").args(["-c", python]).arg(path("bundle.zip")).output().unwrap();
    let listing = String::from_utf8(listing.stdout).unwrap();
    assert!(
        listing.contains("0o100755 1980 b.sh") && listing.contains("0o100644 1980 a/README.md"),
        "{listing}"
    );
}

#[test]
fn names_that_leave_their_folder_are_refused() {
    for name in ["/etc/passwd", "../up", "a/../../b", "c:/x", "a\\b", "a\u{1b}[2J"] {
        let tar = tar_of(&[(name, tar::EntryType::Regular, b"x")]);
        assert_eq!(read(Form::TarGz, &tar).unwrap_err().code, "archive_unsafe", "{name}");
    }
    let deep = "d/".repeat(40);
    assert!(relative_name(&deep, 32).is_err());
    assert_eq!(relative_name("./a//b/", 32).unwrap(), "a/b");
}

#[test]
fn links_and_devices_are_refused() {
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Char, tar::EntryType::Fifo] {
        let problem = read(Form::TarGz, &tar_of(&[("x", kind, b"")])).unwrap_err();
        assert_eq!(problem.code, "archive_unsafe");
        assert_eq!(problem.place, "upload");
    }
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.add_symlink("link", "/etc/passwd", zip::write::SimpleFileOptions::default()).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    assert_eq!(read(Form::Zip, &zip).unwrap_err().code, "archive_unsafe");
}

#[test]
fn archives_that_unfold_to_too_much_are_refused() {
    let zeros = vec![0; 40 << 20];
    let bomb = vec![BundleFile { path: "zeros".to_owned(), bytes: zeros, executable: false }];
    for (form, bytes) in [(Form::Zip, zip(&bomb).unwrap()), (Form::TarGz, tar_gz(&bomb).unwrap())] {
        for limits in [Limits::LOCAL, Limits::UPLOAD] {
            let ratio = read_within(limits, form, &bytes).unwrap_err();
            assert_eq!(ratio.code, "archive_too_large");
            assert!(ratio.why.contains("times its size"), "{}", ratio.why);
        }
        let small = Limits { bytes: 1 << 20, ..Limits::UPLOAD };
        assert!(read_within(small, form, &bytes).unwrap_err().why.contains("1048576 bytes"));
        let few = Limits { entries: 0, ..Limits::UPLOAD };
        assert_eq!(read_within(few, form, &bytes).unwrap_err().code, "archive_too_large");
    }
}

#[test]
fn a_small_file_may_be_as_even_as_it_likes() {
    let even = vec![BundleFile { path: "even".to_owned(), bytes: vec![b' '; 15 << 20], executable: false }];
    for (form, bytes) in [(Form::Zip, zip(&even).unwrap()), (Form::TarGz, tar_gz(&even).unwrap())] {
        for limits in [Limits::LOCAL, Limits::UPLOAD] {
            assert_eq!(read_within(limits, form, &bytes).unwrap()[0].1.len(), 15 << 20);
        }
    }
}

#[test]
fn a_name_of_gigabytes_is_not_read_into_memory() {
    let name = vec![b'n'; 1 << 20];
    let tar = tar_of(&[
        ("././@LongLink", tar::EntryType::GNULongName, &name),
        ("x", tar::EntryType::Regular, b"x"),
    ]);
    assert_eq!(read(Form::TarGz, &tar).unwrap_err().code, "archive_damaged");
}

#[test]
fn damaged_archives_say_so() {
    let whole = tar_gz(&bundle()).unwrap();
    let cut = &whole[..whole.len() / 2];
    assert_eq!(read(Form::TarGz, cut).unwrap_err().code, "archive_damaged");
    assert_eq!(read(Form::Zip, b"PK\x03\x04 and no more").unwrap_err().code, "archive_damaged");

    let text = gzip(&b"just some text, long enough to fill a block ".repeat(20));
    assert_eq!(read(Form::TarGz, &text).unwrap_err().code, "archive_damaged");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

#[test]
fn a_single_file_packed_by_gzip_is_read() {
    let text = "{\"kind\": \"List\"}\n".repeat(100);
    let bytes = gzip(text.as_bytes());
    assert_eq!(Form::of(&bytes[..bytes.len().min(4096)]), Some(Form::Gz));
    for (archive, name) in
        [("g.json.gz", "g.json"), ("a/b/g.JSON.GZ", "g.JSON"), ("stdin", "stdin"), ("/x/.gz", ".gz")]
    {
        let mut files = Vec::new();
        visit(archive, Form::Gz, &mut &bytes[..], Limits::UPLOAD, &mut |name, reader| {
            let mut content = String::new();
            reader.read_to_string(&mut content).unwrap();
            files.push((name.to_owned(), content));
            Ok(())
        })
        .unwrap();
        assert_eq!(files, [(name.to_owned(), text.clone())]);
    }
    let bomb = gzip(&vec![b' '; 40 << 20]);
    assert_eq!(read(Form::Gz, &bomb).unwrap_err().code, "archive_too_large");
    assert_eq!(Form::of(&gzip(b"")), Some(Form::Gz));
    assert_eq!(Form::of(&[0x1f, 0x8b]), Some(Form::TarGz), "too little to tell");
}

/// What stands in an archive may be a secret, and errors are shown, logged and stored.
#[test]
fn problems_never_quote_what_is_in_an_archive() {
    let canary = b"CANARY".repeat(200);
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(6);
    tar.append_data(&mut header, "x", &b"CANARY"[..]).unwrap();
    let tar = tar.into_inner().unwrap();
    let with = |at: usize, bytes: &[u8]| {
        let mut damaged = tar.clone();
        damaged[at..at + bytes.len()].copy_from_slice(bytes);
        gzip(&damaged)
    };
    let mut flipped = gzip(&canary);
    let last = flipped.len() - 6;
    flipped[last] ^= 0xff;
    let zipped = zip(&[BundleFile { path: "x".into(), bytes: canary.clone(), executable: false }]).unwrap();
    for (form, bytes) in [
        (Form::TarGz, gzip(&canary)),
        (Form::TarGz, with(124, b"CANARYCANARY")),
        (Form::TarGz, with(148, b"CANARY\0\0")),
        (Form::TarGz, flipped.clone()),
        (Form::Zip, [b"PK\x03\x04".as_slice(), &canary].concat()),
        (Form::Zip, zipped[..zipped.len() - 4].to_vec()),
    ] {
        let problem = read(form, &bytes).unwrap_err();
        assert_eq!(problem.code, "archive_damaged", "{problem:?}");
        assert!(!format!("{problem:?}").contains("CANARY"), "{problem:?}");
    }
}

#[test]
fn forms_are_told_by_the_first_bytes() {
    assert_eq!(Form::of(&zip(&[]).unwrap()), Some(Form::Zip));
    assert_eq!(Form::of(&tar_gz(&[]).unwrap()), Some(Form::TarGz));
    assert_eq!(Form::of(b"kind: Pod"), None);
}
