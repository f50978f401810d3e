//! How far the viewer has read in a room. Every count of what is new, the "new" line and the way to the first unread
//! come from this one place and from nothing else. Pure.

use openline_rooms::protocol::{PersonId, Seq};

use crate::fold::Fold;

/// How far the viewer has read in one room.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    read: Option<Seq>,
    /// What comes after this was new when the viewer came back to it. It does not creep along.
    line: Option<Seq>,
    /// Whether the viewer has seen what comes after the line.
    saw_line: bool,
    /// Whether something has come while the viewer was away.
    came_while_away: bool,
}

/// What is new in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    /// How many messages of others.
    pub(crate) count: usize,
    /// How many of them call the viewer.
    pub(crate) calls: usize,
    /// Whether there may be more than are held here.
    pub(crate) and_more: bool,
}

impl Reading {
    /// The room was read this far, on any page of this browser; nowhere, where nothing of its log was.
    pub(crate) fn follow(&mut self, read: Option<Seq>) {
        // Reading never goes back but into another log, and a line there means nothing.
        if read < self.read {
            self.line = None;
        }
        // Only who is there reads on: what comes when they are away again is news again.
        if read > self.read {
            self.came_while_away = false;
        }
        self.read = read;
    }

    /// How far.
    pub(crate) fn read(&self) -> Option<Seq> {
        self.read
    }

    /// The viewer comes into the room: what is new is marked once.
    pub(crate) fn enter(&mut self, fold: &Fold, me: Option<PersonId>) {
        self.came_while_away = false;
        self.line = None;
        self.mark(fold, me);
    }

    /// The viewer leaves the room, or says that they have seen the line.
    pub(crate) fn dismiss_line(&mut self) {
        self.line = None;
    }

    /// Something came. `looking` says whether the viewer was there: the first that comes while they are away is where
    /// the line goes.
    pub(crate) fn came(&mut self, fold: &Fold, me: Option<PersonId>, looking: bool) {
        if looking {
            self.came_while_away = false;
        } else if !self.came_while_away {
            self.came_while_away = self.unread(fold, me).count > 0;
            self.mark(fold, me);
        }
    }

    /// After which place the "new" line stands.
    pub(crate) fn line(&self) -> Option<Seq> {
        self.line
    }

    /// What is new.
    pub(crate) fn unread(&self, fold: &Fold, me: Option<PersonId>) -> Unread {
        self.read.map_or_else(Unread::default, |read| after(read, fold, me))
    }

    /// What was new when the viewer came back, until they have seen the first of it.
    pub(crate) fn missed(&self, fold: &Fold, me: Option<PersonId>) -> Unread {
        self.line.filter(|_| !self.saw_line).map_or_else(Unread::default, |line| after(line, fold, me))
    }

    /// The viewer sees a message, and what follows it.
    pub(crate) fn saw(&mut self, seq: Seq, fold: &Fold, me: Option<PersonId>) {
        self.saw_line |= self.first_unread(fold, me).is_some_and(|first| seq <= first);
    }

    /// The first message that is new. It may not be held.
    pub(crate) fn first_unread(&self, fold: &Fold, me: Option<PersonId>) -> Option<Seq> {
        let from = self.line.or(self.read)?;
        if fold.first().is_some_and(|first| from.next() < first) {
            return Some(from.next());
        }
        fold.after(from).filter(|entry| me != Some(author(entry))).last().map(|entry| entry.seq)
    }

    fn mark(&mut self, fold: &Fold, me: Option<PersonId>) {
        if self.unread(fold, me).count > 0 {
            self.line = self.read;
            self.saw_line = false;
        }
    }
}

/// What others said after a place.
fn after(place: Seq, fold: &Fold, me: Option<PersonId>) -> Unread {
    let is_new = |entry: &&std::rc::Rc<_>| me != Some(author(entry)) && !fold.is_deleted(entry);
    let and_more = fold.first().is_some_and(|first| place.next() < first);
    let mut unread = Unread { and_more, ..Unread::default() };
    for entry in fold.after(place).filter(is_new) {
        unread.count += 1;
        unread.calls += usize::from(me.is_some_and(|me| fold.calls(entry, me)));
    }
    unread
}

fn author(entry: &openline_rooms::protocol::Entry) -> PersonId {
    entry.from.id
}

#[cfg(test)]
mod tests {
    use std::{collections::VecDeque, rc::Rc};

    use openline_rooms::protocol::{Body, Entry, Epoch, Person};

    use super::*;

    fn entry(seq: u64, who: u8, kind: Option<&str>) -> Rc<Entry> {
        Rc::new(Entry {
            seq: Seq::new(seq).unwrap(),
            id: format!("00000000-0000-4000-9000-{seq:012x}").parse().unwrap(),
            from: Person { id: person(who), name: "Ada".parse().unwrap() },
            at: seq,
            kind: kind.map(str::to_owned),
            body: Body::text("hi"),
        })
    }

    fn person(who: u8) -> PersonId {
        format!("00000000-0000-4000-8000-0000000000{who:02x}").parse().unwrap()
    }

    fn seq(number: u64) -> Option<Seq> {
        Seq::new(number)
    }

    fn read_to(number: u64) -> Reading {
        let mut reading = Reading::default();
        reading.follow(seq(number));
        reading
    }

    fn fold(entries: impl IntoIterator<Item = Rc<Entry>>) -> Fold {
        let mut fold = Fold::default();
        fold.follow(Some(&Epoch("a".into())), &entries.into_iter().collect::<VecDeque<_>>());
        fold
    }

