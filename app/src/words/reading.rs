//! What was said, and what can be done with it.

use openline_rooms::NoPage;

use super::isolated;

/// How much of a message is said where only its beginning matters.
const ENOUGH: usize = 300;

words! {
    loading() { "Loading messages…", "Nachrichten werden geladen …" }
    load_older() { "Load older messages", "Ältere Nachrichten laden" }
    loading_older() { "Loading older messages…", "Ältere Nachrichten werden geladen …" }
    beginning() { "This is the beginning of the room.", "Hier beginnt der Raum." }
    try_again() { "Try again", "Noch einmal versuchen" }
    today() { "Today", "Heute" }
    yesterday() { "Yesterday", "Gestern" }
    empty_room(room: &str) {
        format!("Nothing has been said in #{room} yet"),
        format!("In #{room} wurde noch nichts gesagt"),
    }
    empty_room_hint() {
        "Say something: it stays here for whoever comes later. Or send the link to somebody first.",
        "Sag etwas: Es bleibt hier für alle, die später kommen. Oder schick den Link zuerst jemandem.",
    }
    started_over() {
        "The room has started over on the server. What was here before belongs to its earlier log.",
        "Der Raum hat auf dem Server neu begonnen. Was vorher hier stand, gehört zum früheren Verlauf.",
    }
    missed(count: u64) {
        match count {
            1 => "1 message came while you were away and is not shown.".into(),
            n => format!("{n} messages came while you were away and are not shown."),
        },
        match count {
            1 => "Während du weg warst, kam 1 Nachricht, die hier fehlt.".into(),
            n => format!("Während du weg warst, kamen {n} Nachrichten, die hier fehlen."),
        },
    }
    older_failed(why: &str) {
        format!("Older messages could not be loaded: {why}."),
        format!("Ältere Nachrichten ließen sich nicht laden: {why}."),
    }
    messages_in(room: &str) { format!("Messages in {room}"), format!("Nachrichten in {room}") }
    jump(unread: usize) {
        match unread { 0 => "Jump to latest".into(), n => format!("Jump to latest · {n} new") },
        match unread { 0 => "Zum Neuesten".into(), n => format!("Zum Neuesten · {n} neu") },
    }
    to_first_unread(count: &str) { format!("{count} new: to the first"), format!("{count} neu: zur ersten") }
    new_line() { "New", "Neu" }
    deleted() { "This message was deleted.", "Diese Nachricht wurde gelöscht." }
    edited() { "edited", "geändert" }
    replies_to(name: &str) { format!("Reply to {name}"), format!("Antwort an {name}") }
    replies_to_earlier() { "Reply to an earlier message", "Antwort auf eine frühere Nachricht" }

    actions() { "Actions", "Aktionen" }
    actions_for(name: &str) { format!("Actions for {name}'s message"), format!("Aktionen für die Nachricht von {name}") }
    reply() { "Reply", "Antworten" }
    edit() { "Edit", "Bearbeiten" }
    delete() { "Delete", "Löschen" }
    copy_text() { "Copy text", "Text kopieren" }
    copy_link() { "Copy link", "Link kopieren" }
    copy_code() { "Copy code", "Code kopieren" }
    react_with(text: &str) { format!("React with {text}"), format!("Mit {text} reagieren") }
    reaction(text: &str, who: &str) { format!("{text}: {who}"), format!("{text}: {who}") }
    and() { " and ", " und " }
    others(count: usize) {
        match count { 1 => "1 other".into(), n => format!("{n} others") },
        match count { 1 => "1 weitere Person".into(), n => format!("{n} weitere") },
    }

    search_in(room: &str) { format!("Search #{room}"), format!("#{room} durchsuchen") }
    search() { "Search", "Suchen" }
    search_label() { "Words to look for", "Gesuchte Wörter" }
    searching() { "Searching…", "Suche …" }
    found_nothing() { "Nothing was found.", "Nichts gefunden." }
    found(count: usize) {
        match count { 1 => "1 message".into(), n => format!("{n} messages") },
        match count { 1 => "1 Nachricht".into(), n => format!("{n} Nachrichten") },
    }
    why_no_answer() { "the server can't be reached", "der Server ist nicht zu erreichen" }
    why_answered(status: u16) { format!("the server answered {status}"), format!("der Server antwortete {status}") }
    why_unreadable() { "the server's answer can't be read", "die Antwort des Servers ist nicht zu lesen" }
    why_other_log() { "the room has started over", "der Raum hat neu begonnen" }
    why_gone() { "they are no longer kept", "sie sind nicht mehr aufbewahrt" }
    why_too_many_words() { "there are too many words", "es sind zu viele Wörter" }
    search_failed(why: &str) { format!("The search failed: {why}."), format!("Die Suche misslang: {why}.") }

    arrivals(count: usize) {
        match count { 1 => "1 new message".into(), n => format!("{n} new messages") },
        match count { 1 => "1 neue Nachricht".into(), n => format!("{n} neue Nachrichten") },
    }
    arrivals_in(count: usize, room: &str) {
        match count { 1 => format!("1 new message in {room}"), n => format!("{n} new messages in {room}") },
        match count { 1 => format!("1 neue Nachricht in {room}"), n => format!("{n} neue Nachrichten in {room}") },
    }
    called_by(name: &str, room: &str) { format!("Mention from {name} in {room}"), format!("{name} erwähnt dich in {room}") }
    typing_one(name: &str) { format!("{name} is typing…"), format!("{name} schreibt …") }
    typing_two(one: &str, other: &str) {
        format!("{one} and {other} are typing…"),
        format!("{one} und {other} schreiben …"),
    }
    typing_many() { "Several people are typing…", "Mehrere schreiben …" }

    data() { "Data", "Daten" }
    attachment_bytes(kind: &str, bytes: usize) { format!("{kind}, {bytes} bytes"), format!("{kind}, {bytes} Bytes") }
    unknown_kind(kind: &str) {
        format!("A message of a kind this page can't show yet: {kind}"),
        format!("Eine Nachricht, deren Art diese Seite noch nicht zeigen kann: {kind}"),
    }
    unknown_message() {
        "A message this page can't show yet",
        "Eine Nachricht, die diese Seite noch nicht zeigen kann",
    }
}

