//! How to close: with a code and a reason, its bytes counted.

use web_sys::{HtmlInputElement, InputEvent, SubmitEvent};
use yew::{Html, NodeRef, Properties, component, html, use_node_ref, use_state};

use crate::{bench::Bench, words};

/// What fits into a close frame beside the code (RFC 6455 section 5.5).
const MOST: usize = 123;

#[derive(Properties, PartialEq)]
pub(crate) struct CloserProps {
    pub(crate) bench: Bench,
    pub(crate) is_live: bool,
}

#[component]
pub(crate) fn Closer(props: &CloserProps) -> Html {
    let (code, reason) = (use_node_ref(), use_node_ref());
    let length = use_state(|| 0);
    let problem = use_state(String::new);
    let oninput = {
        let (code, reason, length, problem) = (code.clone(), reason.clone(), length.clone(), problem.clone());
        move |_: InputEvent| {
            let reason = value(&reason);
            length.set(reason.len());
            problem.set(if !reason.is_empty() && value(&code).trim().is_empty() {
                words::IMPLIED_CODE.into()
            } else {
                String::new()
            });
        }
    };
    let onsubmit = {
        let (bench, code, reason, problem) = (props.bench.clone(), code.clone(), reason.clone(), problem.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let (code, reason) = (value(&code), value(&reason));
            let code = match code.trim() {
                "" => Ok(None),
                code => code.parse().map(Some).map_err(|_| words::NO_NUMBER.to_owned()),
            };
            let reason = Some(reason).filter(|reason| !reason.is_empty());
            let closed = code.and_then(|code| bench.close(code, reason));
            problem.set(closed.err().unwrap_or_default());
        }
    };
    let is_over = *length > MOST;
    html! {
        <form class="closer" {onsubmit}>
            <div>
                <label for="code">{ words::CODE }</label>
                <input id="code" ref={code} class="code" type="text" inputmode="numeric" dir="ltr" autocomplete="off"
                    aria-describedby="code-hint close-problem" oninput={oninput.clone()} />
            </div>
            <div>
                <label for="reason">{ words::REASON }</label>
                <input id="reason" ref={reason} type="text" dir="auto" autocomplete="off" aria-invalid={is_over.to_string()}
                    aria-describedby="reason-length close-problem" {oninput} />
            </div>
            <p class="note"><span id="code-hint">{ words::CODE_HINT }</span>
                <span id="reason-length" class={is_over.then_some("problem")}>{ words::reason_length(*length) }</span></p>
            <button type="submit" aria-disabled={(!props.is_live).to_string()}>{ words::CLOSE }</button>
            <p id="close-problem" class="problem" role="alert">{ (*problem).clone() }</p>
        </form>
    }
}

fn value(field: &NodeRef) -> String {
    field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
}
