//! `serve`: the wizard on a local port, until Ctrl-C.

use std::env;
use std::io::{self, IsTerminal as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use domain::problem::Problem;
use domain::run::{Source, Step};
use engine::runs::{Refusal, Runs};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::output::Output;
use super::registries::RegistryArgs;
use super::source::{Opened, SourceArgs};
use super::{Global, Status};
use crate::web::Site;
use crate::web::answer::path;
use crate::web::router::router;
use crate::web::security::host::Names;
use crate::web::security::session::Session;
use crate::wiring;

/// The port that is tried first when none is named.
const PORT: u16 = 8642;
/// How many ports after it are tried.
const TRIES: u16 = 20;
/// How long work and open pages get to end after Ctrl-C.
const GRACE: Duration = Duration::from_secs(4);

/// Starts the wizard and opens the browser (what unthrottle does without a command)
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    registries: RegistryArgs,
    /// Port; 0 takes a free one [default: 8642, or the next free one]
    #[arg(long)]
    port: Option<u16>,
    /// Address to listen on
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "IP")]
    addr: IpAddr,
    /// Listen on an address that other machines reach. Nothing is encrypted: only behind a proxy that adds
    /// TLS, or in a container whose port is published on loopback
    #[arg(long)]
    allow_remote: bool,
    /// Another name that browsers may call this by (repeatable)
    #[arg(long = "allowed-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,
    /// Open no browser
    #[arg(long)]
    no_open: bool,
    /// Offer nothing that could change a cluster. This version offers nothing of that kind anyway
    #[arg(long)]
    read_only: bool,
}

impl Serve {
    pub(super) async fn run(&self, global: &Global, output: &Output) -> Result<Status, Problem> {
        if !self.addr.is_loopback() && !self.allow_remote {
            return Err(remote_refused(self.addr));
        }
        let data_dir = wiring::data_dir(global.data_dir.as_deref())?;
        let runs = wiring::runs(&data_dir, Some(Arc::new(self.registries.client()?)), "the wizard")?;
        let landing = self.landing(&runs).await?;
        let session = Session::new(&landing).map_err(|error| no_randomness(&error))?;
        let listener = self.bind().await?;
        let base =
            format!("http://{}", shown(listener.local_addr().map_err(|error| not_bound(self.addr, &error))?));

        let mut signals = StopSignals::listen().map_err(|error| no_signals(&error))?;
        let url = format!("{base}{}", session.printed_path());
        if output.is_json() {
            output.json(&json!({ "url": url }))?;
        } else {
            output.text(&format!("{url}\n"))?;
        }
        output.note(&format!("Press Ctrl-C to stop. Runs are kept in {}.", data_dir.display()));
        self.open_browser(&session, &base, output)?;

        let shutdown = CancellationToken::new();
        let site = Site {
            runs: Arc::clone(&runs),
            kubeconfig: self.source.kubeconfig.clone(),
            shutdown: shutdown.clone(),
        };
        let app = router(site, session, Names::new(&self.allowed_hosts));
        let ends = shutdown.clone();
        let server = tokio::spawn(async move {
            axum::serve(listener, app).with_graceful_shutdown(ends.cancelled_owned()).await
        });
        signals.next().await;
        output.note("Stopping; press Ctrl-C again to stop at once.");
        shutdown.cancel();
        let ended = async {
            runs.shut_down().await;
            // What a page still gets or not is no error any more.
            let _ = server.await;
        };
        tokio::select! {
            _ = tokio::time::timeout(GRACE, ended) => {}
            () = signals.next() => {}
        }
        Ok(Status::Done)
    }

    /// Where the browser begins: a run of what the options name, else the start page.
    async fn landing(&self, runs: &Arc<Runs>) -> Result<String, Problem> {
        if !self.source.is_given() {
            return Ok("/".to_owned());
        }
        let begun = if self.source.is_files() {
            let Opened { source, reader, files, .. } = self.source.open().await?;
            begin(runs, source, &files, Some(reader))
        } else {
            begin(runs, self.source.cluster()?, &[], None)
        };
        let id = begun.map_err(Refusal::into_problem)?;
        Ok(path(&id, Step::Detect))
    }

    /// The named port, or the first free one from the usual on.
    async fn bind(&self) -> Result<TcpListener, Problem> {
        let ports = match self.port {
            Some(named) => named..=named,
            None => PORT..=PORT + TRIES,
        };
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for port in ports {
            match TcpListener::bind(SocketAddr::new(self.addr, port)).await {
                Ok(listener) => return Ok(listener),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
                Err(error) => return Err(not_bound(self.addr, &error)),
            }
        }
        Err(not_bound(self.addr, &last))
    }

    fn open_browser(&self, session: &Session, base: &str, output: &Output) -> Result<(), Problem> {
        if self.no_open {
            return Ok(());
        }
        if env::var_os("SSH_CONNECTION").is_some() {
            let port = base.rsplit(':').next().unwrap_or_default();
            output.note(&format!(
                "On your own machine: ssh -L {port}:127.0.0.1:{port} HOST, then open the address above."
            ));
        } else if io::stdout().is_terminal() && has_display() {
            let url = format!("{base}{}", session.path_to_open().map_err(|error| no_randomness(&error))?);
            // A browser can take its time to start, and nobody waits for it.
            tokio::task::spawn_blocking(move || {
                if let Err(error) = webbrowser::open(&url) {
                    tracing::warn!(%error, "no browser could be opened");
                }
            });
        }
        Ok(())
    }
}

fn begin(
    runs: &Arc<Runs>,
    source: Source,
    files: &[domain::ports::InputFile],
    reader: Option<Box<dyn domain::ports::FactSource>>,
) -> Result<String, Refusal> {
    let id = runs.create()?.id;
    runs.connect(&id, source, files)?;
    runs.start_scan(&id, reader)?;
    Ok(id)
}

/// The address as a browser on this machine writes it.
fn shown(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port())
    } else {
        address
    }
}

/// Windows and macOS always have one; elsewhere a session says so.
fn has_display() -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Ctrl-C, or a polite request of the system to end. Listens from the moment it is made: a signal between the
/// printed address and the first wait is not lost, and does not end the process half-way.
struct StopSignals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl StopSignals {
    #[cfg(unix)]
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        // Without a handler the signal ends the process by itself.
        let _ = tokio::signal::ctrl_c().await;
    }
}

fn remote_refused(addr: IpAddr) -> Problem {
    Problem::bad_input(
        "addr_refused",
        "The wizard only listens to this machine.",
        format!("{addr} can be reached by others, and what is shown here (names of clusters, images, failures) is not encrypted on its way."),
        "Reach it with ssh -L or kubectl port-forward. Behind a proxy with TLS, or in a container, add --allow-remote.",
    )
    .at(addr.to_string())
}

fn not_bound(addr: IpAddr, error: &io::Error) -> Problem {
    let (what, why) =
        ("The wizard could not be started.", format!("The port cannot be listened on: {error}."));
    Problem::bad_input("port_unusable", what, why, "Name another port with --port, or 0 for any free one.")
        .at(addr.to_string())
}

fn no_signals(error: &io::Error) -> Problem {
    let why = format!("The system does not let it hear Ctrl-C: {error}.");
    Problem::outside("no_signals", "The wizard could not be started.", why, "Try again.")
}

fn no_randomness(error: &impl std::fmt::Display) -> Problem {
    let why = format!("The system gives no random numbers: {error}.");
    Problem::outside("no_randomness", "The wizard could not be started safely.", why, "Try again.")
}
