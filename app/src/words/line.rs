//! What the line is doing.

use openline_rooms::protocol::CloseCode;

words! {
    connecting() { "Connecting…", "Verbinde …" }
    connected() { "Connected", "Verbunden" }
    trying() { "Trying again now…", "Neuer Versuch …" }
    offline() {
        "This device is offline; it goes on by itself.",
        "Dieses Gerät ist offline; es geht von selbst weiter.",
    }
    try_now() { "Try now", "Jetzt versuchen" }
    start_anew() { "Start as somebody new", "Als neue Person beginnen" }
    use_it_here() { "Use it here", "Hier weitermachen" }
    line_lost(why: &str) { format!("Connection lost: {why}."), format!("Verbindung verloren: {why}.") }
    no_line_yet(why: &str) { format!("No connection yet: {why}."), format!("Noch keine Verbindung: {why}.") }
    trying_in(seconds: u64) { format!("Trying again in {seconds} s"), format!("Neuer Versuch in {seconds} s") }
    not_recognised() {
        "The server does not recognise you any more. Your messages stay under your old self; you can go on as somebody \
         new under the same name.",
        "Der Server erkennt dich nicht wieder. Deine Nachrichten bleiben bei deinem alten Ich; unter demselben Namen \
         kannst du als neue Person weitermachen.",
    }
    replaced() {
        "This page was opened on another line, and this one was closed.",
        "Diese Seite hat eine neuere Leitung; diese hier wurde geschlossen.",
    }
    ended_because(why: &str) {
        format!("Disconnected: {why}. The page does not try again by itself."),
        format!("Getrennt: {why}. Die Seite versucht es nicht von selbst wieder."),
    }

    health_up(milliseconds: u64) {
        format!("{milliseconds} ms there and back"),
        format!("{milliseconds} ms hin und zurück"),
    }
    health_down() { "Not measured now", "Gerade nicht gemessen" }
    health_curve(minutes: u64, breaks: usize) {
        match breaks {
            0 => format!("Round trips over the last {minutes} min, without a break"),
            1 => format!("Round trips over the last {minutes} min, with 1 break"),
            n => format!("Round trips over the last {minutes} min, with {n} breaks"),
        },
        match breaks {
            0 => format!("Laufzeiten der letzten {minutes} min, ohne Unterbrechung"),
            1 => format!("Laufzeiten der letzten {minutes} min, mit 1 Unterbrechung"),
            n => format!("Laufzeiten der letzten {minutes} min, mit {n} Unterbrechungen"),
        },
    }
}

/// Why the line has ended for good, with what to do about it said by the buttons beside it.
pub(crate) fn ended(why: &str, code: Option<CloseCode>) -> String {
    match code {
        Some(CloseCode::BAD_TOKEN) => not_recognised(),
        Some(CloseCode::REPLACED) => replaced(),
        _ => ended_because(why),
    }
}
