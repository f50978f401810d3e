//! The hooks, in real Yew apps.
#![cfg(target_family = "wasm")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests panic as tests do")]
#![allow(dead_code, reason = "not every page needs every helper")]

use std::{cell::RefCell, fmt::Debug, rc::Rc};

use js_sys::{Array, Function};
use openline_client::{
    Connection, Event, Message, SendError, Session,
    yew::{
        ConnectionHandle, ConnectionStatus, SessionHandle, SessionProvider, use_connection, use_session,
        use_shared_session,
    },
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, WebSocket};
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

#[path = "cases/peer.rs"]
mod peer;
#[path = "cases/seen.rs"]
mod seen;

use self::{
    peer::{NOBODY, echo},
    seen::{event, message, turn, within_10_s},
};

/// What reaches a test from its app: what was told, and the handles of the last render.
#[derive(Clone, Default)]
struct Told(Rc<Inside>);

#[derive(Default)]
struct Inside {
    messages: RefCell<Vec<String>>,
    session: RefCell<Option<SessionHandle>>,
    connection: RefCell<Option<ConnectionHandle>>,
    when_told: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Told {
    fn note(&self, message: Message) {
        let Message::Text(text) = message else { panic!("{message:?}") };
        self.0.messages.borrow_mut().push(text);
        if let Some(act) = self.0.when_told.take() {
            act();
        }
    }

    fn messages(&self) -> Vec<String> {
        self.0.messages.borrow().clone()
    }

    fn session(&self) -> SessionHandle {
        self.0.session.borrow().clone().expect("it was drawn")
    }

    fn connection(&self) -> ConnectionHandle {
        self.0.connection.borrow().clone().expect("it was drawn")
    }
}

#[derive(Clone, PartialEq, Properties)]
struct Props {
    url: AttrValue,
    told: Told,
}

/// A page's element, with an app in it until this is dropped.
struct App<C: BaseComponent> {
    root: Element,
    handle: Option<AppHandle<C>>,
}

impl<C: BaseComponent<Properties = Props>> App<C> {
    fn mount(url: &str, told: &Told) -> Self {
        let document = web_sys::window().unwrap().document().unwrap();
        let root = document.create_element("div").unwrap();
        document.document_element().unwrap().append_child(&root).unwrap();
        let props = Props { url: url.to_owned().into(), told: told.clone() };
        let handle = yew::Renderer::<C>::with_root_and_props(root.clone(), props).render();
        Self { root, handle: Some(handle) }
    }

    fn update(&mut self, url: &str, told: &Told) {
        let props = Props { url: url.to_owned().into(), told: told.clone() };
        self.handle.as_mut().expect("it is mounted").update(props);
    }

    fn unmount(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.destroy();
        }
    }

    async fn shows(&self, words: &str) {
        until(|| self.root.text_content(), |text| text.as_deref() == Some(words)).await;
    }
}

impl<C: BaseComponent> Drop for App<C> {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.destroy();
        }
        self.root.remove();
    }
}

async fn until<T: Debug>(look: impl Fn() -> T, is_there: impl Fn(&T) -> bool) {
    let wait = async {
        while !is_there(&look()) {
            turn().await;
        }
    };
    within_10_s(wait, &look).await;
}

/// The browser's sockets, in a test's hands until this is dropped: what really happens to them is kept from the app, and
/// the test plays it.
struct Sockets;

impl Sockets {
    fn take_over() -> Self {
        run("self.Real ??= self.WebSocket;
             self.sockets = [];
             self.WebSocket = class extends self.Real {
                 constructor(...all) {
                     super(...all);
                     self.sockets.push(this);
                     for (const name of ['open', 'message', 'error', 'close'])
                         this.addEventListener(name, event => event.isTrusted && event.stopImmediatePropagation());
                 }
                 get readyState() { return this.state ?? 0; }
                 close(...all) { this.state = 2; super.close(...all); }
             };");
        Self
    }

    fn all(&self) -> Vec<WebSocket> {
        run("return self.sockets;").unchecked_into::<Array>().iter().map(JsCast::unchecked_into).collect()
    }

    /// Waits until so many were opened, and returns the last.
    async fn last_of(&self, count: usize) -> WebSocket {
        until(|| self.all().len(), |there| *there == count).await;
        self.all().pop().expect("there is one")
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        run("self.WebSocket = self.Real;");
    }
}

fn run(script: &str) -> JsValue {
    Function::new_no_args(script).call0(&JsValue::NULL).expect("it runs")
}

/// Plays a server that accepts.
fn accept(socket: &WebSocket) {
    js_sys::Reflect::set(socket, &"state".into(), &WebSocket::OPEN.into()).unwrap();
    socket.dispatch_event(&event("open")).unwrap();
}

/// Plays a server that says these, all in one turn.
fn say(socket: &WebSocket, texts: &[&str]) {
    for text in texts {
        socket.dispatch_event(&message(&(*text).into())).unwrap();
    }
}

fn is_hung_up(socket: &WebSocket) -> bool {
    socket.ready_state() >= WebSocket::CLOSING
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
