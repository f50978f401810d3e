//! The browser's clock. Times are milliseconds since 1970, UTC, with as much of a fraction as the browser tells.

use js_sys::{Date, Reflect};
use web_sys::{Event, Performance};

/// Now.
pub(crate) fn now() -> f64 {
    performance().map_or_else(Date::now, |performance| performance.time_origin() + performance.now())
}

/// When the event that is being handled was made (its `timeStamp`); else now.
pub(crate) fn event_time() -> f64 {
    // A getter of the window, which does not fail.
    let event = Reflect::get(&js_sys::global(), &"event".into()).unwrap_or_default();
    match (wasm_bindgen::JsCast::dyn_into::<Event>(event), performance()) {
        (Ok(event), Some(performance)) if event.time_stamp() > 0.0 => performance.time_origin() + event.time_stamp(),
        _ => now(),
    }
}

/// The viewer's time of day, to a tenth of a millisecond: no browser's events tell more.
pub(crate) fn time_of_day(at: f64) -> String {
    let date = Date::new(&at.into());
    let (hours, minutes, seconds) = (date.get_hours(), date.get_minutes(), date.get_seconds());
    let tenths = (at * 10.0).rem_euclid(10.0) as u8;
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}{tenths}", date.get_milliseconds())
}

/// ISO 8601, UTC.
pub(crate) fn iso(at: f64) -> String {
    Date::new(&at.into()).to_iso_string().into()
}

fn performance() -> Option<Performance> {
    web_sys::window()?.performance()
}
