//! The line between a browser and the server, in our hands: it can be held and cut.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A port that leads to a server, until this is dropped.
pub struct Line {
    address: SocketAddr,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Default)]
struct State {
    /// Rises with each cut: what was open then is closed.
    cuts: u32,
    /// Nothing of what the server says on a WebSocket comes through.
    deaf: bool,
    /// No WebSocket gets through.
    closed: bool,
}

impl Line {
    /// A line to a server.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state = watch::Sender::new(State::default());
        let watched = state.subscribe();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, server, watched.clone()));
            }
        });
        Self { address, state }
    }

    /// A page through this line.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on nothing that the server says on a WebSocket comes through, while what is said to it does.
    pub fn hold_answers(&self) {
        self.state.send_modify(|state| state.deaf = true);
    }

    /// Closes all that is open, and lets no WebSocket through: the page itself can still be fetched.
    pub fn cut(&self) {
        self.state.send_modify(|state| *state = State { cuts: state.cuts + 1, deaf: false, closed: true });
    }

    /// Lets WebSockets through again.
    pub fn mend(&self) {
        self.state.send_modify(|state| *state = State { deaf: false, closed: false, ..*state });
    }
}

async fn carry(near: TcpStream, server: SocketAddr, state: watch::Receiver<State>) {
    let socket = is_websocket(&near).await;
    let State { cuts, closed, .. } = *state.borrow();
    if closed && socket {
        return;
    }
    let Ok(far) = TcpStream::connect(server).await else { return };
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    let mut watched = state.clone();
    tokio::select! {
        () = copy(near_read, far_write, None) => {}
        () = copy(far_read, near_write, socket.then_some(state)) => {}
        _ = watched.wait_for(|now| now.cuts != cuts) => {}
    }
}

/// Whether a connection begins with the request for one of the server's WebSockets. A browser makes one for nothing else.
async fn is_websocket(near: &TcpStream) -> bool {
    let mut start = [0; 9];
    let mut count = 0;
    while count < start.len() {
        match near.peek(&mut start).await {
            // The same bytes as before, or none: the other side has no more to say.
            Ok(now) if now > count => count = now,
            _ => return false,
        }
    }
    start.starts_with(b"GET /ws") || &start == b"GET /echo"
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut held: Option<watch::Receiver<State>>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if let Some(state) = &mut held
            && state.wait_for(|now| !now.deaf).await.is_err()
        {
            return;
        }
        if to.write_all(buffer.get(..count).unwrap_or_default()).await.is_err() {
            return;
        }
    }
}
