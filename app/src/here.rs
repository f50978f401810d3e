//! The room that is being looked at, on the page's one line.

use openline_rooms::{Rooms, protocol::RoomName};

/// The room that is being looked at, on the page's one line.
#[derive(Clone)]
pub(crate) struct Here {
    pub(crate) rooms: Rooms,
    pub(crate) room: RoomName,
}

impl PartialEq for Here {
    /// A page has one line, so the room tells two places apart.
    fn eq(&self, other: &Self) -> bool {
        self.room == other.room
    }
}
