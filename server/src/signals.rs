//! What was said in a room just now, in a ring that forgets. Pure.

use std::collections::VecDeque;

use openline_protocol::{Heard, PersonId, RoomName, ToClient};

use crate::websocket::Packet;

/// How many signals are kept for those who are slow to take them, and how many bytes of them.
const KEPT: usize = 256;
const KEPT_BYTES: usize = 256 * 1024;
/// How many bytes of them go into a frame.
const FRAME_BYTES: usize = 48 * 1024;

/// The latest signals of a room.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    /// How many there were, ever.
    said: u64,
    ring: VecDeque<Said>,
    bytes: usize,
    built: Option<(u64, u64, Packet)>,
}

#[derive(Debug)]
struct Said {
    by_line: u32,
    to: Option<PersonId>,
    heard: Heard,
}

impl Signals {
    /// Where somebody begins who comes now.
    pub(crate) fn said(&self) -> u64 {
        self.said
    }

    /// Adds one, and forgets what is too old or too much.
    pub(crate) fn say(&mut self, by_line: u32, to: Option<PersonId>, heard: Heard) {
        self.said += 1;
        self.bytes += heard.body.len();
        self.ring.push_back(Said { by_line, to, heard });
        while self.ring.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some(old) = self.ring.pop_front() else { return };
            self.bytes -= old.heard.body.len();
        }
    }

    /// What this line of this person has not heard after `from`: the frame, if there is anything for it, and where to
    /// go on. What was forgotten meanwhile is passed over.
    pub(crate) fn after(&mut self, room: &RoomName, from: u64, line: u32, person: PersonId) -> (Option<Packet>, u64) {
        let oldest = self.said - self.ring.len() as u64;
        let skip = usize::try_from(from.saturating_sub(oldest)).unwrap_or(usize::MAX);
        let (mut heard, mut bytes, mut next, mut is_all) = (Vec::new(), 0, from.max(oldest), true);
        for said in self.ring.iter().skip(skip) {
            bytes += said.heard.body.len();
            if bytes > FRAME_BYTES && next > from.max(oldest) {
                break;
            }
            next += 1;
            if said.by_line != line && said.to.is_none_or(|to| to == person) {
                heard.push(&said.heard);
                is_all &= said.to.is_none();
            } else {
                is_all = false;
            }
        }
        if heard.is_empty() {
            return (None, next);
        }
        if let Some((_, _, packet)) = self.built.as_ref().filter(|(a, b, _)| is_all && (*a, *b) == (from, next)) {
            return (Some(packet.clone()), next);
        }
        let signals = heard.into_iter().cloned().collect();
        let packet = Packet::from(ToClient::Signals { room: room.clone(), signals }.to_frame());
        if is_all {
            self.built = Some((from, next, packet.clone()));
        }
        (Some(packet), next)
    }
}

#[cfg(test)]
mod tests {
    use openline_protocol::{Body, Person};

    use super::*;

    fn person(n: u128) -> PersonId {
        PersonId(uuid::Uuid::from_u128(n))
    }

    fn say(signals: &mut Signals, line: u32, to: Option<PersonId>, text: &str) {
        let from = Person { id: person(line.into()), name: "Ada".parse().unwrap() };
        signals.say(line, to, Heard { from, body: Body::text(text) });
    }

    fn hear(signals: &mut Signals, from: &mut u64, line: u32) -> Vec<String> {
        let (packet, next) = signals.after(&"lobby".parse().unwrap(), *from, line, person(line.into()));
        *from = next;
        let Some(packet) = packet else { return Vec::new() };
        let bytes = packet.into_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = &text[text.find("{\"signals\"").unwrap()..];
        let ToClient::Signals { signals, .. } = ToClient::from_text(json).unwrap() else { panic!() };
        signals.iter().map(|heard| format!("{:?}", heard.body)).collect()
    }

    #[test]
    fn everybody_hears_it_but_the_line_it_came_from() {
        let mut signals = Signals::default();
        let (mut one, mut two) = (0, 0);
        say(&mut signals, 1, None, "a");
        assert!(hear(&mut signals, &mut one, 1).is_empty());
        assert_eq!(hear(&mut signals, &mut two, 2), [r#"Text("a")"#]);
        assert!(hear(&mut signals, &mut two, 2).is_empty());
        assert_eq!((one, two), (1, 1));
    }

    #[test]
    fn what_is_for_one_person_is_for_nobody_else() {
        let mut signals = Signals::default();
        let (mut two, mut three) = (0, 0);
        say(&mut signals, 1, Some(person(2)), "secret");
        say(&mut signals, 1, None, "open");
        assert_eq!(hear(&mut signals, &mut three, 3), [r#"Text("open")"#]);
        assert_eq!(hear(&mut signals, &mut two, 2), [r#"Text("secret")"#, r#"Text("open")"#]);
    }

    #[test]
    fn those_who_hear_the_same_share_one_frame() {
        let mut signals = Signals::default();
        say(&mut signals, 1, None, "a");
        let room = "lobby".parse().unwrap();
        let one = signals.after(&room, 0, 2, person(2)).0.unwrap();
        let other = signals.after(&room, 0, 3, person(3)).0.unwrap();
        assert_eq!(one.into_bytes().as_ptr(), other.into_bytes().as_ptr());
    }

    #[test]
    fn a_slow_line_misses_some_and_the_ring_stays_small() {
        let mut signals = Signals::default();
        for n in 0..1_000 {
            say(&mut signals, 1, None, &n.to_string());
        }
        let mut from = 0;
        let heard = hear(&mut signals, &mut from, 2);
        assert_eq!((heard.len(), from), (KEPT, 1_000));
        say(&mut signals, 1, None, &"x".repeat(200_000));
        say(&mut signals, 1, None, &"y".repeat(200_000));
        assert!(signals.bytes <= KEPT_BYTES);
        assert_eq!(hear(&mut signals, &mut from, 2).len(), 1);
        assert_eq!(from, 1_002);
    }
}
