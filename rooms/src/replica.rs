//! A reader's own copy of one room: its log, drafts, roster and cursor. Pure.
//!
//! Invariants: the entries shown are everything the log has between the first and the last of them. Where the copy
//! can't be kept up (the server goes on from elsewhere, or from another log), it starts over and says what it missed.

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
    view::{Finding, NoPage, Span, View},
};

/// A reader's own copy of one room.
#[derive(Debug)]
pub struct Replica {
    name: RoomName,
    epoch: Option<Epoch>,
    /// The log's end when the room was joined last: up to there it is being caught up.
    promised: Seq,
    /// Until when nothing of it is drawn while it is being caught up.
    undrawn: Option<Pause>,
    view: View,
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

/// How often, in milliseconds, a room is drawn while it is being caught up.
const DRAW_EVERY: u64 = 250;

impl Replica {
    /// The most entries held of a room, where the reader is; more are fetched again when they are looked at.
    pub const MAX_ENTRIES: usize = Run::MAX;

    /// An empty copy of a room, not joined.
    pub(crate) fn new(name: RoomName) -> Self {
        Self {
            name,
            epoch: None,
            promised: Seq::START,
            undrawn: None,
            view: View::new(History::Loading, Seq::START),
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
        self.view.shown().entries()
    }

    /// What is about the entries where the reader is and may lie beyond the last of them, in no order: it came with their
    /// pages, if [`Options::about`](crate::Options::about) asks for it. What has come since is among the latest.
    pub fn about(&self) -> impl Iterator<Item = &Rc<Entry>> {
        self.view.shown().about()
    }

    /// The newest entries held, whether or not the reader is there: what comes is appended to them.
    pub fn latest(&self) -> &VecDeque<Rc<Entry>> {
        self.view.latest().entries()
    }

    /// Whether [`entries`](Self::entries) are the latest ones, so that what comes is appended to them.
    pub fn is_at_latest(&self) -> bool {
        self.view.is_at_latest()
    }

    /// Whether there is more before the first of the entries.
    pub fn history(&self) -> &History {
        &self.view.shown().before
    }

    /// Whether there is more to fetch after the last of the entries; `Complete` where they are the latest.
    pub fn newer(&self) -> &History {
        &self.view.shown().after
    }

    /// The place that was asked for and is not here yet, if there is one.
    pub fn finding(&self) -> Option<&Finding> {
        self.view.finding()
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

    /// Whether everything is here that was said before the room was last joined.
    pub fn is_caught_up(&self) -> bool {
        self.is_joined() && self.view.end() >= self.promised
    }

    /// Whether everything is here that the store keeps of it.
    pub fn is_loaded(&self) -> bool {
        self.outbox.is_loaded()
    }

    /// How far this copy goes; `None` before the first join was answered.
    pub fn cursor(&self) -> Option<Cursor> {
        Some(Cursor { epoch: self.epoch.clone()?, seq: self.view.end() })
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
        let first = self.view.latest().first().unwrap_or(self.view.end().next());
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
        let cursor = self.view.end();
        let goes_on = same_log && after <= cursor && cursor <= head;
        if !goes_on {
            let skipped = after.number().checked_sub(cursor.number()).filter(|_| same_log && cursor <= head);
            self.gap = self.epoch.is_some().then_some(Gap { missed: skipped });
            let before = if first <= after { History::More } else { History::Complete };
            self.view.start_over(before, after, skipped.is_some());
        }
        self.epoch = Some(epoch);
        self.promised = head;
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
        if batch.after > self.view.end() {
            return None;
        }
        let mut settled = Vec::new();
        for entry in batch.entries {
            if entry.seq > self.view.end() {
                settled.extend(self.outbox.take(entry.id).map(|draft| draft.id));
                self.view.append(entry);
            }
        }
        self.view.bound_latest();
        self.changed();
        Some(settled)
    }

    /// Whether what has come is worth drawing: while thousands are being caught up, only now and then, because a drawing
    /// takes longer than a batch.
    pub(crate) fn is_worth_drawing(&mut self, now: u64) -> bool {
        let worth = self.view.end() >= self.promised || self.undrawn.is_none_or(|pause| pause.left(now) == 0);
        if worth {
            self.undrawn = Some(Pause::new(now, DRAW_EVERY));
        }
        worth
    }

    /// The page before the entries shown, if there is one and nobody is asking.
    pub(crate) fn ask_older(&mut self) -> Option<Span> {
        self.epoch.as_ref()?;
        self.changed();
        self.view.ask_older()
    }

    /// The page after the entries shown, if they are not the latest and nobody is asking.
    pub(crate) fn ask_newer(&mut self) -> Option<Span> {
        self.changed();
        self.view.ask_newer()
    }

    /// Goes to a place; returns the page to fetch for it, unless it is here, or the room is not joined yet.
    pub(crate) fn show_around(&mut self, seq: Seq) -> Option<Span> {
        self.changed();
        self.view.show_around(seq);
        self.sought()
    }

    /// The page that is to be fetched for the place that is being looked for.
    pub(crate) fn sought(&self) -> Option<Span> {
        self.view.sought().filter(|_| self.is_joined())
    }

    /// Goes back to the latest entries.
    pub(crate) fn show_latest(&mut self) {
        self.view.show_latest();
        self.changed();
    }

    /// What the reader has in view: a place, or the end. What is far from it may be let go.
    pub(crate) fn looking_at(&mut self, seq: Option<Seq>) {
        self.view.look_at(seq);
    }

    /// Takes in the page that was asked for. One of another log is none.
    pub(crate) fn page(&mut self, span: Span, page: Result<Page, NoPage>) {
        let page = page.and_then(|page| match &self.epoch {
            Some(epoch) if *epoch == page.epoch => Ok(page),
            _ => Err(NoPage::OtherLog),
        });
        self.view.page(span, page);
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
        let cursor = Cursor { epoch, seq: seq.min(self.view.end()) };
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

    fn changed(&mut self) {
        self.revision += 1;
    }
}
