//! The page's addresses.

use openline_rooms::protocol::RoomName;
use yew_router::Routable;

/// The page's addresses.
#[derive(Clone, Debug, PartialEq, Routable)]
pub(crate) enum Route {
    #[at("/")]
    Home,
    /// A room, under whatever name stands in the address.
    #[at("/r/:room")]
    Room { room: String },
    #[not_found]
    #[at("/404")]
    Nowhere,
}

impl Route {
    /// The address of a room.
    pub(crate) fn to(room: &RoomName) -> Self {
        Self::Room { room: room.as_str().into() }
    }

    /// The address of the room everybody knows.
    pub(crate) fn lobby() -> Self {
        Self::Room { room: "lobby".into() }
    }
}
