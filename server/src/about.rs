//! Which entries are about which others, as whoever asks for a page says. Pure.
//!
//! The server knows no application, so it is told: by what the kinds of such entries begin with, up to the place that each
//! is about. With `text/plain; edit=` an entry of the kind `text/plain; edit=42`, or of one that goes on from there with a
//! semicolon, is about the entry at 42.

use openline_protocol::{Post, Seq};

/// What the kinds of entries that are about others begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About(Vec<Box<str>>);

impl About {
    /// So many kinds may be asked for.
    pub(crate) const MAX: usize = 8;

    /// What was asked for: kinds with commas between them. `None` if they are too many or too long.
    pub(crate) fn new(asked: &str) -> Option<Self> {
        let kinds: Vec<Box<str>> = asked.split(',').filter(|kind| !kind.is_empty()).map(Box::from).collect();
        (kinds.len() <= Self::MAX && kinds.iter().all(|kind| kind.len() <= Post::MAX_KIND)).then_some(Self(kinds))
    }

    /// The kinds of what is about these places: those asked for first come first.
    pub(crate) fn kinds(&self, places: &[Seq]) -> impl Iterator<Item = String> {
        self.0.iter().flat_map(move |kind| places.iter().map(move |place| format!("{kind}{place}")))
    }

    /// The place that an entry of this kind is about.
    pub(crate) fn place(&self, kind: &str) -> Option<Seq> {
        let place = self.0.iter().find_map(|begin| kind.strip_prefix(&**begin))?;
        Seq::new(place.split(';').next()?.parse().ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_names_the_place_it_is_about() {
        let about = About::new("text/plain; edit=,text/plain; delete=").unwrap();
        let place = |kind| about.place(kind).map(Seq::number);
        assert_eq!(place("text/plain; edit=42"), Some(42));
        assert_eq!(place("text/plain; delete=7; to=abc"), Some(7));
        for other in ["text/plain; reply=42", "text/plain; edit=", "text/plain; edit=x", "text/plain"] {
            assert_eq!(place(other), None, "{other}");
        }
        let kinds: Vec<_> = about.kinds(&[Seq::new(1).unwrap(), Seq::new(2).unwrap()]).collect();
        assert_eq!(kinds[..3], ["text/plain; edit=1", "text/plain; edit=2", "text/plain; delete=1"]);
    }

    #[test]
    fn so_many_kinds_may_be_asked_for_and_no_more() {
        assert_eq!(About::new("").unwrap().kinds(&[Seq::START]).count(), 0);
        assert!(About::new(&["a"; About::MAX].join(",")).is_some());
        assert!(About::new(&["a"; About::MAX + 1].join(",")).is_none());
        assert!(About::new(&"a".repeat(Post::MAX_KIND + 1)).is_none());
    }
}
