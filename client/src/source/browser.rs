//! The browser's time, chance and sockets, in a window or in a worker.
//!
//! Natively there is no browser: the clock stands still and a dial is refused with [`OpenError::NoWebSocket`].

use std::{
    cell::{Cell, OnceCell},
    pin::Pin,
    time::Duration,
};

use gloo_timers::callback::Timeout;
use js_sys::{Date, Math, global};
use wasm_bindgen::JsCast;
use web_sys::{Performance, WorkerGlobalScope};

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
    now: Cell<f64>,
    performance: OnceCell<Option<Performance>>,
}

impl Browser {
    pub(super) fn now(&self) -> Duration {
        if cfg!(not(target_family = "wasm")) {
            return Duration::ZERO;
        }
        let date = Date::now();
        let monotonic = self.monotonic().unwrap_or(date);
        if let Some((then_date, then_monotonic)) = self.seen.replace(Some((date, monotonic))) {
            let passed = (date - then_date).max(monotonic - then_monotonic).max(0.0);
            self.now.set(self.now.get() + passed);
        }
        millis(self.now.get())
    }

    /// What [`now`](Self::now) was when it was last asked for.
    pub(super) fn last_now(&self) -> Duration {
        millis(self.now.get())
    }

    fn monotonic(&self) -> Option<f64> {
        // A window has it under the same name as a worker.
        let performance = self.performance.get_or_init(|| global().unchecked_into::<WorkerGlobalScope>().performance());
        performance.as_ref().map(Performance::now)
    }
}

fn millis(millis: f64) -> Duration {
    Duration::from_micros((millis * 1000.0) as u64)
}

pub(super) fn random() -> f64 {
    if cfg!(target_family = "wasm") { Math::random() } else { 0.5 }
}

pub(super) fn after(pause: Duration, run: impl FnOnce() + 'static) -> Option<Timeout> {
    // Rounded up, so that a timer isn't early; a browser takes no more than 31 bits.
    let millis = pause.as_micros().div_ceil(1000).min(i32::MAX as u128) as u32;
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
