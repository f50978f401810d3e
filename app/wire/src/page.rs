//! The page: one bench, and what is drawn of it.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};
use yew::{Callback, Html, MouseEvent, component, html, use_memo, use_node_ref, use_reducer, use_state};

use crate::{
    address,
    aside::Aside,
    bench::Bench,
    composer::Composer,
    dialler::Dialler,
    icons,
    log_view::LogView,
    status::{Status, is_live},
    storage, words,
};

/// How often the bench has told of changes.
#[derive(Default)]
struct Revision(u64);

impl yew::Reducible for Revision {
    type Action = ();

    fn reduce(self: std::rc::Rc<Self>, (): ()) -> std::rc::Rc<Self> {
        Self(self.0 + 1).into()
    }
}

/// The whole page.
#[component]
pub(crate) fn Page() -> Html {
    let revision = use_reducer(Revision::default);
    let bench = use_memo((), |()| {
        let dispatch = revision.dispatcher();
        Bench::new(Callback::from(move |()| dispatch.dispatch(())))
    });
    let recent = use_state(storage::recent);
    let url = use_node_ref();
    let on_dialled = {
        let recent = recent.clone();
        Callback::from(move |url: String| {
            let now = address::remember(&recent, &url);
            storage::keep_recent(&now);
            recent.set(now);
        })
    };
    let on_forget = {
        let recent = recent.clone();
        Callback::from(move |()| {
            storage::keep_recent(&[]);
            recent.set(Vec::new());
        })
    };
    let bench = (*bench).clone();
    let (state, revision) = (bench.state(), revision.0);
    let skip = |event: MouseEvent| {
        // A fragment alone would be taken for one of the document's base.
        event.prevent_default();
        let document = event.target().and_then(|link| link.dyn_into::<Node>().ok()?.owner_document());
        let log = document.and_then(|document| document.get_element_by_id("log")?.dyn_into::<HtmlElement>().ok());
        drop(log.map(|log| log.focus()));
    };
    html! {
        <div class="bench">
            <a class="skip" href="#log" onclick={skip}>{ words::SKIP_TO_LOG }</a>
            <header>
                <h1><span class="product">{ icons::mark() }<span>{ words::PRODUCT }</span></span>{ " " }{ words::TITLE }</h1>
                <p class="hint">{ words::TAGLINE }</p>
                <a href="..">{ words::TO_CHAT }</a>
            </header>
            <main>
                <Dialler bench={bench.clone()} {state} url={url.clone()} recent={(*recent).clone()} {on_dialled} />
                <Status bench={bench.clone()} {revision} />
                <LogView bench={bench.clone()} {revision} />
                <Composer bench={bench.clone()} />
            </main>
            <Aside bench={bench.clone()} is_live={is_live(state)} recent={(*recent).clone()} {url} {on_forget} />
            <p class="unseen" role="status">{ bench.announcement() }</p>
        </div>
    }
}
