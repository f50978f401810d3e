//! One room, whole: its header, messages and box, and who is in it. What the viewer sees of it changes here and
//! nowhere else; the parts draw.

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Timeout;
use openline_rooms::{
    Change, History, Line, Subscription,
    protocol::{Cursor, Entry, Person, PersonId, PersonName, Roster},
};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::{Callback, Component, Context, Html, MouseEvent, NodeRef, Properties, classes, html};

use crate::{
    announcer::{Announcer, BURST},
    composer::{self, Composer},
    focus::{document, has_fine_pointer, put_focus},
    here::Here,
    icons,
    invitation::Invitation,
    keys,
    line_status::LineStatus,
    messages::Messages,
    other_room::OtherRoom,
    people::people,
    reading::{Reading, after},
    scroller::Scroller,
    time::{self, Day},
    words,
};

/// How long after it was first joined, in milliseconds, what comes into a room is taken for its history.
const SETTLING: u32 = 1_000;

#[derive(PartialEq, Properties)]
pub(crate) struct RoomProps {
    pub(crate) here: Here,
    /// What the viewer calls themselves.
    pub(crate) name: PersonName,
}

/// One room, whole.
pub(crate) struct RoomPage {
    line: Line,
    me: Option<Person>,
    revision: u64,
    reading: Reading,
    /// How far arrivals have been announced.
    announced: Option<Cursor>,
    announcer: Announcer,
    unread: usize,
    today: Day,
    people_shown: bool,
    scroller: Scroller,
    input: NodeRef,
    people_button: NodeRef,
    people_close: NodeRef,
    /// Where the focus goes once what it goes to is drawn.
    focus_next: Option<NodeRef>,
    settling: Option<Timeout>,
    burst: Option<Timeout>,
    midnight: Option<Timeout>,
    tell: Tell,
    _subscription: Subscription,
    _listeners: Vec<EventListener>,
}

/// How the parts say what the viewer does. Made once: a part whose properties are the same is not drawn anew.
struct Tell {
    edit: Callback<String>,
    write: Callback<()>,
    focus_gone: Callback<()>,
    sent: Callback<()>,
    try_now: Callback<()>,
    start_anew: Callback<()>,
}

pub(crate) enum Msg {
    Line,
    Me,
    Room,
    /// The end has begun or ceased to be kept in view.
    Pinned,
    NearTop,
    /// The page was hidden or shown.
    Shown,
    Settled,
    BurstOver,
    Midnight,
    Sent,
    Write,
    /// What had the focus is gone, because the viewer used it.
    FocusGone,
    People(bool),
    TryNow,
    StartAnew,
}

impl Component for RoomPage {
    type Message = Msg;
    type Properties = RoomProps;

