//! Which keys do what, wherever the focus is. Pure.

/// A key, as it was pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key<'a> {
    pub(crate) key: &'a str,
    /// Ctrl, or ⌘ where that is the custom.
    pub(crate) ctrl: bool,
    pub(crate) alt: bool,
    pub(crate) shift: bool,
    /// It would write something where the focus is.
    pub(crate) in_field: bool,
}

/// What the viewer wants, wherever the focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Write,
    FindRoom,
    Search,
    Help,
    /// The room before or after this one; the next that has something unread.
    Room {
        forward: bool,
        unread: bool,
    },
    FirstUnread,
    Latest,
    /// The part of the page after this one, or before.
    Region {
        forward: bool,
    },
    /// Closes the nearest thing.
    Escape,
}

impl Key<'_> {
    /// What it means.
    pub(crate) fn command(self) -> Option<Command> {
        let Self { key, ctrl, alt, shift, in_field } = self;
        match (key, ctrl, alt, shift) {
            ("/", false, false, _) if !in_field => Some(Command::Write),
            ("?", false, false, _) if !in_field => Some(Command::Help),
            ("/", true, false, _) => Some(Command::Help),
            ("k" | "K", true, false, false) => Some(Command::FindRoom),
            ("f" | "F", true, false, true) => Some(Command::Search),
            ("ArrowUp", false, true, unread) => Some(Command::Room { forward: false, unread }),
            ("ArrowDown", false, true, unread) => Some(Command::Room { forward: true, unread }),
            ("PageUp", false, false, true) => Some(Command::FirstUnread),
            ("End", true, false, false) if !in_field => Some(Command::Latest),
            ("F6", true, false, back) => Some(Command::Region { forward: !back }),
            ("Escape", false, false, false) => Some(Command::Escape),
            _ => None,
        }
    }
}

/// The place in a list to go to from `from`, round and round; of those that `fits`, if any does.
pub(crate) fn next(from: usize, count: usize, forward: bool, fits: impl Fn(usize) -> bool) -> Option<usize> {
    let step = |n: usize| if forward { (from + n) % count } else { (from + count - n) % count };
    (1..count).map(step).find(|place| fits(*place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str) -> Key<'_> {
        Key { key, ..Key::default() }
    }

    #[test]
    fn a_single_character_is_a_shortcut_only_where_it_would_write_nothing() {
        assert_eq!(key("/").command(), Some(Command::Write));
        assert_eq!(Key { in_field: true, ..key("/") }.command(), None);
        assert_eq!(Key { in_field: true, shift: true, ..key("?") }.command(), None);
        assert_eq!(Key { in_field: true, ctrl: true, ..key("/") }.command(), Some(Command::Help));
        assert_eq!(Key { in_field: true, ctrl: true, ..key("End") }.command(), None, "there it is the box's own");
    }

    #[test]
    fn the_parts_of_the_page_are_reached_from_anywhere_both_ways() {
        let from_the_box = Key { ctrl: true, in_field: true, ..key("F6") };
        assert_eq!(from_the_box.command(), Some(Command::Region { forward: true }));
        assert_eq!(Key { shift: true, ..from_the_box }.command(), Some(Command::Region { forward: false }));
        assert_eq!(key("F6").command(), None, "by itself it is the browser's");
    }

    #[test]
    fn the_browsers_own_keys_stay_the_browsers() {
        for taken in ["f", "n", "t", "w", "r", "l", "1"] {
            assert_eq!(Key { ctrl: true, ..key(taken) }.command(), None, "{taken}");
        }
    }

    #[test]
    fn rooms_go_round_and_unread_ones_are_found_from_anywhere() {
        assert_eq!(
            Key { alt: true, ..key("ArrowDown") }.command(),
            Some(Command::Room { forward: true, unread: false })
        );
        assert_eq!(next(2, 3, true, |_| true), Some(0));
        assert_eq!(next(0, 3, false, |_| true), Some(2));
        assert_eq!(next(0, 4, true, |place| place == 3), Some(3));
        assert_eq!(next(0, 4, true, |_| false), None);
        assert_eq!(next(0, 1, true, |_| true), None);
        assert_eq!(next(0, 0, true, |_| true), None);
    }
}
