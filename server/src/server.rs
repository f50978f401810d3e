//! The server: listens, seats whoever comes, and stops cleanly.

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Request};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::{
    files,
    guests::Guests,
    hall::Hall,
    history::OpenError,
    keeping::keep,
    metrics::Reason,
    options::Options,
    origin::Origins,
    page::{Page, Reach},
    web::{self, Admission, Doors},
};

/// How many of those for whom there is no seat are told so at once; more are hung up on.
const TURNED_AWAY: usize = 256;
/// The wait after an accept that failed, which mostly means that there are no file handles left.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// A server that listens, and serves once it is run.
///
/// # Drop
/// What was posted is written, and the data file closed.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    hall: Arc<Hall>,
    routes: Router,
    turned_away: Arc<Semaphore>,
}

/// What HTTP connections do with requests. Each holds a receiver for as long as it serves any.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Requests {
    Taken,
    /// Only the one that is under way.
    Finished,
}

/// Why a server can't start. Each is a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Something else listens on that address.
    #[error("{address} is in use; stop what listens there, or say another address with --listen")]
    InUse {
        /// The address.
        address: SocketAddr,
    },
    /// The address can't be listened on for another reason.
    #[error("can't listen on {address}: {error}; say another address with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
    /// The data file can't be opened.
    #[error(transparent)]
    Data(#[from] OpenError),
}

impl Server {
    /// Takes the address and opens the data file. Connections wait until it is run. The process may then open as many
    /// files as this user may let it; where that is too few for the connections, fewer are let in.
    ///
    /// # Errors
    /// All of [`StartError`]; nothing was changed then, except that an empty data folder may be there.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    ///
    /// # Cancel safety
    /// Nothing is left but, perhaps, an empty data folder.
    pub async fn bind(mut options: Options) -> Result<Self, StartError> {
        let address = options.listen;
        let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => StartError::InUse { address },
            _ => StartError::Listen { address, error },
        })?;
        let address = listener.local_addr().map_err(|error| StartError::Listen { address, error })?;
        // Better to turn away who is too many than to find no file for who was let in.
        let (wanted, fit) = (options.limits.connections, files::connections());
        if fit < wanted {
            tracing::warn!(
                "this process may open as many files as are enough for {fit} connections, not for {wanted}: no more are \
                 let in; let it open more (LimitNOFILE= in a unit of systemd's, or ulimit -n), or say --connections {fit}"
            );
            options.limits.connections = fit;
        }
        let hall = Arc::new(Hall::open(&options)?);
        tokio::spawn(Guests::shed(Arc::downgrade(&hall.guests)));
        tokio::spawn(Guests::keep_time(Arc::downgrade(&hall.guests)));
        tokio::spawn(keep(options.keep_entries, options.keep_days, Arc::downgrade(&hall)));
        let doors = Doors {
            hall: Arc::clone(&hall),
            origins: Origins::new(options.origin, address.ip()),
            page: Page::new(&options.assets, Reach::Home, options.base.clone()),
            workbench: Page::new(&options.assets.join("wire"), Reach::Anywhere, options.base.clone()),
            assets: ServeDir::new(&options.assets).append_index_html_on_directories(false),
        };
        let turned_away = Arc::new(Semaphore::new(TURNED_AWAY));
        Ok(Self { listener, address, hall, routes: web::routes(Arc::new(doors), &options.base), turned_away })
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` ends. Then everybody is told to come back and hung up on, what was posted is written, and it
    /// returns; within the time that the options give it.
    ///
    /// # Cancel safety
    /// Dropping it stops without a word to anybody; what was posted is written nonetheless.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tracing::info!(address = %self.address, "listening");
        let requests = watch::Sender::new(Requests::Taken);
        self.accept_until(stop, &requests).await;
        let drain_time = self.hall.limits.drain_time;
        if !drain_time.is_zero() {
            tracing::info!(?drain_time, "draining");
            self.hall.guests.drain();
            self.accept_until(tokio::time::sleep(drain_time), &requests).await;
        }
        self.stop(requests).await;
    }

    async fn accept_until(&self, end: impl Future<Output = ()>, requests: &watch::Sender<Requests>) {
        let mut end = pin!(end);
        loop {
            let accepted = tokio::select! {
                () = &mut end => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => self.serve(stream, address, requests),
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            }
        }
    }

    fn serve(&self, stream: TcpStream, address: SocketAddr, requests: &watch::Sender<Requests>) {
        let (admission, permit) = match self.hall.guests.seat(address.ip()) {
            Ok(seat) => (Admission::Seated(Arc::new(seat)), None),
            Err(why) => {
                self.hall.metrics.turned_away.get_or_create(&Reason { why: why.word().into() }).inc();
                let Ok(permit) = Arc::clone(&self.turned_away).try_acquire_owned() else { return };
                (Admission::TurnedAway(why), Some(permit))
            }
        };
        // Frames are put together before they are written, so nothing is gained by waiting for more.
        let _ = stream.set_nodelay(true);
        let routes = self.routes.clone().map_request(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(admission.clone());
            request
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.hall.limits.hello_time)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes))
            .with_upgrades();
        let mut requests = requests.subscribe();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            // What goes wrong here is the other side's, and it knows.
            let _ = tokio::select! {
                ended = connection.as_mut() => ended,
                () = async { drop(requests.wait_for(|requests| *requests == Requests::Finished).await) } => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            drop(permit);
        });
    }

    async fn stop(self, requests: watch::Sender<Requests>) {
        let Self { listener, hall, routes, .. } = self;
        drop(listener);
        tracing::info!(lines = hall.guests.lines(), "stopping");
        hall.guests.stop();
        let everybody_left = async {
            requests.send_replace(Requests::Finished);
            requests.closed().await;
            hall.guests.left().await;
        };
        if tokio::time::timeout(hall.limits.stop_time, everybody_left).await.is_err() {
            tracing::warn!(lines = hall.guests.lines(), "some lines did not end in time");
        }
        drop(routes);
        // Writes what was posted. It may wait for the disk, so not on a thread that others need.
        let written = tokio::task::spawn_blocking(move || hall.history.close());
        let _ = written.await;
        tracing::info!("stopped");
    }
}
