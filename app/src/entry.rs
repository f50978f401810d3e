//! One message of the log, drawn.

use openline_rooms::protocol::{Body, PersonId, PersonName, RoomName, Seq};
use yew::{Callback, Html, Properties, classes, component, html};

use crate::{
    act::Act,
    avatar::avatar,
    fold::{Message, Quote, Reaction},
    icons,
    markup::Name,
    menu::Menu,
    navigation,
    prose::prose,
    said::plain,
    time, words,
};

/// How much of what it replies to a reply shows, in characters.
const QUOTED: usize = 120;

#[derive(Properties, PartialEq)]
pub(crate) struct EntryProps {
    pub(crate) room: RoomName,
    pub(crate) message: Message,
    pub(crate) me: Option<PersonId>,
    pub(crate) opens_group: bool,
    /// Those it calls, by name, and whether that is the viewer.
    pub(crate) called: Vec<(String, bool)>,
    /// Whether it calls the viewer, by name or by a reply.
    pub(crate) calls_me: bool,
    /// Whether somebody else who is here goes by its author's name.
    pub(crate) namesake: bool,
    /// The viewer has just come to it.
    pub(crate) flashes: bool,
    /// What can be done with it is shown.
    pub(crate) is_open: bool,
    pub(crate) on_act: Callback<Act>,
    pub(crate) on_close: Callback<()>,
}

/// One message of the log, as an item of the list. What its buttons do is decided by the list, for all rows at once.
#[component]
pub(crate) fn EntryRow(props: &EntryProps) -> Html {
    let EntryProps { room, message, me, opens_group, .. } = props;
    let entry = &message.entry;
    let mine = *me == Some(entry.from.id);
    let class = classes!(
        "row",
        opens_group.then_some("opens"),
        mine.then_some("mine"),
        props.calls_me.then_some("calls"),
        props.flashes.then_some("flashes"),
        props.is_open.then_some("open"),
    );
    let link = navigation::path(room, Some(entry.seq));
    html! {
        <li id={id(entry.seq)} {class} tabindex="-1">
            { head(Some(entry.from.id), &entry.from.name, entry.at, Some(link), mine, *opens_group, props.namesake) }
            { for message.quote.as_ref().map(|quote| self::quote(room, quote)) }
            { said(props) }
            { reactions(&message.reactions, *me) }
            if !message.is_deleted {
                <div class="tools">
                    <button type="button" class="quiet" data-act="reply" tabindex="-1" title={words::reply()}
                        aria-label={words::reply()}>{ icons::reply() }</button>
                    <button type="button" class="quiet" data-act="menu" tabindex="-1" title={words::actions()}
                        aria-label={words::actions_for(entry.from.name.as_str())} aria-haspopup="menu"
                        aria-expanded={props.is_open.to_string()}>{ icons::more() }</button>
                </div>
            }
            if props.is_open {
                <Menu message={message.clone()} {mine} on_act={props.on_act.clone()} on_close={props.on_close.clone()} />
            }
        </li>
    }
}

/// The id of a message's element in the document.
pub(crate) fn id(seq: Seq) -> String {
    format!("entry-{seq}")
}

/// The place of the message that an element with this id shows.
pub(crate) fn seq_of(id: &str) -> Option<Seq> {
    Seq::new(id.strip_prefix("entry-")?.parse().ok()?)
}

/// Whose row it is and when it was said. Within a group the name is there only for those who listen.
pub(crate) fn head(
    id: Option<PersonId>,
    name: &PersonName,
    at: u64,
    link: Option<String>,
    mine: bool,
    opens_group: bool,
    namesake: bool,
) -> Html {
    let time = html! { <time datetime={time::machine(at)} title={time::full(at)}>{ time::short(at) }</time> };
    let when = match link {
        Some(link) => html! { <a class="when" href={link} tabindex="-1" data-act="link">{ time }</a> },
        None => html! { <span class="when">{ time }</span> },
    };
    if !opens_group {
        return html! { <><span class="unseen"><bdi>{ name.as_str().to_owned() }</bdi>{ ", " }</span>{ when }</> };
    }
    html! {
        <>
            { avatar(id, name) }
            <p class="head">
                <bdi class="name">{ name.as_str().to_owned() }</bdi>
                if mine { { " " }<span class="tag">{ words::you() }</span> }
                if namesake {
                    { " " }
                    <span class="namesake" title={words::namesake()}>
                        { for id.map(short_id) }<span class="unseen">{ words::namesake() }</span>
                    </span>
                }
                { " " }{ when }
            </p>
        </>
    }
}

