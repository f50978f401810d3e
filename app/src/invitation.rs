//! The room's address, to give to others: it is the invitation.

use gloo_timers::callback::Timeout;
use openline_rooms::protocol::RoomName;
use wasm_bindgen_futures::spawn_local;
use yew::{Html, Properties, component, html, use_mut_ref, use_state};

use crate::{clipboard, icons, navigation, words};

/// How long, in milliseconds, it is said that the link was copied.
const SAID: u32 = 3_000;

#[derive(Properties, PartialEq)]
pub(crate) struct InvitationProps {
    pub(crate) room: RoomName,
}

#[derive(Clone, Copy, PartialEq)]
enum Copied {
    NotYet,
    Yes,
    /// The browser does not let the page do it, so the link is shown.
    Refused,
}

/// A button that copies the room's address, and says that it did.
#[component]
pub(crate) fn Invitation(props: &InvitationProps) -> Html {
    let copied = use_state(|| Copied::NotYet);
    let back = use_mut_ref(|| None::<Timeout>);
    let link = navigation::link(&props.room, None);
    let onclick = {
        let (copied, link) = (copied.clone(), link.clone());
        move |_| {
            let (copied, link, back) = (copied.clone(), link.clone(), back.clone());
            spawn_local(async move {
                if !clipboard::copy(link).await {
                    return copied.set(Copied::Refused);
                }
                copied.set(Copied::Yes);
                back.replace(Some(Timeout::new(SAID, move || copied.set(Copied::NotYet))));
            });
        }
    };
    html! {
        <div class="invitation">
            <button type="button" {onclick}>
                { if *copied == Copied::Yes { icons::check() } else { icons::link() } }
                <span>{ if *copied == Copied::Yes { words::link_copied() } else { words::copy_invitation() } }</span>
            </button>
            <span class="unseen" role="status">{ if *copied == Copied::Yes { words::link_copied() } else { String::new() } }</span>
            if *copied == Copied::Refused {
                <p class="hint" role="status">{ words::copy_by_hand() }</p>
                <input readonly=true value={link} aria-label={words::invitation_link()} dir="ltr" />
            }
        </div>
    }
}
