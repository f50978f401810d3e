//! A connection that lives as long as its component.

use std::{cell::RefCell, rc::Rc};

use futures_util::StreamExt;
use yew::{Callback, UseStateSetter, hook, use_effect_with, use_ref, use_state_eq};

use super::{
    latest::{Latest, use_latest},
    task::Task,
};
use crate::{
    close::{CloseError, CloseEvent, check_close},
    connection::{ConnectError, ConnectionBuilder, ReceiveError, Receiver, Sender},
    message::{Message, SendError, Unsent},
};

/// Where a component's connection stands.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum ConnectionStatus {
    /// It is being opened.
    #[default]
    Opening,
    /// It is open.
    Open,
    /// It could not be opened.
    Failed(ConnectError),
    /// It was open, and both sides said goodbye.
    Closed(CloseEvent),
    /// It was open, and broke.
    Broken(ReceiveError),
}

/// A component's hold on its connection. Two are equal when they hold the same one at the same status, so it can be a
/// property and a context.
#[derive(Clone, Debug)]
pub struct ConnectionHandle {
    held: Rc<Holder>,
    status: ConnectionStatus,
}

type Holder = RefCell<Held>;

#[derive(Debug, Default)]
struct Held {
    sender: Option<Rc<Sender>>,
    task: Option<Task>,
}

impl ConnectionHandle {
    /// Where it stood when the component was last drawn.
    pub fn status(&self) -> &ConnectionStatus {
        &self.status
    }

    /// Sends without waiting, however much the browser has unsent: `handle.with(Sender::buffered_amount)` says how much.
    ///
    /// # Errors
    ///
    /// Nothing was sent and nothing is kept: the message comes back in [`Unsent`], also when the component is gone.
    pub fn send(&self, message: impl Into<Message>) -> Result<(), Unsent> {
        let message = message.into();
        match self.sender() {
            Some(sender) => sender.send_now(message),
            None => Err(Unsent { message, why: SendError::NotOpen }),
        }
    }

    /// Says goodbye; the status tells when it is closed. Does nothing where it isn't open. Code and reason as in
    /// [`Socket::close`](crate::Socket::close).
    ///
    /// # Errors
    ///
    /// Nothing has happened: see [`CloseError`].
    pub fn close(&self, code: Option<u16>, reason: Option<&str>) -> Result<(), CloseError> {
        check_close(code, reason)?;
        let Some(sender) = self.sender() else { return Ok(()) };
        let reason = reason.map(str::to_owned);
        wasm_bindgen_futures::spawn_local(async move {
            // Checked above; the status tells of the end.
            let _ = sender.close(code, reason.as_deref()).await;
        });
        Ok(())
    }

    /// Looks at its sending half. None where it isn't open yet, and after the component is gone.
    pub fn with<T>(&self, look: impl FnOnce(&Sender) -> T) -> Option<T> {
        self.sender().as_deref().map(look)
    }

    fn sender(&self) -> Option<Rc<Sender>> {
        self.held.borrow().sender.clone()
    }
}

impl PartialEq for ConnectionHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.held, &other.held) && self.status == other.status
    }
}

/// Holds a connection for as long as the component lives, or until `deps` are others: then the old one is dropped, and
/// `build` describes the next. It does not come back by itself; that is what [`use_session`](super::use_session) is for.
///
/// `on_message` is told every message, once and in order. It is the last render's, so it sees the state of that.
///
/// ```
/// use openline_client::{Connection, yew::{ConnectionStatus, use_connection}};
/// use yew::prelude::*;
///
/// #[component]
/// fn Echo() -> Html {
///     let heard = use_state(|| 0);
///     let line = {
///         let heard = heard.clone();
///         use_connection("/echo", |url| Connection::builder(*url), move |message| heard.set(message.len()))
///     };
///     let failed = use_state(|| false);
///     let onclick = {
///         let (line, failed) = (line.clone(), failed.clone());
///         move |_| failed.set(line.send("hello").is_err())
///     };
///     html! {
///         <button {onclick} disabled={*line.status() != ConnectionStatus::Open}>
///             { if *failed { "Not sent".to_owned() } else { format!("{} bytes came back", *heard) } }
///         </button>
///     }
/// }
/// ```
#[hook]
pub fn use_connection<D, B, F>(deps: D, build: B, on_message: F) -> ConnectionHandle
where
    D: PartialEq + 'static,
    B: FnOnce(&D) -> ConnectionBuilder + 'static,
    F: Fn(Message) + 'static,
{
    let held = use_ref(Holder::default);
    let status = use_state_eq(ConnectionStatus::default);
    let latest = use_latest(Callback::from(on_message));
    {
        let (held, status) = (held.clone(), status.setter());
        use_effect_with(deps, move |deps| {
            status.set(ConnectionStatus::default());
            let builder = build(deps);
            let task = Task::spawn({
                let held = held.clone();
                async move {
                    let ended = live(builder, &held, &status, &latest).await;
                    status.set(ended);
                }
            });
            held.borrow_mut().task = Some(task);
            move || {
                let gone = held.take();
                drop(gone);
            }
        });
    }
    ConnectionHandle { held, status: (*status).clone() }
}

/// From dialling to the end, which it returns.
async fn live(
    builder: ConnectionBuilder,
    held: &Holder,
    status: &UseStateSetter<ConnectionStatus>,
    latest: &Latest<Message>,
) -> ConnectionStatus {
    let (sender, mut receiver) = match builder.open().await {
        Ok(connection) => connection.split(),
        Err(error) => return ConnectionStatus::Failed(error),
    };
    held.borrow_mut().sender = Some(Rc::new(sender));
    status.set(ConnectionStatus::Open);
    loop {
        match receiver.next().await {
            Some(Ok(message)) => latest.call(message),
            Some(Err(error)) => return ConnectionStatus::Broken(error),
            None => return closed(&receiver),
        }
    }
}

fn closed(receiver: &Receiver) -> ConnectionStatus {
    // A stream that ended without an error ended with a goodbye.
    receiver.close_event().map_or_else(ConnectionStatus::default, ConnectionStatus::Closed)
}
