//! Drives the replicas in the browser: does what they say, and tells them what was heard. Decides nothing.
//!
//! Invariant: no borrow is held while a listener runs.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use futures_util::StreamExt;
use gloo_timers::callback::Timeout;
use openline_client::{CloseEvent, Event, Events, Heartbeat, Message, Ready, Session};
use openline_protocol::{CloseCode, Frame, RoomName, SessionId, ToClient, ToServer};
use uuid::Uuid;

use super::Options;
use crate::{
    effect::{Change, Effect},
    history,
    keeper::Keeper,
    line::Line,
    listeners::Listeners,
    replicas::Replicas,
    tabs::Tabs,
    to_store::{FromStore, ToStore, ToTabs},
    view::Span,
};

/// What the clones of [`Rooms`](super::Rooms) share.
pub(super) struct Driver {
    server: String,
    http: String,
    about: &'static str,
    pub(super) replicas: RefCell<Replicas>,
    pub(super) session: RefCell<Option<Session>>,
    pub(super) line: RefCell<Line>,
    pub(super) listeners: Rc<Listeners>,
    pub(super) last_written: Cell<u64>,
    /// Goes off when a held draft is due.
    due: RefCell<Option<Timeout>>,
    pub(super) keeper: Keeper,
    tabs: Option<Tabs>,
}

impl Driver {
    /// Dials the server, and goes on doing so.
    pub(super) fn open(options: Options) -> Rc<Self> {
        let Options { server, http, about, name, store } = options;
        let session = SessionId::from(Uuid::new_v4());
        let driver = Rc::new_cyclic(|weak: &Weak<Self>| Self {
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
                    if let Some(driver) = weak.upgrade() {
                        driver.on_stored(&asked, answers);
                    }
                }
            }),
        });
        driver.dial();
        driver
    }

    pub(super) fn dial(self: &Rc<Self>) {
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
                self.set_line(Line::Down { why: why.into(), next_try_at });
            }
            Event::Ended { why } => {
                self.line_lost();
                self.set_line(Line::Ended { why: why.into() });
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
            if let Some(news) = message.to_tabs()
                && !answers.iter().any(|answer| answer.refuses(message))
            {
                self.tell_tabs(&news);
            }
        }
        for answer in answers {
            self.act(|replicas| replicas.stored(answer, now()));
        }
    }

    /// Tells the other tabs, if there is a way to.
    pub(super) fn tell_tabs(&self, news: &ToTabs) {
        if let Some(tabs) = &self.tabs {
            tabs.tell(news);
        }
    }

    fn line_lost(self: &Rc<Self>) {
        self.act(Replicas::line_lost);
    }

    pub(super) fn act(self: &Rc<Self>, act: impl FnOnce(&mut Replicas) -> Vec<Effect>) {
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
            if let Some(driver) = weak.upgrade() {
                driver.act(|replicas| replicas.page(&room, span, page));
            }
        });
    }

    /// What can't be said now, because the line is down, is said again when it is up: the replicas see to that.
    pub(super) fn say(&self, message: &ToServer) {
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
                if let Some(driver) = weak.upgrade() {
                    driver.act(|replicas| replicas.say_due(now()));
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
async fn follow(rooms: Weak<Driver>, mut events: Events) {
    while let Some(event) = events.next().await {
        let Some(driver) = rooms.upgrade() else { return };
        driver.on_event(event);
    }
}

fn hear_other_tabs(rooms: Weak<Driver>) -> Option<Tabs> {
    Tabs::open(move |news| {
        if let Some(driver) = rooms.upgrade() {
            driver.act(|replicas| replicas.heard_of(news, now()));
        }
    })
}

/// The server is silent for at most `beat_every`; a little more, and we ask.
fn heartbeat(beat_every: Duration) -> Heartbeat {
    Heartbeat::new(beat_every + Duration::from_secs(2), Duration::from_secs(5), || to_message(&ToServer::Beat {}))
}

fn to_message(message: &ToServer) -> Message {
    match message.to_frame() {
        Frame::Text(text) => Message::Text(text),
        Frame::Binary(bytes) => Message::Bytes(bytes.into()),
    }
}

/// Milliseconds since 1970, UTC, by this device's clock.
pub(super) fn now() -> u64 {
    // A clock before 1970 is taken for 1970: drafts are still in order.
    js_sys::Date::now() as u64
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
