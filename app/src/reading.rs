//! How far the viewer has read. Every count of what is new comes from this one place and from nothing else. Pure.

use std::rc::Rc;

use openline_rooms::protocol::{Cursor, Entry, PersonId, Seq};

/// How far the viewer has read in one room.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    read: Option<Cursor>,
}

impl Reading {
    /// The viewer sees everything up to here. Reading never goes back, except into another log.
    pub(crate) fn read_to(&mut self, cursor: Cursor) {
        match &mut self.read {
            Some(read) if read.epoch == cursor.epoch => read.seq = read.seq.max(cursor.seq),
            read => *read = Some(cursor),
        }
    }

    /// Whether anything of this log has been read, so that what comes after it is new.
    pub(crate) fn knows(&self, cursor: &Cursor) -> bool {
        self.read.as_ref().is_some_and(|read| read.epoch == cursor.epoch)
    }

    /// How many entries others have said since.
    pub(crate) fn unread<'a>(
        &self,
        entries: impl DoubleEndedIterator<Item = &'a Rc<Entry>>,
        me: Option<PersonId>,
    ) -> usize {
        let Some(read) = &self.read else { return 0 };
        after(entries, read.seq).filter(|entry| Some(entry.from.id) != me).count()
    }
}

/// The entries after a place, newest first.
pub(crate) fn after<'a>(
    entries: impl DoubleEndedIterator<Item = &'a Rc<Entry>>,
    seq: Seq,
) -> impl Iterator<Item = &'a Rc<Entry>> {
    entries.rev().take_while(move |entry| entry.seq > seq)
}

#[cfg(test)]
mod tests {
    use openline_rooms::protocol::{Body, Epoch, Person};

    use super::*;

    fn entry(seq: u64, who: u8) -> Rc<Entry> {
        let id = format!("00000000-0000-4000-8000-0000000000{who:02x}");
        Rc::new(Entry {
            seq: Seq::new(seq).unwrap(),
            id: format!("00000000-0000-4000-9000-{seq:012x}").parse().unwrap(),
            from: Person { id: id.parse().unwrap(), name: "Ada".parse().unwrap() },
            at: seq,
            kind: None,
            body: Body::text("hi"),
        })
    }

    fn cursor(epoch: &str, seq: u64) -> Cursor {
        Cursor { epoch: Epoch(epoch.into()), seq: Seq::new(seq).unwrap() }
    }

    #[test]
    fn what_others_said_since_is_unread_and_what_i_said_is_not() {
        let entries = [entry(1, 1), entry(2, 2), entry(3, 1), entry(4, 2)];
        let me = Some(entries[0].from.id);
        let mut reading = Reading::default();
        assert_eq!(reading.unread(entries.iter(), me), 0, "before anything was read there is only history");
        reading.read_to(cursor("a", 1));
        assert_eq!(reading.unread(entries.iter(), me), 2);
        reading.read_to(cursor("a", 4));
        assert_eq!(reading.unread(entries.iter(), me), 0);
    }

    #[test]
    fn reading_never_goes_back_except_into_another_log() {
        let entries = [entry(1, 2), entry(2, 2)];
        let mut reading = Reading::default();
        reading.read_to(cursor("a", 2));
        reading.read_to(cursor("a", 1));
        assert_eq!(reading.unread(entries.iter(), None), 0);
        assert!(!reading.knows(&cursor("b", 1)));
        reading.read_to(cursor("b", 1));
        assert_eq!(reading.unread(entries.iter(), None), 1);
    }
}
