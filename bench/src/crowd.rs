//! The load: lines that count what reaches them, and one that speaks. One thread and one buffer for all of them, and a
//! search for one word in what came: cheap enough not to be what is measured, which the report shows.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream as StdStream,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem::{self, Finder};
use mio::{Events, Interest, Poll, Token, net::TcpStream};
use openline_protocol::{
    Body, Entries, Entry, Frame as Said, Hello, Join, MessageId, Person, PersonId, Post, RoomName, Seq, Signal,
    ToClient, ToServer,
};
use uuid::Uuid;

use crate::{
    frame::{self, Frame},
    peers::System,
};

/// What stands once in each message: before its text, which begins with its number.
const MARK: &str = r#""text":""#;
/// The digits of that number.
const DIGITS: usize = 8;
/// The room that is spoken in.
pub(crate) const ROOM: &str = "bench";
/// How many lines come before those that came earlier are heard again: the server may have asked them whether they live.
const AT_ONCE: usize = 100;
/// How long anything may take. The machine may have other things to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Many lines in one room.
pub(crate) struct Crowd {
    system: System,
    poll: Poll,
    events: Events,
    buffer: Box<[u8]>,
    /// The first one is who speaks.
    lines: Vec<Line>,
    ear: Ear,
}

/// A line, read without waiting.
pub(crate) struct Line {
    pub(crate) stream: TcpStream,
    /// The beginning of a frame that has not come whole.
    rest: Vec<u8>,
}

/// What everybody but the speaker heard.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) deliveries: u64,
    pub(crate) frames: u64,
    pub(crate) reads: u64,
    /// For each delivery the microseconds since it was said, if they are wanted.
    pub(crate) latencies: Vec<u32>,
}

/// Counts.
struct Ear {
    mark: Finder<'static>,
    heard: Heard,
    /// When each message was said.
    said: Vec<Instant>,
    is_timing: bool,
}

impl Crowd {
    /// Connects so many receivers and one speaker, and waits until each is in the room.
    pub(crate) fn gather(address: &str, system: System, receivers: usize) -> Result<Self> {
        let ear = Ear { mark: Finder::new(MARK), heard: Heard::default(), said: Vec::new(), is_timing: false };
        let (poll, events, buffer) = (Poll::new()?, Events::with_capacity(1_024), vec![0; 256 * 1024].into());
        let mut crowd = Self { system, poll, events, buffer, lines: Vec::new(), ear };
        crowd.grow(address, receivers + 1)?;
        Ok(crowd)
    }

    /// Connects so many more, and waits until each is in the room.
    pub(crate) fn grow(&mut self, address: &str, lines: usize) -> Result<()> {
        for come in (0..lines).step_by(AT_ONCE) {
            for connected in connect(address, self.system, ROOM, AT_ONCE.min(lines - come))? {
                let mut line = Line::new(connected)?;
                self.poll.registry().register(&mut line.stream, Token(self.lines.len()), Interest::READABLE)?;
                self.lines.push(line);
            }
            self.hear(Duration::ZERO)?;
        }
        Ok(())
    }

    /// Says so many messages in one write, and waits until everybody has heard them.
    pub(crate) fn round(&mut self, messages: usize) -> Result<()> {
        let goal = self.goal(messages);
        self.say(messages)?;
        self.hear_until(goal)
    }

    /// Says a message at each tick of a clock, so many times, and waits until everybody has heard them all.
    pub(crate) fn at_a_rate(&mut self, every: Duration, messages: u32) -> Result<()> {
        self.ear.is_timing = true;
        let (begun, goal) = (Instant::now(), self.goal(messages as usize));
        for n in 0..messages {
            while let Some(left) = (begun + every * n).checked_duration_since(Instant::now()) {
                self.hear(left)?;
            }
            self.say(1)?;
        }
        let done = self.hear_until(goal);
        self.ear.is_timing = false;
        done
    }

    /// What was heard since this was asked last.
    pub(crate) fn take(&mut self) -> Heard {
        std::mem::take(&mut self.ear.heard)
    }

