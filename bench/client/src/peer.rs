//! The page, and the other end of its sockets.

use std::{net::SocketAddr, path::Path};

use anyhow::Result;
use axum::{
    Router,
    extract::{
        Query, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::header,
    response::{Html, Response},
    routing::any,
};
use futures_util::SinkExt;
use serde::Deserialize;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

const PAGE: &str = r#"<!doctype html><title>The bench</title><body><script type="module" src="/bench.js"></script>"#;

/// A page by itself has a clock of 5 µs, where others have one of 100 µs.
const ISOLATED: [(&str, &str); 2] =
    [("cross-origin-opener-policy", "same-origin"), ("cross-origin-embedder-policy", "require-corp")];

/// What a line is for.
#[derive(Clone, Deserialize)]
struct Manner {
    binary: bool,
    size: usize,
    messages: u64,
}

/// Starts it on a free port, for as long as this process lives.
pub(crate) async fn start(page: &Path) -> Result<SocketAddr> {
    let router = Router::new()
        .route("/", any(async || (ISOLATED, Html(PAGE))))
        .route("/bench.js", any(async || ([(header::CONTENT_TYPE, "text/javascript")], include_str!("page.js"))))
        .route("/take", any(idle))
        .route("/give", any(idle))
        .route("/receive", any(push))
        .route("/send", any(count))
        .route("/burst", any(burst))
        .nest_service("/page", ServeDir::new(page));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn idle(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| while let Some(Ok(_)) = socket.recv().await {})
}

/// Pushes all it has, whenever it is told anything.
async fn push(Query(manner): Query<Manner>, upgrade: WebSocketUpgrade) -> Response {
    async fn all(mut socket: WebSocket, manner: Manner) -> Result<(), axum::Error> {
        let content = "x".repeat(manner.size);
        let message = if manner.binary { Message::Binary(content.into()) } else { Message::Text(content.into()) };
        while let Some(Ok(Message::Text(_))) = socket.recv().await {
            for _ in 0..manner.messages {
                socket.feed(message.clone()).await?;
            }
            socket.flush().await?;
        }
        Ok(())
    }
    // A page that has gone has seen enough.
    upgrade.on_upgrade(async move |socket| drop(all(socket, manner).await))
}

/// Sends as many numbers as it is told to, from zero on.
async fn burst(upgrade: WebSocketUpgrade) -> Response {
    async fn numbers(mut socket: WebSocket) -> Result<(), axum::Error> {
        let Some(Ok(Message::Text(count))) = socket.recv().await else { return Ok(()) };
        for number in 0..count.parse().unwrap_or(0_u32) {
            socket.feed(Message::Text(number.to_string().into())).await?;
        }
        socket.flush().await?;
        // It closes when it has seen enough.
        while let Some(Ok(_)) = socket.recv().await {}
        Ok(())
    }
    // A page that has seen more than it may keep hangs up.
    upgrade.on_upgrade(async move |socket| drop(numbers(socket).await))
}

/// Says so whenever all messages have come.
async fn count(Query(manner): Query<Manner>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let mut left = manner.messages;
        while let Some(Ok(Message::Text(_) | Message::Binary(_))) = socket.recv().await {
            left -= 1;
            if left == 0 {
                left = manner.messages;
                let all = if manner.binary { Message::Binary("all".into()) } else { Message::Text("all".into()) };
                if socket.send(all).await.is_err() {
                    return;
                }
            }
        }
    })
}
