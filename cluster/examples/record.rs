//! Records a live cluster for practice: `cargo run -p cluster --example record -- KUBECONFIG OUT.json.gz`.
//!
//! Makes the reader's requests and keeps what was answered; see `practice/README.md`.

use std::path::PathBuf;

use domain::problem::Problem;

#[tokio::main]
async fn main() -> Result<(), Problem> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(kubeconfig), Some(file), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        let next = "Give a kubeconfig and the file to write.";
        return Err(Problem::bad_input("usage", "Two arguments are needed.", "Others were given.", next));
    };
    cluster::record(Some(&kubeconfig), None, &file).await
}
