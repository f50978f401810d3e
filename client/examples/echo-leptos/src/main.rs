//! A `Session` in a Leptos app: says what is typed to `/echo`, and lists what comes back.
//!
//! A session lives in one thread, as everything of a browser does, so it is stored locally; it goes with its owner.

use futures_util::StreamExt;
use leptos::{ev::SubmitEvent, html::Input, mount::mount_to_body, prelude::*, task::spawn_local};
use openline_client::{Event, Message, Session};

fn main() {
    mount_to_body(Echo);
}

#[component]
fn Echo() -> impl IntoView {
    let (status, set_status) = signal("dialling".to_owned());
    let (log, set_log) = signal(Vec::<String>::new());
    let (session, mut events) = Session::builder("/echo").open();
    let session = StoredValue::new_local(session);
    // Ends with the session: the events of one that is dropped come to an end.
    spawn_local(async move {
        while let Some(event) = events.next().await {
            match event {
                Event::Dialling => set_status.set("dialling".to_owned()),
                Event::Up => set_status.set("up".to_owned()),
                Event::Message(Message::Text(text)) => set_log.update(|log| log.push(text)),
                Event::Down { why, .. } => set_status.set(format!("down: {why}")),
                _ => {}
            }
        }
    });

    let words = NodeRef::<Input>::new();
    let say = move |event: SubmitEvent| {
        event.prevent_default();
        // What could not be sent stays in the field.
        if let Some(field) = words.get()
            && session.with_value(|session| session.send(field.value())).is_ok()
        {
            field.set_value("");
        }
    };
    view! {
        <form on:submit=say><input node_ref=words aria-label="Say" />" "<button>"Say it"</button></form>
        <p role="status">{status}</p>
        <ul>{move || log.get().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
    }
}
