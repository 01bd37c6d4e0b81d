//! How much a request may carry, and how long it may take.

use std::time::Duration;

use app::view::UploadLimits;
use manifests::archive::Limits;

/// A form: answers, and pasted output of a small cluster.
pub const FORM_BYTES: usize = 16 * 1024 * 1024;

/// Everything in one upload, packed; what it may unfold to is for [`Limits::UPLOAD`] to say.
pub const UPLOAD_BYTES: usize = 64 * 1024 * 1024;

/// For a form or a page.
pub const REQUEST_TIME: Duration = Duration::from_secs(60);

/// For an upload over a slow tunnel.
pub const UPLOAD_TIME: Duration = Duration::from_secs(600);

/// The limits as the pages tell them.
pub const UPLOAD: UploadLimits = UploadLimits {
    bytes: UPLOAD_BYTES as u64,
    pasted_bytes: FORM_BYTES as u64,
    files: Limits::UPLOAD.entries,
};
