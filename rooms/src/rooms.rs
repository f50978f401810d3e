//! Rooms over one session: does what the replicas say, in the browser. Decides nothing.
//!
//! Invariants: a draft is in the store before it is posted; no borrow is held while a listener runs.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use futures_util::StreamExt;
use gloo_timers::callback::Timeout;
use openline_client::{CloseEvent, DownWhy, EndedWhy, Event, Events, Heartbeat, Message, Ready, Session};
use openline_protocol::{
    Body, CloseCode, Frame, MessageId, Person, PersonId, PersonName, RoomName, Seq, SessionId, Signal, ToClient,
    ToServer,
};
use uuid::Uuid;

use crate::{
    draft::{Draft, Fate},
    history,
    keeper::Keeper,
    line::Line,
    listeners::{Listeners, Subscription},
    replica::Replica,
    replicas::{Change, Effect, Replicas},
    store::Store,
    tabs::Tabs,
    to_store::{FromStore, ToStore},
    view::Span,
};

/// What to open rooms with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server's WebSocket, such as `wss://chat.example/ws`.
    pub server: String,
    /// What goes before `/rooms/…` to fetch older entries: nothing for the page's own origin.
    pub http: String,
    /// What the kinds of entries that are about others begin with, up to the place they are about, and with commas
    /// between them: such as `text/plain; edit=`. A page of older entries brings what is about them ([`Replica::about`]).
    pub about: &'static str,
    /// The name to go by.
    pub name: PersonName,
    /// Where to keep drafts and the token.
    pub store: Store,
}

/// Rooms over one session. Clones share it.
///
/// # Drop
/// The line is closed when the last clone goes; drafts stay in the store.
#[derive(Clone)]
pub struct Rooms(Rc<Inner>);

struct Inner {
    server: String,
    http: String,
    about: &'static str,
    replicas: RefCell<Replicas>,
    session: RefCell<Option<Session>>,
    line: RefCell<Line>,
    listeners: Rc<Listeners>,
    last_written: Cell<u64>,
    /// Goes off when a held draft is due.
    due: RefCell<Option<Timeout>>,
    keeper: Keeper,
    tabs: Option<Tabs>,
}

/// Why something written was not taken. The text is still the caller's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostError {
    /// The room is not entered.
    #[error("not in that room")]
    NotEntered,
    /// As many drafts of the room wait as are kept, in number ([`Draft::MAX_IN_ROOM`]) or bytes
    /// ([`Draft::MAX_BYTES_IN_ROOM`]).
    #[error("too much waits to be sent in this room already; it can be sent once some of that has gone")]
    Full,
}

impl Rooms {
    /// Dials the server, and goes on doing so.
    pub fn open(options: Options) -> Self {
        let Options { server, http, about, name, store } = options;
        let session = SessionId::from(Uuid::new_v4());
        let inner = Rc::new_cyclic(|weak: &Weak<Inner>| Inner {
            server,
            http,
            about,
            replicas: RefCell::new(Replicas::new(name, store.token(), session)),
            session: RefCell::default(),
            line: RefCell::new(Line::Dialling),
            listeners: Rc::default(),
            last_written: Cell::new(0),
            due: RefCell::default(),
            tabs: store.outlives_the_page().then(|| hear_other_tabs(weak.clone())).flatten(),
            keeper: Keeper::new(store, {
                let weak = weak.clone();
                move |asked, answers| {
                    if let Some(inner) = weak.upgrade() {
                        inner.on_stored(&asked, answers);
                    }
                }
            }),
        });
        let rooms = Self(inner);
        rooms.0.dial();
        rooms
    }

    /// Calls `listener` at each change, after it is made. One that holds these rooms itself keeps them open until the
    /// subscription is dropped.
    pub fn subscribe(&self, listener: impl Fn(&Change) + 'static) -> Subscription {
        self.0.listeners.add(listener)
    }

    /// What the line is doing.
    pub fn line(&self) -> Line {
        self.0.line.borrow().clone()
    }

