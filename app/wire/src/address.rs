//! What is dialled: the address, its sub-protocols, and those dialled before. Pure.

/// How many addresses are remembered.
const REMEMBERED: usize = 12;

/// Sub-protocols, as they are written: parted by commas or spaces, the dearest first.
pub(crate) fn protocols(written: &str) -> Vec<String> {
    written.split(|c: char| c == ',' || c.is_whitespace()).filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

/// The addresses to remember, now that this one was dialled: the latest first, each once.
pub(crate) fn remember(recent: &[String], url: &str) -> Vec<String> {
    let others = recent.iter().filter(|other| *other != url).cloned();
    std::iter::once(url.to_owned()).chain(others).take(REMEMBERED).collect()
}

/// This server's echo, from the document's base, `http://host/wire/`: beside the page, and by the socket's scheme.
pub(crate) fn echo(base: &str) -> Option<String> {
    Some(format!("ws{}echo", base.strip_prefix("http")?.strip_suffix("wire/")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_protocols_are_parted_by_commas_or_spaces_and_keep_their_order() {
        assert_eq!(protocols("chat.v2, chat.v1"), ["chat.v2", "chat.v1"]);
        assert_eq!(protocols(" b  a,,c "), ["b", "a", "c"]);
        assert_eq!(protocols(" , "), [""; 0]);
        assert_eq!(protocols("a,a"), ["a", "a"], "what is offered twice is for the dial to refuse");
    }

    #[test]
    fn the_latest_address_comes_first_and_each_is_there_once() {
        let mut recent = Vec::new();
        for n in 0..20 {
            recent = remember(&recent, &format!("ws://{n}/"));
        }
        assert_eq!(recent.len(), REMEMBERED);
        recent = remember(&recent, "ws://15/");
        assert_eq!(recent[..3], ["ws://15/", "ws://19/", "ws://18/"]);
        assert_eq!(recent.len(), REMEMBERED);
    }

    #[test]
    fn the_echo_is_as_safe_as_the_page() {
        assert_eq!(echo("https://chat.example/wire/").as_deref(), Some("wss://chat.example/echo"));
        assert_eq!(echo("http://127.0.0.1:9000/chat/wire/").as_deref(), Some("ws://127.0.0.1:9000/chat/echo"));
        assert_eq!(echo("about:blank"), None);
    }
}
