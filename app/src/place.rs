//! One room of those the viewer is in: what is held of it, how far it is read, and where the viewer looks in it.

use std::rc::Rc;

use openline_rooms::{
    Finding, Replica,
    protocol::{Cursor, Entry, Person, PersonId, RoomName, Seq},
};
use yew::Callback;

use crate::{
    entry,
    fold::{Fold, Message},
    reading::{Reading, Unread},
    scroller::{Move, Scroller},
    shown::Shown,
    stretch::Stretch,
    typists::Typists,
    unsent::{self, About},
};

/// One room of those the viewer is in.
pub(crate) struct Place {
    /// The latest of what was said.
    fold: Fold,
    /// What surrounds the viewer, where that is not the latest.
    elsewhere: Option<Fold>,
    reading: Reading,
    stretch: Stretch,
    /// How far the log went when the viewer first came: up to there it is history.
    history: Option<Cursor>,
    /// How far arrivals have been told.
    told: Option<Cursor>,
    pub(crate) scroller: Scroller,
    pub(crate) typists: Typists,
    pub(crate) about: Option<About>,
    pub(crate) unread: Unread,
    /// What was new when the viewer came, and begins further up than they have looked since.
    pub(crate) missed: Unread,
    /// The message the viewer wants to see as soon as it is held.
    sought: Option<Seq>,
    /// The message the viewer has just come to.
    pub(crate) flash: Option<Seq>,
    pub(crate) shown: Rc<Shown>,
}

impl Place {
    pub(crate) fn new(room: &RoomName, on_move: Callback<Move>) -> Self {
        Self {
            fold: Fold::default(),
            elsewhere: None,
            reading: Reading::default(),
            stretch: Stretch::default(),
            history: None,
            told: None,
            scroller: Scroller::new(on_move),
            typists: Typists::default(),
            about: unsent::about(room),
            unread: Unread::default(),
            missed: Unread::default(),
            sought: None,
            flash: None,
            shown: Rc::new(Shown::nothing()),
        }
    }

    /// Takes in what the replica holds now, and says what others have said meanwhile, in order; history is never among
    /// it. `looking` says whether the viewer sees the room.
    pub(crate) fn follow(&mut self, replica: &Replica, me: Option<PersonId>, looking: bool) -> Vec<Rc<Entry>> {
        let Some(cursor) = replica.cursor() else {
            self.draw(replica);
            return Vec::new();
        };
        let (epoch, latest) = (Some(&cursor.epoch), replica.latest());
        if replica.is_at_latest() {
            self.elsewhere = None;
        } else {
            // Where the viewer stays behind, what is known of those messages does.
            let elsewhere = self.elsewhere.get_or_insert_with(|| std::mem::take(&mut self.fold));
            elsewhere.follow(epoch, replica.entries());
            elsewhere.note(latest);
        }
        self.fold.follow(epoch, latest);
        self.elsewhere.as_mut().unwrap_or(&mut self.fold).note(replica.about());
        self.history = self.history.take().filter(|history| history.epoch == cursor.epoch);
        let begins = self.history.is_none() && replica.is_caught_up() && replica.is_loaded();
        if begins {
            self.history = Some(cursor.clone());
        }
        let read = replica.read().or(self.history.as_ref().map(|history| history.seq));
        self.reading.follow(read);
        if begins {
            self.reading.enter(&self.fold, me);
        }
        let told = self.told.replace(cursor.clone()).filter(|told| told.epoch == cursor.epoch);
        let news = told.zip(read).map(|(told, read)| self.fold.after(told.seq.max(read)));
        let mut arrivals: Vec<_> = news.into_iter().flatten().filter(|e| Some(e.from.id) != me).cloned().collect();
        arrivals.reverse();
        for arrival in &arrivals {
            self.typists.stops(arrival.from.id);
        }
        if !arrivals.is_empty() {
            self.reading.came(&self.fold, me, looking);
        }
        self.count(me);
        self.seek(replica);
        self.draw(replica);
        arrivals
    }

    /// Puts together anew what is drawn.
    pub(crate) fn draw(&mut self, replica: &Replica) {
        let shown = Shown::of(replica, self.elsewhere.as_ref().unwrap_or(&self.fold), &self.stretch, &self.reading);
        self.scroller.set_more_follows(shown.more_after);
        self.shown = Rc::new(shown);
    }

    /// The viewer comes into the room.
    pub(crate) fn enter(&mut self, me: Option<PersonId>) {
        self.reading.enter(&self.fold, me);
        self.count(me);
    }

    /// The viewer has seen the "new" line.
    pub(crate) fn dismiss_line(&mut self) {
        self.reading.dismiss_line();
        self.missed = Unread::default();
    }

