//! Drives the [`State`]: hands it what happens, does what it says, and decides nothing.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    fmt,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Poll, Waker},
    time::Duration,
};

use super::{
    Event, Heartbeat,
    event::Unread,
    state::State,
    step::{Command, Generation, Input, LineInput, Step},
};
use crate::{
    close::CloseEvent,
    endpoint::Endpoint,
    inbox::Inbox,
    message::{BinaryType, Message, SendError, Unsent},
    source::{Line, LineEvent, PageWatch, Source, Timer},
    stats::{Counters, Stats},
    trace,
};

pub(super) struct Driver {
    pub(super) source: Source,
    pub(super) inbox: Inbox<Unread>,
    pub(super) counters: Counters,
    pub(super) address: Address,
    pub(super) binary_type: BinaryType,
    pub(super) worth_a_retry: Box<dyn Fn(&CloseEvent) -> bool>,
    pub(super) probe: RefCell<Option<Rc<dyn Fn() -> Message>>>,
    pub(super) state: RefCell<State>,
    pub(super) held: Held,
}

/// Where each try finds its address.
pub(super) enum Address {
    Fixed(Endpoint),
    Found(Box<dyn Fn() -> Finding>),
}

pub(super) type Finding = Pin<Box<dyn Future<Output = Result<Endpoint, String>>>>;

/// What a driver holds of the world; each is let go of by dropping it.
#[derive(Default)]
pub(super) struct Held {
    line: RefCell<Option<Rc<Line>>>,
    search: RefCell<Option<Search>>,
    timer: RefCell<Option<(Duration, Timer)>>,
    page: RefCell<Option<PageWatch>>,
    /// What happened while something else was being seen to, with the message, where one came.
    inputs: RefCell<VecDeque<(Input, Option<Message>)>>,
    is_running: Cell<bool>,
    /// The line that was heard, if since then nothing else has happened and its reader has had no turn.
    heard: Cell<Option<Generation>>,
    /// Empty: kept for its room, so that not every message needs a new one.
    commands: RefCell<Vec<Command>>,
}

impl Driver {
    pub(super) fn start(self: &Rc<Self>) {
        let watch = self.source.watch_page({
            let driver = Rc::downgrade(self);
            move |event| feed(&driver, Input::Page(event))
        });
        self.held.page.replace(Some(watch));
        self.feed(Input::Start);
    }

    /// Takes in one thing that happened. Handlers run without a borrow, and what they cause waits its turn.
    pub(super) fn feed(self: &Rc<Self>, input: Input) {
        self.take_in(input, None);
    }

    fn take_in(self: &Rc<Self>, input: Input, message: Option<Message>) {
        if self.held.is_running.replace(true) {
            return self.held.inputs.borrow_mut().push_back((input, message));
        }
        self.held.heard.set(None);
        let mut commands = self.held.commands.take();
        let mut next = Some((input, message));
        while let Some((input, mut message)) = next {
            let now = if message.is_some() { self.arrival() } else { self.source.now() };
            let chance = || self.source.random();
            let mut step = Step { now, chance: &chance, commands: &mut commands };
            self.state.borrow_mut().step(input, &mut step);
            for command in commands.drain(..) {
                self.run(command, &mut message);
            }
            next = self.next_input();
        }
        self.held.commands.replace(commands);
        self.held.is_running.set(false);
        self.arm();
    }

    /// Takes in a message. Nearly each changes nothing but when the line was last heard, and has a short way of its own;
    /// the timer that runs stays early enough then. Behind one that its reader had no turn for yet, not even that changes.
    #[inline]
    fn hear(self: &Rc<Self>, generation: Generation, message: Message) {
        if self.held.heard.get() != Some(generation) {
            if self.held.is_running.get() || !self.state.borrow_mut().hears(generation, self.arrival()) {
                return self.take_in(Input::Line(generation, LineInput::Message), Some(message));
            }
            self.held.heard.set(Some(generation));
        }
        self.deliver(message);
    }

    /// When a message came. Behind one that its reader had no turn for yet, it is as old as that: a look at the clock for
    /// each would cost more than all the rest.
    fn arrival(&self) -> Duration {
        if self.inbox.is_empty() { self.source.now() } else { self.source.last_now() }
    }

    #[inline]
    fn deliver(self: &Rc<Self>, message: Message) {
        let bytes = message.len();
        self.counters.received(bytes);
        self.put(Unread::Message(message), bytes);
    }

    pub(super) fn send(&self, message: Message) -> Result<(), Unsent> {
        // Held by a count of its own and not by a borrow: a browser may run anything while it sends.
        let line = self.held.line.borrow().clone();
        match line {
            Some(line) => {
                self.counters.sent(line.send(message)?);
                Ok(())
            }
            None if self.state.borrow().has_ended() => Err(Unsent { message, why: SendError::Closed }),
            None => Err(Unsent { message, why: SendError::NotOpen }),
        }
    }

    pub(super) fn protocol(&self) -> String {
        let line = self.held.line.borrow().clone();
        line.map_or_else(String::new, |line| line.protocol())
    }

    pub(super) fn stats(&self) -> Stats {
        let line = self.held.line.borrow().clone();
        let Stats { sent, received, .. } = self.counters.stats();
        Stats {
            sent,
            received,
            unread: self.inbox.volume(),
            buffered: line.map_or(0, |line| line.buffered_amount()),
            ..self.state.borrow().stats(self.source.now())
        }
    }

    pub(super) fn set_heartbeat(self: &Rc<Self>, heartbeat: Heartbeat) {
        let rhythm = heartbeat.rhythm();
        let old = self.probe.replace(Some(heartbeat.probe));
        drop(old);
        self.feed(Input::Heartbeat(rhythm));
    }

