//! From the command to the printed address, and the memory of a wizard that nobody uses.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::cost::{median, memory};
use crate::Outcome;

const STARTS: usize = 21;
const START_BUDGET_MS: f64 = 150.0;
const IDLE_BUDGET_KIB: u64 = 30 * 1024;

pub fn run(program: &Path, folder: &Path) -> Outcome {
    let mut times = Vec::new();
    let mut idle = None;
    for _ in 0..STARTS {
        let data = folder.join("data");
        let begun = Instant::now();
        let mut serving = Command::new(program)
            .args(["serve", "--no-open", "--port", "0", "--data-dir"])
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let told = wait_for_address(&mut serving);
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
        // What is left of starting settles within a moment.
        if idle.is_none() {
            thread::sleep(Duration::from_secs(1));
            idle = memory(&serving, "VmRSS");
        }
        serving.kill()?;
        serving.wait()?;
        told?;
        std::fs::remove_dir_all(&data)?;
    }
    println!(
        "start to address: {:.0} ms, median of {STARTS} (budget {START_BUDGET_MS:.0} ms)",
        median(times)
    );
    let Some(idle) = idle else {
        println!("idle memory: not known on this system");
        return Ok(());
    };
    println!("idle memory: {:.1} MiB (budget {} MiB)", idle as f64 / 1024.0, IDLE_BUDGET_KIB / 1024);
    if idle > IDLE_BUDGET_KIB { Err("the idle program is over its budget".into()) } else { Ok(()) }
}

fn wait_for_address(serving: &mut Child) -> Outcome {
    let output = serving.stdout.take().ok_or("the program has no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    if line.contains("/start?token=") { Ok(()) } else { Err("the program printed no address".into()) }
}
