//! The chat: the rooms the viewer is in, side by side, and the one they look at. What the viewer sees of them changes
//! here and nowhere else; the parts draw.

mod attending;
mod doing;
mod drawing;
mod listening;

pub(crate) use self::drawing::count;

use std::{cell::Cell, rc::Rc};

use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use litemap::LiteMap;
use openline_rooms::{
    Change, Draft, Line, Rooms, Subscription,
    protocol::{Body, Heard, Person, PersonName, RoomName, Seq},
};
use yew::{Callback, Component, Context, Html, NodeRef, Properties};

use crate::{
    act::Act,
    announcer::Announcer,
    composer,
    focus::{document, has_keyboard, put_focus},
    health::{self, Health},
    here::Here,
    kept,
    notices::Notices,
    notifier::Notifier,
    pace::Pace,
    page::Shared,
    place::Place,
    scroller::Move,
    shortcuts::Command,
    time::{self, Day},
};

#[derive(PartialEq, Properties)]
pub(crate) struct ChatProps {
    pub(crate) rooms: Shared,
    /// Where the address leads.
    pub(crate) room: RoomName,
    /// To which message, if to one.
    pub(crate) at: Option<Seq>,
    /// What the viewer calls themselves.
    pub(crate) name: PersonName,
}

/// The chat.
pub(crate) struct Chat {
    rooms: Rooms,
    line: Line,
    health: Health,
    me: Option<Person>,
    /// In the order the viewer came into them.
    list: Vec<RoomName>,
    places: LiteMap<RoomName, Place>,
    today: Day,
    announcer: Announcer,
    notices: Notices,
    notifier: Notifier,
    pace: Pace,
    /// The page's icon says that something is new.
    icon_has_news: bool,
    panel: Option<Panel>,
    dialog: Option<Dialog>,
    input: NodeRef,
    refs: Refs,
    /// Where the focus goes once what it goes to is drawn.
    focus_next: Option<NodeRef>,
    timers: Timers,
    tell: Tell,
    /// Shared with the listeners that have to know it before anything is drawn.
    dialog_is_open: Rc<Cell<bool>>,
    _subscription: Subscription,
    _listeners: Vec<EventListener>,
}

/// What is shown beside the messages; on a narrow page, in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    Rooms,
    People,
}

/// What is shown over everything else, until it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    FindRoom,
    Search,
    Settings,
    Shortcuts,
}

#[derive(Default)]
struct Refs {
    rooms_button: NodeRef,
    rooms_close: NodeRef,
    people_button: NodeRef,
    people_close: NodeRef,
}

#[derive(Default)]
struct Timers {
    burst: Option<Timeout>,
    midnight: Option<Timeout>,
    typists: Option<Timeout>,
    flash: Option<Timeout>,
    notices: Option<Timeout>,
    arrivals: Option<Timeout>,
    measure: Option<Interval>,
}

/// How the parts say what the viewer does. Made once: a part whose properties are the same is not drawn anew.
struct Tell {
    act: Callback<Act>,
    edit_draft: Callback<Draft>,
    close_dialog: Callback<()>,
    gone: Callback<()>,
    rename: Callback<PersonName>,
}

pub(crate) enum Msg {
    Line,
    Me,
    Beat,
    /// It is time to measure the line.
    Measure,
    Room(RoomName),
    /// What has changed in the rooms is to be drawn.
    ArrivalsDue,
    Heard(RoomName, Vec<Heard>),
    Moved(RoomName, Move),
    /// Everything is drawn, and what was seen by that is read: the title and the icon follow.
    Drawn,
    /// The page was hidden or shown, or the window got or lost the focus.
    Attention,
    BurstOver,
    Midnight,
    TypistsDue,
    FlashOver,
    NoticesDue,
    /// Another tab has changed the rooms the viewer is in.
    OtherTab,
    Act(Act),
    EditDraft(Draft),
    FirstUnread,
    Panel(Option<Panel>),
    Dialog(Option<Dialog>),
    Command(Command),
    Leave(RoomName),
    Rename(PersonName),
}

impl Component for Chat {
    type Message = Msg;
    type Properties = ChatProps;

