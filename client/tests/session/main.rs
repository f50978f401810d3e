//! A session in a scripted world: what others' libraries were found to do wrong, and this one may not.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::panic, reason = "helpers of tests panic as tests do")]

mod tries;
mod pauses;
mod life;
mod page;
mod messages;
mod end;

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use openline_client::*;

const SECOND: Duration = Duration::from_secs(1);

fn events(events: &mut Events) -> Vec<Event> {
    std::iter::from_fn(|| events.next().now_or_never().flatten()).collect()
}

fn session(script: &Script) -> (Session, Events) {
    builder().script(script).open()
}

fn builder() -> SessionBuilder {
    Session::builder("ws://example.test").heartbeat(Heartbeat::new(SECOND * 20, SECOND * 5, || "probe".into()))
}

fn up(script: &Script) -> (Session, Events) {
    let (session, mut up) = session(script);
    script.line().open();
    assert_eq!(events(&mut up), [Event::Dialling, Event::Opened, Event::Up]);
    (session, up)
}

fn closed(code: u16) -> DownWhy {
    DownWhy::Closed(CloseEvent { code, reason: String::new(), was_clean: code != 1006 })
}

/// What was told of lines lost, in order.
fn downs(all: &mut Events) -> Vec<DownWhy> {
    let downs = events(all).into_iter().filter_map(|event| match event {
        Event::Down { why, .. } => Some(why),
        _ => None,
    });
    downs.collect()
}

/// Lets the pause that was just told pass, and says how long it was.
fn sit_out(script: &Script, all: &mut Events) -> Duration {
    let told = events(all).pop();
    let Some(Event::Down { retry_in: Some(pause), .. }) = told else { panic!("not down: {told:?}") };
    script.advance(pause);
    pause
}
