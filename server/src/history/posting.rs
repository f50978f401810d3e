//! A post on its way to the disk, and what its line is told of it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use openline_protocol::{Body, MessageId, Person, RoomName, Seq, Why};
use parking_lot::Mutex;

use crate::{room::Room, wake::Wake};

/// A post on its way to the disk.
#[derive(Debug)]
pub(crate) struct Posting {
    pub(crate) room: Arc<Room>,
    pub(crate) lane: Arc<Lane>,
    pub(crate) answers: Arc<Answers>,
    pub(crate) id: MessageId,
    pub(crate) from: Person,
    pub(crate) kind: Option<String>,
    pub(crate) body: Body,
}

impl Posting {
    pub(super) fn size(&self) -> usize {
        self.body.len() + 256
    }

    pub(super) fn answer(&self, said: Said) {
        let mut answers = self.answers.said.lock();
        answers.push(Answer { room: self.room.name().clone(), id: self.id, said });
    }
}

/// One line's posts in one room, in order: once one was refused for now, no later one may pass it.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    /// What has to be posted again first.
    pub(super) blocked_by: Mutex<Option<MessageId>>,
}

/// What became of one line's posts.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(super) wake: Arc<Wake>,
    pub(super) in_flight: AtomicUsize,
    said: Mutex<Vec<Answer>>,
}

impl Answers {
    pub(crate) fn new(wake: Arc<Wake>) -> Self {
        Self { wake, in_flight: AtomicUsize::new(0), said: Mutex::default() }
    }

    /// How many posts are on their way.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Acquire)
    }

    /// What there is to tell the line. A post that became an entry isn't among it: the entry tells.
    pub(crate) fn take(&self) -> Vec<Answer> {
        std::mem::take(&mut *self.said.lock())
    }
}

/// What became of one post.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) room: RoomName,
    pub(crate) id: MessageId,
    pub(crate) said: Said,
}

/// See [`Answer`].
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// It was in the log already.
    There(Seq),
    /// It may be posted again, after [`RETRY_AFTER`](super::RETRY_AFTER).
    NotNow(Why),
}
