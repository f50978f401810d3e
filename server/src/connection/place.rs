//! A line's place in a room.

use std::sync::{Arc, Weak};

use openline_protocol::{Heard, PersonId, RoomName, Seq};

use crate::{
    history::Lane,
    room::{Presence, Room},
    websocket::Packet,
};

/// How far a line is in a room. Joining again makes another place.
#[derive(Debug)]
pub(super) struct Place {
    presence: Presence,
    /// Everything up to here was given to the line.
    pub(super) cursor: Seq,
    lane: Option<Arc<Lane>>,
    heard: u64,
    roster: u64,
}

impl Place {
    /// The place of a line that goes on after `cursor`, and knows the roster of this version.
    pub(super) fn new(presence: Presence, cursor: Seq, roster: u64) -> Self {
        let heard = presence.room().said();
        Self { presence, cursor, lane: None, heard, roster }
    }

    pub(super) fn room(&self) -> &Arc<Room> {
        self.presence.room()
    }

    pub(super) fn is_in(&self, room: &RoomName) -> bool {
        self.room().name() == room
    }

    /// Where its posts go in order. Most lines only listen, and have none.
    pub(super) fn lane(&mut self) -> Arc<Lane> {
        Arc::clone(self.lane.get_or_insert_default())
    }

    /// Says something to everybody else in the room, or to one person.
    pub(super) fn signal(&self, to: Option<PersonId>, heard: Heard) {
        self.presence.signal(to, heard);
    }

    /// The signals it has not heard.
    pub(super) fn signals(&mut self) -> Option<Packet> {
        if self.room().said() == self.heard {
            return None;
        }
        let (packet, heard) = self.presence.signals_after(self.heard);
        self.heard = heard;
        packet
    }

    /// The roster, if there is a newer one.
    pub(super) fn roster(&mut self) -> Option<Packet> {
        if self.room().told() <= self.roster {
            return None;
        }
        let (version, packet) = self.room().roster()?;
        self.roster = version;
        Some(packet)
    }

    /// The room, and how far the line is in it, for whoever wants to know how slow it is.
    pub(super) fn whereabouts(&self) -> (Weak<Room>, Seq) {
        (Arc::downgrade(self.room()), self.cursor)
    }

    /// Whether there are entries it was not given.
    pub(super) fn is_behind(&self) -> bool {
        self.room().head() > self.cursor
    }
}
