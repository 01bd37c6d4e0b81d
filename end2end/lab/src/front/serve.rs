//! Listening: the registry's face on the lab's addresses, the admin port on loopback alone.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{any, get};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::book::Book;
use super::quota::Quota;
use super::rules::{Accounts, Rules, Style};
use super::storage::Storage;
use super::tokens::Tokens;
use super::{admin, registry, token_service};

/// Where a front takes the time from; tests move it by hand.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// One front, as the process that serves it is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FrontConfig {
    /// Docker Hub or any other registry.
    pub style: Style,
    /// Where the registry is served: loopback and the node's side.
    pub listen: Vec<SocketAddr>,
    /// Where the admin port is, on loopback.
    pub admin_port: u16,
    /// Where the docker-registry behind it is, on loopback.
    pub storage_port: u16,
}

/// A registry's front with all that it remembers.
pub struct Front {
    pub(super) storage: Storage,
    book: Mutex<Book>,
    clock: Clock,
}

impl Front {
    /// A front that has seen nothing yet, before the storage on `storage_port`.
    #[must_use]
    pub fn new(style: Style, storage_port: u16, clock: Clock) -> Arc<Self> {
        let book = Book {
            style,
            rules: Rules::default(),
            accounts: Accounts::new(),
            quota: Quota::default(),
            tokens: Tokens::default(),
            log: Vec::new(),
        };
        Arc::new(Self { storage: Storage::new(storage_port), book: Mutex::new(book), clock })
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        // A handler that panicked leaves counters, not half-written structures.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The face that nodes and clients see.
    pub fn public_routes(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/token", get(token_service::get_token).post(token_service::post_token))
            .fallback(any(registry::registry))
            .with_state(Arc::clone(self))
    }

    /// The face that tests see.
    pub fn admin_routes(self: &Arc<Self>) -> Router {
        admin::routes(Arc::clone(self))
    }
}

/// Serves all fronts until the process ends.
///
/// # Errors
/// When an address cannot be listened on.
pub async fn serve(fronts: &[FrontConfig]) -> std::io::Result<()> {
    let mut tasks = tokio::task::JoinSet::new();
    for config in fronts {
        let front = Front::new(config.style, config.storage_port, Arc::new(Timestamp::now));
        for address in &config.listen {
            let listener = TcpListener::bind(address).await?;
            let routes = front.public_routes().into_make_service_with_connect_info::<SocketAddr>();
            tasks.spawn(async move { axum::serve(listener, routes).await });
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.admin_port)).await?;
        let routes = front.admin_routes();
        tasks.spawn(async move { axum::serve(listener, routes).await });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(std::io::Error::other)??;
    }
    Ok(())
}
