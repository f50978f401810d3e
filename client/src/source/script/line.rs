//! One line of a script: what a browser would do on this side, and a test on the other.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::{Rc, Weak},
};

use super::World;
use crate::{
    close::{CloseError, CloseEvent, check_close},
    endpoint::Endpoint,
    message::{Message, SendError},
    socket::ReadyState,
    source::LineEvent,
};

pub(super) type TellLine = Rc<dyn Fn(LineEvent)>;

/// One line of a [`Script`](super::Script), seen from the other side: what a server and a network would do, the test does.
#[derive(Clone, Debug)]
pub struct ScriptedLine(Rc<Wire>);

struct Wire {
    world: Weak<World>,
    endpoint: Endpoint,
    state: Cell<ReadyState>,
    /// Empty once the line was let go of: dropping a line takes its handlers off.
    tell: RefCell<Option<TellLine>>,
    sent: RefCell<Vec<Message>>,
    /// What the browser still has, while the line is stalled.
    stalled: RefCell<Option<Vec<Message>>>,
    buffered: Cell<u64>,
    asked: RefCell<Option<(Option<u16>, Option<String>)>>,
}

impl ScriptedLine {
    pub(super) fn new(world: Weak<World>, endpoint: Endpoint, tell: TellLine) -> Self {
        Self(Rc::new(Wire {
            world,
            endpoint,
            state: Cell::new(ReadyState::Connecting),
            tell: RefCell::new(Some(tell)),
            sent: RefCell::default(),
            stalled: RefCell::default(),
            buffered: Cell::default(),
            asked: RefCell::default(),
        }))
    }

    /// The handshake is done.
    pub fn open(&self) {
        if self.0.state.get() == ReadyState::Connecting {
            self.0.state.set(ReadyState::Open);
            self.tell(LineEvent::Opened);
        }
    }

    /// A message comes from the other side. Like a browser, drops it unless the line is open: not while it closes.
    pub fn message(&self, message: impl Into<Message>) {
        if self.0.state.get() == ReadyState::Open {
            self.tell(LineEvent::Message(message.into()));
        }
    }

    /// The other side closes, or the goodbye that was asked for is answered. Code 1006 is what a browser says when there
    /// was no goodbye.
    pub fn close(&self, code: u16, reason: &str) {
        if self.0.state.replace(ReadyState::Closed) != ReadyState::Closed {
            self.tell(LineEvent::Closed(CloseEvent { code, reason: reason.into(), was_clean: code != 1006 }));
        }
    }

    /// The line breaks, or never comes to be.
    pub fn fail(&self) {
        self.close(1006, "");
    }

    /// The network takes nothing any more, and nobody is told: what is sent stays in the browser, as its buffered amount,
    /// until it [flows](Self::flow) again. If the line breaks before, it is lost.
    pub fn stall(&self) {
        self.0.stalled.borrow_mut().get_or_insert_default();
    }

    /// A stalled line goes on: what was held up is sent.
    pub fn flow(&self) {
        let held_up = self.0.stalled.take().unwrap_or_default();
        self.0.sent.borrow_mut().extend(held_up);
        self.0.buffered.set(0);
    }

    /// What was sent since this was last asked, and left the browser.
    pub fn sent(&self) -> Vec<Message> {
        std::mem::take(&mut *self.0.sent.borrow_mut())
    }

    /// How many bytes the browser has not sent on yet.
    pub fn set_buffered_amount(&self, bytes: u64) {
        self.0.buffered.set(bytes);
    }

    /// The code and reason that the line was asked to close with, if it was.
    pub fn asked_to_close(&self) -> Option<(Option<u16>, Option<String>)> {
        self.0.asked.borrow().clone()
    }

    /// Whether it is dialling, open or closing, and not let go of.
    pub fn is_live(&self) -> bool {
        self.0.tell.borrow().is_some() && self.0.state.get() != ReadyState::Closed
    }

    /// Where it was dialled.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    fn tell(&self, event: LineEvent) {
        let tell = self.0.tell.borrow().clone();
        if let Some(tell) = tell {
            tell(event);
        }
        if let Some(world) = self.0.world.upgrade() {
            world.settle();
        }
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("endpoint", &self.endpoint).field("state", &self.state).finish_non_exhaustive()
    }
}

/// A line in the hands of who dialled it.
#[derive(Debug)]
pub(crate) struct Held(ScriptedLine);

impl Held {
    pub(super) fn new(line: ScriptedLine) -> Self {
        Self(line)
    }

    pub(crate) fn send(&self, message: &Message) -> Result<(), SendError> {
        self.state().check_send()?;
        let wire = &self.0.0;
        match &mut *wire.stalled.borrow_mut() {
            Some(held_up) => {
                wire.buffered.set(wire.buffered.get().saturating_add(message.len()));
                held_up.push(message.clone());
            }
            None => wire.sent.borrow_mut().push(message.clone()),
        }
        Ok(())
    }

    pub(crate) fn close(&self, code: Option<u16>, reason: Option<&str>) -> Result<(), CloseError> {
        check_close(code, reason).map(|code| self.ask_to_close(code, reason))
    }

    fn ask_to_close(&self, code: Option<u16>, reason: Option<&str>) {
        if matches!(self.state(), ReadyState::Connecting | ReadyState::Open) {
            self.0.0.state.set(ReadyState::Closing);
            *self.0.0.asked.borrow_mut() = Some((code, reason.map(Into::into)));
        }
    }

    pub(crate) fn state(&self) -> ReadyState {
        self.0.0.state.get()
    }

    /// The first that was offered, once it is open.
    pub(crate) fn protocol(&self) -> String {
        if self.state() == ReadyState::Connecting {
            return String::new();
        }
        self.0.0.endpoint.protocols.first().cloned().unwrap_or_default()
    }

    pub(crate) fn buffered_amount(&self) -> u64 {
        self.0.0.buffered.get()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let tell = self.0.0.tell.borrow_mut().take();
        drop(tell);
        self.ask_to_close(None, None);
    }
}
