//! The box one writes in.
//!
//! Invariants: the box belongs to the browser, not to Yew, which would write over what was just typed; it is never
//! disabled; nothing typed is cut or lost, and the box is emptied only after what was in it is stored as a draft.

mod completion;
mod text_box;

use openline_rooms::protocol::{Body, PersonId, PersonName, Post};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, HtmlTextAreaElement};
use yew::{
    Callback, Event, Html, InputEvent, KeyboardEvent, MouseEvent, NodeRef, Properties, TargetCast, classes, component,
    html, use_effect_with, use_mut_ref, use_state,
};

pub(crate) use self::text_box::{begin_edit, end_edit, put_back};
use self::{
    completion::{Completion, list},
    text_box::{begin, follow_other_tabs, grow, wrap},
};
use crate::{
    act::Act,
    here::Here,
    icons, keys,
    kind::{Does, Kind},
    known::Known,
    unsent::{self, About},
    words,
};

/// The most bytes that are pasted at a time. Browsers take seconds to lay out a megabyte in a box, and it could not be
/// sent anyway.
const MOST_PASTED: usize = 16 * Post::MAX_TEXT;

#[derive(Properties, PartialEq)]
pub(crate) struct ComposerProps {
    pub(crate) here: Here,
    /// The box itself, for those who put the focus or a text into it.
    pub(crate) input: NodeRef,
    /// What is written about, in words, if it is about something.
    pub(crate) about: Option<(About, String)>,
    pub(crate) known: Known,
    pub(crate) me: Option<PersonId>,
    pub(crate) on_act: Callback<Act>,
}

