//! What is told to `tracing`, where that feature is on; nothing is left of it where it isn't. Nothing depends on it.
//!
//! Lines at debug level, messages at trace level: their lengths, never what is in them, and of an address not what
//! follows the `?`, because that is where pages put tokens.

#![cfg_attr(not(feature = "tracing"), allow(unused_variables, reason = "nobody is told"))]

#[cfg(feature = "tracing")]
use crate::source::LineEvent;
use crate::{endpoint::Endpoint, session::Event};

pub(crate) fn dialling(endpoint: &Endpoint) {
    #[cfg(feature = "tracing")]
    tracing::debug!(url = endpoint.url.split('?').next(), protocols = ?endpoint.protocols, "dialling");
}

#[cfg(feature = "tracing")]
pub(crate) fn came(event: &LineEvent) {
    match event {
        LineEvent::Opened => tracing::debug!("open"),
        LineEvent::Message(message) => tracing::trace!(bytes = message.len(), "received"),
        LineEvent::Closed(event) => {
            tracing::debug!(code = event.code, reason = event.reason, was_clean = event.was_clean, "closed");
        }
    }
}

pub(crate) fn sent(bytes: u64) {
    #[cfg(feature = "tracing")]
    tracing::trace!(bytes, "sent");
}

/// What a session makes of it: the line has told the rest.
pub(crate) fn told(event: &Event) {
    #[cfg(feature = "tracing")]
    match event {
        Event::Up => tracing::debug!("up"),
        Event::Down { why, retry_in } => tracing::debug!(%why, ?retry_in, "down"),
        Event::Ended { why } => tracing::debug!(%why, "ended"),
        _ => {}
    }
}

#[cfg(all(test, feature = "tracing", not(target_family = "wasm")))]
#[expect(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]
mod tests {
    use std::{
        fmt::{self, Write as _},
        sync::{Arc, Mutex},
    };

    use tracing::{
        Metadata, Subscriber,
        field::{Field, Visit},
        span,
    };

    use crate::{Script, Session};

    /// Writes down every event, and every field of it.
    #[derive(Clone, Default)]
    struct Notebook(Arc<Mutex<String>>);

    impl Subscriber for Notebook {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }

        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            event.record(&mut Page(&mut self.0.lock().unwrap()));
        }

        fn enter(&self, _: &span::Id) {}

        fn exit(&self, _: &span::Id) {}
    }

    struct Page<'a>(&'a mut String);

    impl Visit for Page<'_> {
        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            writeln!(self.0, "{field}={value:?}").unwrap();
        }
    }

    #[test]
    fn what_lines_do_is_told_and_no_token_and_nothing_that_was_said() {
        let notebook = Notebook::default();
        tracing::subscriber::with_default(notebook.clone(), || {
            let script = Script::new();
            let (session, _events) = Session::builder("ws://example.test/ws?token=secret").script(&script).open();
            script.line().open();
            session.send("secret").unwrap();
            script.line().message("secret");
            script.line().close(1012, "restarting");
        });
        let told = notebook.0.lock().unwrap().clone();
        for expected in ["ws://example.test/ws", "message=open", "message=up", "bytes=6", "code=1012", "restarting"] {
            assert!(told.contains(expected), "{expected} in {told}");
        }
        assert!(!told.contains("secret"), "{told}");
    }
}
