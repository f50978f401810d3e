//! Who is in a room: people, and the numbers of each one's lines. Pure.

use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use openline_protocol::{Person, PersonId, Roster as Snapshot};
use smallvec::SmallVec;

/// The people of a room. Each change takes a version from the caller, which rises over the server's whole life.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    people: HashMap<PersonId, Present>,
    by_name: BTreeSet<ByName>,
    version: u64,
    told_at: Option<Instant>,
    is_due: bool,
}

#[derive(Debug)]
struct Present {
    person: Arc<Person>,
    /// Most people have few lines, which then need no memory of their own.
    lines: SmallVec<[u32; 4]>,
}

/// A person, in the order of names.
#[derive(Debug)]
struct ByName(Arc<Person>);

impl Ord for ByName {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.0.name, self.0.id).cmp(&(&other.0.name, other.0.id))
    }
}

impl PartialOrd for ByName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByName {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByName {}

/// When a change is to be told to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// Now.
    Now,
    /// Then, and it is the caller's task to come back for it.
    At(Instant),
    /// It is seen to already.
    SeenTo,
}

impl Roster {
    /// One more line of this person. Whether that is a change.
    pub(crate) fn enter(&mut self, person: &Arc<Person>, line: u32, version: u64) -> bool {
        if let Some(present) = self.people.get_mut(&person.id) {
            present.lines.push(line);
            return self.rename(person, version);
        }
        self.by_name.insert(ByName(Arc::clone(person)));
        self.people.insert(person.id, Present { person: Arc::clone(person), lines: SmallVec::from_iter([line]) });
        self.version = version;
        true
    }

    /// One line of this person less. Whether that is a change.
    pub(crate) fn leave(&mut self, id: PersonId, line: u32, version: u64) -> bool {
        let Some(present) = self.people.get_mut(&id) else { return false };
        present.lines.retain(|other| *other != line);
        if !present.lines.is_empty() {
            return false;
        }
        if let Some(present) = self.people.remove(&id) {
            self.by_name.remove(&ByName(present.person));
        }
        self.version = version;
        true
    }

    /// This person goes by another name, perhaps. Whether that is a change.
    pub(crate) fn rename(&mut self, person: &Arc<Person>, version: u64) -> bool {
        let Some(present) = self.people.get_mut(&person.id) else { return false };
        if present.person.name == person.name {
            return false;
        }
        let old = std::mem::replace(&mut present.person, Arc::clone(person));
        self.by_name.remove(&ByName(old));
        self.by_name.insert(ByName(Arc::clone(person)));
        self.version = version;
        true
    }

    /// The lines of this person.
    pub(crate) fn lines(&self, id: PersonId) -> &[u32] {
        self.people.get(&id).map_or(&[], |present| &present.lines)
    }

    /// After a change: when to tell everybody. At most once a second, and less often the more there are to tell.
    pub(crate) fn telling(&mut self, now: Instant) -> Telling {
        if self.is_due {
            return Telling::SeenTo;
        }
        let next = self.told_at.map(|at| at + Duration::from_secs(1) + Duration::from_millis(2) * self.count());
        match next.filter(|next| *next > now) {
            Some(next) => {
                self.is_due = true;
                Telling::At(next)
            }
            None => Telling::Now,
        }
    }

    /// Everybody is being told.
    pub(crate) fn told(&mut self, now: Instant) {
        self.told_at = Some(now);
        self.is_due = false;
    }

    /// As it goes over the line.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot { version: self.version, count: self.people.len(), who: self.first(Snapshot::MAX_WHO) }
    }

    /// As it goes over HTTP, with everybody.
    pub(crate) fn whole(&self) -> Snapshot {
        Snapshot { version: self.version, count: self.people.len(), who: self.first(usize::MAX) }
    }

    fn first(&self, n: usize) -> Vec<Person> {
        self.by_name.iter().take(n).map(|ByName(person)| Person::clone(person)).collect()
    }

    fn count(&self) -> u32 {
        u32::try_from(self.people.len()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: u128, name: &str) -> Arc<Person> {
        Arc::new(Person { id: PersonId(uuid::Uuid::from_u128(id)), name: name.parse().unwrap() })
    }

    fn names(roster: &Roster) -> Vec<String> {
        roster.snapshot().who.iter().map(|person| person.name.to_string()).collect()
    }

    #[test]
    fn a_person_with_two_lines_is_there_once_and_until_both_are_gone() {
        let mut roster = Roster::default();
        let ada = person(1, "Ada");
        assert!(roster.enter(&ada, 7, 1));
        assert!(!roster.enter(&ada, 8, 2));
        assert_eq!(roster.lines(ada.id), [7, 8]);
        assert!(!roster.leave(ada.id, 7, 3));
        assert_eq!(roster.lines(ada.id), [8]);
        assert_eq!((roster.snapshot().count, roster.snapshot().version), (1, 1));
        assert!(roster.leave(ada.id, 8, 4));
        assert!(roster.lines(ada.id).is_empty());
        assert_eq!((roster.snapshot().count, roster.snapshot().version), (0, 4));
        assert!(!roster.leave(ada.id, 8, 5));
    }

    #[test]
    fn people_are_named_in_order_and_a_new_name_takes_its_place() {
        let mut roster = Roster::default();
        for (id, name) in [(1, "Cy"), (2, "Ada"), (3, "Bo"), (4, "Ada")] {
            roster.enter(&person(id, name), 0, 1);
        }
        assert_eq!(names(&roster), ["Ada", "Ada", "Bo", "Cy"]);
        assert!(roster.rename(&person(2, "Zoe"), 2));
        assert!(!roster.rename(&person(2, "Zoe"), 3));
        assert_eq!(names(&roster), ["Ada", "Bo", "Cy", "Zoe"]);
    }

    #[test]
    fn a_crowd_is_counted_whole_and_named_in_part() {
        let mut roster = Roster::default();
        for id in 0..120 {
            roster.enter(&person(id, &format!("p{id:03}")), 0, id as u64);
        }
        let snapshot = roster.snapshot();
        assert_eq!((snapshot.count, snapshot.who.len(), roster.whole().who.len()), (120, 50, 120));
        assert_eq!(snapshot.who[49].name.as_str(), "p049");
    }

    #[test]
    fn changes_are_told_at_most_once_a_second_and_the_last_one_always() {
        let (mut roster, start) = (Roster::default(), Instant::now());
        assert_eq!(roster.telling(start), Telling::Now);
        roster.told(start);
        let Telling::At(then) = roster.telling(start + Duration::from_millis(10)) else { panic!() };
        assert!(then >= start + Duration::from_secs(1));
        assert_eq!(roster.telling(start + Duration::from_millis(20)), Telling::SeenTo);
        roster.told(then);
        assert_eq!(roster.telling(then + Duration::from_secs(9)), Telling::Now);
    }
}
