//! What a room's entries come to: messages, as they read now, with what was said about them. Pure.
//!
//! Invariant: it depends only on which entries it was shown, not on their order or on how they came. Each thing said
//! about a message is settled by the highest place: of two edits, the later one stands.

use std::{collections::VecDeque, rc::Rc};

use litemap::LiteMap;
use openline_rooms::protocol::{Body, Entry, Epoch, PersonId, PersonName, Seq};

use crate::kind::{Does, Kind};

/// The longest text, in bytes, that is taken for a reaction.
const LONGEST_REACTION: usize = 40;

/// A room's entries, folded.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    epoch: Option<Epoch>,
    /// The first and last place taken in.
    span: Option<(Seq, Seq)>,
    messages: VecDeque<Rc<Entry>>,
    /// The latest edit of a message by somebody.
    edits: LiteMap<(Seq, PersonId), Rc<Entry>>,
    /// Where a message was deleted by somebody.
    deletes: LiteMap<(Seq, PersonId), Seq>,
    reactions: LiteMap<Seq, LiteMap<(String, PersonId), Vote>>,
}

/// What somebody last said of one reaction.
#[derive(Debug)]
struct Vote {
    seq: Seq,
    name: PersonName,
    stands: bool,
}

/// A message as it reads now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) entry: Rc<Entry>,
    pub(crate) kind: Kind,
    /// Its author's latest edit.
    pub(crate) edit: Option<Rc<Entry>>,
    pub(crate) is_deleted: bool,
    pub(crate) reactions: Vec<Reaction>,
    /// What it replies to.
    pub(crate) quote: Option<Quote>,
}

/// One reaction, and whose it is, in the order of their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reaction {
    pub(crate) text: String,
    pub(crate) who: Vec<(PersonId, PersonName)>,
}

/// What a reply is to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quote {
    pub(crate) seq: Seq,
    /// Whose it is and how it reads, if it is held.
    pub(crate) said: Option<(PersonName, Option<String>)>,
}

impl Message {
    /// How it reads now, if it is text that is still there.
    pub(crate) fn text(&self) -> Option<&str> {
        let entry = self.edit.as_ref().unwrap_or(&self.entry);
        text(entry).filter(|_| !self.is_deleted)
    }
}

impl Fold {
    /// Takes in what is held of a log now: new entries at either end, or another log.
    pub(crate) fn follow(&mut self, epoch: Option<&Epoch>, entries: &VecDeque<Rc<Entry>>) {
        let held = entries.front().zip(entries.back()).map(|(first, last)| (first.seq, last.seq));
        let goes_on = match (self.span, held) {
            (Some((first, last)), Some((held_first, held_last))) => held_first <= last && first <= held_last,
            _ => false,
        };
        if self.epoch.as_ref() != epoch || !goes_on {
            *self = Self { epoch: epoch.cloned(), ..Self::default() };
        }
        let Some((held_first, held_last)) = held else { return };
        let (first, last) = self.span.unwrap_or((held_last.next(), held_last));
        for entry in entries.iter().take_while(|entry| entry.seq < first).collect::<Vec<_>>().into_iter().rev() {
            if self.take_in(entry) {
                self.messages.push_front(entry.clone());
            }
        }
        for entry in entries.iter().rev().take_while(|entry| entry.seq > last).collect::<Vec<_>>().into_iter().rev() {
            if self.take_in(entry) {
                self.messages.push_back(entry.clone());
            }
        }
        while self.messages.front().is_some_and(|entry| entry.seq < held_first) {
            self.messages.pop_front();
        }
        while self.messages.back().is_some_and(|entry| entry.seq > held_last) {
            self.messages.pop_back();
        }
        if held_first > first {
            self.let_go(held_first);
        }
        self.span = held;
    }

    /// Lets go of what was said about messages before a place by entries before it. If they come again, so does that.
    fn let_go(&mut self, place: Seq) {
        self.edits.retain(|(about, _), edit| *about >= place || edit.seq >= place);
        self.deletes.retain(|(about, _), deleted| *about >= place || *deleted >= place);
        self.reactions.retain(|about, votes| *about >= place || votes.values().any(|vote| vote.seq >= place));
    }

