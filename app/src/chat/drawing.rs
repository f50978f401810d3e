//! The chat, drawn.

use openline_rooms::protocol::Roster;
use web_sys::{KeyboardEvent, MouseEvent};
use yew::{Context, Html, classes, html};

use super::{Chat, Dialog, Msg, Panel};
use crate::{
    act::Act,
    avatar::avatar,
    composer::Composer,
    dialog::{find_room::FindRoom, search::Search, settings::Settings, shortcuts::shortcuts},
    health::{HEIGHT, WIDTH},
    icons,
    invitation::Invitation,
    keys,
    line_status::LineStatus,
    messages::Messages,
    people::people,
    room_list::{Item, room_list},
    time,
    unsent::{self, About},
    words,
};

impl Chat {
    pub(super) fn draw(&self, ctx: &Context<Self>) -> Html {
        let here = self.here(ctx);
        let roster = here.rooms.read(&here.room, |replica| replica.roster().clone()).unwrap_or_default();
        let skip = ctx.link().callback(|event: MouseEvent| {
            // The address is the invitation: it gets no fragment.
            event.prevent_default();
            Msg::Act(Act::Write)
        });
        let panel = self.panel.map(|panel| match panel {
            Panel::Rooms => "rooms-shown",
            Panel::People => "people-shown",
        });
        html! {
            <div class={classes!("shell", panel)}>
                <a class="skip" href="#message-box" onclick={skip}>{ words::skip_to_box() }</a>
                { self.rooms_panel(ctx) }
                { self.header(ctx, &roster) }
                <main>
                    <LineStatus line={self.line.clone()} on_act={self.tell.act.clone()} />
                    { self.room(ctx) }
                </main>
                { self.people_panel(ctx, &roster) }
                <div class="unseen" aria-live="polite">
                    { for self.announcer.said().iter().map(|(n, words)| html! { <p key={*n}>{ words.clone() }</p> }) }
                </div>
                { self.over_all(ctx) }
            </div>
        }
    }

    fn room(&self, ctx: &Context<Self>) -> Html {
        let here = self.here(ctx);
        let Some(place) = self.places.get(&here.room) else { return Html::default() };
        let (tell, me) = (&self.tell, self.me_id());
        let about = place.about.map(|about| {
            let words = match (about, place.author(about.seq())) {
                (About::Edit(_), _) => words::editing(),
                (About::Reply(_), Some(author)) => words::replying_to(&words::isolated(author.name.as_str())),
                (About::Reply(_), None) => words::replying(),
            };
            (about, words)
        });
        let names: Vec<_> = place.typists.names().map(|name| name.as_str()).collect();
        let unread = place.unread;
        let is_pinned = place.scroller.is_pinned();
        let to_first = ctx.link().callback(|_: MouseEvent| Msg::FirstUnread);
        html! {
            <>
                if place.missed.count > 0 {
                    <button type="button" class="first-unread" onclick={to_first}>
                        { words::to_first_unread(&count(place.missed.count, place.missed.and_more)) }
                    </button>
                }
                <Messages key={here.room.as_str()} here={here.clone()} shown={place.shown.clone()} {me}
                    name={self.name(ctx)} up={self.line == openline_rooms::Line::Up} today={self.today}
                    unread={if is_pinned { 0 } else { unread.count }} pinned={is_pinned} flash={place.flash}
                    scroller={place.scroller.clone()} on_act={tell.act.clone()}
                    on_edit_draft={tell.edit_draft.clone()} />
                <p class="typing">{ words::typing(&names) }</p>
                <Composer key={format!("box-{}", here.room)} here={here.clone()} input={self.input.clone()} {about} {me}
                    known={place.shown.known.clone()} on_act={tell.act.clone()} />
            </>
        }
    }

    fn header(&self, ctx: &Context<Self>, roster: &Roster) -> Html {
        let link = ctx.link();
        let toggle = |panel| {
            let next = (self.panel != Some(panel)).then_some(panel);
            link.callback(move |_: MouseEvent| Msg::Panel(next))
        };
        let is_shown = |panel| (self.panel == Some(panel)).to_string();
        let search = link.callback(|_: MouseEvent| Msg::Dialog(Some(Dialog::Search)));
        let room = ctx.props().room.as_str();
        let elsewhere: usize =
            self.places.iter().filter(|(name, _)| name.as_str() != room).map(|(_, place)| place.unread.count).sum();
        html! {
            <header>
                <button type="button" class="rooms-button" ref={self.refs.rooms_button.clone()}
                    aria-label={words::rooms()} aria-expanded={is_shown(Panel::Rooms)} aria-controls="rooms"
                    onclick={toggle(Panel::Rooms)}>
                    { icons::menu() }
                    if elsewhere > 0 { <span class="badge" aria-hidden="true">{ count(elsewhere, false) }</span> }
                </button>
                <h1><span class="hash">{ "#" }</span><bdi>{ room.to_owned() }</bdi></h1>
                <button type="button" class="plain" aria-label={words::search_in(room)} title={words::search_in(room)}
                    onclick={search}>{ icons::search() }</button>
                <button type="button" class="people-button" ref={self.refs.people_button.clone()}
                    aria-label={format!("{}: {}", words::people_title(), words::people(roster.count))}
                    aria-expanded={is_shown(Panel::People)} aria-controls="people" onclick={toggle(Panel::People)}>
                    { icons::people() }<span aria-hidden="true">{ roster.count }</span>
                </button>
            </header>
        }
    }

