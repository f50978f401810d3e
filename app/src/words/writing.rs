//! What one writes, and what becomes of it.

use openline_rooms::{
    PostError,
    protocol::{Post, Why},
};

use crate::kind::Does;

/// From how many bytes on the counter is shown.
pub(crate) const COUNT_FROM: usize = Post::MAX_TEXT / 5 * 4;

words! {
    message_to(room: &str) { format!("Message #{room}"), format!("Nachricht an #{room}") }
    send() { "Send", "Senden" }
    save() { "Save", "Speichern" }
    keys_hint() { "Enter sends, Shift+Enter makes a new line", "Enter sendet, Umschalt+Enter macht eine neue Zeile" }
    replying_to(name: &str) { format!("Replying to {name}"), format!("Antwort an {name}") }
    replying() { "Replying to an earlier message", "Antwort auf eine frühere Nachricht" }
    editing() { "Editing your message", "Du änderst deine Nachricht" }
    suggestions() { "People to mention", "Personen zum Erwähnen" }

    about_reply() { "A reply", "Eine Antwort" }
    about_edit() { "A change to an earlier message", "Eine Änderung an einer früheren Nachricht" }
    about_delete() { "Deletes an earlier message", "Löscht eine frühere Nachricht" }
    about_reaction() { "A reaction", "Eine Reaktion" }

    sending() { "Sending…", "Wird gesendet …" }
    storing() { "Storing in this browser…", "Wird in diesem Browser abgelegt …" }
    not_stored() {
        "Not sent: this browser's storage is full or switched off. Make room and retry, or copy the text before you \
         leave.",
        "Nicht gesendet: Der Speicher dieses Browsers ist voll oder abgeschaltet. Schaff Platz und versuch es noch \
         einmal, oder kopiere den Text, bevor du gehst.",
    }
    waiting() { "Waiting for the line", "Wartet auf die Verbindung" }
    other_log() {
        "Not sent: the room has started over since you wrote this. Send it into the new one, or keep it to yourself.",
        "Nicht gesendet: Der Raum hat neu begonnen, seit du das geschrieben hast. Schick es in den neuen, oder behalte \
         es für dich.",
    }
    retry() { "Retry", "Noch einmal" }
    copy() { "Copy", "Kopieren" }
    copied() { "Copied", "Kopiert" }
    not_copied() { "Could not copy", "Kopieren misslang" }
    discard() { "Discard", "Verwerfen" }

    left(bytes: usize) { format!("{bytes} left"), format!("noch {bytes}") }
    too_long_by(over: usize, limit: usize) {
        format!("Too long by {over}: a message has at most {limit} bytes"),
        format!("Um {over} zu lang: eine Nachricht hat höchstens {limit} Bytes"),
    }
    too_much_to_paste(bytes: usize, limit: usize) {
        format!(
            "Not pasted: that is {bytes} bytes, and a message has at most {limit}. It is still where you copied it from.",
        ),
        format!(
            "Nicht eingefügt: Das sind {bytes} Bytes, und eine Nachricht hat höchstens {limit}. Es ist noch da, wo du es \
             kopiert hast.",
        ),
    }
    not_kept(why: &str) {
        format!("Not sent: {why}. Your text is still in the box."),
        format!("Nicht gesendet: {why}. Dein Text steht noch im Feld."),
    }
    why_full() {
        "too much waits to be sent in this room already; it can be sent once some of that has gone",
        "in diesem Raum wartet schon zu viel; es geht, sobald etwas davon gesendet ist",
    }
    why_not_entered() { "you are not in this room", "du bist nicht in diesem Raum" }
    held_because(why: &str) {
        format!("Waiting: {why}. It is tried again by itself."),
        format!("Wartet: {why}. Es wird von selbst wieder versucht."),
    }
    refused_because(why: &str) { format!("Not sent: {why}."), format!("Nicht gesendet: {why}.") }

    why_too_long(limit: usize) {
        format!("it is too long; the server takes at most {limit} bytes"),
        format!("sie ist zu lang; der Server nimmt höchstens {limit} Bytes"),
    }
    why_bad_body() { "the server takes only text or bytes", "der Server nimmt nur Text oder Bytes" }
    why_bad_kind() {
        "the server does not take this kind of message",
        "der Server nimmt diese Art von Nachricht nicht",
    }
    why_not_joined() {
        "the room had not been joined when it arrived",
        "der Raum war noch nicht betreten, als sie ankam",
    }
    why_too_many_rooms(limit: usize) {
        format!("you are in {limit} rooms already, and can't be in more"),
        format!("du bist schon in {limit} Räumen; mehr geht nicht"),
    }
    why_storage_full() { "the server's disk is full", "die Platte des Servers ist voll" }
    why_storage_failed() { "the server's disk does not answer", "die Platte des Servers antwortet nicht" }
    why_behind() {
        "an earlier message of yours has to go first",
        "eine frühere Nachricht von dir muss zuerst durch",
    }
    why_not_understood(detail: &str) {
        format!("the server did not understand it ({detail})"),
        format!("der Server hat sie nicht verstanden ({detail})"),
    }
    why_untold() {
        "the server gave a reason this page does not know yet",
        "der Server nannte einen Grund, den diese Seite noch nicht kennt",
    }
}