    /// How many deliveries there will have been once everybody has heard so many more.
    fn goal(&self, messages: usize) -> u64 {
        self.ear.heard.deliveries + (messages * self.lines.len().saturating_sub(1)) as u64
    }

    fn say(&mut self, messages: usize) -> Result<()> {
        let mut out = Vec::new();
        for _ in 0..messages {
            frame::put_masked(&mut out, frame::TEXT, message(self.system, self.ear.said.len())?.as_bytes());
            self.ear.said.push(Instant::now());
        }
        let speaker = self.lines.first_mut().context("nobody speaks")?;
        speaker.stream.write_all(&out).context("the speaker's line takes nothing")
    }

    fn hear_until(&mut self, goal: u64) -> Result<()> {
        let begun = Instant::now();
        while self.ear.heard.deliveries < goal {
            self.hear(Duration::from_secs(1))?;
            let deliveries = self.ear.heard.deliveries;
            ensure!(begun.elapsed() < PATIENCE, "{deliveries} of {goal} deliveries came in {PATIENCE:?}");
        }
        Ok(())
    }

    fn hear(&mut self, at_most: Duration) -> Result<()> {
        self.poll.poll(&mut self.events, Some(at_most))?;
        for event in &self.events {
            let Token(index) = event.token();
            let Some(line) = self.lines.get_mut(index) else { continue };
            line.read(&mut self.buffer, |bytes, stream| self.ear.listen(bytes, stream, index > 0))?;
        }
        Ok(())
    }
}

impl Line {
    pub(crate) fn new(Connected { stream, rest }: Connected) -> Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self { stream: TcpStream::from_std(stream), rest })
    }

    /// Reads what there is; `take` says how much of it was whole.
    pub(crate) fn read(
        &mut self,
        buffer: &mut [u8],
        mut take: impl FnMut(&[u8], &mut TcpStream) -> Result<usize>,
    ) -> Result<()> {
        loop {
            let read = match self.stream.read(buffer) {
                Ok(0) => bail!("a line was hung up on"),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            let bytes = buffer.get(..read).unwrap_or_default();
            if self.rest.is_empty() {
                let taken = take(bytes, &mut self.stream)?;
                self.rest.extend_from_slice(bytes.get(taken..).unwrap_or_default());
            } else {
                self.rest.extend_from_slice(bytes);
                let taken = take(&self.rest, &mut self.stream)?;
                self.rest.drain(..taken);
            }
            // Less than was asked for: there is no more (epoll(7)).
            if read < buffer.len() {
                return Ok(());
            }
        }
    }
}

impl Ear {
    /// Counts what is in the whole frames at the front, and tells how many bytes they are.
    fn listen(&mut self, bytes: &[u8], stream: &mut TcpStream, is_counted: bool) -> Result<usize> {
        let before = self.heard.deliveries;
        let taken = frames(bytes, stream, |payload| {
            if is_counted {
                self.count(payload);
            }
        })?;
        self.heard.reads += u64::from(self.heard.deliveries > before);
        Ok(taken)
    }

    fn count(&mut self, payload: &[u8]) {
        let now = self.is_timing.then(Instant::now);
        let before = self.heard.deliveries;
        for at in self.mark.find_iter(payload) {
            self.heard.deliveries += 1;
            let Some(now) = now else { continue };
            let digits = payload.get(at + MARK.len()..).and_then(|text| text.get(..DIGITS));
            let number = digits.and_then(|digits| str::from_utf8(digits).ok()?.parse::<usize>().ok());
            let Some(said) = number.and_then(|number| self.said.get(number)) else { continue };
            self.heard.latencies.push(u32::try_from((now - *said).as_micros()).unwrap_or(u32::MAX));
        }
        self.heard.frames += u64::from(self.heard.deliveries > before);
    }
}

