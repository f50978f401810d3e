//! Whom to wake.

use std::{collections::HashMap, sync::Arc};

use openline_protocol::PersonId;
use parking_lot::Mutex;
use smallvec::SmallVec;

use crate::wake::Wake;

/// The lines in a room, by person, so that a signal for one wakes only them.
#[derive(Debug, Default)]
pub(crate) struct Listeners(Mutex<HashMap<PersonId, SmallVec<[Listener; 1]>>>);

/// A line's number, and its wake.
type Listener = (u64, Arc<Wake>);

impl Listeners {
    /// Adds a line.
    pub(crate) fn add(&self, person: PersonId, line: u64, wake: Arc<Wake>) {
        let mut people = self.0.lock();
        // Most people have one line, which then needs no memory of its own, nor a look there when it is woken.
        people.entry(person).or_default().push((line, wake));
    }

    /// Takes one of a line's places away.
    pub(crate) fn remove(&self, person: PersonId, line: u64) {
        let mut people = self.0.lock();
        let Some(lines) = people.get_mut(&person) else { return };
        if let Some(place) = lines.iter().position(|(number, _)| *number == line) {
            lines.swap_remove(place);
        }
        if lines.is_empty() {
            people.remove(&person);
        }
    }

    /// Wakes everybody.
    pub(crate) fn wake_all(&self) {
        self.0.lock().values().flatten().for_each(|(_, wake)| wake.wake());
    }

    /// Wakes one person.
    pub(crate) fn wake(&self, person: PersonId) {
        self.0.lock().get(&person).into_iter().flatten().for_each(|(_, wake)| wake.wake());
    }
}
