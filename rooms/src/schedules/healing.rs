//! The end of a schedule: everything works again, and comes to rest.

use openline_protocol::Seq;

use super::{World, browser::Tab};
use crate::draft::{Draft, Fate};

impl World {
    /// Everything works from here on, until nothing is left to do.
    pub(super) fn heal(&mut self) {
        (self.server.full, self.server.is_lenient) = (false, true);
        self.browsers.iter_mut().for_each(|browser| browser.full = false);
        for round in 0.. {
            assert!(round < 10_000, "seed {}: it does not come to rest: {}", self.seed, self.unrest());
            self.now += 1_000;
            for place in 0..self.tabs.len() {
                self.connect(place);
                self.retry_unsent(place);
                self.wake_if_due(place);
                self.store(place);
                self.hear_other_tabs(place);
                self.fetch(place);
                self.serve(place);
                self.hear(place);
            }
            if self.tabs.iter().all(|tab| self.is_at_rest(tab)) {
                return;
            }
        }
    }

    /// The author sends what was refused, not stored, or written for another log.
    fn retry_unsent(&mut self, place: usize) {
        for room in self.rooms.clone() {
            let replica = self.tabs[place].replicas.get(&room).unwrap();
            let unsent: Vec<_> = replica.drafts().filter(|draft| !draft.is_underway()).cloned().collect();
            for Draft { id, fate, .. } in unsent {
                self.seen.other_logs += u64::from(fate == Fate::OtherLog);
                self.retried.insert(id);
                let effects = self.tabs[place].replicas.retry(&room, id, self.now);
                self.apply(place, effects);
            }
        }
    }

    fn is_at_rest(&self, tab: &Tab) -> bool {
        let quiet = tab.line.as_ref().is_some_and(|line| line.up.is_empty() && line.down.is_empty())
            && tab.to_store.is_empty()
            && tab.news.is_empty()
            && tab.fetches.is_empty();
        let in_room = |room| {
            let replica = tab.replicas.get(room).unwrap();
            let head = self.server.logs.get(room).map_or(Seq::START, |log| log.head());
            replica.is_joined()
                && replica.drafts().next().is_none()
                && replica.cursor().is_some_and(|cursor| cursor.seq == head)
        };
        quiet && self.rooms.iter().all(in_room)
    }

    /// What is still going on.
    fn unrest(&self) -> String {
        let tab = |tab: &Tab| {
            let rooms = self.rooms.iter().map(|room| {
                let replica = tab.replicas.get(room).unwrap();
                let head = self.server.logs.get(room).map(|log| log.head());
                let drafts: Vec<_> = replica.drafts().map(|draft| &draft.fate).collect();
                format!("{room}: at {:?} of {head:?}, {drafts:?}", replica.cursor())
            });
            let line = tab.line.as_ref().map(|line| (&line.up, &line.down));
            format!("{:?}, {line:?}, {:?}, {:?}", rooms.collect::<Vec<_>>(), tab.to_store, tab.fetches)
        };
        self.tabs.iter().map(tab).collect::<Vec<_>>().join("\n")
    }
}
