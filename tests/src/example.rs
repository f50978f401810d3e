//! One of the client's examples, served beside an echo.

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{
        WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
    routing::any,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tower_http::services::ServeDir;

use crate::tool::find;

/// A server of what Trunk built of an example, and of its `/echo`, until this is dropped. (The chat's server would do,
/// but for its policy: it knows no page that has a worker.)
pub struct Example {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Example {
    /// Serves the one of this name.
    pub async fn start(name: &str) -> Self {
        let remedy = "`cargo xtask test stories` builds it and says where it is";
        let folder = find("OPENLINE_EXAMPLES", &["target/examples"], remedy).join(name);
        let router = Router::new().route("/echo", any(echo)).fallback_service(ServeDir::new(folder));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { address, serving }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn echo(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket: WebSocket| {
        while let Some(Ok(message)) = socket.recv().await {
            if matches!(message, Message::Text(_) | Message::Binary(_)) && socket.send(message).await.is_err() {
                return;
            }
        }
    })
}
