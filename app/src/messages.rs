//! The list of what was said in a room: messages, then drafts.

use std::rc::Rc;

use openline_rooms::{
    Draft, Fate, Finding, Gap, History,
    protocol::{PersonId, PersonName, Seq},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, MouseEvent};
use yew::{Callback, Html, Properties, classes, component, html, use_effect_with, use_state};

use crate::{
    act::Act,
    clipboard,
    draft::DraftRow,
    entry::{self, EntryRow},
    here::Here,
    icons,
    invitation::Invitation,
    keys,
    kind::{Does, Kind},
    navigation,
    rows::{Row, draft_opens_group},
    scroller::Scroller,
    shown::Shown,
    time::{self, Day},
    words,
};

#[derive(Properties, PartialEq)]
pub(crate) struct MessagesProps {
    pub(crate) here: Here,
    pub(crate) shown: Rc<Shown>,
    /// Who the viewer is.
    pub(crate) me: Option<PersonId>,
    /// What the viewer is called.
    pub(crate) name: PersonName,
    /// Whether the line is up.
    pub(crate) up: bool,
    /// The viewer's day: "Yesterday" becomes another one at midnight.
    pub(crate) today: Day,
    /// How much is new further down, where the end is not in view.
    pub(crate) unread: usize,
    /// Whether the end is kept in view.
    pub(crate) pinned: bool,
    /// The message the viewer has just come to.
    pub(crate) flash: Option<Seq>,
    pub(crate) scroller: Scroller,
    pub(crate) on_act: Callback<Act>,
    pub(crate) on_edit_draft: Callback<Draft>,
}

/// The list of what was said in a room.
#[component]
pub(crate) fn Messages(props: &MessagesProps) -> Html {
    let MessagesProps { here, scroller, shown, .. } = props;
    let open = use_state(|| None::<Seq>);
    use_effect_with(scroller.clone(), |scroller| {
        scroller.watch();
        let scroller = scroller.clone();
        move || scroller.unwatch()
    });
    use_effect_with(shown.clone(), {
        let scroller = scroller.clone();
        move |_| scroller.settle()
    });
    let onscroll = {
        let scroller = scroller.clone();
        move |_| scroller.scrolled()
    };
    let onclick = {
        let (open, on_act) = (open.clone(), props.on_act.clone());
        Callback::from(move |event: MouseEvent| {
            let Some(clicked) = Clicked::of(&event) else { return };
            match (clicked.act.as_str(), clicked.row) {
                ("menu", Some(row)) => open.set((*open != Some(row)).then_some(row)),
                ("reply", Some(row)) => on_act.emit(Act::Reply(row)),
                ("react", Some(row)) => on_act.emit(Act::React(row, clicked.attribute("data-text"))),
                ("go" | "link", Some(row)) if navigation::is_for_this_page(&event) => {
                    event.prevent_default();
                    let to = clicked.attribute("data-seq").parse().ok().and_then(Seq::new).unwrap_or(row);
                    on_act.emit(Act::Go(to));
                }
                ("copy-code", _) => copy_code(&clicked.element),
                _ => {}
            }
        })
    };
    let onkeydown = {
        let (on_act, open) = (props.on_act.clone(), open.clone());
        move |event: KeyboardEvent| {
            if keys::belongs_to_input_method(&event) || !keys::is_bare(&event) {
                return;
            }
            let handled = match event.key().as_str() {
                "ArrowUp" => walk(&event, Step::Up),
                "ArrowDown" => walk(&event, Step::Down),
                "Enter" => row_in_focus(&event).is_some_and(|row| {
                    open.set(entry::seq_of(&row.id()));
                    true
                }),
                "Escape" if open.is_none() => {
                    on_act.emit(Act::Write);
                    true
                }
                _ => false,
            };
            if handled {
                event.prevent_default();
                event.stop_propagation();
            }
        }
    };
    // By the menu key, that is: a pointer gets the browser's menu.
    let oncontextmenu = {
        let open = open.clone();
        move |event: MouseEvent| {
            const BY_POINTER: i16 = 2;
            if let Some(row) = row_in_focus(&event).filter(|_| event.button() != BY_POINTER) {
                event.prevent_default();
                open.set(entry::seq_of(&row.id()));
            }
        }
    };
    let close = {
        let (open, list) = (open.clone(), scroller.list());
        Callback::from(move |()| {
            // Back to the row whose menu it was.
            let row = open.and_then(|seq| list.cast::<Element>()?.owner_document()?.get_element_by_id(&entry::id(seq)));
            if let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
                drop(row.focus());
            }
            open.set(None);
        })
    };
    html! {
        <div class="messages">
            <div class="log" role="log" aria-live="off" aria-label={words::messages_in(here.room.as_str())} tabindex="0"
                ref={scroller.list()} {onscroll} {onkeydown} {onclick} {oncontextmenu}>
                <div class="log-content" ref={scroller.content()}>{ content(props, *open, &close) }</div>
            </div>
            { finding(shown.finding.as_ref()) }
            { jump(props) }
        </div>
    }
}

