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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl std::task::Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn what_is_for_one_person_wakes_that_persons_lines_and_nobody_else() {
        let listeners = Listeners::default();
        let person = |n| PersonId(uuid::Uuid::from_u128(n));
        // Lines 0 and 1 are one person's, and line 2 is another's.
        let counters: Vec<Arc<Counter>> = (0..3).map(|_| Arc::default()).collect();
        for (line, counter) in (0_u64..).zip(&counters) {
            let wake = Arc::new(Wake::default());
            wake.listen(&Arc::clone(counter).into());
            listeners.add(person(u128::from(line / 2)), line, wake);
        }
        let woken = || counters.iter().map(|counter| counter.0.load(Ordering::SeqCst)).collect::<Vec<_>>();
        listeners.wake(person(0));
        assert_eq!(woken(), [1, 1, 0]);
        listeners.wake_all();
        assert_eq!(woken(), [1, 1, 1], "who was woken and has not run yet is not woken again");
        listeners.remove(person(1), 2);
        assert_eq!(listeners.0.lock().len(), 1);
    }
}
