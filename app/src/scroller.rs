//! Measures and moves a list for its scroll position. The only code that sets where a list is scrolled to.
//!
//! It is put right as soon as it has been drawn anew; and whatever else changes its size, or that of what is in it, is
//! heard through a `ResizeObserver`, which the browser calls after layout and before it paints.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, HtmlCollection, ResizeObserver};
use yew::{Callback, NodeRef};

use crate::scroll::{Anchor, Scroll, View};

/// How near to the beginning or the end of what is drawn, in CSS pixels, more is asked for.
const NEAR: i32 = 600;

/// A list that scrolls, with what is in it.
#[derive(Clone, Default)]
pub(crate) struct Scroller(Rc<Inner>);

#[derive(Default)]
struct Inner {
    list: NodeRef,
    content: NodeRef,
    scroll: RefCell<Scroll>,
    on_move: RefCell<Callback<Move>>,
    watch: RefCell<Option<Watch>>,
}

/// What has become of what is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Move {
    /// The end has begun (`true`) or ceased to be kept in view.
    Pinned(bool),
    NearTop,
    NearEnd,
    /// Something else may be in view now.
    Looked,
}

struct Watch {
    observer: ResizeObserver,
    _on_resize: Closure<dyn Fn(JsValue)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl PartialEq for Scroller {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Scroller {
    /// `on_move` hears what becomes of what is seen.
    pub(crate) fn new(on_move: Callback<Move>) -> Self {
        let scroller = Self::default();
        scroller.0.on_move.replace(on_move);
        scroller
    }

    /// The element that scrolls.
    pub(crate) fn list(&self) -> NodeRef {
        self.0.list.clone()
    }

    /// The one element in it. The rows are the items of the ordered list in there.
    pub(crate) fn content(&self) -> NodeRef {
        self.0.content.clone()
    }

    /// Begins to keep the position, once both elements are in the document.
    pub(crate) fn watch(&self) {
        let (Some(list), Some(content)) = (self.0.list.cast::<Element>(), self.0.content.cast::<Element>()) else {
            return;
        };
        let weak = Rc::downgrade(&self.0);
        let on_resize = Closure::<dyn Fn(JsValue)>::new(move |_| {
            if let Some(inner) = weak.upgrade() {
                inner.settle();
            }
        });
        let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) else { return };
        observer.observe(&list);
        observer.observe(&content);
        self.0.watch.replace(Some(Watch { observer, _on_resize: on_resize }));
    }

    /// Lets go of the elements.
    pub(crate) fn unwatch(&self) {
        self.0.watch.replace(None);
        self.0.scroll.borrow_mut().undrawn();
    }

    /// To be called at each scroll event of the list.
    pub(crate) fn scrolled(&self) {
        self.0.deciding(|scroll, list| scroll.scrolled(view(list), || self.0.first_in_view(list)));
        self.0.looked();
    }

    /// Goes to the end, and stays there.
    pub(crate) fn pin(&self) {
        self.0.deciding(|scroll, _| scroll.pin());
        self.0.settle();
    }

    /// Goes to a row, as soon as it is drawn.
    pub(crate) fn go_to(&self, row: String) {
        self.0.deciding(|scroll, list| {
            let offset = f64::from(list.client_height()) / 4.0;
            scroll.hold(Anchor { row, offset });
        });
        self.0.settle();
    }

    /// Whether more follows what is drawn.
    pub(crate) fn set_more_follows(&self, more_follows: bool) {
        self.0.scroll.borrow_mut().set_more_follows(more_follows);
    }

    /// The id of the last row that is wholly in view, or fills it.
    pub(crate) fn last_in_view(&self) -> Option<String> {
        self.0.last_in_view(&self.0.list.cast::<Element>()?)
    }

    /// The id of the first row of which anything is in view.
    pub(crate) fn first_in_view(&self) -> Option<String> {
        Some(self.0.first_in_view(&self.0.list.cast::<Element>()?)?.row)
    }

    /// To be called when the list has been drawn anew, so that nobody can see it out of its place, not even code.
    pub(crate) fn settle(&self) {
        self.0.settle();
    }

    /// Whether the end is kept in view.
    pub(crate) fn is_pinned(&self) -> bool {
        self.0.scroll.borrow().is_pinned()
    }
}

impl Inner {
    fn deciding(&self, decide: impl FnOnce(&mut Scroll, &Element)) {
        let Some(list) = self.list.cast::<Element>() else { return };
        let (before, after) = {
            let mut scroll = self.scroll.borrow_mut();
            let before = scroll.is_pinned();
            decide(&mut scroll, &list);
            (before, scroll.is_pinned())
        };
        if before != after {
            self.tell(Move::Pinned(after));
        }
    }

