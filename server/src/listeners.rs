//! Whom a room tells that there is something, and how.
//!
//! Whoever has something for everybody doesn't wake a task for each line: it has the lines told in slices, one after
//! another, by at most as many tasks as there are threads, which let others run between two slices. So a large room uses
//! all cores, and a small one next to it doesn't wait for more than a slice. Being called again before one's turn has
//! come is being called once.

mod slices;

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};

use parking_lot::Mutex;
use tokio::runtime::Handle;

use self::slices::Slices;

/// A line in a room.
pub(crate) trait Listener: fmt::Debug + Send + Sync {
    /// Gives the line what it lacks, if it takes it at once; what doesn't go so easily is left to its task. Must not
    /// wait.
    fn hear(&self, now: Instant);

    /// Has the line's task look what there is.
    fn wake(&self);
}

/// The lines in a room.
#[derive(Debug, Default)]
pub(crate) struct Listeners(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    slices: Slices<Arc<dyn Listener>>,
    /// How many tasks are telling slices.
    tellers: usize,
}

impl Listeners {
    /// Adds a line, and says its number, which is its own as long as it is here.
    pub(crate) fn add(&self, listener: Arc<dyn Listener>) -> u32 {
        u32::try_from(self.0.lock().slices.add(listener)).unwrap_or(u32::MAX)
    }

    /// Takes a line away.
    pub(crate) fn remove(&self, number: u32) {
        self.0.lock().slices.remove(number as usize);
    }

    /// Has everybody told, soon.
    pub(crate) fn tell_all(self: &Arc<Self>) {
        // Without a runtime the server is going down, and there is nobody to tell.
        let Ok(runtime) = Handle::try_current() else { return };
        let mut lines = self.0.lock();
        lines.slices.call();
        let enough = lines.slices.due().min(runtime.metrics().num_workers());
        while lines.tellers < enough {
            lines.tellers += 1;
            runtime.spawn(Arc::clone(self).tell());
        }
    }

    /// Wakes some lines.
    pub(crate) fn wake(&self, numbers: &[u32]) {
        let lines = self.0.lock();
        numbers.iter().filter_map(|number| lines.slices.get(*number as usize)).for_each(|listener| listener.wake());
    }

    /// Tells slices as long as any are due.
    async fn tell(self: Arc<Self>) {
        while self.tell_slice() {
            tokio::task::yield_now().await;
        }
    }

    /// Tells one slice, if any is due. Whether more are; if not, one task less is telling.
    fn tell_slice(&self) -> bool {
        let begun = {
            let mut lines = self.0.lock();
            let begun = lines.slices.begin();
            lines.tellers -= usize::from(begun.is_none());
            begun
        };
        let Some((slice, listeners)) = begun else { return false };
        let now = Instant::now();
        // A mistake of ours on one line must not silence the others: each one's own task looks, and only that one's ends.
        let told = catch_unwind(AssertUnwindSafe(|| listeners.iter().for_each(|listener| listener.hear(now))));
        if told.is_err() {
            listeners.iter().for_each(|listener| listener.wake());
        }
        let mut lines = self.0.lock();
        lines.slices.end(slice);
        let is_more = lines.slices.due() > 0;
        lines.tellers -= usize::from(!is_more);
        is_more
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Debug, Default)]
    struct Counter {
        heard: AtomicUsize,
        woken: AtomicUsize,
    }

    impl Listener for Counter {
        fn hear(&self, _: Instant) {
            self.heard.fetch_add(1, Ordering::SeqCst);
        }

        fn wake(&self) {
            self.woken.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn counts(counters: &[Arc<Counter>], count: fn(&Counter) -> &AtomicUsize) -> Vec<usize> {
        counters.iter().map(|counter| count(counter).load(Ordering::SeqCst)).collect()
    }

    #[test]
    fn what_is_for_some_lines_wakes_nobody_else() {
        let listeners = Listeners::default();
        let counters: Vec<Arc<Counter>> = (0..3).map(|_| Arc::default()).collect();
        let numbers: Vec<_> = counters.iter().map(|counter| listeners.add(Arc::clone(counter) as _)).collect();
        listeners.wake(&numbers[..2]);
        assert_eq!(counts(&counters, |counter| &counter.woken), [1, 1, 0]);
        listeners.remove(numbers[0]);
        listeners.wake(&numbers);
        assert_eq!(counts(&counters, |counter| &counter.woken), [1, 2, 1]);
    }

    #[derive(Debug)]
    struct Broken;

    impl Listener for Broken {
        fn hear(&self, _: Instant) {
            panic!("a mistake of ours")
        }

        fn wake(&self) {}
    }

    #[tokio::test]
    async fn a_line_that_panics_costs_nobody_else_a_word() {
        let listeners = Arc::new(Listeners::default());
        listeners.add(Arc::new(Broken));
        let other = Arc::new(Counter::default());
        listeners.add(Arc::clone(&other) as _);
        for calls in 1..=2 {
            told(&listeners).await;
            assert_eq!(counts(&[Arc::clone(&other)], |counter| &counter.woken), [calls]);
        }
    }

    #[tokio::test]
    async fn who_is_called_many_times_before_their_turn_hears_once() {
        let listeners = Arc::new(Listeners::default());
        let counters: Vec<Arc<Counter>> = (0..200).map(|_| Arc::default()).collect();
        for counter in &counters {
            listeners.add(Arc::clone(counter) as _);
        }
        for calls in 1..=3 {
            (0..4).for_each(|_| listeners.tell_all());
            told(&listeners).await;
            assert_eq!(counts(&counters, |counter| &counter.heard), [calls; 200]);
        }
    }

    /// Of a small room: remembers how many of a large one had heard before it did.
    #[derive(Debug)]
    struct Neighbour {
        large: Arc<Counter>,
        heard_after: AtomicUsize,
    }

    impl Listener for Neighbour {
        fn hear(&self, _: Instant) {
            self.heard_after.store(self.large.heard.load(Ordering::SeqCst), Ordering::SeqCst);
        }

        fn wake(&self) {}
    }

    /// On one thread, where nobody can get out of the way.
    #[tokio::test]
    async fn a_small_room_beside_a_large_one_waits_for_no_more_than_a_slice() {
        let large = Arc::new(Counter::default());
        let neighbour = Arc::new(Neighbour { large: Arc::clone(&large), heard_after: AtomicUsize::new(usize::MAX) });
        let [crowd, few] = [(); 2].map(|()| Arc::new(Listeners::default()));
        for _ in 0..10_000 {
            crowd.add(Arc::clone(&large) as _);
        }
        few.add(Arc::clone(&neighbour) as _);
        crowd.tell_all();
        told(&few).await;
        assert_eq!(neighbour.heard_after.load(Ordering::SeqCst), slices::SLICE);
        quiet(&crowd).await;
        assert_eq!(large.heard.load(Ordering::SeqCst), 10_000);
    }

    /// Has everybody told, and waits until they are.
    async fn told(listeners: &Arc<Listeners>) {
        listeners.tell_all();
        quiet(listeners).await;
    }

    /// Waits until nobody is being told.
    async fn quiet(listeners: &Listeners) {
        while listeners.0.lock().tellers > 0 {
            tokio::task::yield_now().await;
        }
    }
}