/// What was clicked that does something.
struct Clicked {
    element: Element,
    act: String,
    row: Option<Seq>,
}

impl Clicked {
    fn of(event: &MouseEvent) -> Option<Self> {
        let target = event.target()?.dyn_into::<Element>().ok()?;
        let element = target.closest("[data-act]").ok()??;
        let row = element.closest("li.row").ok().flatten().and_then(|row| entry::seq_of(&row.id()));
        Some(Self { act: element.get_attribute("data-act")?, element, row })
    }

    fn attribute(&self, name: &str) -> String {
        self.element.get_attribute(name).unwrap_or_default()
    }
}

fn copy_code(button: &Element) {
    let code = button.parent_element().and_then(|code| code.query_selector("code").ok().flatten());
    let (Some(text), button) = (code.and_then(|code| code.text_content()), button.clone()) else { return };
    wasm_bindgen_futures::spawn_local(async move {
        let copied = clipboard::copy(text).await;
        // Said by the button itself, until the pointer or the focus leaves it.
        let said = if copied { words::copied() } else { words::not_copied() };
        drop(button.set_attribute("data-said", &said));
        drop(button.set_attribute("aria-label", &said));
    });
}

enum Step {
    Up,
    Down,
}

/// Moves the focus from row to row; from the list itself, to the last one.
fn walk(event: &KeyboardEvent, step: Step) -> bool {
    let next = match (row_in_focus(event), step) {
        (Some(row), Step::Up) => sibling(row, Element::previous_element_sibling),
        (Some(row), Step::Down) => sibling(row, Element::next_element_sibling),
        (None, Step::Up) => last_row(event),
        (None, Step::Down) => None,
    };
    let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) else { return false };
    drop(next.focus());
    true
}

fn last_row(event: &KeyboardEvent) -> Option<Element> {
    let list = event.target()?.dyn_into::<Element>().ok().filter(|list| list.class_list().contains("log"))?;
    list.query_selector(".log-content > ol > li.row:last-of-type").ok()?
}

fn sibling(row: Element, next: fn(&Element) -> Option<Element>) -> Option<Element> {
    let mut row = next(&row)?;
    while !row.class_list().contains("row") {
        row = next(&row)?;
    }
    Some(row)
}

fn row_in_focus(event: &Event) -> Option<Element> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.class_list().contains("row").then_some(target)
}

fn content(props: &MessagesProps, open: Option<Seq>, on_close: &Callback<()>) -> Html {
    let MessagesProps { shown, here, .. } = props;
    if shown.rows.is_empty() && shown.drafts.is_empty() {
        return match (shown.is_known, &shown.before) {
            (false, _) => html! { <p class="loading">{ words::loading() }</p> },
            (true, Some(History::Complete)) => html! { <>{ gap(shown.gap.as_ref()) }{ empty(here) }</> },
            _ => beginning(here, shown),
        };
    }
    html! {
        <>
            if shown.is_known { { beginning(here, shown) } }
            <ol>
                { for shown.rows.iter().flat_map(|row| message_row(row, props, open, on_close)).chain(drafts(props)) }
            </ol>
        </>
    }
}

/// What lies before the first row: more, nothing, or something that can't be had.
fn beginning(here: &Here, shown: &Shown) -> Html {
    let load = || {
        let here = here.clone();
        move |_| here.rooms.load_older(&here.room)
    };
    let history = match &shown.before {
        None => Html::default(),
        Some(History::More) => html! { <button type="button" onclick={load()}>{ words::load_older() }</button> },
        Some(History::Loading) => html! { <p class="hint">{ words::loading_older() }</p> },
        Some(History::Complete) => html! { <p class="hint">{ words::beginning() }</p> },
        Some(History::Failed(why)) => html! {
            <>
                <p class="problem" role="status">{ words::older_failed(&words::why_no_page(*why)) }</p>
                <button type="button" onclick={load()}>{ words::try_again() }</button>
            </>
        },
    };
    html! { <div class="beginning">{ history }{ gap(shown.gap.as_ref()) }</div> }
}

