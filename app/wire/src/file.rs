//! Files: reading what is in them, and saving what is in the log.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use openline_client::Message;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::{clock, log::Dropped, record::Record, row::Row, words};

/// A Blob over this size is saved by its size alone: all of it would have to be in memory at once.
const MOST_OF_A_BLOB: f64 = 33_554_432.0;
/// How long, in milliseconds, the browser may take to begin to save.
const TIME_TO_SAVE: u32 = 60_000;

/// How a log is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Text,
    /// For programs: every byte of every message.
    JsonLines,
}

/// What is in a Blob; `None` if the browser cannot read it.
pub(crate) async fn bytes(blob: &Blob) -> Option<Vec<u8>> {
    let buffer: ArrayBuffer = JsFuture::from(blob.array_buffer()).await.ok()?.dyn_into().ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// Saves rows as a file; `false` if the browser does not let a page do so.
pub(crate) async fn save_log(rows: Vec<Rc<Row>>, dropped: Dropped, form: Form) -> bool {
    let parts = Array::new();
    if dropped != Dropped::default() {
        let Dropped { rows, bytes } = dropped;
        let line = match form {
            Form::Text => format!("{}\n\n", words::dropped(dropped)),
            Form::JsonLines => format!("{{\"event\":\"dropped\",\"rows\":{rows},\"bytes\":{bytes}}}\n"),
        };
        parts.push(&line.into());
    }
    for row in rows {
        let blob = match row.message() {
            Some(Message::Blob(blob)) if blob.size() <= MOST_OF_A_BLOB => bytes(blob).await,
            _ => None,
        };
        let record = Record::of(&row, clock::iso(row.at), blob.as_deref());
        parts.push(&match form {
            Form::Text => record.to_text().into(),
            Form::JsonLines => format!("{}\n", record.to_line()).into(),
        });
    }
    let stamp = clock::iso(clock::now()).replace([':', '.'], "-");
    match form {
        Form::Text => save(&parts, "text/plain;charset=utf-8", &format!("wire-{stamp}.txt")),
        Form::JsonLines => save(&parts, "application/jsonl", &format!("wire-{stamp}.jsonl")),
    }
}

/// Saves one message as a file: just its bytes.
pub(crate) fn save_message(message: &Message, number: u64) -> bool {
    let (part, kind, ending): (JsValue, _, _) = match message {
        Message::Text(text) => (text.into(), "text/plain;charset=utf-8", "txt"),
        Message::Bytes(bytes) => (Uint8Array::from(&bytes[..]).into(), "application/octet-stream", "bin"),
        Message::Blob(blob) => (blob.into(), "application/octet-stream", "bin"),
        _ => return false,
    };
    save(&Array::of1(&part), kind, &format!("message-{number}.{ending}"))
}

fn save(parts: &Array, kind: &str, name: &str) -> bool {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let Ok(blob) = Blob::new_with_blob_sequence_and_options(parts, &options) else { return false };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return false };
    let anchor = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.create_element("a").ok())
        .and_then(|anchor| anchor.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(anchor) = &anchor {
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    spawn_local(async move {
        TimeoutFuture::new(TIME_TO_SAVE).await;
        // There is nothing to be done about an address that cannot be taken back.
        drop(Url::revoke_object_url(&url));
    });
    anchor.is_some()
}
