//! A connection, as its own task and the rooms it is in share it.

use std::{
    fmt,
    sync::{Arc, Weak},
    task::Poll,
    time::Instant,
};

use parking_lot::Mutex;

use super::{Connection, Hall};
use crate::{guests::Seat, listeners::Listener, wake::Wake, websocket::Line};

/// Whoever holds the lock serves the line: mostly its task, and for what a room has for everybody whoever brings it. It
/// is held while nothing is waited for.
pub(super) struct Shared {
    wake: Arc<Wake>,
    /// Nothing, once the line is over.
    connection: Mutex<Option<Connection>>,
}

impl Shared {
    pub(super) fn new(line: Line, hall: Arc<Hall>, seat: Arc<Seat>) -> Arc<Self> {
        let wake = Arc::new(Wake::default());
        Arc::new_cyclic(|this: &Weak<Self>| {
            let connection = Connection::new(line, hall, seat, Arc::clone(&wake), Weak::clone(this));
            Self { wake, connection: Mutex::new(Some(connection)) }
        })
    }
}

impl Listener for Shared {
    fn hear(&self, now: Instant) {
        // Where the lock is taken, the task looks again as soon as it is free.
        let is_done = self.connection.try_lock().is_some_and(|mut connection| match &mut *connection {
            Some(connection) => connection.deliver(now),
            None => true,
        });
        if !is_done {
            self.wake();
        }
    }

    fn wake(&self) {
        self.wake.wake();
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shared").field(&self.wake).finish()
    }
}

/// What a connection's task holds.
///
/// # Drop
/// The line ends. A room that is about to tell it something finds nothing there.
pub(super) struct Served(Arc<Shared>);

impl Served {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// Serves the connection. Ready once it is over.
    pub(super) fn poll(&self, serve: impl FnOnce(&mut Connection) -> Poll<()>) -> Poll<()> {
        self.0.connection.lock().as_mut().map_or(Poll::Ready(()), serve)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let connection = self.0.connection.lock().take();
        if let Some(connection) = connection {
            connection.hall.metrics.lines.dec();
        }
    }
}
