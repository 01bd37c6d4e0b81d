//! What one run of a program cost: its time, the processor's, and the most memory it held.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;

/// Wall time, processor time and peak of resident memory in KiB; the last two are known on Linux only.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub seconds: f64,
    pub processor: Option<f64>,
    pub peak_kib: Option<u64>,
}

/// Runs it to its end, silently. A status that is not 0 is a failed bench.
pub fn of(command: &mut Command) -> Outcome<Cost> {
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let (mut peak_kib, mut processor) = (None, None);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // The kernel keeps the peak itself, so that a coarse look misses at most the last moments.
        peak_kib = memory(&child, "VmHWM").or(peak_kib);
        processor = time(&child).or(processor);
        thread::sleep(Duration::from_millis(5));
    };
    let seconds = begun.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{} ended with {status}", command.get_program().to_string_lossy()).into());
    }
    Ok(Cost { seconds, processor, peak_kib })
}

/// User and system time so far in seconds: fields 14 and 15 of `/proc/PID/stat`, counted in hundredths (proc(5);
/// Linux shows them so on every machine).
fn time(child: &Child) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The program's name stands in brackets and may hold blanks.
    let (_, rest) = stat.rsplit_once(')')?;
    let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Some(ticks.sum::<Result<f64, _>>().ok()? / 100.0)
}

/// A line of `/proc/PID/status` in KiB: `VmRSS` for now, `VmHWM` for the most so far.
pub fn memory(child: &Child, line: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let value = status.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':'))?;
    value.split_whitespace().next()?.parse().ok()
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
