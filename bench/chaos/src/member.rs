//! A member: dials, listens, hangs up and dials again, as a page does. What it says is decided by its [`Logic`].

mod replicas;
mod stranger;

use std::{
    cell::RefCell,
    collections::BTreeMap,
    future::pending,
    net::SocketAddr,
    pin::Pin,
    rc::Rc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt, stream::SplitStream};
use openline_checker::{Rest, Testimony, Told};
use openline_protocol::{Body, CloseCode, Cursor, MessageId, RoomName};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
    task::{AbortHandle, JoinHandle, spawn_local},
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};
use uuid::Builder;

use self::replicas::Page;
pub(crate) use self::{replicas::Store, stranger::Stranger};
use crate::plan::{Kind, Tab, What};

/// How long a dial may take.
const TIME_TO_DIAL: Duration = Duration::from_secs(3);
/// How much longer than the server promises to be silent for at most a member waits, before it asks, and after.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How many messages may wait to be sent: beyond it the line is as good as dead.
const UNSENT: usize = 4_096;

/// What a member does with what it hears. Pure, but for what it writes into its testimony.
pub(crate) trait Logic {
    /// The first thing to say on a new line.
    fn hello(&mut self) -> Message;
    fn heard(&mut self, message: Message, now: u64) -> Heard;
    fn enter(&mut self, room: &RoomName) -> Vec<Message>;
    fn write(&mut self, room: &RoomName, id: MessageId, kind: Option<String>, body: Body, now: u64) -> Vec<Message>;
    fn line_lost(&mut self);
    /// The page is loaded anew.
    fn reload(&mut self);
    /// In how many milliseconds something is to be said again.
    fn due_in(&self, now: u64) -> Option<u64>;
    fn say_due(&mut self, now: u64) -> Vec<Message>;
    /// Whatever stays behind until its author decides goes again, but for what was refused for good.
    fn offer_again(&mut self, now: u64) -> Vec<Message>;
    fn standing(&self) -> Standing;
    fn rest(&self) -> BTreeMap<RoomName, Rest>;
}

/// What comes of a message.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) say: Vec<Message>,
    /// The server is silent for at most this long.
    pub(crate) beat_every: Option<Duration>,
    /// The server asks to come back then.
    pub(crate) back_in: Option<Duration>,
    /// The line is to be closed and dialled anew.
    pub(crate) redial: bool,
}

/// How a member stands now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) is_welcome: bool,
    pub(crate) underway: usize,
    /// Drafts that stay until their author decides, because the log is another one.
    pub(crate) set_aside: usize,
    /// `None` where it is not joined.
    pub(crate) cursors: BTreeMap<RoomName, Option<Cursor>>,
    pub(crate) ended: Option<String>,
}

/// What a member is told to do.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    Write(RoomName, What),
    Enter(RoomName),
    Reload,
    /// Its clock jumps by so many milliseconds.
    Jump(i64),
    /// From now on its author posts again whatever waits for them, because the log is another one.
    OfferAgain,
}

/// What a member writes down; it is read once it has ended.
pub(crate) type Notes = Rc<RefCell<Vec<Told>>>;

/// A member under way.
pub(crate) struct Member {
    pub(crate) orders: mpsc::Sender<Order>,
    pub(crate) standing: watch::Receiver<Standing>,
    task: JoinHandle<Testimony>,
}

impl Member {
    /// Begins to dial through a door.
    pub(crate) fn start(tab: &Tab, store: &Rc<RefCell<Store>>, door: SocketAddr, seed: u64) -> Result<Self> {
        let notes = Notes::default();
        let logic: Box<dyn Logic> = match tab.kind {
            Kind::Replicas => Box::new(Page::new(Rc::clone(store), Rc::clone(&notes), seed)?),
            Kind::Stranger => Box::new(Stranger::new(Rc::clone(&notes), seed)),
        };
        let (orders, taken) = mpsc::channel(1_024);
        let (tell, standing) = watch::channel(Standing::default());
        let life = Life {
            name: tab.name.clone(),
            logic,
            door,
            phase: Phase::Waiting(Instant::now()),
            beat_every: Duration::from_secs(15),
            back_at: None,
            clock_off: 0,
            offers_again: false,
            ended: None,
            tell,
            rng: SmallRng::seed_from_u64(seed),
        };
        Ok(Self { orders, standing, task: spawn_local(life.run(taken, notes)) })
    }

    /// Waits until it has done what it was told, and hangs up.
    pub(crate) async fn end(self) -> Result<Testimony> {
        drop(self.orders);
        self.task.await.context("a member panicked")
    }
}

struct Life {
    name: String,
    logic: Box<dyn Logic>,
    door: SocketAddr,
    phase: Phase,
    beat_every: Duration,
    back_at: Option<Instant>,
    clock_off: i64,
    offers_again: bool,
    ended: Option<String>,
    tell: watch::Sender<Standing>,
    rng: SmallRng,
}

enum Phase {
    Waiting(Instant),
    Dialling(Pin<Box<dyn Future<Output = Result<Socket>>>>),
    Up(Line),
    /// The server said not to come back.
    Ended,
}

enum Event {
    Dial,
    Opened(Box<Socket>),
    Message(Message),
    Silent,
    Lost,
}

type Socket = WebSocketStream<TcpStream>;

struct Line {
    stream: SplitStream<Socket>,
    unsent: mpsc::Sender<Message>,
    writer: AbortHandle,
    heard_at: Instant,
    is_probed: bool,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.writer.abort();
    }
}

