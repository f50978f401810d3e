//! Names of rooms and of people: what is allowed, and the one form each name has.
//!
//! A value of these types is always in its normal form, also when it came from the network: two names are the same
//! exactly when they are equal.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    json::{FromJson, Json, Unfit},
    unicode::{is_alphanumeric, lower_case, nfc},
};

/// The name of a room: 1–64 letters, digits, `-` and `_`, in Unicode's NFC form and lower case.
///
/// ```
/// use openline_protocol::RoomName;
///
/// let room: RoomName = "Cafe\u{301}".parse()?;
/// assert_eq!(room.as_str(), "café");
/// assert!("no spaces".parse::<RoomName>().is_err());
/// # Ok::<(), openline_protocol::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Cow<'_, str>")]
pub struct RoomName(Box<str>);

impl RoomName {
    /// The most characters a room's name may have.
    pub const MAX_CHARS: usize = 64;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoomName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        // A bound before the costly part: no name of 64 characters is longer than this before it is composed.
        if text.len() > Self::MAX_CHARS * 32 {
            return Err(NameError::TooLong { limit: Self::MAX_CHARS });
        }
        let name = nfc(&lower_case(&nfc(text))).into_owned();
        check_length(&name, Self::MAX_CHARS)?;
        match name.chars().find(|c| !(is_alphanumeric(*c) || matches!(c, '-' | '_'))) {
            Some(found) => Err(NameError::NotAllowed { found }),
            None => Ok(Self(name.into())),
        }
    }
}

/// The name a person goes by: 1–40 characters, trimmed, without control or direction-override characters.
///
/// ```
/// use openline_protocol::PersonName;
///
/// let name: PersonName = "  Ada Lovelace ".parse()?;
/// assert_eq!(name.as_str(), "Ada Lovelace");
/// assert!("a\u{202e}b".parse::<PersonName>().is_err());
/// # Ok::<(), openline_protocol::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Cow<'_, str>")]
pub struct PersonName(Box<str>);

impl PersonName {
    /// The most characters a person's name may have.
    pub const MAX_CHARS: usize = 40;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PersonName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = text.trim();
        check_length(name, Self::MAX_CHARS)?;
        match name.chars().find(|c| c.is_control() || overrides_direction(*c)) {
            Some(found) => Err(NameError::NotAllowed { found }),
            None => Ok(Self(name.into())),
        }
    }
}

/// Why a text is not a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing is left of it once it is trimmed.
    #[error("a name needs at least one character")]
    Empty,
    /// It has more characters than a name may have.
    #[error("a name has at most {limit} characters")]
    TooLong {
        /// How many it may have.
        limit: usize,
    },
    /// It has a character that names of its kind don't have.
    #[error("a name of this kind can't have the character {found:?}")]
    NotAllowed {
        /// The first such character.
        found: char,
    },
}

macro_rules! text_form {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromJson for $name {
            fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
                let Json::Text(text) = json else { return Err(Unfit::new("is not a text")) };
                text.parse().map_err(|_| Unfit::new("is no name that is allowed"))
            }
        }

        impl TryFrom<Cow<'_, str>> for $name {
            type Error = NameError;

            fn try_from(text: Cow<'_, str>) -> Result<Self, NameError> {
                text.parse()
            }
        }
    };
}

text_form!(RoomName);
text_form!(PersonName);

fn check_length(name: &str, limit: usize) -> Result<(), NameError> {
    match name.chars().take(limit + 1).count() {
        0 => Err(NameError::Empty),
        n if n > limit => Err(NameError::TooLong { limit }),
        _ => Ok(()),
    }
}

/// The bidirectional embeddings, overrides and isolates of UAX #9: they could make one name look like another.
fn overrides_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_room_has_one_name_however_it_was_typed() {
        for typed in ["CAFÉ", "cafe\u{301}", "Cafe\u{301}", "café"] {
            assert_eq!(typed.parse::<RoomName>().unwrap().as_str(), "café");
        }
    }

    #[test]
    fn a_room_name_is_one_to_sixty_four_letters_digits_dashes_and_underscores() {
        for good in ["a", "lobby", "a-b_c9", "部屋", &"x".repeat(64)] {
            assert!(good.parse::<RoomName>().is_ok(), "{good}");
        }
        assert_eq!("".parse::<RoomName>(), Err(NameError::Empty));
        assert_eq!("x".repeat(65).parse::<RoomName>(), Err(NameError::TooLong { limit: 64 }));
        for bad in ["a b", "a/b", "../a", "a.b", "é!", "\u{0}"] {
            assert!(matches!(bad.parse::<RoomName>(), Err(NameError::NotAllowed { .. })), "{bad}");
        }
    }

    #[test]
    fn a_person_cannot_hide_behind_control_or_direction_characters() {
        for bad in ["a\u{7}b", "a\nb", "\u{202e}adA", "A\u{2066}b"] {
            assert!(matches!(bad.parse::<PersonName>(), Err(NameError::NotAllowed { .. })), "{bad:?}");
        }
        assert_eq!(" \t".parse::<PersonName>(), Err(NameError::Empty));
        assert_eq!("é".repeat(41).parse::<PersonName>(), Err(NameError::TooLong { limit: 40 }));
    }

    #[test]
    fn a_name_from_the_wire_is_checked_like_any_other() {
        assert_eq!(serde_json::from_str::<RoomName>("\"LOBBY\"").unwrap().as_str(), "lobby");
        assert!(serde_json::from_str::<RoomName>("\"a b\"").is_err());
        assert!(serde_json::from_str::<PersonName>("\"\"").is_err());
    }
}
