//! A `Session` in a Yew app: says what is typed to `/echo`, and lists what comes back.
//!
//! The reducer sees every message, also of two that come between two renders. The session goes with its component. After
//! three silent seconds it probes the line, and gives it up when two more bring no answer.

use std::{rc::Rc, time::Duration};

use openline_client::{
    Event, Heartbeat, Message, Session, SessionBuilder,
    yew::{SessionStatus, use_session},
};
use web_sys::HtmlInputElement;
use yew::prelude::*;

fn main() {
    yew::Renderer::<Echo>::new().render();
}

/// What came back.
#[derive(Clone, Default)]
struct Log(Vec<String>);

impl Reducible for Log {
    type Action = String;

    fn reduce(mut self: Rc<Self>, line: String) -> Rc<Self> {
        Rc::make_mut(&mut self).0.push(line);
        self
    }
}

const PROBE: &str = "are you there?";

fn describe(url: &&str) -> SessionBuilder {
    Session::builder(*url).heartbeat(Heartbeat::new(Duration::from_secs(3), Duration::from_secs(2), || PROBE.into()))
}

#[component]
fn Echo() -> Html {
    let log = use_reducer(Log::default);
    let session = {
        let log = log.dispatcher();
        use_session("/echo", describe, move |event| {
            if let Event::Message(Message::Text(text)) = event
                && text != PROBE
            {
                log.dispatch(text);
            }
        })
    };
    let words = use_node_ref();
    let onsubmit = {
        let (session, words) = (session.clone(), words.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            // What could not be sent stays in the field.
            if let Some(field) = words.cast::<HtmlInputElement>()
                && session.send(field.value()).is_ok()
            {
                field.set_value("");
            }
        }
    };
    let status = match session.status() {
        SessionStatus::Up => "up".to_owned(),
        SessionStatus::Down { why, .. } => format!("down: {why}"),
        _ => "dialling".to_owned(),
    };
    html! {
        <>
            <form {onsubmit}><input ref={words} aria-label="Say" />{ " " }<button>{ "Say it" }</button></form>
            <p role="status">{ status }</p>
            <ul>{ for log.0.iter().map(|line| html! { <li>{ line }</li> }) }</ul>
        </>
    }
}
