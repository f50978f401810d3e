//! An address that leads nowhere, with a way out.

use yew::{Html, Properties, component, html};
use yew_router::components::Link;

use crate::{icons, other_room::OtherRoom, route::Route, words};

#[derive(Properties, PartialEq)]
pub(crate) struct AstrayProps {
    pub(crate) title: String,
    #[prop_or_default]
    pub(crate) why: Option<String>,
}

/// Says that the address leads nowhere, and why.
#[component]
pub(crate) fn Astray(props: &AstrayProps) -> Html {
    html! {
        <main class="front">
            <p class="product">{ icons::mark() }<span>{ words::PRODUCT }</span></p>
            <div class="card">
                <h1>{ props.title.clone() }</h1>
                if let Some(why) = &props.why { <p>{ why.clone() }</p> }
                <OtherRoom />
                <p><Link<Route> to={Route::lobby()}>{ words::TO_LOBBY }</Link<Route>></p>
            </div>
        </main>
    }
}
