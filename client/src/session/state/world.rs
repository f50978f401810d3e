//! The page and its network, as far as they are known.

use crate::{session::DownWhy, source::PageEvent};

/// What is known about the page and the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct World {
    offline: bool,
    pub(super) hidden: bool,
    frozen: bool,
    left: bool,
    /// Whether too much came unread.
    pub(super) full: bool,
}

impl World {
    pub(super) fn take_in(&mut self, event: PageEvent) {
        match event {
            PageEvent::Online => self.offline = false,
            PageEvent::Offline => self.offline = true,
            PageEvent::Visible => self.hidden = false,
            PageEvent::Hidden => self.hidden = true,
            PageEvent::Frozen => self.frozen = true,
            PageEvent::Resumed => self.frozen = false,
            PageEvent::Left => self.left = true,
            PageEvent::Returned => self.left = false,
        }
    }

    /// Why dialling is no use now.
    pub(super) fn bar(&self) -> Option<DownWhy> {
        if self.frozen || self.left {
            Some(DownWhy::Away)
        } else if self.full {
            Some(DownWhy::InboxFull)
        } else if self.offline {
            Some(DownWhy::Offline)
        } else {
            None
        }
    }
}
