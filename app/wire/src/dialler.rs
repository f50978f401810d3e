//! Where to dial: the address, the sub-protocols, and how binary messages arrive. Nothing dials but the button.

use openline_client::{BinaryType, ReadyState};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement, SubmitEvent, UrlSearchParams};
use yew::{Callback, Html, NodeRef, Properties, component, html, use_state};

use crate::{address, bench::Bench, words};

#[derive(Properties, PartialEq)]
pub(crate) struct DiallerProps {
    pub(crate) bench: Bench,
    pub(crate) state: Option<ReadyState>,
    /// The field of the address, which others may fill in.
    pub(crate) url: NodeRef,
    pub(crate) recent: Vec<String>,
    pub(crate) on_dialled: Callback<String>,
}

#[component]
pub(crate) fn Dialler(props: &DiallerProps) -> Html {
    let protocols = yew::use_node_ref();
    let binary_type = use_state(BinaryType::default);
    // There from the first moment on: an effect comes later, and would write over what was typed meanwhile.
    let asked = use_state(asked);
    let onsubmit = {
        let (bench, url, protocols, on_dialled) =
            (props.bench.clone(), props.url.clone(), protocols.clone(), props.on_dialled.clone());
        let (state, binary_type) = (props.state, *binary_type);
        move |event: SubmitEvent| {
            event.prevent_default();
            if !matches!(state, None | Some(ReadyState::Closed)) {
                return;
            }
            let (url, protocols) = (get(&url), get(&protocols));
            show_in_address_bar(&url, &protocols);
            bench.dial(&url, address::protocols(&protocols), binary_type);
            on_dialled.emit(url);
        }
    };
    let on_binary_type = {
        let (bench, binary_type) = (props.bench.clone(), binary_type.clone());
        move |event: Event| {
            let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            let chosen = match select.map(|select| select.value()).as_deref() {
                Some("blob") => BinaryType::Blob,
                _ => BinaryType::ArrayBuffer,
            };
            bench.set_binary_type(chosen);
            binary_type.set(chosen);
        }
    };
    let hang_up = {
        let bench = props.bench.clone();
        // Without a code or reason there is nothing to refuse.
        move |_| drop(bench.close(None, None))
    };
    html! {
        <form class="dialler" {onsubmit}>
            <div class="address">
                <label for="url">{ words::ADDRESS }</label>
                <input id="url" ref={props.url.clone()} ~defaultValue={asked.url.clone()} class="code" type="text" inputmode="url" dir="ltr" list="recent"
                    autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go"
                    aria-describedby="url-hint" />
                <datalist id="recent">{ for props.recent.iter().map(|url| html! { <option value={url.clone()} /> }) }</datalist>
                <span id="url-hint" class="unseen">{ words::ADDRESS_HINT }</span>
            </div>
            <div class="press">
            { match props.state {
                Some(ReadyState::Connecting) => html! { <button key="cancel" type="button" onclick={hang_up}>{ words::CANCEL }</button> },
                Some(ReadyState::Open) => html! { <button key="close" type="button" onclick={hang_up}>{ words::CLOSE }</button> },
                Some(ReadyState::Closing) => html! { <button key="closing" type="button" aria-disabled="true">{ words::CLOSING }</button> },
                _ => html! { <button key="dial" class="primary" type="submit">{ words::DIAL }</button> },
            } }
            </div>
            <div class="offer">
                <label for="protocols">{ words::PROTOCOLS }<span class="unseen">{ ", " }{ words::PROTOCOLS_HINT }</span></label>
                <input id="protocols" ref={protocols} ~defaultValue={asked.protocols.clone()} class="code" type="text"
                    dir="ltr" placeholder={words::PROTOCOLS_EXAMPLE} autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go" />
            </div>
            <div class="arrival">
                <label for="binary-type">{ words::BINARY_TYPE }</label>
                <select id="binary-type" onchange={on_binary_type}>
                    <option value="arraybuffer" selected={*binary_type == BinaryType::ArrayBuffer}>{ "ArrayBuffer" }</option>
                    <option value="blob" selected={*binary_type == BinaryType::Blob}>{ "Blob" }</option>
                </select>
            </div>
        </form>
    }
}

/// What the address bar asks for, or else this server's echo.
struct Asked {
    url: String,
    protocols: String,
}

fn asked() -> Asked {
    let window = web_sys::window();
    let query = window
        .as_ref()
        .and_then(|window| window.location().search().ok())
        .and_then(|query| UrlSearchParams::new_with_str(&query).ok());
    let asked = |name| query.as_ref().and_then(|query| query.get(name));
    let base = || window.as_ref()?.document()?.base_uri().ok()?;
    let echo = || base().and_then(|base| address::echo(&base));
    Asked { url: asked("url").or_else(echo).unwrap_or_default(), protocols: asked("protocols").unwrap_or_default() }
}

/// So that the address bar can be handed on: it fills the fields in, and dials nothing.
fn show_in_address_bar(url: &str, protocols: &str) {
    let (Some(window), Ok(query)) = (web_sys::window(), UrlSearchParams::new()) else { return };
    query.set("url", url);
    if !protocols.trim().is_empty() {
        query.set("protocols", protocols);
    }
    let address = format!("{}?{}", window.location().pathname().unwrap_or_default(), String::from(query.to_string()));
    if let Ok(history) = window.history() {
        // Browsers refuse after a hundred in half a minute; then the address bar stays as it is.
        drop(history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address)));
    }
}

fn get(field: &NodeRef) -> String {
    field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
}
