//! What has to hold of a world at every moment, and what at its end.

use std::collections::HashSet;

use openline_protocol::{Join, MessageId, PersonId, RoomName};
use uuid::Uuid;

use super::World;
use crate::draft::Fate;

/// What happened in all schedules together, so that they are known to show something.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) settled: u64,
    pub(super) gaps: u64,
    pub(super) elsewhere: u64,
    pub(super) other_logs: u64,
    pub(super) redials: u64,
    pub(super) trimmed: u64,
    pub(super) still_refused: u64,
}

impl World {
    /// What a reader sees is a part of the log without a hole, whatever happens.
    pub(super) fn check_shown(&mut self, place: usize) {
        let seed = self.seed;
        for room in &self.rooms {
            let replica = self.tabs[place].replicas.get(room).unwrap();
            let Some(cursor) = replica.cursor() else { continue };
            if self.checked.insert((place, room.clone()), replica.revision()) == Some(replica.revision()) {
                continue;
            }
            let past = self.past.get(&(cursor.epoch.to_string(), room.clone()));
            let log = match past {
                Some(log) => log,
                None => self.server.logs.get(room).map_or(&[][..], |log| &log.entries),
            };
            for run in [replica.entries(), replica.latest()] {
                let first = run.front().map_or(0, |entry| entry.seq.number() as usize - 1);
                let held = run.iter().map(|entry| entry.id);
                let same = held.eq(log.iter().skip(first).take(run.len()).map(|entry| entry.id));
                assert!(same, "seed {seed}: a replica shows what is not a part of the log");
                assert!(run.len() <= crate::Replica::MAX_ENTRIES, "seed {seed}: a replica holds {}", run.len());
            }
            self.seen.elsewhere += u64::from(!replica.is_at_latest());
            self.seen.trimmed += u64::from(replica.latest().len() > 150);
        }
    }

    /// What the store says was refused is refused here, and not asked again, until its author asks.
    pub(super) fn check_refused(&mut self, place: usize, refused: &[(RoomName, MessageId)]) {
        for (room, id) in refused {
            let mut drafts = self.tabs[place].replicas.get(room).unwrap().drafts();
            let Some(draft) = drafts.find(|draft| draft.id == *id) else { continue };
            // Where its author has asked again, the store is about to hear of it.
            let is_retried = self.retried.contains(id);
            let is_refused = matches!(draft.fate, Fate::Refused { .. });
            assert!(is_refused || is_retried, "seed {}: a refusal is forgotten: {draft:?}", self.seed);
            self.seen.still_refused += u64::from(is_refused);
        }
    }

    pub(super) fn check(&mut self, seen: &mut Seen) {
        let seed = self.seed;
        (0..self.tabs.len()).for_each(|place| self.check_shown(place));
        for room in &self.rooms {
            let Some(log) = self.server.logs.get(room) else { continue };
            self.seen.settled += log.entries.len() as u64;
            for tab in &self.tabs {
                let replica = tab.replicas.get(room).unwrap();
                let (held, head) = (replica.latest(), log.head());
                assert!(held.back().is_none_or(|entry| entry.seq == head), "seed {seed}: not the end of the log");
                self.seen.gaps += u64::from(replica.gap().is_some());
                if replica.gap().is_none() && self.server.life == 0 && log.dropped == 0 {
                    let least = log.entries.len().min(Join::LAST as usize).min(crate::run::Run::FLOOR);
                    assert!(held.len() >= least, "seed {seed}: a gap was not told");
                }
                let read = self.read.get(&(tab.person, room.clone())).copied().unwrap_or_default();
                let knows = replica.read().unwrap_or_default();
                assert!(knows >= read, "seed {seed}: {read} was read, and a tab knows of {knows}");
            }
            let mut ids: Vec<_> = log.entries.iter().map(|entry| entry.id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), log.entries.len(), "seed {seed}: something is in the log twice");
        }
        self.check_written();
        self.check_meant();
        self.check_people();
        seen.add(self.seen);
    }

    fn check_written(&self) {
        let seed = self.seed;
        for (room, life) in self.written.iter().filter(|_| self.server.life == 0) {
            let Some(log) = self.server.logs.get(room) else { continue };
            // One that was discarded may still have been on its way, from another tab, and has no place to keep.
            let kept: Vec<_> = life.iter().filter(|id| !self.discarded.contains(id)).collect();
            let missing = kept.iter().filter(|id| !log.ids.contains_key(id) && !self.lost.contains(id));
            assert_eq!(missing.count(), 0, "seed {seed}: something written is not in the log");
            let in_order = kept.iter().filter(|id| !self.retried.contains(id) && !self.server.refused.contains(id));
            assert!(in_order.filter_map(|id| log.ids.get(id)).is_sorted(), "seed {seed}: the order of writing is lost");
        }
    }

    /// Nothing goes into another log than it was written for, unless its author said so.
    fn check_meant(&self) {
        let epoch = self.server.epoch();
        let mut said = self.server.logs.values().flat_map(|log| log.ids.keys());
        let is_meant = |id| self.meant_for.get(id).is_none_or(|log| *log == epoch) || self.retried.contains(id);
        assert!(said.all(is_meant), "seed {}: a draft went by itself into a log it was not written for", self.seed);
    }

    /// Nobody is two people, all tabs of a person know the same, and nothing is left in a store.
    fn check_people(&mut self) {
        let seed = self.seed;
        for (person, browser) in self.browsers.iter_mut().enumerate() {
            let tabs: Vec<_> = self.tabs.iter().filter(|tab| tab.person == person).collect();
            let who: HashSet<_> = tabs.iter().map(|tab| tab.replicas.me().unwrap().id).collect();
            assert_eq!(who.len(), 1, "seed {seed}: the tabs of one browser are several people");
            assert!(browser.store.token().is_some_and(|token| who.contains(&token.0.parse().unwrap())));
            for room in &self.rooms {
                let read: HashSet<_> = tabs.iter().map(|tab| tab.replicas.get(room).unwrap().read()).collect();
                assert_eq!(read.len(), 1, "seed {seed}: tabs don't agree on what was read: {read:?}");
                assert!(!browser.keeps_any(room), "seed {seed}: a settled draft is still stored");
            }
        }
        let people: HashSet<_> = self.tabs.iter().map(|tab| tab.replicas.me().unwrap().id).collect();
        let mut authors = self.server.logs.values().flat_map(|log| &log.entries).map(|entry| entry.from.id);
        let known = |id: PersonId| id == PersonId(Uuid::max()) || people.contains(&id);
        assert!(authors.all(known), "seed {seed}: somebody wrote as somebody they are not");
    }
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.settled += other.settled;
        self.gaps += other.gaps;
        self.elsewhere += other.elsewhere;
        self.other_logs += other.other_logs;
        self.redials += other.redials;
        self.trimmed += other.trimmed;
        self.still_refused += other.still_refused;
    }
}
