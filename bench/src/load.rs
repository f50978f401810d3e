//! The load: receivers that count what reaches them, and one who posts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use memchr::memmem;
use openline_protocol::{Body, Hello, Join, MessageId, Post, RoomName, ToServer};
use tokio::{net::TcpStream, sync::Notify, task::JoinSet, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};
use uuid::Uuid;

/// How one speaks to a server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Our protocol: hello, join, post.
    Openline,
    /// Whatever is said is handed on.
    Echoed,
}

/// An entry as our server sends it, 64 characters of text in it, so that the peer hands on the same bytes.
const ENTRY: &str = r#"{"entries":{"room":"bench","after":1000,"entries":[{"seq":1001,"id":"0193f0aa-7c1e-4b6e-9d55-3f1a2b3c4d5e","from":{"id":"7d444840-9dc0-41d1-b245-5ffdce74fad2","name":"bench"},"at":1795377918120,"body":{"text":"0123456789012345678901234567890123456789012345678901234567890123"}}]}}"#;

type Line = WebSocketStream<TcpStream>;

pub(crate) struct Crowd {
    dialect: Dialect,
    poster: Line,
    counted: Arc<Counted>,
    receivers: usize,
    tasks: JoinSet<()>,
}

#[derive(Default)]
struct Counted {
    deliveries: AtomicUsize,
    frames: AtomicUsize,
    goal: AtomicUsize,
    reached: Notify,
}

impl Crowd {
    /// Connects so many receivers and one poster, all in one room.
    pub(crate) async fn gather(address: &str, dialect: Dialect, receivers: usize) -> Result<Self> {
        let counted = Arc::new(Counted { goal: AtomicUsize::new(usize::MAX), ..Counted::default() });
        let mut tasks = JoinSet::new();
        for _ in 0..receivers {
            let mut line = connect(address, dialect).await?;
            let counted = counted.clone();
            tasks.spawn(async move {
                while let Some(Ok(message)) = line.next().await {
                    counted.count(&message);
                }
            });
        }
        let poster = connect(address, dialect).await?;
        Ok(Self { dialect, poster, counted, receivers, tasks })
    }

    /// Posts so many messages, `outstanding` at a time: the next ones when everybody has heard the last. Tells how many
    /// frames a receiver got on average for each.
    pub(crate) async fn post(&mut self, messages: usize, outstanding: usize) -> Result<f64> {
        let frames = self.counted.frames.load(Ordering::Relaxed);
        for _ in 0..messages / outstanding {
            let goal = self.counted.deliveries.load(Ordering::Relaxed) + outstanding * self.receivers;
            self.counted.goal.store(goal, Ordering::Relaxed);
            for _ in 0..outstanding {
                self.poster.feed(self.message()).await?;
            }
            self.poster.flush().await?;
            let heard = async {
                while self.counted.deliveries.load(Ordering::Relaxed) < goal {
                    tokio::select! {
                        () = self.counted.reached.notified() => {}
                        own = self.poster.next() => { own.context("the poster's line ended")??; }
                    }
                }
                anyhow::Ok(())
            };
            if timeout(Duration::from_secs(60), heard).await.is_err() {
                bail!("{} of {goal} deliveries came in a minute", self.counted.deliveries.load(Ordering::Relaxed));
            }
        }
        let frames = self.counted.frames.load(Ordering::Relaxed) - frames;
        Ok(frames as f64 / (messages * self.receivers) as f64)
    }

    pub(crate) fn leave(mut self) {
        self.tasks.abort_all();
    }

    fn message(&self) -> Message {
        match self.dialect {
            Dialect::Echoed => Message::text(ENTRY),
            Dialect::Openline => {
                let text = "0123456789".chars().cycle().take(64).collect::<String>();
                let id = MessageId(Uuid::new_v4());
                say(&ToServer::Post(Post { room: room(), id, kind: None, body: Body::text(text) }))
            }
        }
    }
}

impl Counted {
    fn count(&self, message: &Message) {
        let data = match message {
            Message::Text(text) => text.as_bytes(),
            Message::Binary(bytes) => bytes,
            _ => return,
        };
        let entries = memmem::find_iter(data, br#"{"seq":"#).count();
        if entries == 0 {
            return;
        }
        self.frames.fetch_add(1, Ordering::Relaxed);
        let now = self.deliveries.fetch_add(entries, Ordering::Relaxed) + entries;
        if now >= self.goal.load(Ordering::Relaxed) {
            self.reached.notify_one();
        }
    }
}

/// Connects one line and, in our protocol, waits until it has joined.
pub(crate) async fn connect(address: &str, dialect: Dialect) -> Result<Line> {
    let mut config = WebSocketConfig::default();
    config.read_buffer_size = 4 * 1024;
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut line, _) = client_async_with_config(format!("ws://{address}/ws"), stream, Some(config)).await?;
    if dialect == Dialect::Openline {
        line.send(say(&ToServer::Hello(Hello { name: "bench".parse()?, token: None, session: None }))).await?;
        line.send(say(&ToServer::Join(Join { room: room(), after: None, last: Some(1) }))).await?;
        loop {
            let message = line.next().await.context("the line ended before it had joined")??;
            if message.to_text().is_ok_and(|text| text.starts_with(r#"{"joined""#)) {
                break;
            }
        }
    }
    Ok(line)
}

fn say(message: &ToServer) -> Message {
    match message.to_frame() {
        openline_protocol::Frame::Text(text) => Message::text(text),
        openline_protocol::Frame::Binary(bytes) => Message::binary(bytes),
    }
}

#[allow(clippy::unwrap_used, reason = "the name is a constant")]
fn room() -> RoomName {
    "bench".parse().unwrap()
}
