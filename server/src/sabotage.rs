//! The ways in which the tests break the server on purpose, to see that the checker notices. None of it is compiled into
//! anything but this crate's own tests.

use std::cell::Cell;

/// A fault made on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// The head moves before the commit.
    EarlyHead,
    /// An entry's id is not stored.
    ForgottenId,
    /// An entry is not told to anybody.
    SkippedEntry,
    /// A commit is not synced.
    ForgottenSync,
}

thread_local! {
    static MADE: Cell<Option<Sabotage>> = const { Cell::new(None) };
}

impl Sabotage {
    /// Makes it on this thread from now on, or none.
    pub(crate) fn make(sabotage: Option<Self>) {
        MADE.set(sabotage);
    }

    /// Whether it is to be made here.
    pub(crate) fn is_made(self) -> bool {
        MADE.get() == Some(self)
    }
}
