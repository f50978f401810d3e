//! The stream under a connection: frames in and out, no decisions.

use std::{
    cell::RefCell,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use smallvec::SmallVec;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::{
    decoder::{Decoder, Message, Violation},
    packet::Packet,
};

/// How much is read at once. Every thread has one buffer of this size for all its lines.
const READ: usize = 16 * 1024;
/// How many frames go into one write at most.
const SLICES: usize = 32;

thread_local! {
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ].into());
}

/// One upgraded stream.
#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    /// Only while something has come that was not taken out.
    decoder: Option<Box<Decoder>>,
    /// Mostly one frame, which needs no memory of its own.
    out: SmallVec<[Bytes; 1]>,
    unsent: usize,
}

/// Why nothing more can be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    #[error("the line broke")]
    Broke,
    #[error(transparent)]
    Violation(#[from] Violation),
}

impl Line {
    /// A line over `stream`, of which `read` was read already.
    pub(crate) fn new(stream: TcpStream, read: &[u8]) -> Self {
        let mut line = Self { stream, decoder: None, out: SmallVec::new(), unsent: 0 };
        if !read.is_empty() {
            line.decoder.get_or_insert_default().push(read);
        }
        line
    }

    /// The next message of at most `limit` bytes.
    pub(crate) fn poll_message(&mut self, cx: &mut Context<'_>, limit: usize) -> Poll<Result<Message, LineError>> {
        loop {
            if let Some(decoder) = &mut self.decoder {
                if let Some(message) = decoder.next(limit)? {
                    return Poll::Ready(Ok(message));
                }
                self.decoder.take_if(|decoder| decoder.is_empty());
            }
            let Self { stream, decoder, .. } = self;
            let read = ready!(read(stream, cx, |bytes| decoder.get_or_insert_default().push(bytes)));
            if !matches!(read, Ok(1..)) {
                return Poll::Ready(Err(LineError::Broke));
            }
        }
    }

    /// Says that nothing more will be sent, and then reads and forgets whatever comes, until the other side hangs up.
    pub(crate) fn poll_hang_up(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // It is told once; that it was told already, or that nobody listens, changes nothing.
        let _ = ready!(Pin::new(&mut self.stream).poll_shutdown(cx));
        while let Ok(1..) = ready!(read(&mut self.stream, cx, |_| ())) {}
        Poll::Ready(())
    }

    /// Adds a frame to what is to be sent.
    pub(crate) fn feed(&mut self, packet: Packet) {
        self.unsent += packet.len();
        self.out.push(packet.into_bytes());
    }

    /// How many bytes are fed and not yet taken by the system.
    pub(crate) fn unsent(&self) -> usize {
        self.unsent
    }

    /// Sends what was fed, many frames in a write, as far as the system takes it at once.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while self.unsent > 0 {
            match self.write() {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(sent) => self.forget(sent),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        self.out = SmallVec::new();
        Ok(())
    }

    /// Whether the system takes more, as far as is known. If not, the task is woken when it does.
    pub(crate) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<()> {
        // What is wrong with it, the next write says.
        self.stream.poll_write_ready(cx).map(drop)
    }

    /// Sends what was fed, and waits until the system has taken it all.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            self.flush()?;
            if self.unsent == 0 {
                return Poll::Ready(Ok(()));
            }
            ready!(self.poll_writable(cx));
        }
    }

    fn write(&self) -> io::Result<usize> {
        if let [only] = &self.out[..] {
            return self.stream.try_write(only);
        }
        let mut slices = [IoSlice::new(&[]); SLICES];
        for (slice, bytes) in slices.iter_mut().zip(&self.out) {
            *slice = IoSlice::new(bytes);
        }
        self.stream.try_write_vectored(&slices)
    }

    fn forget(&mut self, mut sent: usize) {
        self.unsent = self.unsent.saturating_sub(sent);
        let whole = self.out.iter().take_while(|frame| {
            let is_whole = frame.len() <= sent;
            sent -= if is_whole { frame.len() } else { 0 };
            is_whole
        });
        let whole = whole.count();
        self.out.drain(..whole);
        if let Some(front) = self.out.first_mut() {
            front.advance(sent);
        }
    }
}

fn read(stream: &mut TcpStream, cx: &mut Context<'_>, take: impl FnOnce(&[u8])) -> Poll<io::Result<usize>> {
    BUFFER.with_borrow_mut(|buffer| {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(stream).poll_read(cx, &mut buffer))?;
        take(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
}
