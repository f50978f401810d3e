//! Rooms and people, and the ways between them.

use openline_rooms::protocol::NameError;

use super::say;

pub(crate) const PRODUCT: &str = "Openline";

words! {
    tagline() {
        "A room is an address. Whoever has it can come in and talk.",
        "Ein Raum ist eine Adresse. Wer sie hat, kann eintreten und mitreden.",
    }
    invited_to() { "Come in to", "Komm herein:" }
    your_name() { "Your name", "Dein Name" }
    name_hint() {
        "No account, no password. This browser remembers your name.",
        "Kein Konto, kein Passwort. Dieser Browser merkt sich deinen Namen.",
    }
    nothing_is_kept() {
        "This browser keeps nothing for this page: your name and unsent messages are gone when you close it.",
        "Dieser Browser bewahrt für diese Seite nichts auf: Name und Ungesendetes sind weg, wenn du sie schließt.",
    }
    enter(room: &str) { format!("Enter #{room}"), format!("#{room} betreten") }
    no_such_page() { "There is nothing at this address.", "Unter dieser Adresse ist nichts." }
    bad_room_title() { "This is not a room's name", "So kann kein Raum heißen" }
    to_lobby() { "Go to the lobby", "Zur Lobby" }

    skip_to_box() { "Skip to message box", "Zum Eingabefeld springen" }
    close() { "Close", "Schließen" }
    cancel() { "Cancel", "Abbrechen" }

    rooms() { "Rooms", "Räume" }
    join_room() { "Join a room", "Raum betreten" }
    room_name() { "Room's name", "Name des Raums" }
    join() { "Join", "Betreten" }
    leave(room: &str) { format!("Leave #{room}"), format!("#{room} verlassen") }
    unsent_here() { "something unsent", "Ungesendetes" }
    room_state(room: &str, unread: &str, calls: usize) {
        match calls {
            0 => format!("{room}, {unread} unread"),
            1 => format!("{room}, {unread} unread, 1 for you"),
            n => format!("{room}, {unread} unread, {n} for you"),
        },
        match calls {
            0 => format!("{room}, {unread} ungelesen"),
            n => format!("{room}, {unread} ungelesen, {n} an dich"),
        },
    }
    title(room: &str, unread: usize, calls: usize) {
        match (calls, unread) {
            (0, 0) => format!("#{room} · {PRODUCT}"),
            (0, n) => format!("({n}) #{room} · {PRODUCT}"),
            (calls, n) => format!("({n}, @{calls}) #{room} · {PRODUCT}"),
        },
        match (calls, unread) {
            (0, 0) => format!("#{room} · {PRODUCT}"),
            (0, n) => format!("({n}) #{room} · {PRODUCT}"),
            (calls, n) => format!("({n}, @{calls}) #{room} · {PRODUCT}"),
        },
    }
    find_room() { "Find a room", "Raum finden" }
    find_room_hint() {
        "Type a part of its name, or the whole name of another one to join it.",
        "Tippe einen Teil des Namens, oder den ganzen Namen eines anderen, um ihn zu betreten.",
    }

    people_title() { "People", "Personen" }
    here_now() { "Here now", "Gerade hier" }
    nobody_known() { "Known once the room has been joined.", "Bekannt, sobald der Raum betreten ist." }
    you() { "you", "du" }
    people(count: usize) {
        match count { 1 => "1 person".into(), n => format!("{n} people") },
        match count { 1 => "1 Person".into(), n => format!("{n} Personen") },
    }
    and_more(count: usize) { format!("and {count} more"), format!("und {count} weitere") }
    namesake() {
        "Somebody else here goes by the same name.",
        "Hier trägt noch jemand diesen Namen.",
    }
    copy_invitation() { "Copy invitation link", "Einladungslink kopieren" }
    invitation() { "Invitation", "Einladung" }
    invitation_hint() {
        "Anyone who opens this address is in the room.",
        "Wer diese Adresse öffnet, ist im Raum.",
    }
    link_copied() { "Link copied", "Link kopiert" }
    copy_by_hand() {
        "This browser does not let the page copy. Copy the link yourself:",
        "Dieser Browser lässt die Seite nicht kopieren. Kopiere den Link selbst:",
    }
    invitation_link() { "Invitation link", "Einladungslink" }
    workbench() { "Look at the wire", "Die Leitung ansehen" }

    settings() { "Settings", "Einstellungen" }
    name_and_settings() { "name and settings", "Name und Einstellungen" }
    rename() { "Rename", "Umbenennen" }
    language_label() { "Language", "Sprache" }
    theme_label() { "Appearance", "Erscheinungsbild" }
    theme_of_system() { "Like the system", "Wie das System" }
    theme_light() { "Light", "Hell" }
    theme_dark() { "Dark", "Dunkel" }
    notify() { "Notify me of messages for me", "Bei Nachrichten an mich benachrichtigen" }
    notify_denied() {
        "This browser does not let the page notify you. Its settings for this page can change that.",
        "Dieser Browser erlaubt der Seite keine Benachrichtigungen. Das lässt sich in seinen Einstellungen ändern.",
    }
    sound() { "With a sound", "Mit einem Ton" }
    show_typing() { "Show others when I type", "Anderen zeigen, wenn ich tippe" }
    shortcuts() { "Keyboard shortcuts", "Tastenkürzel" }

    bad_name_empty() { "A name needs at least one character.", "Ein Name braucht mindestens ein Zeichen." }
    bad_name_long(limit: usize) {
        format!("A name has at most {limit} characters."),
        format!("Ein Name hat höchstens {limit} Zeichen."),
    }
    bad_name_control() {
        "A name can't have invisible control characters.",
        "Ein Name darf keine unsichtbaren Steuerzeichen haben.",
    }
    bad_name_space() {
        "A room's name has letters, digits, - and _, but no spaces.",
        "Der Name eines Raums hat Buchstaben, Ziffern, - und _, aber keine Leerzeichen.",
    }
    bad_name_character(found: char) {
        format!("A name of this kind can't have the character “{found}”."),
        format!("Ein solcher Name darf das Zeichen „{found}“ nicht haben."),
    }
    bad_name_other() { "This name can't be used.", "Dieser Name geht nicht." }
}

