//! What is kept, and the task that sees to it that the rest is dropped.

use std::{
    sync::{Arc, Weak},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{database::Keep, hall::Hall};

/// How long to wait before looking again: after something was dropped, and, growing, while nothing is.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// How many rooms are looked at at once.
const ROOMS: usize = 256;

/// Drops what is more than so many entries in a room, or older than a time, in slices between commits, until the hall is
/// gone. Where all is kept it ends at once.
pub(crate) async fn keep(entries: Option<u64>, time: Option<Duration>, hall: Weak<Hall>) {
    if entries.is_none() && time.is_none() {
        return;
    }
    let mut wait = WAITS.0;
    loop {
        tokio::time::sleep(wait).await;
        let Some(hall) = hall.upgrade() else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let since = time.map(|time| u64::try_from(now.saturating_sub(time).as_millis()).unwrap_or(0));
        let dropped = drop_old(&hall, Keep { entries, since }).await;
        wait = if dropped { WAITS.0 } else { WAITS.1.min(wait * 2) };
    }
}

/// Whether there was anything to drop.
async fn drop_old(hall: &Arc<Hall>, keep: Keep) -> bool {
    let (mut dropped, mut after) = (0, None);
    loop {
        let rooms = match hall.history.overdue(keep, after, ROOMS).await {
            Ok(rooms) => rooms,
            Err(trouble) => {
                tracing::warn!(%trouble, "could not look for old entries");
                return false;
            }
        };
        let Some((last, _)) = rooms.last() else { break };
        after = Some(*last);
        for (row, name) in rooms {
            // A slice at a time: what was posted meanwhile is written in between.
            loop {
                match hall.history.drop_old(row, keep).await {
                    Ok(Some(slice)) => {
                        dropped += slice.dropped;
                        if let Some(room) = hall.rooms.find(&name) {
                            room.forget_before(slice.first);
                        }
                    }
                    Ok(None) => break,
                    Err(trouble) => {
                        tracing::warn!(%trouble, "could not drop old entries");
                        return false;
                    }
                }
            }
        }
    }
    if dropped > 0 {
        tracing::info!(dropped, "dropped old entries");
    }
    dropped > 0
}
