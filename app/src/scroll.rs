//! Where the viewer is looking, and what keeps it there. Pure: the list is measured and moved by the scroller.
//!
//! Invariant: only the viewer changes the mode. Whatever arrives, loads or grows leaves it, and is answered by a move
//! that keeps the end (pinned) or the entry under the eye (anchored) where it was.

/// How near to the end, in CSS pixels, scrolling down pins to it.
const NEAR: f64 = 80.0;

/// Differences below this come from rounding.
const HAIR: f64 = 2.0;

/// What is seen of the list, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct View {
    /// How much lies above what is seen.
    pub(crate) top: f64,
    /// How much is seen.
    pub(crate) height: f64,
    /// How much there is.
    pub(crate) content: f64,
}

impl View {
    /// The largest possible top.
    fn end(self) -> f64 {
        (self.content - self.height).max(0.0)
    }

    fn to_end(self) -> f64 {
        self.end() - self.top
    }

    fn same_size(self, other: Self) -> bool {
        (self.height - other.height).abs() < 1.0 && (self.content - other.content).abs() < 1.0
    }
}

/// A row, and how far below the top of what is seen it begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Anchor {
    pub(crate) row: String,
    pub(crate) offset: f64,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Mode {
    #[default]
    Pinned,
    /// To a row, if there is one to hold on to.
    Anchored(Option<Anchor>),
}

/// The scroll position of one list, and the only one who decides about it.
#[derive(Debug, Default)]
pub(crate) struct Scroll {
    mode: Mode,
    /// What was seen when the mode was last decided or the list last moved.
    settled: View,
}

impl Scroll {
    /// Whether the end is kept in view.
    pub(crate) fn is_pinned(&self) -> bool {
        self.mode == Mode::Pinned
    }

    /// Goes to the end, and stays there.
    pub(crate) fn pin(&mut self) {
        self.mode = Mode::Pinned;
    }

    /// The list has scrolled. Going up leaves the end; coming near it again pins to it. `anchor` tells the first row
    /// in view.
    ///
    /// Where sizes have changed since, it was not the viewer who scrolled but the browser, which had to: that is for
    /// [`settle`](Self::settle).
    pub(crate) fn scrolled(&mut self, view: View, anchor: impl FnOnce() -> Option<Anchor>) {
        if !view.same_size(self.settled) {
            return;
        }
        let up = view.top < self.settled.top - 0.5;
        self.mode = if view.to_end() <= HAIR || (!up && view.to_end() <= NEAR) {
            Mode::Pinned
        } else {
            Mode::Anchored(anchor())
        };
        self.settled = view;
    }

    /// Something has changed its size: what the top has to be now. `begin_of` tells how far a row begins below the
    /// top of all there is.
    pub(crate) fn settle(&mut self, view: View, begin_of: impl FnOnce(&str) -> Option<f64>) -> f64 {
        let wanted = match &self.mode {
            Mode::Pinned => view.end(),
            Mode::Anchored(Some(anchor)) => begin_of(&anchor.row).map_or(view.top, |begin| begin - anchor.offset),
            Mode::Anchored(None) => view.top,
        };
        let top = wanted.clamp(0.0, view.end());
        self.settled = View { top, ..view };
        top
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(top: f64, height: f64, content: f64) -> View {
        View { top, height, content }
    }

    fn at(row: &str, offset: f64) -> impl FnOnce() -> Option<Anchor> {
        let row = row.to_owned();
        move || Some(Anchor { row, offset })
    }

    fn nowhere(_: &str) -> Option<f64> {
        None
    }

    /// Looking at row "b", which begins 20 px below the top of what is seen.
    fn reading_back() -> Scroll {
        let mut scroll = Scroll::default();
        assert_eq!(scroll.settle(view(0.0, 500.0, 2_000.0), nowhere), 1_500.0);
        scroll.scrolled(view(900.0, 500.0, 2_000.0), at("b", 20.0));
        assert!(!scroll.is_pinned());
        scroll
    }

    #[test]
    fn pinned_stays_at_the_end_as_things_arrive_and_the_window_shrinks() {
        let mut scroll = Scroll::default();
        assert_eq!(scroll.settle(view(0.0, 500.0, 2_000.0), nowhere), 1_500.0);
        assert_eq!(scroll.settle(view(1_500.0, 500.0, 2_040.0), nowhere), 1_540.0);
        assert_eq!(scroll.settle(view(1_540.0, 300.0, 2_040.0), nowhere), 1_740.0);
    }

    #[test]
    fn going_up_by_any_amount_leaves_the_end_and_coming_near_it_returns() {
        let mut scroll = Scroll::default();
        scroll.settle(view(0.0, 500.0, 2_000.0), nowhere);
        scroll.scrolled(view(1_490.0, 500.0, 2_000.0), at("z", 0.0));
        assert!(!scroll.is_pinned());
        scroll.scrolled(view(1_425.0, 500.0, 2_000.0), at("y", 0.0));
        assert!(!scroll.is_pinned());
        scroll.scrolled(view(1_430.0, 500.0, 2_000.0), at("y", 0.0));
        assert!(scroll.is_pinned());
    }

    #[test]
    fn a_page_prepended_and_arrivals_below_do_not_move_the_row_under_the_eye() {
        let mut scroll = reading_back();
        // 700 px came above it, 40 px below it: it begins at 1,620 now.
        let top = scroll.settle(view(900.0, 500.0, 2_740.0), |row| (row == "b").then_some(1_620.0));
        assert_eq!(top, 1_600.0);
        assert!(!scroll.is_pinned());
    }

    #[test]
    fn the_browsers_own_move_after_a_change_of_size_is_not_the_viewers_wish() {
        let mut scroll = Scroll::default();
        scroll.settle(view(0.0, 500.0, 2_000.0), nowhere);
        scroll.scrolled(view(1_300.0, 500.0, 1_800.0), at("x", 0.0));
        assert!(scroll.is_pinned());
        scroll.scrolled(view(1_500.0, 300.0, 2_000.0), at("x", 0.0));
        assert!(scroll.is_pinned());
    }

    #[test]
    fn ones_own_post_goes_to_the_end_from_anywhere() {
        let mut scroll = reading_back();
        scroll.pin();
        assert_eq!(scroll.settle(view(900.0, 500.0, 2_040.0), nowhere), 1_540.0);
    }

    #[test]
    fn a_row_that_is_gone_leaves_the_list_where_it_is() {
        let mut scroll = reading_back();
        assert_eq!(scroll.settle(view(900.0, 500.0, 1_900.0), nowhere), 900.0);
        assert_eq!(scroll.settle(view(900.0, 500.0, 300.0), nowhere), 0.0, "never beyond what there is");
    }
}
