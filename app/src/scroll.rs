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
    /// To a row that is not drawn yet. Until it is, where the list is means nothing.
    Jumping(Anchor),
}

/// The scroll position of one list, and the only one who decides about it.
#[derive(Debug, Default)]
pub(crate) struct Scroll {
    mode: Mode,
    /// What was seen when the mode was last decided or the list last moved.
    settled: View,
    /// The end of what is drawn is not the end of what there is.
    more_follows: bool,
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

    /// Goes to a row, and holds on to it at this distance from the top of what is seen.
    pub(crate) fn hold(&mut self, anchor: Anchor) {
        self.mode = Mode::Jumping(anchor);
    }

    /// The list is not in the document any more: where the next one that is drawn for it begins means nothing.
    pub(crate) fn undrawn(&mut self) {
        self.settled.height = 0.0;
    }

    /// Whether more follows what is drawn, so that its end is not one to stay at.
    pub(crate) fn set_more_follows(&mut self, more_follows: bool) {
        self.more_follows = more_follows;
    }

    /// The list may have scrolled. Going up leaves the end; coming near it again pins to it. `anchor` tells the first
    /// row in view.
    pub(crate) fn scrolled(&mut self, view: View, anchor: impl FnOnce() -> Option<Anchor>) {
        let drawn_before = self.settled.height > 0.0;
        if view.height == 0.0 {
            // Not drawn at all: where browsers say it is scrolled to then means nothing.
            self.settled.height = 0.0;
        }
        let moved = view.top - self.settled.top;
        let is_jumping = matches!(self.mode, Mode::Jumping(_));
        if !drawn_before || view.height == 0.0 || moved.abs() < HAIR / 2.0 || is_jumping {
            return;
        }
        let same_size = view.same_size(self.settled);
        self.mode = match std::mem::take(&mut self.mode) {
            // Also where the browser moved it, because there is less now than before.
            _ if view.to_end() <= HAIR && !self.more_follows => Mode::Pinned,
            Mode::Pinned if moved > 0.0 => Mode::Pinned,
            // The list itself is higher or lower, as when a phone is turned, or there is less in it, as when rows go from its
            // top: the browser may have moved it on the way, before what came after that.
            Mode::Pinned if (view.height - self.settled.height).abs() >= 1.0 => Mode::Pinned,
            Mode::Pinned if view.content <= self.settled.content - 1.0 => Mode::Pinned,
            _ if moved > 0.0 && view.to_end() <= NEAR && !self.more_follows => Mode::Pinned,
            // Something has changed above as well, and is not settled yet: the row goes on being the anchor, as far
            // away as the viewer has moved it.
            Mode::Anchored(Some(Anchor { row, offset })) if !same_size => {
                Mode::Anchored(Some(Anchor { row, offset: offset - moved }))
            }
            _ => Mode::Anchored(anchor()),
        };
        self.settled.top = view.top;
    }

