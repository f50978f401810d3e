//! What somebody searches for. Pure.
//!
//! Words, and "phrases in quotes"; an entry is found if it has all of them. The last word may be only begun, unless it
//! is in quotes. Nothing else means anything, so nothing that is typed can be wrong.

use std::borrow::Cow;

/// Something to search for, as an expression of FTS5 (<https://sqlite.org/fts5.html#full_text_query_syntax>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query(String);

impl Query {
    /// The most bytes of what may be searched for.
    pub(crate) const MAX_BYTES: usize = 512;

    /// What was typed. `None` if there is no word in it.
    pub(crate) fn new(typed: &str) -> Option<Self> {
        // At every second piece one is inside quotes, also where the closing one is missing.
        let mut terms: Vec<String> = Vec::new();
        let mut is_begun = false;
        for (n, piece) in typed.split('"').enumerate() {
            let is_quoted = n % 2 == 1;
            let before = terms.len();
            match is_quoted {
                true => terms.extend(phrase(piece)),
                false => terms.extend(piece.split_whitespace().filter_map(phrase)),
            }
            if terms.len() > before {
                is_begun = !is_quoted;
            }
        }
        if is_begun {
            terms.last_mut()?.push('*');
        }
        (!terms.is_empty()).then(|| Self(terms.join(" ")))
    }

    /// The expression.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text as it is indexed and looked for: where writing has no spaces, each character is a word, so that a phrase of
/// them is found wherever it stands.
pub(crate) fn spaced(text: &str) -> Cow<'_, str> {
    if !text.contains(is_word_by_itself) {
        return Cow::Borrowed(text);
    }
    let mut spaced = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if is_word_by_itself(c) {
            spaced.extend([' ', c, ' ']);
        } else {
            spaced.push(c);
        }
    }
    Cow::Owned(spaced)
}

fn phrase(text: &str) -> Option<String> {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    has_word(&text).then(|| format!("\"{}\"", spaced(&text)))
}

fn has_word(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// Kana and Han.
fn is_word_by_itself(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(typed: &str) -> Option<String> {
        Query::new(typed).map(|query| query.0)
    }

    #[test]
    fn words_are_words_and_the_last_one_may_be_only_begun() {
        assert_eq!(query("red  gre").unwrap(), r#""red" "gre"*"#);
        assert_eq!(query(r#""red rose" thor"#).unwrap(), r#""red rose" "thor"*"#);
        assert_eq!(query(r#"thorn "red rose""#).unwrap(), r#""thorn" "red rose""#);
        assert_eq!(query(r#"thorn "red ros"#).unwrap(), r#""thorn" "red ros""#);
        assert_eq!(query("東京").unwrap(), r#"" 東  京 "*"#);
    }

    #[test]
    fn nothing_that_is_typed_is_more_than_words() {
        assert_eq!(query("NEAR(a b) OR room:7*").unwrap(), r#""NEAR(a" "b)" "OR" "room:7*"*"#);
        assert_eq!(query("a\0b -c").unwrap(), r#""a b" "-c"*"#);
        for nothing in ["", " ", "\"", "\"\" !?", "* \0"] {
            assert_eq!(query(nothing), None, "{nothing:?}");
        }
    }
}
