//! One session for many components.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use yew::{
    AttrValue, Callback, Children, ContextProvider, Html, Properties, component, hook, html, use_context,
    use_effect_with, use_ref,
};

use super::{
    latest::use_latest,
    session::{SessionHandle, use_session},
};
use crate::session::{Event, Session, SessionBuilder};

/// What a [`SessionProvider`] is given.
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct SessionProviderProps {
    /// Where to dial. Another address is another session.
    pub url: AttrValue,
    /// Describes the session to that address; everything is as it is by default where this is not given. Asked once for
    /// each address.
    #[prop_or_default]
    pub build: Option<Callback<AttrValue, SessionBuilder>>,
    /// Those who share it, at any depth.
    pub children: Children,
}

/// Holds one session, which every component below it can share with [`use_shared_session`].
///
/// ```
/// use std::time::Duration;
///
/// use openline_client::{Event, Heartbeat, Session, yew::{SessionProvider, use_shared_session}};
/// use yew::prelude::*;
///
/// #[component]
/// fn App() -> Html {
///     let build = use_callback((), |url: AttrValue, ()| {
///         let beat = Heartbeat::new(Duration::from_secs(20), Duration::from_secs(5), || "beat".into());
///         Session::builder(url.as_str()).heartbeat(beat)
///     });
///     html! { <SessionProvider url="/feed" {build}><Counter /><Counter /></SessionProvider> }
/// }
///
/// #[component]
/// fn Counter() -> Html {
///     let count = use_mut_ref(|| 0);
///     let update = use_force_update();
///     let session = use_shared_session(move |event| {
///         if let Event::Message(_) = event {
///             *count.borrow_mut() += 1;
///             update.force_update();
///         }
///     });
///     html! { if session.is_some_and(|session| session.is_up()) { { "up" } } }
/// }
/// ```
#[component]
pub fn SessionProvider(props: &SessionProviderProps) -> Html {
    let listeners = use_ref(Listeners::default);
    let build = props.build.clone();
    let session = use_session(
        props.url.clone(),
        |url| match build {
            Some(build) => build.emit(url.clone()),
            None => Session::builder(url.as_str()),
        },
        {
            let listeners = listeners.clone();
            move |event| listeners.tell(&event)
        },
    );
    let shared = Shared { session, listeners };
    html! { <ContextProvider<Shared> context={shared}>{ props.children.clone() }</ContextProvider<Shared>> }
}

/// The session of the nearest [`SessionProvider`] above; none where there is none.
///
/// `on_event` is told everything that happens from when the component is mounted on: those mounted with the provider see
/// all of it, those that come later find in the status what went before.
#[hook]
pub fn use_shared_session<F>(on_event: F) -> Option<SessionHandle>
where
    F: Fn(Event) + 'static,
{
    let shared = use_context::<Shared>();
    let latest = use_latest(Callback::from(on_event));
    use_effect_with(shared.clone().map(|shared| Told(shared.listeners)), move |told| {
        let listener: Rc<Listener> = Rc::new(move |event| latest.call(event));
        if let Some(Told(listeners)) = told {
            listeners.0.borrow_mut().push(Rc::downgrade(&listener));
        }
        move || drop(listener)
    });
    shared.map(|shared| shared.session)
}

type Listener = dyn Fn(Event);

/// Those to tell, in the order they came; each leaves by dropping its listener.
#[derive(Default)]
struct Listeners(RefCell<Vec<Weak<Listener>>>);

impl Listeners {
    fn tell(&self, event: &Event) {
        // Taken aside, so that whoever is told may render, mount and unmount.
        let listeners = {
            let mut listeners = self.0.borrow_mut();
            listeners.retain(|listener| listener.strong_count() > 0);
            listeners.clone()
        };
        for listener in listeners.iter().filter_map(Weak::upgrade) {
            listener(event.clone());
        }
    }
}

/// What a provider hands down.
#[derive(Clone)]
struct Shared {
    session: SessionHandle,
    listeners: Rc<Listeners>,
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        self.session == other.session && Rc::ptr_eq(&self.listeners, &other.listeners)
    }
}

/// Whose listener one is; the same as long as the provider is.
struct Told(Rc<Listeners>);

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
