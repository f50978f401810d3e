//! The page: a chat in a browser, rooms side by side.
//!
//! Modules that decide (`words` to `shortcuts`, below) are pure and tested natively; components draw what those and the rooms' replicas say, and emit what the viewer does. Nothing of the viewer's or of
//! others is ever made into markup, and nothing from outside can panic the page.

mod words;
mod address;
mod kind;
mod fold;
mod time;
mod rows;
mod reading;
mod stretch;
mod scroll;
mod markup;
mod said;
mod known;
mod typists;
mod announcer;
mod notices;
mod pace;
mod health;
mod shortcuts;
mod keys;
mod screen;
mod focus;
mod clipboard;
mod navigation;
mod kept;
mod unsent;
mod notifier;
mod icons;
mod avatar;
mod prose;
mod here;
mod act;
mod scroller;
mod shown;
mod line_status;
mod people;
mod invitation;
mod join_room;
mod menu;
mod entry;
mod draft;
mod messages;
mod composer;
mod place;
mod room_list;
mod dialog;
mod chat;
mod welcome;
mod astray;
mod page;

fn main() {
    speak();
    yew::Renderer::<page::Page>::new().render();
}

/// Speaks the language that was chosen, or else the first of the browser's that the page speaks.
fn speak() {
    let Some(window) = web_sys::window() else { return };
    let wanted: Vec<_> = window.navigator().languages().iter().filter_map(|tag| tag.as_string()).collect();
    let chosen = kept::Choice::Language.get();
    let language = chosen.iter().chain(&wanted).find_map(|tag| words::Language::of(tag)).unwrap_or_default();
    words::speak(language);
    words::set_locale(window.navigator().language().unwrap_or_default());
    if let Some(root) = window.document().and_then(|document| document.document_element()) {
        drop(root.set_attribute("lang", language.tag()));
    }
}
