//! Keeps the log where the viewer is: at the end as it grows, or at a row, whatever is put in or taken out around it.
//! The only code that sets where the log is scrolled to.

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::NodeRef;

use crate::{log::Log, view::View};

/// How near to an edge, in CSS pixels, the viewer gets more rows.
const NEAR: f64 = 300.0;
/// What still counts as the end, in CSS pixels.
const AT_END: f64 = 4.0;

/// The log's scroll position, and which part of the log is in the page.
#[derive(Default)]
pub(crate) struct Scroller {
    pub(crate) list: NodeRef,
    view: Cell<View>,
    top: Cell<f64>,
    /// The first row in view and where it stands, while paused.
    anchor: RefCell<Option<(String, f64)>>,
    /// A row that was just opened, of which as much as fits is to come into view.
    reveal: Cell<Option<u64>>,
}

impl Scroller {
    pub(crate) fn view(&self) -> View {
        self.view.get()
    }

    /// Goes to the end, and stays there.
    pub(crate) fn follow(&self) {
        self.view.set(View::Following);
    }

    /// Stands still.
    pub(crate) fn pause(&self, log: &Log) {
        self.view.set(self.view.get().paused(log.shown(), log.next()));
        if let Some(list) = self.list.cast::<Element>() {
            self.anchor.replace(first_in_view(&list));
        }
    }

    /// Stands still with this row at the top, or the next one that is there.
    pub(crate) fn show(&self, log: &Log, number: u64) {
        self.pause(log);
        let Some((view, number)) = self.view.get().showing(log.shown(), number) else { return };
        self.view.set(view);
        self.anchor.replace(Some((row_id(number), 0.0)));
    }

    /// Stands still, and brings a row that is opened into view once it is drawn.
    pub(crate) fn reveal(&self, log: &Log, number: u64) {
        self.pause(log);
        self.reveal.set(Some(number));
    }

    /// To be called at each scroll event; `true` if other rows are to be drawn.
    pub(crate) fn scrolled(&self, log: &Log) -> bool {
        let Some(list) = self.list.cast::<Element>() else { return false };
        let top = f64::from(list.scroll_top());
        let before = self.top.replace(top);
        let below = f64::from(list.scroll_height() - list.client_height()) - top;
        let view = self.view.get();
        if view.is_following() {
            // What moves down, or stays at the end, was not the viewer leaving it.
            if top >= before || below <= AT_END {
                return false;
            }
            self.pause(log);
            return true;
        }
        self.anchor.replace(first_in_view(&list));
        let is_last = view.part(log.shown()).end == log.shown().len();
        if is_last && below <= AT_END && top > before {
            self.follow();
            return true;
        }
        let moved = if top < NEAR && top <= before {
            view.moved(log.shown(), true)
        } else if below < NEAR && top >= before {
            view.moved(log.shown(), false)
        } else {
            None
        };
        let is_moved = moved.is_some();
        self.view.set(moved.unwrap_or(view));
        is_moved
    }

    /// To be called when the log has been drawn anew, or it or what is in it has another size.
    pub(crate) fn settle(&self) {
        let Some(list) = self.list.cast::<Element>() else { return };
        let anchor = self.anchor.borrow().clone();
        if self.view.get().is_following() {
            list.set_scroll_top(list.scroll_height());
        } else if let Some((row, offset)) = anchor
            && let Some(row) = list.owner_document().and_then(|document| document.get_element_by_id(&row))
        {
            let drift = row.get_bounding_client_rect().top() - list.get_bounding_client_rect().top() - offset;
            if drift.abs() >= 1.0 {
                list.set_scroll_top(list.scroll_top() + drift.round() as i32);
            }
            if let Some(opened) = self.reveal.get()
                && bring_into_view(&list, opened)
            {
                self.reveal.set(None);
                self.anchor.replace(first_in_view(&list));
            }
        }
        self.top.set(list.scroll_top().into());
    }

    /// Moves the focus to the message before or after the one that has it; `None` if there is none that way.
    pub(crate) fn step(&self, forward: bool) -> Option<u64> {
        let list = self.list.cast::<Element>()?;
        let mut row = list.owner_document()?.active_element()?.closest("li.entry").ok()??;
        loop {
            row = if forward { row.next_element_sibling()? } else { row.previous_element_sibling()? };
            if let Some(button) = row.query_selector("button.summary").ok().flatten() {
                button.dyn_into::<HtmlElement>().ok()?.focus().ok()?;
                return row.id().strip_prefix("row-")?.parse().ok();
            }
        }
    }
}

/// The id of a row's element.
pub(crate) fn row_id(number: u64) -> String {
    format!("row-{number}")
}

/// Scrolls down until the end of an opened row is in view, or its beginning at the top; `false` while it is not drawn.
fn bring_into_view(list: &Element, number: u64) -> bool {
    let row = list.query_selector(&format!("#{}:has(.contents)", row_id(number))).ok().flatten();
    let Some(row) = row.map(|row| row.get_bounding_client_rect()) else { return false };
    let frame = list.get_bounding_client_rect();
    let down = (row.bottom() - frame.bottom()).min(row.top() - frame.top());
    if down > 0.0 {
        list.set_scroll_top(list.scroll_top() + down.ceil() as i32);
    }
    true
}

/// The first row in view, found by halving: rows stand below one another.
fn first_in_view(list: &Element) -> Option<(String, f64)> {
    let rows = list.query_selector("ol").ok()??.children();
    let top = list.get_bounding_client_rect().top();
    let ends_above = |place: u32| rows.item(place).is_some_and(|row| row.get_bounding_client_rect().bottom() <= top);
    let (mut low, mut high) = (0, rows.length());
    while low < high {
        let middle = low + (high - low) / 2;
        if ends_above(middle) { low = middle + 1 } else { high = middle }
    }
    let row = rows.item(low)?;
    Some((row.id(), row.get_bounding_client_rect().top() - top))
}
