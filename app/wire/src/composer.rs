//! What to send: text, bytes as hex or base64, or a file.

use openline_client::Message;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent, SubmitEvent};
use yew::{Callback, Html, NodeRef, Properties, component, html, use_node_ref, use_state};

use crate::{bench::Bench, bytes, file, icons, words};

#[derive(Properties, PartialEq)]
pub(crate) struct ComposerProps {
    pub(crate) bench: Bench,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Text,
    Hex,
    Base64,
    File,
}

const FORMS: [(Form, &str); 4] = [
    (Form::Text, words::AS_TEXT),
    (Form::Hex, words::AS_HEX),
    (Form::Base64, words::AS_BASE64),
    (Form::File, words::AS_FILE),
];

/// What is told below the field.
#[derive(Clone, PartialEq)]
enum Said {
    Size(u64),
    Problem(String),
}

#[component]
pub(crate) fn Composer(props: &ComposerProps) -> Html {
    let form = use_state(|| Form::Text);
    let as_blob = use_state(|| true);
    let said = use_state(|| Said::Size(0));
    let (text, line, chosen) = (use_node_ref(), use_node_ref(), use_node_ref());
    let written = {
        let (form, text, line) = (*form, text.clone(), line.clone());
        move || match form {
            Form::Text => {
                Ok(Message::Text(text.cast::<HtmlTextAreaElement>().map(|text| text.value()).unwrap_or_default()))
            }
            Form::Hex => bytes::from_hex(&value(&line)).map(Message::Bytes),
            _ => bytes::from_base64(&value(&line)).map(Message::Bytes),
        }
    };
    let measure = {
        let (form, said, written, chosen) = (*form, said.clone(), written.clone(), chosen.clone());
        Callback::from(move |()| {
            said.set(match form {
                Form::File => Said::Size(picked(&chosen).map_or(0, |file| file.size() as u64)),
                _ => match written() {
                    Ok(message) => Said::Size(message.len()),
                    Err(error) => Said::Problem(words::bad_bytes(&error)),
                },
            });
        })
    };
    let send = {
        let (bench, form, as_blob, said) = (props.bench.clone(), *form, *as_blob, said.clone());
        let chosen = chosen.clone();
        Callback::from(move |()| {
            let tell = {
                let said = said.clone();
                move |outcome: Result<u64, String>| said.set(outcome.map_or_else(Said::Problem, Said::Size))
            };
            let send = {
                let bench = bench.clone();
                move |message: Message| {
                    let size = message.len();
                    bench.send(message).map(|()| size)
                }
            };
            if form != Form::File {
                return tell(written().map_err(|error| words::bad_bytes(&error)).and_then(send));
            }
            let Some(file) = picked(&chosen) else { return tell(Err(words::NO_FILE.into())) };
            if as_blob {
                return tell(send(Message::Blob(file.into())));
            }
            spawn_local(async move {
                let read = file::bytes(&file).await.ok_or_else(|| words::UNREADABLE.to_owned());
                tell(read.and_then(|bytes| send(Message::Bytes(bytes))));
            });
        })
    };
    let onsubmit = {
        let send = send.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            send.emit(());
        }
    };
    let onkeydown = {
        let send = send.clone();
        move |event: KeyboardEvent| {
            // What an input method composes is not ours; Safari says so only by the number.
            let composes = event.is_composing() || event.key_code() == 229;
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.repeat() && !composes {
                event.prevent_default();
                send.emit(());
            }
        }
    };
    let choose = |chosen: Form| {
        let (form, said) = (form.clone(), said.clone());
        move |_| {
            form.set(chosen);
            said.set(Said::Size(0));
        }
    };
    let by_blob = |blob: bool| {
        let as_blob = as_blob.clone();
        move |_| as_blob.set(blob)
    };
    let problem = matches!(&*said, Said::Problem(_));
    let oninput = measure.reform(|_| ());
    let onchange = measure.reform(|_| ());
    let line_field = |example: &'static str| {
        html! {
            <input key={example} ref={line.clone()} id="message" class="code" type="text" dir="ltr" placeholder={example}
                aria-label={words::MESSAGE} aria-invalid={problem.to_string()} aria-describedby="sent" autocomplete="off"
                autocapitalize="off" spellcheck="false" enterkeyhint="send" oninput={oninput.clone()} />
        }
    };
    html! {
        <form class="composer" {onsubmit}>
            <fieldset class="segments">
                <legend class="unseen">{ words::SEND_AS }</legend>
                { for FORMS.map(|(one, name)| html! {
                    <label><input type="radio" name="form" checked={*form == one} onchange={choose(one)} /><span>{ name }</span></label>
                }) }
            </fieldset>
            { match *form {
                Form::Text => html! {
                    <textarea key="text" ref={text} id="message" class="code" rows="2" dir="auto" aria-label={words::MESSAGE}
                        aria-describedby="sent" placeholder={words::MESSAGE} {oninput} {onkeydown} />
                },
                Form::Hex => line_field(words::HEX_EXAMPLE),
                Form::Base64 => line_field(words::BASE64_EXAMPLE),
                Form::File => html! {
                    <div key="file" class="file">
                        <input ref={chosen} id="message" type="file" aria-label={words::FILE} aria-describedby="sent" {onchange} />
                        <fieldset class="segments">
                            <legend class="unseen">{ words::FILE_AS }</legend>
                            <label><input type="radio" name="file-as" checked={*as_blob} onchange={by_blob(true)} /><span>{ words::AS_BLOB }</span></label>
                            <label><input type="radio" name="file-as" checked={!*as_blob} onchange={by_blob(false)} /><span>{ words::AS_BUFFER }</span></label>
                        </fieldset>
                    </div>
                },
            } }
            <button type="submit" class="primary">{ icons::send() }{ words::SEND }</button>
            <p id="sent" class="note">
                { match &*said {
                    Said::Size(size) => html! { <span>{ words::bytes(*size) }</span> },
                    Said::Problem(problem) => html! { <span class="problem" role="alert">{ problem.clone() }</span> },
                } }
                <span class="keys">{ match *form { Form::Text => words::CTRL_ENTER, Form::File => "", _ => words::ENTER } }</span>
            </p>
        </form>
    }
}

fn value(field: &NodeRef) -> String {
    field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
}

fn picked(field: &NodeRef) -> Option<File> {
    field.cast::<HtmlInputElement>()?.files()?.get(0)
}
