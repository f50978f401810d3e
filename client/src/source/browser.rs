//! The browser's time, chance and sockets, in a window or in a worker.
//!
//! Natively there is no browser: the clock stands still and a dial is refused with [`OpenError::NoWebSocket`].

use std::{cell::Cell, pin::Pin, time::Duration};

use gloo_timers::callback::Timeout;
use js_sys::{Date, Math};
use wasm_bindgen::prelude::wasm_bindgen;

use super::LineEvent;
use crate::{
    endpoint::{Endpoint, OpenError},
    message::BinaryType,
    socket::Socket,
};

/// A clock that never goes back and counts sleep. A browser's `performance.now()` may stand still while the machine
/// sleeps, and `Date.now()` may be set: whichever went further since the last look is believed.
#[derive(Debug, Default)]
pub(crate) struct Browser {
    seen: Cell<Option<(f64, f64)>>,
    now: Cell<Duration>,
}

impl Browser {
    pub(super) fn now(&self) -> Duration {
        if cfg!(not(target_family = "wasm")) {
            return Duration::ZERO;
        }
        let date = Date::now();
        let monotonic = monotonic();
        if let Some((then_date, then_monotonic)) = self.seen.replace(Some((date, monotonic))) {
            let passed = (date - then_date).max(monotonic - then_monotonic).max(0.0);
            self.now.set(self.now.get().saturating_add(millis(passed)));
        }
        self.now.get()
    }

    /// What [`now`](Self::now) was when it was last asked for.
    pub(super) fn last_now(&self) -> Duration {
        self.now.get()
    }
}

#[wasm_bindgen]
extern "C" {
    /// Milliseconds, in a window as in a worker.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic() -> f64;
}

/// Rounded, so that many short times add up to the long one.
fn millis(millis: f64) -> Duration {
    Duration::from_micros((millis * 1000.0).round_ties_even() as u64)
}

pub(super) fn random() -> f64 {
    if cfg!(target_family = "wasm") { Math::random() } else { 0.5 }
}

pub(super) fn after(pause: Duration, run: impl FnOnce() + 'static) -> Option<Timeout> {
    // Rounded up, so that a timer isn't early; a browser takes no more than 31 bits. (In floats: dividing integers this
    // wide would take a kilobyte of code.)
    let millis = (pause.as_secs_f64() * 1000.0).ceil().min(f64::from(i32::MAX)) as u32;
    cfg!(target_family = "wasm").then(|| Timeout::new(millis, run))
}

pub(super) fn spawn(task: Pin<Box<dyn Future<Output = ()>>>) {
    if cfg!(target_family = "wasm") {
        wasm_bindgen_futures::spawn_local(task);
    }
}

pub(super) fn dial(
    endpoint: &Endpoint,
    binary_type: BinaryType,
    tell: impl Fn(LineEvent) + 'static,
) -> Result<Socket, OpenError> {
    let tell = std::rc::Rc::new(tell);
    Socket::builder(endpoint.clone())
        .binary_type(binary_type)
        .on_open({
            let tell = tell.clone();
            move || tell(LineEvent::Opened)
        })
        .on_message({
            let tell = tell.clone();
            move |received| tell(LineEvent::Message(received.into()))
        })
        .on_close(move |event| tell(LineEvent::Closed(event)))
        .open()
}
