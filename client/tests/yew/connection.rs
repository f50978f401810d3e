//! `use_connection`.

use openline_client::{
    Connection,
    yew::{ConnectionStatus, use_connection},
};
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use crate::{
    app::{App, Props, Told, until},
    peer::{NOBODY, echo},
    seen::turn,
    sockets::{Sockets, accept, is_hung_up, say},
};

#[wasm_bindgen_test]
async fn a_connection_tells_each_message_and_how_it_closed() {
    let Some(url) = echo("") else { return };
    let told = Told::default();
    let app = App::<OneConnection>::mount(&url, &told);
    app.shows("open").await;
    told.connection().send("one").unwrap();
    told.connection().send("two").unwrap();
    until(|| told.messages(), |messages| *messages == ["one", "two"]).await;
    assert!(told.connection().close(Some(1001), None).is_err());
    told.connection().close(Some(4000), None).unwrap();
    app.shows("closed 4000").await;
    assert_eq!(told.connection().send("late").unwrap_err().message, "late".into());
}

#[wasm_bindgen_test]
async fn a_connection_that_fails_says_so() {
    let app = App::<OneConnection>::mount(NOBODY, &Told::default());
    until(|| app.root.text_content(), |text| text.as_deref().unwrap_or_default().starts_with("Failed(Closed(")).await;
}

#[wasm_bindgen_test]
async fn a_connection_hangs_up_when_unmounted_at_any_moment() {
    let sockets = Sockets::take_over();
    let told = Told::default();
    let mut app = App::<OneConnection>::mount(NOBODY, &told);
    let socket = sockets.last_of(1).await;
    app.unmount();
    until(|| is_hung_up(&socket), |it| *it).await;

    let mut app = App::<OneConnection>::mount(NOBODY, &told);
    let socket = sockets.last_of(2).await;
    accept(&socket);
    say(&socket, &["one", "two"]);
    until(|| told.messages(), |messages| *messages == ["one", "two"]).await;
    app.unmount();
    say(&socket, &["three"]);
    until(|| is_hung_up(&socket), |it| *it).await;
    turn().await;
    assert_eq!(told.messages(), ["one", "two"]);
}

#[component]
fn OneConnection(props: &Props) -> Html {
    let told = props.told.clone();
    let connection =
        use_connection(props.url.clone(), |url| Connection::builder(url.as_str()), move |message| told.note(message));
    props.told.0.connection.replace(Some(connection.clone()));
    let status = match connection.status() {
        ConnectionStatus::Opening => "opening".into(),
        ConnectionStatus::Open => "open".into(),
        ConnectionStatus::Closed(event) => format!("closed {}", event.code),
        other => format!("{other:?}"),
    };
    html! { { status } }
}
