//! The wizard as a process: its one line, its port, its end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::program::Program;

fn start(program: &Program, args: &str) -> (Child, String) {
    let mut command = program.command();
    command.args(args.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim_end().to_owned())
}

fn answer(port: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn port(url: &str) -> &str {
    url.strip_prefix("http://127.0.0.1:").unwrap().split('/').next().unwrap()
}

#[test]
fn one_line_on_stdout_and_a_page_behind_it() {
    let program = Program::new();
    let (mut child, url) = start(&program, "--port 0 --no-open");
    let port = port(&url);
    assert!(url.starts_with(&format!("http://127.0.0.1:{port}/start?token=")), "{url}");
    let get = |path: &str| {
        answer(port, &format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"))
    };
    assert!(get("/healthz").starts_with("HTTP/1.1 200 OK"));
    assert!(get("/").starts_with("HTTP/1.1 403 Forbidden"));
    let path = url.split_once(port).unwrap().1;
    assert!(get(path).starts_with("HTTP/1.1 303 See Other"));
    let without_host = answer(port, "GET /healthz HTTP/1.0\r\n\r\n");
    assert!(without_host.contains(" 421 "), "{without_host}");
    child.kill().unwrap();
    let mut rest = String::new();
    child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    child.wait().unwrap();
    assert_eq!(rest, "", "nothing but the address");
}

#[test]
fn json_names_the_address() {
    let program = Program::new();
    let (mut child, line) = start(&program, "serve --port 0 --no-open -o json");
    child.kill().unwrap();
    child.wait().unwrap();
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(value["url"].as_str().unwrap().contains("/start?token="));
}

#[cfg(unix)]
#[test]
fn an_open_page_does_not_hold_up_the_end() {
    let program = Program::new();
    let (mut child, url) = start(&program, "--port 0 --no-open");
    let mut idle = TcpStream::connect(format!("127.0.0.1:{}", port(&url))).unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    let began = Instant::now();
    let asked = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}

#[test]
fn a_named_port_that_is_taken_is_a_problem() {
    let program = Program::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let ended = program.run(&format!("serve --no-open --port {port} -o json"));
    assert_eq!((ended.status, ended.error()["code"].as_str()), (2, Some("port_unusable")));
}

#[test]
fn an_address_that_others_reach_is_refused() {
    let program = Program::new();
    let ended = program.run("serve --no-open --port 0 --addr 0.0.0.0 -o json");
    assert_eq!((ended.status, ended.error()["code"].as_str()), (2, Some("addr_refused")));
}
