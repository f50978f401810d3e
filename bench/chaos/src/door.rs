//! A door between one member and the server: a port of its own that leads to wherever the server is now, and does to
//! what passes whatever it is told.

use std::{cell::Cell, net::SocketAddr, rc::Rc, time::Duration};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::spawn_local,
    time::{Instant, sleep, sleep_until},
};

use crate::plan::{Fault, Way};

/// A port that leads to the server.
///
/// # Drop
/// Nobody is told of anything any more, and it stays as it is.
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    state: watch::Sender<State>,
    carried: Rc<Cell<u64>>,
}

#[derive(Clone, Copy)]
struct State {
    /// Rises with each fault that ends the lines that are open.
    cuts: u64,
    /// How the last of them ends them.
    how: Cut,
    up: Flow,
    down: Flow,
    shut_until: Option<Instant>,
}

#[derive(Clone, Copy)]
enum Cut {
    Both,
    Reset,
    /// The member's side stays, so long.
    KeepNear(Duration),
    /// The server's side stays, so long.
    KeepFar(Duration),
}

#[derive(Clone, Copy, Default)]
struct Flow {
    held_until: Option<Instant>,
    slow: Option<Slow>,
    /// So many more bytes.
    left: Option<usize>,
}

#[derive(Clone, Copy)]
struct Slow {
    each: Duration,
    piece: usize,
    until: Instant,
}

impl Door {
    /// A door to the server's address, which may change.
    pub(crate) async fn open(server: watch::Receiver<Option<SocketAddr>>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("a port for a door")?;
        let address = listener.local_addr()?;
        let calm = State { cuts: 0, how: Cut::Both, up: Flow::default(), down: Flow::default(), shut_until: None };
        let (state, carried) = (watch::Sender::new(calm), Rc::new(Cell::new(0)));
        let (sender, count) = (state.clone(), Rc::clone(&carried));
        spawn_local(async move {
            while let Ok((near, _)) = listener.accept().await {
                let is_shut = sender.borrow().shut_until.is_some_and(|until| until > Instant::now());
                let address = *server.borrow();
                if let Some(address) = address.filter(|_| !is_shut) {
                    spawn_local(carry(near, address, sender.clone(), Rc::clone(&count)));
                }
            }
        });
        Ok(Self { address, state, carried })
    }

    /// How many bytes have come through.
    pub(crate) fn carried(&self) -> u64 {
        self.carried.get()
    }

    pub(crate) fn suffer(&self, fault: Fault) {
        let now = Instant::now();
        self.state.send_modify(|state| match fault {
            Fault::Cut => state.cut(Cut::Both),
            Fault::Reset => state.cut(Cut::Reset),
            Fault::HalfOpen { time } => state.cut(Cut::KeepNear(time)),
            Fault::Ghost { time } => state.cut(Cut::KeepFar(time)),
            Fault::Stall { way, time } => state.on(way, |flow| flow.held_until = Some(now + time)),
            Fault::Delay { each, piece, time } => {
                state.on(Way::Both, |flow| flow.slow = Some(Slow { each, piece, until: now + time }));
            }
            Fault::Truncate { way, after } => state.on(way, |flow| flow.left = Some(after)),
            Fault::Shut { time } => {
                state.cut(Cut::Both);
                state.shut_until = Some(now + time);
            }
        });
    }

    /// From now on everything comes through. Lines that are open stay so: whoever is stuck on one has to find out.
    pub(crate) fn heal(&self) {
        self.state.send_modify(|state| {
            (state.up, state.down, state.shut_until) = (Flow::default(), Flow::default(), None);
        });
    }
}

impl State {
    fn cut(&mut self, how: Cut) {
        self.cuts += 1;
        self.how = how;
        (self.up.left, self.down.left) = (None, None);
    }

    fn on(&mut self, way: Way, change: impl Fn(&mut Flow)) {
        if way != Way::Down {
            change(&mut self.up);
        }
        if way != Way::Up {
            change(&mut self.down);
        }
    }

    fn flow(&mut self, way: Way) -> &mut Flow {
        if way == Way::Up { &mut self.up } else { &mut self.down }
    }
}

async fn carry(near: TcpStream, server: SocketAddr, state: watch::Sender<State>, carried: Rc<Cell<u64>>) {
    let mut watched = state.subscribe();
    let cuts = watched.borrow().cuts;
    let Ok(far) = TcpStream::connect(server).await else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    let mut up = Half { from: near_read, to: far_write, way: Way::Up, state: state.clone(), carried };
    let mut down = Half { from: far_read, to: near_write, way: Way::Down, state, carried: Rc::clone(&up.carried) };
    tokio::select! {
        () = up.copy() => return,
        () = down.copy() => return,
        _ = watched.wait_for(|state| state.cuts != cuts) => {}
    }
    let how = watched.borrow().how;
    let (near, far) = (down.to.reunite(up.from), up.to.reunite(down.from));
    match how {
        Cut::Both => {}
        Cut::Reset => {
            // No linger: what is on its way is gone, and the other side is told so rudely.
            for side in [near, far].into_iter().flatten() {
                let _ = side.set_zero_linger();
            }
        }
        Cut::KeepNear(time) => {
            drop(far);
            sleep(time).await;
            drop(near);
        }
        Cut::KeepFar(time) => {
            drop(near);
            sleep(time).await;
            drop(far);
        }
    }
}

struct Half {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    way: Way,
    state: watch::Sender<State>,
    carried: Rc<Cell<u64>>,
}

impl Half {
    /// Carries until an end is closed.
    async fn copy(&mut self) {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = self.from.read(&mut buffer).await {
            let mut rest = buffer.get(..count).unwrap_or_default();
            while !rest.is_empty() {
                let piece = self.pass(rest.len()).await;
                let (now, later) = rest.split_at(piece);
                if self.to.write_all(now).await.is_err() {
                    return;
                }
                self.carried.set(self.carried.get() + piece as u64);
                rest = later;
                self.count(piece);
            }
        }
    }

    /// Waits until something may pass, and says how much of `count` bytes.
    async fn pass(&self, count: usize) -> usize {
        let flow = || *self.state.borrow().clone().flow(self.way);
        while let Some(until) = flow().held_until.filter(|until| *until > Instant::now()) {
            let mut changed = self.state.subscribe();
            tokio::select! {
                () = sleep_until(until) => {}
                _ = changed.changed() => {}
            }
        }
        let slow = flow().slow.filter(|slow| slow.until > Instant::now());
        if let Some(slow) = slow {
            sleep(slow.each).await;
        }
        let piece = slow.map_or(count, |slow| slow.piece.clamp(1, count));
        flow().left.map_or(piece, |left| piece.min(left))
    }

    /// Takes from what may still pass; at the end of it the line is cut.
    fn count(&self, piece: usize) {
        self.state.send_if_modified(|state| {
            let flow = state.flow(self.way);
            let Some(left) = flow.left else { return false };
            flow.left = Some(left - piece.min(left));
            if flow.left != Some(0) {
                return false;
            }
            state.cut(Cut::Both);
            true
        });
    }
}