    fn tell(&self, what: Move) {
        let on_move = self.on_move.borrow().clone();
        on_move.emit(what);
    }

    fn settle(&self) {
        self.deciding(|scroll, list| {
            let now = view(list);
            let begin_of = |row: &str| {
                let row = list.owner_document()?.get_element_by_id(row)?;
                Some(row.get_bounding_client_rect().top() - list.get_bounding_client_rect().top() + now.top)
            };
            let top = scroll.settle(now, begin_of, || self.first_in_view(list));
            if (top - now.top).abs() >= 0.5 {
                set_top(list, top);
            }
        });
        self.looked();
    }

    fn looked(&self) {
        // Before the first rows have come, the beginning is near only because nothing is there yet.
        let has_rows = self.rows().is_some_and(|rows| rows.length() > 0);
        let Some(list) = self.list.cast::<Element>().filter(|list| has_rows && list.client_height() > 0) else {
            return;
        };
        if list.scroll_top() < NEAR {
            self.tell(Move::NearTop);
        }
        if list.scroll_height() - list.client_height() - list.scroll_top() < NEAR {
            self.tell(Move::NearEnd);
        }
        self.tell(Move::Looked);
    }

    fn rows(&self) -> Option<HtmlCollection> {
        Some(self.content.cast::<Element>()?.query_selector("ol").ok()??.children())
    }

    /// The first row in view.
    fn first_in_view(&self, list: &Element) -> Option<Anchor> {
        let rows = self.rows()?;
        let top = list.get_bounding_client_rect().top();
        let first = count_above(&rows, top);
        let row = (first..rows.length()).filter_map(|place| rows.item(place)).find(|row| !row.id().is_empty())?;
        Some(Anchor { row: row.id(), offset: row.get_bounding_client_rect().top() - top })
    }

    /// The last message whose end is in view; where one fills all of it, that one.
    fn last_in_view(&self, list: &Element) -> Option<String> {
        let rows = self.rows()?;
        let seen = list.get_bounding_client_rect();
        // A hair's breadth below still counts: positions have fractions.
        let ended = count_above(&rows, seen.bottom() + 1.0);
        let first = count_above(&rows, seen.top());
        let last = if ended > first { ended } else { first + 1 };
        (0..last)
            .rev()
            .filter_map(|place| rows.item(place))
            .find(|row| row.id().starts_with("entry-"))
            .map(|row| row.id())
    }
}

/// How many rows end above a height, found by halving: rows stand below one another.
fn count_above(rows: &HtmlCollection, height: f64) -> u32 {
    let ends_above = |place: u32| rows.item(place).is_some_and(|row| row.get_bounding_client_rect().bottom() <= height);
    let (mut low, mut high) = (0, rows.length());
    while low < high {
        let middle = low + (high - low) / 2;
        if ends_above(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

fn view(list: &Element) -> View {
    View { top: top(list), height: list.client_height().into(), content: list.scroll_height().into() }
}

/// `scrollTop` with its fraction, which web-sys rounds away.
fn top(list: &Element) -> f64 {
    js_sys::Reflect::get(list, &"scrollTop".into()).ok().and_then(|top| top.as_f64()).unwrap_or_default()
}

fn set_top(list: &Element, top: f64) {
    // Setting a number on an element does not fail.
    drop(js_sys::Reflect::set(list, &"scrollTop".into(), &top.into()));
}
