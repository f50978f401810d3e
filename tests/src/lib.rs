//! What the stories are told with: the real server as a process, a line to it that can be cut, a real browser, and the
//! chat's page as a person sees it.
//!
//! Everything ends with the value that stands for it, whatever the outcome of the test. Whoever waits, waits for an
//! event, with a deadline that reports what was there instead.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "this is all test code")]

mod tool;
mod server;
mod line;
mod peer;
mod example;
mod viewer;
mod driver;
mod dev_tools;
mod look;
mod browser;
mod axe;
mod page;
mod stage;
mod weight;
mod workbench;

pub use self::{
    browser::{Browser, Engine},
    example::Example,
    line::Line,
    look::{Colors, Look},
    page::Page,
    peer::{Heard, Lines, Peer},
    server::Server,
    stage::{Stage, end},
    viewer::Viewer,
    weight::Weight,
    workbench::Workbench,
};