    /// Something may have changed its size: what the top has to be now. `begin_of` tells how far a row begins below
    /// the top of all there is; `anchor` is as for [`scrolled`](Self::scrolled), which may not have been told yet.
    pub(crate) fn settle(
        &mut self,
        view: View,
        begin_of: impl FnOnce(&str) -> Option<f64>,
        anchor: impl FnOnce() -> Option<Anchor>,
    ) -> f64 {
        self.scrolled(view, anchor);
        if view.height == 0.0 {
            return view.top;
        }
        let row = match &self.mode {
            Mode::Pinned | Mode::Anchored(None) => None,
            Mode::Anchored(Some(anchor)) | Mode::Jumping(anchor) => begin_of(&anchor.row).map(|begin| (anchor, begin)),
        };
        let wanted = match (&row, &self.mode) {
            (Some((anchor, begin)), _) => begin - anchor.offset,
            (None, Mode::Pinned) => view.end(),
            (None, _) => view.top,
        };
        let top = wanted.clamp(0.0, view.end());
        if let (Some((anchor, begin)), Mode::Jumping(_)) = (row, &self.mode) {
            // Near an end it can't be where it was wanted.
            self.mode = Mode::Anchored(Some(Anchor { row: anchor.row.clone(), offset: begin - top }));
        }
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

    /// Settles where nobody has scrolled, so that no anchor is asked for.
    fn settle(scroll: &mut Scroll, view: View, begin_of: impl FnOnce(&str) -> Option<f64>) -> f64 {
        scroll.settle(view, begin_of, || panic!("nobody has scrolled"))
    }

    fn at_the_end() -> Scroll {
        let mut scroll = Scroll::default();
        assert_eq!(settle(&mut scroll, view(0.0, 500.0, 2_000.0), nowhere), 1_500.0);
        scroll
    }

    /// Looking at row "b", which begins 20 px below the top of what is seen.
    fn reading_back() -> Scroll {
        let mut scroll = at_the_end();
        scroll.scrolled(view(900.0, 500.0, 2_000.0), at("b", 20.0));
        assert!(!scroll.is_pinned());
        scroll
    }

    #[test]
    fn pinned_stays_at_the_end_as_things_arrive_and_the_window_shrinks() {
        let mut scroll = at_the_end();
        assert_eq!(settle(&mut scroll, view(1_500.0, 500.0, 2_040.0), nowhere), 1_540.0);
        assert_eq!(settle(&mut scroll, view(1_540.0, 300.0, 2_040.0), nowhere), 1_740.0);
    }

    #[test]
    fn going_up_by_any_amount_leaves_the_end_and_coming_near_it_returns() {
        let mut scroll = at_the_end();
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
        let top = settle(&mut scroll, view(900.0, 500.0, 2_740.0), |row| (row == "b").then_some(1_620.0));
        assert_eq!(top, 1_600.0);
        assert!(!scroll.is_pinned());
    }

    #[test]
    fn going_up_in_the_very_moment_something_arrives_is_not_undone() {
        let mut scroll = at_the_end();
        scroll.scrolled(view(1_400.0, 500.0, 2_040.0), at("z", -10.0));
        assert!(!scroll.is_pinned());
        let top = settle(&mut scroll, view(1_400.0, 500.0, 2_040.0), |row| (row == "z").then_some(1_390.0));
        assert_eq!(top, 1_400.0);
    }

    #[test]
    fn scrolling_while_a_page_is_prepended_moves_by_as_much_as_the_viewer_scrolled() {
        let mut scroll = reading_back();
        // "b" began at 920; 700 px came above it, and the viewer went up by 30 px in the same moment.
        let top = settle(&mut scroll, view(870.0, 500.0, 2_700.0), |row| (row == "b").then_some(1_620.0));
        assert_eq!(top, 1_600.0 - 30.0);
    }

    #[test]
    fn the_browsers_own_move_where_there_is_less_than_before_keeps_the_end() {
        let mut scroll = at_the_end();
        assert_eq!(settle(&mut scroll, view(1_300.0, 500.0, 1_800.0), nowhere), 1_300.0);
        assert_eq!(settle(&mut scroll, view(1_200.0, 600.0, 1_800.0), nowhere), 1_200.0);
        assert!(scroll.is_pinned());
    }

    #[test]
    fn rows_that_go_from_the_top_before_others_come_keep_the_end_wherever_the_browser_puts_the_list_between() {
        let mut scroll = at_the_end();
        assert_eq!(settle(&mut scroll, view(1_100.0, 500.0, 1_634.0), nowhere), 1_134.0);
        assert!(scroll.is_pinned());
    }

    #[test]
    fn turning_a_phone_keeps_the_end_wherever_the_browser_puts_the_list_meanwhile() {
        let mut scroll = at_the_end();
        scroll.scrolled(view(158.0, 652.0, 2_000.0), at("b", 0.0));
        assert_eq!(settle(&mut scroll, view(158.0, 652.0, 2_000.0), nowhere), 1_348.0);
        assert!(scroll.is_pinned());
    }

    #[test]
    fn a_list_that_was_not_drawn_for_a_while_comes_back_where_it_was() {
        let mut scroll = reading_back();
        settle(&mut scroll, view(0.0, 0.0, 0.0), nowhere);
        let top = settle(&mut scroll, view(0.0, 500.0, 2_000.0), |row| (row == "b").then_some(920.0));
        assert_eq!(top, 900.0);
    }

    #[test]
    fn a_room_that_one_comes_back_to_is_where_one_left_it() {
        let mut scroll = at_the_end();
        scroll.undrawn();
        assert_eq!(
            settle(&mut scroll, view(0.0, 500.0, 2_100.0), nowhere),
            1_600.0,
            "at the end, not at the beginning"
        );
        let mut scroll = reading_back();
        scroll.undrawn();
        assert_eq!(settle(&mut scroll, view(0.0, 500.0, 2_100.0), |row| (row == "b").then_some(920.0)), 900.0);
    }

    #[test]
    fn ones_own_post_goes_to_the_end_from_anywhere() {
        let mut scroll = reading_back();
        scroll.pin();
        assert_eq!(settle(&mut scroll, view(900.0, 500.0, 2_040.0), nowhere), 1_540.0);
    }

    #[test]
    fn a_row_that_is_gone_to_is_held_as_soon_as_it_is_drawn() {
        let mut scroll = at_the_end();
        scroll.hold(Anchor { row: "x".into(), offset: 100.0 });
        assert_eq!(settle(&mut scroll, view(1_500.0, 500.0, 2_000.0), nowhere), 1_500.0, "not drawn yet");
        // Other rows are drawn, and the browser has moved the list because there was less for a moment.
        let top = settle(&mut scroll, view(700.0, 500.0, 9_000.0), |row| (row == "x").then_some(4_000.0));
        assert_eq!(top, 3_900.0);
        assert!(!scroll.is_pinned());
        scroll.hold(Anchor { row: "y".into(), offset: 100.0 });
        assert_eq!(
            settle(&mut scroll, view(3_900.0, 500.0, 9_000.0), |_| Some(8_900.0)),
            8_500.0,
            "not beyond the end"
        );
        let top = settle(&mut scroll, view(8_500.0, 500.0, 9_500.0), |_| Some(8_900.0));
        assert_eq!(top, 8_500.0, "and what comes after it does not move it");
    }

    #[test]
    fn the_end_of_what_is_drawn_is_no_place_to_stay_while_more_follows() {
        let mut scroll = reading_back();
        scroll.set_more_follows(true);
        scroll.scrolled(view(1_500.0, 500.0, 2_000.0), at("y", 0.0));
        assert!(!scroll.is_pinned());
        scroll.set_more_follows(false);
        scroll.scrolled(view(1_480.0, 500.0, 2_000.0), at("y", 0.0));
        scroll.scrolled(view(1_500.0, 500.0, 2_000.0), at("y", 0.0));
        assert!(scroll.is_pinned());
    }

    #[test]
    fn a_row_that_is_gone_leaves_the_list_where_it_is() {
        let mut scroll = reading_back();
        assert_eq!(settle(&mut scroll, view(900.0, 500.0, 1_900.0), nowhere), 900.0);
        assert_eq!(settle(&mut scroll, view(0.0, 500.0, 300.0), nowhere), 0.0, "never beyond what there is");
    }
}
