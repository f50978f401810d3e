//! What the chat hears: from the rooms, the window, and other tabs.

use std::{cell::Cell, rc::Rc};

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Timeout;
use openline_rooms::{
    Replica,
    protocol::{Body, Entry, Heard, RoomName, Seq},
};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::Context;

use super::{Chat, Msg};
use crate::{
    announcer::BURST,
    focus::document,
    kept, keys,
    said::said,
    screen,
    scroller::Move,
    shortcuts::{Command, Key},
    time,
    typists::TYPING,
    words,
};

impl Chat {
    /// Takes in what a room's replica holds now.
    pub(super) fn follow(&mut self, ctx: &Context<Self>, room: &RoomName) {
        let me = self.me_id();
        let is_here = ctx.props().room == *room;
        let looking = is_here && self.is_looking();
        let Some(place) = self.places.get_mut(room) else { return };
        let arrivals = self.rooms.read(room, |replica| place.follow(replica, me, looking)).unwrap_or_default();
        if place.flash.is_some() && self.timers.flash.is_none() {
            self.wait_for_flash(ctx);
        }
        self.tell_of(ctx, room, &arrivals, looking);
    }

    /// A room's replica has changed; `true` if it is drawn at once. A hidden page disturbs nobody who types, and its
    /// timers go off late.
    pub(super) fn changed(&mut self, ctx: &Context<Self>, room: RoomName) -> bool {
        let is_hidden = document().is_some_and(|document| document.hidden());
        match self.pace.changed(room, time::now()) {
            Some(wait) if wait > 0 && !is_hidden => {
                let link = ctx.link().clone();
                self.timers.arrivals = Some(Timeout::new(wait, move || link.send_message(Msg::ArrivalsDue)));
                false
            }
            None if !is_hidden => false,
            _ => {
                self.follow_all(ctx);
                true
            }
        }
    }

    /// Takes in what has changed in the rooms since it was last drawn.
    pub(super) fn follow_all(&mut self, ctx: &Context<Self>) {
        self.timers.arrivals = None;
        for room in self.pace.due(time::now()) {
            self.follow(ctx, &room);
        }
    }

    /// What is in view of the room that is looked at is read, if the viewer is there to see it; `true` if it is news.
    pub(super) fn look(&mut self, ctx: &Context<Self>) -> bool {
        let (room, me, is_looking) = (&ctx.props().room, self.me_id(), self.is_looking());
        let Some(place) = self.places.get_mut(room).filter(|_| is_looking) else { return false };
        self.rooms.looking_at(room, place.in_view());
        let saw = place.saw(me);
        let Some(seen) = place.look() else { return saw };
        self.rooms.mark_read(room, seen);
        // At once: nobody is to be told of something new that they are looking at.
        place.read_to(self.rooms.read(room, Replica::read).flatten(), me);
        true
    }

    /// Goes to a message of the room that is looked at.
    pub(super) fn go_to(&mut self, ctx: &Context<Self>, at: Option<Seq>) {
        if let Some((place, at)) = self.places.get_mut(&ctx.props().room).zip(at) {
            place.seek_out(at);
            self.timers.flash = None;
            self.rooms.show_around(&ctx.props().room, at);
        }
    }

    /// Draws the room that is looked at anew.
    pub(super) fn redraw(&mut self, ctx: &Context<Self>) {
        let room = &ctx.props().room;
        if let Some(place) = self.places.get_mut(room) {
            self.rooms.read(room, |replica| place.draw(replica));
        }
    }

    /// What is in view has moved; `true` if anything is to be drawn.
    pub(super) fn moved(&mut self, ctx: &Context<Self>, room: &RoomName, what: Move) -> bool {
        if ctx.props().room != *room {
            return false;
        }
        let Some(place) = self.places.get_mut(room) else { return false };
        match what {
            Move::Pinned(pinned) => {
                place.pinned(pinned);
                self.redraw(ctx);
                true
            }
            Move::NearTop if place.shown.before.is_none() => {
                let more = place.earlier();
                self.redraw(ctx);
                more
            }
            Move::NearTop => {
                if place.shown.before == Some(openline_rooms::History::More) {
                    self.rooms.load_older(room);
                }
                false
            }
            Move::NearEnd => {
                let more = place.shown.more_after && place.later();
                if more {
                    self.redraw(ctx);
                } else if place.shown.more_after {
                    self.rooms.load_newer(room);
                }
                more
            }
            Move::Looked => self.look(ctx),
        }
    }

