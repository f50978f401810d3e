//! Rooms over one session: does what the replicas say, in the browser. Decides nothing.
//!
//! Invariants: a draft is in the store before it is posted; no borrow is held while a listener runs.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use futures_util::StreamExt;
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use openline_client::{CloseEvent, DownWhy, EndedWhy, Event, Events, Heartbeat, Message, Ready, Session};
use openline_protocol::{
    Body, CloseCode, Frame, MessageId, Person, PersonId, PersonName, RoomName, SessionId, Signal, ToClient, ToServer,
};
use uuid::Uuid;
use wasm_bindgen::JsCast;

use crate::{
    draft::{Draft, Fate},
    history,
    line::Line,
    replica::Replica,
    replicas::{Change, Effect, Replicas},
    store::{Store, StoreError, draft_of_key},
};

/// What to open rooms with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server's WebSocket, such as `wss://chat.example/ws`.
    pub server: String,
    /// What goes before `/rooms/…` to fetch older entries: nothing for the page's own origin.
    pub http: String,
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
    options: Options,
    replicas: RefCell<Replicas>,
    session: RefCell<Option<Session>>,
    line: RefCell<Line>,
    listeners: RefCell<Vec<Listener>>,
    next_listener: Cell<u64>,
    last_written: Cell<u64>,
    /// Goes off when a held draft is due.
    due: RefCell<Option<Timeout>>,
    /// Hears what other tabs do to the store.
    _other_tabs: Option<EventListener>,
}

#[derive(Clone)]
struct Listener {
    id: u64,
    tell: Rc<dyn Fn(&Change)>,
}

/// Somebody who is told of changes, until this is dropped.
#[must_use = "changes are told only while this is kept"]
pub struct Subscription {
    rooms: Weak<Inner>,
    id: u64,
}

/// Why something written was not taken. The text is still the caller's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostError {
    /// The room is not entered.
    #[error("not in that room")]
    NotEntered,
    /// It could not be stored, and nothing is sent that isn't stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Rooms {
    /// Dials the server, and goes on doing so.
    pub fn open(options: Options) -> Self {
        let session = SessionId::from(Uuid::new_v4());
        let inner = Rc::new_cyclic(|weak: &Weak<Inner>| Inner {
            replicas: RefCell::new(Replicas::new(options.name.clone(), options.store.token(), session)),
            session: RefCell::default(),
            line: RefCell::new(Line::Dialling),
            listeners: RefCell::default(),
            next_listener: Cell::new(0),
            last_written: Cell::new(0),
            due: RefCell::default(),
            _other_tabs: hear_other_tabs(weak.clone()),
            options,
        });
        let rooms = Self(inner);
        rooms.0.dial();
        rooms
    }

    /// Calls `listener` at each change, after it is made. One that holds these rooms itself keeps them open for ever.
    pub fn subscribe(&self, listener: impl Fn(&Change) + 'static) -> Subscription {
        let id = self.0.next_listener.get();
        self.0.next_listener.set(id + 1);
        self.0.listeners.borrow_mut().push(Listener { id, tell: Rc::new(listener) });
        Subscription { rooms: Rc::downgrade(&self.0), id }
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
        self.0.options.store.drop_token();
        self.0.replicas.borrow_mut().start_anew();
        self.0.dial();
    }

    /// Goes by another name from now on.
    pub fn rename(&self, name: PersonName) {
        // A name that could not be kept is asked for again at the next visit; nothing else comes of it.
        drop(self.0.options.store.keep_name(&name));
        let hello = self.0.replicas.borrow_mut().rename(name);
        self.0.say(&hello);
    }

    /// Enters a room, with the drafts that are stored for it. Entering it again changes nothing.
    pub fn enter(&self, room: &RoomName) {
        let stored = self.0.options.store.drafts(room);
        let effects = self.0.replicas.borrow_mut().enter(room, stored);
        self.0.apply(effects);
    }

    /// Leaves a room. Its drafts stay stored, and go out when it is entered again.
    pub fn leave(&self, room: &RoomName) {
        let effects = self.0.replicas.borrow_mut().leave(room);
        self.0.apply(effects);
    }

    /// Shows a room's replica to `read`; `None` if the room is not entered.
    pub fn read<R>(&self, room: &RoomName, read: impl FnOnce(&Replica) -> R) -> Option<R> {
        self.0.replicas.borrow().get(room).map(read)
    }

    /// Stores a draft, and posts it as soon as the room is joined and those before it have gone.
    ///
    /// # Errors
    /// [`PostError`]: nothing was stored or sent, and the caller still has the text.
    pub fn post(&self, room: &RoomName, kind: Option<String>, body: Body) -> Result<MessageId, PostError> {
        let epoch = self.read(room, |replica| replica.cursor()).ok_or(PostError::NotEntered)?.map(|c| c.epoch);
        let id = MessageId(Uuid::new_v4());
        let written_at = now().max(self.0.last_written.get() + 1);
        let draft = Draft { id, kind, body, written_at, epoch, fate: Fate::Pending };
        self.0.options.store.keep_draft(room, &draft)?;
        self.0.last_written.set(written_at);
        let effects = self.0.replicas.borrow_mut().write(room, draft, now());
        self.0.apply(effects);
        Ok(id)
    }

    /// Posts a refused draft once more, or one that was written for another log.
    pub fn retry(&self, room: &RoomName, id: MessageId) {
        let effects = self.0.replicas.borrow_mut().retry(room, id, now());
        self.0.apply(effects);
    }

    /// Gives a draft up, here and in the store.
    pub fn discard(&self, room: &RoomName, id: MessageId) {
        self.0.options.store.drop_draft(room, id);
        let effects = self.0.replicas.borrow_mut().discard(room, id, now());
        self.0.apply(effects);
    }

    /// Says something to a room, or to one person in it, that is kept nowhere. It is lost if the line is down.
    pub fn signal(&self, room: &RoomName, to: Option<PersonId>, body: Body) {
        let effects = self.0.replicas.borrow_mut().signal(Signal { room: room.clone(), to, body });
        self.0.apply(effects);
    }

    /// Fetches the page of entries before those held, unless there is none, or it is on its way.
    pub fn load_older(&self, room: &RoomName) {
        let Some(before) = self.0.replicas.borrow_mut().ask_older(room) else { return };
        self.0.tell(&Change::Room(room.clone()));
        let (weak, room, http) = (Rc::downgrade(&self.0), room.clone(), self.0.options.http.clone());
        wasm_bindgen_futures::spawn_local(async move {
            let page = history::older(&http, &room, before).await;
            let Some(inner) = weak.upgrade() else { return };
            let effects = inner.replicas.borrow_mut().older(&room, before, page);
            inner.apply(effects);
        });
    }
}

