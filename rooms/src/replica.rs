//! A reader's own copy of one room: its log, drafts, roster and cursor. Pure.
//!
//! Invariants: the entries shown are everything the log has between the first and the last of them. Where the copy
//! can't be kept up (the server goes on from elsewhere, or from another log), it starts over and says what it missed.
//!
//! Two runs are held at most. The *latest* one grows with the log. The other is where the reader is, when that is
//! elsewhere; paging brings it to the latest one, and there they become one.

#[cfg(test)]
mod tests;

use std::{collections::VecDeque, rc::Rc};

use openline_protocol::{
    Cursor, Entries, Entry, Epoch, Join, Joined, MessageId, Page, PersonId, Post, RoomName, Roster, Seq,
};

use crate::{
    draft::Draft,
    outbox::Outbox,
    pause::Pause,
    run::{History, Run},
    to_store::{Kept, further},
};

/// A reader's own copy of one room.
#[derive(Debug)]
pub struct Replica {
    name: RoomName,
    epoch: Option<Epoch>,
    cursor: Seq,
    latest: Run,
    /// Where the reader is, if not in the latest run.
    elsewhere: Option<Run>,
    finding: Option<Finding>,
    looking_at: Option<Seq>,
    /// How far the room has been read, on any page of this browser.
    read: Option<Cursor>,
    /// The log that this browser last knew of, as it is stored.
    last_log: Option<Epoch>,
    gap: Option<Gap>,
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
    /// Asked, and refused for now.
    Refused(Pause),
    In,
}

/// What lies between what was read before and the first entry held now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// How many entries; `None` where that has no answer, because the room's log is another one now.
    pub missed: Option<u64>,
}

/// A place that is to be shown, and is not here yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It has been asked for.
    Loading {
        /// The place.
        seq: Seq,
    },
    /// It could not be had, for this reason; ask again, or go on reading.
    Failed {
        /// The place.
        seq: Seq,
        /// Why, in words.
        why: String,
    },
}

/// A page of a room's log, as it is asked for over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The page that ends before this place.
    Before(Seq),
    /// The page that begins after this place.
    After(Seq),
    /// The page around this place.
    Around(Seq),
}

impl Replica {
    /// The most entries held of a room, where the reader is; more are fetched again when they are looked at.
    pub const MAX_ENTRIES: usize = Run::MAX;

