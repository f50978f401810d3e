//! Which rows are shown. Pure.

use crate::row::{Direction, Kind, Row};

/// Which rows are shown: those that fit all three.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) direction: Option<Direction>,
    pub(crate) kind: Option<Kind>,
    pub(crate) text: String,
}

impl Filter {
    /// Whether a row is shown. The lines between connections stay, unless a text is looked for.
    pub(crate) fn lets_through(&self, row: &Row) -> bool {
        let is_divider = row.direction() == Direction::Divider;
        let fits = self.direction.is_none_or(|direction| direction == row.direction())
            && self.kind.is_none_or(|kind| Some(kind) == row.kind());
        (is_divider || fits) && row.says(&self.text)
    }

    /// Whether it lets everything through.
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::What;

    fn row(what: What) -> Row {
        Row { number: 1, at: 0.0, what }
    }

    fn shown(filter: &Filter) -> Vec<bool> {
        [
            What::Dial { url: "ws://a/echo".into(), protocols: vec![] },
            What::Open { protocol: "chat".into(), extensions: String::new(), took: 1.0 },
            What::Sent("Ping".into()),
            What::Received("Pong".into()),
            What::Received(b"\x00pong"[..].into()),
            What::Asked { code: Some(3000), reason: None },
            What::Close { code: 3000, reason: "bye".into(), was_clean: true },
        ]
        .map(|what| filter.lets_through(&row(what)))
        .into()
    }

    #[test]
    fn everything_passes_by_default() {
        assert!(Filter::default().is_open());
        assert_eq!(shown(&Filter::default()), [true; 7]);
    }

    #[test]
    fn one_direction_or_kind_leaves_the_lines_between_connections() {
        let only = |direction| Filter { direction: Some(direction), ..Filter::default() };
        assert_eq!(shown(&only(Direction::In)), [true, false, false, true, true, false, false]);
        assert_eq!(shown(&only(Direction::Out)), [true, false, true, false, false, true, false]);
        assert_eq!(shown(&only(Direction::Event)), [true, true, false, false, false, false, true]);
        let bytes = Filter { kind: Some(Kind::Buffer), ..Filter::default() };
        assert_eq!(shown(&bytes), [true, false, false, false, true, false, false]);
    }

    #[test]
    fn text_is_found_in_any_case_in_text_in_bytes_and_in_events() {
        let saying = |text: &str| Filter { text: text.into(), ..Filter::default() };
        assert_eq!(shown(&saying("PONG")), [false, false, false, true, true, false, false]);
        assert_eq!(shown(&saying("3000")), [false, false, false, false, false, true, true]);
        assert_eq!(shown(&saying("echo")), [true, false, false, false, false, false, false]);
    }
}