    const ME: u8 = 1;

    #[test]
    fn what_others_said_since_is_unread_and_what_i_said_or_what_is_no_message_is_not() {
        let fold = fold([
            entry(1, ME, None),
            entry(2, 2, None),
            entry(3, ME, None),
            entry(4, 2, Some("text/plain; react=1")),
            entry(5, 2, Some("text/plain; reply=1")),
        ]);
        let me = Some(person(ME));
        assert_eq!(Reading::default().unread(&fold, me).count, 0, "before anything was read there is only history");
        assert_eq!(read_to(1).unread(&fold, me), Unread { count: 2, calls: 1, and_more: false });
        assert_eq!(read_to(5).unread(&fold, me), Unread::default());
    }

    #[test]
    fn what_is_not_held_is_told_as_more() {
        let fold = fold([entry(101, 2, None), entry(102, 2, None)]);
        assert_eq!(read_to(7).unread(&fold, None), Unread { count: 2, calls: 0, and_more: true });
        assert!(!read_to(100).unread(&fold, None).and_more);
    }

    #[test]
    fn one_who_goes_away_again_finds_the_line_above_what_came_then() {
        let mut all = vec![entry(1, 2, None)];
        let mut reading = read_to(1);
        for seq in 2..5 {
            all.push(entry(seq, 2, None));
            reading.came(&fold(all.clone()), None, false);
            assert_eq!(reading.line(), Seq::new(seq - 1));
            reading.follow(Seq::new(seq));
        }
    }

    #[test]
    fn what_was_missed_stays_one_step_away_until_its_beginning_is_seen() {
        let me = Some(person(ME));
        let held = fold((5_001..=5_100).map(|seq| entry(seq, 2, None)));
        let mut reading = read_to(7);
        reading.enter(&held, me);
        // The page opens at the end, and so the end is read.
        reading.follow(seq(5_100));
        reading.saw(Seq::new(5_090).unwrap(), &held, me);
        assert_eq!(reading.unread(&held, me), Unread::default());
        assert_eq!(reading.missed(&held, me), Unread { count: 100, calls: 0, and_more: true });
        assert_eq!(reading.first_unread(&held, me), seq(8), "which is not held");
        reading.saw(Seq::new(8).unwrap(), &held, me);
        assert_eq!(reading.missed(&held, me), Unread::default());
    }

    #[test]
    fn another_log_has_no_line() {
        let fold = fold([entry(1, 2, None), entry(2, 2, None), entry(3, 2, None)]);
        let mut reading = read_to(2);
        reading.enter(&fold, None);
        assert_eq!(reading.line(), seq(2));
        reading.follow(None);
        assert_eq!((reading.line(), reading.unread(&fold, None).count), (None, 0));
    }

    #[test]
    fn the_line_is_placed_once_and_does_not_creep() {
        let mut all = vec![entry(1, 2, None), entry(2, 2, None)];
        let mut reading = read_to(1);
        reading.enter(&fold(all.clone()), None);
        assert_eq!(reading.line(), Seq::new(1));
        reading.follow(seq(2));
        for seq in 3..6 {
            all.push(entry(seq, 2, None));
            reading.came(&fold(all.clone()), None, true);
            reading.follow(Seq::new(seq));
            assert_eq!(reading.line(), Seq::new(1), "while one talks it stays where it is");
        }
        for seq in 6..9 {
            all.push(entry(seq, 2, None));
            reading.came(&fold(all.clone()), None, false);
            assert_eq!(reading.line(), Seq::new(5), "the first that came while away");
        }
        reading.dismiss_line();
        assert_eq!(reading.line(), None);
    }

    #[test]
    fn badge_line_and_jump_agree_at_every_step_of_random_schedules() {
        for seed in 1..200u64 {
            let mut random = seed;
            let mut draw = |n: u64| {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                random % n
            };
            let me = Some(person(ME));
            let mut all: Vec<Rc<Entry>> = Vec::new();
            let mut reading = read_to(0);
            for step in 0..60 {
                match draw(6) {
                    0 | 1 => {
                        let kind = (draw(4) == 0).then_some("text/plain; react=1");
                        all.push(entry(all.len() as u64 + 1, draw(3) as u8, kind));
                        reading.came(&fold(all.clone()), me, draw(2) == 0);
                    }
                    2 => reading.follow(reading.read().max(seq(draw(all.len() as u64 + 1)))),
                    3 => reading.enter(&fold(all.clone()), me),
                    4 => reading.dismiss_line(),
                    _ => reading = read_to(reading.read().unwrap().number()),
                }
                let fold = fold(all.clone());
                let (unread, read) = (reading.unread(&fold, me), reading.read().unwrap());
                let expected = fold.messages().iter().filter(|e| e.seq > read && Some(e.from.id) != me).count();
                assert_eq!(unread.count, expected, "seed {seed}, step {step}");
                assert!(
                    reading.line().is_none_or(|line| line <= read),
                    "seed {seed}, step {step}: the line runs ahead"
                );
                if unread.count > 0 {
                    let first = reading.first_unread(&fold, me).unwrap();
                    let from = reading.line().unwrap_or(read);
                    let between = fold.messages().iter().filter(|e| e.seq > from && e.seq < first);
                    assert!(first > from && between.clone().all(|e| Some(e.from.id) == me), "seed {seed}, step {step}");
                }
            }
        }
    }
}
