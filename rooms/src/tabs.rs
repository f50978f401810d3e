//! The other tabs of this browser: what is stored in one is told to all.

use gloo_events::EventListener;
use openline_protocol::json;
use wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::to_store::ToTabs;

/// A way to the other tabs of this origin (WHATWG HTML section 9.6), until this is dropped.
pub(crate) struct Tabs {
    channel: BroadcastChannel,
    _listener: EventListener,
}

impl Tabs {
    /// `None` where the browser has no such way: then each tab finds out what others stored when it joins again.
    pub(crate) fn open(hear: impl Fn(ToTabs) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new("openline").ok()?;
        let listener = EventListener::new(&channel, "message", move |event| {
            let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
            // What a newer version tells and this one doesn't know is passed over.
            if let Some(news) = text.and_then(|text| json::read(&text).ok()) {
                hear(news);
            }
        });
        Some(Self { channel, _listener: listener })
    }

    pub(crate) fn tell(&self, news: &ToTabs) {
        if let Ok(text) = serde_json::to_string(news) {
            drop(self.channel.post_message(&text.into()));
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.close();
    }
}