    fn create(ctx: &Context<Self>) -> Self {
        let link = ctx.link();
        let Here { rooms, room } = &ctx.props().here;
        let subscription = rooms.subscribe({
            let (link, room) = (link.clone(), room.clone());
            move |change| match change {
                Change::Line => link.send_message(Msg::Line),
                Change::Me => link.send_message(Msg::Me),
                Change::Room(changed) if *changed == room => link.send_message(Msg::Room),
                _ => {}
            }
        });
        rooms.enter(room);
        let input = NodeRef::default();
        let tell = Tell {
            // At once, because a draft is given up as soon as this returns.
            edit: Callback::from({
                let input = input.clone();
                move |text: String| composer::put_back(&input, &text)
            }),
            write: link.callback(|()| Msg::Write),
            focus_gone: link.callback(|()| Msg::FocusGone),
            sent: link.callback(|()| Msg::Sent),
            try_now: link.callback(|()| Msg::TryNow),
            start_anew: link.callback(|()| Msg::StartAnew),
        };
        let mut page = Self {
            line: rooms.line(),
            me: rooms.me(),
            revision: 0,
            reading: Reading::default(),
            announced: None,
            announcer: Announcer::default(),
            unread: 0,
            today: Day::today(),
            people_shown: false,
            scroller: Scroller::new(link.callback(|_| Msg::Pinned), link.callback(|()| Msg::NearTop)),
            input,
            people_button: NodeRef::default(),
            people_close: NodeRef::default(),
            focus_next: None,
            settling: None,
            burst: None,
            midnight: None,
            tell,
            _subscription: subscription,
            _listeners: listeners(ctx),
        };
        page.wait_for_midnight(ctx);
        page.follow(ctx);
        page
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let Here { rooms, room } = &ctx.props().here;
        match msg {
            Msg::Line => self.line = rooms.line(),
            Msg::Me => self.me = rooms.me(),
            Msg::Room | Msg::Pinned => self.follow(ctx),
            Msg::NearTop => {
                if rooms.read(room, |replica| *replica.history() == History::More) == Some(true) {
                    rooms.load_older(room);
                }
                return false;
            }
            Msg::Shown => {
                self.wait_for_midnight(ctx);
                self.follow(ctx);
            }
            Msg::Settled => {
                self.settling = None;
                self.follow(ctx);
            }
            Msg::BurstOver => self.announcer.burst_over(),
            Msg::Midnight => self.wait_for_midnight(ctx),
            Msg::Sent => self.scroller.pin(),
            Msg::Write => {
                put_focus(&self.input);
                return false;
            }
            Msg::FocusGone => {
                // On a touch screen the keyboard would cover what one has just gone to see.
                put_focus(&if has_fine_pointer() { self.input.clone() } else { self.scroller.list() });
                return false;
            }
            Msg::People(shown) if shown != self.people_shown => {
                self.people_shown = shown;
                self.focus_next = Some(if shown { &self.people_close } else { &self.people_button }.clone());
            }
            Msg::People(_) => return false,
            Msg::TryNow => {
                rooms.try_now();
                return false;
            }
            Msg::StartAnew => {
                rooms.start_anew();
                return false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let here = &ctx.props().here;
        let link = ctx.link();
        let me = self.me.as_ref().map(|me| me.id);
        let roster = here.rooms.read(&here.room, |replica| replica.roster().clone()).unwrap_or_default();
        let skip = link.callback(|event: MouseEvent| {
            // The address is the invitation: it gets no fragment.
            event.prevent_default();
            Msg::Write
        });
        html! {
            <div class={classes!("shell", self.people_shown.then_some("people-shown"))}>
                <a class="skip" href="#message-box" onclick={skip}>{ words::SKIP_TO_BOX }</a>
                { self.header(ctx, &roster) }
                <main>
                    <LineStatus line={self.line.clone()} on_try_now={self.tell.try_now.clone()}
                        on_start_anew={self.tell.start_anew.clone()} />
                    <Messages here={here.clone()} revision={self.revision} {me} name={self.name(ctx)}
                        up={self.line == Line::Up} today={self.today} unread={self.unread}
                        pinned={self.scroller.is_pinned()} scroller={self.scroller.clone()}
                        on_edit={self.tell.edit.clone()} on_write={self.tell.write.clone()}
                        on_focus_gone={self.tell.focus_gone.clone()} />
                    <Composer here={here.clone()} input={self.input.clone()} on_sent={self.tell.sent.clone()} />
                </main>
                { self.aside(ctx, &roster) }
                <div class="unseen" aria-live="polite">
                    { for self.announcer.said().iter().map(|(n, words)| html! { <p key={*n}>{ words.clone() }</p> }) }
                </div>
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        if let Some(document) = document() {
            let unread = if document.hidden() { self.unread } else { 0 };
            document.set_title(&words::title(ctx.props().here.room.as_str(), unread));
        }
        // On a touch screen the keyboard would cover the room one has just come to see.
        if let Some(target) = self.focus_next.take() {
            put_focus(&target);
        }
        if first_render && has_fine_pointer() {
            put_focus(&self.input);
        }
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        let Here { rooms, room } = &ctx.props().here;
        rooms.leave(room);
    }
}

impl RoomPage {
    /// Takes in what the room's replica holds now.
    fn follow(&mut self, ctx: &Context<Self>) {
        let Here { rooms, room } = &ctx.props().here;
        let me = self.me.as_ref().map(|me| me.id);
        let looking = self.scroller.is_pinned() && !document().is_some_and(|document| document.hidden());
        let arrivals = rooms.read(room, |replica| {
            self.revision = replica.revision();
            let cursor = replica.cursor()?;
            if !self.reading.knows(&cursor) {
                let link = ctx.link().clone();
                self.settling = Some(Timeout::new(SETTLING, move || link.send_message(Msg::Settled)));
            }
            let is_history = self.settling.is_some();
            if is_history || looking {
                self.reading.read_to(cursor.clone());
            }
            self.unread = self.reading.unread(replica.entries().iter(), me);
            let announced = self.announced.replace(cursor).filter(|_| !is_history)?;
            Some(arrivals(after(replica.entries().iter(), announced.seq), me))
        });
        if let Some(arrivals) = arrivals.flatten()
            && self.announcer.arrived(arrivals)
        {
            let link = ctx.link().clone();
            self.burst = Some(Timeout::new(BURST, move || link.send_message(Msg::BurstOver)));
        }
    }

    fn wait_for_midnight(&mut self, ctx: &Context<Self>) {
        self.today = Day::today();
        let (now, link) = (time::now(), ctx.link().clone());
        let wait = time::until_midnight(now, time::offset_at(now));
        self.midnight = Some(Timeout::new(wait, move || link.send_message(Msg::Midnight)));
    }

    /// What the viewer is called: by the server, or, before it has said so, by themselves.
    fn name(&self, ctx: &Context<Self>) -> PersonName {
        self.me.as_ref().map_or_else(|| ctx.props().name.clone(), |me| me.name.clone())
    }

    fn header(&self, ctx: &Context<Self>, roster: &Roster) -> Html {
        let here = &ctx.props().here;
        let shown = self.people_shown;
        let toggle = ctx.link().callback(move |_| Msg::People(!shown));
        let label = format!("{}: {}", words::PEOPLE, words::people(roster.count));
        html! {
            <header>
                <p class="product">{ icons::mark() }<span>{ words::PRODUCT }</span></p>
                <h1><span class="hash">{ "#" }</span><bdi>{ here.room.as_str().to_owned() }</bdi></h1>
                <button type="button" class="people-button" ref={self.people_button.clone()} aria-label={label}
                    aria-expanded={self.people_shown.to_string()} aria-controls="people"
                    onclick={toggle}>
                    { icons::people() }<span aria-hidden="true">{ roster.count }</span>
                </button>
            </header>
        }
    }

    fn aside(&self, ctx: &Context<Self>, roster: &Roster) -> Html {
        let here = &ctx.props().here;
        let me = self.me.as_ref().map(|me| me.id);
        let close = ctx.link().callback(|_: MouseEvent| Msg::People(false));
        let onkeydown = ctx.link().batch_callback(|event: KeyboardEvent| {
            (event.key() == "Escape" && !keys::belongs_to_input_method(&event)).then_some(Msg::People(false))
        });
        html! {
            <aside id="people" aria-label={words::PEOPLE} {onkeydown}>
                <button type="button" class="people-close" ref={self.people_close.clone()} onclick={close}>
                    { icons::close() }<span>{ words::CLOSE }</span>
                </button>
                <section>
                    <h2>
                        { words::HERE_NOW }
                        if roster.count > 0 { <span class="count">{ roster.count }</span> }
                    </h2>
                    { people(roster, me) }
                </section>
                <section>
                    <h2>{ words::INVITATION }</h2>
                    <p class="hint">{ words::INVITATION_HINT }</p>
                    <Invitation room={here.room.clone()} />
                </section>
                <section>
                    <h2>{ words::OTHER_ROOM }</h2>
                    <OtherRoom />
                </section>
                <section>
                    // A document of its own, with a policy of its own: a full load, not a route.
                    <p class="hint"><a href="/wire">{ words::WORKBENCH }</a></p>
                </section>
            </aside>
        }
    }
}

/// What is announced of entries that came, newest first, in the order they came.
fn arrivals<'a>(entries: impl Iterator<Item = &'a std::rc::Rc<Entry>>, me: Option<PersonId>) -> Vec<String> {
    let others = entries.filter(|entry| Some(entry.from.id) != me);
    let mut said: Vec<_> = others.map(|entry| words::arrival(entry.from.name.as_str(), &words::of(entry))).collect();
    said.reverse();
    said
}

fn listeners(ctx: &Context<RoomPage>) -> Vec<EventListener> {
    let Some(document) = document() else { return Vec::new() };
    let shown = ctx.link().callback(|()| Msg::Shown);
    let write = ctx.link().callback(|()| Msg::Write);
    vec![
        EventListener::new(&document, "visibilitychange", move |_| shown.emit(())),
        EventListener::new_with_options(&document, "keydown", EventListenerOptions::enable_prevent_default(), {
            move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                let wants_to_write = event.key() == "/" && keys::is_bare(event);
                if wants_to_write && !keys::belongs_to_input_method(event) && !keys::goes_into_a_field(event) {
                    event.prevent_default();
                    write.emit(());
                }
            }
        }),
    ]
}
