//! A world for tests: lines that do what the test says, in a time that passes when the test says.

mod line;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    fmt,
    pin::Pin,
    rc::{Rc, Weak},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Wake, Waker},
    time::Duration,
};

pub(super) use self::line::Held;
pub use self::line::ScriptedLine;
use self::line::TellLine;
use super::{PageEvent, page::Tell};
use crate::endpoint::{Endpoint, OpenError, check_endpoint};

/// A scripted world without a browser, for testing what is built on a [`Session`](crate::Session) or a
/// [`Connection`](crate::Connection): natively, in no time, the same each time.
///
/// Nothing happens by itself. A line is dialled when the session says so, and then waits for the test to
/// [open](ScriptedLine::open) it, sooner or later, or to let it [fail](ScriptedLine::fail); on an open one the test says what
/// [comes](ScriptedLine::message), sees what was [sent](ScriptedLine::sent), [stalls](ScriptedLine::stall) it, breaks it
/// half-way or [closes](ScriptedLine::close) it with a code. Timers run when the test lets time [pass](Self::advance).
///
/// It is there natively only, so that no page carries it.
///
/// ```
/// use std::time::Duration;
/// use futures_util::StreamExt;
/// use openline_client::{Event, Events, Script, Session};
///
/// // What is tested: as it runs in a page.
/// async fn greeter(session: Session, mut events: Events) {
///     while let Some(event) = events.next().await {
///         let sent = match event {
///             Event::Up => session.send("hello"),
///             Event::Message(message) if message == "ping".into() => session.send("pong"),
///             _ => Ok(()),
///         };
///         // A line that went down meanwhile comes up again, and is greeted then.
///         sent.ok();
///     }
/// }
///
/// let script = Script::new();
/// let (session, events) = Session::builder("ws://example.test").script(&script).open();
/// script.spawn(greeter(session, events));
///
/// script.line().open();
/// script.line().message("ping");
/// assert_eq!(script.line().sent(), ["hello".into(), "pong".into()]);
///
/// script.line().close(1012, "restarting");
/// assert_eq!((script.dials(), script.live()), (1, 0));
/// script.advance(Duration::from_secs(1));
/// assert_eq!((script.dials(), script.live()), (2, 1));
/// script.line().open();
/// assert_eq!(script.line().sent(), ["hello".into()]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Script(Rc<World>);

/// When a timer is due, and a number apart for those due at once.
type Place = (Duration, u64);
type TellPage = dyn Fn(PageEvent);

#[derive(Default)]
struct World {
    now: Cell<Duration>,
    chance: Cell<f64>,
    timers: RefCell<BTreeMap<Place, Box<dyn FnOnce()>>>,
    timers_made: Cell<u64>,
    tasks: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>,
    lines: RefCell<Vec<ScriptedLine>>,
    page: RefCell<Vec<Weak<TellPage>>>,
    refusals: RefCell<VecDeque<OpenError>>,
}

impl Script {
    /// A world at time zero, where every random number is ½ until [`chance`](Self::chance) says otherwise.
    pub fn new() -> Self {
        let script = Self::default();
        script.0.chance.set(0.5);
        script
    }

    /// Lets time pass. What falls due on the way happens at its time.
    pub fn advance(&self, time: Duration) {
        let end = self.0.now.get().saturating_add(time);
        loop {
            self.settle();
            let due = self
                .0
                .timers
                .borrow_mut()
                .first_entry()
                .filter(|timer| timer.key().0 <= end)
                .map(|timer| timer.remove_entry());
            let Some(((due, _), run)) = due else { break };
            self.0.now.set(self.0.now.get().max(due));
            run();
        }
        self.0.now.set(end);
        self.settle();
    }

    /// Lets time pass as a sleeping machine does: nothing happens on the way, and what fell due happens late, with the
    /// next [`advance`](Self::advance).
    pub fn sleep(&self, time: Duration) {
        self.0.now.set(self.0.now.get().saturating_add(time));
    }

    /// The time since this world began.
    pub fn now(&self) -> Duration {
        self.0.now.get()
    }

    /// What every random number is from now on, from 0 to 1.
    pub fn chance(&self, number: f64) {
        self.0.chance.set(number);
    }

