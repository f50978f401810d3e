//! The other end of a `Socket`, in our hands: a page that has nothing but a socket, and lines that tell what they saw.

use std::{future::pending, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::any,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tower_http::services::ServeDir;

use crate::tool::find;

const PATIENCE: Duration = Duration::from_secs(30);

/// How long a line may be silent and must live on.
const SILENCE: Duration = Duration::from_secs(20);

/// More than any story has happen at once.
const UNHEARD: usize = 10_000;

/// What hands the page its `say`, and the stories the page.
const PAGE: &str = r#"<!doctype html><link rel="icon" href="data:,"><title>A socket</title><body style="white-space: pre"><script type="module">
    window.say = words => document.body.append(words, '\n');
    const page = await import('/socket/socket_page.js');
    await page.default();
    window.page = page;
    say('ready');
</script>"#;

/// The peer, until this is dropped.
///
/// `/` is the page. `/line` sends every text back, until one of them is "close"; `/ping` pings first; `/silent` says
/// nothing for 20 s, then "still there?". `/wrong-key` accepts with a key nobody gave, and `/never` never answers.
pub struct Peer {
    address: SocketAddr,
    lines: watch::Receiver<Lines>,
    heard: mpsc::Receiver<Heard>,
    _stop: watch::Sender<()>,
}

/// How many lines there are, and were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Those on which the other side may still say something, or whose handshake is under way.
    pub live: usize,
    /// All that ever were.
    pub ever: usize,
}

/// What a line was told, other than texts to send back.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// A pong, with what it carried.
    Pong(Vec<u8>),
    /// The answer to "still there?".
    Answer(String),
    /// A goodbye with this code, if it had one.
    Close(Option<u16>),
}

impl Peer {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let (lines, watched) = watch::channel(Lines::default());
        let (said, heard) = mpsc::channel(UNHEARD);
        let (stop, mut stopped) = watch::channel(());
        let page =
            find("OPENLINE_SOCKET_PAGE", &["target/socket-page"], "`cargo xtask test` builds it and says where it is");
        let router = router(&page, Side { lines: Arc::new(lines), said });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        tokio::spawn(async move {
            let serve = axum::serve(listener, router);
            tokio::select! { _ = serve => {}, _ = stopped.changed() => {} }
        });
        Self { address, lines: watched, heard, _stop: stop }
    }

    /// The page's address.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Waits for the next thing a line is told.
    pub async fn hears(&mut self) -> Heard {
        let heard = timeout(PATIENCE, self.heard.recv()).await;
        heard.unwrap_or_else(|_| panic!("nothing heard; lines: {:?}", *self.lines.borrow())).expect("the peer is there")
    }

    /// Waits until so many lines live; returns how many there ever were.
    pub async fn has_live(&mut self, live: usize) -> usize {
        let there =
            timeout(PATIENCE, self.lines.wait_for(|lines| lines.live == live)).await.map(|lines| *lines.unwrap());
        there.unwrap_or_else(|_| panic!("not {live} lines, but {:?}", *self.lines.borrow())).ever
    }
}

/// A line's side of the peer.
#[derive(Clone)]
struct Side {
    lines: Arc<watch::Sender<Lines>>,
    said: mpsc::Sender<Heard>,
}

/// Counted for as long as it is there.
struct Live(Arc<watch::Sender<Lines>>);

impl Side {
    fn live(&self) -> Live {
        self.lines.send_modify(|lines| {
            lines.live += 1;
            lines.ever += 1;
        });
        Live(self.lines.clone())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.send_modify(|lines| lines.live -= 1);
    }
}

fn router(page: &Path, side: Side) -> Router {
    Router::new()
        .route("/", any(async || Html(PAGE)))
        .route("/line", any(async |side, upgrade| open(side, upgrade, Greeting::None)))
        .route("/ping", any(async |side, upgrade| open(side, upgrade, Greeting::Ping)))
        .route("/silent", any(async |side, upgrade| open(side, upgrade, Greeting::Silence)))
        .route("/wrong-key", any(wrong_key))
        .route("/never", any(never))
        .nest_service("/socket", ServeDir::new(page))
        .with_state(side)
}

async fn wrong_key() -> Response {
    let headers = [
        (header::UPGRADE, "websocket"),
        (header::CONNECTION, "upgrade"),
        (header::SEC_WEBSOCKET_ACCEPT, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

async fn never(State(side): State<Side>) -> Response {
    let _live = side.live();
    pending().await
}

/// How a line begins.
#[derive(Clone, Copy)]
enum Greeting {
    None,
    Ping,
    Silence,
}

fn open(State(side): State<Side>, upgrade: WebSocketUpgrade, greeting: Greeting) -> Response {
    let live = side.live();
    upgrade.on_upgrade(async move |socket| {
        let _live = live;
        // That the other side is gone is how a line ends.
        let _ = hold(socket, greeting, &side.said).await;
    })
}

async fn hold(mut socket: WebSocket, greeting: Greeting, said: &mpsc::Sender<Heard>) -> Result<(), axum::Error> {
    match greeting {
        Greeting::None => {}
        Greeting::Ping => socket.send(Message::Ping("are you there?".into())).await?,
        Greeting::Silence => {
            sleep(SILENCE).await;
            socket.send("still there?".into()).await?;
        }
    }
    while let Some(message) = socket.recv().await {
        let heard = match message? {
            Message::Text(text) if text.as_str() == "close" => return socket.send(Message::Close(None)).await,
            Message::Text(text) if matches!(greeting, Greeting::Silence) => Heard::Answer(text.to_string()),
            Message::Pong(carried) => Heard::Pong(carried.into()),
            Message::Close(close) => Heard::Close(close.map(|close| close.code)),
            Message::Text(text) => {
                socket.send(Message::Text(text)).await?;
                continue;
            }
            _ => continue,
        };
        // A story that does not listen does not mind.
        let _ = said.try_send(heard);
    }
    Ok(())
}
