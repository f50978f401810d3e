//! What one writes once the first attempt was too slow: whatever the channel holds is fed, and flushed once.

use anyhow::Result;
use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::broadcast,
};
use tokio_tungstenite::{
    accept_async_with_config,
    tungstenite::{Message, Utf8Bytes, protocol::WebSocketConfig},
};

pub(super) async fn serve() -> Result<()> {
    let (said, _) = broadcast::channel(4_096);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(hold(stream, said.clone()));
    }
}

async fn hold(stream: TcpStream, said: broadcast::Sender<Utf8Bytes>) -> Result<()> {
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
    let mut socket = accept_async_with_config(stream, Some(config)).await?;
    let mut heard = said.subscribe();
    loop {
        tokio::select! {
            message = heard.recv() => {
                socket.feed(Message::Text(message?)).await?;
                while let Ok(message) = heard.try_recv() {
                    socket.feed(Message::Text(message)).await?;
                }
                socket.flush().await?;
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => drop(said.send(text)),
                Some(Ok(_)) => {}
                _ => return Ok(()),
            }
        }
    }
}
