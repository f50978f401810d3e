//! What asks for the viewer's attention: the title, the page's icon, the badge of the installed app, notices.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise, Reflect};
use openline_rooms::protocol::{Entry, RoomName};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::Context;

use super::{Chat, Msg};
use crate::{focus::document, kept::Choice, notices::GATHERED, said::said, words};

impl Chat {
    /// Says in the title and by the icon what is new anywhere: it is the sum of what the list of rooms says.
    pub(super) fn show_attention(&mut self, ctx: &Context<Self>) {
        let Some(document) = document() else { return };
        let unread = self.places.values().map(|place| place.unread);
        let (count, calls) = unread.fold((0, 0), |(count, calls), unread| (count + unread.count, calls + unread.calls));
        let title = words::title(ctx.props().room.as_str(), count, calls);
        if document.title() != title {
            document.set_title(&title);
            show_badge(count);
        }
        if self.icon_has_news != (count > 0) {
            self.icon_has_news = count > 0;
            show_icon(&document, self.icon_has_news);
        }
    }

    /// Something came that may be worth a notice: what calls the viewer, where they are not looking.
    pub(super) fn notify(&mut self, ctx: &Context<Self>, room: &RoomName, arrivals: &[Rc<Entry>], looking: bool) {
        let me = self.me_id();
        let Some(place) = self.places.get(room).filter(|_| !looking) else { return };
        let mut begins = false;
        for entry in arrivals.iter().filter(|entry| place.calls(entry, me)) {
            begins |= self.notices.came(room, entry.from.name.as_str(), &said(entry));
        }
        if begins {
            let link = ctx.link().clone();
            self.timers.notices = Some(Timeout::new(GATHERED, move || link.send_message(Msg::NoticesDue)));
        }
    }

    /// Tells what was gathered.
    pub(super) fn tell_notices(&mut self) {
        let is_unread = |room: &RoomName| self.places.get(room).is_some_and(|place| place.unread.calls > 0);
        let due = self.notices.due(is_unread);
        if Choice::Sound.is_on(false) && !due.is_empty() {
            self.notifier.sound();
        }
        if Choice::Notify.is_on(false) {
            due.iter().for_each(|notice| self.notifier.show(notice));
        }
    }
}

/// The icon with a dot, or without. It is in the page already: with the line down it could not be fetched.
fn show_icon(document: &web_sys::Document, has_news: bool) {
    let Some(icon) = document.query_selector("link[rel=icon]").ok().flatten() else { return };
    let drawing = if has_news { include_str!("../../icon-news.svg") } else { include_str!("../../icon.svg") };
    let address = format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(drawing)));
    drop(icon.set_attribute("href", &address));
}

/// The number on the icon of the page installed as an app (W3C Badging API, which web-sys holds for unstable); none for 0.
fn show_badge(count: usize) -> Option<()> {
    let navigator = web_sys::window()?.navigator();
    let set: Function = Reflect::get(&navigator, &"setAppBadge".into()).ok()?.dyn_into().ok()?;
    let shown: Promise = set.call1(&navigator, &(count as f64).into()).ok()?.dyn_into().ok()?;
    // A browser that has the function and no place for a badge says so; the title has the number.
    spawn_local(async move { drop(JsFuture::from(shown).await) });
    Some(())
}
