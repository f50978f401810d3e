//! The browser's sockets, played by a test.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::WebSocket;

use crate::{
    app::until,
    seen::{event, message},
};

/// The browser's sockets, in a test's hands until this is dropped: what really happens to them is kept from the app, and
/// the test plays it.
pub(crate) struct Sockets;

impl Sockets {
    pub(crate) fn take_over() -> Self {
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

    pub(crate) fn all(&self) -> Vec<WebSocket> {
        run("return self.sockets;").unchecked_into::<Array>().iter().map(JsCast::unchecked_into).collect()
    }

    /// Waits until so many were opened, and returns the last.
    pub(crate) async fn last_of(&self, count: usize) -> WebSocket {
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
pub(crate) fn accept(socket: &WebSocket) {
    js_sys::Reflect::set(socket, &"state".into(), &WebSocket::OPEN.into()).unwrap();
    socket.dispatch_event(&event("open")).unwrap();
}

/// Plays a server that says these, all in one turn.
pub(crate) fn say(socket: &WebSocket, texts: &[&str]) {
    for text in texts {
        socket.dispatch_event(&message(&(*text).into())).unwrap();
    }
}

pub(crate) fn is_hung_up(socket: &WebSocket) -> bool {
    socket.ready_state() >= WebSocket::CLOSING
}
