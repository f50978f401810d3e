//! Days and times as the viewer sees them. The browser knows the zone and the language; nothing of that is carried
//! along. What decides is pure: it is told how far the zone is from UTC.

use js_sys::{Array, Date, Function, Intl::DateTimeFormat, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::words;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// The last moment a browser's `Date` can tell (ECMA-262, time values). Beyond it, formatting throws.
const LAST: u64 = 8_640_000_000_000_000;

/// A day of the viewer's calendar, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) i64);

impl Day {
    /// The day of a moment (milliseconds since 1970, UTC) where clocks are `offset` minutes ahead of UTC.
    pub(crate) fn of(at: u64, offset: i32) -> Self {
        Self((bounded(at) + i64::from(offset) * MINUTE).div_euclid(DAY))
    }

    /// The viewer's day now.
    pub(crate) fn today() -> Self {
        let now = now();
        Self::of(now, offset_at(now))
    }

    /// What to call it, if a word is better than a date.
    pub(crate) fn word(self, today: Self) -> Option<String> {
        match today.0 - self.0 {
            0 => Some(words::today()),
            1 => Some(words::yesterday()),
            _ => None,
        }
    }
}

/// How long until the viewer's day ends, in milliseconds. `offset_at` tells how many minutes their clocks are ahead of
/// UTC at a moment: a day on which they are changed is an hour shorter or longer.
pub(crate) fn until_midnight(at: u64, offset_at: impl Fn(u64) -> i32) -> u32 {
    let now = i64::from(offset_at(at));
    let wait = DAY - (bounded(at) + now * MINUTE).rem_euclid(DAY);
    let then = i64::from(offset_at(at.saturating_add_signed(wait)));
    u32::try_from(wait + (now - then) * MINUTE).unwrap_or(0)
}

/// Now, by the viewer's clock: milliseconds since 1970, UTC.
pub(crate) fn now() -> u64 {
    // Whole, positive and far below 2⁵³.
    Date::now() as u64
}

/// How many minutes the viewer's clocks were ahead of UTC at a moment.
pub(crate) fn offset_at(at: u64) -> i32 {
    -(date(at).get_timezone_offset() as i32)
}

/// The moment for machines, as in `<time datetime>`.
pub(crate) fn machine(at: u64) -> String {
    date(at).to_iso_string().into()
}

/// Hours and minutes, such as 14:03 or 2:03 PM.
pub(crate) fn short(at: u64) -> String {
    FORMATS.with(|formats| format(&formats.short, at))
}

/// Day and time in full.
pub(crate) fn full(at: u64) -> String {
    FORMATS.with(|formats| format(&formats.full, at))
}

/// The day in full, with its weekday.
pub(crate) fn day(at: u64) -> String {
    FORMATS.with(|formats| format(&formats.day, at))
}

struct Formats {
    short: Function,
    full: Function,
    day: Function,
}

thread_local! {
    // Making a format is slow in browsers; using one is not.
    static FORMATS: Formats = Formats {
        short: formatter(&[("timeStyle", "short")]),
        full: formatter(&[("dateStyle", "full"), ("timeStyle", "medium")]),
        day: formatter(&[("dateStyle", "full")]),
    };
}

fn formatter(options: &[(&str, &str)]) -> Function {
    let object = Object::new();
    for (key, value) in options {
        // Setting a field of a plain object of our own does not fail.
        drop(Reflect::set(&object, &JsValue::from(*key), &JsValue::from(*value)));
    }
    // In the language of the page, not of the browser, where the two differ.
    DateTimeFormat::new(&Array::of1(&words::language().locale().into()), &object).format()
}

fn format(formatter: &Function, at: u64) -> String {
    let text = formatter.call1(&JsValue::UNDEFINED, &date(at));
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn date(at: u64) -> Date {
    Date::new(&JsValue::from_f64(bounded(at) as f64))
}

fn bounded(at: u64) -> i64 {
    at.min(LAST) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 22:30 UTC.
    const EVENING: u64 = 1_795_386_600_000;

    #[test]
    fn a_moment_is_on_the_day_the_viewers_calendar_shows() {
        let utc = Day::of(EVENING, 0);
        assert_eq!(Day::of(EVENING, 60), utc, "23:30 in Berlin");
        assert_eq!(Day::of(EVENING, 120), Day(utc.0 + 1), "00:30 in Athens");
        assert_eq!(Day::of(EVENING, -8 * 60), utc);
        assert_eq!(Day::of(0, -1), Day(-1));
    }

    #[test]
    fn only_today_and_yesterday_have_words() {
        let today = Day(20_000);
        assert_eq!(today.word(today).as_deref(), Some("Today"));
        assert_eq!(Day(19_999).word(today).as_deref(), Some("Yesterday"));
        assert_eq!(Day(19_998).word(today), None);
        assert_eq!(Day(20_001).word(today), None, "the viewer's clock is behind");
    }

    #[test]
    fn midnight_is_the_viewers() {
        assert_eq!(until_midnight(EVENING, |_| 0), 90 * 60_000);
        assert_eq!(until_midnight(EVENING, |_| 60), 30 * 60_000);
        assert_eq!(until_midnight(EVENING, |_| 90), 24 * 60 * 60_000);
    }

    /// When Berlin's clocks went forward and back: 2026-03-29 and 2026-10-25, 01:00 UTC.
    const FORWARD: u64 = 1_774_746_000_000;
    const BACK: u64 = 1_792_890_000_000;

    fn berlin(at: u64) -> i32 {
        if (FORWARD..BACK).contains(&at) { 120 } else { 60 }
    }

    #[test]
    fn the_day_the_clocks_change_ends_at_midnight_as_well() {
        const HOUR: u64 = 60 * 60_000;
        for (begin, hours) in [(FORWARD - 2 * HOUR, 23), (BACK - 3 * HOUR, 25)] {
            let day = Day::of(begin, berlin(begin));
            assert_eq!(u64::from(until_midnight(begin, berlin)), hours * HOUR);
            for at in (begin..begin + hours * HOUR).step_by(HOUR as usize / 4) {
                assert_eq!(Day::of(at, berlin(at)), day);
                assert_eq!(at + u64::from(until_midnight(at, berlin)), begin + hours * HOUR);
            }
        }
    }

    #[test]
    fn a_moment_no_calendar_has_is_bounded() {
        assert_eq!(Day::of(u64::MAX, 0), Day::of(LAST, 0));
    }
}
