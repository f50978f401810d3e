//! The page: a chat in a browser, one room at a time.
//!
//! Modules that decide (`words`, `time`, `rows`, `reading`, `scroll`, `announcer`) are pure and tested natively;
//! components draw what those and the rooms' replicas say, and emit what the viewer does. Nothing of the viewer's or of
//! others is ever made into markup, and nothing from outside can panic the page.

mod words;
mod time;
mod rows;
mod reading;
mod scroll;
mod announcer;
mod keys;
mod focus;
mod clipboard;
mod unsent;
mod icons;
mod avatar;
mod here;
mod route;
mod scroller;
mod line_status;
mod people;
mod invitation;
mod other_room;
mod entry;
mod draft;
mod messages;
mod composer;
mod room;
mod welcome;
mod astray;
mod page;

fn main() {
    yew::Renderer::<page::Page>::new().render();
}
