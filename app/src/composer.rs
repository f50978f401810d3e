//! The box one writes in.
//!
//! Invariants: the box belongs to the browser, not to Yew, which would write over what was just typed; it is never
//! disabled; nothing typed is cut or lost, and the box is emptied only after what was in it is stored as a draft.

use gloo_events::EventListener;
use openline_rooms::protocol::{Body, Post, RoomName};
use wasm_bindgen::JsCast;
use web_sys::{HtmlTextAreaElement, StorageEvent};
use yew::{
    Callback, Html, InputEvent, KeyboardEvent, MouseEvent, NodeRef, Properties, TargetCast, classes, component, html,
    use_effect_with, use_state,
};

use crate::{here::Here, icons, keys, unsent, words};

#[derive(Properties, PartialEq)]
pub(crate) struct ComposerProps {
    pub(crate) here: Here,
    /// The box itself, for those who put the focus or a text into it.
    pub(crate) input: NodeRef,
    /// Something was stored as a draft.
    pub(crate) on_sent: Callback<()>,
}

/// The box one writes in, with its button and its counter.
#[component]
pub(crate) fn Composer(props: &ComposerProps) -> Html {
    let ComposerProps { here, input, on_sent } = props;
    // Bytes used, where that is worth saying: typing draws nothing else anew.
    let used = use_state(|| None::<usize>);
    let problem = use_state(|| None::<String>);

    use_effect_with(here.room.clone(), {
        let (input, used) = (input.clone(), used.clone());
        move |room| {
            let area = input.cast::<HtmlTextAreaElement>();
            if let Some(area) = &area {
                area.set_value(&unsent::of(room));
                grow(area);
                used.set(worth_saying(&area.value()));
            }
            let listener = area.map(|area| follow_other_tabs(area, room.clone()));
            move || drop(listener)
        }
    });

    let oninput = {
        let (room, used, problem) = (here.room.clone(), used.clone(), problem.clone());
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
        })
    };

    let send = {
        let (here, input, on_sent) = (here.clone(), input.clone(), on_sent.clone());
        let (used, problem) = (used.clone(), problem.clone());
        Callback::from(move |()| {
            let Some(area) = input.cast::<HtmlTextAreaElement>() else { return };
            let text = area.value();
            if text.trim().is_empty() || text.len() > Post::MAX_TEXT {
                return;
            }
            match here.rooms.post(&here.room, None, Body::text(text)) {
                Ok(_) => {
                    area.set_value("");
                    unsent::keep(&here.room, "");
                    grow(&area);
                    used.set(None);
                    problem.set(None);
                    on_sent.emit(());
                }
                Err(error) => problem.set(Some(words::not_kept(&error.to_string()))),
            }
        })
    };

    let onkeydown = {
        let send = send.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && !event.shift_key() && !keys::belongs_to_input_method(&event) {
                event.prevent_default();
                if !event.repeat() {
                    send.emit(());
                }
            }
        })
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

    let over = used.is_some_and(|used| used > Post::MAX_TEXT);
    html! {
        <div class="composer">
            <div class={classes!("box", over.then_some("over"))}>
                <label class="unseen" for="message-box">{ words::message_to(here.room.as_str()) }</label>
                <textarea id="message-box" ref={input.clone()} rows="1" dir="auto" enterkeyhint="send"
                    autocapitalize="sentences" placeholder={words::message_to(here.room.as_str())}
                    aria-describedby="message-note" aria-invalid={over.then_some("true")} {oninput} {onkeydown} />
                // It keeps its place in the order of focus, and says below why it does nothing.
                <button type="button" class="send" {onclick} aria-disabled={over.then_some("true")}>
                    { icons::send() }<span>{ words::SEND }</span>
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
                    <span class="hint">{ words::KEYS_HINT }</span>
                }
            </p>
        </div>
    }
}

/// Puts a text into the box, before whatever is in it, as if it were typed.
pub(crate) fn put_back(input: &NodeRef, text: &str) {
    let Some(area) = input.cast::<HtmlTextAreaElement>() else { return };
    let typed = area.value();
    area.set_value(&if typed.is_empty() { text.to_owned() } else { format!("{text}\n{typed}") });
    // The box hears of it by the event that typing has, and keeps it.
    let bubbling = web_sys::EventInit::new();
    bubbling.set_bubbles(true);
    if let Ok(event) = web_sys::InputEvent::new_with_event_init_dict("input", bubbling.unchecked_ref()) {
        drop(area.dispatch_event(&event));
    }
    drop(area.focus());
}

fn worth_saying(text: &str) -> Option<usize> {
    (text.len() >= words::COUNT_FROM).then_some(text.len())
}

/// Where the style sheet can't let the box grow with its text (no `field-sizing`), its height is set here, through
/// CSSOM, which a strict policy allows.
fn grow(area: &HtmlTextAreaElement) {
    if web_sys::css::supports_with_value("field-sizing", "content").unwrap_or(false) {
        return;
    }
    let style = area.style();
    drop(style.set_property("height", "auto"));
    drop(style.set_property("height", &format!("{}px", area.scroll_height())));
}

/// Another tab has changed this room's text: it is taken over, unless this box is the one being typed in.
fn follow_other_tabs(area: HtmlTextAreaElement, room: RoomName) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "storage", move |event| {
        let Some(event) = event.dyn_ref::<StorageEvent>() else { return };
        let typing_here = area.owner_document().is_some_and(|document| {
            document.has_focus().unwrap_or(false) && document.active_element().as_ref() == Some(area.as_ref())
        });
        if event.key().is_some_and(|key| unsent::is_key_of(&key, &room)) && !typing_here {
            area.set_value(&event.new_value().unwrap_or_default());
            grow(&area);
        }
    }))
}