    /// Somebody said something that is kept nowhere.
    pub(super) fn heard(&mut self, ctx: &Context<Self>, room: &RoomName, signals: Vec<Heard>) {
        let me = self.me_id();
        let Some(place) = self.places.get_mut(room) else { return };
        for Heard { from, body } in signals {
            if matches!(&body, Body::Text(text) if text == TYPING) && Some(from.id) != me {
                place.typists.types(from, time::now());
            }
        }
        self.wait_for_typists(ctx);
    }

    /// Forgets those who have stopped typing, and waits for the next.
    pub(super) fn wait_for_typists(&mut self, ctx: &Context<Self>) {
        let now = time::now();
        let due = self.places.iter_mut().filter_map(|(_, place)| place.typists.expire(now)).min();
        let link = ctx.link().clone();
        let wait = due.map(|due| u32::try_from(due).unwrap_or(u32::MAX).max(1));
        self.timers.typists = wait.map(|wait| Timeout::new(wait, move || link.send_message(Msg::TypistsDue)));
    }

    /// Another tab has changed the rooms the viewer is in.
    pub(super) fn follow_rooms(&mut self, ctx: &Context<Self>) {
        let kept = kept::rooms();
        for room in &kept {
            self.join(ctx, room);
        }
        let left: Vec<_> = self.list.iter().filter(|room| !kept.contains(room)).cloned().collect();
        // The room that is looked at stays until the viewer leaves it here as well.
        for room in left.into_iter().filter(|room| ctx.props().room != *room) {
            self.forget(&room);
        }
    }

    /// The viewer is not in a room any more.
    pub(super) fn forget(&mut self, room: &RoomName) {
        self.rooms.leave(room);
        self.places.remove(room);
        self.list.retain(|listed| listed != room);
    }

    /// Says what came, to those who listen.
    fn tell_of(&mut self, ctx: &Context<Self>, room: &RoomName, arrivals: &[std::rc::Rc<Entry>], looking: bool) {
        if arrivals.is_empty() {
            return;
        }
        let me = self.me_id();
        let is_here = ctx.props().room == *room;
        let Some(place) = self.places.get(room) else { return };
        let said: Vec<_> = if is_here {
            arrivals.iter().map(|entry| words::arrival(entry.from.name.as_str(), &said(entry))).collect()
        } else {
            // Of other rooms only what is for the viewer is worth interrupting them.
            let calls = arrivals.iter().filter(|entry| place.calls(entry, me));
            calls.map(|entry| words::called_by(entry.from.name.as_str(), room.as_str())).collect()
        };
        self.notify(ctx, room, arrivals, looking);
        if self.announcer.arrived(said) {
            let link = ctx.link().clone();
            self.timers.burst = Some(Timeout::new(BURST, move || link.send_message(Msg::BurstOver)));
        }
    }

    fn wait_for_flash(&mut self, ctx: &Context<Self>) {
        const FLASH: u32 = 2_500;
        let link = ctx.link().clone();
        self.timers.flash = Some(Timeout::new(FLASH, move || link.send_message(Msg::FlashOver)));
    }
}

/// What the chat hears from the window, for as long as it is there.
pub(super) fn listeners(ctx: &Context<Chat>, dialog_is_open: &Rc<Cell<bool>>) -> Vec<EventListener> {
    let (Some(document), Some(window)) = (document(), web_sys::window()) else { return Vec::new() };
    let attention = |target: &web_sys::EventTarget, event: &'static str| {
        let link = ctx.link().clone();
        EventListener::new(target, event, move |_| link.send_message(Msg::Attention))
    };
    let link = ctx.link().clone();
    let dialog_is_open = dialog_is_open.clone();
    let keys = EventListener::new_with_options(
        &document,
        "keydown",
        EventListenerOptions::enable_prevent_default(),
        move |event| {
            let Some(command) = event.dyn_ref().and_then(command) else { return };
            // What is over everything else has keys of its own.
            if dialog_is_open.get() || event.default_prevented() {
                return;
            }
            if command != Command::Escape {
                event.prevent_default();
            }
            link.send_message(Msg::Command(command));
        },
    );
    let link = ctx.link().clone();
    let other_tabs = kept::on_other_tab(move || link.send_message(Msg::OtherTab));
    let heard =
        [attention(&document, "visibilitychange"), attention(&window, "focus"), attention(&window, "blur"), keys];
    heard.into_iter().chain(other_tabs).chain(screen::follow()).collect()
}

fn command(event: &KeyboardEvent) -> Option<Command> {
    if keys::belongs_to_input_method(event) {
        return None;
    }
    let key = event.key();
    let key = Key {
        key: &key,
        ctrl: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
        shift: event.shift_key(),
        in_field: keys::goes_into_a_field(event),
    };
    key.command()
}
