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

pub(crate) fn people() -> Html {
    icon(
        "M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M5 7a4 4 0 1 0 8 0 4 4 0 1 0-8 0M22 21v-2a4 4 0 0 0-3-3.87M16 \
          3.13a4 4 0 0 1 0 7.75",
    )
}

pub(crate) fn link() -> Html {
    icon(
        "M10 13a5 5 0 0 0 7.54.54l3-3a5 5 0 0 0-7.07-7.07l-1.72 1.71M14 11a5 5 0 0 0-7.54-.54l-3 3a5 5 0 0 0 \
          7.07 7.07l1.71-1.71",
    )
}

pub(crate) fn send() -> Html {
    icon("M12 19V5M5 12l7-7 7 7")
}

pub(crate) fn down() -> Html {
    icon("M12 5v14M19 12l-7 7-7-7")
}

pub(crate) fn close() -> Html {
    icon("M18 6 6 18M6 6l12 12")
}

pub(crate) fn check() -> Html {
    icon("M20 6 9 17l-5-5")
}

pub(crate) fn clock() -> Html {
    icon("M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M12 6v6l4 2")
}

pub(crate) fn warning() -> Html {
    icon("M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M12 7v6M12 16.5v.01")
}

pub(crate) fn copy() -> Html {
    icon("M9 9h11v11H9zM5 15H4V4h11v1")
}

pub(crate) fn menu() -> Html {
    icon("M4 6h16M4 12h16M4 18h16")
}

pub(crate) fn more() -> Html {
    icon("M5 12v.01M12 12v.01M19 12v.01")
}

pub(crate) fn reply() -> Html {
    icon("M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1")
}

pub(crate) fn edit() -> Html {
    icon("M4 20h4L19 9l-4-4L4 16zM13 7l4 4")
}

pub(crate) fn search() -> Html {
    icon("M4 11a7 7 0 1 0 14 0 7 7 0 1 0-14 0M16 16l5 5")
}

pub(crate) fn settings() -> Html {
    icon("M4 7h9M19 7h1M4 17h1M11 17h9M13 7a3 3 0 1 0 6 0 3 3 0 1 0-6 0M5 17a3 3 0 1 0 6 0 3 3 0 1 0-6 0")
}

fn icon(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d={path} /></svg>
    }
}
