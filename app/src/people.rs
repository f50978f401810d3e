//! Who is here.

use openline_rooms::protocol::{PersonId, Roster};
use yew::{Html, html};

use crate::{avatar::avatar, words};

/// The people of a roster, the viewer marked, with how many more there are.
pub(crate) fn people(roster: &Roster, me: Option<PersonId>) -> Html {
    if roster.who.is_empty() {
        return html! { <p class="hint">{ words::nobody_known() }</p> };
    }
    let unnamed = roster.count.saturating_sub(roster.who.len());
    html! {
        <ul class="people">
            { for roster.who.iter().map(|person| html! {
                <li key={person.id.to_string()}>
                    { avatar(Some(person.id), &person.name) }
                    <bdi class="name">{ person.name.as_str().to_owned() }</bdi>
                    if Some(person.id) == me { { " " }<span class="tag">{ words::you() }</span> }
                </li>
            }) }
            if unnamed > 0 { <li class="hint">{ words::and_more(unnamed) }</li> }
        </ul>
    }
}
