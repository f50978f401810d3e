//! Rooms over one session, in the browser.
//!
//! Invariant: a draft is in the store before it is posted.

mod driver;

use std::rc::Rc;

use openline_protocol::{Body, MessageId, Person, PersonId, PersonName, RoomName, Seq, Signal, ToServer};
use uuid::Uuid;

use self::driver::{Driver, now};
use crate::{
    draft::{Draft, Fate},
    effect::Change,
    line::Line,
    listeners::Subscription,
    replica::Replica,
    store::Store,
    to_store::ToTabs,
};

/// What to open rooms with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server's WebSocket, such as `wss://chat.example/ws`.
    pub server: String,
    /// What goes before `/rooms/…` to fetch older entries: nothing for the page's own origin.
    pub http: String,
    /// What the kinds of entries that are about others begin with, up to the place they are about, and with commas
    /// between them: such as `text/plain; edit=`. A page of older entries brings what is about them ([`Replica::about`]).
    pub about: &'static str,
    /// The name to go by.
    pub name: PersonName,
    /// Where to keep drafts and the token.
    pub store: Store,
}

/// Rooms over one session. Clones share it.
///
/// # Drop
/// The line is closed when the last clone goes; drafts stay in the store.
#[derive(Clone)]
pub struct Rooms(Rc<Driver>);

/// Why something written was not taken. The text is still the caller's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostError {
    /// The room is not entered.
    #[error("not in that room")]
    NotEntered,
    /// As many drafts of the room wait as are kept, in number ([`Draft::MAX_IN_ROOM`]) or bytes
    /// ([`Draft::MAX_BYTES_IN_ROOM`]).
    #[error("too much waits to be sent in this room already; it can be sent once some of that has gone")]
    Full,
}

impl Rooms {
    /// Dials the server, and goes on doing so.
    pub fn open(options: Options) -> Self {
        Self(Driver::open(options))
    }

    /// Calls `listener` at each change, after it is made. One that holds these rooms itself keeps them open until the
    /// subscription is dropped.
    pub fn subscribe(&self, listener: impl Fn(&Change) + 'static) -> Subscription {
        self.0.listeners.add(listener)
    }

    /// What the line is doing.
    pub fn line(&self) -> Line {
        self.0.line.borrow().clone()
    }

    /// Who we are, once the server has said so.
    pub fn me(&self) -> Option<Person> {
        self.0.replicas.borrow().me().cloned()
    }

    /// Dials now, instead of when the next try is due; also after the line has ended for good.
    pub fn try_now(&self) {
        let ended = matches!(*self.0.line.borrow(), Line::Ended { .. });
        if ended {
            self.0.dial();
        } else if let Some(session) = &*self.0.session.borrow() {
            session.try_now();
        }
    }

    /// Gives up who we were, and dials as somebody new under the same name.
    pub fn start_anew(&self) {
        self.0.replicas.borrow_mut().start_anew();
        self.0.dial();
    }

    /// Goes by another name from now on.
    pub fn rename(&self, name: PersonName) {
        // A name that could not be kept is asked for again at the next visit; nothing else comes of it.
        drop(self.0.keeper.store().keep_name(&name));
        let hello = self.0.replicas.borrow_mut().rename(name);
        self.0.say(&hello);
    }

    /// Enters a room: it is joined whenever the line is up, and what is stored of it goes on where it was. Entering it
    /// again changes nothing.
    pub fn enter(&self, room: &RoomName) {
        self.0.act(|replicas| replicas.enter(room));
    }

    /// Leaves a room. Its drafts stay stored, and go out when it is entered again.
    pub fn leave(&self, room: &RoomName) {
        self.0.act(|replicas| replicas.leave(room));
    }

    /// Shows a room's replica to `read`; `None` if the room is not entered.
    pub fn read<R>(&self, room: &RoomName, read: impl FnOnce(&Replica) -> R) -> Option<R> {
        self.0.replicas.borrow().get(room).map(read)
    }

    /// Takes in what was written: it is stored, and posted as soon as it is stored, the room is joined and those before
    /// it have gone. What becomes of it is the draft's [`Fate`].
    ///
    /// When this returns, the draft is safe from a crash of the page, but not yet of the machine: until it is
    /// [`Fate::Pending`].
    ///
    /// # Errors
    /// [`PostError`]: nothing was stored or sent, and the caller still has the text.
    pub fn post(&self, room: &RoomName, kind: Option<String>, body: Body) -> Result<MessageId, PostError> {
        let has_room = self.0.replicas.borrow().has_room_for(room, body.len()).ok_or(PostError::NotEntered)?;
        if !has_room {
            return Err(PostError::Full);
        }
        let id = MessageId(Uuid::new_v4());
        let written_at = now().max(self.0.last_written.get() + 1);
        self.0.last_written.set(written_at);
        let draft = Draft { id, kind, body, written_at, epoch: None, fate: Fate::Storing };
        self.0.act(|replicas| replicas.write(room, draft));
        Ok(id)
    }

    /// Posts a refused draft once more, or one that was written for another log or could not be stored.
    pub fn retry(&self, room: &RoomName, id: MessageId) {
        self.0.act(|replicas| replicas.retry(room, id, now()));
    }

    /// Gives a draft up, here, in the store and in other tabs.
    pub fn discard(&self, room: &RoomName, id: MessageId) {
        // At once as well as when it is stored: this tab may be closed before that, and then another one sees to it.
        self.0.tell_tabs(&ToTabs::Dropped { room: room.clone(), id });
        self.0.act(|replicas| replicas.discard(room, id, now()));
    }

    /// The reader has seen everything in a room up to here: all tabs of this browser know it from now on, and the next
    /// visit does. It never goes back.
    pub fn mark_read(&self, room: &RoomName, seq: Seq) {
        self.0.act(|replicas| replicas.mark_read(room, seq));
    }

    /// Says something to a room, or to one person in it, that is kept nowhere. It is lost if the line is down.
    pub fn signal(&self, room: &RoomName, to: Option<PersonId>, body: Body) {
        self.0.act(|replicas| replicas.signal(Signal { room: room.clone(), to, body }));
    }

    /// Fetches the page of entries before those shown, unless there is none, or it is on its way.
    pub fn load_older(&self, room: &RoomName) {
        self.0.act(|replicas| replicas.load_older(room));
    }

    /// Fetches the page of entries after those shown, unless they are the latest, or it is on its way. Where it meets
    /// the latest entries, those are shown from then on.
    pub fn load_newer(&self, room: &RoomName) {
        self.0.act(|replicas| replicas.load_newer(room));
    }

    /// Shows what is around a place in a room, as a permalink or a find asks. If that is not held, it is fetched:
    /// [`Replica::finding`] tells how that goes, and what was shown stays until it is here.
    pub fn show_around(&self, room: &RoomName, seq: Seq) {
        self.0.act(|replicas| replicas.show_around(room, seq));
    }

    /// Shows the latest entries of a room again.
    pub fn show_latest(&self, room: &RoomName) {
        self.0.act(|replicas| replicas.show_latest(room));
    }

    /// Asks the server for a beat, which is answered at once by [`Change::Beat`]: so the line can be measured.
    pub fn beat(&self) {
        self.0.say(&ToServer::Beat {});
    }

    /// Says what the reader has in view: the entry in the middle of it, or `None` where that is the end.
    ///
    /// At most [`Replica::MAX_ENTRIES`] are held, and what goes is what is far from there. Nobody is told of this.
    pub fn looking_at(&self, room: &RoomName, seq: Option<Seq>) {
        self.0.replicas.borrow_mut().looking_at(room, seq);
    }
}
