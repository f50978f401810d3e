//! The page's icons, drawn in the text's colour. They say nothing by themselves: whatever has one has words too.

use yew::{Html, html};

/// The product's mark: a line, open at both ends.
pub(crate) fn mark() -> Html {
    html! {
        <svg class="icon mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <path d="M4 16h4.5c3 0 3.6-7 7.5-7s4.5 14 7.5 14" />
            <circle cx="27" cy="23" r="2.5" />
            <circle cx="4.5" cy="16" r="2.5" />
        </svg>
    }
}

pub(crate) fn down() -> Html {
    icon("M12 5v14M19 12l-7 7-7-7")
}

pub(crate) fn send() -> Html {
    icon("M12 19V5M5 12l7-7 7 7")
}

fn icon(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d={path} /></svg>
    }
}
