//! An opened message: its whole text or its bytes, and what can be done with them.

use std::rc::Rc;

use openline_client::Message;
use wasm_bindgen_futures::spawn_local;
use yew::{Html, Properties, component, html, use_effect_with, use_state};

use crate::{bytes, clipboard, file, row::Row, words};

/// How much is drawn, in bytes; a page that draws megabytes stands still.
const DRAWN_TEXT: usize = 64 * 1024;
const DRAWN_BYTES: usize = 8 * 1024;

#[derive(Properties)]
pub(crate) struct ContentsProps {
    pub(crate) row: Rc<Row>,
}

impl PartialEq for ContentsProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.row, &other.row)
    }
}

/// How far a Blob has been read.
#[derive(Clone, PartialEq)]
enum Read {
    NotYet,
    Bytes(Rc<[u8]>),
    Failed,
}

#[component]
pub(crate) fn Contents(props: &ContentsProps) -> Html {
    let said = use_state(|| "");
    let read = use_state(|| Read::NotYet);
    use_effect_with(props.row.number, {
        let (row, read) = (props.row.clone(), read.clone());
        move |_| {
            if let Some(Message::Blob(blob)) = row.message() {
                // As much as is drawn; the rest stays with the browser.
                let part = blob.slice_with_f64_and_f64(0.0, DRAWN_BYTES as f64);
                spawn_local(async move {
                    let bytes = match part {
                        Ok(part) => file::bytes(&part).await,
                        Err(_) => None,
                    };
                    read.set(bytes.map_or(Read::Failed, |bytes| Read::Bytes(bytes.into())));
                });
            }
        }
    });
    let Some(message) = props.row.message() else { return Html::default() };
    let copy = |form: fn(&[u8]) -> String| {
        let (row, said) = (props.row.clone(), said.clone());
        move |_| {
            let (row, said) = (row.clone(), said.clone());
            spawn_local(async move {
                let text = match row.message() {
                    Some(Message::Text(text)) => Some(text.clone()),
                    Some(Message::Bytes(bytes)) => Some(form(bytes)),
                    Some(Message::Blob(blob)) => file::bytes(blob).await.map(|bytes| form(&bytes)),
                    _ => None,
                };
                let copied = match text {
                    Some(text) => clipboard::copy(&text).await,
                    None => false,
                };
                said.set(if copied { words::COPIED } else { words::NOT_COPIED });
            });
        }
    };
    let save = {
        let (row, said) = (props.row.clone(), said.clone());
        move |_| {
            let saved = row.message().is_some_and(|message| file::save_message(message, row.number));
            said.set(if saved { words::SAVED } else { words::NOT_SAVED });
        }
    };
    let is_text = matches!(message, Message::Text(_));
    let size = message.len();
    html! {
        <div class="contents" id={format!("contents-{}", props.row.number)}>
            { match (message, &*read) {
                _ if size == 0 => html! { <p class="hint">{ words::EMPTY }</p> },
                (Message::Text(text), _) => drawn_text(text),
                (Message::Bytes(bytes), _) => drawn_bytes(bytes, size),
                (_, Read::Bytes(bytes)) => drawn_bytes(bytes, size),
                (_, Read::NotYet) => html! { <p class="hint">{ words::READING }</p> },
                (_, Read::Failed) => html! { <p class="problem">{ words::UNREADABLE }</p> },
            } }
            <div class="actions">
                if is_text {
                    <button type="button" onclick={copy(|_| String::new())}>{ words::COPY }</button>
                } else {
                    <button type="button" onclick={copy(bytes::to_hex)}>{ words::COPY_HEX }</button>
                    <button type="button" onclick={copy(bytes::to_base64)}>{ words::COPY_BASE64 }</button>
                }
                <button type="button" onclick={save}>{ words::SAVE_ONE }</button>
                <span class="hint" role="status">{ *said }</span>
            </div>
        </div>
    }
}

fn drawn_text(text: &str) -> Html {
    let mut end = text.len().min(DRAWN_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let left = (text.len() - end) as u64;
    html! {
        <>
            <pre class="text" tabindex="0">{ text.get(..end).unwrap_or_default().to_owned() }</pre>
            if left > 0 { <p class="hint">{ words::not_drawn(left) }</p> }
        </>
    }
}

fn drawn_bytes(bytes: &[u8], size: u64) -> Html {
    let bytes = bytes.get(..DRAWN_BYTES).unwrap_or(bytes);
    let left = size - bytes.len() as u64;
    html! {
        <>
            <pre class="dump" tabindex="0" dir="ltr">{ bytes::dump(bytes, if is_narrow() { 8 } else { 16 }) }</pre>
            if left > 0 { <p class="hint">{ words::not_drawn(left) }</p> }
        </>
    }
}

fn is_narrow() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(max-width: 44rem)").ok().flatten());
    query.is_some_and(|query| query.matches())
}
