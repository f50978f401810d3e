//! The overview of the keyboard shortcuts.

use yew::{Callback, Html, html};

use super::Dialog;
use crate::words;

/// The overview of the keyboard shortcuts.
pub(crate) fn shortcuts(on_close: Callback<()>) -> Html {
    let all: [(&[&str], String); 14] = [
        (&["Enter"], words::key_enter()),
        (&["↑"], words::key_up()),
        (&["Ctrl B", "Ctrl I", "Ctrl E", "Ctrl Shift L"], words::key_format()),
        (&["Esc"], words::key_escape()),
        (&["Ctrl K"], words::key_find()),
        (&["Alt ↑", "Alt ↓"], words::key_rooms()),
        (&["Shift PgUp"], words::key_first_unread()),
        (&["Ctrl End"], words::key_end()),
        (&["Ctrl Shift F"], words::key_search()),
        (&["↑", "↓"], words::key_messages()),
        (&["Enter"], words::key_actions()),
        (&["/"], words::key_write()),
        (&["Ctrl F6"], words::key_regions()),
        (&["Ctrl /", "?"], words::key_help()),
    ];
    html! {
        <Dialog title={words::shortcuts()} {on_close}>
            <dl class="shortcuts">
                { for all.iter().map(|(keys, does)| html! {
                    <div>
                        <dt>{ for keys.iter().map(|key| html! { <><kbd>{ *key }</kbd>{ " " }</> }) }</dt>
                        <dd>{ does.clone() }</dd>
                    </div>
                }) }
            </dl>
        </Dialog>
    }
}
