//! What the viewer is notified of while they look elsewhere: one notice for a room, however much came. Pure.

use litemap::LiteMap;
use openline_rooms::protocol::RoomName;

use crate::words;

/// How long, in milliseconds, what comes is gathered for one notice. Whoever reads it meanwhile needs none.
pub(crate) const GATHERED: u32 = 600;

/// What came for the viewer and was not told of yet.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    waiting: LiteMap<RoomName, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    count: usize,
    name: String,
    text: String,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) room: RoomName,
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Notices {
    /// Something came for the viewer. `true` if it is the first of those that are gathered.
    pub(crate) fn came(&mut self, room: &RoomName, name: &str, text: &str) -> bool {
        let is_first = self.waiting.is_empty();
        let waiting =
            self.waiting.entry(room.clone()).or_insert(Waiting { count: 0, name: String::new(), text: String::new() });
        *waiting = Waiting { count: waiting.count + 1, name: name.to_owned(), text: text.to_owned() };
        is_first
    }

    /// What is to be told now. `is_unread` says of a room whether anything for the viewer is still unread there: it may
    /// have been read in another tab.
    pub(crate) fn due(&mut self, is_unread: impl Fn(&RoomName) -> bool) -> Vec<Notice> {
        let waiting = std::mem::take(&mut self.waiting).into_iter().filter(|(room, _)| is_unread(room));
        waiting
            .map(|(room, Waiting { count, name, text })| {
                let title = match count {
                    1 => words::called_by(&name, room.as_str()),
                    _ => words::arrivals_in(count, room.as_str()),
                };
                Notice { title, text: words::arrival(&name, &text), room }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str) -> RoomName {
        name.parse().unwrap()
    }

    #[test]
    fn a_catch_up_of_twelve_is_one_notice_for_each_room() {
        let mut notices = Notices::default();
        let begun: Vec<_> = (0..12).filter(|n| notices.came(&room("lobby"), "Bo", &n.to_string())).collect();
        assert_eq!(begun, [0], "it is waited for once");
        notices.came(&room("dev"), "Cy", "look");
        let due = notices.due(|_| true);
        let titles: Vec<_> = due.iter().map(|notice| notice.title.as_str()).collect();
        assert_eq!(titles, ["Mention from Cy in dev", "12 new messages in lobby"]);
        assert_eq!(due[1].text, "Bo: 11");
        assert_eq!(notices.due(|_| true), [], "each is told once");
    }

    #[test]
    fn what_was_read_meanwhile_is_not_told() {
        let mut notices = Notices::default();
        notices.came(&room("lobby"), "Bo", "hi");
        assert_eq!(notices.due(|_| false), []);
        assert!(notices.came(&room("lobby"), "Bo", "hi"), "what comes later is gathered anew");
    }
}
