//! The workbench's one socket and its log. It tells of changes once a frame, however many there are.

use std::{
    cell::{Cell, Ref, RefCell},
    rc::{Rc, Weak},
};

use gloo_events::EventListener;
use gloo_render::{AnimationFrame, request_animation_frame};
use gloo_timers::callback::Timeout;
use js_sys::Uint8Array;
use openline_client::{BinaryType, CloseEvent, Message, ReadyState, Received, Socket};
use yew::Callback;

use crate::{
    causes::{Facts, causes},
    clock,
    filter::Filter,
    log::Log,
    row::What,
    storage, words,
};

/// A handle to the one socket and its log.
#[derive(Clone)]
pub(crate) struct Bench(Rc<Inner>);

#[derive(Default)]
struct Inner {
    log: RefCell<Log>,
    line: RefCell<Option<Line>>,
    announcement: RefCell<String>,
    on_change: RefCell<Callback<()>>,
    is_change_due: Cell<bool>,
    frame: RefCell<Option<AnimationFrame>>,
    /// Whether this page's policy has forbidden something since the last dial.
    policy_forbade: Cell<bool>,
    listeners: RefCell<Vec<EventListener>>,
    /// Messages that came and were not told yet to those who listen.
    untold: Cell<u64>,
    is_telling_due: Cell<bool>,
    telling: RefCell<Option<Timeout>>,
}

/// Milliseconds that arrivals are gathered before they are told: a burst is one sentence.
const GATHERED: u32 = 600;

/// One socket, from its dial on, also when it is closed.
struct Line {
    socket: Socket,
    times: Times,
    was_cancelled: bool,
    received: Tally,
    sent: Tally,
}

/// When what happened to a socket.
#[derive(Clone, Copy, Default)]
pub(crate) struct Times {
    pub(crate) dialled: f64,
    pub(crate) opened: Option<f64>,
    pub(crate) last_message: Option<f64>,
    pub(crate) closed: Option<f64>,
}

/// How much went one way.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
}

/// How a socket stands.
pub(crate) struct Standing {
    pub(crate) state: ReadyState,
    pub(crate) protocol: String,
    pub(crate) extensions: String,
    pub(crate) buffered: u64,
    pub(crate) times: Times,
    pub(crate) received: Tally,
    pub(crate) sent: Tally,
}

impl PartialEq for Bench {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Bench {
    /// With the rows that were kept when the page was left; it keeps them again when it is left again.
    pub(crate) fn new(on_change: Callback<()>) -> Self {
        let bench = Self(Rc::default());
        bench.0.on_change.replace(on_change);
        let kept = storage::kept_log();
        if !kept.is_empty() {
            let mut log = bench.0.log.borrow_mut();
            for (at, what) in kept {
                log.push(at, what);
            }
            log.push(clock::now(), What::Returned);
        }
        if let Some(window) = web_sys::window() {
            let (leaving, forbidden) = (Rc::downgrade(&bench.0), Rc::downgrade(&bench.0));
            bench.0.listeners.borrow_mut().extend([
                EventListener::new(&window, "pagehide", move |_| {
                    with(&leaving, |inner| storage::keep_log(&inner.log.borrow()))
                }),
                EventListener::new(&window, "securitypolicyviolation", move |_| {
                    with(&forbidden, |inner| inner.policy_forbade.set(true));
                }),
            ]);
        }
        bench
    }

    /// Opens a socket, in place of the last one.
    pub(crate) fn dial(&self, url: &str, protocols: Vec<String>, binary_type: BinaryType) {
        self.0.policy_forbade.set(false);
        let [opened, received, failed, closed] = [(); 4].map(|()| Rc::downgrade(&self.0));
        let now = clock::now();
        let socket = Socket::builder(url)
            .protocols(protocols.iter().map(String::as_str))
            .binary_type(binary_type)
            .on_open(move || with(&opened, Inner::opened))
            .on_message(move |message| with(&received, |inner| inner.received(message)))
            .on_error(move || with(&failed, Inner::failed))
            .on_close(move |event| with(&closed, |inner| inner.closed(event)))
            .open();
        match socket {
            Ok(socket) => {
                let url = socket.url();
                self.0.announce(words::dialled(&url));
                self.0.push(now, What::Dial { url, protocols });
                let times = Times { dialled: now, ..Times::default() };
                let line =
                    Line { socket, times, was_cancelled: false, received: Tally::default(), sent: Tally::default() };
                self.0.line.replace(Some(line));
            }
            Err(error) => {
                let why = words::not_dialled(&error);
                self.0.push(now, What::Dial { url: url.into(), protocols });
                self.0.announce(why.clone());
                self.0.push(now, What::NotDialled { why });
            }
        }
    }

    /// Sends a message, bytes as an `ArrayBuffer`.
    ///
    /// # Errors
    ///
    /// A sentence that says why nothing was sent.
    pub(crate) fn send(&self, message: Message) -> Result<(), String> {
        {
            let mut line = self.0.line.borrow_mut();
            let line = line.as_mut().ok_or(words::NO_LINE)?;
            match &message {
                Message::Bytes(bytes) => line.socket.send(&Uint8Array::from(&bytes[..]).buffer()),
                message => line.socket.send(message),
            }
            .map_err(|error| words::not_sent(&error))?;
            line.sent.add(message.len());
        }
        self.0.push(clock::now(), What::Sent(message));
        Ok(())
    }

