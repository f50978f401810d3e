//! `use_session`.

use std::rc::Rc;

use openline_client::{Event, Message, SendError, Session, yew::use_session};
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use crate::{
    app::{App, Props, Told, until},
    peer::{NOBODY, echo},
    seen::turn,
    sockets::{Sockets, accept, is_hung_up, say},
};

#[wasm_bindgen_test]
async fn two_messages_in_one_scheduler_turn_are_both_seen() {
    let sockets = Sockets::take_over();
    let told = Told::default();
    let app = App::<OneSession>::mount(NOBODY, &told);
    app.shows("not up").await;
    let socket = sockets.last_of(1).await;
    accept(&socket);
    say(&socket, &["one", "two"]);
    app.shows("up one two").await;
    assert_eq!(told.messages(), ["one", "two"]);
}

#[wasm_bindgen_test]
async fn a_send_that_fails_gives_the_message_back_before_and_after() {
    let sockets = Sockets::take_over();
    let told = Told::default();
    let mut app = App::<OneSession>::mount(NOBODY, &told);
    sockets.last_of(1).await;
    let early = told.session().send("early").unwrap_err();
    assert_eq!((early.message, early.why), ("early".into(), SendError::NotOpen));
    app.unmount();
    turn().await;
    assert_eq!(told.session().send("late").unwrap_err().message, "late".into());
    assert_eq!(told.session().with(|_| ()), None);
}

#[wasm_bindgen_test]
async fn unmounting_hangs_up_and_silences() {
    let sockets = Sockets::take_over();
    let told = Told::default();
    let mut app = App::<OneSession>::mount(NOBODY, &told);
    let socket = sockets.last_of(1).await;
    accept(&socket);
    say(&socket, &["one"]);
    app.shows("up one").await;
    app.unmount();
    say(&socket, &["on its way"]);
    until(|| is_hung_up(&socket), |it| *it).await;
    say(&socket, &["too late"]);
    turn().await;
    turn().await;
    assert_eq!(told.messages(), ["one"]);
    assert_eq!(sockets.all().len(), 1);
}

#[wasm_bindgen_test]
async fn a_callback_may_unmount_its_own_component_and_is_not_called_again() {
    let sockets = Sockets::take_over();
    let told = Told::default();
    let mut app = App::<OneSession>::mount(NOBODY, &told);
    let socket = sockets.last_of(1).await;
    let handle = app.handle.take().unwrap();
    told.0.when_told.replace(Some(Box::new(move || handle.destroy())));
    accept(&socket);
    say(&socket, &["one"]);
    until(|| is_hung_up(&socket), |it| *it).await;
    say(&socket, &["two"]);
    turn().await;
    assert_eq!(told.messages(), ["one"]);
}

#[wasm_bindgen_test]
async fn another_address_is_another_session_and_the_old_one_is_heard_no_more() {
    let sockets = Sockets::take_over();
    let told = Told::default();
    let mut app = App::<OneSession>::mount(NOBODY, &told);
    let old = sockets.last_of(1).await;
    accept(&old);
    say(&old, &["old"]);
    app.shows("up old").await;
    let other = format!("{NOBODY}other");
    app.update(&other, &told);
    let new = sockets.last_of(2).await;
    assert!(is_hung_up(&old));
    say(&old, &["from the past"]);
    app.shows("not up old").await;
    assert_eq!(new.url(), other);
    accept(&new);
    say(&new, &["new"]);
    app.shows("up old new").await;
    assert_eq!(told.messages(), ["old", "new"]);
}

#[wasm_bindgen_test]
async fn drawing_again_with_the_same_address_dials_no_second_time() {
    let sockets = Sockets::take_over();
    let told = Told::default();
    let mut app = App::<OneSession>::mount(NOBODY, &told);
    let socket = sockets.last_of(1).await;
    for _ in 0..3 {
        // Other properties: drawn anew, and told through the new ones.
        app.update(NOBODY, &Told::default());
        turn().await;
    }
    let last = Told::default();
    app.update(NOBODY, &last);
    until(|| last.0.session.borrow().is_some(), |drawn| *drawn).await;
    accept(&socket);
    say(&socket, &["hello"]);
    until(|| last.messages(), |messages| *messages == ["hello"]).await;
    assert_eq!((sockets.all().len(), told.messages().len()), (1, 0));
}

#[wasm_bindgen_test]
async fn a_session_sends_and_hears_the_echo() {
    let Some(url) = echo("") else { return };
    let told = Told::default();
    let app = App::<OneSession>::mount(&url, &told);
    app.shows("up").await;
    for text in ["one", "two", "three"] {
        told.session().send(text).unwrap();
    }
    app.shows("up one two three").await;
}

/// A session, and what it is told as a reducer keeps it.
#[component]
fn OneSession(props: &Props) -> Html {
    let heard = use_reducer(Heard::default);
    let (told, dispatcher) = (props.told.clone(), heard.dispatcher());
    let session = use_session(
        props.url.clone(),
        |url| Session::builder(url.as_str()),
        move |event| {
            if let Event::Message(message) = event {
                let Message::Text(text) = &message else { panic!("{message:?}") };
                dispatcher.dispatch(text.clone());
                told.note(message);
            }
        },
    );
    props.told.0.session.replace(Some(session.clone()));
    html! { { format!("{}{}", if session.is_up() { "up" } else { "not up" }, heard.0) } }
}

#[derive(Default)]
struct Heard(String);

impl Reducible for Heard {
    type Action = String;

    fn reduce(self: Rc<Self>, text: String) -> Rc<Self> {
        Self(format!("{} {text}", self.0)).into()
    }
}
