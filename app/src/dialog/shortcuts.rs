//! The overview of the keyboard shortcuts.

use yew::{Callback, Html, html};

use super::Dialog;
use crate::words;

/// The overview of the keyboard shortcuts.
pub(crate) fn shortcuts(on_close: Callback<()>) -> Html {
    let is_mac = web_sys::window().is_some_and(|window| is_mac(&window.navigator().platform().unwrap_or_default()));
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
                        <dt>{ for keys.iter().map(|keys| html! { <><kbd>{ called(keys, is_mac) }</kbd>{ " " }</> }) }</dt>
                        <dd>{ does.clone() }</dd>
                    </div>
                }) }
            </dl>
        </Dialog>
    }
}

/// Keys pressed together, as they are printed on the viewer's keyboard.
fn called(keys: &str, is_mac: bool) -> String {
    keys.split(' ').map(|key| words::key_name(key, is_mac)).collect::<Vec<_>>().join(" ")
}

/// Whether that is the platform of a device whose commands are given with ⌘.
fn is_mac(platform: &str) -> bool {
    ["Mac", "iPad", "iPhone"].iter().any(|apple| platform.starts_with(apple))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_called_what_is_printed_on_them() {
        assert_eq!(called("Ctrl Shift L", false), "Ctrl Shift L");
        assert_eq!(called("Ctrl Shift L", true), "⌘ ⇧ L");
        words::speak(words::Language::German);
        assert_eq!(called("Ctrl Shift L", false), "Strg Umschalt L");
        assert_eq!(called("Alt ↑", true), "⌥ ↑");
        assert!(is_mac("MacIntel") && !is_mac("Win32") && !is_mac("Linux x86_64"));
    }
}
