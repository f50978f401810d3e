//! The floor of this machine: whatever one read brings goes to everybody in one bare `send`. It keeps no limits, answers
//! no ping, knows one speaker only, and drops what a socket doesn't take at once.

use std::io::{Read, Write};

use anyhow::Result;
use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};

use crate::frame::{self, Frame};

const LISTENER: Token = Token(usize::MAX);
/// The load doesn't check the key.
const WELCOME: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Accept: x\r\n\r\n";

pub(super) fn serve() -> Result<()> {
    let mut listener = TcpListener::bind("127.0.0.1:0".parse()?)?;
    println!("listening on http://{}", listener.local_addr()?);
    let (mut poll, mut events) = (Poll::new()?, Events::with_capacity(1_024));
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut lines: Vec<TcpStream> = Vec::new();
    let (mut buffer, mut rest) = (vec![0; 256 * 1024], Vec::new());
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut line, _)) = listener.accept() {
                    line.set_nodelay(true)?;
                    poll.registry().register(&mut line, Token(lines.len()), Interest::READABLE)?;
                    lines.push(line);
                }
                continue;
            }
            let Some(line) = lines.get_mut(event.token().0) else { continue };
            let Ok(read) = line.read(&mut buffer) else { continue };
            let read = buffer.get(..read).unwrap_or_default();
            if read.starts_with(b"GET ") {
                line.write_all(WELCOME)?;
                continue;
            }
            rest.extend_from_slice(read);
            let out = turn(&mut rest);
            for line in &mut lines {
                let _ = line.write(&out);
            }
        }
    }
}

/// Takes the whole frames off the front, as a server says them.
fn turn(rest: &mut Vec<u8>) -> Vec<u8> {
    let (mut out, mut taken) = (Vec::with_capacity(rest.len()), 0);
    while let Some(bytes) = rest.get(taken..)
        && let Some(frame) = Frame::first(bytes)
    {
        frame::put(&mut out, frame.opcode, &frame.unmasked(bytes));
        taken += frame.end;
    }
    rest.drain(..taken);
    out
}