    /// An empty copy of a room, not joined.
    pub(crate) fn new(name: RoomName) -> Self {
        Self {
            name,
            epoch: None,
            cursor: Seq::START,
            latest: Run::new(History::Loading, History::Complete),
            elsewhere: None,
            finding: None,
            looking_at: None,
            read: None,
            last_log: None,
            gap: None,
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

    /// The entries where the reader is, in order, without a hole.
    pub fn entries(&self) -> &VecDeque<Rc<Entry>> {
        self.shown().entries()
    }

    /// The newest entries held, whether or not the reader is there: what comes is appended to them.
    pub fn latest(&self) -> &VecDeque<Rc<Entry>> {
        self.latest.entries()
    }

    /// Whether [`entries`](Self::entries) are the latest ones, so that what comes is appended to them.
    pub fn is_at_latest(&self) -> bool {
        self.elsewhere.is_none()
    }

    /// Whether there is more before the first of the entries.
    pub fn history(&self) -> &History {
        &self.shown().before
    }

    /// Whether there is more to fetch after the last of the entries; `Complete` where they are the latest.
    pub fn newer(&self) -> &History {
        &self.shown().after
    }

    /// The place that was asked for and is not here yet, if there is one.
    pub fn finding(&self) -> Option<&Finding> {
        self.finding.as_ref()
    }

    /// What was written and is not yet an entry, in the order it was written.
    pub fn drafts(&self) -> impl DoubleEndedIterator<Item = &Draft> {
        self.outbox.drafts()
    }

    /// Who is in the room, as last heard.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// What was missed before the first of the latest entries, if anything was.
    pub fn gap(&self) -> Option<&Gap> {
        self.gap.as_ref()
    }

    /// Whether entries come as they are appended.
    pub fn is_joined(&self) -> bool {
        self.standing == Standing::In
    }

    /// How far this copy goes; `None` before the first join was answered.
    pub fn cursor(&self) -> Option<Cursor> {
        Some(Cursor { epoch: self.epoch.clone()?, seq: self.cursor })
    }

    /// How far the room has been read, on any page of this browser; `None` where nothing of this log was.
    pub fn read(&self) -> Option<Seq> {
        let read = self.read.as_ref().filter(|read| self.epoch.as_ref().is_none_or(|epoch| read.epoch == *epoch))?;
        (read.seq != Seq::START).then_some(read.seq)
    }

    /// How many entries have come since the room was last read, but for those of `me`. Those no longer held are counted
    /// by their places. 0 where nothing was ever read: there it is all history.
    pub fn unread(&self, me: Option<PersonId>) -> u64 {
        let Some(read) = self.read() else { return 0 };
        let news = self.latest().iter().rev().take_while(|entry| entry.seq > read);
        let held = news.filter(|entry| Some(entry.from.id) != me).count();
        let first = self.latest.first().unwrap_or(self.cursor.next());
        held as u64 + first.number().saturating_sub(read.next().number())
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

    /// A join was refused for now.
    pub(crate) fn join_refused(&mut self, pause: Pause) {
        if self.standing == Standing::Asked {
            self.standing = Standing::Refused(pause);
        }
    }

    /// Whether it is time to ask once more for what was refused.
    pub(crate) fn has_to_join(&self, now: u64) -> bool {
        matches!(self.standing, Standing::Refused(pause) if pause.left(now) == 0)
    }

    pub(crate) fn line_lost(&mut self) {
        self.standing = Standing::Out;
        self.outbox.start_over();
        self.changed();
    }

    /// Takes in the answer to a join.
    pub(crate) fn joined(&mut self, answer: Joined) {
        let Joined { room: _, epoch, first, after, head, roster } = answer;
        let same_log = self.epoch.as_ref() == Some(&epoch);
        // A log that is shorter than what was read of it has lost something, whatever it calls itself.
        let goes_on = same_log && after <= self.cursor && self.cursor <= head;
        if !goes_on {
            let skipped = after.number().checked_sub(self.cursor.number()).filter(|_| same_log && self.cursor <= head);
            self.gap = self.epoch.is_some().then_some(Gap { missed: skipped });
            if skipped.is_none() {
                (self.elsewhere, self.looking_at) = (None, None);
            }
            self.latest = Run::new(if first <= after { History::More } else { History::Complete }, History::Complete);
            self.cursor = after;
        }
        self.epoch = Some(epoch);
        self.roster = roster;
        self.standing = Standing::In;
        self.changed();
    }

    /// Once both the store and the server have said which log this is, drafts find out whether they are for it. Returns
    /// those that are to be stored with what they now know; and, if the log is news, how far it has been read.
    pub(crate) fn settle_log(&mut self) -> (Vec<Draft>, Option<Cursor>) {
        if !self.outbox.is_loaded() {
            return Default::default();
        }
        // What was written before anything was known was written for the log that the room had last.
        let mut stamped = self.last_log.as_ref().map(|log| self.outbox.stamp(log)).unwrap_or_default();
        let Some(epoch) = self.epoch.clone().filter(|_| self.is_joined()) else { return (stamped, None) };
        stamped.extend(self.outbox.stamp(&epoch));
        self.outbox.belongs_to(&epoch);
        if self.last_log.as_ref() == Some(&epoch) {
            return (stamped, None);
        }
        if self.last_log.replace(epoch.clone()).is_some() && self.gap.is_none() {
            self.gap = Some(Gap { missed: None });
        }
        let read = self.read.take().filter(|read| read.epoch == epoch);
        self.read = read.or(Some(Cursor { epoch, seq: Seq::START }));
        self.changed();
        (stamped, self.read.clone())
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
            self.latest.push_back(Rc::new(entry));
        }
        self.bound_latest();
        self.changed();
        Some(settled)
    }

    /// The page before the entries shown, if there is one and nobody is asking.
    pub(crate) fn ask_older(&mut self) -> Option<Span> {
        let first = self.shown().first().unwrap_or(self.cursor.next());
        self.epoch.as_ref()?;
        ask(&mut self.shown_mut().before)?;
        self.looking_at = Some(first);
        self.changed();
        Some(Span::Before(first))
    }

    /// The page after the entries shown, if there is one and nobody is asking. It begins with the last of them: were
    /// that one no longer kept, others might be missing behind it.
    pub(crate) fn ask_newer(&mut self) -> Option<Span> {
        let elsewhere = self.elsewhere.as_mut()?;
        let last = elsewhere.last()?;
        ask(&mut elsewhere.after)?;
        self.looking_at = Some(last);
        self.changed();
        Some(Span::After(last.back(1)))
    }

    /// Goes to a place; returns the page to fetch for it, unless it is here, or the room is not joined yet.
    pub(crate) fn show_around(&mut self, seq: Seq) -> Option<Span> {
        self.changed();
        self.finding = None;
        if self.latest.spans(seq) {
            self.elsewhere = None;
        } else if !self.elsewhere.as_ref().is_some_and(|run| run.spans(seq)) {
            self.finding = Some(Finding::Loading { seq });
            return self.sought();
        }
        self.looking_at = Some(seq);
        None
    }

    /// The page that is to be fetched for the place that is being looked for.
    pub(crate) fn sought(&self) -> Option<Span> {
        match self.finding {
            Some(Finding::Loading { seq }) if self.is_joined() => Some(Span::Around(seq)),
            _ => None,
        }
    }

    /// Goes back to the latest entries.
    pub(crate) fn show_latest(&mut self) {
        self.elsewhere = None;
        self.finding = None;
        self.looking_at = None;
        self.changed();
    }

    /// What the reader has in view: a place, or the end. What is far from it may be let go.
    pub(crate) fn looking_at(&mut self, seq: Option<Seq>) {
        self.looking_at = seq;
    }

    /// Takes in the page that was asked for. One of another log, or for a place that is no longer where it was, is too
    /// late and passed over.
    pub(crate) fn page(&mut self, span: Span, page: Result<Page, String>) {
        let page = page.and_then(|page| match &self.epoch {
            Some(epoch) if *epoch == page.epoch => Ok(page),
            _ => Err("the room has started over".into()),
        });
        match span {
            Span::Before(before) => self.prepend(before, page),
            Span::After(after) => self.extend(after, page),
            Span::Around(seq) => self.found(seq, page),
        }
        self.changed();
    }

    pub(crate) fn set_roster(&mut self, roster: Roster) {
        self.roster = roster;
        self.changed();
    }

    /// The reader has seen everything up to here. Returns what is to be stored, if that is news.
    pub(crate) fn mark_read(&mut self, seq: Seq) -> Option<Cursor> {
        // Before the store has said what it knows of the room, there is nothing to compare with.
        let epoch = self.epoch.clone().filter(|_| self.outbox.is_loaded())?;
        let cursor = Cursor { epoch, seq: seq.min(self.cursor) };
        self.take_read(&cursor).then_some(cursor)
    }

    /// The room has been read this far, here or in another tab. Says whether that is news.
    pub(crate) fn take_read(&mut self, cursor: &Cursor) -> bool {
        if self.epoch.as_ref().is_some_and(|epoch| *epoch != cursor.epoch) {
            return false;
        }
        let further = further(self.read.as_ref(), cursor);
        let news = self.read.as_ref() != Some(&further);
        self.read = Some(further);
        self.revision += u64::from(news);
        news
    }

    /// What this replica does with its drafts. It has changed.
    pub(crate) fn outbox(&mut self) -> &mut Outbox {
        self.changed();
        &mut self.outbox
    }

    /// Whether the outbox has room for a body of so many bytes.
    pub(crate) fn has_room_for(&self, bytes: usize) -> bool {
        self.outbox.has_room_for(bytes)
    }

    /// Takes in what is kept of this room.
    pub(crate) fn loaded(&mut self, kept: Kept) {
        if let Some(read) = &kept.read {
            self.last_log.get_or_insert_with(|| read.epoch.clone());
            self.take_read(read);
        }
        self.outbox().loaded(kept.drafts);
    }

    /// The log that a draft written now is for, as far as it is known.
    pub(crate) fn known_epoch(&self) -> Option<Epoch> {
        self.epoch.clone().or_else(|| self.last_log.clone())
    }

    /// What to post now: nothing, unless the room is joined.
    pub(crate) fn due(&mut self, now: u64) -> Vec<Post> {
        if self.is_joined() { self.outbox.due(&self.name, now) } else { Vec::new() }
    }

    /// What is waited for before something is said again: drafts that are held, or a join that was refused for now.
    pub(crate) fn pause(&self) -> Option<Pause> {
        match self.standing {
            Standing::Refused(pause) => Some(pause),
            Standing::In => self.outbox.held(),
            Standing::Out | Standing::Asked => None,
        }
    }

    fn shown(&self) -> &Run {
        self.elsewhere.as_ref().unwrap_or(&self.latest)
    }

    fn shown_mut(&mut self) -> &mut Run {
        self.elsewhere.as_mut().unwrap_or(&mut self.latest)
    }

    fn prepend(&mut self, before: Seq, page: Result<Page, String>) {
        let end = self.cursor.next();
        let waits = |run: &Run| run.before == History::Loading && run.first().unwrap_or(end) == before;
        let run = match &mut self.elsewhere {
            Some(run) if waits(run) => run,
            _ if waits(&self.latest) => &mut self.latest,
            _ => return,
        };
        run.before = match page {
            Ok(page) => {
                let end = page.entries.partition_point(|entry| entry.seq < before);
                for entry in page.entries.into_iter().take(end).rev() {
                    run.push_front(Rc::new(entry));
                }
                if page.more { History::More } else { History::Complete }
            }
            Err(why) => History::Failed(why),
        };
        match &mut self.elsewhere {
            Some(run) => run.trim_newest(),
            None => self.bound_latest(),
        }
    }

    fn extend(&mut self, after: Seq, page: Result<Page, String>) {
        let Some(run) = &mut self.elsewhere else { return };
        let Some(last) = run.last().filter(|last| run.after == History::Loading && last.back(1) == after) else {
            return;
        };
        let page = page.and_then(|page| match page.entries.first() {
            Some(entry) if entry.seq == last => Ok(page),
            _ => Err("what comes next is no longer kept".into()),
        });
        match page {
            Ok(page) => {
                run.after = History::More;
                let news = page.entries.into_iter().filter(|entry| entry.seq > last);
                news.for_each(|entry| run.push_back(Rc::new(entry)));
                self.meet();
                if let Some(run) = &mut self.elsewhere {
                    run.trim_oldest();
                }
            }
            Err(why) => run.after = History::Failed(why),
        }
    }

    fn found(&mut self, seq: Seq, page: Result<Page, String>) {
        if self.finding != Some(Finding::Loading { seq }) {
            return;
        }
        let page = page.and_then(|page| if page.entries.is_empty() { Err("it is not kept".into()) } else { Ok(page) });
        match page {
            Ok(page) => {
                let mut run = Run::new(if page.more { History::More } else { History::Complete }, History::More);
                page.entries.into_iter().for_each(|entry| run.push_back(Rc::new(entry)));
                self.elsewhere = Some(run);
                self.finding = None;
                self.looking_at = Some(seq);
                self.meet();
            }
            Err(why) => self.finding = Some(Finding::Failed { seq, why }),
        }
    }

    /// Makes one of the two runs, where the one elsewhere has come to the latest.
    fn meet(&mut self) {
        let begins = self.latest.first();
        // Of what the line has not brought yet, nothing is taken: it will bring it.
        let meets = |last: Seq| begins.map_or(last >= self.cursor, |begins| last >= begins);
        let Some(mut run) = self.elsewhere.take_if(|run| run.last().is_some_and(meets)) else { return };
        let end = begins.unwrap_or(self.cursor.next());
        while run.last().is_some_and(|last| last >= end) {
            run.pop_back();
        }
        self.latest.put_before(run);
        self.bound_latest();
    }

    /// Keeps the latest run within bounds. If what would have to go is what the reader looks at, the run is parted:
    /// there, and the latest.
    fn bound_latest(&mut self) {
        if !self.latest.is_over() {
            return;
        }
        match self.looking_at.filter(|_| self.elsewhere.is_none()) {
            Some(seq) if self.latest.is_near_oldest(seq) => {
                let newest = self.latest.split_newest(Run::FLOOR);
                let mut rest = std::mem::replace(&mut self.latest, newest);
                rest.trim_newest();
                self.elsewhere = Some(rest);
            }
            _ => self.latest.trim_oldest(),
        }
    }

    fn changed(&mut self) {
        self.revision += 1;
    }
}

/// Takes one side as asked for, if it may be.
fn ask(side: &mut History) -> Option<()> {
    matches!(side, History::More | History::Failed(_)).then(|| *side = History::Loading)
}
