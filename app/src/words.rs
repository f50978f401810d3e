//! Every sentence the page says, in each of its languages side by side, so that none can be missing. Pure.

use std::cell::{Cell, RefCell};

/// Says each sentence in the language that was chosen.
macro_rules! words {
    () => {};
    ($name:ident() { $english:literal, $german:literal $(,)? } $($rest:tt)*) => {
        pub(crate) fn $name() -> String {
            $crate::words::say(&[$english, $german])
        }
        words! { $($rest)* }
    };
    ($name:ident($($argument:ident: $kind:ty),*) { $english:expr, $german:expr $(,)? } $($rest:tt)*) => {
        pub(crate) fn $name($($argument: $kind),*) -> String {
            match $crate::words::language() {
                $crate::words::Language::English => $english.into(),
                $crate::words::Language::German => $german.into(),
            }
        }
        words! { $($rest)* }
    };
}

mod line;
mod place;
mod reading;
mod writing;

pub(crate) use self::{line::*, place::*, reading::*, writing::*};

/// A language the page speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
    German,
}

thread_local! {
    static LANGUAGE: Cell<Language> = const { Cell::new(Language::English) };
    static LOCALE: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Language {
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::German];

    /// The language of a tag (BCP 47) such as `de-AT`, if the page speaks it.
    pub(crate) fn of(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// Its tag.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What dates and numbers are written by: the browser's own choice where it speaks this language as well.
    pub(crate) fn locale(self) -> String {
        let of_browser = LOCALE.with_borrow(Clone::clone);
        if Self::of(&of_browser) == Some(self) { of_browser } else { self.tag().to_owned() }
    }

    /// What those who speak it call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }
}

/// The language that is spoken.
pub(crate) fn language() -> Language {
    LANGUAGE.get()
}

/// A sentence, of the languages it is in.
#[inline(never)]
fn say(sentence: &'static [&'static str; 2]) -> String {
    let [english, german] = *sentence;
    match language() {
        Language::English => english.to_owned(),
        Language::German => german.to_owned(),
    }
}

/// Speaks a language from now on. What is drawn already stays as it is.
pub(crate) fn speak(language: Language) {
    LANGUAGE.set(language);
}

/// A name for the middle of a sentence: where it is written from right to left it leaves what stands around it in its
/// place (Unicode's first strong isolate). Where text has elements, `<bdi>` does that.
pub(crate) fn isolated(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { format!("\u{2068}{name}\u{2069}") }
}

/// What the browser writes dates by.
pub(crate) fn set_locale(tag: String) {
    LOCALE.set(tag);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_chosen_by_its_tag_and_one_that_is_not_spoken_is_not() {
        assert_eq!(Language::of("de"), Some(Language::German));
        assert_eq!(Language::of("de-CH"), Some(Language::German));
        assert_eq!(Language::of("EN-gb"), Some(Language::English));
        assert_eq!(Language::of("fr"), None);
    }

    #[test]
    fn the_same_sentence_is_said_in_the_language_that_was_chosen() {
        assert_eq!((people(1), people(3)), ("1 person".into(), "3 people".into()));
        speak(Language::German);
        assert_eq!((people(1), people(3)), ("1 Person".into(), "3 Personen".into()));
    }
}
