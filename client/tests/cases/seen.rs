//! A socket whose events are written down as they come, and can be waited for.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::{Poll, Waker},
    time::Duration,
};

use futures_util::{
    StreamExt,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, global};
use openline_client::{
    BinaryType, CloseEvent, Event, Events, OpenError, ReadyState, Received, Retry, Socket, SocketBuilder,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, MessageEventInit};

/// One event, with the state the socket was in when it came.
#[derive(Debug)]
pub(crate) enum Seen {
    Open(ReadyState),
    Message(Received),
    Error(ReadyState),
    Close(ReadyState, CloseEvent),
}

pub(crate) struct Watched {
    pub(crate) socket: Rc<RefCell<Option<Socket>>>,
    log: Rc<RefCell<Log>>,
}

#[derive(Default)]
struct Log {
    seen: VecDeque<Seen>,
    waker: Option<Waker>,
}

impl Watched {
    pub(crate) fn open(url: &str) -> Result<Self, OpenError> {
        Self::build(Socket::builder(url))
    }

    pub(crate) fn build(builder: SocketBuilder) -> Result<Self, OpenError> {
        let socket: Rc<RefCell<Option<Socket>>> = Rc::default();
        let log: Rc<RefCell<Log>> = Rc::default();
        let note = {
            let log = log.clone();
            move |seen| {
                let mut log = log.borrow_mut();
                log.seen.push_back(seen);
                if let Some(waker) = log.waker.take() {
                    waker.wake();
                }
            }
        };
        let state = {
            // Weakly: a socket that is held by its own handlers is never dropped.
            let socket = Rc::downgrade(&socket);
            move || {
                let socket = socket.upgrade().expect("a handler was called after the drop");
                socket.borrow().as_ref().map_or(ReadyState::Closed, Socket::state)
            }
        };
        let (note2, note3, note4, state2, state3) =
            (note.clone(), note.clone(), note.clone(), state.clone(), state.clone());
        let opened = builder
            .on_open(move || note(Seen::Open(state())))
            .on_message(move |received| note2(Seen::Message(received)))
            .on_error(move || note3(Seen::Error(state2())))
            .on_close(move |event| note4(Seen::Close(state3(), event)))
            .open()?;
        socket.replace(Some(opened));
        Ok(Self { socket, log })
    }

    /// Opens it and waits until it is.
    pub(crate) async fn opened(url: &str) -> Self {
        let watched = Self::open(url).expect("an address");
        watched.is_open().await;
        watched
    }

    pub(crate) async fn is_open(&self) {
        match self.next().await {
            Seen::Open(ReadyState::Open) => {}
            other => panic!("expected open (does the peer run?), not {other:?}"),
        }
    }

    pub(crate) async fn next(&self) -> Seen {
        let next = poll_fn(|context| {
            let mut log = self.log.borrow_mut();
            match log.seen.pop_front() {
                Some(seen) => Poll::Ready(seen),
                None => {
                    log.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        });
        within_10_s(next, || self.with(Socket::state)).await
    }

    pub(crate) async fn message(&self) -> Received {
        match self.next().await {
            Seen::Message(received) => received,
            other => panic!("expected a message, not {other:?}"),
        }
    }

    pub(crate) async fn close(&self) -> CloseEvent {
        match self.next().await {
            Seen::Close(ReadyState::Closed, event) => event,
            other => panic!("expected close, not {other:?}"),
        }
    }

    /// An error, then the close that always follows it.
    pub(crate) async fn failure(&self) -> CloseEvent {
        match self.next().await {
            Seen::Error(ReadyState::Closed) => self.close().await,
            other => panic!("expected an error, not {other:?}"),
        }
    }

    /// Whether no more events have come.
    pub(crate) fn is_quiet(&self) -> bool {
        self.log.borrow().seen.is_empty()
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&Socket) -> T) -> T {
        act(self.socket.borrow().as_ref().expect("the socket was dropped"))
    }
}

/// Waits, but not for ever, and tells what was last seen.
pub(crate) async fn within_10_s<T, S: std::fmt::Debug>(wait: impl Future<Output = T>, last: impl FnOnce() -> S) -> T {
    match select(pin!(wait), TimeoutFuture::new(10_000)).await {
        Either::Left((done, _)) => done,
        Either::Right(_) => panic!("nothing happened for 10 s; last seen: {:?}", last()),
    }
}

/// Lets the browser do what it has to.
pub(crate) async fn turn() {
    TimeoutFuture::new(0).await;
}

/// Opens a watched socket, and gets hold of the browser's own object within it, to play the browser with.
pub(crate) fn with_insides(builder: SocketBuilder) -> (Watched, web_sys::WebSocket) {
    grab(|| Watched::build(builder).expect("an address"))
}

/// Runs what opens a socket, and gets hold of the browser's own object.
pub(crate) fn grab<T>(open: impl FnOnce() -> T) -> (T, web_sys::WebSocket) {
    let listen_in = Function::new_no_args(
        "const Real = self.WebSocket;
         self.WebSocket = class extends Real { constructor(...all) { super(...all); self.lastSocket = this; } };
         return Real;",
    );
    let real = listen_in.call0(&JsValue::NULL).expect("a WebSocket");
    let opened = open();
    js_sys::Reflect::set(&global(), &"WebSocket".into(), &real).expect("it was set before");
    let inside = js_sys::Reflect::get(&global(), &"lastSocket".into()).expect("the global object");
    (opened, inside.unchecked_into())
}

/// A message event, as the browser makes them.
pub(crate) fn message(data: &JsValue) -> MessageEvent {
    let init = MessageEventInit::new();
    init.set_data(data);
    MessageEvent::new_with_event_init_dict("message", &init).expect("an event")
}

/// An event of this name, as the browser makes them.
pub(crate) fn event(name: &str) -> web_sys::Event {
    match name {
        "message" => message(&"x".into()).into(),
        "close" => web_sys::CloseEvent::new("close").expect("an event").into(),
        _ => web_sys::Event::new(name).expect("an event"),
    }
}

/// A socket that wants its bytes as Blobs.
pub(crate) fn blobs(url: &str) -> SocketBuilder {
    Socket::builder(url).binary_type(BinaryType::Blob)
}

/// A session's next event.
pub(crate) async fn next(events: &mut Events) -> Event {
    within_10_s(events.next(), || "a session").await.expect("it has not ended")
}

/// Pauses as short as a test likes them.
pub(crate) fn eager() -> Retry {
    Retry { first: Duration::from_millis(20), least: Duration::from_millis(5), ..Retry::default() }
}
