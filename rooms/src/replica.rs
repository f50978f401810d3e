//! A reader's own copy of one room: its log, drafts, roster and cursor. Pure.
//!
//! Invariant: the entries held are everything the log has between the first and the last of them. Where that can't be
//! kept up (the server goes on from elsewhere, or from another log), the copy starts over and says what it missed.

use std::{collections::VecDeque, rc::Rc};

use openline_protocol::{
    Cursor, Entries, Entry, Epoch, Join, Joined, MessageId, Page, Post, RoomName, Roster, Seq, Why,
};

use crate::{draft::Draft, outbox::Outbox};

/// A reader's own copy of one room.
#[derive(Debug)]
pub struct Replica {
    name: RoomName,
    epoch: Option<Epoch>,
    cursor: Seq,
    entries: VecDeque<Rc<Entry>>,
    gap: Option<Gap>,
    history: History,
    roster: Roster,
    outbox: Outbox,
    standing: Standing,
    revision: u64,
}

/// Whether the server counts us in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Out,
    /// Asked, and not answered; entries that come before the answer belong to an older join.
    Asked,
    In,
}

/// What lies between what was read before and the first entry held now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// How many entries; `None` where that has no answer, because the room's log is another one now.
    pub missed: Option<u64>,
}

/// Whether there is more before the first entry held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum History {
    /// There is; ask for it.
    More,
    /// It has been asked for.
    Loading,
    /// There is not: the first entry held is the first one kept.
    Complete,
    /// It was asked for in vain, for this reason; ask again.
    Failed(String),
}

impl Replica {
    /// An empty copy of a room, not joined.
    pub(crate) fn new(name: RoomName) -> Self {
        Self {
            name,
            epoch: None,
            cursor: Seq::START,
            entries: VecDeque::new(),
            gap: None,
            history: History::Loading,
            roster: Roster::default(),
            outbox: Outbox::default(),
            standing: Standing::Out,
            revision: 0,
        }
    }

    /// The room's name.
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// The entries held, in order, without a hole.
    pub fn entries(&self) -> &VecDeque<Rc<Entry>> {
        &self.entries
    }

    /// What was written and is not yet an entry, in the order it was written.
    pub fn drafts(&self) -> impl DoubleEndedIterator<Item = &Draft> {
        self.outbox.drafts()
    }

    /// Who is in the room, as last heard.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Whether there is more before the first entry held.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What was missed before the first entry held, if anything was.
    pub fn gap(&self) -> Option<&Gap> {
        self.gap.as_ref()
    }

    /// Whether entries come as they are appended.
    pub fn is_joined(&self) -> bool {
        self.standing == Standing::In
    }

    /// How far this copy has read; `None` before the first join was answered.
    pub fn cursor(&self) -> Option<Cursor> {
        Some(Cursor { epoch: self.epoch.clone()?, seq: self.cursor })
    }

