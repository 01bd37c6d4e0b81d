//! `lab`: the lab's commands as a program of their own.

use std::io::Write as _;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let this = std::env::current_exe().map(|path| vec![path.into_os_string()]).unwrap_or_default();
    match lab::cli::run(std::env::args_os().skip(1), &this).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is gone.
            let _ = writeln!(std::io::stderr(), "lab: {error}");
            ExitCode::FAILURE
        }
    }
}
