//! Posts, and how long until their authors see them settle: many rooms with a few members each, all of whom write.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use memchr::memmem;
use mio::{Events, Interest, Poll, Token};
use openline_protocol::{Body, MessageId, Post, RoomName, ToServer};
use uuid::Uuid;

use crate::{
    crowd::{Line, PATIENCE, connect, frames, text},
    frame,
    peers::System,
    process::Process,
};

/// What stands before a text, which begins with its author's number and its own.
const MARK: &[u8] = br#""text":""#;
const AUTHOR_DIGITS: usize = 4;
const NUMBER_DIGITS: usize = 9;

/// Everybody who writes.
pub(crate) struct Authors {
    poll: Poll,
    events: Events,
    buffer: Box<[u8]>,
    authors: Vec<Author>,
    notes: Notes,
    process: Process,
}

struct Author {
    line: Line,
    room: RoomName,
}

/// What was said and heard.
#[derive(Default)]
struct Notes {
    /// When each post was due.
    due: Vec<Instant>,
    /// The microseconds from then until its author had it.
    took: Vec<u32>,
    /// Who had their own post since this was asked last.
    settled: Vec<usize>,
    under_way: usize,
}

impl Authors {
    /// Starts our server, and fills so many rooms with so many members each.
    pub(crate) fn gather(rooms: usize, members: usize) -> Result<Self> {
        let process = System::Settled.start(None)?;
        let (poll, mut authors) = (Poll::new()?, Vec::new());
        for room in 0..rooms {
            let name = format!("room-{room}");
            for connected in connect(&process.address, System::Settled, &name, members)? {
                let mut line = Line::new(connected)?;
                poll.registry().register(&mut line.stream, Token(authors.len()), Interest::READABLE)?;
                authors.push(Author { line, room: name.parse()? });
            }
        }
        let (events, buffer) = (Events::with_capacity(1_024), vec![0; 256 * 1024].into());
        Ok(Self { poll, events, buffer, authors, notes: Notes::default(), process })
    }

    /// Everybody has one post under way, always. Returns how many settled in a second, and how long each took.
    pub(crate) fn one_each(&mut self, time: Duration) -> Result<(f64, Vec<u32>)> {
        for author in 0..self.authors.len() {
            self.post(author, Instant::now())?;
        }
        self.notes.took.clear();
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.hear(time)?;
            for author in std::mem::take(&mut self.notes.settled) {
                self.post(author, Instant::now())?;
            }
        }
        let (settled, elapsed) = (self.notes.took.len() as f64, begun.elapsed());
        self.hear_all()?;
        Ok((settled / elapsed.as_secs_f64(), std::mem::take(&mut self.notes.took)))
    }

    /// So many posts a second in all, in turns, whether the last ones have settled or not. Returns how long each took
    /// since it was due.
    pub(crate) fn at_a_rate(&mut self, rate: u32, time: Duration) -> Result<Vec<u32>> {
        self.notes.took.clear();
        let (begun, every) = (Instant::now(), Duration::from_secs(1) / rate);
        let mut posts = 0;
        while every * posts < time {
            let due = begun + every * posts;
            match due.checked_duration_since(Instant::now()) {
                Some(left) if !left.is_zero() => self.hear(left)?,
                _ => {
                    self.post(posts as usize % self.authors.len(), due)?;
                    posts += 1;
                    // What is late is said at once, but not before what came is heard.
                    if posts % 64 == 0 {
                        self.hear(Duration::ZERO)?;
                    }
                }
            }
        }
        self.hear_all()?;
        Ok(std::mem::take(&mut self.notes.took))
    }

    /// CPU time of the server so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        self.process.cpu()
    }

    fn post(&mut self, author: usize, due: Instant) -> Result<()> {
        let Author { line, room } = self.authors.get_mut(author).context("nobody")?;
        let number = self.notes.due.len();
        let body =
            Body::text(format!("{author:0AUTHOR_DIGITS$} {number:0NUMBER_DIGITS$} and on to the end of the line"));
        let post = Post { room: room.clone(), id: MessageId(Uuid::new_v4()), kind: None, body };
        let mut out = Vec::new();
        frame::put_masked(&mut out, frame::TEXT, text(&ToServer::Post(post))?.as_bytes());
        self.notes.due.push(due);
        self.notes.under_way += 1;
        line.stream.write_all(&out).context("a line takes nothing")
    }

    fn hear_all(&mut self) -> Result<()> {
        let begun = Instant::now();
        while self.notes.under_way > 0 {
            self.hear(Duration::from_secs(1))?;
            ensure!(begun.elapsed() < PATIENCE, "{} posts did not settle in {PATIENCE:?}", self.notes.under_way);
        }
        self.notes.settled.clear();
        Ok(())
    }

    fn hear(&mut self, at_most: Duration) -> Result<()> {
        self.poll.poll(&mut self.events, Some(at_most))?;
        for event in &self.events {
            let Token(index) = event.token();
            let Some(author) = self.authors.get_mut(index) else { continue };
            let notes = &mut self.notes;
            author
                .line
                .read(&mut self.buffer, |bytes, stream| frames(bytes, stream, |payload| notes.take(index, payload)))?;
        }
        Ok(())
    }
}

impl Notes {
    /// Takes in what one author heard; only their own posts count.
    fn take(&mut self, author: usize, payload: &[u8]) {
        for at in memmem::find_iter(payload, MARK) {
            let text = payload.get(at + MARK.len()..).unwrap_or_default();
            let digits = |from: usize, count: usize| {
                let digits = text.get(from..from + count)?;
                str::from_utf8(digits).ok()?.parse::<usize>().ok()
            };
            if digits(0, AUTHOR_DIGITS) != Some(author) {
                continue;
            }
            let Some(due) = digits(AUTHOR_DIGITS + 1, NUMBER_DIGITS).and_then(|number| self.due.get(number)) else {
                continue;
            };
            self.took.push(u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX));
            self.settled.push(author);
            self.under_way -= 1;
        }
    }
}