    /// Another number each time anything of the above has changed.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) fn join(&mut self) -> Join {
        self.standing = Standing::Asked;
        self.outbox.start_over();
        self.changed();
        Join { room: self.name.clone(), after: self.cursor(), last: None }
    }

    pub(crate) fn line_lost(&mut self) {
        self.standing = Standing::Out;
        self.outbox.start_over();
        self.changed();
    }

    /// Takes in the answer to a join, and says which drafts are now known to be for this log.
    pub(crate) fn joined(&mut self, answer: Joined) -> Vec<Draft> {
        let Joined { room: _, epoch, first, after, head, roster } = answer;
        let same_log = self.epoch.as_ref() == Some(&epoch);
        // A log that is shorter than what was read of it has lost something, whatever it calls itself.
        let goes_on = same_log && after <= self.cursor && self.cursor <= head;
        if !goes_on {
            let skipped = after.number().checked_sub(self.cursor.number()).filter(|_| same_log && self.cursor <= head);
            self.gap = self.epoch.is_some().then_some(Gap { missed: skipped });
            self.entries.clear();
            self.cursor = after;
            self.history = if first <= after { History::More } else { History::Complete };
        }
        let stamped = self.outbox.belongs_to(&epoch);
        self.epoch = Some(epoch);
        self.roster = roster;
        self.standing = Standing::In;
        self.changed();
        stamped
    }

    /// Takes a batch in, and says which drafts it settled; `None` if it does not go on from here, so that the room
    /// has to be joined again.
    pub(crate) fn append(&mut self, batch: Entries) -> Option<Vec<MessageId>> {
        if self.standing != Standing::In {
            return Some(Vec::new());
        }
        if batch.after > self.cursor {
            return None;
        }
        let mut settled = Vec::new();
        for entry in batch.entries {
            if entry.seq <= self.cursor {
                continue;
            }
            self.cursor = entry.seq;
            settled.extend(self.outbox.take(entry.id).map(|draft| draft.id));
            self.entries.push_back(Rc::new(entry));
        }
        self.changed();
        Some(settled)
    }

    /// The place before which older entries are to be asked for, if there are any and nobody is asking.
    pub(crate) fn ask_older(&mut self) -> Option<Seq> {
        match self.history {
            History::More | History::Failed(_) if self.epoch.is_some() => {
                self.history = History::Loading;
                self.changed();
                Some(self.oldest())
            }
            _ => None,
        }
    }

    /// Takes in the page that was asked for with `before`. One of another log, or for a place that is no longer the
    /// oldest, is too late and passed over.
    pub(crate) fn prepend(&mut self, before: Seq, page: Result<Page, String>) {
        if self.history != History::Loading || before != self.oldest() {
            return;
        }
        self.history = match page {
            Ok(page) if self.epoch.as_ref() == Some(&page.epoch) => {
                let end = page.entries.partition_point(|entry| entry.seq < before);
                for entry in page.entries.into_iter().take(end).rev() {
                    self.entries.push_front(Rc::new(entry));
                }
                if page.more { History::More } else { History::Complete }
            }
            Ok(_) => History::Failed("the room has started over".into()),
            Err(why) => History::Failed(why),
        };
        self.changed();
    }

    pub(crate) fn set_roster(&mut self, roster: Roster) {
        self.roster = roster;
        self.changed();
    }

    pub(crate) fn write(&mut self, draft: Draft) {
        self.outbox.put(draft);
        self.changed();
    }

    /// A draft is settled or discarded.
    pub(crate) fn take_draft(&mut self, id: MessageId) -> Option<Draft> {
        self.changed();
        self.outbox.take(id)
    }

    /// Takes a refusal in; `false` if the server waits for a draft that is no longer here, so that the room has to be
    /// joined again.
    pub(crate) fn refused(&mut self, id: MessageId, why: Why, retry_at: Option<u64>) -> bool {
        self.changed();
        self.outbox.refused(id, why, retry_at)
    }

    pub(crate) fn retry(&mut self, id: MessageId) {
        self.outbox.retry(id, self.epoch.clone());
        self.changed();
    }

    /// What to post now: nothing, unless the room is joined.
    pub(crate) fn due(&mut self, now: u64) -> Vec<Post> {
        if self.is_joined() { self.outbox.due(&self.name, now) } else { Vec::new() }
    }

    pub(crate) fn held_until(&self) -> Option<u64> {
        self.outbox.held_until().filter(|_| self.is_joined())
    }

    fn oldest(&self) -> Seq {
        self.entries.front().map_or(self.cursor.next(), |entry| entry.seq)
    }

    fn changed(&mut self) {
        self.revision += 1;
    }
}

#[cfg(test)]
mod tests {
    use openline_protocol::{Body, Person, PersonId};
    use uuid::Uuid;

    use super::*;
    use crate::draft::Fate;

    fn room() -> RoomName {
        "lobby".parse().unwrap()
    }

    fn seq(number: u64) -> Seq {
        Seq::new(number).unwrap()
    }

    fn id(number: u64) -> MessageId {
        MessageId(Uuid::from_u128(number.into()))
    }

    fn entries(numbers: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
        let from = Person { id: PersonId(Uuid::nil()), name: "Ada".parse().unwrap() };
        let entry = |n| Entry { seq: seq(n), id: id(n), from: from.clone(), at: n, kind: None, body: Body::text("hi") };
        numbers.map(entry).collect()
    }

    fn batch(after: u64, upto: u64) -> Entries {
        Entries { room: room(), after: seq(after), entries: entries(after + 1..=upto) }
    }

    fn joined(epoch: &str, first: u64, after: u64, head: u64) -> Joined {
        let (first, after, head) = (seq(first), seq(after), seq(head));
        Joined { room: room(), epoch: Epoch(epoch.into()), first, after, head, roster: Roster::default() }
    }

    fn draft(number: u64) -> Draft {
        let body = Body::text("hi");
        Draft { id: id(number), kind: None, body, written_at: number, epoch: None, fate: Fate::Pending }
    }

    /// Joined to log "a", which has entries 1 to 5, and caught up.
    fn caught_up() -> Replica {
        let mut replica = Replica::new(room());
        replica.join();
        replica.joined(joined("a", 1, 0, 5));
        replica.append(batch(0, 5)).unwrap();
        replica
    }

    fn held(replica: &Replica) -> Vec<u64> {
        replica.entries().iter().map(|entry| entry.seq.number()).collect()
    }

