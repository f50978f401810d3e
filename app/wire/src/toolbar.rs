//! What is done with the log as a whole: filter, follow, save, clear.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement, InputEvent};
use yew::{Callback, Html, Properties, component, html, use_state};

use crate::{
    bench::Bench,
    file::{self, Form},
    filter::Filter,
    row::{Direction, Kind},
    words,
};

#[derive(Properties, PartialEq)]
pub(crate) struct ToolbarProps {
    pub(crate) bench: Bench,
    pub(crate) is_following: bool,
    pub(crate) on_follow: Callback<bool>,
}

const DIRECTIONS: [(&str, Option<Direction>); 4] = [
    (words::ALL_DIRECTIONS, None),
    (words::ONLY_IN, Some(Direction::In)),
    (words::ONLY_OUT, Some(Direction::Out)),
    (words::ONLY_EVENTS, Some(Direction::Event)),
];

const KINDS: [(&str, Option<Kind>); 4] = [
    (words::ALL_KINDS, None),
    ("text", Some(Kind::Text)),
    ("ArrayBuffer", Some(Kind::Buffer)),
    ("Blob", Some(Kind::Blob)),
];

#[component]
pub(crate) fn Toolbar(props: &ToolbarProps) -> Html {
    let said = use_state(|| "");
    let filter = |change: fn(&mut Filter, &Event)| {
        let bench = props.bench.clone();
        move |event: Event| {
            let mut filter = bench.log().filter().clone();
            change(&mut filter, &event);
            bench.set_filter(filter);
        }
    };
    let on_direction = filter(|filter, event| filter.direction = chosen(event, &DIRECTIONS));
    let on_kind = filter(|filter, event| filter.kind = chosen(event, &KINDS));
    let on_text = filter(|filter, event| filter.text = written(event));
    let save = |form: Form| {
        let (bench, said) = (props.bench.clone(), said.clone());
        move |_| {
            let (rows, dropped) = {
                let log = bench.log();
                (log.rows().iter().cloned().collect(), log.dropped())
            };
            let said = said.clone();
            spawn_local(async move {
                let saved = file::save_log(rows, dropped, form).await;
                said.set(if saved { words::SAVED } else { words::NOT_SAVED });
            });
        }
    };
    let clear = {
        let (bench, said) = (props.bench.clone(), said.clone());
        move |_| {
            bench.clear();
            said.set("");
        }
    };
    let on_follow = props.on_follow.reform({
        let is_following = props.is_following;
        move |_| !is_following
    });
    let now = props.bench.log().filter().clone();
    html! {
        <div class="toolbar">
            <select aria-label={words::DIRECTION} onchange={on_direction}>{ options(&DIRECTIONS, &now.direction) }</select>
            <select aria-label={words::KIND} onchange={on_kind}>{ options(&KINDS, &now.kind) }</select>
            <input type="search" class="find" aria-label={words::FIND} placeholder={words::FIND} autocomplete="off"
                spellcheck="false" oninput={move |event: InputEvent| on_text(event.into())} />
            <button type="button" class="toggle" aria-pressed={props.is_following.to_string()} onclick={on_follow}>{ words::FOLLOW }</button>
            <button type="button" onclick={save(Form::Text)}>{ words::SAVE_TEXT }</button>
            <button type="button" onclick={save(Form::JsonLines)}>{ words::SAVE_JSON }</button>
            <button type="button" onclick={clear}>{ words::CLEAR }</button>
            <span class="hint" role="status">{ *said }</span>
        </div>
    }
}

fn options<T: PartialEq>(choices: &[(&'static str, T)], now: &T) -> Html {
    let option = |(name, choice): &(&'static str, T)| html! { <option value={*name} selected={choice == now}>{ *name }</option> };
    choices.iter().map(option).collect()
}

fn chosen<T: Copy>(event: &Event, choices: &[(&str, Option<T>)]) -> Option<T> {
    let value = event.target()?.dyn_into::<HtmlSelectElement>().ok()?.value();
    choices.iter().find(|(name, _)| *name == value)?.1
}

fn written(event: &Event) -> String {
    let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    field.map(|field| field.value()).unwrap_or_default()
}
