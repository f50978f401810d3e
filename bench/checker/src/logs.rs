//! The logs as all testimonies together have them: one order, nothing twice, nothing vanished, nothing invented.

use std::collections::{BTreeMap, HashMap};

use openline_protocol::{Epoch, MessageId, PersonId, RoomName, Seq};

use crate::{Account, Finding, Seen, Told};

pub(crate) struct Logs<'a> {
    logs: BTreeMap<(&'a RoomName, &'a str), BTreeMap<Seq, &'a Seen>>,
    places: HashMap<(&'a RoomName, MessageId), Vec<(&'a str, Seq)>>,
}

impl<'a> Logs<'a> {
    /// Puts together what everybody was given, and finds where they differ.
    pub(crate) fn of(account: &'a Account, findings: &mut Vec<Finding>) -> Self {
        let mut logs = Self { logs: BTreeMap::new(), places: HashMap::new() };
        for (room, log) in &account.logs {
            log.entries.iter().for_each(|entry| logs.put(room, &log.epoch, entry, findings));
        }
        for tab in &account.tabs {
            let mut epochs = BTreeMap::new();
            for told in &tab.told {
                match told {
                    Told::Joined { room, epoch, .. } => drop(epochs.insert(room, epoch)),
                    Told::Entries { room, entries, .. } => {
                        let Some(epoch) = epochs.get(room) else { continue };
                        entries.iter().for_each(|entry| logs.put(room, epoch, entry, findings));
                    }
                    _ => {}
                }
            }
        }
        for ((room, epoch), log) in &logs.logs {
            for (seq, entry) in log {
                logs.places.entry((room, entry.id)).or_default().push((epoch, *seq));
            }
        }
        logs
    }

    fn put(&mut self, room: &'a RoomName, epoch: &'a Epoch, entry: &'a Seen, findings: &mut Vec<Finding>) {
        let known = self.logs.entry((room, &epoch.0)).or_default().entry(entry.seq).or_insert(entry);
        if *known != entry {
            let (room, epoch, ids) = (room.clone(), epoch.clone(), [known.id, entry.id]);
            findings.push(Finding::TwoOrders { room, epoch, seq: entry.seq, ids });
        }
    }

    /// Where an id is in a room, in each of the logs the room has had.
    pub(crate) fn places(&self, room: &'a RoomName, id: MessageId) -> &[(&'a str, Seq)] {
        self.places.get(&(room, id)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn check(&self, account: &Account, findings: &mut Vec<Finding>) {
        let written = Written::of(account);
        for ((room, epoch), log) in &self.logs {
            self.check_kept(account, room, epoch, findings);
            let mut last_at = 0;
            for entry in log.values() {
                written.check(room, entry, findings);
                if entry.at < last_at {
                    let room = (*room).clone();
                    findings.push(Finding::WentBack { room, seq: entry.seq, from: last_at, to: entry.at });
                }
                last_at = entry.at;
            }
        }
        for ((room, id), places) in &self.places {
            for pair in places.windows(2) {
                if let [(one, first), (other, second)] = pair
                    && one == other
                {
                    let (room, epoch, places) = ((*room).clone(), Epoch((*one).into()), [*first, *second]);
                    findings.push(Finding::Twice { room, epoch, id: *id, places });
                }
            }
        }
        for (room, log) in &account.logs {
            for pair in log.entries.windows(2) {
                if let [one, other] = pair
                    && other.seq != one.seq.next()
                {
                    findings.push(Finding::Skipped { room: room.clone(), after: one.seq, next: other.seq });
                }
            }
        }
    }

    /// Whatever anybody was given of a log is in it at the end, or it is no longer kept, or another log.
    fn check_kept(&self, account: &Account, room: &RoomName, epoch: &str, findings: &mut Vec<Finding>) {
        let Some(now) = account.logs.get(room) else { return };
        if *now.epoch.0 != *epoch {
            if !account.put_back {
                findings.push(Finding::AnotherLog { room: room.clone(), epoch: Epoch(epoch.into()) });
            }
            return;
        }
        let first = now.entries.first().map_or(Seq::START, |entry| entry.seq);
        let there: BTreeMap<_, _> = now.entries.iter().map(|entry| (entry.seq, entry.id)).collect();
        for (seq, entry) in self.logs.get(&(room, epoch)).into_iter().flatten() {
            if *seq >= first && there.get(seq) != Some(&entry.id) {
                let (room, epoch) = (room.clone(), now.epoch.clone());
                findings.push(Finding::Vanished { room, epoch, seq: *seq, id: entry.id });
            }
        }
    }
}

/// Who wrote what.
struct Written(HashMap<MessageId, (PersonId, u64)>);

impl Written {
    fn of(account: &Account) -> Self {
        let mut written = HashMap::new();
        for tab in &account.tabs {
            // One is one's own person from before the first welcome on.
            let person = tab.told.iter().find_map(|told| if let Told::Person(id) = told { Some(*id) } else { None });
            for told in &tab.told {
                if let (Told::Wrote { id, said, .. }, Some(person)) = (told, person) {
                    written.insert(*id, (person, *said));
                }
            }
        }
        Self(written)
    }

    fn check(&self, room: &RoomName, entry: &Seen, findings: &mut Vec<Finding>) {
        let (room, seq, id) = (room.clone(), entry.seq, entry.id);
        match self.0.get(&entry.id) {
            None => findings.push(Finding::Invented { room, seq, id }),
            Some((author, _)) if *author != entry.from => findings.push(Finding::FalseAuthor { room, seq, id }),
            Some((_, said)) if *said != entry.said => findings.push(Finding::Altered { room, seq, id }),
            Some(_) => {}
        }
    }
}
