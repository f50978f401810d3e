//! The page's addresses: `/`, `/r/lobby`, and `/r/lobby/42` for one entry. Pure.

use openline_rooms::protocol::{NameError, RoomName, Seq};

/// What an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// Nowhere in particular.
    Home,
    /// A room, and perhaps one entry in it.
    Room { room: RoomName, at: Option<Seq> },
    /// Something that is no room's name.
    NoRoom(NameError),
    /// Nothing.
    Nowhere,
}

impl Address {
    /// What a path leads to. `decode` undoes the percent-encoding of one segment, if it can.
    pub(crate) fn of(path: &str, decode: impl Fn(&str) -> Option<String>) -> Self {
        let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let (room, at) = match *segments.as_slice() {
            [] => return Self::Home,
            ["r", room] => (room, None),
            ["r", room, at] => match at.parse().ok().and_then(Seq::new) {
                Some(at) if at > Seq::START => (room, Some(at)),
                _ => return Self::Nowhere,
            },
            _ => return Self::Nowhere,
        };
        match decode(room).map(|room| room.parse()) {
            Some(Ok(room)) => Self::Room { room, at },
            Some(Err(error)) => Self::NoRoom(error),
            None => Self::Nowhere,
        }
    }

    /// The path of a room, or of one entry in it. `encode` is the percent-encoding of one segment.
    pub(crate) fn path(room: &RoomName, at: Option<Seq>, encode: impl Fn(&str) -> String) -> String {
        let room = encode(room.as_str());
        at.map_or_else(|| format!("/r/{room}"), |at| format!("/r/{room}/{at}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Address {
        Address::of(path, |segment| (segment != "%").then(|| segment.replace("%C3%A9", "é")))
    }

    fn room(name: &str, at: Option<u64>) -> Address {
        Address::Room { room: name.parse().unwrap(), at: at.and_then(Seq::new) }
    }

    #[test]
    fn a_room_has_one_address_and_so_has_each_entry_in_it() {
        assert_eq!(of("/"), Address::Home);
        assert_eq!(of("/r/lobby"), room("lobby", None));
        assert_eq!(of("/r/caf%C3%A9/42/"), room("café", Some(42)));
        let path = Address::path(&"café".parse().unwrap(), Seq::new(42), |text| text.replace('é', "%C3%A9"));
        assert_eq!(path, "/r/caf%C3%A9/42");
        assert_eq!(of(&path), room("café", Some(42)));
    }

    #[test]
    fn what_is_no_address_leads_nowhere_and_says_so() {
        for path in ["/x", "/r", "/r/lobby/x", "/r/lobby/0", "/r/lobby/1/2", "/r/%", "/r/lobby/99999999999999999"] {
            assert_eq!(of(path), Address::Nowhere, "{path}");
        }
        assert!(matches!(of("/r/no such"), Address::NoRoom(NameError::NotAllowed { found: ' ' })));
    }
}
