//! One row of the log, drawn.

use std::rc::Rc;

use openline_client::Message;
use yew::{Callback, Classes, Html, Properties, classes, component, html};

use crate::{
    bytes, clock, codes,
    contents::Contents,
    row::{Direction, Row, What},
    scroller::row_id,
    words,
};

/// How much of a message its row shows: letters, or bytes.
const GLIMPSE_LETTERS: usize = 240;
const GLIMPSE_BYTES: usize = 32;

#[derive(Properties)]
pub(crate) struct EntryProps {
    pub(crate) row: Rc<Row>,
    /// When the row shown before it happened.
    pub(crate) before: Option<f64>,
    pub(crate) is_opened: bool,
    /// Whether the Tab key comes to it: one row has that, and the arrows lead on.
    pub(crate) is_stop: bool,
    pub(crate) on_toggle: Callback<u64>,
}

impl PartialEq for EntryProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.row, &other.row)
            && self.before == other.before
            && self.is_opened == other.is_opened
            && self.is_stop == other.is_stop
    }
}

#[component]
pub(crate) fn Entry(props: &EntryProps) -> Html {
    let row = &*props.row;
    let (mark, word, class) = match row.direction() {
        Direction::In => ("↓", "in", "in"),
        Direction::Out => ("↑", "out", "out"),
        Direction::Event => ("•", "event", "event"),
        Direction::Divider => ("", "", "divider"),
    };
    let head = html! {
        <>
            <time class="at" datetime={clock::iso(row.at)}>{ clock::time_of_day(row.at) }</time>
            <span class="delta">{ props.before.map(|before| format!("+{}", words::span(row.at - before))) }</span>
            if !word.is_empty() { <span class="way"><span aria-hidden="true">{ mark }</span>{ word }</span> }
        </>
    };
    let id = row_id(row.number);
    let line = |kind: Classes, gist: Html, rest: Html| {
        html! {
            <li id={id.clone()} class={classes!("entry", class, kind)}>
                <div class="summary">{ head.clone() }{ gist }</div>
                { rest }
            </li>
        }
    };
    match &row.what {
        What::Received(message) | What::Sent(message) => {
            let onclick = props.on_toggle.reform({
                let number = row.number;
                move |_| number
            });
            html! {
                <li id={id.clone()} class={classes!("entry", class, props.is_opened.then_some("opened"))}>
                    <button type="button" class="summary" tabindex={if props.is_stop { "0" } else { "-1" }} {onclick}
                        aria-expanded={props.is_opened.to_string()}>
                        { head }
                        <span class="kind">{ row.kind().map(|kind| kind.name()) }</span>
                        <span class="size">{ words::size(message.len()) }</span>
                        { glimpse(message) }
                    </button>
                    if props.is_opened { <Contents row={props.row.clone()} /> }
                </li>
            }
        }
        What::Faded { size, .. } => line(
            classes!(),
            html! { <><span class="kind">{ "Blob" }</span><span class="size">{ words::size(*size) }</span><span class="glimpse soft">{ words::FADED }</span></> },
            Html::default(),
        ),
        What::Dial { url, protocols } => line(
            classes!("dial"),
            html! {
                <span class="gist"><strong>{ "dial" }</strong>{ " " }<bdi dir="ltr">{ url.clone() }</bdi>
                    if !protocols.is_empty() { <span class="soft">{ format!(" {}", words::offered(protocols)) }</span> }
                </span>
            },
            Html::default(),
        ),
        What::NotDialled { why } => {
            line(classes!("bad"), html! { <span class="gist">{ why.clone() }</span> }, Html::default())
        }
        What::Returned => {
            line(classes!("dial"), html! { <span class="gist">{ words::RETURNED }</span> }, Html::default())
        }
        What::Open { protocol, extensions, took } => line(
            classes!("good"),
            html! { <span class="gist"><strong>{ "open" }</strong>{ " " }{ words::opened_row(protocol, extensions, *took) }</span> },
            Html::default(),
        ),
        What::Asked { code, reason } => line(
            classes!(),
            html! { <span class="gist"><strong>{ words::asked(*code, reason.as_deref()) }</strong></span> },
            Html::default(),
        ),
        What::Error { causes } => line(
            classes!("bad"),
            html! { <span class="gist"><strong>{ "error" }</strong>{ " " }{ words::ERROR_GIST }</span> },
            html! {
                if !causes.is_empty() {
                    <ul class="notes">{ for causes.iter().map(|cause| html! { <li>{ words::cause(*cause) }</li> }) }</ul>
                }
            },
        ),
        What::Close { code, reason, was_clean } => line(
            classes!(if *was_clean && codes::is_planned(*code) { "good" } else { "bad" }),
            html! {
                <span class="gist">
                    <strong>{ format!("close {code}") }</strong>
                    { if *was_clean { " clean" } else { " not clean" } }
                    if !reason.is_empty() { { " · " }<q><bdi>{ reason.clone() }</bdi></q> }
                    { " · " }{ codes::meaning(*code).gist }
                </span>
            },
            html! {
                <dl class="notes">
                    { for words::explained(*code).into_iter().map(|(term, words)| html! { <div><dt>{ term }</dt><dd>{ words }</dd></div> }) }
                </dl>
            },
        ),
    }
}

/// The beginning of a message, in one line.
fn glimpse(message: &Message) -> Html {
    match message {
        message if message.is_empty() => html! { <span class="glimpse soft">{ words::EMPTY }</span> },
        Message::Text(text) => {
            let line: String =
                text.chars().take(GLIMPSE_LETTERS).map(|letter| if letter == '\n' { '↵' } else { letter }).collect();
            html! { <bdi class="glimpse">{ line }</bdi> }
        }
        Message::Bytes(bytes) => {
            html! { <span class="glimpse" dir="ltr">{ bytes::glimpse(bytes, GLIMPSE_BYTES) }</span> }
        }
        _ => html! { <span class="glimpse soft">{ words::BLOB_GLIMPSE }</span> },
    }
}
