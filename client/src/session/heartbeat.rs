//! Noticing a line that is dead and doesn't say so.

use std::{fmt, rc::Rc, time::Duration};

use crate::message::Message;

/// When a silent line is asked whether it is still there, and how long it has to answer. Any message counts as an answer
/// and as life: on a line with traffic nothing is ever asked.
///
/// A lost line is noticed within `silence` and `deadline` together, where a browser's closing may take minutes, and at
/// once after sleep.
#[derive(Clone)]
pub struct Heartbeat {
    /// How long nothing may come before a probe is sent.
    pub silence: Duration,
    /// How long after a probe something must come.
    pub deadline: Duration,
    /// Makes the probe: a message that the server answers at once.
    pub probe: Rc<dyn Fn() -> Message>,
}

impl Heartbeat {
    /// A heartbeat that probes with what `probe` makes.
    pub fn new(silence: Duration, deadline: Duration, probe: impl Fn() -> Message + 'static) -> Self {
        Self { silence, deadline, probe: Rc::new(probe) }
    }

    pub(super) fn rhythm(&self) -> Rhythm {
        Rhythm { silence: self.silence, deadline: self.deadline }
    }
}

impl fmt::Debug for Heartbeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { silence, deadline, .. } = self;
        f.debug_struct("Heartbeat").field("silence", silence).field("deadline", deadline).finish_non_exhaustive()
    }
}

/// The times of a [`Heartbeat`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rhythm {
    pub(crate) silence: Duration,
    pub(crate) deadline: Duration,
}
