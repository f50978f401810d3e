//! What both halves of a connection hold: the line, what came, and who waits for what.

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::ReceiveError;
use crate::{
    close::{CloseError, CloseEvent},
    endpoint::{Endpoint, OpenError},
    inbox::{Inbox, InboxLimit},
    message::{BinaryType, Message, SendError, Unsent},
    source::{Line, LineEvent, Source, Timer},
    stats::{Counters, Stats},
};

#[derive(Debug)]
pub(super) struct Shared {
    source: Source,
    line: OnceCell<Line>,
    inbox: Inbox<Message>,
    counters: Counters,
    dialled_at: Duration,
    opened_at: Cell<Option<Duration>>,
    high: u64,
    low: u64,
    stage: RefCell<Stage>,
    /// Whether sending waits for the buffer to fall to the low mark.
    is_pressed: Cell<bool>,
    /// Why the stream ends, until it has told.
    ending: RefCell<Option<ReceiveError>>,
    sender: RefCell<Option<Waker>>,
    /// Who waits for the opening or the end.
    waiting: RefCell<Vec<Waker>>,
    look_again: RefCell<Option<Timer>>,
}

#[derive(Clone, Debug)]
enum Stage {
    Dialling,
    Open,
    Over(CloseEvent),
}

/// What a connection is made with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) binary_type: BinaryType,
    pub(super) inbox: InboxLimit,
    pub(super) high: u64,
    pub(super) low: u64,
}

/// How often a full buffer is looked at again, while somebody waits: a browser doesn't tell when it has sent.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

impl Shared {
    pub(super) fn dial(source: Source, endpoint: &Endpoint, settings: Settings) -> Result<Rc<Self>, OpenError> {
        let shared = Rc::new(Self {
            dialled_at: source.now(),
            source,
            line: OnceCell::new(),
            inbox: Inbox::new(settings.inbox),
            counters: Counters::default(),
            opened_at: Cell::default(),
            high: settings.high,
            low: settings.low.min(settings.high),
            stage: RefCell::new(Stage::Dialling),
            is_pressed: Cell::new(false),
            ending: RefCell::default(),
            sender: RefCell::default(),
            waiting: RefCell::default(),
            look_again: RefCell::default(),
        });
        let weak = Rc::downgrade(&shared);
        let line = shared.source.dial(endpoint, settings.binary_type, move |event| {
            if let Some(shared) = weak.upgrade() {
                shared.take_in(event);
            }
        })?;
        // The cell is empty: this is its only filling.
        let _ = shared.line.set(line);
        Ok(shared)
    }

    #[inline]
    fn take_in(&self, event: LineEvent) {
        match event {
            LineEvent::Opened => self.opened(),
            LineEvent::Message(message) => self.message(message),
            LineEvent::Closed(event) => {
                if !event.was_clean && self.ending.borrow().is_none() {
                    self.ending.replace(Some(ReceiveError::Lost(event.clone())));
                }
                self.enter(Stage::Over(event));
                self.inbox.end();
                self.wake_sender();
            }
        }
    }

    fn opened(&self) {
        self.opened_at.set(Some(self.source.now()));
        self.enter(Stage::Open);
    }

    #[inline]
    fn message(&self, message: Message) {
        let bytes = message.len();
        self.counters.received(bytes);
        if !self.inbox.push(message, bytes) {
            self.ending.replace(Some(ReceiveError::InboxFull));
            // What comes from here on is thrown away, and the reader is told.
            self.inbox.end();
            let _ = self.close(None, None);
        }
    }

    fn enter(&self, stage: Stage) {
        self.stage.replace(stage);
        self.wake_waiting();
    }

    pub(super) fn wake_waiting(&self) {
        for waker in self.waiting.take() {
            waker.wake();
        }
    }

    /// Whether it opened, or how it ended before.
    pub(super) fn poll_open(&self, context: &mut Context<'_>) -> Poll<Result<(), CloseEvent>> {
        match &*self.stage.borrow() {
            Stage::Dialling => self.wait(context),
            Stage::Open => Poll::Ready(Ok(())),
            Stage::Over(event) => Poll::Ready(Err(event.clone())),
        }
    }

    pub(super) fn poll_over(&self, context: &mut Context<'_>) -> Poll<CloseEvent> {
        match &*self.stage.borrow() {
            Stage::Dialling | Stage::Open => self.wait(context),
            Stage::Over(event) => Poll::Ready(event.clone()),
        }
    }

    fn wait<T>(&self, context: &Context<'_>) -> Poll<T> {
        let mut waiting = self.waiting.borrow_mut();
        if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            waiting.push(context.waker().clone());
        }
        Poll::Pending
    }

    #[inline]
    pub(super) fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Result<Message, ReceiveError>>> {
        self.inbox.poll_next(context).map(|next| match next {
            Some(message) => Some(Ok(message)),
            None => self.ending.take().map(Err),
        })
    }

    pub(super) fn stop_reading(&self) {
        self.inbox.abandon();
    }

    /// Ready while the browser has little unsent. Ready too on a line that is not open: sending tells what is wrong.
    #[inline]
    pub(super) fn poll_ready(self: &Rc<Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(line) = self.line.get() else { return Poll::Ready(()) };
        let mark = if self.is_pressed.get() { self.low } else { self.high };
        let is_pressed = line.is_above(mark) && line.state().check_send().is_ok();
        self.is_pressed.set(is_pressed);
        if is_pressed { self.look_again(context) } else { Poll::Ready(()) }
    }

    fn look_again(self: &Rc<Self>, context: &Context<'_>) -> Poll<()> {
        self.sender.replace(Some(context.waker().clone()));
        let weak = Rc::downgrade(self);
        let timer = self.source.after(LOOK_AGAIN, move || {
            if let Some(shared) = weak.upgrade() {
                shared.wake_sender();
            }
        });
        self.look_again.replace(Some(timer));
        Poll::Pending
    }

    fn wake_sender(&self) {
        let timer = self.look_again.take();
        drop(timer);
        let sender = self.sender.take();
        if let Some(sender) = sender {
            sender.wake();
        }
    }

    #[inline]
    pub(super) fn send(&self, message: Message) -> Result<(), Unsent> {
        match self.line.get() {
            Some(line) => {
                self.counters.sent(line.send(message)?);
                Ok(())
            }
            None => Err(Unsent { message, why: SendError::NotOpen }),
        }
    }

    pub(super) fn close(&self, code: Option<u16>, reason: Option<&str>) -> Result<(), CloseError> {
        self.line.get().map_or(Ok(()), |line| line.close(code, reason))
    }

    pub(super) fn close_event(&self) -> Option<CloseEvent> {
        match &*self.stage.borrow() {
            Stage::Over(event) => Some(event.clone()),
            Stage::Dialling | Stage::Open => None,
        }
    }

    pub(super) fn protocol(&self) -> String {
        self.line.get().map_or_else(String::new, Line::protocol)
    }

    pub(super) fn buffered_amount(&self) -> u64 {
        self.line.get().map_or(0, Line::buffered_amount)
    }

    pub(super) fn stats(&self) -> Stats {
        let opened_at = self.opened_at.get();
        let open_since = opened_at.filter(|_| matches!(*self.stage.borrow(), Stage::Open));
        Stats {
            unread: self.inbox.volume(),
            buffered: self.buffered_amount(),
            dials: 1,
            up_in: opened_at.map(|at| at.saturating_sub(self.dialled_at)),
            up_for: open_since.map(|since| self.source.now().saturating_sub(since)),
            ..self.counters.stats()
        }
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }
}
