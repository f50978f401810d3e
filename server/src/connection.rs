//! One line: the only place that sees messages come and go.
//!
//! One task drives it, with one `poll`: what came is read, what is behind its cursors is sent, and neither waits for
//! the other. What a room has for everybody is sent by whoever brings it, where the line is idle and takes it at once
//! (`deliver`): the same turn, without a task woken for it. It holds no queue. Entries, signals and rosters are looked up
//! in its rooms when the line can take them; only answers to what this line itself asked are held, and while there are
//! many of them it isn't read from.

mod rules;
mod deadlines;
mod place;
mod hearing;
mod sending;
mod ending;
mod shared;

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll},
    time::Instant,
};

use openline_protocol::{CloseCode, Join, Person, ToClient};

use self::{
    deadlines::{Deadlines, Due},
    ending::Ending,
    place::Place,
    sending::Fetched,
    shared::{Served, Shared},
};
use crate::{
    database::Trouble,
    guests::{Listed, Seat},
    hall::Hall,
    history::{Answers, Posting, RETRY_AFTER, Said},
    pace::Pace,
    room::Room,
    wake::Wake,
    websocket::{Line, Packet},
};

/// How often the task goes round before it lets others run.
const ROUNDS: usize = 8;

/// Serves a line until it ends.
///
/// # Cancel safety
/// Dropping it ends the line at once, without a close frame. What it posted is written nonetheless.
// Not an `async fn`: one would keep room for its arguments beside the connection that they become.
pub(crate) fn serve(line: Line, hall: Arc<Hall>, seat: Arc<Seat>) -> impl Future<Output = ()> + Send {
    hall.metrics.lines.inc();
    let served = Served::new(Shared::new(line, hall, seat));
    async move {
        std::future::poll_fn(|cx| served.poll(|connection| connection.poll(cx))).await;
    }
}

struct Connection {
    hall: Arc<Hall>,
    /// What its rooms hold of it.
    this: Weak<Shared>,
    line: Line,
    wake: Arc<Wake>,
    listed: Listed,
    who: Option<Arc<Person>>,
    /// A hello that waits for an older line of its session to fall silent.
    greeting: Option<Arc<Person>>,
    places: Vec<Place>,
    /// Whose turn it is to send first.
    first: usize,
    replies: VecDeque<Packet>,
    pace: Pace,
    deadlines: Deadlines,
    answers: Option<Arc<Answers>>,
    /// A post that did not fit into what waits for the disk.
    held: Option<Box<Posting>>,
    joining: Option<Pending<Opened>>,
    fetching: Option<Pending<Fetched>>,
    ending: Option<Ending>,
    _seat: Arc<Seat>,
}

type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The room that a join opened.
type Opened = (Join, Result<Arc<Room>, Trouble>);

impl Connection {
    fn new(line: Line, hall: Arc<Hall>, seat: Arc<Seat>, wake: Arc<Wake>, this: Weak<Shared>) -> Self {
        let now = Instant::now();
        Self {
            listed: hall.guests.line(Arc::clone(&wake)),
            hall,
            this,
            line,
            wake,
            who: None,
            greeting: None,
            places: Vec::new(),
            first: 0,
            replies: VecDeque::new(),
            pace: Pace::new(now),
            deadlines: Deadlines::new(now),
            answers: None,
            held: None,
            joining: None,
            fetching: None,
            ending: None,
            _seat: seat,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for _ in 0..ROUNDS {
            self.wake.listen(cx.waker());
            // One look at the clock for all of a round: it costs as much as all the rest where there is little to do.
            let now = Instant::now();
            self.obey();
            self.settle();
            let mut moved = self.poll_greeting() | self.poll_joining(cx) | self.poll_fetching(cx);
            moved |= self.poll_read(cx, now);
            moved |= self.poll_send(cx, now);
            moved |= self.poll_goodbye(cx);
            if matches!(self.ending, Some(Ending::Over)) {
                return Poll::Ready(());
            }
            if moved {
                continue;
            }
            let deadline = self.deadline(now);
            if deadline > now {
                self.listed.wake_at(deadline, now);
                return Poll::Pending;
            }
            self.act(now);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Does what others told this line.
    fn obey(&mut self) {
        if self.ending.is_some() {
            return;
        }
        if self.wake.is_replaced() {
            self.close(CloseCode::REPLACED, "the same session is on another line");
        } else if self.wake.is_shed() {
            self.hall.metrics.shed.inc();
            self.close(CloseCode::TOO_SLOW, "the server holds too much for slow lines; come back");
        } else if self.wake.is_stopping() {
            self.ending = Some(Ending::Stopping { until: Instant::now() + self.hall.limits.stop_time / 4 });
        }
    }

    /// Tells what became of this line's posts.
    fn settle(&mut self) {
        let Some(answers) = &self.answers else { return };
        for answer in answers.take() {
            let (room, id) = (answer.room, answer.id);
            let cursor = self.places.iter().find(|place| place.is_in(&room)).map(|place| place.cursor);
            match answer.said {
                // Above the cursor its entry is still to come, and says it.
                Said::There(seq) if cursor.is_some_and(|cursor| seq <= cursor) => {
                    self.reply(&ToClient::Settled { room, id, seq });
                }
                Said::There(_) => {}
                Said::NotNow(why) => self.refuse(Some(room), Some(id), why, Some(RETRY_AFTER)),
            }
        }
    }

    fn deadline(&self, now: Instant) -> Instant {
        match self.ending {
            Some(Ending::Closing { until, .. } | Ending::Stopping { until }) => return until,
            Some(Ending::Over) => return now,
            None => {}
        }
        let (due, _) = self.deadlines.next(&self.hall.limits);
        let ready = self.pace.ready_at(self.hall.limits.pace());
        if ready > now { due.min(ready) } else { due }
    }

    /// Does what is due.
    fn act(&mut self, now: Instant) {
        match self.ending {
            Some(Ending::Closing { until, .. }) if until <= now => self.ending = Some(Ending::Over),
            Some(Ending::Stopping { until }) if until <= now => self.leave(),
            Some(_) => {}
            None => match self.deadlines.next(&self.hall.limits) {
                (at, _) if at > now => {}
                (_, Due::NoHello) => self.close(CloseCode::TIMED_OUT, "no hello came"),
                (_, Due::NoPong) => self.close(CloseCode::TIMED_OUT, "no answer to a ping"),
                (_, Due::Stuck) => self.close(CloseCode::TOO_SLOW, "nothing was taken for too long"),
                (_, Due::Ping) => {
                    self.deadlines.pinged(now);
                    self.replies.push_back(Packet::ping());
                }
                (_, Due::Beat) => {
                    self.deadlines.sent(now);
                    self.reply(&ToClient::Beat {});
                }
            },
        }
    }
}
