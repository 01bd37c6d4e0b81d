//! The wizard as a process of its own, and a browser without script in front of it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::program::Program;

pub struct Wizard {
    pub child: Child,
    port: String,
    cookie: String,
    /// Everything it answered, headers included.
    pub answers: Vec<u8>,
}

impl Drop for Wizard {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Wizard {
    /// Signed in. What it logs goes to `log` in the program's folder.
    pub fn start(program: &Program, mut command: Command, log: &str) -> Self {
        let log = File::create(program.path(log)).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let (port, path) = line.trim().strip_prefix("http://127.0.0.1:").unwrap().split_once('/').unwrap();
        let mut wizard = Self { child, port: port.to_owned(), cookie: String::new(), answers: Vec::new() };
        // The way in names the launch token, which is of no interest here.
        let answer = wizard.send("GET", &format!("/{path}"), "");
        let cookie = header(&answer, "set-cookie").unwrap();
        wizard.cookie = cookie.split(';').next().unwrap().to_owned();
        wizard
    }

    pub fn get(&mut self, path: &str) -> Vec<u8> {
        self.send("GET", path, "")
    }

    /// Where the answer leads to.
    pub fn post(&mut self, path: &str, form: &str) -> String {
        let answer = self.send("POST", path, form);
        header(&answer, "location").unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&answer)))
    }

    /// HTTP/1.0, so that an answer ends with its connection and comes in one piece.
    fn send(&mut self, method: &str, path: &str, form: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\nCookie: {}\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.port,
            self.cookie,
            form.len()
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        self.answers.extend(&answer);
        answer
    }
}

fn header(answer: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(answer);
    let (head, _) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
}

/// What stands after the head of an answer.
pub fn body(answer: &[u8]) -> &[u8] {
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
    &answer[end + 4..]
}
