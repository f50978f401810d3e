//! Who is typing. Pure.

use openline_rooms::protocol::{Person, PersonId, PersonName};

/// How long, in milliseconds, somebody is taken to be typing after they were last heard to.
const LASTS: u64 = 5_000;

/// How long, in milliseconds, one who goes on typing says nothing more of it.
const PAUSE: u64 = 3_000;

/// What is said by one who types.
pub(crate) const TYPING: &str = "typing";

/// Who is typing in a room.
#[derive(Debug, Default)]
pub(crate) struct Typists {
    others: Vec<(Person, u64)>,
    said_at: Option<u64>,
}

impl Typists {
    /// The viewer types; `true` if the others are to be told.
    pub(crate) fn i_type(&mut self, now: u64) -> bool {
        let is_due = self.said_at.is_none_or(|at| now.saturating_sub(at) >= PAUSE);
        if is_due {
            self.said_at = Some(now);
        }
        is_due
    }

    /// The viewer has sent what they typed: what they type next is said at once.
    pub(crate) fn i_stop(&mut self) {
        self.said_at = None;
    }

    /// Somebody types.
    pub(crate) fn types(&mut self, who: Person, now: u64) {
        self.stops(who.id);
        self.others.push((who, now.saturating_add(LASTS)));
    }

    /// Somebody has said what they typed.
    pub(crate) fn stops(&mut self, who: PersonId) {
        self.others.retain(|(person, _)| person.id != who);
    }

    /// Forgets those who were not heard for long; tells how long until the next one is to be, in milliseconds.
    pub(crate) fn expire(&mut self, now: u64) -> Option<u64> {
        self.others.retain(|(_, until)| *until > now);
        self.others.iter().map(|(_, until)| until - now).min()
    }

    /// Their names, in the order they began.
    pub(crate) fn names(&self) -> impl Iterator<Item = &PersonName> {
        self.others.iter().map(|(person, _)| &person.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(who: u8) -> Person {
        let id = format!("00000000-0000-4000-8000-0000000000{who:02x}").parse().unwrap();
        Person { id, name: format!("P{who}").parse().unwrap() }
    }

    #[test]
    fn one_who_goes_on_typing_says_so_every_three_seconds_and_anew_after_sending() {
        let mut typists = Typists::default();
        let said: Vec<_> = (0..70).map(|tenth| tenth * 100).filter(|now| typists.i_type(*now)).collect();
        assert_eq!(said, [0, 3_000, 6_000]);
        typists.i_stop();
        assert!(typists.i_type(6_950));
    }

    #[test]
    fn one_who_falls_silent_or_sends_is_forgotten() {
        let mut typists = Typists::default();
        typists.types(person(1), 0);
        typists.types(person(2), 1_000);
        typists.types(person(1), 2_000);
        assert_eq!(typists.names().map(ToString::to_string).collect::<Vec<_>>(), ["P2", "P1"]);
        assert_eq!(typists.expire(2_000), Some(4_000));
        assert_eq!(typists.expire(6_000), Some(1_000));
        assert_eq!(typists.names().count(), 1);
        typists.stops(person(1).id);
        assert_eq!(typists.expire(6_000), None);
    }
}
