//! What is drawn of a room's log now, put together from what is held. Pure.

use openline_rooms::{Draft, Finding, Gap, History, Replica, protocol::PersonId};

use crate::{
    fold::Fold,
    known::Known,
    reading::Reading,
    rows::{Row, rows},
    stretch::Stretch,
    time,
};

/// What is drawn of a room's log. Two of them are never taken for the same: it is made anew when something has changed.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) rows: Vec<Row>,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) known: Known,
    pub(crate) gap: Option<Gap>,
    /// What lies before the first row; `None` while more of what is held can be drawn.
    pub(crate) before: Option<History>,
    /// Whether there is more after the last row.
    pub(crate) more_after: bool,
    /// How it goes with a message that the viewer wants to see and that is not held.
    pub(crate) finding: Option<Finding>,
    /// The room has been joined once.
    pub(crate) is_known: bool,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Shown {
    /// What is drawn of a replica. `fold` holds the entries it shows, `stretch` tells which of them.
    pub(crate) fn of(replica: &Replica, fold: &Fold, stretch: &Stretch, reading: &Reading) -> Self {
        let range = stretch.range(fold.messages());
        let drawn: Vec<_> = fold.messages().range(range.clone()).map(|entry| fold.message(entry)).collect();
        let known = Known::of(replica.roster(), &drawn);
        Self {
            rows: rows(drawn, reading.line(), time::offset_at),
            drafts: replica.drafts().cloned().collect(),
            known,
            gap: replica.gap().cloned(),
            before: (range.start == 0).then(|| replica.history().clone()),
            more_after: range.end < fold.messages().len() || !replica.is_at_latest(),
            finding: replica.finding().cloned(),
            is_known: replica.cursor().is_some(),
        }
    }

    /// What is drawn of a room that is not there yet.
    pub(crate) fn nothing() -> Self {
        Self {
            rows: Vec::new(),
            drafts: Vec::new(),
            known: Known::default(),
            gap: None,
            before: None,
            more_after: false,
            finding: None,
            is_known: false,
        }
    }

    /// The last message of somebody's that they can edit.
    pub(crate) fn last_of(&self, me: Option<PersonId>) -> Option<&Row> {
        self.rows.iter().rev().find(|row| Some(row.message.entry.from.id) == me && row.message.text().is_some())
    }
}