    /// The reader's turn is over: what comes from now on came later.
    #[inline]
    pub(super) fn caught_up(&self) {
        self.held.heard.set(None);
    }

    /// The reader took something: a full inbox may have room again.
    #[inline]
    pub(super) fn drained(self: &Rc<Self>) {
        if self.state.borrow().is_full() && self.inbox.is_drained() {
            self.feed(Input::InboxDrained);
        }
    }

    fn next_input(&self) -> Option<(Input, Option<Message>)> {
        self.held.inputs.borrow_mut().pop_front()
    }

    fn run(self: &Rc<Self>, command: Command, message: &mut Option<Message>) {
        match command {
            Command::Find(generation) => self.find(generation),
            Command::Connect(generation, endpoint) => self.connect(generation, &endpoint),
            Command::HangUp => {
                let line = self.held.line.take();
                let search = self.held.search.take();
                drop((line, search));
            }
            Command::Probe => {
                let probe = self.probe.borrow().clone();
                if let Some(probe) = probe {
                    // A probe that can't be sent is not answered either, which is what is being found out.
                    let _ = self.send(probe());
                }
            }
            Command::Close(code, reason) => {
                let line = self.held.line.borrow().clone();
                // Code and reason were checked when they were given.
                let _ = line.map(|line| line.close(code, reason.as_deref()));
            }
            Command::Deliver => {
                if let Some(message) = message.take() {
                    self.deliver(message);
                }
            }
            Command::Tell(event) => {
                trace::told(&event);
                let is_last = matches!(event, Event::Ended { .. });
                self.put(event.into(), 0);
                if is_last {
                    self.inbox.end();
                    let page = self.held.page.take();
                    drop(page);
                }
            }
        }
    }

    #[inline]
    fn put(self: &Rc<Self>, unread: Unread, bytes: u64) {
        if !self.inbox.push(unread, bytes) {
            self.feed(Input::InboxFull);
        }
    }

    fn find(self: &Rc<Self>, generation: Generation) {
        let find = match &self.address {
            Address::Fixed(endpoint) => {
                return self.feed(Input::Line(generation, LineInput::Found(endpoint.clone())));
            }
            Address::Found(find) => find,
        };
        let driver = Rc::downgrade(self);
        let finding = find();
        let (search, task) = Search::begin(async move {
            let found = match finding.await {
                Ok(endpoint) => LineInput::Found(endpoint),
                Err(words) => LineInput::NotFound(words),
            };
            feed(&driver, Input::Line(generation, found));
        });
        self.held.search.replace(Some(search));
        self.source.spawn(task);
    }

    fn connect(self: &Rc<Self>, generation: Generation, endpoint: &Endpoint) {
        let driver = Rc::downgrade(self);
        let dialled = self.source.dial(endpoint, self.binary_type, move |event| {
            let Some(driver) = driver.upgrade() else { return };
            let input = match event {
                LineEvent::Opened => LineInput::Opened,
                LineEvent::Message(message) => return driver.hear(generation, message),
                LineEvent::Closed(event) => {
                    let worth_a_retry = (driver.worth_a_retry)(&event);
                    LineInput::Closed { event, worth_a_retry }
                }
            };
            driver.feed(Input::Line(generation, input));
        });
        match dialled {
            Ok(line) => drop(self.held.line.replace(Some(Rc::new(line)))),
            Err(error) => {
                let for_good = matches!(self.address, Address::Fixed(_));
                self.feed(Input::Line(generation, LineInput::Unopenable { error, for_good }));
            }
        }
    }

    /// Sees to it that a timer runs no later than the state wants to be woken. One that runs too early does no harm, so a
    /// line with traffic does not set a new one for each message.
    fn arm(self: &Rc<Self>) {
        let due = self.state.borrow().wake_at();
        let armed = self.held.timer.borrow().as_ref().map(|(at, _)| *at);
        let timer = match (due, armed) {
            (Some(due), Some(armed)) if armed <= due => return,
            (None, None) => return,
            (None, Some(_)) => None,
            (Some(due), _) => {
                let driver = Rc::downgrade(self);
                let pause = due.saturating_sub(self.source.now());
                Some((
                    due,
                    self.source.after(pause, move || {
                        if let Some(driver) = driver.upgrade() {
                            let ran = driver.held.timer.take();
                            drop(ran);
                            driver.feed(Input::Tick);
                        }
                    }),
                ))
            }
        };
        let old = self.held.timer.replace(timer);
        drop(old);
    }
}

fn feed(driver: &Weak<Driver>, input: Input) {
    if let Some(driver) = driver.upgrade() {
        driver.feed(input);
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").field("state", &self.state).finish_non_exhaustive()
    }
}

/// The hold on an async function that looks for an address. Dropping it ends the function where it is.
struct Search(Rc<Cell<Option<Waker>>>);

impl Search {
    fn begin(search: impl Future<Output = ()> + 'static) -> (Self, Pin<Box<dyn Future<Output = ()>>>) {
        let waker = Rc::new(Cell::new(None));
        let alive = Rc::downgrade(&waker);
        let mut search = Box::pin(search);
        let task = std::future::poll_fn(move |context| match alive.upgrade() {
            None => Poll::Ready(()),
            Some(waker) => {
                waker.set(Some(context.waker().clone()));
                search.as_mut().poll(context)
            }
        });
        (Self(waker), Box::pin(task))
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        let waker = self.0.take();
        // Gone before the task looks: it finds nobody waiting, and ends.
        self.0 = Rc::default();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
