//! One draft, drawn below the entries: what has become of it, and what its author can do about it.

use gloo_timers::callback::Timeout;
use openline_rooms::{
    Draft, Fate, Rooms,
    protocol::{Body, MessageId, PersonId, PersonName, RoomName},
};
use wasm_bindgen_futures::spawn_local;
use yew::{
    Callback, Html, MouseEvent, Properties, UseStateHandle, classes, component, html, use_effect_with, use_state,
};

use crate::{act::Act, clipboard, entry, here::Here, icons, kind::Kind, time, words};

/// How long a draft is drawn as if it were sent already, in milliseconds: most are, by then.
const PATIENCE: u64 = 400;

#[derive(Properties, PartialEq)]
pub(crate) struct DraftProps {
    pub(crate) here: Here,
    pub(crate) draft: Draft,
    /// Who the author is, once the server has said so.
    pub(crate) me: Option<PersonId>,
    /// What the author is called.
    pub(crate) name: PersonName,
    /// Whether the line is up.
    pub(crate) up: bool,
    pub(crate) opens_group: bool,
    /// Takes the text back into the box.
    pub(crate) on_edit: Callback<Draft>,
    pub(crate) on_act: Callback<Act>,
}

/// One draft, as an item of the list.
#[component]
pub(crate) fn DraftRow(props: &DraftProps) -> Html {
    let DraftProps { draft, me, name, up, opens_group, .. } = props;
    let copied = use_state(|| None::<bool>);
    let late = use_state(|| time::now().saturating_sub(draft.written_at) >= PATIENCE);
    use_effect_with((), {
        let late = late.clone();
        move |()| {
            let timer = (!*late).then(|| Timeout::new(PATIENCE as u32, move || late.set(true)));
            move || drop(timer)
        }
    });
    let unsent = !draft.is_underway();
    let class = classes!("row", "mine", "draft", opens_group.then_some("opens"), unsent.then_some("unsent"));
    html! {
        <li {class} id={format!("draft-{}", draft.id)}>
            { entry::head(*me, name, draft.written_at, None, true, *opens_group, false) }
            <div class="text">{ entry::body(draft.kind.as_deref(), &draft.body, &[]) }</div>
            if let Some(about) = words::about(Kind::of(draft.kind.as_deref()).does) { <p class="kind">{ about }</p> }
            { fate(&draft.fate, *up, *late) }
            if unsent || !*up || matches!(draft.fate, Fate::Held { .. }) { { actions(props, &copied) } }
        </li>
    }
}

fn fate(fate: &Fate, up: bool, late: bool) -> Html {
    let waits = |words: String| html! { <p class="fate">{ icons::clock() }{ words }</p> };
    let fails = |words: String| html! { <p class="fate" role="alert">{ icons::warning() }{ words }</p> };
    match fate {
        Fate::Refused { why } => fails(words::refused(why)),
        Fate::OtherLog => fails(words::other_log()),
        Fate::NotStored => fails(words::not_stored()),
        Fate::Held { why } => waits(words::held(why)),
        Fate::Pending if !up => waits(words::waiting()),
        Fate::Pending if late => waits(words::sending()),
        Fate::Storing if late => waits(words::storing()),
        Fate::Storing | Fate::Pending => Html::default(),
    }
}

/// What can be done about it. `copied` tells how copying its text went.
fn actions(props: &DraftProps, copied: &UseStateHandle<Option<bool>>) -> Html {
    let DraftProps { here, draft, on_edit, on_act, .. } = props;
    let unsent = !draft.is_underway();
    let id = draft.id;
    let acting = |act: fn(&Rooms, &RoomName, MessageId)| {
        let (here, on_act) = (here.clone(), on_act.clone());
        move || {
            act(&here.rooms, &here.room, id);
            on_act.emit(Act::LoseFocus);
        }
    };
    let (retry, discard) = (acting(Rooms::retry), acting(Rooms::discard));
    let text = match &draft.body {
        Body::Text(text) => Some(text.clone()),
        _ => None,
    };
    html! {
        <div class="actions">
            if unsent { <button type="button" onclick={move |_| retry()}>{ words::retry() }</button> }
            if let Some(text) = text {
                <button type="button" onclick={editing(here.clone(), draft.clone(), on_edit.clone())}>
                    { words::edit() }
                </button>
                <button type="button" onclick={copying(text, copied.clone())}>{ copy_label(**copied) }</button>
            }
            <button type="button" onclick={move |_| discard()}>{ words::discard() }</button>
        </div>
    }
}

fn editing(here: Here, draft: Draft, on_edit: Callback<Draft>) -> Callback<MouseEvent> {
    Callback::from(move |_| {
        // The text is in the box, and kept there, before the draft is given up.
        on_edit.emit(draft.clone());
        here.rooms.discard(&here.room, draft.id);
    })
}

fn copy_label(copied: Option<bool>) -> String {
    match copied {
        None => words::copy(),
        Some(true) => words::copied(),
        Some(false) => words::not_copied(),
    }
}

fn copying(text: String, copied: UseStateHandle<Option<bool>>) -> Callback<MouseEvent> {
    Callback::from(move |_| {
        let (text, copied) = (text.clone(), copied.clone());
        spawn_local(async move { copied.set(Some(clipboard::copy(text).await)) });
    })
}
