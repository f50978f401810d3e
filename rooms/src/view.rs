//! What is held of a room's log, and where in it the reader is. Pure.
//!
//! Two runs are held at most. The *latest* one grows with the log. The other is where the reader is, when that is
//! elsewhere; paging brings it to the latest one, and there they become one.

use std::rc::Rc;

use openline_protocol::{Entry, Page, Seq};

use crate::run::{History, Run};

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
        /// Why.
        why: NoPage,
    },
}

/// Why a page could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoPage {
    /// Nobody answered.
    #[error("the server can't be reached")]
    Unreachable,
    /// The answer was another one than a page.
    #[error("the server answered {status}")]
    Refused {
        /// Its HTTP status.
        status: u16,
    },
    /// The answer broke off, or was no page.
    #[error("the server's answer can't be read")]
    Unreadable,
    /// The log does not go that far back any more.
    #[error("it is no longer kept")]
    NotKept,
    /// The answer is of another log than the one that was read: the room has started over.
    #[error("the room has started over")]
    OtherLog,
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

#[derive(Debug)]
pub(crate) struct View {
    latest: Run,
    /// The last place of the log that the line has brought: the latest run ends there.
    end: Seq,
    /// Where the reader is, if not in the latest run.
    elsewhere: Option<Run>,
    finding: Option<Finding>,
    looking_at: Option<Seq>,
}

impl View {
    /// Nothing yet, up to the end of the log. `before` says whether there is something.
    pub(crate) fn new(before: History, end: Seq) -> Self {
        let latest = Run::new(before, History::Complete);
        Self { latest, end, elsewhere: None, finding: None, looking_at: None }
    }

    pub(crate) fn latest(&self) -> &Run {
        &self.latest
    }

    pub(crate) fn shown(&self) -> &Run {
        self.elsewhere.as_ref().unwrap_or(&self.latest)
    }

    pub(crate) fn is_at_latest(&self) -> bool {
        self.elsewhere.is_none()
    }

    pub(crate) fn finding(&self) -> Option<&Finding> {
        self.finding.as_ref()
    }

    pub(crate) fn end(&self) -> Seq {
        self.end
    }

    /// The latest entries can't be gone on with: they begin anew after `end`. Where the log is the `same`, the reader
    /// stays where they are in it, and whatever is looked for still is.
    pub(crate) fn start_over(&mut self, before: History, end: Seq, same: bool) {
        let finding = self.finding.take();
        let anew = Self { finding, ..Self::new(before, end) };
        let Self { elsewhere, looking_at, .. } = std::mem::replace(self, anew);
        if same && elsewhere.is_some() {
            (self.elsewhere, self.looking_at) = (elsewhere, looking_at);
        }
    }

    /// The line has brought this.
    pub(crate) fn append(&mut self, entry: Entry) {
        self.end = entry.seq;
        self.latest.push_back(Rc::new(entry));
    }

    /// The page before the entries shown, if there is one and nobody is asking.
    pub(crate) fn ask_older(&mut self) -> Option<Span> {
        let end = self.end;
        let shown = self.elsewhere.as_mut().unwrap_or(&mut self.latest);
        ask(&mut shown.before)?;
        let first = shown.first().unwrap_or(end.next());
        self.looking_at = Some(first);
        Some(Span::Before(first))
    }

    /// The page after the entries shown, if there is one and nobody is asking. It begins with the last of them: were
    /// that one no longer kept, others might be missing behind it.
    pub(crate) fn ask_newer(&mut self) -> Option<Span> {
        let elsewhere = self.elsewhere.as_mut()?;
        let last = elsewhere.last()?;
        ask(&mut elsewhere.after)?;
        self.looking_at = Some(last);
        Some(Span::After(last.back(1)))
    }

    /// Goes to a place, at once if it is here.
    pub(crate) fn show_around(&mut self, seq: Seq) {
        self.finding = None;
        if self.latest.spans(seq) {
            self.elsewhere = None;
        } else if !self.elsewhere.as_ref().is_some_and(|run| run.spans(seq)) {
            self.finding = Some(Finding::Loading { seq });
            return;
        }
        self.looking_at = Some(seq);
    }

    /// The page that is to be fetched for the place that is being looked for.
    pub(crate) fn sought(&self) -> Option<Span> {
        match self.finding {
            Some(Finding::Loading { seq }) => Some(Span::Around(seq)),
            _ => None,
        }
    }

    pub(crate) fn show_latest(&mut self) {
        (self.elsewhere, self.finding, self.looking_at) = (None, None, None);
    }

    pub(crate) fn look_at(&mut self, seq: Option<Seq>) {
        self.looking_at = seq;
    }

    /// Takes in the page that was asked for. One for a place that is no longer where it was is too late and passed over.
    pub(crate) fn page(&mut self, span: Span, page: Result<Page, NoPage>) {
        match span {
            Span::Before(before) => self.prepend(before, page),
            Span::After(after) => self.extend(after, page),
            Span::Around(seq) => self.found(seq, page),
        }
    }

    /// Keeps the latest run within bounds. If what would have to go is what the reader looks at, the run is parted:
    /// there, and the latest.
    pub(crate) fn bound_latest(&mut self) {
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

    fn prepend(&mut self, before: Seq, page: Result<Page, NoPage>) {
        let end = self.end.next();
        let waits = |run: &Run| run.before == History::Loading && run.first().unwrap_or(end) == before;
        let run = match &mut self.elsewhere {
            Some(run) if waits(run) => run,
            _ if waits(&self.latest) => &mut self.latest,
            _ => return,
        };
        run.before = match page {
            Ok(mut page) => {
                run.take_about(&mut page);
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

    fn extend(&mut self, after: Seq, page: Result<Page, NoPage>) {
        let Some(run) = &mut self.elsewhere else { return };
        let Some(last) = run.last().filter(|last| run.after == History::Loading && last.back(1) == after) else {
            return;
        };
        let page = page.and_then(|page| match page.entries.first() {
            Some(entry) if entry.seq == last => Ok(page),
            _ => Err(NoPage::NotKept),
        });
        match page {
            Ok(mut page) => {
                run.take_about(&mut page);
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

    fn found(&mut self, seq: Seq, page: Result<Page, NoPage>) {
        if self.finding != Some(Finding::Loading { seq }) {
            return;
        }
        let page = page.and_then(|page| if page.entries.is_empty() { Err(NoPage::NotKept) } else { Ok(page) });
        match page {
            Ok(mut page) => {
                let mut run = Run::new(if page.more { History::More } else { History::Complete }, History::More);
                run.take_about(&mut page);
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
        let meets = |last: Seq| begins.map_or(last >= self.end, |begins| last >= begins);
        let Some(mut run) = self.elsewhere.take_if(|run| run.last().is_some_and(meets)) else { return };
        // Of what the line has not brought yet nothing is taken: it will bring it.
        let held = begins.unwrap_or(self.end.next());
        while run.last().is_some_and(|last| last >= held) {
            run.pop_back();
        }
        self.latest.put_before(run);
        self.bound_latest();
    }
}

/// Takes one side as asked for, if it may be.
fn ask(side: &mut History) -> Option<()> {
    matches!(side, History::More | History::Failed(_)).then(|| *side = History::Loading)
}
