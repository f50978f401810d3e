//! A person's picture: the first letter of their name on a colour of their own.

use openline_rooms::protocol::{PersonId, PersonName};
use yew::{Html, classes, html};

/// How many colours there are; the style sheet has a class for each.
const HUES: u8 = 8;

/// A person's picture. It says nothing that their name beside it does not say. Without an id they have no colour yet.
pub(crate) fn avatar(id: Option<PersonId>, name: &PersonName) -> Html {
    let letter: String = name.as_str().chars().take(1).collect();
    html! {
        <span class={classes!("avatar", id.map(|id| format!("hue-{}", hue(id))))} aria-hidden="true">{ letter }</span>
    }
}

/// The same for the same person, whatever they are called.
fn hue(id: PersonId) -> u8 {
    id.0.as_bytes().iter().fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte)) % HUES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_get_all_the_colours() {
        let mut seen = [false; HUES as usize];
        for n in 0..200u32 {
            let id: PersonId =
                format!("0193f0aa-0000-4000-8000-{:012x}", n.wrapping_mul(2_654_435_761)).parse().unwrap();
            seen[hue(id) as usize] = true;
        }
        assert!(seen.into_iter().all(|seen| seen));
    }
}
