//! One line: the only place that sees messages come and go.
//!
//! One task drives it, with one `poll`: what came is read, what is behind its cursors is sent, and neither waits for
//! the other. It holds no queue. Entries, signals and rosters are looked up in its rooms when the line can take them;
//! only answers to what this line itself asked are held, and while there are many of them it isn't read from.

mod rules;
mod deadlines;
mod place;

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use openline_protocol::{
    Body, CloseCode, ClosingWhy, DecodeError, Heard, Hello, Join, MessageId, Person, Post, Refusal, RoomName,
    SessionId, Signal, ToClient, ToServer, Welcome, Why,
};

use self::{
    deadlines::{Deadlines, Due},
    place::Place,
};
use crate::{
    database::Trouble,
    guests::{Listed, Seat},
    hall::Hall,
    history::{Answers, Lane, Posting, RETRY_AFTER, Said},
    identity::Identity,
    pace::Pace,
    room::Room,
    tail::Batch,
    wake::Wake,
    websocket::{Line, LineError, Message, Packet},
};

/// How many bytes are given to the line before it has taken them.
const TURN: usize = 64 * 1024;
/// How many messages are read before something is sent.
const READS: usize = 32;
/// How often the task goes round before it lets others run.
const ROUNDS: usize = 8;
/// How many answers may wait before the line is read from no more.
const REPLIES: usize = 128;
/// How long after a close frame the other side may take to hang up.
const GOODBYE: Duration = Duration::from_secs(2);
/// How long to wait before asking again for room among the unsent bytes of all lines.
const NO_ROOM: Duration = Duration::from_millis(50);

/// Serves a line until it ends.
///
/// # Cancel safety
/// Dropping it ends the line at once, without a close frame. What it posted is written nonetheless.
pub(crate) async fn serve(line: Line, hall: Arc<Hall>, seat: Arc<Seat>) {
    hall.metrics.lines.inc();
    let metrics = Arc::clone(&hall.metrics);
    let mut connection = Connection::new(line, hall, seat);
    let timer = tokio::time::sleep_until(connection.deadline().into());
    tokio::pin!(timer);
    std::future::poll_fn(|cx| connection.poll(cx, timer.as_mut())).await;
    metrics.lines.dec();
}

struct Connection {
    hall: Arc<Hall>,
    line: Line,
    wake: Arc<Wake>,
    listed: Listed,
    who: Option<Person>,
    /// A hello that waits for an older line of its session to fall silent.
    greeting: Option<Box<Person>>,
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
    /// There was no room among the unsent bytes of all lines; ask again then.
    crowded_until: Option<Instant>,
    ending: Option<Ending>,
    _seat: Arc<Seat>,
}

type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The room that a join opened.
type Opened = (Join, Result<Arc<Room>, Trouble>);

/// What came from disk for one place.
struct Fetched {
    lane: Arc<Lane>,
    batch: Result<Option<Batch>, Trouble>,
}

/// How a line ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    /// The server stops: what is under way is finished first, until then.
    Stopping { until: Instant },
    /// The close frame is given; the other side may answer it until then.
    Closing { until: Instant, answer: Answer },
    /// Nothing more is to be done.
    Over,
}

/// The other side's close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Awaited,
    Came,
    /// What comes means nothing any more, so it can't be told.
    Lost,
}

