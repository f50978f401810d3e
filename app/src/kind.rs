//! What an entry does, as its media type says. Pure.
//!
//! A message is plain text, and has no kind. Anything richer is plain text with parameters, such as
//! `text/plain; reply=42`: whoever doesn't know a parameter shows the text, as RFC 2046 asks, and has not lost much. An
//! edit's text is the whole new text, a reaction's the emoji.

use openline_rooms::protocol::{PersonId, Post, Seq};

/// What the kinds begin with that change how another message reads, the gravest first: for the server, which finds by
/// this what is about old messages.
pub(crate) const ABOUT: &str = "text/plain; delete=,text/plain; edit=,text/plain; react=,text/plain; unreact=";

/// What an entry does, and whom it calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) does: Does,
    /// Those who are mentioned.
    pub(crate) to: Vec<Handle>,
}

/// What an entry does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Does {
    /// It says something.
    #[default]
    Say,
    Reply(Seq),
    Edit(Seq),
    Delete(Seq),
    React(Seq),
    /// It takes a reaction back.
    Unreact(Seq),
    /// Something this page doesn't know.
    Other,
}

/// A person in a media type, which has little room: the last twelve digits of their id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handle(String);

impl Handle {
    pub(crate) fn of(id: PersonId) -> Self {
        let id = id.to_string();
        Self(id.rsplit('-').next().unwrap_or_default().to_owned())
    }
}

impl Kind {
    /// What a media type says.
    pub(crate) fn of(media_type: Option<&str>) -> Self {
        let Some(media_type) = media_type else { return Self::default() };
        let mut parts = media_type.split(';').map(str::trim);
        let is_text = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("text/plain"));
        if !is_text {
            return Self { does: Does::Other, to: Vec::new() };
        }
        let mut kind = Self::default();
        for (key, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
            let seq = || value.parse().ok().and_then(Seq::new);
            kind.does = match (key, seq()) {
                ("reply", Some(seq)) => Does::Reply(seq),
                ("edit", Some(seq)) => Does::Edit(seq),
                ("delete", Some(seq)) => Does::Delete(seq),
                ("react", Some(seq)) => Does::React(seq),
                ("unreact", Some(seq)) => Does::Unreact(seq),
                _ => kind.does,
            };
            if key == "to" {
                kind.to = value.split(',').map(|handle| Handle(handle.to_owned())).collect();
            }
        }
        kind
    }

    /// The media type that says this; none for what only says something. As many are mentioned as there is room for.
    pub(crate) fn media_type(&self) -> Option<String> {
        let mut said = String::from("text/plain");
        match self.does {
            Does::Say | Does::Other => {}
            Does::Reply(seq) => said.push_str(&format!("; reply={seq}")),
            Does::Edit(seq) => said.push_str(&format!("; edit={seq}")),
            Does::Delete(seq) => said.push_str(&format!("; delete={seq}")),
            Does::React(seq) => said.push_str(&format!("; react={seq}")),
            Does::Unreact(seq) => said.push_str(&format!("; unreact={seq}")),
        }
        let mut before = "; to=";
        for Handle(handle) in &self.to {
            if said.len() + before.len() + handle.len() > Post::MAX_KIND {
                break;
            }
            said.push_str(before);
            said.push_str(handle);
            before = ",";
        }
        (said != "text/plain").then_some(said)
    }

    /// Whether this calls a person.
    pub(crate) fn mentions(&self, id: PersonId) -> bool {
        !self.to.is_empty() && self.to.contains(&Handle::of(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seq(number: u64) -> Seq {
        Seq::new(number).unwrap()
    }

    fn person(number: u64) -> PersonId {
        format!("00000000-0000-4000-8000-{number:012x}").parse().unwrap()
    }

    #[test]
    fn a_kind_reads_back_as_it_was_written() {
        let to = vec![Handle::of(person(7)), Handle::of(person(8))];
        for does in [
            Does::Reply(seq(42)),
            Does::Edit(seq(1)),
            Does::Delete(seq(2)),
            Does::React(seq(3)),
            Does::Unreact(seq(4)),
            Does::Say,
        ] {
            let kind = Kind { does, to: to.clone() };
            let media_type = kind.media_type().unwrap();
            assert_eq!(Kind::of(Some(&media_type)), kind, "{media_type}");
        }
        assert_eq!(Kind::default().media_type(), None);
    }

    #[test]
    fn the_server_finds_what_changes_a_message_by_what_its_kind_begins_with() {
        let begins = |does| {
            let kind = Kind { does, to: vec![Handle::of(person(7))] }.media_type().unwrap();
            ABOUT.split(',').any(|about| kind.starts_with(&format!("{about}42;")))
        };
        let seq = seq(42);
        assert!([Does::Edit(seq), Does::Delete(seq), Does::React(seq), Does::Unreact(seq)].into_iter().all(begins));
        assert!(!begins(Does::Reply(seq)), "a reply is a message of its own");
    }

    #[test]
    fn a_kind_of_somebody_elses_is_something_this_page_does_not_know() {
        assert_eq!(Kind::of(Some("application/vnd.x+json")).does, Does::Other);
        assert_eq!(Kind::of(Some("text/plain; charset=utf-8")).does, Does::Say);
        assert_eq!(Kind::of(Some("text/plain; reply=x; future=1")).does, Does::Say);
        assert_eq!(Kind::of(Some("TEXT/PLAIN;reply=5")).does, Does::Reply(seq(5)));
    }

    #[test]
    fn as_many_are_mentioned_as_there_is_room_for() {
        let kind = Kind { does: Does::Reply(seq(1 << 52)), to: (0..20).map(|n| Handle::of(person(n))).collect() };
        let media_type = kind.media_type().unwrap();
        assert!(media_type.len() <= Post::MAX_KIND);
        assert!(Kind::of(Some(&media_type)).mentions(person(4)));
        assert!(!Kind::of(Some(&media_type)).mentions(person(19)));
    }
}
