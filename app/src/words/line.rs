//! What the line is doing.

use openline_rooms::{LineWhy, protocol::CloseCode};

use super::say;

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

/// Why the line is down, without capital and full stop.
pub(crate) fn why_down(why: LineWhy) -> String {
    say(match why {
        LineWhy::Closed(code) => closed(code),
        LineWhy::Silent => &["the line went silent", "die Leitung blieb stumm"],
        LineWhy::NotReady => &["nobody answered in time", "niemand hat rechtzeitig geantwortet"],
        LineWhy::Offline => &["there is no network", "es gibt kein Netz"],
        LineWhy::Away => &["the page was put aside", "die Seite war beiseitegelegt"],
        LineWhy::InboxFull => &["more came than was read", "es kam mehr, als gelesen wurde"],
        LineWhy::Unopenable => &["this page may not dial its server", "diese Seite darf ihren Server nicht anrufen"],
    })
}

/// Why the line has ended for good, with what to do about it said by the buttons beside it.
pub(crate) fn ended(why: LineWhy) -> String {
    match why {
        LineWhy::Closed(CloseCode::BAD_TOKEN) => not_recognised(),
        LineWhy::Closed(CloseCode::REPLACED) => replaced(),
        _ => ended_because(&why_down(why)),
    }
}

/// What a close code means. The reason that came with it is for whoever reads logs.
fn closed(code: CloseCode) -> &'static [&'static str; 2] {
    match code.0 {
        1000 => &["closed normally", "ordentlich beendet"],
        1001 => &["the other side went away", "die Gegenseite ist gegangen"],
        1005 => &["closed without a code", "ohne Code beendet"],
        1006 => &["the line broke", "die Leitung ist gerissen"],
        1009 => &["a message was too big", "eine Nachricht war zu groß"],
        1011 => &["the server failed", "der Server hatte einen Fehler"],
        1012 => &["the server is restarting", "der Server startet neu"],
        1013 => &["the server is busy", "der Server ist ausgelastet"],
        4400 => &["the server did not understand a frame", "der Server hat etwas nicht verstanden"],
        4403 => &["something was said before the hello", "etwas kam vor der Begrüßung"],
        4408 => &["the line was silent for too long", "die Leitung war zu lange stumm"],
        4413 => &["the line was too slow", "die Leitung war zu langsam"],
        _ => &["closed", "beendet"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Language, speak};

    #[test]
    fn each_reason_is_said_in_the_language_that_was_chosen() {
        let whys = [LineWhy::Silent, LineWhy::NotReady, LineWhy::Offline, LineWhy::Away, LineWhy::InboxFull]
            .into_iter()
            .chain([1000, 1001, 1005, 1006, 1009, 1011, 1012, 1013, 4400, 4403, 4408, 4413, 4999].map(closed_with));
        let english: Vec<_> = whys.clone().map(why_down).collect();
        speak(Language::German);
        let german: Vec<_> = whys.map(why_down).collect();
        assert!(english.iter().all(|said| !german.contains(said)), "{english:?} {german:?}");
        assert_eq!(ended(closed_with(4401)), not_recognised());
        assert_eq!(ended(closed_with(4409)), replaced());
    }

    fn closed_with(code: u16) -> LineWhy {
        LineWhy::Closed(CloseCode(code))
    }
}