/// What was said, always as text: nothing in it is ever taken for markup.
pub(crate) fn body(kind: Option<&str>, body: &Body, names: &[Name<'_>]) -> Html {
    match body {
        Body::Text(text) => prose(text, names),
        Body::Bytes(bytes) => html! { <p class="stand-in">{ words::attachment(kind, bytes.len()) }</p> },
        _ => html! { <p class="stand-in">{ words::unknown_body(kind) }</p> },
    }
}

/// A few digits that tell apart two people of one name.
pub(crate) fn short_id(id: PersonId) -> String {
    let id = id.to_string();
    format!("#{}", id.get(id.len().saturating_sub(4)..).unwrap_or_default())
}

fn said(props: &EntryProps) -> Html {
    let EntryProps { message, called, .. } = props;
    if message.is_deleted {
        return html! { <div class="text"><p class="stand-in">{ words::deleted() }</p></div> };
    }
    let entry = message.edit.as_ref().unwrap_or(&message.entry);
    let names: Vec<_> = called.iter().map(|(name, is_me)| Name { name, is_me: *is_me }).collect();
    let is_other = message.kind.does == crate::kind::Does::Other;
    html! {
        <>
            <div class="text">{ body(entry.kind.as_deref(), &entry.body, &names) }</div>
            if message.edit.is_some() { <p class="kind" title={time::full(entry.at)}>{ words::edited() }</p> }
            if is_other && matches!(entry.body, Body::Text(_)) {
                <p class="kind">{ entry.kind.clone().unwrap_or_default() }</p>
            }
        </>
    }
}

fn quote(room: &RoomName, quote: &Quote) -> Html {
    let inside = match &quote.said {
        None => html! { words::replies_to_earlier() },
        Some((name, text)) => {
            let text = text.as_ref().map_or_else(words::deleted, |text| words::beginning_of(&plain(text), QUOTED));
            html! {
                <>
                    <span class="unseen">{ words::replies_to(name.as_str()) }{ ": " }</span>
                    <bdi class="name" aria-hidden="true">{ name.as_str().to_owned() }</bdi>{ " " }<bdi>{ text }</bdi>
                </>
            }
        }
    };
    let link = navigation::path(room, Some(quote.seq));
    html! { <a class="quote" href={link} data-act="go" data-seq={quote.seq.to_string()} tabindex="-1">{ inside }</a> }
}

fn reactions(reactions: &[Reaction], me: Option<PersonId>) -> Html {
    if reactions.is_empty() {
        return Html::default();
    }
    let one = |Reaction { text, who }: &Reaction| {
        let mine = who.iter().any(|(id, _)| Some(*id) == me);
        let label = words::reaction(text, &names(who));
        html! {
            <li key={text.clone()}>
                <button type="button" class="reaction" data-act="react" data-text={text.clone()} title={label.clone()}
                    aria-label={label} aria-pressed={mine.to_string()}>
                    <span>{ text.clone() }</span><span class="count">{ who.len() }</span>
                </button>
            </li>
        }
    };
    html! { <ul class="reactions">{ for reactions.iter().map(one) }</ul> }
}

fn names(who: &[(PersonId, PersonName)]) -> String {
    const NAMED: usize = 3;
    let mut names: Vec<_> = who.iter().take(NAMED).map(|(_, name)| name.to_string()).collect();
    if who.len() > NAMED {
        names.push(words::others(who.len() - NAMED));
    }
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{}{}{last}", rest.join(", "), words::and()),
        _ => names.concat(),
    }
}
