//! The list of what was said in a room: entries, then drafts.

use openline_rooms::{
    Draft, Gap, History, Replica,
    protocol::{PersonId, PersonName},
};
use yew::{Callback, Html, Properties, component, html, use_effect_with};

use crate::{
    draft::DraftRow,
    entry::{self, EntryRow},
    here::Here,
    icons,
    invitation::Invitation,
    keys,
    rows::{Row, draft_opens_group, rows},
    scroller::Scroller,
    time::{self, Day},
    words,
};

#[derive(Properties, PartialEq)]
pub(crate) struct MessagesProps {
    pub(crate) here: Here,
    /// The replica's revision: another number, another drawing.
    pub(crate) revision: u64,
    /// Who the viewer is.
    pub(crate) me: Option<PersonId>,
    /// What the viewer is called.
    pub(crate) name: PersonName,
    /// Whether the line is up.
    pub(crate) up: bool,
    /// The viewer's day: "Yesterday" becomes another one at midnight.
    pub(crate) today: Day,
    pub(crate) unread: usize,
    pub(crate) pinned: bool,
    pub(crate) scroller: Scroller,
    pub(crate) on_edit: Callback<String>,
    /// The viewer wants to write.
    pub(crate) on_write: Callback<()>,
    /// What had the focus is gone, because the viewer used it.
    pub(crate) on_focus_gone: Callback<()>,
}

/// The list of what was said in a room.
#[component]
pub(crate) fn Messages(props: &MessagesProps) -> Html {
    let MessagesProps { here, scroller, .. } = props;
    use_effect_with(scroller.clone(), |scroller| {
        scroller.watch();
        let scroller = scroller.clone();
        move || scroller.unwatch()
    });
    use_effect_with(props.revision, {
        let scroller = scroller.clone();
        move |_| scroller.settle()
    });
    let onscroll = {
        let scroller = scroller.clone();
        move |_| scroller.scrolled()
    };
    let onkeydown = {
        let on_write = props.on_write.clone();
        move |event: web_sys::KeyboardEvent| {
            if event.key() == "Escape" && !keys::belongs_to_input_method(&event) {
                on_write.emit(());
            }
        }
    };
    let label = words::messages_in(here.room.as_str());
    html! {
        <div class="messages">
            <div class="log" role="log" aria-live="off" aria-label={label} tabindex="0" ref={scroller.list()}
                {onscroll} {onkeydown}>
                <div class="log-content" ref={scroller.content()}>
                    { for here.rooms.read(&here.room, |replica| content(props, replica)) }
                </div>
            </div>
            { jump(props) }
        </div>
    }
}

fn content(props: &MessagesProps, replica: &Replica) -> Html {
    let rows = rows(replica.entries(), time::offset_at);
    let has_drafts = replica.drafts().next().is_some();
    if rows.is_empty() && !has_drafts {
        return match (replica.cursor(), replica.history()) {
            (None, _) => html! { <p class="loading">{ words::LOADING }</p> },
            (Some(_), History::Complete) => html! { <>{ gap(replica.gap()) }{ empty(&props.here) }</> },
            _ => beginning(&props.here, replica),
        };
    }
    html! {
        <>
            if replica.cursor().is_some() { { beginning(&props.here, replica) } }
            <ol>
                { for rows.iter().flat_map(|row| entry_row(row, props)).chain(drafts(props, replica, &rows)) }
            </ol>
        </>
    }
}

/// What lies before the first entry: more, nothing, or something that can't be had.
fn beginning(here: &Here, replica: &Replica) -> Html {
    let load = || {
        let here = here.clone();
        move |_| here.rooms.load_older(&here.room)
    };
    let history = match replica.history() {
        History::More => html! { <button type="button" onclick={load()}>{ words::LOAD_OLDER }</button> },
        History::Loading => html! { <p class="hint">{ words::LOADING_OLDER }</p> },
        History::Complete => html! { <p class="hint">{ words::BEGINNING }</p> },
        History::Failed(why) => html! {
            <>
                <p class="problem" role="status">{ words::older_failed(why) }</p>
                <button type="button" onclick={load()}>{ words::TRY_AGAIN }</button>
            </>
        },
    };
    html! { <div class="beginning">{ history }{ gap(replica.gap()) }</div> }
}

fn gap(gap: Option<&Gap>) -> Html {
    let words = match gap {
        None => return Html::default(),
        Some(Gap { missed: None }) => words::STARTED_OVER.to_owned(),
        Some(Gap { missed: Some(count) }) => words::missed(*count),
    };
    html! { <p class="gap">{ icons::warning() }{ words }</p> }
}

fn empty(here: &Here) -> Html {
    html! {
        <div class="empty">
            { icons::mark() }
            <h2>{ words::empty_room(here.room.as_str()) }</h2>
            <p>{ words::EMPTY_ROOM_HINT }</p>
            <Invitation room={here.room.clone()} />
        </div>
    }
}

/// An entry, after the day it opens. Every item has a key of its own, so that a page put before them moves none.
fn entry_row(row: &Row, props: &MessagesProps) -> Vec<Html> {
    let Row { entry, opens_day, opens_group } = row;
    let mine = props.me == Some(entry.from.id);
    let day = opens_day.map(|day| {
        let label = day.word(props.today).map_or_else(|| time::day(entry.at), str::to_owned);
        html! {
            <li key={format!("day-{}", day.0)} class="day">
                <time datetime={time::machine(entry.at)} title={time::day(entry.at)}>{ label }</time>
            </li>
        }
    });
    let entry = html! {
        <EntryRow key={entry::id(entry)} entry={entry.clone()} {mine} opens_group={*opens_group} />
    };
    day.into_iter().chain([entry]).collect()
}

fn drafts(props: &MessagesProps, replica: &Replica, rows: &[Row]) -> Vec<Html> {
    let one = |(place, draft): (usize, &Draft)| {
        let opens_group = place == 0 && draft_opens_group(rows, props.me, draft.written_at);
        html! {
            <DraftRow key={format!("draft-{}", draft.id)} here={props.here.clone()} draft={draft.clone()}
                me={props.me} name={props.name.clone()} up={props.up} {opens_group} on_edit={props.on_edit.clone()}
                on_focus_gone={props.on_focus_gone.clone()} />
        }
    };
    replica.drafts().enumerate().map(one).collect()
}

fn jump(props: &MessagesProps) -> Html {
    if props.pinned {
        return Html::default();
    }
    let (scroller, on_focus_gone) = (props.scroller.clone(), props.on_focus_gone.clone());
    let onclick = move |_| {
        scroller.pin();
        on_focus_gone.emit(());
    };
    html! {
        <button type="button" class="jump" {onclick}>{ icons::down() }<span>{ words::jump(props.unread) }</span></button>
    }
}
