//! A typed client that keeps a model of what it was told, and the server it speaks to.
//!
//! Every wait has a deadline, and says at its end what was seen last.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, time::Duration};

use clap::Parser;
use futures_util::{SinkExt, StreamExt};
use openline_protocol::*;
use openline_server::{Options, Server};
use tokio::{
    net::{TcpSocket, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};

/// How long anything may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A server on a port of its own.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

pub(crate) fn options(data: &Path, arguments: &[&str]) -> Options {
    let data = data.display().to_string();
    let mut options = Options::parse_from(["openline-server", "--data", &data].iter().chain(arguments));
    if !arguments.contains(&"--listen") {
        options.listen = ([127, 0, 0, 1], 0).into();
    }
    options
}

impl Running {
    pub(crate) async fn start(data: &Path, arguments: &[&str]) -> Self {
        let server = Server::bind(options(data, arguments)).await.unwrap();
        let address = server.local_addr();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(server.run(async { drop(stopped.await) }));
        Self { address, stop, ended }
    }

    /// Tells it to stop; what is returned ends when it has.
    pub(crate) fn stop(self) -> impl Future<Output = ()> {
        let _ = self.stop.send(());
        async { tokio::time::timeout(DEADLINE, self.ended).await.expect("the server did not stop").unwrap() }
    }
}

/// One line, and what it was told.
pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) me: Option<Welcome>,
    pub(crate) rooms: BTreeMap<RoomName, Replica>,
    pub(crate) settled: Vec<(MessageId, u64)>,
    pub(crate) refusals: Vec<Refusal>,
    pub(crate) signals: Vec<(String, Body)>,
    pub(crate) rosters: Vec<Roster>,
    pub(crate) beats: usize,
    pub(crate) closing: Option<(ClosingWhy, u64)>,
    pub(crate) closed: Option<u16>,
    pub(crate) frames: usize,
}

/// What a line was told of a room.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) joined: Joined,
    pub(crate) entries: Vec<Entry>,
}

impl Replica {
    pub(crate) fn head(&self) -> Seq {
        self.entries.last().map_or(self.joined.after, |entry| entry.seq)
    }

    pub(crate) fn cursor(&self) -> Cursor {
        Cursor { epoch: self.joined.epoch.clone(), seq: self.head() }
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.entries.iter().map(text_of).collect()
    }

    pub(crate) fn ids(&self) -> Vec<MessageId> {
        self.entries.iter().map(|entry| entry.id).collect()
    }
}

pub(crate) fn text_of(entry: &Entry) -> String {
    match &entry.body {
        Body::Text(text) => text.clone(),
        Body::Bytes(bytes) => format!("{} bytes", bytes.len()),
        other => format!("{other:?}"),
    }
}

pub(crate) fn room(name: &str) -> RoomName {
    name.parse().unwrap()
}

pub(crate) fn id() -> MessageId {
    MessageId(uuid::Builder::from_random_bytes(rand::random()).into_uuid())
}

impl Client {
    pub(crate) async fn dial(address: SocketAddr) -> Self {
        Self::dial_with(address, None).await
    }

    /// A line whose system takes in only so many bytes that aren't read.
    pub(crate) async fn dial_with(address: SocketAddr, buffer: Option<u32>) -> Self {
        let tcp = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.unwrap();
        if let Some(buffer) = buffer {
            tcp.set_recv_buffer_size(buffer).unwrap();
        }
        let stream = MaybeTlsStream::Plain(tcp.connect(address).await.unwrap());
        let request = format!("ws://{address}/ws").into_client_request().unwrap();
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
        Self {
            socket,
            me: None,
            rooms: BTreeMap::new(),
            settled: Vec::new(),
            refusals: Vec::new(),
            signals: Vec::new(),
            rosters: Vec::new(),
            beats: 0,
            closing: None,
            closed: None,
            frames: 0,
        }
    }

    /// A line that said hello and was welcomed.
    pub(crate) async fn hello(address: SocketAddr, name: &str) -> Self {
        let mut client = Self::dial(address).await;
        client.say_hello(name, None, None).await;
        client.until("a welcome", |client| client.me.is_some()).await;
        client
    }

    /// A line that said hello, and is in the lobby.
    pub(crate) async fn in_lobby(address: SocketAddr, name: &str) -> Self {
        let mut client = Self::hello(address, name).await;
        client.join("lobby", None).await;
        client
    }

    pub(crate) async fn say_hello(&mut self, name: &str, token: Option<Token>, session: Option<&str>) {
        let session = session.map(|session| SessionId::new(session).unwrap());
        self.say(&ToServer::Hello(Hello { name: name.parse().unwrap(), token, session })).await;
    }

    /// Joins, and waits until it has everything up to the head it was told.
    pub(crate) async fn join(&mut self, name: &str, after: Option<Cursor>) {
        self.rooms.remove(&room(name));
        self.say(&ToServer::Join(Join { room: room(name), after, last: None })).await;
        let name = room(name);
        self.until("all entries up to the head", |client| {
            client.rooms.get(&name).is_some_and(|replica| replica.head() >= replica.joined.head)
        })
        .await;
    }

    pub(crate) async fn post(&mut self, text: &str) -> MessageId {
        let id = id();
        self.post_as(id, Body::text(text)).await;
        id
    }

    pub(crate) async fn post_as(&mut self, id: MessageId, body: Body) {
        self.say(&ToServer::Post(Post { room: room("lobby"), id, kind: None, body })).await;
    }

