//! What came and was not read yet: a bounded queue between the browser, which can't be told to wait, and one reader.
//!
//! Nothing put in is ever lost. The bound is kept by who fills it: told that the inbox is full, it hangs up.

use std::{
    cell::RefCell,
    collections::VecDeque,
    task::{Context, Poll, Waker},
};

use crate::stats::Volume;

/// How much may wait unread. A line that brings more is hung up, and its reader told; nothing that came is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxLimit {
    /// How many messages. 100,000 by default.
    pub messages: usize,
    /// How many bytes they may have together; a Blob's count too. 64 MiB by default.
    pub bytes: u64,
}

impl Default for InboxLimit {
    fn default() -> Self {
        Self { messages: 100_000, bytes: 64 << 20 }
    }
}

#[derive(Debug)]
pub(crate) struct Inbox<T> {
    limit: InboxLimit,
    queue: RefCell<Queue<T>>,
}

#[derive(Debug)]
struct Queue<T> {
    items: VecDeque<(T, u64)>,
    bytes: u64,
    reader: Option<Waker>,
    ended: bool,
}

impl<T> Inbox<T> {
    pub(crate) fn new(limit: InboxLimit) -> Self {
        Self { limit, queue: RefCell::new(Queue { items: VecDeque::new(), bytes: 0, reader: None, ended: false }) }
    }

    /// Puts an item in and wakes the reader. Returns whether no more is here than may wait. After the end there is no
    /// reader, and nothing is kept.
    #[inline]
    pub(crate) fn push(&self, item: T, bytes: u64) -> bool {
        let mut queue = self.queue.borrow_mut();
        if !queue.ended {
            queue.items.push_back((item, bytes));
            queue.bytes = queue.bytes.saturating_add(bytes);
        }
        // One message alone may be as large as it likes: it is in memory already.
        let waiting = queue.items.len();
        let fits = waiting <= self.limit.messages && (waiting <= 1 || queue.bytes <= self.limit.bytes);
        let reader = queue.reader.take();
        // Woken without a borrow: a waker may run anything.
        drop(queue);
        if let Some(reader) = reader {
            reader.wake();
        }
        fits
    }

    /// Nothing more comes: the reader gets what is here, then the end.
    pub(crate) fn end(&self) {
        let mut queue = self.queue.borrow_mut();
        queue.ended = true;
        let reader = queue.reader.take();
        drop(queue);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// The reader is gone: nothing is kept any more.
    pub(crate) fn abandon(&self) {
        let mut queue = self.queue.borrow_mut();
        queue.ended = true;
        queue.bytes = 0;
        let items = std::mem::take(&mut queue.items);
        drop(queue);
        drop(items);
    }

    /// How much waits to be read.
    pub(crate) fn volume(&self) -> Volume {
        let queue = self.queue.borrow();
        Volume { messages: queue.items.len() as u64, bytes: queue.bytes }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.borrow().items.is_empty()
    }

    /// Whether the reader has caught up enough for a full inbox to be filled again.
    pub(crate) fn is_drained(&self) -> bool {
        let queue = self.queue.borrow();
        queue.items.len() <= self.limit.messages / 2 && queue.bytes <= self.limit.bytes / 2
    }

    #[inline]
    pub(crate) fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut queue = self.queue.borrow_mut();
        if let Some((item, bytes)) = queue.items.pop_front() {
            queue.bytes = queue.bytes.saturating_sub(bytes);
            return Poll::Ready(Some(item));
        }
        if queue.ended {
            return Poll::Ready(None);
        }
        queue.reader = Some(context.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take<T>(inbox: &Inbox<T>) -> Poll<Option<T>> {
        inbox.poll_next(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn what_was_put_in_comes_out_in_order_and_then_the_end() {
        let inbox = Inbox::new(InboxLimit::default());
        inbox.push("a", 1);
        inbox.push("b", 1);
        inbox.end();
        inbox.push("after the end", 1);
        assert_eq!(
            [take(&inbox), take(&inbox), take(&inbox)],
            [Poll::Ready(Some("a")), Poll::Ready(Some("b")), Poll::Ready(None)]
        );
    }

    #[test]
    fn a_full_inbox_says_so_and_loses_nothing() {
        let inbox = Inbox::new(InboxLimit { messages: 2, bytes: 100 });
        assert_eq!([0, 1, 2].map(|item| inbox.push(item, 1)), [true, true, false]);
        assert!(!inbox.is_drained());
        assert_eq!([take(&inbox), take(&inbox)], [Poll::Ready(Some(0)), Poll::Ready(Some(1))]);
        assert!(inbox.is_drained());
        assert_eq!(take(&inbox), Poll::Ready(Some(2)));
    }

    #[test]
    fn one_message_may_be_larger_than_the_bound_but_a_second_may_not_join_it() {
        let inbox = Inbox::new(InboxLimit { messages: 9, bytes: 100 });
        assert!(inbox.push("large", 1000));
        assert!(!inbox.push("small", 1));
    }
}