    fn rooms_panel(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let item = |room: &openline_rooms::protocol::RoomName| {
            let place = self.places.get(room);
            let has_unsent = place.is_some_and(|place| place.shown.drafts.iter().any(|draft| !draft.is_underway()));
            Item {
                unread: place.map(|place| place.unread).unwrap_or_default(),
                has_unsent: *room != ctx.props().room && (has_unsent || !unsent::of(room).trim().is_empty()),
                room: room.clone(),
            }
        };
        let items: Vec<_> = self.list.iter().map(item).collect();
        let name = self.name(ctx);
        let settings = link.callback(|_: MouseEvent| Msg::Dialog(Some(Dialog::Settings)));
        html! {
            <nav id="rooms" aria-label={words::rooms()} onkeydown={closing(ctx)}>
                <p class="product">
                    { icons::mark() }<span>{ words::PRODUCT }</span>
                    <button type="button" class="close-panel plain" ref={self.refs.rooms_close.clone()}
                        aria-label={words::close()} onclick={link.callback(|_: MouseEvent| Msg::Panel(None))}>
                        { icons::close() }
                    </button>
                </p>
                { room_list(&items, &ctx.props().room, &link.callback(Msg::Leave), &self.tell.gone) }
                { self.line_health() }
                <button type="button" class="me" onclick={settings}>
                    { avatar(self.me_id(), &name) }<bdi class="name">{ name.as_str().to_owned() }</bdi>
                    <span class="unseen">{ ": " }{ words::name_and_settings() }</span>
                    { icons::settings() }
                </button>
            </nav>
        }
    }

    /// The line over the last minutes, as a small curve.
    fn line_health(&self) -> Html {
        let (health, now) = (&self.health, time::now());
        let label = words::health_curve(health.minutes(now), health.breaks());
        html! {
            <div class="health">
                <svg viewBox={format!("0 0 {WIDTH} {HEIGHT}")} role="img" aria-label={label.clone()}
                    preserveAspectRatio="none">
                    <title>{ label }</title>
                    <path class="losses" d={health.losses(now)} />
                    <path d={health.curve(now)} />
                </svg>
                <p>{ health.last().map_or_else(words::health_down, words::health_up) }</p>
            </div>
        }
    }

    fn people_panel(&self, ctx: &Context<Self>, roster: &Roster) -> Html {
        let close = ctx.link().callback(|_: MouseEvent| Msg::Panel(None));
        html! {
            <aside id="people" aria-label={words::people_title()} onkeydown={closing(ctx)}>
                <button type="button" class="close-panel" ref={self.refs.people_close.clone()} onclick={close}>
                    { icons::close() }<span>{ words::close() }</span>
                </button>
                <section>
                    <h2>
                        { words::here_now() }
                        if roster.count > 0 { <span class="count">{ roster.count }</span> }
                    </h2>
                    { people(roster, self.me_id()) }
                </section>
                <section>
                    <h2>{ words::invitation() }</h2>
                    <p class="hint">{ words::invitation_hint() }</p>
                    <Invitation room={ctx.props().room.clone()} />
                </section>
                <section>
                    // A document of its own, with a policy of its own: a full load.
                    <p class="hint"><a href="wire">{ words::workbench() }</a></p>
                </section>
            </aside>
        }
    }

    fn over_all(&self, ctx: &Context<Self>) -> Html {
        let (here, on_close) = (self.here(ctx), self.tell.close_dialog.clone());
        match self.dialog {
            None => Html::default(),
            Some(Dialog::FindRoom) => html! { <FindRoom rooms={self.list.clone()} {on_close} /> },
            Some(Dialog::Search) => html! { <Search room={here.room} on_act={self.tell.act.clone()} {on_close} /> },
            Some(Dialog::Settings) => {
                html! { <Settings name={self.name(ctx)} on_rename={self.tell.rename.clone()} {on_close} /> }
            }
            Some(Dialog::Shortcuts) => shortcuts(on_close),
        }
    }
}

/// How many, as far as that is known.
pub(crate) fn count(count: usize, and_more: bool) -> String {
    const MOST: usize = 99;
    match count {
        0..=MOST if !and_more => count.to_string(),
        0..=MOST => format!("{count}+"),
        _ => format!("{MOST}+"),
    }
}

fn closing(ctx: &Context<Chat>) -> yew::Callback<KeyboardEvent> {
    ctx.link().batch_callback(|event: KeyboardEvent| {
        let closes = event.key() == "Escape" && !keys::belongs_to_input_method(&event);
        closes.then(|| {
            event.stop_propagation();
            Msg::Panel(None)
        })
    })
}
