//! The traffic since the last dial as a timeline: how much went each way, and when what else happened. Pure.

use std::rc::Rc;

use crate::row::{Row, What};

/// How many bars a timeline has.
pub(crate) const BARS: usize = 96;

/// How long the first bar is at least, in milliseconds.
const SHORTEST: f64 = 10.0;

/// What one bar stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) received: u32,
    pub(crate) sent: u32,
}

/// An event that is no message, on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Open,
    Error,
    Close,
}

/// A timeline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Traffic {
    /// When it begins, in milliseconds since 1970.
    pub(crate) from: f64,
    /// How long a bar is, in milliseconds.
    pub(crate) step: f64,
    pub(crate) bars: Vec<Bar>,
    /// Each at its bar.
    pub(crate) signs: Vec<(usize, Sign)>,
}

impl Traffic {
    /// Of the rows since the last dial, or all when that is no longer kept; `None` without any. While the line lives,
    /// time goes on until `now`.
    pub(crate) fn of<'a>(rows: impl DoubleEndedIterator<Item = &'a Rc<Row>> + Clone, now: Option<f64>) -> Option<Self> {
        let mut count = 0;
        for row in rows.clone().rev() {
            count += 1;
            if matches!(row.what, What::Dial { .. } | What::Returned) {
                break;
            }
        }
        let since: Vec<_> = rows.rev().take(count).collect();
        let (from, last) = (since.last()?.at, since.first()?.at);
        let step = step(now.unwrap_or(last).max(last) - from);
        let mut traffic = Self { from, step, bars: vec![Bar::default(); BARS], signs: Vec::new() };
        for row in since.into_iter().rev() {
            let place = traffic.place(row.at);
            let sign = match row.what {
                What::Open { .. } => Sign::Open,
                What::Error { .. } | What::NotDialled { .. } => Sign::Error,
                What::Close { .. } => Sign::Close,
                What::Received(_) | What::Sent(_) => {
                    if let Some(bar) = traffic.bars.get_mut(place) {
                        let count = if matches!(row.what, What::Sent(_)) { &mut bar.sent } else { &mut bar.received };
                        *count += 1;
                    }
                    continue;
                }
                _ => continue,
            };
            traffic.signs.push((place, sign));
        }
        Some(traffic)
    }

    fn place(&self, at: f64) -> usize {
        (((at - self.from) / self.step).max(0.0) as usize).min(BARS - 1)
    }

    /// How long all of it is, in milliseconds.
    pub(crate) fn span(&self) -> f64 {
        self.step * BARS as f64
    }

    /// The most that went one way within one bar.
    pub(crate) fn most(&self) -> u32 {
        self.bars.iter().map(|bar| bar.received.max(bar.sent)).max().unwrap_or_default()
    }
}

/// How long a bar is, so that all fits in: 1, 2 or 5 and zeros, so that bars keep their meaning while time goes on.
fn step(span: f64) -> f64 {
    let mut step = SHORTEST;
    let mut factors = [2.0, 2.5, 2.0].into_iter().cycle();
    while step * BARS as f64 <= span
        && let Some(factor) = factors.next()
    {
        step *= factor;
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(happened: &[(f64, What)]) -> Vec<Rc<Row>> {
        let row =
            |(number, (at, what)): (usize, &(f64, What))| Row { number: number as u64, at: *at, what: what.clone() };
        happened.iter().enumerate().map(row).map(Rc::new).collect()
    }

    fn dial() -> What {
        What::Dial { url: "ws://a/".into(), protocols: vec![] }
    }

    #[test]
    fn messages_are_counted_where_they_fell_each_way() {
        let rows = rows(&[
            (0.0, dial()),
            (5.0, What::Open { protocol: String::new(), extensions: String::new(), took: 5.0 }),
            (12.0, What::Sent("a".into())),
            (15.0, What::Received("a".into())),
            (19.9, What::Received("b".into())),
            (500.0, What::Close { code: 1000, reason: String::new(), was_clean: true }),
        ]);
        let traffic = Traffic::of(rows.iter(), None).unwrap();
        assert_eq!(traffic.step, 10.0);
        assert_eq!(traffic.bars[1], Bar { received: 2, sent: 1 });
        assert_eq!(traffic.most(), 2);
        assert_eq!(traffic.signs, [(0, Sign::Open), (50, Sign::Close)]);
    }

    #[test]
    fn only_the_last_connection_is_drawn_and_time_goes_on_while_it_lives() {
        let rows = rows(&[(0.0, dial()), (1.0, What::Sent("old".into())), (90_000.0, dial())]);
        let traffic = Traffic::of(rows.iter(), Some(100_000.0)).unwrap();
        assert_eq!((traffic.from, traffic.step, traffic.most()), (90_000.0, 200.0, 0));
        assert_eq!(Traffic::of([].iter(), None), None);
    }

    #[test]
    fn whatever_the_time_it_fits_and_a_clock_that_goes_back_harms_nothing() {
        for span in [0.0, 959.0, 960.0, 61_000.0, 8.64e7, 1e12] {
            let step = step(span);
            assert!(step * BARS as f64 > span, "{span}");
            assert!(span < 1_000.0 || span * 2.6 >= step * BARS as f64, "{span} is drawn too small, by {step}");
        }
        let rows = rows(&[(1_000.0, dial()), (10.0, What::Received("early".into()))]);
        assert_eq!(Traffic::of(rows.iter(), None).unwrap().bars[0].received, 1);
    }
}
