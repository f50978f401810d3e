//! A log that went back, as a page proves, becomes another log.

use std::{collections::hash_map, sync::Arc};

use openline_protocol::Epoch;

use super::{History, fresh};
use crate::{
    database::{Trouble, Writing},
    room::Room,
};

impl History {
    /// Makes a room's log another one, because a page proved that it lacks entries it had. Only once in a life, and only
    /// one that is older than this life: after that, such a proof is a lie.
    ///
    /// # Cancel safety
    /// It becomes another one nonetheless.
    pub(crate) async fn renew(&self, room: &Arc<Room>) -> Result<(), Trouble> {
        if room.row() > self.life.last_older {
            return Ok(());
        }
        let epoch = Epoch(fresh().into());
        let (row, name, drawn, renewed) = (room.row(), room.name().clone(), epoch.clone(), Arc::clone(&self.renewed));
        // Decided and done by the writer. So a second proof waits for what comes of the first, and disk and memory agree
        // also when whoever asked has gone.
        let work = move |writing: &Writing<'_>| match renewed.lock().entry(row) {
            hash_map::Entry::Occupied(_) => Ok(()),
            hash_map::Entry::Vacant(vacant) => {
                tracing::warn!(room = %name, "a page has entries that this log lacks: it becomes another log");
                writing.set_epoch(row, vacant.insert(drawn))
            }
        };
        let (room, renewed) = (Arc::clone(room), Arc::clone(&self.renewed));
        let then = move |done: &Result<(), Trouble>| {
            let mut renewed = renewed.lock();
            if renewed.get(&row) == Some(&epoch) {
                match done {
                    Ok(()) => room.set_epoch(epoch),
                    Err(_) => drop(renewed.remove(&row)),
                }
            }
        };
        self.write_then(work, then).await
    }
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        pin::pin,
        task::Poll,
        time::{Duration, Instant},
    };

    use openline_protocol::{Cursor, Join, RoomName};

    use super::*;

    fn open(folder: &Path) -> History {
        History::open(folder, None, 1 << 20, Arc::default()).unwrap()
    }

    async fn lobby(history: &History) -> Arc<Room> {
        let name: RoomName = "lobby".parse().unwrap();
        let record = history.room(&name).await.unwrap();
        Arc::new(Room::new(name, record, &[], 1 << 20, Arc::default()))
    }

    /// A room that an earlier life made.
    async fn older_lobby(folder: &Path) -> (History, Arc<Room>) {
        lobby(&open(folder)).await;
        let history = open(folder);
        let room = lobby(&history).await;
        (history, room)
    }

    async fn epoch_on_disk(history: &History, room: &Room) -> Epoch {
        history.known_room(room.name()).await.unwrap().unwrap().epoch
    }

    /// Whether the room's log is this one: a page that has seen more proves something only to a room of the same log.
    fn is_of(room: &Room, epoch: &Epoch) -> bool {
        let after = Some(Cursor { epoch: epoch.clone(), seq: room.head().next() });
        room.lacks(&Join { room: room.name().clone(), after, last: None })
    }

    async fn begin(future: impl Future) {
        let mut future = pin!(future);
        std::future::poll_fn(|cx| {
            let _ = future.as_mut().poll(cx);
            Poll::Ready(())
        })
        .await;
    }

    #[tokio::test]
    async fn a_log_becomes_another_one_also_when_the_page_that_proved_it_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (history, room) = older_lobby(folder.path()).await;
        let before = epoch_on_disk(&history, &room).await;
        begin(history.renew(&room)).await;
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let on_disk = epoch_on_disk(&history, &room).await;
            if on_disk != before && is_of(&room, &on_disk) {
                break;
            }
            assert!(Instant::now() < deadline, "was {before:?}, is {on_disk:?} on disk and another in memory");
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn who_proves_it_while_the_first_proof_is_being_written_enters_the_new_log_too() {
        let folder = tempfile::tempdir().unwrap();
        let (history, room) = older_lobby(folder.path()).await;
        let before = epoch_on_disk(&history, &room).await;
        begin(history.renew(&room)).await;
        history.renew(&room).await.unwrap();
        assert!(!is_of(&room, &before), "it still entered the old one");
        let renewed = epoch_on_disk(&history, &room).await;
        assert!(is_of(&room, &renewed));
        history.renew(&room).await.unwrap();
        assert_eq!(epoch_on_disk(&history, &room).await, renewed, "only once in a life");
    }

    #[tokio::test]
    async fn of_a_log_that_began_in_this_life_nobody_has_seen_more_than_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let history = open(folder.path());
        let room = lobby(&history).await;
        let before = epoch_on_disk(&history, &room).await;
        history.renew(&room).await.unwrap();
        assert_eq!(epoch_on_disk(&history, &room).await, before);
        assert!(is_of(&room, &before));
    }
}
