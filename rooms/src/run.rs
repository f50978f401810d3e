//! A run of a room's entries: everything the log has between the first and the last of them, and whether there is more
//! on either side. Pure.

use std::{collections::VecDeque, rc::Rc};

use openline_protocol::{Entry, Page, Seq};

use crate::view::NoPage;

/// Whether there is more on one side of the entries held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum History {
    /// There is; ask for it.
    More,
    /// It has been asked for.
    Loading,
    /// There is not: the log kept begins, or ends, here.
    Complete,
    /// It was asked for in vain, for this reason; ask again.
    Failed(NoPage),
}

/// Entries without a hole, bounded in number and bytes.
#[derive(Debug)]
pub(crate) struct Run {
    entries: VecDeque<Rc<Entry>>,
    /// What is about them and may lie beyond, as their pages brought it.
    about: Vec<About>,
    bytes: usize,
    pub(crate) before: History,
    pub(crate) after: History,
}

/// An entry that is about something in a page.
#[derive(Debug)]
struct About {
    /// The first and the last place of that page.
    page: (Seq, Seq),
    entry: Rc<Entry>,
}

impl Run {
    /// The most entries held. Few in tests, so that random schedules come to it.
    pub(crate) const MAX: usize = if cfg!(test) { 200 } else { 2_000 };
    /// The most bytes their bodies have together, but for the last [`FLOOR`](Self::FLOOR), which are always held.
    pub(crate) const MAX_BYTES: usize = 8 * 1024 * 1024;
    /// So many are held whatever they weigh.
    pub(crate) const FLOOR: usize = 50;
    /// So many are let go at once, so that it is done seldom.
    const SLACK: usize = Self::MAX / 10;

    pub(crate) fn new(before: History, after: History) -> Self {
        Self { entries: VecDeque::new(), about: Vec::new(), bytes: 0, before, after }
    }

    pub(crate) fn entries(&self) -> &VecDeque<Rc<Entry>> {
        &self.entries
    }

    pub(crate) fn about(&self) -> impl Iterator<Item = &Rc<Entry>> {
        self.about.iter().map(|about| &about.entry)
    }

    pub(crate) fn first(&self) -> Option<Seq> {
        self.entries.front().map(|entry| entry.seq)
    }

    pub(crate) fn last(&self) -> Option<Seq> {
        self.entries.back().map(|entry| entry.seq)
    }

    /// Whether a place lies between the first and the last.
    pub(crate) fn spans(&self, seq: Seq) -> bool {
        self.first().is_some_and(|first| first <= seq) && self.last().is_some_and(|last| seq <= last)
    }

    /// Takes in what a page of it has brought besides its entries.
    pub(crate) fn take_about(&mut self, page: &mut Page) {
        if let (Some(first), Some(last)) = (page.entries.first(), page.entries.last()) {
            let page_of = (first.seq, last.seq);
            let about = page.about.drain(..).map(|entry| About { page: page_of, entry: Rc::new(entry) });
            self.about.extend(about);
        }
    }

    pub(crate) fn push_back(&mut self, entry: Rc<Entry>) {
        self.bytes += entry.body.len();
        self.entries.push_back(entry);
    }

    pub(crate) fn push_front(&mut self, entry: Rc<Entry>) {
        self.bytes += entry.body.len();
        self.entries.push_front(entry);
    }

    pub(crate) fn pop_back(&mut self) {
        if let Some(entry) = self.entries.pop_back() {
            self.bytes -= entry.body.len();
        }
    }

    /// Puts another run before this one; they meet without a hole.
    pub(crate) fn put_before(&mut self, earlier: Self) {
        self.before = earlier.before;
        self.about.extend(earlier.about);
        for entry in earlier.entries.into_iter().rev() {
            self.push_front(entry);
        }
    }

    /// Takes the newest `keep` entries off into a run of their own.
    pub(crate) fn split_newest(&mut self, keep: usize) -> Self {
        let at = self.entries.len().saturating_sub(keep);
        let entries = self.entries.split_off(at);
        let bytes = entries.iter().map(|entry| entry.body.len()).sum();
        self.bytes -= bytes;
        let after = std::mem::replace(&mut self.after, History::More);
        Self { entries, about: Vec::new(), bytes, before: History::More, after }
    }

    /// Whether it holds more than it may.
    pub(crate) fn is_over(&self) -> bool {
        self.entries.len() > Self::MAX || (self.bytes > Self::MAX_BYTES && self.entries.len() > Self::FLOOR)
    }

    /// Lets the oldest go, if it holds more than it may.
    pub(crate) fn trim_oldest(&mut self) {
        self.trim(VecDeque::pop_front, |run| &mut run.before);
    }

    /// Lets the newest go, if it holds more than it may.
    pub(crate) fn trim_newest(&mut self) {
        self.trim(VecDeque::pop_back, |run| &mut run.after);
    }

    /// Whether a place is nearer to the first entry than to the last.
    pub(crate) fn is_near_oldest(&self, seq: Seq) -> bool {
        self.entries.partition_point(|entry| entry.seq < seq) < self.entries.len() / 2
    }

    fn trim(&mut self, pop: fn(&mut VecDeque<Rc<Entry>>) -> Option<Rc<Entry>>, side: fn(&mut Self) -> &mut History) {
        if !self.is_over() {
            return;
        }
        let goal = if self.entries.len() > Self::MAX { Self::MAX - Self::SLACK } else { Self::MAX };
        while self.entries.len() > goal || self.is_over() {
            let Some(entry) = pop(&mut self.entries) else { break };
            self.bytes -= entry.body.len();
        }
        *side(self) = History::More;
        let held = self.first().zip(self.last());
        self.about.retain(|about| held.is_some_and(|(first, last)| about.page.0 <= last && first <= about.page.1));
    }
}