    pub(crate) async fn signal(&mut self, to: Option<PersonId>, text: &str) {
        self.say(&ToServer::Signal(Signal { room: room("lobby"), to, body: Body::text(text) })).await;
    }

    pub(crate) async fn say(&mut self, message: &ToServer) {
        let message = match message.to_frame() {
            Frame::Text(text) => Message::text(text),
            Frame::Binary(bytes) => Message::binary(bytes),
        };
        self.raw(message).await;
    }

    /// Sends a frame as it is. That the line is gone shows when it is read.
    pub(crate) async fn raw(&mut self, message: Message) {
        let _ = self.socket.send(message).await;
    }

    /// Puts a message where the next flush takes it along.
    pub(crate) async fn feed(&mut self, message: &ToServer) {
        let Frame::Text(text) = message.to_frame() else { panic!("only texts") };
        self.socket.feed(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn flush(&mut self) {
        self.socket.flush().await.unwrap();
    }

    pub(crate) fn lobby(&self) -> &Replica {
        &self.rooms[&room("lobby")]
    }

    pub(crate) fn person(&self) -> Person {
        self.me.as_ref().unwrap().you.clone()
    }

    pub(crate) fn token(&self) -> Token {
        self.me.as_ref().unwrap().token.clone()
    }

    /// Listens until something is so.
    pub(crate) async fn until(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        while !is_so(self) {
            let heard = tokio::time::timeout_at(deadline, self.hear()).await;
            assert!(
                heard == Ok(true) || is_so(self),
                "waited for {what}; {}; seen last: {self:#?}",
                if heard.is_err() { "no time left" } else { "the line has ended" }
            );
        }
    }

    pub(crate) async fn until_entries(&mut self, count: usize) {
        self.until(&format!("{count} entries"), |client| client.lobby().entries.len() >= count).await;
    }

    pub(crate) async fn until_closed(&mut self) -> u16 {
        self.until("the close", |client| client.closed.is_some()).await;
        self.closed.unwrap()
    }

    /// Makes sure that everything the server did before now was heard: what it answers a beat with comes after it.
    pub(crate) async fn catch_up(&mut self) {
        let beats = self.beats;
        self.say(&ToServer::Beat {}).await;
        self.until("a beat", |client| client.beats > beats).await;
    }

    /// Takes in one message. `false` once the line has ended.
    async fn hear(&mut self) -> bool {
        let message = match self.socket.next().await {
            Some(Ok(Message::Text(text))) => ToClient::from_text(&text).unwrap(),
            Some(Ok(Message::Binary(bytes))) => ToClient::from_binary(bytes).unwrap(),
            Some(Ok(Message::Close(frame))) => {
                self.closed = Some(frame.map_or(1005, |frame| frame.code.into()));
                return true;
            }
            Some(Ok(_)) => return true,
            Some(Err(_)) | None => {
                self.closed.get_or_insert(1006);
                return false;
            }
        };
        assert_eq!(self.closed, None, "nothing is sent after a close frame");
        self.frames += 1;
        self.take(message);
        true
    }

    fn take(&mut self, message: ToClient) {
        match message {
            ToClient::Welcome(welcome) => self.me = Some(welcome),
            ToClient::Joined(joined) => {
                assert!(joined.after <= joined.head && joined.first <= joined.head.next());
                self.rooms.insert(joined.room.clone(), Replica { joined, entries: Vec::new() });
            }
            ToClient::Entries(batch) => {
                let replica = self.rooms.get_mut(&batch.room).expect("entries come after their room was joined");
                assert_eq!(batch.after, replica.head(), "a batch goes on where the last one ended");
                for entry in batch.entries {
                    assert_eq!(entry.seq, replica.head().next());
                    assert!(replica.entries.last().is_none_or(|last| last.at <= entry.at), "time never goes back");
                    assert!(!replica.entries.iter().any(|old| old.id == entry.id), "an id is there once");
                    replica.entries.push(entry);
                }
            }
            ToClient::Settled { room, id, seq } => {
                assert!(seq <= self.rooms[&room].head(), "settled is at or before what was heard");
                self.settled.push((id, seq.number()));
            }
            ToClient::Signals { signals, .. } => {
                self.signals.extend(signals.into_iter().map(|heard| (heard.from.name.to_string(), heard.body)));
            }
            ToClient::Roster { room: _, version, count, who } => {
                assert!(self.rosters.last().is_none_or(|last| last.version < version));
                self.rosters.push(Roster { version, count, who });
            }
            ToClient::Refusal(refusal) => self.refusals.push(refusal),
            ToClient::Closing { why, back_in } => self.closing = Some((why, back_in)),
            ToClient::Beat {} => self.beats += 1,
            other => panic!("unknown: {other:?}"),
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rooms: Vec<_> =
            self.rooms.iter().map(|(name, r)| (name, r.joined.after, r.joined.head, r.head())).collect();
        f.debug_struct("Client")
            .field("rooms (after, head then, head)", &rooms)
            .field("settled", &self.settled)
            .field("refusals", &self.refusals)
            .field("signals", &self.signals.len())
            .field("rosters", &self.rosters)
            .field("beats", &self.beats)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

/// Asks over HTTP: status, head and body.
pub(crate) async fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        request.push_str(&format!("Host: {address}\r\n"));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{request}\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut answer)).await;
    read.expect("no answer").unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_ascii_lowercase(), body.to_owned())
}