    /// Takes in what is said about messages by entries that are held elsewhere.
    pub(crate) fn note<'a>(&mut self, entries: impl IntoIterator<Item = &'a Rc<Entry>>) {
        for entry in entries.into_iter().filter(|entry| entry.kind.is_some()) {
            self.take_in(entry);
        }
    }

    /// Whether what an entry says is said still: neither deleted nor changed since.
    pub(crate) fn stands(&self, entry: &Entry) -> bool {
        let about = if let Does::Edit(seq) = Kind::of(entry.kind.as_deref()).does { seq } else { entry.seq };
        let key = (about, entry.from.id);
        !self.deletes.contains_key(&key) && self.edits.get(&key).is_none_or(|latest| latest.seq <= entry.seq)
    }

    /// The entries that are messages, in order.
    pub(crate) fn messages(&self) -> &VecDeque<Rc<Entry>> {
        &self.messages
    }

    /// The messages after a place, latest first.
    pub(crate) fn after(&self, seq: Seq) -> impl Iterator<Item = &Rc<Entry>> {
        self.messages.iter().rev().take_while(move |entry| entry.seq > seq)
    }

    /// The first place taken in.
    pub(crate) fn first(&self) -> Option<Seq> {
        self.span.map(|(first, _)| first)
    }

    /// The message at a place.
    pub(crate) fn find(&self, seq: Seq) -> Option<&Rc<Entry>> {
        self.messages.get(self.messages.partition_point(|entry| entry.seq < seq)).filter(|entry| entry.seq == seq)
    }

    /// Whether a message was deleted by its author.
    pub(crate) fn is_deleted(&self, entry: &Entry) -> bool {
        self.deletes.contains_key(&(entry.seq, entry.from.id))
    }

    /// Whether a message calls somebody: by mention, or by a reply to what they said.
    pub(crate) fn calls(&self, entry: &Entry, id: PersonId) -> bool {
        let kind = Kind::of(entry.kind.as_deref());
        let replied_to = if let Does::Reply(seq) = kind.does { self.find(seq) } else { None };
        kind.mentions(id) || replied_to.is_some_and(|entry| entry.from.id == id)
    }

    /// A message as it reads now.
    pub(crate) fn message(&self, entry: &Rc<Entry>) -> Message {
        let kind = Kind::of(entry.kind.as_deref());
        let quote = if let Does::Reply(seq) = kind.does { Some(self.quote(seq)) } else { None };
        let votes = self.reactions.get(&entry.seq);
        let mut reactions: Vec<Reaction> = Vec::new();
        for ((text, id), vote) in votes.into_iter().flatten().filter(|(_, vote)| vote.stands) {
            match reactions.last_mut() {
                Some(reaction) if reaction.text == *text => reaction.who.push((*id, vote.name.clone())),
                _ => reactions.push(Reaction { text: text.clone(), who: vec![(*id, vote.name.clone())] }),
            }
        }
        Message {
            edit: self.edits.get(&(entry.seq, entry.from.id)).cloned(),
            is_deleted: self.is_deleted(entry),
            entry: entry.clone(),
            kind,
            reactions,
            quote,
        }
    }

    fn quote(&self, seq: Seq) -> Quote {
        let said = self.find(seq).map(|entry| {
            let now = self.edits.get(&(seq, entry.from.id)).unwrap_or(entry);
            let text = text(now).filter(|_| !self.is_deleted(entry)).map(str::to_owned);
            (entry.from.name.clone(), text)
        });
        Quote { seq, said }
    }

    /// Notes what an entry says about another; `true` if it is a message itself.
    fn take_in(&mut self, entry: &Rc<Entry>) -> bool {
        let by = entry.from.id;
        match (Kind::of(entry.kind.as_deref()).does, text(entry)) {
            // Nothing is about what comes after it.
            (Does::Edit(seq) | Does::Delete(seq) | Does::React(seq) | Does::Unreact(seq), _) if seq >= entry.seq => {
                true
            }
            (Does::Edit(seq), Some(_)) => {
                let latest = self.edits.entry((seq, by)).or_insert_with(|| entry.clone());
                if latest.seq < entry.seq {
                    *latest = entry.clone();
                }
                false
            }
            (Does::Delete(seq), _) => {
                self.deletes.insert((seq, by), entry.seq);
                false
            }
            (does @ (Does::React(seq) | Does::Unreact(seq)), Some(text)) if is_reaction(text) => {
                let vote = Vote { seq: entry.seq, name: entry.from.name.clone(), stands: does == Does::React(seq) };
                let votes = self.reactions.entry(seq).or_default();
                let key = (text.to_owned(), by);
                if votes.get(&key).is_none_or(|earlier| earlier.seq < vote.seq) {
                    votes.insert(key, vote);
                }
                false
            }
            _ => true,
        }
    }
}