/// The box one writes in, with its button and its counter.
#[component]
pub(crate) fn Composer(props: &ComposerProps) -> Html {
    let ComposerProps { here, input, about, known, me, .. } = props;
    // There from the first moment on: an effect comes later, and would write over what was typed meanwhile.
    let kept = use_state(|| unsent::of(&here.room));
    // Bytes used, where that is worth saying: typing draws nothing else anew.
    let used = use_state(|| worth_saying(&kept));
    let problem = use_state(|| None::<String>);
    let completion = use_state(|| None::<Completion>);
    // Those whose name was chosen from the list: names can be shared, they can't.
    let chosen = use_mut_ref(Vec::<PersonId>::new);

    use_effect_with(here.room.clone(), {
        let input = input.clone();
        move |room| {
            let area = input.cast::<HtmlTextAreaElement>();
            if let Some(area) = &area {
                begin(area);
                grow(area);
            }
            let listener = area.map(|area| follow_other_tabs(area, room.clone()));
            move || drop(listener)
        }
    });

    let oninput = {
        let (room, used, problem, completion) = (here.room.clone(), used.clone(), problem.clone(), completion.clone());
        let (known, me, on_act) = (known.clone(), *me, props.on_act.clone());
        Callback::from(move |event: InputEvent| {
            let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() else { return };
            let text = area.value();
            unsent::keep(&room, &text);
            grow(&area);
            let now_used = worth_saying(&text);
            if *used != now_used {
                used.set(now_used);
            }
            if problem.is_some() {
                problem.set(None);
            }
            let now_completes = Completion::at(&area, &known, me);
            if *completion != now_completes {
                completion.set(now_completes);
            }
            if !text.is_empty() {
                on_act.emit(Act::Type);
            }
        })
    };

    let send = {
        let (here, input, known, about) = (here.clone(), input.clone(), known.clone(), about.clone());
        let (used, problem, chosen, completion) = (used.clone(), problem.clone(), chosen.clone(), completion.clone());
        let on_act = props.on_act.clone();
        Callback::from(move |()| {
            let Some(area) = input.cast::<HtmlTextAreaElement>() else { return };
            let text = area.value();
            if text.trim().is_empty() || text.len() > Post::MAX_TEXT {
                return;
            }
            let does = match about {
                None => Does::Say,
                Some((About::Reply(seq), _)) => Does::Reply(seq),
                Some((About::Edit(seq), _)) => Does::Edit(seq),
            };
            let kind = Kind { does, to: known.calls(&text, &chosen.borrow()) };
            match here.rooms.post(&here.room, kind.media_type(), Body::text(text)) {
                Ok(_) => {
                    area.set_value("");
                    unsent::keep(&here.room, "");
                    grow(&area);
                    chosen.borrow_mut().clear();
                    used.set(None);
                    problem.set(None);
                    completion.set(None);
                    on_act.emit(Act::Sent);
                }
                Err(error) => problem.set(Some(words::not_taken(&error))),
            }
        })
    };

    let take = {
        let (input, completion, chosen) = (input.clone(), completion.clone(), chosen.clone());
        Callback::from(move |(id, name): (PersonId, PersonName)| {
            if let (Some(area), Some(completion)) = (input.cast::<HtmlTextAreaElement>(), &*completion) {
                chosen.borrow_mut().push(id);
                completion.take(&area, &name);
            }
            completion.set(None);
        })
    };

    let onkeydown = {
        let (send, take, completion) = (send.clone(), take.clone(), completion.clone());
        let (about, on_act) = (about.clone(), props.on_act.clone());
        Callback::from(move |event: KeyboardEvent| {
            if keys::belongs_to_input_method(&event) {
                return;
            }
            let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() else { return };
            let key = event.key();
            let is_handled = match (&*completion, key.as_str()) {
                (Some(list), "ArrowDown" | "ArrowUp") => {
                    completion.set(Some(list.step(key == "ArrowDown")));
                    true
                }
                (Some(list), "Enter" | "Tab") if keys::is_bare(&event) && !event.shift_key() => {
                    if let Some(picked) = list.picked() {
                        take.emit(picked.clone());
                    }
                    true
                }
                (Some(_), "Escape") => {
                    completion.set(None);
                    true
                }
                (None, "Escape") if about.is_some() => {
                    on_act.emit(Act::DropAbout);
                    true
                }
                (None, "ArrowUp") if area.value().is_empty() && about.is_none() && keys::is_bare(&event) => {
                    on_act.emit(Act::EditLast);
                    true
                }
                (_, "Enter") if !event.shift_key() && keys::is_bare(&event) => {
                    // Held down, it sends once.
                    if !event.repeat() {
                        send.emit(());
                    }
                    true
                }
                (_, "b" | "i" | "e") if keys::is_command(&event) => {
                    let mark = match key.as_str() {
                        "b" => "**",
                        "i" => "_",
                        _ => "`",
                    };
                    wrap(&area, mark, mark);
                    true
                }
                (_, "L" | "l") if event.shift_key() && event.ctrl_key() != event.meta_key() => {
                    wrap(&area, "[", "]()");
                    true
                }
                _ => false,
            };
            if is_handled {
                event.prevent_default();
                event.stop_propagation();
            }
        })
    };
    let onpaste = {
        let problem = problem.clone();
        move |event: Event| {
            let pasted = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
            let text = pasted.and_then(|pasted| pasted.get_data("text/plain").ok()).unwrap_or_default();
            // All of it or nothing: it is still where it was copied from.
            if text.len() > MOST_PASTED {
                event.prevent_default();
                problem.set(Some(words::too_much_to_paste(text.len(), Post::MAX_TEXT)));
            }
        }
    };
    let onclick = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            send.emit(());
            if let Some(area) = input.cast::<HtmlTextAreaElement>() {
                drop(area.focus());
            }
        })
    };
    let onblur = {
        let completion = completion.clone();
        move |_| completion.set(None)
    };

    let over = used.is_some_and(|used| used > Post::MAX_TEXT);
    let is_edit = matches!(about, Some((About::Edit(_), _)));
    let picked = completion.as_ref().map(Completion::picked_id);
    html! {
        <div class="composer">
            if let Some((_, words)) = about {
                <p class="about">
                    { if is_edit { icons::edit() } else { icons::reply() } }<span>{ words.clone() }</span>
                    <button type="button" class="quiet" aria-label={words::cancel()} title={words::cancel()}
                        onclick={props.on_act.reform(|_: MouseEvent| Act::DropAbout)}>{ icons::close() }</button>
                </p>
            }
            { for completion.as_ref().map(|completion| list(completion, &take)) }
            <div class={classes!("box", over.then_some("over"))}>
                <label class="unseen" for="message-box">{ words::message_to(here.room.as_str()) }</label>
                <textarea id="message-box" ref={input.clone()} defaultvalue={(*kept).clone()} rows="1" dir="auto"
                    enterkeyhint="send" autocapitalize="sentences"
                    placeholder={words::message_to(&words::isolated(here.room.as_str()))}
                    // A text box, and a combobox for as long as there is a list.
                    role={picked.is_some().then_some("combobox")} aria-expanded={picked.is_some().then_some("true")}
                    aria-controls={picked.is_some().then_some("suggestions")} aria-activedescendant={picked}
                    aria-autocomplete="list"
                    aria-describedby="message-note" aria-invalid={over.then_some("true")} {oninput} {onkeydown}
                    {onpaste} {onblur} />
                // It keeps its place in the order of focus, and says below why it does nothing.
                <button type="button" class="send" {onclick} aria-disabled={over.then_some("true")}>
                    if is_edit {
                        { icons::check() }<span>{ words::save() }</span>
                    } else {
                        { icons::send() }<span>{ words::send() }</span>
                    }
                </button>
            </div>
            <p id="message-note" class="note">
                if let Some(problem) = &*problem {
                    <span class="problem" role="alert">{ problem.clone() }</span>
                } else if let Some(used) = *used {
                    <span class={classes!(over.then_some("problem"))} role={over.then_some("status")}>
                        { words::counter(used, Post::MAX_TEXT) }
                    </span>
                } else {
                    <span class="hint">{ words::keys_hint() }</span>
                }
            </p>
        </div>
    }
}

fn worth_saying(text: &str) -> Option<usize> {
    (text.len() >= words::COUNT_FROM).then_some(text.len())
}