    /// Who we are, once the server has said so.
    pub fn me(&self) -> Option<Person> {
        self.0.replicas.borrow().me().cloned()
    }

    /// Dials now, instead of when the next try is due; also after the line has ended for good.
    pub fn try_now(&self) {
        let ended = matches!(*self.0.line.borrow(), Line::Ended { .. });
        if ended {
            self.0.dial();
        } else if let Some(session) = &*self.0.session.borrow() {
            session.try_now();
        }
    }

    /// Gives up who we were, and dials as somebody new under the same name.
    pub fn start_anew(&self) {
        self.0.replicas.borrow_mut().start_anew();
        self.0.dial();
    }

    /// Goes by another name from now on.
    pub fn rename(&self, name: PersonName) {
        // A name that could not be kept is asked for again at the next visit; nothing else comes of it.
        drop(self.0.keeper.store().keep_name(&name));
        let hello = self.0.replicas.borrow_mut().rename(name);
        self.0.say(&hello);
    }

    /// Enters a room: it is joined whenever the line is up, and what is stored of it goes on where it was. Entering it
    /// again changes nothing.
    pub fn enter(&self, room: &RoomName) {
        self.0.act(|replicas| replicas.enter(room));
    }

    /// Leaves a room. Its drafts stay stored, and go out when it is entered again.
    pub fn leave(&self, room: &RoomName) {
        self.0.act(|replicas| replicas.leave(room));
    }

    /// Shows a room's replica to `read`; `None` if the room is not entered.
    pub fn read<R>(&self, room: &RoomName, read: impl FnOnce(&Replica) -> R) -> Option<R> {
        self.0.replicas.borrow().get(room).map(read)
    }

    /// Takes in what was written: it is stored, and posted as soon as it is stored, the room is joined and those before
    /// it have gone. What becomes of it is the draft's [`Fate`].
    ///
    /// When this returns, the draft is safe from a crash of the page, but not yet of the machine: until it is
    /// [`Fate::Pending`].
    ///
    /// # Errors
    /// [`PostError`]: nothing was stored or sent, and the caller still has the text.
    pub fn post(&self, room: &RoomName, kind: Option<String>, body: Body) -> Result<MessageId, PostError> {
        let has_room = self.0.replicas.borrow().has_room_for(room, body.len()).ok_or(PostError::NotEntered)?;
        if !has_room {
            return Err(PostError::Full);
        }
        let id = MessageId(Uuid::new_v4());
        let written_at = now().max(self.0.last_written.get() + 1);
        self.0.last_written.set(written_at);
        let draft = Draft { id, kind, body, written_at, epoch: None, fate: Fate::Storing };
        self.0.act(|replicas| replicas.write(room, draft));
        Ok(id)
    }

    /// Posts a refused draft once more, or one that was written for another log or could not be stored.
    pub fn retry(&self, room: &RoomName, id: MessageId) {
        self.0.act(|replicas| replicas.retry(room, id, now()));
    }

    /// Gives a draft up, here, in the store and in other tabs.
    pub fn discard(&self, room: &RoomName, id: MessageId) {
        self.0.act(|replicas| replicas.discard(room, id, now()));
    }

    /// The reader has seen everything in a room up to here: all tabs of this browser know it from now on, and the next
    /// visit does. It never goes back.
    pub fn mark_read(&self, room: &RoomName, seq: Seq) {
        self.0.act(|replicas| replicas.mark_read(room, seq));
    }

    /// Says something to a room, or to one person in it, that is kept nowhere. It is lost if the line is down.
    pub fn signal(&self, room: &RoomName, to: Option<PersonId>, body: Body) {
        self.0.act(|replicas| replicas.signal(Signal { room: room.clone(), to, body }));
    }

    /// Fetches the page of entries before those shown, unless there is none, or it is on its way.
    pub fn load_older(&self, room: &RoomName) {
        self.0.act(|replicas| replicas.load_older(room));
    }