fn gap(gap: Option<&Gap>) -> Html {
    let words = match gap {
        None => return Html::default(),
        Some(Gap { missed: None }) => words::started_over(),
        Some(Gap { missed: Some(count) }) => words::missed(*count),
    };
    html! { <p class="gap">{ icons::warning() }{ words }</p> }
}

fn empty(here: &Here) -> Html {
    html! {
        <div class="empty">
            { icons::mark() }
            <h2>{ words::empty_room(&words::isolated(here.room.as_str())) }</h2>
            <p>{ words::empty_room_hint() }</p>
            <Invitation room={here.room.clone()} />
        </div>
    }
}

/// A message, after the day it opens and the "new" line. Every item has a key of its own, so that a page put before them
/// moves none.
fn message_row(row: &Row, props: &MessagesProps, open: Option<Seq>, on_close: &Callback<()>) -> Vec<Html> {
    let Row { message, opens_day, opens_group, opens_new } = row;
    let entry = &message.entry;
    let known = &props.shown.known;
    let day = opens_day.map(|day| {
        let label = day.word(props.today).unwrap_or_else(|| time::day(entry.at));
        html! {
            <li key={format!("day-{}", day.0)} class={classes!("day", opens_new.then_some("new"))}>
                <time datetime={time::machine(entry.at)} title={time::day(entry.at)}>{ label }</time>
            </li>
        }
    });
    let new = opens_new.then(|| {
        html! { <li key="new" id="new-line" class="new-line"><span>{ words::new_line() }</span></li> }
    });
    let called = known.called(&message.kind, props.me);
    let calls_me = called.iter().any(|name| name.is_me) || props.me.is_some_and(|me| message.kind.mentions(me));
    let called: Vec<_> = called.into_iter().map(|name| (name.name.to_owned(), name.is_me)).collect();
    let row = html! {
        <EntryRow key={entry::id(entry.seq)} room={props.here.room.clone()} message={message.clone()} me={props.me}
            opens_group={*opens_group} {called} {calls_me} namesake={known.is_shared(&entry.from.name)}
            flashes={props.flash == Some(entry.seq)} is_open={open == Some(entry.seq)} on_act={props.on_act.clone()}
            on_close={on_close.clone()} />
    };
    day.into_iter().chain(new).chain([row]).collect()
}

fn drafts(props: &MessagesProps) -> Vec<Html> {
    let MessagesProps { shown, .. } = props;
    // While there is more to come after the last row, drafts would stand where they don't belong.
    if shown.more_after {
        return Vec::new();
    }
    let one = |(place, draft): (usize, &Draft)| {
        let opens_group = place == 0 && draft_opens_group(&shown.rows, props.me, draft.written_at);
        html! {
            <DraftRow key={format!("draft-{}", draft.id)} here={props.here.clone()} draft={draft.clone()}
                me={props.me} name={props.name.clone()} up={props.up} {opens_group} on_edit={props.on_edit_draft.clone()}
                on_act={props.on_act.clone()} />
        }
    };
    // A change to an earlier message is seen there in a moment; until then it is worth a row only if it has to wait.
    let is_worth_a_row = |draft: &&Draft| {
        let says = matches!(Kind::of(draft.kind.as_deref()).does, Does::Say | Does::Reply(_) | Does::Other);
        says || !props.up || !matches!(draft.fate, Fate::Storing | Fate::Pending)
    };
    shown.drafts.iter().filter(is_worth_a_row).enumerate().map(one).collect()
}

/// How it goes with a message that is not here yet.
fn finding(finding: Option<&Finding>) -> Html {
    let words = match finding {
        None => return Html::default(),
        Some(Finding::Loading { .. }) => words::loading(),
        Some(Finding::Failed { why, .. }) => words::older_failed(&words::why_no_page(*why)),
    };
    html! { <p class="finding" role="status">{ words }</p> }
}

fn jump(props: &MessagesProps) -> Html {
    if props.pinned {
        return Html::default();
    }
    let onclick = props.on_act.reform(|_: MouseEvent| Act::Latest);
    html! {
        <button type="button" class="jump" {onclick}>
            { icons::down() }<span>{ words::jump(props.unread) }</span>
        </button>
    }
}