/// Why a name can't be used, as a sentence.
pub(crate) fn bad_name(error: &NameError) -> String {
    match error {
        NameError::Empty => bad_name_empty(),
        NameError::TooLong { limit } => bad_name_long(*limit),
        NameError::NotAllowed { found } if found.is_control() => bad_name_control(),
        NameError::NotAllowed { found } if found.is_whitespace() => bad_name_space(),
        NameError::NotAllowed { found } => bad_name_character(*found),
        _ => bad_name_other(),
    }
}

/// What is printed on a key.
pub(crate) fn key_name(key: &str, is_mac: bool) -> String {
    match (key, is_mac) {
        ("Ctrl", true) => "⌘".into(),
        ("Alt", true) => "⌥".into(),
        ("Shift", true) => "⇧".into(),
        ("Ctrl", _) => say(&["Ctrl", "Strg"]),
        ("Shift", _) => say(&["Shift", "Umschalt"]),
        ("PgUp", _) => say(&["PgUp", "Bild ↑"]),
        ("End", _) => say(&["End", "Ende"]),
        _ => key.to_owned(),
    }
}

words! {
    key_enter() { "Send, or a new line with Shift", "Senden, mit Umschalt eine neue Zeile" }
    key_up() { "Edit my last message, in an empty box", "Meine letzte Nachricht ändern, im leeren Feld" }
    key_format() { "Bold, italic, code, link", "Fett, kursiv, Code, Link" }
    key_escape() {
        "Close the nearest thing, or mark as read and go to the end",
        "Das Nächste schließen, oder als gelesen ansehen und ans Ende gehen",
    }
    key_find() { "Find a room", "Raum finden" }
    key_rooms() { "Previous or next room; with Shift, unread ones", "Voriger oder nächster Raum; mit Umschalt ungelesene" }
    key_first_unread() { "First unread message", "Erste ungelesene Nachricht" }
    key_search() { "Search this room", "In diesem Raum suchen" }
    key_end() { "Latest message", "Neueste Nachricht" }
    key_messages() { "In the messages: the one above or below", "In den Nachrichten: die vorige oder nächste" }
    key_actions() { "On a message: what can be done with it", "Auf einer Nachricht: was sich mit ihr tun lässt" }
    key_write() { "Go to the box, from anywhere", "Zum Eingabefeld, von überall" }
    key_regions() {
        "The next part of the page; with Shift, the one before",
        "Der nächste Teil der Seite; mit Umschalt der vorige",
    }
    key_help() { "This overview", "Diese Übersicht" }
}
