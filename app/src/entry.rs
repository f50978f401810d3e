//! One entry of the log, drawn.

use std::rc::Rc;

use openline_rooms::protocol::{Body, Entry, PersonId, PersonName};
use yew::{Html, Properties, classes, component, html};

use crate::{avatar::avatar, time, words};

#[derive(Properties, PartialEq)]
pub(crate) struct EntryProps {
    pub(crate) entry: Rc<Entry>,
    pub(crate) mine: bool,
    pub(crate) opens_group: bool,
}

/// One entry of the log, as an item of the list. Drawn once: it does not change.
#[component]
pub(crate) fn EntryRow(props: &EntryProps) -> Html {
    let EntryProps { entry, mine, opens_group } = props;
    html! {
        <li id={id(entry)} class={classes!("row", opens_group.then_some("opens"), mine.then_some("mine"))}>
            { head(Some(entry.from.id), &entry.from.name, entry.at, *mine, *opens_group) }
            { body(entry.kind.as_deref(), &entry.body) }
        </li>
    }
}

/// The id of an entry's element in the document.
pub(crate) fn id(entry: &Entry) -> String {
    format!("entry-{}", entry.seq)
}

/// Whose row it is and when it was said. Within a group the name is there only for those who listen.
pub(crate) fn head(id: Option<PersonId>, name: &PersonName, at: u64, mine: bool, opens_group: bool) -> Html {
    let time = html! {
        <time class="when" datetime={time::machine(at)} title={time::full(at)}>{ time::short(at) }</time>
    };
    if !opens_group {
        return html! { <><span class="unseen"><bdi>{ name.as_str().to_owned() }</bdi>{ ", " }</span>{ time }</> };
    }
    html! {
        <>
            { avatar(id, name) }
            <p class="head">
                <bdi class="name">{ name.as_str().to_owned() }</bdi>
                if mine { { " " }<span class="tag">{ words::YOU }</span> }
                { " " }{ time }
            </p>
        </>
    }
}

/// What was said, always as text: nothing in it is ever taken for markup.
pub(crate) fn body(kind: Option<&str>, body: &Body) -> Html {
    match body {
        Body::Text(text) => html! {
            <>
                <p class="text" dir="auto">{ text.clone() }</p>
                if let Some(kind) = kind { <p class="kind">{ kind.to_owned() }</p> }
            </>
        },
        Body::Bytes(bytes) => html! { <p class="text stand-in">{ words::attachment(kind, bytes.len()) }</p> },
        _ => html! { <p class="text stand-in">{ words::unknown_body(kind) }</p> },
    }
}
