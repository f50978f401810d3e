//! What happens to the page and its network, as far as a session has to know.

use std::{fmt, rc::Rc};

use js_sys::{Object, Reflect, global};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Event, EventTarget, VisibilityState, Window};

#[cfg(not(target_family = "wasm"))]
use super::Script;

/// Something that happened to the page or its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageEvent {
    /// The browser has a network again.
    Online,
    /// The browser has no network.
    Offline,
    /// The page can be seen.
    Visible,
    /// The page can't be seen; its timers may be held back.
    Hidden,
    /// The page is stopped altogether.
    Frozen,
    /// It runs again.
    Resumed,
    /// Its reader goes elsewhere; it may be kept aside as it is.
    Left,
    /// Its reader came back to it.
    Returned,
}

/// Tells of page events until it is dropped. In a worker, which has no page, of the network alone.
pub(crate) struct PageWatch {
    _listeners: Vec<Listener>,
    #[cfg(not(target_family = "wasm"))]
    _script: Option<Tell>,
}

pub(super) type Tell = Rc<dyn Fn(PageEvent)>;

impl PageWatch {
    pub(super) fn browser(tell: Tell) -> Self {
        let listeners = if cfg!(target_family = "wasm") { listen(&tell) } else { Vec::new() };
        Self {
            _listeners: listeners,
            #[cfg(not(target_family = "wasm"))]
            _script: None,
        }
    }

    #[cfg(not(target_family = "wasm"))]
    pub(super) fn script(script: &Script, tell: Tell) -> Self {
        script.watch_page(&tell);
        Self { _listeners: Vec::new(), _script: Some(tell) }
    }
}

fn listen(tell: &Tell) -> Vec<Listener> {
    let global: EventTarget = global().unchecked_into();
    let on = |target: &EventTarget, name, event| {
        let tell = tell.clone();
        Listener::new(target, name, move || tell(event))
    };
    let mut listeners = vec![on(&global, "online", PageEvent::Online), on(&global, "offline", PageEvent::Offline)];
    let Some(document) = global.dyn_ref::<Window>().and_then(Window::document) else { return listeners };
    // What comes back may have missed the network's return.
    let back = |target: &EventTarget, name, event| {
        let tell = tell.clone();
        Listener::new(target, name, move || {
            if is_online() {
                tell(PageEvent::Online);
            }
            tell(event);
        })
    };
    listeners.extend([
        on(&global, "pagehide", PageEvent::Left),
        back(&global, "pageshow", PageEvent::Returned),
        on(&document, "freeze", PageEvent::Frozen),
        back(&document, "resume", PageEvent::Resumed),
        Listener::new(&document.clone(), "visibilitychange", {
            let tell = tell.clone();
            move || tell(visibility(&document))
        }),
    ]);
    listeners
}

fn visibility(document: &Document) -> PageEvent {
    match document.visibility_state() {
        VisibilityState::Hidden => PageEvent::Hidden,
        _ => PageEvent::Visible,
    }
}

/// Where a browser doesn't say, it is.
fn is_online() -> bool {
    let navigator = Reflect::get(&global(), &"navigator".into()).unwrap_or_default();
    let online = navigator.dyn_into::<Object>().ok().and_then(|it| Reflect::get(&it, &"onLine".into()).ok());
    online.and_then(|online| online.as_bool()).unwrap_or(true)
}

impl fmt::Debug for PageWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageWatch")
    }
}

/// One event's listener, taken off when dropped, also from within itself.
struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn Fn(Event)>,
}

impl Listener {
    fn new(target: &EventTarget, name: &'static str, run: impl Fn() + 'static) -> Self {
        let closure = Closure::<dyn Fn(Event)>::new(move |_: Event| run());
        // Nothing to do about a browser that refuses: the events just don't come.
        let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        Self { target: target.clone(), name, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.name, self.closure.as_ref().unchecked_ref());
    }
}
