//! Who is known in a room: those who are here, and those whose messages are drawn. Pure.

use litemap::LiteMap;
use openline_rooms::protocol::{
    Person, PersonId, PersonName, Roster,
    unicode::{is_alphanumeric, lower_case},
};

use crate::{
    fold::Message,
    kind::{Handle, Kind},
    markup::Name,
};

/// Who is known in a room.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Known {
    names: LiteMap<PersonId, PersonName>,
    /// Names that two people who are here go by.
    shared: LiteMap<String, ()>,
}

impl Known {
    pub(crate) fn of<'a>(roster: &Roster, messages: impl IntoIterator<Item = &'a Message>) -> Self {
        let mut known = Self::default();
        for message in messages {
            let Person { id, name } = &message.entry.from;
            known.names.insert(*id, name.clone());
        }
        let mut seen = LiteMap::new_vec();
        for Person { id, name } in &roster.who {
            if seen.insert(looks(name), id).is_some_and(|other| other != id) {
                known.shared.insert(looks(name), ());
            }
            known.names.insert(*id, name.clone());
        }
        known
    }

    /// Whether two people who are here go by this name, or by one that looks like it.
    pub(crate) fn is_shared(&self, name: &PersonName) -> bool {
        self.shared.contains_key(&looks(name))
    }

    /// The names that a message may mention: those of whom it calls.
    pub(crate) fn called<'a>(&'a self, kind: &'a Kind, me: Option<PersonId>) -> Vec<Name<'a>> {
        if kind.to.is_empty() {
            return Vec::new();
        }
        let called = self.names.iter().filter(|(id, _)| kind.mentions(**id));
        called.map(|(id, name)| Name { name: name.as_str(), is_me: Some(*id) == me }).collect()
    }

    /// Whom a text calls that is written now. Where several go by a name, all of them, unless one was `chosen`.
    pub(crate) fn calls(&self, text: &str, chosen: &[PersonId]) -> Vec<Handle> {
        let names = |id: &PersonId| self.names.get(id);
        let mut called: Vec<_> = self.names.iter().filter(|(_, name)| mentions(text, name.as_str())).collect();
        called.retain(|(id, name)| {
            let rivals = chosen.iter().filter(|rival| names(rival) == Some(*name));
            chosen.contains(id) || rivals.count() == 0
        });
        called.into_iter().map(|(id, _)| Handle::of(*id)).collect()
    }

    /// Those whose name begins with some letters, or has a word that does; at most `most`.
    pub(crate) fn suggest(&self, typed: &str, me: Option<PersonId>, most: usize) -> Vec<(PersonId, PersonName)> {
        let typed = lower_case(typed);
        let mut fitting = LiteMap::new_vec();
        for (id, name) in self.names.iter().filter(|(id, _)| Some(**id) != me) {
            let lower = lower_case(name.as_str());
            if lower.starts_with(&typed) || lower.split_whitespace().any(|word| word.starts_with(&typed)) {
                fitting.insert((lower, *id), name);
            }
        }
        fitting.iter().take(most).map(|((_, id), name)| (*id, PersonName::clone(name))).collect()
    }
}

/// A name as the eye takes it: without case, spaces, and what is not seen.
fn looks(name: &PersonName) -> String {
    let seen = |c: &char| {
        !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
    };
    lower_case(&name.as_str().chars().filter(seen).collect::<String>())
}

/// Whether a text mentions a name, whole.
fn mentions(text: &str, name: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + 1..).and_then(|after| after.strip_prefix(name));
        !before.is_some_and(is_alphanumeric) && after.is_some_and(|after| !after.starts_with(is_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(who: u8, name: &str) -> Person {
        Person { id: id(who), name: name.parse().unwrap() }
    }

    fn id(who: u8) -> PersonId {
        format!("00000000-0000-4000-8000-0000000000{who:02x}").parse().unwrap()
    }

    fn known(who: &[(u8, &str)]) -> Known {
        let who: Vec<_> = who.iter().map(|(id, name)| person(*id, name)).collect();
        Known::of(&Roster { version: 1, count: who.len(), who }, [])
    }

    #[test]
    fn a_text_calls_those_it_names_whole() {
        let known = known(&[(1, "Ada"), (2, "Bo"), (3, "Ada Lovelace")]);
        let calls = |text| known.calls(text, &[]);
        assert_eq!(calls("@Bo look"), [Handle::of(id(2))]);
        assert_eq!(calls("mail@Bo, @Bob, Bo"), []);
        assert_eq!(calls("(@Ada Lovelace)"), [Handle::of(id(1)), Handle::of(id(3))]);
    }

    #[test]
    fn of_two_who_go_by_one_name_the_chosen_one_is_called_and_both_are_marked() {
        let known = known(&[(1, "Ada"), (2, "Ada"), (3, "a\u{200b}DA"), (4, "Bo")]);
        assert_eq!(known.calls("@Ada", &[]).len(), 2);
        assert_eq!(known.calls("@Ada", &[id(2)]), [Handle::of(id(2))]);
        assert!(known.is_shared(&"Ada".parse().unwrap()));
        assert!(!known.is_shared(&"Bo".parse().unwrap()));
    }

    #[test]
    fn people_are_suggested_by_any_word_of_their_name_and_never_oneself() {
        let known = known(&[(1, "Ada Lovelace"), (2, "Bo"), (3, "Lou"), (4, "Liv")]);
        let names = |typed| {
            known.suggest(typed, Some(id(4)), 2).into_iter().map(|(_, name)| name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names("lo"), ["Ada Lovelace", "Lou"]);
        assert_eq!(names("l"), ["Ada Lovelace", "Lou"]);
        assert_eq!(names("x"), [""; 0]);
    }
}
