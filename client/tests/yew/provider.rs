//! `SessionProvider` and `use_shared_session`.

use openline_client::{
    Event,
    yew::{SessionProvider, use_shared_session},
};
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use crate::{
    app::{App, Props, Told, until},
    peer::NOBODY,
    sockets::{Sockets, accept, is_hung_up, say},
};

#[wasm_bindgen_test]
async fn components_share_one_session_and_each_sees_every_message() {
    let sockets = Sockets::take_over();
    let told = Told::default();
    let mut app = App::<Shared>::mount(NOBODY, &told);
    let socket = sockets.last_of(1).await;
    accept(&socket);
    say(&socket, &["one", "two"]);
    app.shows("up up up ").await;
    assert_eq!(told.messages(), ["one", "one", "two", "two"]);
    // At another address the next is shared by those who are still there: two of the three.
    app.update(&format!("{NOBODY}other"), &told);
    let second = sockets.last_of(2).await;
    assert!(is_hung_up(&socket));
    accept(&second);
    say(&second, &["three"]);
    app.shows("up up ").await;
    assert_eq!(told.messages().split_off(4), ["three", "three"]);
    app.unmount();
    until(|| is_hung_up(&second), |it| *it).await;
}

#[wasm_bindgen_test]
async fn without_a_provider_there_is_none_to_share() {
    App::<Alone>::mount(NOBODY, &Told::default()).shows("alone").await;
}

#[component]
fn Shared(props: &Props) -> Html {
    let (one, two) = (props.told.clone(), Told::default());
    html! {
        <SessionProvider url={props.url.clone()}>
            <Child told={one.clone()} /><b><Child told={one} /></b>
            if props.told.messages().is_empty() { <Child told={two} /> }
        </SessionProvider>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ChildProps {
    told: Told,
}

#[component]
fn Child(props: &ChildProps) -> Html {
    let told = props.told.clone();
    let session = use_shared_session(move |event| {
        if let Event::Message(message) = event {
            told.note(message);
        }
    });
    let session = session.expect("there is a provider");
    props.told.0.session.replace(Some(session.clone()));
    html! { if session.is_up() { { "up " } } }
}

#[component]
fn Alone(_: &Props) -> Html {
    let shared = use_shared_session(|_| {});
    html! { if shared.is_none() { { "alone" } } }
}