    /// Fetches the page of entries after those shown, unless they are the latest, or it is on its way. Where it meets
    /// the latest entries, those are shown from then on.
    pub fn load_newer(&self, room: &RoomName) {
        self.0.act(|replicas| replicas.load_newer(room));
    }

    /// Shows what is around a place in a room, as a permalink or a find asks. If that is not held, it is fetched:
    /// [`Replica::finding`] tells how that goes, and what was shown stays until it is here.
    pub fn show_around(&self, room: &RoomName, seq: Seq) {
        self.0.act(|replicas| replicas.show_around(room, seq));
    }

    /// Shows the latest entries of a room again.
    pub fn show_latest(&self, room: &RoomName) {
        self.0.act(|replicas| replicas.show_latest(room));
    }

    /// Asks the server for a beat, which is answered at once by [`Change::Beat`]: so the line can be measured.
    pub fn beat(&self) {
        self.0.say(&ToServer::Beat {});
    }

    /// Says what the reader has in view: the entry in the middle of it, or `None` where that is the end.
    ///
    /// At most [`Replica::MAX_ENTRIES`] are held, and what goes is what is far from there. Nobody is told of this.
    pub fn looking_at(&self, room: &RoomName, seq: Option<Seq>) {
        self.0.replicas.borrow_mut().looking_at(room, seq);
    }
}

impl Inner {
    fn dial(self: &Rc<Self>) {
        let (session, events) = Session::builder(self.server.clone())
            .ready(Ready::FirstMessage)
            .heartbeat(heartbeat(Duration::from_secs(15)))
            .worth_a_retry(|close: &CloseEvent| CloseCode(close.code).is_worth_a_retry())
            .open();
        self.set_line(Line::Dialling);
        self.session.replace(Some(session));
        wasm_bindgen_futures::spawn_local(follow(Rc::downgrade(self), events));
    }

    fn on_event(self: &Rc<Self>, event: Event) {
        match event {
            Event::Dialling => {
                let line = self.line.borrow().clone();
                if let Line::Down { why, .. } = line {
                    self.set_line(Line::Down { why, next_try_at: None });
                }
            }
            Event::Opened => {
                let hello = self.replicas.borrow_mut().hello();
                self.say(&hello);
            }
            Event::Up => self.set_line(Line::Up),
            Event::Message(message) => self.on_message(message),
            Event::Down { why, retry_in } => {
                self.line_lost();
                let next_try_at = retry_in.map(|wait| now().saturating_add(millis(wait)));
                let why = if let DownWhy::Closed(close) = &why { meaning(close) } else { why.to_string() };
                self.set_line(Line::Down { why, next_try_at });
            }
            Event::Ended { why } => {
                self.line_lost();
                let line = match &why {
                    EndedWhy::NotWorthARetry(close) => {
                        Line::Ended { why: meaning(close), code: Some(CloseCode(close.code)) }
                    }
                    _ => Line::Ended { why: why.to_string(), code: None },
                };
                self.set_line(line);
            }
            _ => {}
        }
    }

    fn on_message(self: &Rc<Self>, message: Message) {
        let message = match message {
            Message::Text(text) => ToClient::from_text(&text),
            Message::Bytes(bytes) => ToClient::from_binary(bytes.into()),
            _ => return,
        };
        // What a newer server says and this version doesn't know is passed over, as the protocol asks.
        let Ok(message) = message else { return };
        self.act(|replicas| replicas.heard(message, now()));
    }

    fn on_stored(self: &Rc<Self>, asked: &[ToStore], answers: Vec<FromStore>) {
        for message in asked {
            if let (Some(tabs), Some(news)) = (&self.tabs, message.to_tabs())
                && !answers.iter().any(|answer| answer.refuses(message))
            {
                tabs.tell(&news);
            }
        }
        for answer in answers {
            self.act(|replicas| replicas.stored(answer, now()));
        }
    }

