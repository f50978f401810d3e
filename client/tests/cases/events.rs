//! Events: each at its time, and whatever a handler does.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use openline_client::{Kind, ReadyState, Socket};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Event;

use super::{
    peer::{NOBODY, echo},
    seen::{Seen, Watched, event, grab, message, turn, with_insides, within_10_s},
};

#[wasm_bindgen_test]
async fn the_first_message_can_not_slip_past() {
    let Some(url) = echo("?close=4000&after=0") else { return };
    for _ in 0..20 {
        let watched = Watched::opened(&url).await;
        assert_eq!(watched.close().await.code, 4000);
    }
}

#[wasm_bindgen_test]
async fn the_state_changes_before_each_event() {
    let Some(url) = echo("") else { return };
    let watched = Watched::open(&url).unwrap();
    assert!(matches!(watched.next().await, Seen::Open(ReadyState::Open)));
    watched.with(|socket| socket.close(None, None)).unwrap();
    assert!(matches!(watched.next().await, Seen::Close(ReadyState::Closed, _)));
}

#[wasm_bindgen_test]
async fn nothing_is_decoded_before_it_is_asked_for_and_kinds_are_told_apart() {
    let (watched, inside) = with_insides(Socket::builder(NOBODY));
    let buffer = js_sys::Uint8Array::from(&[1, 2, 3][..]).buffer();
    let blob = web_sys::Blob::new_with_str_sequence(&js_sys::Array::of1(&"four".into())).unwrap();
    for data in [&"text é".into(), buffer.as_ref(), blob.as_ref()] {
        inside.dispatch_event(&message(data)).unwrap();
    }
    let text = watched.message().await;
    assert_eq!((text.kind(), text.len(), text.text()), (Kind::Text, 6, Some("text é".into())));
    let bytes = watched.message().await;
    assert_eq!((bytes.kind(), bytes.len(), bytes.bytes()), (Kind::ArrayBuffer, 3, Some(vec![1, 2, 3])));
    assert!(bytes.array_buffer().is_some_and(|same| same == buffer), "the browser's own, not a copy");
    let blobbed = watched.message().await;
    assert_eq!((blobbed.kind(), blobbed.len(), blobbed.bytes()), (Kind::Blob, 4, None));
    assert!(blobbed.blob().is_some_and(|same| same == blob));
}

#[wasm_bindgen_test]
fn strange_data_from_the_page_does_not_panic() {
    let (watched, inside) = with_insides(Socket::builder(NOBODY));
    for data in [wasm_bindgen::JsValue::NULL, 5.into(), js_sys::Object::new().into()] {
        inside.dispatch_event(&message(&data)).unwrap();
        let _ = (inside.dispatch_event(&Event::new("error").unwrap()), watched.is_quiet());
    }
}

/// "Closure invoked recursively": a handler may be entered again while it runs.
#[wasm_bindgen_test]
fn a_handler_can_be_entered_again_while_it_runs() {
    let depth = Rc::new(Cell::new(0));
    let inside: Rc<RefCell<Option<web_sys::WebSocket>>> = Rc::default();
    let (count, again) = (depth.clone(), inside.clone());
    let ours = Socket::builder(NOBODY).on_message(move |_| {
        count.set(count.get() + 1);
        if count.get() < 5
            && let Some(inside) = &*again.borrow()
        {
            let _ = inside.dispatch_event(&message(&"again".into()));
        }
    });
    let (_kept, real) = grab(|| ours.open().expect("an address"));
    inside.replace(Some(real.clone()));
    real.dispatch_event(&message(&"first".into())).unwrap();
    assert_eq!(depth.get(), 5);
    inside.replace(None);
}

/// "Closure invoked after being dropped": each handler may drop the socket it is called from.
#[wasm_bindgen_test]
fn a_handler_may_drop_its_own_socket() {
    for name in ["open", "message", "error", "close"] {
        let holder: Rc<RefCell<Option<Socket>>> = Rc::default();
        let calls = Rc::new(Cell::new(0));
        let act = {
            let (holder, calls) = (holder.clone(), calls.clone());
            move || {
                calls.set(calls.get() + 1);
                let socket = holder.borrow_mut().take();
                drop(socket);
            }
        };
        let (on_message, on_error, on_close) = (act.clone(), act.clone(), act.clone());
        let builder = Socket::builder(NOBODY)
            .on_open(act)
            .on_message(move |_| on_message())
            .on_error(on_error)
            .on_close(move |_| on_close());
        let (socket, inside) = grab(|| builder.open().expect("an address"));
        holder.replace(Some(socket));
        for _ in 0..2 {
            inside.dispatch_event(&event(name)).unwrap();
        }
        assert!(holder.borrow().is_none(), "{name}");
        assert_eq!(calls.get(), 1, "{name}: after the drop no handler is called");
    }
}

#[wasm_bindgen_test]
async fn a_socket_dropped_by_its_message_handler_is_gone() {
    let Some(url) = echo("") else { return };
    let holder: Rc<RefCell<Option<Socket>>> = Rc::default();
    let messages = Rc::new(Cell::new(0));
    let (count, held) = (messages.clone(), holder.clone());
    let greeting = holder.clone();
    let socket = Socket::builder(url.as_str())
        .on_open(move || {
            let socket = greeting.borrow();
            let socket = socket.as_ref().expect("it is open");
            socket.send("one").and(socket.send("two")).expect("it is open");
        })
        .on_message(move |_| {
            count.set(count.get() + 1);
            let socket = held.borrow_mut().take();
            drop(socket);
        })
        .open()
        .unwrap();
    holder.replace(Some(socket));
    let gone = async {
        while holder.borrow().is_some() {
            turn().await;
        }
    };
    within_10_s(gone, || messages.get()).await;
    turn().await;
    assert_eq!(messages.get(), 1);
}