/// What a draft is, beside what it says.
pub(crate) fn about(does: Does) -> Option<String> {
    match does {
        Does::Say | Does::Other => None,
        Does::Reply(_) => Some(about_reply()),
        Does::Edit(_) => Some(about_edit()),
        Does::Delete(_) => Some(about_delete()),
        Does::React(_) | Does::Unreact(_) => Some(about_reaction()),
    }
}

/// How much room is left in the box, or by how much it is too full. Sizes are bytes, and said so only where it hurts.
pub(crate) fn counter(used: usize, limit: usize) -> String {
    match used.checked_sub(limit) {
        Some(over @ 1..) => too_long_by(over, limit),
        _ => left(limit - used),
    }
}

/// A text could not be taken out of the box.
pub(crate) fn not_taken(error: &PostError) -> String {
    not_kept(&match error {
        PostError::Full => why_full(),
        _ => why_not_entered(),
    })
}

pub(crate) fn held(reason: &Why) -> String {
    held_because(&why(reason))
}

pub(crate) fn refused(reason: &Why) -> String {
    refused_because(&why(reason))
}

/// A reason of the server's, without capital and full stop.
pub(crate) fn why(why: &Why) -> String {
    match why {
        Why::TooLong { limit } => why_too_long(*limit),
        Why::BadBody {} => why_bad_body(),
        Why::BadKind {} => why_bad_kind(),
        Why::NotJoined {} => why_not_joined(),
        Why::TooManyRooms { limit } => why_too_many_rooms(*limit),
        Why::StorageFull {} => why_storage_full(),
        Why::StorageFailed {} => why_storage_failed(),
        Why::Behind { .. } => why_behind(),
        Why::NotUnderstood { detail } => why_not_understood(detail),
        _ => why_untold(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Language, speak};

    #[test]
    fn the_counter_says_what_is_left_and_then_by_how_much_it_is_too_much() {
        assert_eq!(counter(3_900, 4_000), "100 left");
        assert_eq!(counter(4_000, 4_000), "0 left");
        assert_eq!(counter(4_003, 4_000), "Too long by 3: a message has at most 4000 bytes");
    }

    #[test]
    fn every_reason_of_the_server_is_said_in_words_in_each_language() {
        let id = "0193f0aa-0000-4000-8000-000000000000".parse().unwrap();
        for language in Language::ALL {
            speak(language);
            for reason in [
                Why::TooLong { limit: 4_000 },
                Why::BadBody {},
                Why::BadKind {},
                Why::NotJoined {},
                Why::TooManyRooms { limit: 64 },
                Why::StorageFull {},
                Why::StorageFailed {},
                Why::Behind { id },
                Why::NotUnderstood { detail: "x".into() },
            ] {
                let said = why(&reason);
                assert!(!said.is_empty() && said != why_untold() && !said.ends_with('.'), "{said}");
            }
        }
    }
}
