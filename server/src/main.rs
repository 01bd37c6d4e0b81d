//! `unthrottle`: tells whether Docker Hub's pull limits hurt a Kubernetes cluster, and walks to a fix.

fn main() -> std::process::ExitCode {
    server::cli::main()
}
