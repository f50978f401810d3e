//! What the viewer does, done.

use openline_rooms::{
    Line,
    protocol::{Body, RoomName},
};
use wasm_bindgen_futures::spawn_local;
use yew::Context;

use super::{Chat, Dialog, Msg, Panel};
use crate::{
    act::Act,
    clipboard, composer,
    focus::{document, has_keyboard, put_focus, to_region},
    kept::{self, Choice},
    kind::{Does, Kind},
    navigation,
    shortcuts::{self, Command},
    time,
    typists::TYPING,
    unsent::{self, About},
};

impl Chat {
    /// Takes in whatever happens; `true` if something is to be drawn anew.
    pub(super) fn on(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Line => {
                self.line = self.rooms.line();
                self.health.line(time::now(), self.line == Line::Up);
                self.measure();
            }
            Msg::Beat => self.health.beat(time::now()),
            Msg::Measure => {
                self.measure();
                return false;
            }
            Msg::Me => {
                self.me = self.rooms.me();
                self.follow(ctx, &ctx.props().room.clone());
            }
            Msg::Room(room) => return self.changed(ctx, room),
            Msg::ArrivalsDue => self.follow_all(ctx),
            Msg::Heard(room, signals) => self.heard(ctx, &room, signals),
            Msg::Moved(room, what) => return self.moved(ctx, &room, what),
            Msg::Drawn => {
                self.show_attention(ctx);
                return false;
            }
            Msg::Attention => {
                self.wait_for_midnight(ctx);
                self.look(ctx);
            }
            Msg::BurstOver => self.announcer.burst_over(),
            Msg::Midnight => self.wait_for_midnight(ctx),
            Msg::TypistsDue => self.wait_for_typists(ctx),
            Msg::FlashOver => {
                self.timers.flash = None;
                self.places.iter_mut().for_each(|(_, place)| place.flash = None);
            }
            Msg::NoticesDue => self.tell_notices(),
            Msg::OtherTab => self.follow_rooms(ctx),
            Msg::Act(act) => return self.act(ctx, act),
            Msg::EditDraft(draft) => {
                let about = match Kind::of(draft.kind.as_deref()).does {
                    Does::Reply(seq) => Some(About::Reply(seq)),
                    Does::Edit(seq) => Some(About::Edit(seq)),
                    _ => None,
                };
                self.set_about(ctx, about);
                self.redraw(ctx);
            }
            Msg::FirstUnread => {
                let me = self.me_id();
                let first = self.place(ctx).and_then(|place| place.first_unread(me));
                self.go_to(ctx, first);
            }
            Msg::Panel(panel) if panel == self.panel => return false,
            Msg::Panel(panel) => self.set_panel(panel),
            Msg::Dialog(dialog) => {
                self.dialog = dialog;
                self.dialog_is_open.set(dialog.is_some());
            }
            Msg::Command(command) => return self.command(ctx, command),
            Msg::Leave(room) => self.leave(ctx, &room),
            Msg::Rename(name) => self.rooms.rename(name),
        }
        true
    }

    /// Nobody looks at a hidden page, and the line need not carry anything for it.
    fn measure(&mut self) {
        if document().is_some_and(|document| !document.hidden()) && self.health.ask(time::now()) {
            self.rooms.beat();
        }
    }

    fn act(&mut self, ctx: &Context<Self>, act: Act) -> bool {
        let (room, me) = (ctx.props().room.clone(), self.me_id());
        let place = self.places.get(&room);
        match act {
            Act::Reply(seq) => {
                self.set_about(ctx, Some(About::Reply(seq)));
                put_focus(&self.input);
            }
            Act::Edit(seq) => {
                let mine = place.filter(|place| place.author(seq).map(|author| author.id) == me);
                if let Some(text) = mine.and_then(|place| place.text(seq)) {
                    self.set_about(ctx, Some(About::Edit(seq)));
                    composer::begin_edit(&self.input, &room, &text);
                }
            }
            Act::Delete(seq) => self.say_about(&room, Does::Delete(seq), "🗑"),
            Act::React(seq, text) => {
                let has = place.is_some_and(|place| place.has_reacted(seq, &text, me));
                self.say_about(&room, if has { Does::Unreact(seq) } else { Does::React(seq) }, &text);
            }
            Act::Go(seq) => {
                navigation::go(&room, Some(seq));
                self.go_to(ctx, Some(seq));
            }
            Act::CopyText(seq) => copy(place.and_then(|place| place.text(seq)).unwrap_or_default()),
            Act::CopyLink(seq) => copy(navigation::link(&room, Some(seq))),
            Act::Write => put_focus(&self.input),
            Act::Latest => self.latest(ctx),
            Act::Type => return self.typing(ctx),
            Act::Sent => self.sent(ctx),
            Act::DropAbout => self.drop_about(ctx),
            Act::EditLast => {
                let last = place.and_then(|place| Some(place.shown.last_of(me)?.message.entry.seq));
                return last.is_none_or(|seq| self.act(ctx, Act::Edit(seq)));
            }
            Act::LoseFocus => {
                // What the viewer does is drawn at once, however much arrives.
                self.redraw(ctx);
                self.refocus(ctx);
            }
            Act::TryNow => self.rooms.try_now(),
            Act::StartAnew => self.rooms.start_anew(),
        }
        true
    }

    /// Says something about a message. Where it can't be stored, nothing happens, and it can be tried again.
    fn say_about(&self, room: &RoomName, does: Does, text: &str) {
        let kind = Kind { does, to: Vec::new() };
        drop(self.rooms.post(room, kind.media_type(), Body::text(text)));
    }

    fn sent(&mut self, ctx: &Context<Self>) {
        let was = self.place(ctx).and_then(|place| place.about);
        if let Some(place) = self.place(ctx) {
            place.typists.i_stop();
        }
        self.drop_about(ctx);
        if !matches!(was, Some(About::Edit(_))) {
            self.latest(ctx);
        }
    }

    fn latest(&mut self, ctx: &Context<Self>) {
        self.rooms.show_latest(&ctx.props().room);
        if let Some(place) = self.place(ctx) {
            place.scroller.set_more_follows(false);
            place.pinned(true);
            place.scroller.clone().pin();
        }
        self.redraw(ctx);
    }

    /// What is written is about another message now, or about none.
    fn set_about(&mut self, ctx: &Context<Self>, about: Option<About>) {
        let room = &ctx.props().room;
        let Some(place) = self.places.get_mut(room) else { return };
        let was = std::mem::replace(&mut place.about, about);
        unsent::keep_about(room, about);
        if matches!(was, Some(About::Edit(_))) {
            composer::end_edit(&self.input, room);
        }
    }

    fn drop_about(&mut self, ctx: &Context<Self>) {
        self.set_about(ctx, None);
    }

    fn typing(&mut self, ctx: &Context<Self>) -> bool {
        let is_due = self.place(ctx).is_some_and(|place| place.typists.i_type(time::now()));
        if is_due && Choice::Typing.is_on(true) {
            self.rooms.signal(&ctx.props().room, None, Body::text(TYPING));
        }
        false
    }

    fn refocus(&mut self, ctx: &Context<Self>) {
        // On a touch screen the keyboard would cover what one has just gone to see.
        let list = self.place(ctx).map(|place| place.scroller.list()).unwrap_or_default();
        put_focus(&if has_keyboard() { self.input.clone() } else { list });
    }

    fn set_panel(&mut self, panel: Option<Panel>) {
        let refs = &self.refs;
        let next = match (panel, self.panel) {
            (Some(Panel::Rooms), _) => &refs.rooms_close,
            (Some(Panel::People), _) => &refs.people_close,
            (None, Some(Panel::People)) => &refs.people_button,
            (None, _) => &refs.rooms_button,
        };
        self.focus_next = Some(next.clone());
        self.panel = panel;
    }

    fn command(&mut self, ctx: &Context<Self>, command: Command) -> bool {
        match command {
            Command::Write => put_focus(&self.input),
            Command::FindRoom => return self.on(ctx, Msg::Dialog(Some(Dialog::FindRoom))),
            Command::Search => return self.on(ctx, Msg::Dialog(Some(Dialog::Search))),
            Command::Help => return self.on(ctx, Msg::Dialog(Some(Dialog::Shortcuts))),
            Command::FirstUnread => return self.on(ctx, Msg::FirstUnread),
            Command::Latest => return self.act(ctx, Act::Latest),
            Command::Room { forward, unread } => {
                let from = self.list.iter().position(|room| *room == ctx.props().room).unwrap_or(0);
                let is_unread = |place: usize| {
                    let place = self.list.get(place).and_then(|room| self.places.get(room));
                    place.is_some_and(|place| place.unread.count > 0)
                };
                let next = shortcuts::next(from, self.list.len(), forward, |place| !unread || is_unread(place));
                if let Some(room) = next.and_then(|next| self.list.get(next)) {
                    navigation::go(room, None);
                }
                return false;
            }
            Command::Region { forward } => {
                to_region(forward);
                return false;
            }
            Command::Escape if self.panel.is_some() => self.set_panel(None),
            Command::Escape if self.place(ctx).is_some_and(|place| place.about.is_some()) => self.drop_about(ctx),
            Command::Escape => {
                if let Some(place) = self.place(ctx) {
                    place.dismiss_line();
                }
                self.latest(ctx);
                put_focus(&self.input);
            }
        }
        true
    }

    fn leave(&mut self, ctx: &Context<Self>, room: &RoomName) {
        let at = self.list.iter().position(|listed| listed == room).unwrap_or(0);
        // The one that takes its place in the list, or the one before it.
        let next = self.list.iter().filter(|listed| *listed != room).cloned().collect::<Vec<_>>();
        let next = next.get(at).or(next.last()).cloned().or_else(|| "lobby".parse().ok());
        if ctx.props().room == *room {
            let Some(next) = next.filter(|next| next != room) else { return };
            navigation::go(&next, None);
        }
        self.forget(room);
        kept::keep_rooms(&self.list);
    }
}

fn copy(text: String) {
    // Whether it worked is seen where it is pasted.
    spawn_local(async move {
        clipboard::copy(text).await;
    });
}