    /// Closes the socket, or calls the dial off.
    ///
    /// # Errors
    ///
    /// A sentence that says why nothing was closed.
    pub(crate) fn close(&self, code: Option<u16>, reason: Option<String>) -> Result<(), String> {
        {
            let mut line = self.0.line.borrow_mut();
            let line = line.as_mut().ok_or(words::NOTHING_TO_CLOSE)?;
            let state = line.socket.state();
            if !matches!(state, ReadyState::Connecting | ReadyState::Open) {
                return Err(words::NOTHING_TO_CLOSE.into());
            }
            line.socket.close(code, reason.as_deref()).map_err(|error| words::not_closed(&error))?;
            line.was_cancelled = state == ReadyState::Connecting;
        }
        self.0.push(clock::now(), What::Asked { code, reason });
        Ok(())
    }

    /// Changes how binary messages arrive on the socket that is there.
    pub(crate) fn set_binary_type(&self, binary_type: BinaryType) {
        if let Some(line) = &*self.0.line.borrow() {
            line.socket.set_binary_type(binary_type);
        }
    }

    /// How the socket stands, if there ever was one.
    pub(crate) fn standing(&self) -> Option<Standing> {
        let line = self.0.line.borrow();
        let Line { socket, times, received, sent, .. } = line.as_ref()?;
        Some(Standing {
            state: socket.state(),
            protocol: socket.protocol(),
            extensions: socket.extensions(),
            buffered: socket.buffered_amount(),
            times: *times,
            received: *received,
            sent: *sent,
        })
    }

    /// The state of the socket, if there ever was one.
    pub(crate) fn state(&self) -> Option<ReadyState> {
        self.0.line.borrow().as_ref().map(|line| line.socket.state())
    }

    /// The log, to read.
    pub(crate) fn log(&self) -> Ref<'_, Log> {
        self.0.log.borrow()
    }

    pub(crate) fn set_filter(&self, filter: Filter) {
        self.0.log.borrow_mut().set_filter(filter);
        self.0.changed();
    }

    pub(crate) fn clear(&self) {
        self.0.log.borrow_mut().clear();
        self.0.changed();
    }

    /// What those who listen are told: the last change of state.
    pub(crate) fn announcement(&self) -> String {
        self.0.announcement.borrow().clone()
    }
}

impl Inner {
    fn opened(self: &Rc<Self>) {
        let at = clock::event_time();
        let Some((protocol, extensions, took)) = self.with_line(|line| {
            line.times.opened = Some(at);
            (line.socket.protocol(), line.socket.extensions(), at - line.times.dialled)
        }) else {
            return;
        };
        self.announce(words::opened(&protocol));
        self.push(at, What::Open { protocol, extensions, took });
    }

    fn received(self: &Rc<Self>, message: Received) {
        let at = clock::event_time();
        let message = Message::from(message);
        self.with_line(|line| {
            line.times.last_message = Some(at);
            line.received.add(message.len());
        });
        self.push(at, What::Received(message));
        self.untold.set(self.untold.get() + 1);
        if !self.is_telling_due.replace(true) {
            let weak = Rc::downgrade(self);
            // The one before this is over, so nothing is called off.
            self.telling.replace(Some(Timeout::new(GATHERED, move || with(&weak, Inner::tell_arrivals))));
        }
    }

    fn tell_arrivals(self: &Rc<Self>) {
        self.is_telling_due.set(false);
        let last = self.log.borrow().rows().iter().rev().find_map(|row| match &row.what {
            What::Received(message) => Some(words::arrived(self.untold.get(), message)),
            _ => None,
        });
        self.untold.set(0);
        if let Some(last) = last {
            self.announce(last);
            self.changed();
        }
    }

    fn failed(self: &Rc<Self>) {
        let at = clock::event_time();
        let facts = self.with_line(|line| {
            line.times.opened.is_none().then(|| Facts {
                url: line.socket.url(),
                page_is_secure: page_is_secure(),
                is_online: is_online(),
                policy_forbade: self.policy_forbade.get(),
                was_cancelled: line.was_cancelled,
            })
        });
        self.push(at, What::Error { causes: facts.flatten().as_ref().map(causes).unwrap_or_default() });
    }

    fn closed(self: &Rc<Self>, event: CloseEvent) {
        let at = clock::event_time();
        self.with_line(|line| line.times.closed = Some(at));
        self.announce(words::closed(event.code));
        let CloseEvent { code, reason, was_clean } = event;
        self.push(at, What::Close { code, reason, was_clean });
    }

    fn with_line<T>(&self, change: impl FnOnce(&mut Line) -> T) -> Option<T> {
        self.line.borrow_mut().as_mut().map(change)
    }

    fn announce(&self, words: String) {
        self.announcement.replace(words);
    }

    fn push(self: &Rc<Self>, at: f64, what: What) {
        self.log.borrow_mut().push(at, what);
        self.changed();
    }

    fn changed(self: &Rc<Self>) {
        if self.is_change_due.replace(true) {
            return;
        }
        let weak = Rc::downgrade(self);
        let frame = request_animation_frame(move |_| {
            with(&weak, |inner| {
                inner.is_change_due.set(false);
                let on_change = inner.on_change.borrow().clone();
                on_change.emit(());
            });
        });
        // The frame before this one is over, so nothing is called off.
        self.frame.replace(Some(frame));
    }
}

impl Tally {
    fn add(&mut self, bytes: u64) {
        self.messages += 1;
        self.bytes += bytes;
    }
}

fn with(inner: &Weak<Inner>, tell: impl FnOnce(&Rc<Inner>)) {
    if let Some(inner) = inner.upgrade() {
        tell(&inner);
    }
}

fn page_is_secure() -> bool {
    web_sys::window().and_then(|window| window.location().protocol().ok()).is_some_and(|protocol| protocol == "https:")
}

fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}
