//! The browser's notifications, its sounds, and which tab makes them. Decides nothing.

use std::{cell::Cell, rc::Rc};

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioContext, Notification, NotificationOptions, NotificationPermission};

use crate::notices::Notice;

const LOCK: &str = "openline/notifier";

/// Makes notices for all tabs of this browser, in the one of them that holds the lock.
pub(crate) struct Notifier {
    is_mine: Rc<Cell<bool>>,
    /// Kept for as long as the lock may be waited for or held: until the page goes.
    _on_turn: Closure<dyn FnMut() -> Promise>,
}

impl Notifier {
    /// Waits for its turn.
    pub(crate) fn new() -> Self {
        let is_mine = Rc::new(Cell::new(false));
        let on_turn = Closure::<dyn FnMut() -> Promise>::new({
            let is_mine = is_mine.clone();
            move || {
                is_mine.set(true);
                // Never settled: the lock is held until the page goes.
                Promise::new(&mut |_, _| {})
            }
        });
        if request_lock(on_turn.as_ref()).is_none() {
            // Without locks (an insecure page) every tab makes them; of one tag the browser shows one.
            is_mine.set(true);
        }
        Self { is_mine, _on_turn: on_turn }
    }

    /// Shows a notice, if this is the tab that does.
    pub(crate) fn show(&self, notice: &Notice) {
        if !self.is_mine.get() || !is_allowed() {
            return;
        }
        let options = NotificationOptions::new();
        options.set_body(&notice.text);
        options.set_tag(&format!("openline/{}", notice.room));
        // Android's Chromium has the constructor and throws: there a service worker would have to do it.
        drop(Notification::new_with_options(&notice.title, &options));
    }

    /// Makes a short sound, if this is the tab that does.
    pub(crate) fn sound(&self) {
        if self.is_mine.get() {
            // Before the viewer has done anything in the page the browser keeps it silent.
            beep();
        }
    }
}

/// Whether the browser lets the page notify.
pub(crate) fn is_allowed() -> bool {
    has_notifications() && Notification::permission() == NotificationPermission::Granted
}

/// Asks for that; only to be called when the viewer has just wanted it.
pub(crate) async fn ask() -> bool {
    if !has_notifications() {
        return false;
    }
    let Ok(asked) = Notification::request_permission() else { return false };
    JsFuture::from(asked).await.is_ok() && is_allowed()
}

fn has_notifications() -> bool {
    Reflect::has(&js_sys::global(), &"Notification".into()).unwrap_or(false)
}

/// Asks for the lock (W3C Web Locks), which web-sys holds for unstable; `None` where there are none.
fn request_lock(on_turn: &JsValue) -> Option<()> {
    let locks = Reflect::get(&web_sys::window()?.navigator(), &"locks".into()).ok().filter(JsValue::is_object)?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    request.call2(&locks, &LOCK.into(), on_turn).ok().map(drop)
}

fn beep() -> Option<()> {
    const PITCH: f32 = 660.0;
    const LOUDNESS: f32 = 0.08;
    const LASTS: f64 = 0.18;
    let context = AudioContext::new().ok()?;
    let (tone, volume) = (context.create_oscillator().ok()?, context.create_gain().ok()?);
    let now = context.current_time();
    tone.frequency().set_value(PITCH);
    volume.gain().set_value_at_time(LOUDNESS, now).ok()?;
    volume.gain().exponential_ramp_to_value_at_time(0.0001, now + LASTS).ok()?;
    tone.connect_with_audio_node(&volume).ok()?;
    volume.connect_with_audio_node(&context.destination()).ok()?;
    tone.start().ok()?;
    tone.stop_with_when(now + LASTS).ok()
}
