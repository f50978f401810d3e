//! What permessage-deflate (RFC 7692) would save and cost, shared by all listeners: no context is taken over, so that a
//! range is compressed once for everybody who is equally far.

use std::{hint::black_box, time::Instant};

use anyhow::Result;
use flate2::{Compress, Compression, FlushCompress};
use openline_protocol::{Body, Entries, Entry, Frame, MessageId, Person, PersonId, Seq, ToClient};
use uuid::Uuid;

use crate::crowd::ROOM;

/// Lines as people write them; the longest batch has each of them twice.
const LINES: [&str; 16] = [
    "Morning! Did the deploy go through last night, or is it still waiting for somebody to approve it?",
    "It went through at about eleven.",
    "ok",
    "Then why does staging still show the old footer?",
    "cached, I think. try with a private window",
    "Right, it's there. Sorry for the noise :)",
    "No worries. By the way, the invoice from the print shop came, 240 euros, I'll forward it to Mara.",
    "Thanks! She is out until Thursday, so maybe send it to the shared box as well.",
    "👍",
    "Has anybody got a screw driver for the small hinges upstairs?",
    "Third drawer, under the tape. If it isn't there, ask Jo.",
    "Found it",
    "We are moving the review to 14:30, because two of us are on the train until two.",
    "Fine with me. Same link?",
    "Same link. I'll put the three open questions at the top of the page, please look at them before.",
    "https://example.org/notes/2026-11-review#open",
];

/// A batch, plain and compressed.
pub(crate) struct Saved {
    pub(crate) plain: usize,
    pub(crate) deflated: usize,
    /// Microseconds to compress it.
    pub(crate) cost: f64,
}

/// Compresses a batch of so many entries, many times.
pub(crate) fn batch(entries: usize) -> Result<Saved> {
    const TIMES: u32 = 2_000;
    let text = text(entries)?;
    let mut compress = Compress::new(Compression::new(6), false);
    let mut out = Vec::with_capacity(text.len() + 64);
    let begun = Instant::now();
    for _ in 0..TIMES {
        compress.reset();
        out.clear();
        compress.compress_vec(black_box(text.as_bytes()), &mut out, FlushCompress::Sync)?;
    }
    // The four bytes that such a flush ends with don't travel (RFC 7692 section 7.2.1).
    let deflated = out.len().saturating_sub(4);
    Ok(Saved { plain: text.len(), deflated, cost: begun.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES) })
}

fn text(entries: usize) -> Result<String> {
    let people =
        ["Ada", "Bo", "Mara", "Jo"].map(|name| Ok(Person { id: PersonId(Uuid::new_v4()), name: name.parse()? }));
    let people = people.into_iter().collect::<Result<Vec<Person>>>()?;
    let entries = (1_201..).zip(LINES.iter().zip(people.iter().cycle()).cycle()).take(entries);
    let entries = entries.map(|(seq, (line, person))| Entry {
        seq: Seq::new(seq).unwrap_or_default(),
        id: MessageId(Uuid::new_v4()),
        from: person.clone(),
        at: 1_795_377_918_120 + seq * 7_919,
        kind: None,
        body: Body::text(*line),
    });
    let batch = Entries { room: ROOM.parse()?, after: Seq::new(1_200).unwrap_or_default(), entries: entries.collect() };
    Ok(match ToClient::Entries(batch).to_frame() {
        Frame::Text(text) => text,
        Frame::Binary(_) => String::new(),
    })
}
