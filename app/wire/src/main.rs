//! The workbench: dials any WebSocket and shows what happens on it, with nothing between the viewer and the wire but
//! [`openline_client::Socket`].
//!
//! Modules that decide (down to `words`) are pure and tested natively; `bench` holds the socket and the log; components
//! draw them and emit what the viewer does. Nothing that comes over a wire is ever made into markup, and nothing from
//! outside can panic the page. It is a document of its own, because a policy that lets it dial anywhere must not cover
//! the chat.

mod causes;
mod codes;
mod bytes;
mod row;
mod filter;
mod log;
mod traffic;
mod view;
mod record;
mod address;
mod words;
mod clock;
mod clipboard;
mod storage;
mod file;
mod bench;
mod icons;
mod dialler;
mod status;
mod scroller;
mod contents;
mod entry;
mod timeline;
mod toolbar;
mod log_view;
mod composer;
mod closer;
mod aside;
mod page;

fn main() {
    yew::Renderer::<page::Page>::new().render();
}
