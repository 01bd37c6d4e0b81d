//! Trying again what may go better the second time.

use std::time::Duration;

use domain::problem::Problem;

use super::Work;

/// Tries in all.
pub(super) const TRIES: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Whether a problem may pass by itself: a connection that broke, a server with an error of its own, bytes that were
/// damaged on the way.
pub(super) fn may_pass(problem: &Problem) -> bool {
    ["registry_unreachable", "registry_answer", "registry_digest", "registry_upload"]
        .contains(&problem.code.as_str())
}

/// The pause before another try; each is twice as long as the one before.
pub(super) async fn pause(tried: u32) {
    tokio::time::sleep(FIRST_PAUSE * 2_u32.saturating_pow(tried.saturating_sub(1))).await;
}

/// Does it, again while it fails for a reason that may pass.
pub(super) async fn again<'f, T>(
    mut work: impl FnMut() -> Work<'f, Result<T, Problem>>,
) -> Result<T, Problem> {
    let mut tried = 1;
    loop {
        match work().await {
            Err(problem) if tried < TRIES && may_pass(&problem) => pause(tried).await,
            done => return done,
        }
        tried += 1;
    }
}
