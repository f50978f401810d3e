//! Where lines, time and chance come from: the browser, or a script for tests.
//!
//! [`Connection`](crate::Connection) and [`Session`](crate::Session) reach the world through this enum alone, and so run
//! natively, in virtual time, against a script.

mod browser;
mod page;
#[cfg(not(target_family = "wasm"))]
mod script;

use std::{cell::Cell, pin::Pin, rc::Rc, time::Duration};

pub use self::page::PageEvent;
#[cfg(not(target_family = "wasm"))]
pub use self::script::{Script, ScriptedLine};
pub(crate) use self::{browser::Browser, page::PageWatch};
use crate::{
    close::{CloseError, CloseEvent},
    endpoint::{Endpoint, OpenError},
    message::{BinaryType, Message, Unsent},
    socket::{ReadyState, Socket},
    trace,
};

#[derive(Clone, Debug)]
pub(crate) enum Source {
    Browser(Rc<Browser>),
    #[cfg(not(target_family = "wasm"))]
    Script(Script),
}

/// One dialled line. Dropping it detaches and closes it.
#[derive(Debug)]
pub(crate) enum Line {
    Browser {
        socket: Socket,
        /// How much it can have unsent at most: it is asked only when that may be too much.
        unsent: Cell<u64>,
    },
    #[cfg(not(target_family = "wasm"))]
    Script(script::Held),
}

/// What a line tells. That it failed is not among them: a browser gives no detail, and the close follows.
#[derive(Clone, Debug)]
pub(crate) enum LineEvent {
    Opened,
    Message(Message),
    Closed(CloseEvent),
}

/// Dropping it stops it.
#[derive(Debug)]
pub(crate) enum Timer {
    Browser {
        _timeout: Option<gloo_timers::callback::Timeout>,
    },
    #[cfg(not(target_family = "wasm"))]
    Script {
        _timer: script::Timer,
    },
}

impl Default for Source {
    fn default() -> Self {
        Self::Browser(Rc::default())
    }
}

impl Source {
    /// The time since some moment, counting sleep, never going back.
    pub(crate) fn now(&self) -> Duration {
        match self {
            Self::Browser(browser) => browser.now(),
            #[cfg(not(target_family = "wasm"))]
            Self::Script(script) => script.now(),
        }
    }

    /// The time when it was last asked for, where asking costs something.
    pub(crate) fn last_now(&self) -> Duration {
        match self {
            Self::Browser(browser) => browser.last_now(),
            #[cfg(not(target_family = "wasm"))]
            Self::Script(script) => script.now(),
        }
    }

    /// From 0 to 1.
    pub(crate) fn random(&self) -> f64 {
        match self {
            Self::Browser(_) => browser::random(),
            #[cfg(not(target_family = "wasm"))]
            Self::Script(script) => script.random(),
        }
    }

    pub(crate) fn after(&self, pause: Duration, run: impl FnOnce() + 'static) -> Timer {
        match self {
            Self::Browser(_) => Timer::Browser { _timeout: browser::after(pause, run) },
            #[cfg(not(target_family = "wasm"))]
            Self::Script(script) => Timer::Script { _timer: script.after(pause, run) },
        }
    }

    pub(crate) fn spawn(&self, task: Pin<Box<dyn Future<Output = ()>>>) {
        match self {
            Self::Browser(_) => browser::spawn(task),
            #[cfg(not(target_family = "wasm"))]
            Self::Script(script) => script.spawn_later(task),
        }
    }

    pub(crate) fn dial(
        &self,
        endpoint: &Endpoint,
        binary_type: BinaryType,
        tell: impl Fn(LineEvent) + 'static,
    ) -> Result<Line, OpenError> {
        trace::dialling(endpoint);
        #[cfg(feature = "tracing")]
        let tell = move |event| {
            trace::came(&event);
            tell(event);
        };
        match self {
            Self::Browser(_) => {
                let socket = browser::dial(endpoint, binary_type, tell)?;
                Ok(Line::Browser { socket, unsent: Cell::default() })
            }
            #[cfg(not(target_family = "wasm"))]
            Self::Script(script) => script.dial(endpoint, Rc::new(tell)).map(Line::Script),
        }
    }

    pub(crate) fn watch_page(&self, tell: impl Fn(PageEvent) + 'static) -> PageWatch {
        match self {
            Self::Browser(_) => PageWatch::browser(Rc::new(tell)),
            #[cfg(not(target_family = "wasm"))]
            Self::Script(script) => PageWatch::script(script, Rc::new(tell)),
        }
    }
}

impl Line {
    /// Sends it, and says how many bytes it was.
    #[inline]
    pub(crate) fn send(&self, message: Message) -> Result<u64, Unsent> {
        let bytes = message.len();
        let sent = match self {
            Self::Browser { socket, unsent } => {
                unsent.set(unsent.get().saturating_add(bytes));
                socket.send(&message)
            }
            #[cfg(not(target_family = "wasm"))]
            Self::Script(line) => line.send(&message),
        };
        match sent {
            Ok(()) => {
                trace::sent(bytes);
                Ok(bytes)
            }
            Err(why) => Err(Unsent { message, why }),
        }
    }

    pub(crate) fn close(&self, code: Option<u16>, reason: Option<&str>) -> Result<(), CloseError> {
        match self {
            Self::Browser { socket, .. } => socket.close(code, reason),
            #[cfg(not(target_family = "wasm"))]
            Self::Script(line) => line.close(code, reason),
        }
    }

    pub(crate) fn state(&self) -> ReadyState {
        match self {
            Self::Browser { socket, .. } => socket.state(),
            #[cfg(not(target_family = "wasm"))]
            Self::Script(line) => line.state(),
        }
    }

    pub(crate) fn protocol(&self) -> String {
        match self {
            Self::Browser { socket, .. } => socket.protocol(),
            #[cfg(not(target_family = "wasm"))]
            Self::Script(line) => line.protocol(),
        }
    }

    /// Whether the browser has more than this unsent.
    #[inline]
    pub(crate) fn is_above(&self, mark: u64) -> bool {
        match self {
            Self::Browser { unsent, .. } if unsent.get() <= mark => false,
            Self::Browser { socket, unsent } => {
                unsent.set(socket.buffered_amount());
                unsent.get() > mark
            }
            #[cfg(not(target_family = "wasm"))]
            Self::Script(line) => line.buffered_amount() > mark,
        }
    }

    pub(crate) fn buffered_amount(&self) -> u64 {
        match self {
            Self::Browser { socket, .. } => socket.buffered_amount(),
            #[cfg(not(target_family = "wasm"))]
            Self::Script(line) => line.buffered_amount(),
        }
    }
}
