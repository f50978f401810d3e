//! What most people write first: every connection subscribes to one broadcast channel and sends each message by itself.

use anyhow::Result;
use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
    routing::any,
};
use tokio::{net::TcpListener, sync::broadcast};

pub(super) async fn serve() -> Result<()> {
    let (said, _) = broadcast::channel(4_096);
    let router = Router::new().route("/ws", any(upgrade)).with_state(said);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

async fn upgrade(State(said): State<broadcast::Sender<Utf8Bytes>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.read_buffer_size(4 * 1024).on_upgrade(|socket| hold(socket, said))
}

async fn hold(mut socket: WebSocket, said: broadcast::Sender<Utf8Bytes>) {
    let mut heard = said.subscribe();
    loop {
        tokio::select! {
            message = heard.recv() => {
                let Ok(message) = message else { return };
                if socket.send(Message::Text(message)).await.is_err() { return }
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => drop(said.send(text)),
                Some(Ok(_)) => {}
                _ => return,
            }
        }
    }
}
