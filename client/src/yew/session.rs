//! A session that lives as long as its component.

use std::{cell::RefCell, rc::Rc, time::Duration};

use futures_util::StreamExt;
use yew::{Callback, UseStateSetter, hook, use_effect_with, use_ref, use_state_eq};

use super::{
    latest::{Latest, use_latest},
    task::Task,
};
use crate::{
    message::{Message, SendError, Unsent},
    session::{DownWhy, EndedWhy, Event, Session, SessionBuilder},
};

/// Where a component's session stands.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum SessionStatus {
    /// A try is under way.
    #[default]
    Dialling,
    /// The socket is open, and not up yet in the sense of [`Ready`](crate::Ready).
    Opened,
    /// The line is there.
    Up,
    /// The line is lost.
    Down {
        /// What happened.
        why: DownWhy,
        /// How long from then until the next try, if a time is set.
        retry_in: Option<Duration>,
    },
    /// The session is over.
    Ended {
        /// What ended it.
        why: EndedWhy,
    },
}

impl SessionStatus {
    fn after(event: &Event) -> Option<Self> {
        match event {
            Event::Dialling => Some(Self::Dialling),
            Event::Opened => Some(Self::Opened),
            Event::Up => Some(Self::Up),
            Event::Message(_) => None,
            Event::Down { why, retry_in } => Some(Self::Down { why: why.clone(), retry_in: *retry_in }),
            Event::Ended { why } => Some(Self::Ended { why: why.clone() }),
        }
    }
}

/// A component's hold on its session. Two are equal when they hold the same session at the same status, so it can be a
/// property and a context.
#[derive(Clone, Debug)]
pub struct SessionHandle {
    held: Rc<Holder>,
    status: SessionStatus,
}

type Holder = RefCell<Option<Held>>;

#[derive(Debug)]
struct Held {
    session: Rc<Session>,
    _task: Task,
}

impl SessionHandle {
    /// Where it stood when the component was last drawn.
    pub fn status(&self) -> &SessionStatus {
        &self.status
    }

    /// Whether it was up when the component was last drawn.
    pub fn is_up(&self) -> bool {
        self.status == SessionStatus::Up
    }

    /// Sends a message on the line there is now.
    ///
    /// # Errors
    ///
    /// Nothing was sent and nothing is kept: the message comes back in [`Unsent`], also when the component is gone.
    pub fn send(&self, message: impl Into<Message>) -> Result<(), Unsent> {
        let message = message.into();
        match self.session() {
            Some(session) => session.send(message),
            None => Err(Unsent { message, why: SendError::NotOpen }),
        }
    }

    /// Does something else with the session: `handle.with(Session::try_now)`. None before the component was first drawn,
    /// and after it is gone.
    pub fn with<T>(&self, act: impl FnOnce(&Session) -> T) -> Option<T> {
        self.session().as_deref().map(act)
    }

    /// Held by a count of its own: what is done with it may render, and so replace it.
    fn session(&self) -> Option<Rc<Session>> {
        self.held.borrow().as_ref().map(|held| held.session.clone())
    }
}

impl PartialEq for SessionHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.held, &other.held) && self.status == other.status
    }
}

/// Holds a session for as long as the component lives, or until `deps` are others: then the old one is dropped, and
/// `build` describes the next.
///
/// `on_event` is told everything that happens, each event once and in order. It is the last render's, so it sees the
/// state of that.
///
/// ```
/// use openline_client::{Event, Message, Session, yew::{SessionStatus, use_session}};
/// use yew::prelude::*;
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     url: AttrValue,
///     on_text: Callback<String>,
/// }
///
/// #[component]
/// fn Feed(props: &Props) -> Html {
///     let on_text = props.on_text.clone();
///     let session = use_session(
///         props.url.clone(),
///         |url| Session::builder(url.as_str()),
///         move |event| {
///             if let Event::Message(Message::Text(text)) = event {
///                 on_text.emit(text);
///             }
///         },
///     );
///     let failed = use_state(|| false);
///     let onclick = {
///         let (session, failed) = (session.clone(), failed.clone());
///         move |_| failed.set(session.send("hello").is_err())
///     };
///     html! {
///         <>
///             <button {onclick}>{ if *failed { "Not sent. Again?" } else { "Say hello" } }</button>
///             if let SessionStatus::Down { why, .. } = session.status() { { why } }
///         </>
///     }
/// }
/// ```
#[hook]
pub fn use_session<D, B, F>(deps: D, build: B, on_event: F) -> SessionHandle
where
    D: PartialEq + 'static,
    B: FnOnce(&D) -> SessionBuilder + 'static,
    F: Fn(Event) + 'static,
{
    let held = use_ref(Holder::default);
    let status = use_state_eq(SessionStatus::default);
    let latest = use_latest(Callback::from(on_event));
    {
        let (held, status) = (held.clone(), status.setter());
        use_effect_with(deps, move |deps| {
            status.set(SessionStatus::default());
            held.replace(Some(Held::open(build(deps), status, latest)));
            move || {
                let gone = held.take();
                drop(gone);
            }
        });
    }
    SessionHandle { held, status: (*status).clone() }
}

impl Held {
    fn open(builder: SessionBuilder, status: UseStateSetter<SessionStatus>, latest: Rc<Latest<Event>>) -> Self {
        let (session, mut events) = builder.open();
        let task = Task::spawn(async move {
            while let Some(event) = events.next().await {
                if let Some(now) = SessionStatus::after(&event) {
                    status.set(now);
                }
                latest.call(event);
            }
        });
        Self { session: Rc::new(session), _task: task }
    }
}
