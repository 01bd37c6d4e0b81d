//! Waiting for something to come about, with a reason when it does not.

use std::time::{Duration, Instant};

use crate::error::{LabError, Result};

/// Tries `attempt` until it succeeds or `patience` is over; the error carries what was seen last.
///
/// # Errors
/// When time is up.
pub async fn until<T>(
    what: &str,
    patience: Duration,
    mut attempt: impl AsyncFnMut() -> std::result::Result<T, String>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(last) if begun.elapsed() > patience => {
                return Err(LabError::Late { what: what.into(), seconds: patience.as_secs(), last });
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}