impl Life {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>, notes: Notes) -> Testimony {
        loop {
            let silent_at = self.silent_at();
            let due_at = self.logic.due_in(self.now()).map(|wait| Instant::now() + Duration::from_millis(wait));
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order),
                    None => break,
                },
                event = self.phase.next(silent_at) => self.on(event),
                () = at(due_at) => {
                    let say = self.logic.say_due(self.now());
                    self.say(say);
                }
            }
            if self.offers_again {
                let say = self.logic.offer_again(self.now());
                self.say(say);
            }
            let ended = self.ended.clone();
            self.tell.send_replace(Standing { ended, ..self.logic.standing() });
        }
        let rest = self.logic.rest();
        Testimony { name: self.name, told: notes.take(), rest, ended: self.ended }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Write(room, what) => {
                let id = MessageId(Builder::from_random_bytes(self.rng.random()).into_uuid());
                let (kind, body) = self.draw(what);
                let mut say = self.logic.enter(&room);
                say.extend(self.logic.write(&room, id, kind, body, self.now()));
                self.say(say);
            }
            Order::Enter(room) => {
                let say = self.logic.enter(&room);
                self.say(say);
            }
            Order::Reload => {
                self.logic.reload();
                self.phase = Phase::Waiting(Instant::now());
            }
            Order::Jump(by) => self.clock_off += by,
            Order::OfferAgain => self.offers_again = true,
        }
    }

    fn draw(&mut self, what: What) -> (Option<String>, Body) {
        let mut text = |length: usize| (0..length).map(|_| char::from(self.rng.random_range(b' '..=b'~'))).collect();
        match what {
            What::Text(length) => (None, Body::Text(text(length))),
            What::TooLong => (None, Body::Text(text(4_001))),
            What::Bytes(length) => {
                let body: Vec<u8> = (0..length).map(|_| self.rng.random()).collect();
                (Some("application/octet-stream".into()), Body::bytes(body))
            }
        }
    }

    fn on(&mut self, event: Event) {
        match event {
            Event::Dial => self.phase = Phase::Dialling(Box::pin(dial(self.door))),
            Event::Opened(socket) => {
                self.phase = Phase::Up(Line::new(*socket));
                let hello = self.logic.hello();
                self.say(vec![hello]);
            }
            Event::Message(Message::Close(frame)) => {
                let code = frame.map_or(1005, |frame| u16::from(frame.code));
                self.lost();
                if !CloseCode(code).is_worth_a_retry() {
                    self.ended = Some(format!("was closed with {code}, and dials no more"));
                    self.phase = Phase::Ended;
                }
            }
            Event::Message(message @ (Message::Text(_) | Message::Binary(_))) => {
                let Heard { say, beat_every, back_in, redial } = self.logic.heard(message, self.now());
                self.beat_every = beat_every.unwrap_or(self.beat_every);
                self.back_at = back_in.map(|wait| Instant::now() + wait).or(self.back_at);
                self.say(say);
                if redial {
                    self.lost();
                }
            }
            Event::Message(_) => {}
            Event::Silent => {
                if let Phase::Up(line) = &mut self.phase
                    && !line.is_probed
                {
                    line.is_probed = true;
                    self.say(vec![Message::text(r#"{"beat":{}}"#)]);
                } else {
                    self.lost();
                }
            }
            Event::Lost => self.lost(),
        }
    }

    fn lost(&mut self) {
        self.logic.line_lost();
        let wait = Duration::from_millis(self.rng.random_range(20..400));
        let back_at = self.back_at.take();
        self.phase = Phase::Waiting((Instant::now() + wait).max(back_at.unwrap_or_else(Instant::now)));
    }

    /// What can't be said is said again on the next line: the logic sees to that.
    fn say(&mut self, messages: Vec<Message>) {
        let Phase::Up(line) = &self.phase else { return };
        if messages.into_iter().any(|message| line.unsent.try_send(message).is_err()) {
            self.lost();
        }
    }

    fn silent_at(&self) -> Option<Instant> {
        let Phase::Up(line) = &self.phase else { return None };
        let probed = if line.is_probed { PATIENCE } else { Duration::ZERO };
        Some(line.heard_at + self.beat_every + PATIENCE + probed)
    }

    /// Milliseconds since 1970 by this member's clock.
    fn now(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX).saturating_add_signed(self.clock_off)
    }
}

impl Phase {
    /// # Cancel safety
    /// Nothing is lost.
    async fn next(&mut self, silent_at: Option<Instant>) -> Event {
        match self {
            Self::Waiting(until) => {
                sleep_until(*until).await;
                Event::Dial
            }
            Self::Dialling(dial) => dial.as_mut().await.map_or(Event::Lost, |socket| Event::Opened(Box::new(socket))),
            Self::Up(line) => {
                tokio::select! {
                    message = line.stream.next() => {
                        line.heard_at = Instant::now();
                        line.is_probed = false;
                        message.and_then(Result::ok).map_or(Event::Lost, Event::Message)
                    }
                    () = at(silent_at) => Event::Silent,
                }
            }
            Self::Ended => pending().await,
        }
    }
}

impl Line {
    fn new(socket: Socket) -> Self {
        let (mut sink, stream) = socket.split();
        let (unsent, mut messages) = mpsc::channel(UNSENT);
        let writer = spawn_local(async move {
            while let Some(message) = messages.recv().await {
                if sink.send(message).await.is_err() {
                    return;
                }
            }
        });
        Self { stream, unsent, writer: writer.abort_handle(), heard_at: Instant::now(), is_probed: false }
    }
}

async fn dial(door: SocketAddr) -> Result<Socket> {
    let dial = async {
        let stream = TcpStream::connect(door).await?;
        stream.set_nodelay(true)?;
        Ok(client_async(format!("ws://{door}/ws"), stream).await?.0)
    };
    timeout(TIME_TO_DIAL, dial).await?
}

async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when).await,
        None => pending().await,
    }
}