/// Hands over the payloads of the whole frames at the front, answers pings, and tells how many bytes they all are.
pub(crate) fn frames(bytes: &[u8], stream: &mut TcpStream, mut heard: impl FnMut(&[u8])) -> Result<usize> {
    let mut taken = 0;
    while let Some(rest) = bytes.get(taken..)
        && let Some(frame) = Frame::first(rest)
    {
        taken += frame.end;
        match frame.opcode {
            frame::CLOSE => bail!("a line was closed: {:?}", String::from_utf8_lossy(frame.payload(rest))),
            frame::PING => {
                let mut pong = Vec::new();
                frame::put_masked(&mut pong, frame::PONG, frame.payload(rest));
                stream.write_all(&pong)?;
            }
            _ => heard(frame.payload(rest)),
        }
    }
    Ok(taken)
}

/// A line that is in the room, with what came on it after that.
pub(crate) struct Connected {
    stream: StdStream,
    rest: Vec<u8>,
}

/// Connects so many lines and, in our protocol, waits until each has joined a room.
pub(crate) fn connect(address: &str, system: System, room: &str, lines: usize) -> Result<Vec<Connected>> {
    (0..lines).map(|_| connect_one(address, system, room)).collect()
}

fn connect_one(address: &str, system: System, room: &str) -> Result<Connected> {
    let mut stream = StdStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut rest = Vec::new();
    let head = loop {
        match memmem::find(&rest, b"\r\n\r\n") {
            Some(at) => break at + 4,
            None => read_more(&mut stream, &mut rest)?,
        }
    };
    ensure!(rest.starts_with(b"HTTP/1.1 101"), "no line was given: {}", String::from_utf8_lossy(&rest));
    rest.drain(..head);
    if system.is_ours() {
        join(&mut stream, &mut rest, room)?;
    }
    Ok(Connected { stream, rest })
}

fn join(stream: &mut StdStream, rest: &mut Vec<u8>, room: &str) -> Result<()> {
    let hello = ToServer::Hello(Hello { name: "bench".parse()?, token: None, session: None });
    let join = ToServer::Join(Join { room: room.parse()?, after: None, last: Some(0) });
    let mut out = Vec::new();
    for message in [hello, join] {
        frame::put_masked(&mut out, frame::TEXT, text(&message)?.as_bytes());
    }
    stream.write_all(&out)?;
    loop {
        let Some(frame) = Frame::first(rest) else {
            read_more(stream, rest)?;
            continue;
        };
        let has_joined = frame.payload(rest).starts_with(br#"{"joined""#);
        rest.drain(..frame.end);
        if has_joined {
            return Ok(());
        }
    }
}

fn read_more(stream: &mut StdStream, rest: &mut Vec<u8>) -> Result<()> {
    let mut buffer = [0; 8 * 1024];
    let read = stream.read(&mut buffer).context("nothing came")?;
    ensure!(read > 0, "hung up on after {:?}", String::from_utf8_lossy(rest));
    rest.extend_from_slice(buffer.get(..read).unwrap_or_default());
    Ok(())
}

/// One message of 64 characters, as it is said to a system. A peer's is the JSON of a batch as our server sends it with
/// one entry, so that the same bytes are handed on.
fn message(system: System, number: usize) -> Result<String> {
    let room: RoomName = ROOM.parse()?;
    let body = Body::text(format!("{number:0DIGITS$} and on to the end of a line as people write them here"));
    let id = MessageId(Uuid::new_v4());
    match system {
        System::Settled => text(&ToServer::Post(Post { room, id, kind: None, body })),
        System::Signalled => text(&ToServer::Signal(Signal { room, to: None, body })),
        _ => {
            let seq: Seq = serde_json::from_value(number.into())?;
            let from = Person { id: PersonId(Uuid::nil()), name: "bench".parse()? };
            let entry = Entry { seq, id, from, at: 1_795_377_918_120, kind: None, body };
            match ToClient::Entries(Entries { room, after: seq, entries: vec![entry] }).to_frame() {
                Said::Text(text) => Ok(text),
                Said::Binary(_) => bail!("a text became bytes"),
            }
        }
    }
}

/// A message as it travels.
pub(crate) fn text(message: &ToServer) -> Result<String> {
    match message.to_frame() {
        Said::Text(text) => Ok(text),
        Said::Binary(_) => bail!("a text became bytes"),
    }
}