    fn create(ctx: &Context<Self>) -> Self {
        let rooms = ctx.props().rooms.0.clone();
        let subscription = rooms.subscribe({
            let link = ctx.link().clone();
            move |change| match change {
                Change::Line => link.send_message(Msg::Line),
                Change::Me => link.send_message(Msg::Me),
                Change::Beat => link.send_message(Msg::Beat),
                Change::Room(room) => link.send_message(Msg::Room(room.clone())),
                Change::Signals { room, signals } => {
                    link.send_message(Msg::Heard(room.clone(), signals.clone()));
                }
                _ => {}
            }
        });
        let dialog_is_open = Rc::new(Cell::new(false));
        let input = NodeRef::default();
        let mut chat = Self {
            line: rooms.line(),
            health: Health::default(),
            me: rooms.me(),
            rooms,
            list: Vec::new(),
            places: LiteMap::new_vec(),
            today: Day::today(),
            announcer: Announcer::default(),
            notices: Notices::default(),
            notifier: Notifier::new(),
            pace: Pace::default(),
            icon_has_news: false,
            panel: None,
            dialog: None,
            refs: Refs::default(),
            focus_next: None,
            timers: Timers::default(),
            tell: Tell::new(ctx, &input),
            input,
            _listeners: listening::listeners(ctx, &dialog_is_open),
            dialog_is_open,
            _subscription: subscription,
        };
        chat.wait_for_midnight(ctx);
        let link = ctx.link().clone();
        chat.timers.measure = Some(Interval::new(health::EVERY, move || link.send_message(Msg::Measure)));
        chat.health.line(time::now(), chat.line == Line::Up);
        for room in kept::rooms() {
            chat.join(ctx, &room);
        }
        chat.come_into(ctx);
        chat
    }

    fn changed(&mut self, ctx: &Context<Self>, before: &ChatProps) -> bool {
        let ChatProps { room, at, .. } = ctx.props();
        if before.room != *room {
            if let Some(place) = self.places.get_mut(&before.room) {
                place.dismiss_line();
            }
            self.come_into(ctx);
        } else if before.at != *at && at.is_some() {
            self.go_to(ctx, *at);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        self.on(ctx, msg)
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        self.draw(ctx)
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        ctx.link().send_message(Msg::Drawn);
        if let Some(target) = self.focus_next.take() {
            put_focus(&target);
        }
        // On a touch screen the keyboard would cover the room one has just come to see.
        if first_render && has_keyboard() {
            put_focus(&self.input);
        }
    }
}

impl Chat {
    /// The room that is looked at, on the page's one line.
    fn here(&self, ctx: &Context<Self>) -> Here {
        Here { rooms: self.rooms.clone(), room: ctx.props().room.clone() }
    }

    fn place(&mut self, ctx: &Context<Self>) -> Option<&mut Place> {
        self.places.get_mut(&ctx.props().room)
    }

    fn me_id(&self) -> Option<openline_rooms::protocol::PersonId> {
        self.me.as_ref().map(|me| me.id)
    }

    /// What the viewer is called: by the server, or, before it has said so, by themselves.
    fn name(&self, ctx: &Context<Self>) -> PersonName {
        self.me.as_ref().map_or_else(|| ctx.props().name.clone(), |me| me.name.clone())
    }

    /// Joins a room, if the viewer is not in it already.
    fn join(&mut self, ctx: &Context<Self>, room: &RoomName) {
        if self.places.contains_key(room) {
            return;
        }
        let on_move = ctx.link().callback({
            let room = room.clone();
            move |what| Msg::Moved(room.clone(), what)
        });
        self.list.push(room.clone());
        self.places.insert(room.clone(), Place::new(room, on_move));
        self.rooms.enter(room);
    }

    /// The viewer comes to where the address leads.
    fn come_into(&mut self, ctx: &Context<Self>) {
        let ChatProps { room, at, .. } = ctx.props();
        let known = self.list.len();
        self.join(ctx, room);
        if self.list.len() != known {
            kept::keep_rooms(&self.list);
        }
        let me = self.me_id();
        if let Some(place) = self.places.get_mut(room) {
            place.enter(me);
        }
        self.panel = None;
        if has_keyboard() {
            self.focus_next = Some(self.input.clone());
        }
        self.follow(ctx, &room.clone());
        self.go_to(ctx, *at);
    }

    /// Whether the viewer sees the room they are in.
    fn is_looking(&self) -> bool {
        document().is_some_and(|document| !document.hidden() && document.has_focus().unwrap_or(false))
    }

    fn wait_for_midnight(&mut self, ctx: &Context<Self>) {
        self.today = Day::today();
        let (now, link) = (time::now(), ctx.link().clone());
        let wait = time::until_midnight(now, time::offset_at);
        self.timers.midnight = Some(Timeout::new(wait, move || link.send_message(Msg::Midnight)));
    }
}

impl Tell {
    fn new(ctx: &Context<Chat>, input: &NodeRef) -> Self {
        let link = ctx.link();
        let edit_draft = {
            let (link, input) = (link.clone(), input.clone());
            move |draft: Draft| {
                // At once, because a draft is given up as soon as this returns.
                if let Body::Text(text) = &draft.body {
                    composer::put_back(&input, text);
                }
                link.send_message(Msg::EditDraft(draft));
            }
        };
        Self {
            act: link.callback(Msg::Act),
            edit_draft: Callback::from(edit_draft),
            close_dialog: link.callback(|()| Msg::Dialog(None)),
            gone: link.callback(|()| Msg::Panel(None)),
            rename: link.callback(Msg::Rename),
        }
    }
}
