//! The one wake of a connection.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    task::Waker,
};

use futures_util::task::AtomicWaker;

/// Wakes one connection's task, whatever the reason; why is looked up when it runs. Any number of wakes before it runs
/// are one, and three reasons that can't be looked up elsewhere travel with it.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    waker: AtomicWaker,
    rung: AtomicBool,
    replaced: AtomicBool,
    shed: AtomicBool,
    stopping: AtomicBool,
}

impl Wake {
    /// Wakes the connection, if nobody did since it last ran.
    pub(crate) fn wake(&self) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.waker.wake();
        }
    }

    /// Says that a newer line of the same session wants this one's place.
    pub(crate) fn replace(&self) {
        self.replaced.store(true, Ordering::Release);
        self.wake();
    }

    /// Says that slow lines hold too much, and this one is to go.
    pub(crate) fn shed(&self) {
        self.shed.store(true, Ordering::Release);
        self.wake();
    }

    /// Says that the server stops.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.wake();
    }

    /// For the connection's task: from here on it is woken again. Whatever is looked up after this call is not missed.
    pub(crate) fn listen(&self, waker: &Waker) {
        self.waker.register(waker);
        // A swap, not a store: it reads what the last `wake` wrote, and with it all that was done before that wake.
        self.rung.swap(false, Ordering::AcqRel);
    }

    /// Whether a newer line wants this one's place.
    pub(crate) fn is_replaced(&self) -> bool {
        self.replaced.load(Ordering::Acquire)
    }

    /// Whether slow lines hold too much, and this one is to go.
    pub(crate) fn is_shed(&self) -> bool {
        self.shed.load(Ordering::Acquire)
    }

    /// Whether the server stops.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, atomic::AtomicUsize},
        task::Wake as _,
    };

    use super::*;

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl std::task::Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn many_wakes_before_the_task_runs_are_one() {
        let counter = Arc::new(Counter::default());
        let wake = Wake::default();
        wake.listen(&Arc::clone(&counter).into());
        wake.wake();
        wake.wake();
        assert_eq!(counter.0.load(Ordering::SeqCst), 1);
        wake.listen(&Arc::clone(&counter).into());
        wake.wake();
        assert_eq!(counter.0.load(Ordering::SeqCst), 2);
        counter.wake_by_ref();
    }
}
