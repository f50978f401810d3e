//! Search in a room's whole history, by the server.

use std::rc::Rc;

use gloo_net::http::Request;
use openline_rooms::protocol::{Entry, Page, RoomName, Seq, json};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::{Callback, Html, MouseEvent, Properties, SubmitEvent, component, html, use_node_ref, use_state};

use super::Dialog;
use crate::{
    act::Act,
    avatar::avatar,
    fold::Fold,
    kind::{self, Does, Kind},
    navigation,
    said::said,
    time, words,
};

/// How much of a message is shown, in characters.
const SHOWN: usize = 240;

#[derive(Properties, PartialEq)]
pub(crate) struct SearchProps {
    pub(crate) room: RoomName,
    pub(crate) on_act: Callback<Act>,
    pub(crate) on_close: Callback<()>,
}

#[derive(Clone, PartialEq)]
enum State {
    Idle,
    Searching,
    Found(Vec<Rc<Entry>>),
    Failed(String),
}

/// A field for words, and the messages that have them.
#[component]
pub(crate) fn Search(props: &SearchProps) -> Html {
    let SearchProps { room, on_act, on_close } = props;
    let input = use_node_ref();
    let search = use_state(|| State::Idle);
    let onsubmit = {
        let (input, search, room) = (input.clone(), search.clone(), room.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let sought = input.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default();
            if sought.trim().is_empty() {
                return search.set(State::Idle);
            }
            search.set(State::Searching);
            let (search, room) = (search.clone(), room.clone());
            spawn_local(async move {
                search.set(match find(&room, &sought).await {
                    Ok(found) => State::Found(found),
                    Err(why) => State::Failed(why),
                });
            });
        }
    };
    let one = |entry: &Rc<Entry>| {
        let at = shows_at(entry);
        let onclick = {
            let (on_act, on_close) = (on_act.clone(), on_close.clone());
            move |event: MouseEvent| {
                if navigation::is_for_this_page(&event) {
                    event.prevent_default();
                    on_close.emit(());
                    on_act.emit(Act::Go(at));
                }
            }
        };
        html! {
            <li key={entry.seq.to_string()}>
                <a href={navigation::path(room, Some(at))} {onclick}>
                    { avatar(Some(entry.from.id), &entry.from.name) }
                    <span class="head">
                        <bdi class="name">{ entry.from.name.as_str().to_owned() }</bdi>{ " " }
                        <time class="when" datetime={time::machine(entry.at)}>{ time::full(entry.at) }</time>
                    </span>
                    <bdi class="found-text">{ words::beginning_of(&said(entry), SHOWN) }</bdi>
                </a>
            </li>
        }
    };
    let said = match &*search {
        State::Idle => String::new(),
        State::Searching => words::searching(),
        State::Found(found) if found.is_empty() => words::found_nothing(),
        State::Found(found) => words::found(found.len()),
        State::Failed(why) => words::search_failed(why),
    };
    html! {
        <Dialog title={words::search_in(room.as_str())} on_close={on_close.clone()}>
            <form role="search" class="field" {onsubmit}>
                <label class="unseen" for="search">{ words::search_label() }</label>
                <input id="search" ref={input} type="search" autofocus=true autocomplete="off" dir="auto"
                    enterkeyhint="search" placeholder={words::search_label()} />
                <button type="submit" class="primary">{ words::search() }</button>
            </form>
            <p class="hint" role="status">{ said }</p>
            if let State::Found(found) = &*search {
                <ol class="found">{ for found.iter().map(one) }</ol>
            }
        </Dialog>
    }
}

/// Where a text that was found is to be read: an edit's, in the message it changed.
fn shows_at(entry: &Entry) -> Seq {
    match Kind::of(entry.kind.as_deref()).does {
        Does::Edit(seq) | Does::Delete(seq) | Does::React(seq) | Does::Unreact(seq) => seq,
        Does::Say | Does::Reply(_) | Does::Other => entry.seq,
    }
}

/// What was found and is said still: neither deleted nor changed since.
fn still_said(page: Page) -> Vec<Rc<Entry>> {
    let about: Vec<_> = page.about.into_iter().map(Rc::new).collect();
    let mut fold = Fold::default();
    fold.note(&about);
    page.entries.into_iter().filter(|entry| fold.stands(entry)).map(Rc::new).collect()
}

/// The latest messages with some words, or why they could not be had, in words for a person.
async fn find(room: &RoomName, sought: &str) -> Result<Vec<Rc<Entry>>, String> {
    let encoded = |text: &str| String::from(js_sys::encode_uri_component(text));
    let (room, sought, about) = (encoded(room.as_str()), encoded(sought), encoded(kind::ABOUT));
    let url = format!("{}/rooms/{room}/search?q={sought}&about={about}", navigation::base());
    let answer = Request::get(&url).send().await.map_err(|_| words::why_no_answer())?;
    match answer.status() {
        200 => {
            let text = answer.text().await.map_err(|_| words::why_unreadable())?;
            json::read(&text).map(still_said).map_err(|_| words::why_unreadable())
        }
        // Nobody has been in the room yet: there is nothing to be found.
        404 => Ok(Vec::new()),
        400 => Err(words::why_too_many_words()),
        status => Err(words::why_answered(status)),
    }
}
