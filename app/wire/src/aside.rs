//! Beside the log: how to close, what was dialled before, what a page cannot do.

use web_sys::HtmlInputElement;
use yew::{Callback, Html, NodeRef, Properties, component, html};

use crate::{bench::Bench, closer::Closer, words};

#[derive(Properties, PartialEq)]
pub(crate) struct AsideProps {
    pub(crate) bench: Bench,
    pub(crate) is_live: bool,
    pub(crate) recent: Vec<String>,
    /// The field that a recent address goes into.
    pub(crate) url: NodeRef,
    pub(crate) on_forget: Callback<()>,
}

#[component]
pub(crate) fn Aside(props: &AsideProps) -> Html {
    let fill_in = |url: &str| {
        let (field, url) = (props.url.clone(), url.to_owned());
        move |_| {
            if let Some(field) = field.cast::<HtmlInputElement>() {
                field.set_value(&url);
                // A field that cannot have the focus leaves it where it is.
                drop(field.focus());
            }
        }
    };
    html! {
        <aside>
            <section aria-labelledby="close-title">
                <h2 id="close-title">{ words::CLOSE_WITH }</h2>
                <Closer bench={props.bench.clone()} is_live={props.is_live} />
            </section>
            <section aria-labelledby="recent-title">
                <h2 id="recent-title">{ words::RECENT }</h2>
                if props.recent.is_empty() {
                    <p class="hint">{ words::NO_RECENT }</p>
                } else {
                    <ul class="recent">
                        { for props.recent.iter().map(|url| html! {
                            <li key={url.clone()}><button type="button" dir="ltr" onclick={fill_in(url)}>{ url.clone() }</button></li>
                        }) }
                    </ul>
                    <button type="button" class="plain" onclick={props.on_forget.reform(|_| ())}>{ words::FORGET }</button>
                }
            </section>
            <section aria-labelledby="limits-title">
                <h2 id="limits-title">{ words::LIMITS }</h2>
                <dl class="limits">
                    { for words::CANNOT.iter().map(|(what, why)| html! { <div><dt>{ *what }</dt><dd>{ *why }</dd></div> }) }
                </dl>
            </section>
        </aside>
    }
}