    #[test]
    fn entries_that_are_held_already_are_passed_over() {
        let mut replica = caught_up();
        assert_eq!(replica.append(batch(3, 7)), Some(vec![]));
        assert_eq!(held(&replica), [1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_batch_from_beyond_the_cursor_asks_to_join_again() {
        let mut replica = caught_up();
        assert_eq!(replica.append(batch(6, 7)), None);
        assert_eq!(replica.join().after, Some(Cursor { epoch: Epoch("a".into()), seq: seq(5) }));
        assert_eq!(replica.append(batch(5, 6)), Some(vec![]), "what comes before the answer is of an older join");
        assert_eq!(held(&replica), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_line_that_comes_back_goes_on_where_it_was() {
        let mut replica = caught_up();
        replica.line_lost();
        replica.join();
        replica.joined(joined("a", 1, 5, 8));
        replica.append(batch(5, 8)).unwrap();
        assert_eq!(held(&replica), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(replica.gap(), None);
    }

    #[test]
    fn entries_no_longer_kept_are_told_as_a_gap() {
        let mut replica = caught_up();
        replica.line_lost();
        replica.join();
        replica.joined(joined("a", 900, 901, 1_001));
        replica.append(batch(901, 1_001)).unwrap();
        assert_eq!(replica.gap(), Some(&Gap { missed: Some(896) }));
        assert_eq!(held(&replica).first(), Some(&902));
        assert_eq!(replica.history(), &History::More);
    }

    #[test]
    fn a_log_that_lost_its_end_is_told_as_a_gap() {
        let mut replica = caught_up();
        replica.line_lost();
        replica.join();
        replica.joined(joined("a", 1, 0, 3));
        assert_eq!(replica.gap(), Some(&Gap { missed: None }));
        assert!(replica.entries().is_empty());
    }

    #[test]
    fn another_log_keeps_the_drafts_and_posts_none_by_itself() {
        let mut replica = caught_up();
        replica.write(draft(7));
        replica.line_lost();
        replica.join();
        replica.joined(joined("a", 1, 5, 5));
        replica.line_lost();
        replica.join();
        replica.joined(joined("b", 1, 0, 0));
        assert_eq!(replica.drafts().map(|draft| &draft.fate).collect::<Vec<_>>(), [&Fate::OtherLog]);
        assert_eq!(replica.due(0), []);
        replica.retry(id(7));
        assert_eq!(replica.due(0).iter().map(|post| post.id).collect::<Vec<_>>(), [id(7)]);
    }

    #[test]
    fn older_pages_go_before_without_a_hole_or_a_repeat() {
        let mut replica = Replica::new(room());
        replica.join();
        replica.joined(joined("a", 1, 100, 100));
        let page = |numbers, more| Ok(Page { epoch: Epoch("a".into()), entries: entries(numbers), more });
        assert_eq!(replica.ask_older(), Some(seq(101)));
        assert_eq!(replica.ask_older(), None, "it is on its way");
        replica.append(batch(100, 102)).unwrap();
        replica.prepend(seq(101), page(99..=100, true));
        replica.prepend(seq(101), page(99..=100, true));
        assert_eq!(held(&replica), [99, 100, 101, 102]);
        assert_eq!(replica.ask_older(), Some(seq(99)));
        replica.prepend(seq(99), Err("no".into()));
        assert_eq!(replica.history(), &History::Failed("no".into()));
        assert_eq!(replica.ask_older(), Some(seq(99)), "a page that failed can be asked for again");
        replica.prepend(seq(99), page(1..=98, false));
        assert_eq!(held(&replica), (1..=102).collect::<Vec<_>>());
        assert_eq!(replica.history(), &History::Complete);
    }

    #[test]
    fn a_refused_draft_stays_with_its_reason_until_its_author_decides() {
        let mut replica = caught_up();
        replica.write(draft(7));
        replica.due(0);
        replica.refused(id(7), Why::TooLong { limit: 4_000 }, None);
        assert_eq!(replica.drafts().next().unwrap().fate, Fate::Refused { why: Why::TooLong { limit: 4_000 } });
        assert_eq!(replica.due(0), []);
        replica.write(draft(8));
        assert_eq!(replica.due(0).len(), 1, "it does not hold up what is written after it");
    }

    #[test]
    fn a_draft_refused_for_now_goes_again_first_and_what_is_behind_it_waits() {
        let mut replica = caught_up();
        replica.write(draft(7));
        replica.write(draft(8));
        replica.due(0);
        replica.refused(id(7), Why::StorageFull {}, Some(500));
        replica.refused(id(8), Why::Behind { id: id(7) }, Some(500));
        replica.write(draft(9));
        assert_eq!(replica.due(499), []);
        assert_eq!(replica.held_until(), Some(500));
        assert_eq!(replica.due(500).iter().map(|post| post.id).collect::<Vec<_>>(), [id(7), id(8), id(9)]);
    }
}
