//! How the socket stands, live.

use gloo_timers::callback::Interval;
use openline_client::ReadyState;
use yew::{AttrValue, Html, Properties, component, html, use_effect_with, use_force_update};

use crate::{
    bench::{Bench, Standing},
    clock, words,
};

/// How often, in milliseconds, what passes by itself is drawn anew.
const TICK: u32 = 250;

#[derive(Properties, PartialEq)]
pub(crate) struct StatusProps {
    pub(crate) bench: Bench,
    /// Rises with each change.
    pub(crate) revision: u64,
}

#[component]
pub(crate) fn Status(props: &StatusProps) -> Html {
    let update = use_force_update();
    use_effect_with((), move |()| {
        let interval = Interval::new(TICK, move || update.force_update());
        move || drop(interval)
    });
    let Some(standing) = props.bench.standing() else {
        return html! { <div class="status"><p class="state none"><span class="lamp" />{ words::NO_SOCKET }</p></div> };
    };
    let Standing { state, protocol, extensions, buffered, times, received, sent } = standing;
    let now = times.closed.unwrap_or_else(clock::now);
    let (name, number) = words::state(state);
    let or_none = |text: String| match (&*text, times.opened) {
        (_, None) => words::UNKNOWN.to_owned(),
        ("", _) => words::NONE.to_owned(),
        _ => text,
    };
    let to_open = times.opened.map_or(words::UNKNOWN.into(), |opened| words::span(opened - times.dialled));
    let age = times.opened.map_or(words::UNKNOWN.into(), |opened| {
        words::span(((now - opened) / 1_000.0).floor() * 1_000.0).replace(".0 s", " s")
    });
    let last = times.last_message.map_or(words::UNKNOWN.into(), |last| words::ago(clock::now() - last));
    html! {
        <div class="status">
            <p class={format!("state {}", name.to_ascii_lowercase())}>
                <span class="lamp" aria-hidden="true" />
                { name }{ " " }<span class="number" title="readyState">{ number }</span>
            </p>
            <dl>
                { term(words::PROTOCOL, or_none(protocol)) }
                { term(words::EXTENSIONS, or_none(extensions)) }
                { term(words::TIME_TO_OPEN, to_open) }
                { term(words::AGE, age) }
                { term(words::LAST_MESSAGE, last) }
                { term(words::BUFFERED, words::size(buffered)) }
                { term(words::RECEIVED, words::tally(received.messages, received.bytes)) }
                { term(words::SENT, words::tally(sent.messages, sent.bytes)) }
            </dl>
        </div>
    }
}

fn term(name: &'static str, value: impl Into<AttrValue>) -> Html {
    html! { <div><dt>{ name }</dt><dd>{ value.into() }</dd></div> }
}

/// Whether a socket in this state can be closed.
pub(crate) fn is_live(state: Option<ReadyState>) -> bool {
    matches!(state, Some(ReadyState::Connecting | ReadyState::Open))
}