    /// The end has begun or ceased to be kept in view.
    pub(crate) fn pinned(&mut self, pinned: bool) {
        let messages = self.elsewhere.as_ref().unwrap_or(&self.fold).messages();
        if pinned { self.stretch.follow_the_end() } else { self.stretch.hold(messages) }
    }

    /// Draws more of what was before; `false` if that has to be fetched.
    pub(crate) fn earlier(&mut self) -> bool {
        self.stretch.earlier(self.elsewhere.as_ref().unwrap_or(&self.fold).messages())
    }

    /// Draws more of what came after; `false` if that has to be fetched, or is all there is.
    pub(crate) fn later(&mut self) -> bool {
        self.stretch.later(self.elsewhere.as_ref().unwrap_or(&self.fold).messages())
    }

    /// How far the viewer has read, by what is in view now, if that is news.
    pub(crate) fn look(&self) -> Option<Seq> {
        // Before it is known how far the room was read, nothing new is told from what is not.
        self.history.as_ref()?;
        let seen = self.scroller.last_in_view().and_then(|id| entry::seq_of(&id))?;
        let is_last = self.fold.messages().back().is_some_and(|last| last.seq <= seen);
        // What comes after the last message is about other messages, and seen with them.
        let seen = self.told.as_ref().filter(|_| is_last).map_or(seen, |told| told.seq);
        (Some(seen) > self.reading.read()).then_some(seen)
    }

    /// The room is read this far now.
    pub(crate) fn read_to(&mut self, read: Option<Seq>, me: Option<PersonId>) {
        self.reading.follow(read);
        self.count(me);
    }

    /// The viewer sees what is in view; `true` if they had missed that.
    pub(crate) fn saw(&mut self, me: Option<PersonId>) -> bool {
        let before = self.missed;
        if before.count > 0
            && let Some(first) = self.scroller.first_in_view().and_then(|id| entry::seq_of(&id))
        {
            self.reading.saw(first, &self.fold, me);
            self.count(me);
        }
        before != self.missed
    }

    fn count(&mut self, me: Option<PersonId>) {
        self.unread = self.reading.unread(&self.fold, me);
        self.missed = self.reading.missed(&self.fold, me);
    }

    /// The message in view, for the replica, which lets go of what is far from there; `None` at the end.
    pub(crate) fn in_view(&self) -> Option<Seq> {
        let id = self.scroller.last_in_view().filter(|_| !self.scroller.is_pinned())?;
        entry::seq_of(&id)
    }

    /// Goes to a message as soon as it is held.
    pub(crate) fn seek_out(&mut self, seq: Seq) {
        self.sought = Some(seq);
    }

    /// The first message that is new, which may not be held.
    pub(crate) fn first_unread(&self, me: Option<PersonId>) -> Option<Seq> {
        self.reading.first_unread(&self.fold, me)
    }

    /// How a message reads now, if it is held.
    pub(crate) fn text(&self, seq: Seq) -> Option<String> {
        self.message(seq)?.text().map(str::to_owned)
    }

    /// The author of a message that is held.
    pub(crate) fn author(&self, seq: Seq) -> Option<Person> {
        self.message(seq).map(|message| message.entry.from.clone())
    }

    /// Whether `me` has reacted to a message with this text.
    pub(crate) fn has_reacted(&self, seq: Seq, text: &str, me: Option<PersonId>) -> bool {
        let reactions = self.message(seq).map(|message| message.reactions).unwrap_or_default();
        reactions.iter().any(|reaction| reaction.text == text && reaction.who.iter().any(|(id, _)| Some(*id) == me))
    }

    /// Whether a message calls the viewer.
    pub(crate) fn calls(&self, entry: &Entry, me: Option<PersonId>) -> bool {
        me.is_some_and(|me| self.fold.calls(entry, me))
    }

    fn message(&self, seq: Seq) -> Option<Message> {
        let fold = self.elsewhere.iter().chain([&self.fold]).find(|fold| fold.find(seq).is_some())?;
        fold.find(seq).map(|entry| fold.message(entry))
    }

    /// Comes to what is sought, once it is held or can't be had.
    fn seek(&mut self, replica: &Replica) {
        let Some(seq) = self.sought.filter(|_| !matches!(replica.finding(), Some(Finding::Loading { .. }))) else {
            return;
        };
        self.sought = None;
        if replica.finding().is_some() {
            return;
        }
        let messages = self.elsewhere.as_ref().unwrap_or(&self.fold).messages();
        // One that is no message itself, or is gone, is told by what comes after it.
        let at = messages.partition_point(|entry| entry.seq < seq);
        if let Some(found) = messages.get(at).or(messages.back()).map(|entry| entry.seq) {
            self.stretch.surround(messages, found);
            self.flash = Some(found);
            self.scroller.go_to(entry::id(found));
        }
    }
}