impl Inner {
    fn dial(self: &Rc<Self>) {
        let (session, events) = Session::builder(self.options.server.clone())
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
                let hello = self.replicas.borrow().hello();
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
        let effects = self.replicas.borrow_mut().heard(message, now());
        self.apply(effects);
    }

    fn line_lost(self: &Rc<Self>) {
        let effects = self.replicas.borrow_mut().line_lost();
        self.apply(effects);
    }

    fn apply(self: &Rc<Self>, effects: Vec<Effect>) {
        let mut changes = Vec::new();
        for effect in effects {
            match effect {
                Effect::Say(message) => self.say(&message),
                Effect::Tell(change) => changes.push(change),
                // Without storage we are somebody new at the next visit: the page says so at the start.
                Effect::KeepToken(token) => drop(self.options.store.keep_token(&token)),
                Effect::KeepDraft(room, draft) => drop(self.options.store.keep_draft(&room, &draft)),
                Effect::DropDraft(room, id) => self.options.store.drop_draft(&room, id),
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
            self.tell(&change);
        }
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
        let timer = self.replicas.borrow().due_at().map(|due| {
            let wait = u32::try_from(due.saturating_sub(now())).unwrap_or(u32::MAX);
            let weak = Rc::downgrade(self);
            Timeout::new(wait, move || {
                let Some(inner) = weak.upgrade() else { return };
                let effects = inner.replicas.borrow_mut().post_due(now());
                inner.apply(effects);
            })
        });
        self.due.replace(timer);
    }

    fn set_line(&self, line: Line) {
        if self.line.replace(line.clone()) != line {
            self.tell(&Change::Line);
        }
    }

    fn tell(&self, change: &Change) {
        let listeners = self.listeners.borrow().clone();
        for listener in listeners {
            (listener.tell)(change);
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(rooms) = self.rooms.upgrade() {
            rooms.listeners.borrow_mut().retain(|listener| listener.id != self.id);
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

/// A draft that another tab took out of the store is settled or discarded there: it must not go out from here.
fn hear_other_tabs(rooms: Weak<Inner>) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "storage", move |event| {
        let event = event.dyn_ref::<web_sys::StorageEvent>();
        let removed = event.filter(|event| event.new_value().is_none()).and_then(web_sys::StorageEvent::key);
        if let (Some((room, id)), Some(inner)) = (removed.as_deref().and_then(draft_of_key), rooms.upgrade()) {
            let effects = inner.replicas.borrow_mut().discard(&room, id, now());
            inner.apply(effects);
        }
    }))
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