    /// Tells the page's news to everybody who listens.
    pub fn page(&self, event: PageEvent) {
        let listeners: Vec<_> = self.0.page.borrow().iter().filter_map(Weak::upgrade).collect();
        for tell in listeners {
            tell(event);
        }
        self.settle();
    }

    /// The next dial is refused, as a browser refuses an address. Said twice, the next two are.
    pub fn refuse_next(&self, error: OpenError) {
        self.0.refusals.borrow_mut().push_back(error);
    }

    /// How many lines were dialled so far.
    pub fn dials(&self) -> usize {
        self.settle();
        self.0.lines.borrow().len()
    }

    /// How many timers are waiting to run: none, where nobody waits for anything.
    pub fn timers(&self) -> usize {
        self.0.timers.borrow().len()
    }

    /// How many lines are dialling, open or closing now, and not let go of.
    pub fn live(&self) -> usize {
        self.settle();
        self.0.lines.borrow().iter().filter(|line| line.is_live()).count()
    }

    /// The line that was dialled last.
    ///
    /// # Panics
    ///
    /// If none was dialled yet.
    #[track_caller]
    #[expect(clippy::expect_used, reason = "a test that expects a line wants to be told here")]
    pub fn line(&self) -> ScriptedLine {
        self.settle();
        self.0.lines.borrow().last().cloned().expect("no line was dialled yet")
    }

    /// Runs a task in this world, as `wasm_bindgen_futures::spawn_local` does in a page: as far as it goes now, and on with
    /// everything that happens.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.0.tasks.borrow_mut().push(Box::pin(task));
        self.settle();
    }

    /// Lets every task go as far as it goes. Whatever else is done to this world or its lines does so too.
    pub fn settle(&self) {
        self.0.settle();
    }

    pub(super) fn random(&self) -> f64 {
        self.0.chance.get()
    }

    pub(super) fn after(&self, pause: Duration, run: impl FnOnce() + 'static) -> Timer {
        let made = self.0.timers_made.get();
        self.0.timers_made.set(made + 1);
        let place = (self.0.now.get().saturating_add(pause), made);
        self.0.timers.borrow_mut().insert(place, Box::new(run));
        Timer { world: Rc::downgrade(&self.0), place }
    }

    /// Run when this world settles: who asks for it may be in the middle of something.
    pub(super) fn spawn_later(&self, task: Pin<Box<dyn Future<Output = ()>>>) {
        self.0.tasks.borrow_mut().push(task);
    }

    pub(super) fn dial(&self, endpoint: &Endpoint, tell: TellLine) -> Result<Held, OpenError> {
        check_endpoint(endpoint)?;
        if let Some(error) = self.0.refusals.borrow_mut().pop_front() {
            return Err(error);
        }
        let line = ScriptedLine::new(Rc::downgrade(&self.0), endpoint.clone(), tell);
        self.0.lines.borrow_mut().push(line.clone());
        Ok(Held::new(line))
    }

    pub(super) fn watch_page(&self, tell: &Tell) {
        self.0.page.borrow_mut().push(Rc::downgrade(tell));
    }
}

impl World {
    fn settle(&self) {
        loop {
            let tasks = self.tasks.take();
            let woken = Arc::new(Woken::default());
            let waker = Waker::from(woken.clone());
            let mut context = Context::from_waker(&waker);
            let unfinished = tasks.into_iter().filter_map(|mut task| {
                let poll = task.as_mut().poll(&mut context);
                poll.is_pending().then_some(task)
            });
            let unfinished: Vec<_> = unfinished.collect();
            let begun_meanwhile = std::mem::replace(&mut *self.tasks.borrow_mut(), unfinished);
            let has_begun = !begun_meanwhile.is_empty();
            self.tasks.borrow_mut().extend(begun_meanwhile);
            if !has_begun && !woken.0.load(Ordering::Relaxed) {
                break;
            }
        }
    }
}

/// Whether a task has woken another, or itself, meanwhile.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("now", &self.now).field("lines", &self.lines).finish_non_exhaustive()
    }
}

/// A timer of the script's; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Timer {
    world: Weak<World>,
    place: Place,
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(world) = self.world.upgrade() {
            let timer = world.timers.borrow_mut().remove(&self.place);
            drop(timer);
        }
    }
}