impl Connection {
    fn new(line: Line, hall: Arc<Hall>, seat: Arc<Seat>) -> Self {
        let wake = Arc::new(Wake::default());
        let now = Instant::now();
        Self {
            listed: hall.guests.line(Arc::clone(&wake)),
            hall,
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
            crowded_until: None,
            ending: None,
            _seat: seat,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>, mut timer: Pin<&mut tokio::time::Sleep>) -> Poll<()> {
        for _ in 0..ROUNDS {
            self.wake.listen(cx.waker());
            self.obey();
            self.settle();
            let mut moved = self.poll_greeting() | self.poll_joining(cx) | self.poll_fetching(cx);
            moved |= self.poll_read(cx);
            moved |= self.poll_send(cx);
            moved |= self.poll_goodbye(cx);
            if matches!(self.ending, Some(Ending::Over)) {
                return Poll::Ready(());
            }
            if moved {
                continue;
            }
            let deadline = self.deadline();
            // A timer that is early costs a look; setting it anew at each message would cost more.
            if deadline < timer.deadline().into_std() || timer.is_elapsed() {
                timer.as_mut().reset(deadline.into());
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.act(Instant::now());
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

    // What comes.

    /// Whether the line is read from. When not, what it says waits in the system's buffers, and then at its sender.
    fn may_read(&self, now: Instant) -> bool {
        self.ending.is_none()
            && self.greeting.is_none()
            && self.joining.is_none()
            && self.held.is_none()
            && self.replies.len() < REPLIES
            && self.in_flight() < self.hall.limits.in_flight
            && self.pace.ready_at(self.hall.limits.pace()) <= now
    }

    fn in_flight(&self) -> usize {
        self.answers.as_ref().map_or(0, |answers| answers.in_flight())
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> bool {
        self.retry_held();
        let mut now = Instant::now();
        for read in 0..READS {
            if !self.may_read(now) {
                // Its silence is ours.
                self.deadlines.heard(now);
                return read > 0;
            }
            let Poll::Ready(message) = self.line.poll_message(cx, self.hall.limits.frame()) else { return read > 0 };
            now = Instant::now();
            self.deadlines.heard(now);
            self.pace.take(self.hall.limits.pace(), now);
            self.hall.metrics.read.inc();
            match message {
                Ok(message) => self.hear(message),
                Err(LineError::Broke) => self.ending = Some(Ending::Over),
                Err(LineError::Violation(violation)) => {
                    tracing::debug!(line = self.listed.number(), %violation, "closing");
                    self.close(violation.code(), &violation.to_string());
                    self.answered(Answer::Lost);
                }
            }
        }
        true
    }

    fn hear(&mut self, message: Message) {
        let decoded = match message {
            Message::Text(text) => ToServer::from_text(&text),
            Message::Binary(bytes) => ToServer::from_binary(bytes),
            Message::Ping(payload) => {
                self.replies.push_back(Packet::pong(&payload));
                return;
            }
            Message::Pong => return,
            Message::Close(code) => {
                self.close(code, "");
                self.answered(Answer::Came);
                return;
            }
        };
        match decoded {
            Ok(ToServer::Hello(hello)) => self.greet(hello),
            Ok(_) if self.who.is_none() => self.close(CloseCode::NO_HELLO, "say hello first"),
            Ok(ToServer::Join(join)) => self.join(join),
            Ok(ToServer::Leave { room }) => self.places.retain(|place| !place.is_in(&room)),
            Ok(ToServer::Post(post)) => self.post(post),
            Ok(ToServer::Signal(signal)) => self.signal(signal),
            Ok(ToServer::Beat {}) => self.reply(&ToClient::Beat {}),
            Err(error) => self.misheard(error),
        }
    }

    fn misheard(&mut self, error: DecodeError) {
        let is_hello = matches!(&error, DecodeError::Unfit { tag, .. } if tag == "hello");
        match error {
            DecodeError::Unknown { .. } | DecodeError::Unfit { .. } if self.who.is_some() || is_hello => {
                self.refuse(None, None, Why::NotUnderstood { detail: error.to_string() }, None);
            }
            DecodeError::Unknown { .. } | DecodeError::Unfit { .. } => {
                self.close(CloseCode::NO_HELLO, "say hello first");
            }
            _ => self.close(CloseCode::MALFORMED, &error.to_string()),
        }
    }

    fn greet(&mut self, hello: Hello) {
        let known = hello.token.as_ref().map(|token| self.hall.identity.person(token)).transpose();
        let (name, mine) = (hello.name, self.who.as_ref().map(|who| who.id));
        match (known, mine) {
            (Err(_), _) => self.close(CloseCode::BAD_TOKEN, "the token does not verify"),
            (Ok(Some(id)), Some(mine)) if id != mine => {
                self.close(CloseCode::BAD_TOKEN, "the token is somebody else's");
            }
            (_, Some(id)) => self.rename(Person { id, name }),
            (Ok(known), None) => {
                self.introduce(Person { id: known.unwrap_or_else(Identity::stranger), name }, hello.session);
            }
        }
    }

    fn rename(&mut self, person: Person) {
        self.places.iter().for_each(|place| place.room().rename(&person));
        self.welcome(person);
    }

    fn introduce(&mut self, person: Person, session: Option<SessionId>) {
        if let Some(session) = session {
            self.listed.claim(person.id, session);
        }
        self.greeting = Some(Box::new(person));
    }

    fn poll_greeting(&mut self) -> bool {
        if self.greeting.is_none() || self.ending.is_some() || !self.listed.speaks() {
            return false;
        }
        if let Some(person) = self.greeting.take() {
            self.welcome(*person);
        }
        true
    }

    fn welcome(&mut self, you: Person) {
        let Ok(token) = self.hall.identity.token(you.id) else {
            self.close(CloseCode::INTERNAL, "can't sign a token");
            return;
        };
        self.deadlines.said_hello();
        self.who = Some(you.clone());
        let limits = self.hall.limits.on_the_wire();
        let beat_every = self.hall.limits.beat_every;
        self.reply(&ToClient::Welcome(Welcome { you, token, limits, beat_every }));
    }

    fn join(&mut self, join: Join) {
        let limit = self.hall.limits.rooms;
        let is_in = self.places.iter().any(|place| place.is_in(&join.room));
        if !is_in && self.places.len() >= limit {
            self.refuse(Some(join.room), None, Why::TooManyRooms { limit }, None);
            return;
        }
        if let Some(room) = self.hall.rooms.find(&join.room) {
            self.enter(&join, &room);
            return;
        }
        let hall = Arc::clone(&self.hall);
        self.joining = Some(Box::pin(async move {
            let room = hall.rooms.room(&join.room, &hall.history).await;
            (join, room)
        }));
    }

    fn poll_joining(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(joining) = &mut self.joining else { return false };
        let Poll::Ready((join, room)) = joining.as_mut().poll(cx) else { return false };
        self.joining = None;
        if self.ending.is_some() {
            return true;
        }
        match room {
            Ok(room) => self.enter(&join, &room),
            Err(Trouble::Full) => self.refuse(Some(join.room), None, Why::StorageFull {}, Some(RETRY_AFTER)),
            Err(trouble) => {
                tracing::error!(%trouble, "could not open a room");
                self.refuse(Some(join.room), None, Why::StorageFailed {}, Some(RETRY_AFTER));
            }
        }
        true
    }

    fn enter(&mut self, join: &Join, room: &Arc<Room>) {
        let Some(who) = self.who.clone() else { return };
        let line = self.listed.number();
        let presence = room.enter(&who, line, Arc::clone(&self.wake));
        let joined = room.joined(join, self.hall.limits.behind);
        let place = Place::new(presence, joined.after, joined.roster.version, line, who.id);
        self.reply(&ToClient::Joined(joined));
        match self.places.iter_mut().find(|place| place.is_in(&join.room)) {
            Some(old) => *old = place,
            None => {
                // Most lines are in one room, and a place that nobody takes costs as much as one that somebody does.
                self.places.reserve_exact(1);
                self.places.push(place);
            }
        }
    }

    fn post(&mut self, post: Post) {
        let (Some(place), Some(who)) = (self.places.iter().find(|place| place.is_in(&post.room)), &self.who) else {
            self.refuse(Some(post.room), Some(post.id), Why::NotJoined {}, None);
            return;
        };
        if let Err(why) = rules::check_post(&post, &self.hall.limits) {
            self.refuse(Some(post.room), Some(post.id), why, None);
            return;
        }
        let answers = self.answers.get_or_insert_with(|| Arc::new(Answers::new(Arc::clone(&self.wake))));
        let posting = Posting {
            room: Arc::clone(place.room()),
            lane: Arc::clone(&place.lane),
            answers: Arc::clone(answers),
            id: post.id,
            from: who.clone(),
            kind: post.kind,
            body: compact(post.body),
        };
        self.held = self.hall.history.post(posting).err();
    }

    fn retry_held(&mut self) {
        if let Some(held) = self.held.take() {
            self.held = self.hall.history.post(*held).err();
        }
    }

    fn signal(&mut self, signal: Signal) {
        let (Some(place), Some(who)) = (self.places.iter().find(|place| place.is_in(&signal.room)), &self.who) else {
            self.refuse(Some(signal.room), None, Why::NotJoined {}, None);
            return;
        };
        if let Err(why) = rules::check_signal(&signal, &self.hall.limits) {
            self.refuse(Some(signal.room), None, why, None);
            return;
        }
        let heard = Heard { from: who.clone(), body: compact(signal.body) };
        place.room().signal(self.listed.number(), signal.to, heard);
    }

    // What goes.

    fn reply(&mut self, message: &ToClient) {
        self.replies.push_back(message.to_frame().into());
    }

    fn refuse(&mut self, room: Option<RoomName>, id: Option<MessageId>, why: Why, retry_after: Option<u64>) {
        self.reply(&ToClient::Refusal(Refusal { room, id, why, retry_after }));
    }

    /// Gives the line what it lacks, and the system what it takes. Whether there may be more to do at once.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> bool {
        let mut fed = false;
        if self.line.unsent() == 0 {
            self.stop_if_done();
            fed = self.feed_turn();
        }
        let before = self.line.unsent();
        if before == 0 {
            return false;
        }
        self.crowded_until = None;
        match self.line.poll_flush(cx) {
            Poll::Ready(Ok(())) => {
                self.deadlines.took_all();
                self.deadlines.sent(Instant::now());
                self.listed.set_unsent(0);
                true
            }
            Poll::Ready(Err(_)) => {
                self.ending = Some(Ending::Over);
                true
            }
            Poll::Pending => {
                let left = self.line.unsent();
                self.deadlines.slow(fed || left < before, Instant::now());
                self.listed.set_unsent(left);
                false
            }
        }
    }

    /// Gives the line a turn's worth of what it lacks: answers first, then what is behind the cursors of its rooms.
    fn feed_turn(&mut self) -> bool {
        if matches!(self.ending, Some(Ending::Closing { .. } | Ending::Over)) {
            return false;
        }
        let crowded = self.hall.guests.unsent() > self.hall.limits.unsent;
        self.crowded_until = crowded.then(|| Instant::now() + NO_ROOM);
        if crowded {
            return false;
        }
        let mut left = TURN;
        while left > 0 {
            let Some(reply) = self.replies.pop_front() else { break };
            self.feed(reply, &mut left);
        }
        if self.replies.is_empty() {
            self.replies = VecDeque::new();
        }
        for n in 0..self.places.len() {
            if left == 0 {
                break;
            }
            self.feed_place((self.first + n) % self.places.len(), &mut left);
        }
        self.first = (self.first + 1) % self.places.len().max(1);
        left < TURN
    }

    fn feed_place(&mut self, index: usize, left: &mut usize) {
        let Some(place) = self.places.get_mut(index) else { return };
        let news = [place.roster(), place.signals()];
        for packet in news.into_iter().flatten() {
            self.feed(packet, left);
        }
        while let Some(place) = self.places.get_mut(index).filter(|place| place.is_behind()) {
            let Some(batch) = place.room().after(place.cursor) else { return self.fetch(index) };
            if *left < TURN && batch.packet.len() > *left {
                *left = 0;
                return;
            }
            place.cursor = batch.upto;
            self.feed(batch.packet, left);
        }
    }

    fn feed(&mut self, packet: Packet, left: &mut usize) {
        *left = left.saturating_sub(packet.len());
        self.hall.metrics.sent.inc();
        self.hall.metrics.sent_bytes.inc_by(packet.len() as u64);
        self.line.feed(packet);
    }

    /// Begins to get from disk what a room has no longer in memory; one room at a time.
    fn fetch(&mut self, index: usize) {
        let Some(place) = self.places.get(index).filter(|_| self.fetching.is_none()) else { return };
        let (room, after, lane) = (Arc::clone(place.room()), place.cursor, Arc::clone(&place.lane));
        let hall = Arc::clone(&self.hall);
        self.fetching = Some(Box::pin(async move {
            hall.metrics.from_disk.inc();
            Fetched { lane, batch: hall.history.batch(room, after).await }
        }));
        // It has to be polled once before anything wakes it.
        self.wake.wake();
    }

    fn poll_fetching(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(fetching) = &mut self.fetching else { return false };
        let Poll::Ready(Fetched { lane, batch }) = fetching.as_mut().poll(cx) else { return false };
        self.fetching = None;
        if self.ending.is_some_and(|ending| !matches!(ending, Ending::Stopping { .. })) {
            return true;
        }
        match (batch, self.places.iter_mut().find(|place| Arc::ptr_eq(&place.lane, &lane))) {
            (Ok(Some(batch)), Some(place)) if batch.after == place.cursor => {
                place.cursor = batch.upto;
                self.feed(batch.packet, &mut 0);
            }
            // Somebody equally far got it sooner, and the line has it already.
            (Ok(Some(_)), Some(_)) => {}
            // It left the room, or joined it anew.
            (_, None) => {}
            (found, Some(_)) => {
                // There are entries between a cursor and the head, or there would be no fetch.
                tracing::error!(trouble = ?found.err(), "could not read entries");
                self.close(CloseCode::INTERNAL, "can't read the room's entries");
            }
        }
        true
    }

    // How it ends.

    /// Says goodbye and does nothing more that it hears.
    fn close(&mut self, code: CloseCode, reason: &str) {
        self.replies.clear();
        self.places.clear();
        (self.joining, self.fetching, self.held) = (None, None, None);
        self.line.feed(Packet::close(code, reason));
        self.ending = Some(Ending::Closing { until: Instant::now() + GOODBYE, answer: Answer::Awaited });
    }

    fn answered(&mut self, by: Answer) {
        if let Some(Ending::Closing { answer, .. }) = &mut self.ending {
            *answer = by;
        }
    }

    /// Once the close frame was given: another line may speak for the session; the other side's close frame is waited
    /// for, and then it is over. Until then what comes is read and forgotten: hanging up on bytes unread would be a
    /// reset, which can overtake the close frame.
    fn poll_goodbye(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(Ending::Closing { answer, .. }) = self.ending else { return false };
        self.listed.yield_session();
        match answer {
            Answer::Awaited => match self.line.poll_message(cx, self.hall.limits.frame()) {
                Poll::Pending => return false,
                Poll::Ready(Ok(Message::Close(_))) => self.answered(Answer::Came),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(LineError::Violation(_))) => self.answered(Answer::Lost),
                Poll::Ready(Err(LineError::Broke)) => self.ending = Some(Ending::Over),
            },
            _ if self.line.unsent() > 0 => return false,
            Answer::Came => self.ending = Some(Ending::Over),
            Answer::Lost => match self.line.poll_hang_up(cx) {
                Poll::Pending => return false,
                Poll::Ready(()) => self.ending = Some(Ending::Over),
            },
        }
        true
    }

    /// While the server stops: once everything this line said is done and told, or it is time, says when to come back.
    fn stop_if_done(&mut self) {
        let Some(Ending::Stopping { until }) = self.ending else { return };
        let is_done = self.in_flight() == 0 && self.held.is_none() && !self.places.iter().any(Place::is_behind);
        if !(is_done && self.replies.is_empty()) && Instant::now() < until {
            self.retry_held();
            return;
        }
        self.leave();
    }

    fn leave(&mut self) {
        // A tenth of a millisecond for each line, and half a second for whoever starts the server again.
        let spread = u64::try_from(self.hall.guests.lines() / 10).unwrap_or(0) + 1_000;
        let back_in = 500 + rand::random_range(0..spread);
        let closing = ToClient::Closing { why: ClosingWhy::Restarting {}, back_in };
        self.line.feed(closing.to_frame().into());
        self.close(CloseCode::RESTART, "the server is restarting");
    }

    fn deadline(&self) -> Instant {
        match self.ending {
            Some(Ending::Closing { until, .. } | Ending::Stopping { until }) => return until,
            Some(Ending::Over) => return Instant::now(),
            None => {}
        }
        let (due, _) = self.deadlines.next(&self.hall.limits);
        let ready = self.pace.ready_at(self.hall.limits.pace());
        let ready = (ready > Instant::now()).then_some(ready);
        [ready, self.crowded_until].into_iter().flatten().fold(due, Instant::min)
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

/// The body with its bytes by themselves: as they came they share a buffer that may be much larger.
fn compact(body: Body) -> Body {
    match body {
        Body::Bytes(payload) => Body::bytes(payload.to_vec()),
        other => other,
    }
}