fn text(entry: &Entry) -> Option<&str> {
    if let Body::Text(text) = &entry.body { Some(text) } else { None }
}

fn is_reaction(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_REACTION && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use openline_rooms::protocol::Person;

    use super::*;

    fn entry(seq: u64, who: u8, kind: &str, text: &str) -> Rc<Entry> {
        let id = format!("00000000-0000-4000-8000-0000000000{who:02x}");
        Rc::new(Entry {
            seq: Seq::new(seq).unwrap(),
            id: format!("00000000-0000-4000-9000-{seq:012x}").parse().unwrap(),
            from: Person { id: id.parse().unwrap(), name: format!("P{who}").parse().unwrap() },
            at: seq,
            kind: (!kind.is_empty()).then(|| format!("text/plain; {kind}")),
            body: Body::text(text),
        })
    }

    fn log() -> VecDeque<Rc<Entry>> {
        VecDeque::from([
            entry(1, 1, "", "one"),
            entry(2, 2, "", "two"),
            entry(3, 1, "edit=1", "one, better"),
            entry(4, 2, "edit=1", "not hers to edit"),
            entry(5, 2, "react=1", "👍"),
            entry(6, 1, "react=1", "👍"),
            entry(7, 2, "unreact=1", "👍"),
            entry(8, 2, "reply=1", "yes"),
            entry(9, 1, "edit=1", "one, best"),
            entry(10, 2, "delete=2", "deleted"),
            entry(11, 1, "delete=8", "not hers to delete"),
            entry(12, 1, "react=99", "early"),
            entry(13, 1, "react=1", "a whole sentence is no reaction"),
        ])
    }

    fn epoch() -> Option<Epoch> {
        Some(Epoch("a".into()))
    }

    fn reading(fold: &Fold) -> Vec<Message> {
        fold.messages().iter().map(|entry| fold.message(entry)).collect()
    }

    #[test]
    fn edits_deletes_and_reactions_are_folded_into_what_they_are_about() {
        let mut fold = Fold::default();
        fold.follow(epoch().as_ref(), &log());
        let messages = reading(&fold);
        let texts: Vec<_> = messages.iter().map(Message::text).collect();
        assert_eq!(
            texts,
            [Some("one, best"), None, Some("yes"), Some("early"), Some("a whole sentence is no reaction")],
            "only its author edits or deletes a message, and what is not understood is shown"
        );
        let [reaction] = messages[0].reactions.as_slice() else { panic!("{messages:?}") };
        assert_eq!((reaction.text.as_str(), reaction.who.len()), ("👍", 1));
        let quote = messages[2].quote.as_ref().unwrap();
        assert_eq!(quote.said.as_ref().unwrap().1.as_deref(), Some("one, best"));
    }

    #[test]
    fn it_comes_to_the_same_however_the_entries_came() {
        let all = log();
        let mut whole = Fold::default();
        whole.follow(epoch().as_ref(), &all);
        // By pages from every place on: first the end, then what is before it, then one by one.
        for start in 1..all.len() {
            let mut fold = Fold::default();
            let mut held: VecDeque<_> = all.iter().skip(start).take(1).cloned().collect();
            fold.follow(epoch().as_ref(), &held);
            for entry in all.iter().skip(start + 1) {
                held.push_back(entry.clone());
                fold.follow(epoch().as_ref(), &held);
            }
            for entry in all.iter().take(start).rev() {
                held.push_front(entry.clone());
                fold.follow(epoch().as_ref(), &held);
            }
            assert_eq!(reading(&fold), reading(&whole), "from {start}");
        }
    }

    #[test]
    fn what_is_no_longer_held_is_let_go_and_another_log_starts_over() {
        let mut fold = Fold::default();
        fold.follow(epoch().as_ref(), &log());
        fold.follow(epoch().as_ref(), &log().into_iter().skip(7).take(3).collect());
        assert_eq!(fold.messages().iter().map(|entry| entry.seq.number()).collect::<Vec<_>>(), [8]);
        fold.follow(Some(&Epoch("b".into())), &VecDeque::from([entry(1, 2, "", "anew")]));
        assert_eq!(reading(&fold).iter().map(Message::text).collect::<Vec<_>>(), [Some("anew")]);
    }

    #[test]
    fn what_was_said_about_messages_that_were_let_go_is_let_go_with_them() {
        let (mut fold, mut held) = (Fold::default(), VecDeque::new());
        for n in (1..1_000).step_by(4) {
            held.push_back(entry(n, 1, "", "said"));
            held.push_back(entry(n + 1, 1, &format!("edit={n}"), "said better"));
            held.push_back(entry(n + 2, 1, &format!("react={n}"), "👍"));
            held.push_back(entry(n + 3, 1, &format!("delete={n}"), "deleted"));
            while held.len() > 10 {
                held.pop_front();
            }
            fold.follow(epoch().as_ref(), &held);
            let about = [fold.edits.len(), fold.deletes.len(), fold.reactions.len()];
            assert!(about.iter().all(|about| *about <= held.len()), "{about:?} at {n}");
            assert!(reading(&fold).iter().all(|message| message.is_deleted && message.edit.is_some()));
        }
    }

    #[test]
    fn what_is_read_far_back_reads_as_it_was_changed_since() {
        let (all, mut fold) = (log(), Fold::default());
        let texts =
            |fold: &Fold| reading(fold).iter().map(|message| message.text().map(str::to_owned)).collect::<Vec<_>>();
        fold.follow(epoch().as_ref(), &all.iter().take(2).cloned().collect());
        assert_eq!(texts(&fold), [Some("one".into()), Some("two".into())]);
        fold.note(all.iter().skip(2));
        assert_eq!(texts(&fold), [Some("one, best".into()), None]);
        assert_eq!(reading(&fold)[0].reactions.len(), 1);
        assert_eq!(fold.messages().len(), 2, "what is noted is not among them");
    }

    #[test]
    fn who_stays_behind_reads_on_what_they_know_when_the_rest_is_let_go() {
        let (all, mut fold) = (log(), Fold::default());
        fold.follow(epoch().as_ref(), &all);
        fold.follow(epoch().as_ref(), &all.iter().take(2).cloned().collect());
        assert_eq!(reading(&fold).iter().map(Message::text).collect::<Vec<_>>(), [Some("one, best"), None]);
    }

    #[test]
    fn of_what_is_found_only_what_is_still_said_stands() {
        let (all, mut fold) = (log(), Fold::default());
        fold.note(&all);
        let stands: Vec<_> = all.iter().filter(|entry| fold.stands(entry)).map(|entry| entry.seq.number()).collect();
        assert_eq!(stands, [4, 5, 6, 7, 8, 9, 10, 11, 12, 13], "1 and 3 were changed since, 2 is deleted");
    }

    #[test]
    fn a_mention_and_a_reply_call_and_nothing_else_does() {
        let mut fold = Fold::default();
        let mut log = log();
        log.push_back(entry(14, 2, "to=000000000001", "@P1 look"));
        fold.follow(epoch().as_ref(), &log);
        let me = log[0].from.id;
        let calls = fold.messages().iter().filter(|entry| fold.calls(entry, me)).map(|entry| entry.seq.number());
        assert_eq!(calls.collect::<Vec<_>>(), [8, 14]);
    }
}