/// What the announcer says of one arrival.
pub(crate) fn arrival(name: &str, text: &str) -> String {
    format!("{name}: {}", beginning_of(text, ENOUGH))
}

/// A text, or as much of its beginning as there is room for.
pub(crate) fn beginning_of(text: &str, enough: usize) -> String {
    let mut said: String = text.chars().take(enough).collect();
    if said.len() < text.len() {
        said.push('…');
    }
    said
}

/// Who is typing, if anybody is.
pub(crate) fn typing(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => typing_one(&isolated(one)),
        [one, other] => typing_two(&isolated(one), &isolated(other)),
        _ => typing_many(),
    }
}

/// Stands for a body that can't be shown as text, such as "image/png, 12 KB".
pub(crate) fn attachment(kind: Option<&str>, bytes: usize) -> String {
    let kind = kind.map_or_else(data, str::to_owned);
    match bytes {
        0..1_000 => attachment_bytes(&kind, bytes),
        1_000..1_000_000 => format!("{kind}, {} KB", (bytes + 500) / 1_000),
        _ => format!("{kind}, {} MB", (bytes + 500_000) / 1_000_000),
    }
}

/// Stands for a body of a sort that came after this page.
pub(crate) fn unknown_body(kind: Option<&str>) -> String {
    kind.map_or_else(unknown_message, unknown_kind)
}

/// Why messages could not be loaded, without capital and full stop.
pub(crate) fn why_no_page(why: NoPage) -> String {
    match why {
        NoPage::Refused { status } => why_answered(status),
        NoPage::Unreadable => why_unreadable(),
        NoPage::NotKept => why_gone(),
        NoPage::OtherLog => why_other_log(),
        _ => why_no_answer(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_arrival_is_announced_by_its_beginning() {
        assert_eq!(arrival("Ada", "hi"), "Ada: hi");
        assert!(arrival("Ada", &"é".repeat(1_000)).ends_with("é…"));
    }

    #[test]
    fn what_cannot_be_shown_is_named_with_its_size() {
        assert_eq!(attachment(Some("image/png"), 12_345), "image/png, 12 KB");
        assert_eq!(attachment(None, 7), "Data, 7 bytes");
        assert_eq!(attachment(Some("video/mp4"), 2_600_000), "video/mp4, 3 MB");
    }

    #[test]
    fn two_who_type_are_named_and_more_are_several() {
        assert_eq!(typing(&["Ada"]), "Ada is typing…");
        assert_eq!(typing(&["Ada", "Bo"]), "Ada and Bo are typing…");
        assert_eq!(typing(&["Ada", "Bo", "Cy"]), "Several people are typing…");
    }
}
