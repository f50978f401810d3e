//! Names to mention, offered while one is being typed (WAI-ARIA, combobox pattern).

use openline_rooms::protocol::{PersonId, PersonName, unicode::is_alphanumeric};
use web_sys::HtmlTextAreaElement;
use yew::{Callback, Html, MouseEvent, html};

use super::text_box::replace;
use crate::{avatar::avatar, entry::short_id, known::Known, words};

/// The most names offered.
const MOST: usize = 6;

/// The longest beginning of a name that is completed, in characters.
const LONGEST: usize = 24;

/// Names that go on from what is typed before the caret.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Completion {
    /// Where the `@` stands, and where the caret is, as the browser counts.
    start: u32,
    end: u32,
    offered: Vec<(PersonId, PersonName)>,
    picked: usize,
    /// Several who are offered go by one name.
    are_alike: bool,
}

impl Completion {
    /// What is offered where the caret is now.
    pub(super) fn at(area: &HtmlTextAreaElement, known: &Known, me: Option<PersonId>) -> Option<Self> {
        let end = area.selection_start().ok()??;
        let before = String::from(js_sys::JsString::from(area.value()).substring(0, end));
        let typed = begun(&before)?;
        let offered = known.suggest(typed, me, MOST);
        if offered.is_empty() || matches!(offered.as_slice(), [(_, name)] if name.as_str() == typed) {
            return None;
        }
        let start = end.checked_sub(1 + typed.encode_utf16().count() as u32)?;
        let are_alike = offered.iter().any(|(_, name)| known.is_shared(name));
        Some(Self { start, end, offered, picked: 0, are_alike })
    }

    /// The one before or after the one that is picked.
    pub(super) fn step(&self, forward: bool) -> Self {
        let count = self.offered.len();
        let picked = (self.picked + if forward { 1 } else { count - 1 }) % count;
        Self { picked, ..self.clone() }
    }

    /// Who is picked.
    pub(super) fn picked(&self) -> Option<&(PersonId, PersonName)> {
        self.offered.get(self.picked)
    }

    /// The id of the element of who is picked.
    pub(super) fn picked_id(&self) -> String {
        format!("suggestion-{}", self.picked)
    }

    /// Writes a name whole.
    pub(super) fn take(&self, area: &HtmlTextAreaElement, name: &PersonName) {
        let text = format!("@{name} ");
        let caret = self.start + text.encode_utf16().count() as u32;
        replace(area, self.start, self.end, &text);
        drop(area.set_selection_range(caret, caret));
    }
}

/// The names that are offered.
pub(super) fn list(completion: &Completion, take: &Callback<(PersonId, PersonName)>) -> Html {
    let one = |(place, (id, name)): (usize, &(PersonId, PersonName))| {
        let is_picked = place == completion.picked;
        let onmousedown = {
            let (take, picked) = (take.clone(), (*id, name.clone()));
            // Not a click, which would come after the box has lost the focus.
            move |event: MouseEvent| {
                event.prevent_default();
                take.emit(picked.clone());
            }
        };
        html! {
            <li id={format!("suggestion-{place}")} role="option" aria-selected={is_picked.to_string()} {onmousedown}>
                { avatar(Some(*id), name) }<bdi>{ name.as_str().to_owned() }</bdi>
                if completion.are_alike { <span class="namesake">{ short_id(*id) }</span> }
            </li>
        }
    };
    html! {
        <ul id="suggestions" class="suggestions" role="listbox" aria-label={words::suggestions()}>
            { for completion.offered.iter().enumerate().map(one) }
        </ul>
    }
}

/// The beginning of a name that ends a text, after its `@`.
fn begun(before: &str) -> Option<&str> {
    let (text, typed) = before.rsplit_once('@')?;
    let is_word = !text.ends_with(is_alphanumeric);
    let is_name = !typed.contains('\n') && !typed.starts_with(' ') && typed.chars().count() <= LONGEST;
    (is_word && is_name).then_some(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_begun_by_an_at_that_is_not_in_a_word() {
        assert_eq!(begun("hello @Ad"), Some("Ad"));
        assert_eq!(begun("@"), Some(""));
        assert_eq!(begun("@Ada Lo"), Some("Ada Lo"));
        assert_eq!(begun("mail@exa"), None);
        assert_eq!(begun("@ home"), None);
        assert_eq!(begun("@Ada\nnext"), None);
        assert_eq!(begun("no name"), None);
    }
}
