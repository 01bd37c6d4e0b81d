//! Keeps what is in memory only out of files: a process that ends badly must leave no core file behind.
//!
//! A core file is the whole memory, and logins are in it for as long as they are being tried.

use std::io;

/// Forbids core files of this process, and with it that others of the same user look into its memory. Programs that it
/// starts, such as a login plug-in of the kubeconfig, inherit the limit on core files and nothing else.
///
/// # Errors
/// When the system refuses; then nothing secret should be read.
#[cfg(unix)]
pub fn forbid_core_files() -> io::Result<()> {
    use nix::sys::resource::{Resource, setrlimit};

    // The limit alone does not hold where cores are piped to a program (core(5), "Piping core dumps to a program").
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_dumpable(false)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    Ok(())
}

/// Windows writes none unless an administrator has set it up for a program by name.
#[cfg(not(unix))]
pub fn forbid_core_files() -> io::Result<()> {
    Ok(())
}