    fn line_lost(self: &Rc<Self>) {
        self.act(Replicas::line_lost);
    }

    fn act(self: &Rc<Self>, act: impl FnOnce(&mut Replicas) -> Vec<Effect>) {
        let effects = act(&mut self.replicas.borrow_mut());
        self.apply(effects);
    }

    fn apply(self: &Rc<Self>, effects: Vec<Effect>) {
        let mut changes = Vec::new();
        for effect in effects {
            match effect {
                Effect::Say(message) => self.say(&message),
                Effect::Tell(change) => changes.push(change),
                Effect::Store(message) => self.keeper.bring(message),
                Effect::Fetch(room, span) => self.fetch(room, span),
                Effect::Redial => {
                    self.line_lost();
                    self.dial();
                }
                Effect::BeatEvery(seconds) => self.with_session(|session| {
                    session.set_heartbeat(heartbeat(Duration::from_secs(seconds.into())));
                }),
                Effect::ComeBackIn(wait) => {
                    self.with_session(|session| session.come_back_in(Duration::from_millis(wait)));
                }
            }
        }
        self.wait_for_due();
        for change in changes {
            self.listeners.tell(&change);
        }
    }

    fn fetch(self: &Rc<Self>, room: RoomName, span: Span) {
        let (weak, http, about) = (Rc::downgrade(self), self.http.clone(), self.about);
        wasm_bindgen_futures::spawn_local(async move {
            let page = history::fetch(&http, about, &room, span).await;
            if let Some(inner) = weak.upgrade() {
                inner.act(|replicas| replicas.page(&room, span, page));
            }
        });
    }

    /// What can't be said now, because the line is down, is said again when it is up: the replicas see to that.
    fn say(&self, message: &ToServer) {
        self.with_session(|session| drop(session.send(to_message(message))));
    }

    fn with_session(&self, act: impl FnOnce(&Session)) {
        if let Some(session) = &*self.session.borrow() {
            act(session);
        }
    }

    fn wait_for_due(self: &Rc<Self>) {
        let timer = self.replicas.borrow().due_in(now()).map(|wait| {
            let wait = u32::try_from(wait).unwrap_or(u32::MAX);
            let weak = Rc::downgrade(self);
            Timeout::new(wait, move || {
                if let Some(inner) = weak.upgrade() {
                    inner.act(|replicas| replicas.say_due(now()));
                }
            })
        });
        self.due.replace(timer);
    }

    fn set_line(&self, line: Line) {
        if self.line.replace(line.clone()) != line {
            self.listeners.tell(&Change::Line);
        }
    }
}

/// Hands on what the session tells, for as long as somebody holds the rooms.
async fn follow(rooms: Weak<Inner>, mut events: Events) {
    while let Some(event) = events.next().await {
        let Some(inner) = rooms.upgrade() else { return };
        inner.on_event(event);
    }
}

fn hear_other_tabs(rooms: Weak<Inner>) -> Option<Tabs> {
    Tabs::open(move |news| {
        if let Some(inner) = rooms.upgrade() {
            inner.act(|replicas| replicas.heard_of(news, now()));
        }
    })
}

/// The server is silent for at most `beat_every`; a little more, and we ask.
fn heartbeat(beat_every: Duration) -> Heartbeat {
    Heartbeat::new(beat_every + Duration::from_secs(2), Duration::from_secs(5), || to_message(&ToServer::Beat {}))
}

/// A close in words for a person. The reason is for whoever reads logs.
fn meaning(close: &CloseEvent) -> String {
    CloseCode(close.code).meaning().to_owned()
}

fn to_message(message: &ToServer) -> Message {
    match message.to_frame() {
        Frame::Text(text) => Message::Text(text),
        Frame::Binary(bytes) => Message::Bytes(bytes.into()),
    }
}

/// Milliseconds since 1970, UTC, by this device's clock.
fn now() -> u64 {
    // A clock before 1970 is taken for 1970: drafts are still in order.
    js_sys::Date::now() as u64
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
