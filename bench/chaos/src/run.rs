//! One plan, carried out: what everybody saw and was told, and whether it keeps the promise.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    path::Path,
    rc::Rc,
    time::Duration,
};

use anyhow::{Context, Error, Result, ensure};
use openline_checker::{Account, Finding, Log, Seen, check};
use openline_protocol::{Page, RoomName, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep_until, timeout, timeout_at},
};

use crate::{
    door::Door,
    member::{Member, Order, Standing, Store},
    plan::{Act, Plan},
    server::Server,
};

/// How long everything may take to come to rest once nothing is broken any more: some seconds, but machines are busy.
const TIME_TO_REST: Duration = Duration::from_secs(120);

/// What came of a plan.
pub(crate) struct Outcome {
    pub(crate) account: Account,
    pub(crate) findings: Vec<Finding>,
    /// The server ended by itself, or not as it was told to.
    pub(crate) died: Option<String>,
    /// What was done, by kind.
    pub(crate) done: BTreeMap<String, u64>,
    pub(crate) carried: u64,
}

/// Carries out a plan, with a server's program, in a folder of its own.
///
/// Must run inside a `LocalSet`.
pub(crate) async fn run(plan: &Plan, program: &Path, folder: &Path) -> Result<Outcome> {
    let rooms = plan.rooms.iter().map(|name| Ok(name.parse()?)).collect::<Result<Vec<RoomName>>>()?;
    let mut server = Server::new(program, folder, plan.options.clone());
    server.start().await?;
    let mut stage = Stage { rooms, doors: Vec::new(), members: Vec::new() };
    stage.fill(plan, &server).await?;

    let start = Instant::now();
    let mut done = BTreeMap::new();
    let (mut guests, mut lives) = (Vec::new(), Vec::new());
    for step in &plan.steps {
        if matches!(step.act, Act::Clock { .. }) && !server.has_a_clock() {
            *done.entry("server's clock not moved: there is no libfaketime".to_owned()).or_default() += 1;
            continue;
        }
        *done.entry(step.act.to_string()).or_default() += 1;
        if step.act.is_servers() { lives.push(step) } else { guests.push(step) }
    }
    let guests = async {
        for step in guests {
            sleep_until(start + step.at).await;
            stage.play(&step.act).await?;
        }
        anyhow::Ok(())
    };
    let lives = async {
        for step in lives {
            sleep_until(start + step.at).await;
            live(&mut server, &step.act).await?;
        }
        anyhow::Ok(())
    };
    tokio::try_join!(guests, lives)?;
    sleep_until(start + plan.length).await;

    if server.has_a_clock() {
        server.set_clock(0)?;
    }
    if server.is_limited() {
        server.stop().await?;
        server.leave_room_for(None);
        server.start().await?;
    }
    let logs = stage.come_to_rest(&server).await?;
    let carried = stage.doors.iter().map(Door::carried).sum();
    let mut tabs = Vec::new();
    for member in stage.members {
        tabs.push(member.end().await?);
    }
    server.stop().await?;
    let behind = plan.options.iter().skip_while(|option| *option != "--behind").nth(1);
    let behind = behind.and_then(|behind| behind.parse().ok()).unwrap_or(u64::MAX);
    let account = Account { tabs, logs, behind, put_back: server.was_put_back };
    Ok(Outcome { findings: check(&account), account, died: server.died.take(), done, carried })
}

async fn live(server: &mut Server, act: &Act) -> Result<()> {
    let down = match act {
        Act::Clock { off } => return server.set_clock(*off),
        Act::Backup => return server.back_up().await,
        Act::PutBack { down } => {
            server.kill().await?;
            server.put_back()?;
            *down
        }
        Act::Kill { down } => {
            server.kill().await?;
            *down
        }
        Act::Restart { down, room_for } => {
            server.stop().await?;
            server.leave_room_for(*room_for);
            *down
        }
        _ => return Ok(()),
    };
    sleep_until(Instant::now() + down).await;
    server.start().await
}

struct Stage {
    rooms: Vec<RoomName>,
    doors: Vec<Door>,
    members: Vec<Member>,
}

impl Stage {
    /// Everybody comes in. The second tab of a person finds the first one's token.
    async fn fill(&mut self, plan: &Plan, server: &Server) -> Result<()> {
        let mut stores = BTreeMap::<usize, Rc<RefCell<Store>>>::new();
        for (number, tab) in plan.tabs.iter().enumerate() {
            let door = Door::open(server.address.subscribe()).await?;
            let seed = plan.seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
            let mut member = Member::start(tab, stores.entry(tab.person).or_default(), door.address, seed)?;
            timeout(TIME_TO_REST, member.standing.wait_for(|standing| standing.is_welcome))
                .await
                .context("a member is not welcomed")??;
            let first = self.rooms.first().context("a plan has a room")?;
            member.orders.send(Order::Enter(first.clone())).await?;
            self.doors.push(door);
            self.members.push(member);
        }
        Ok(())
    }

    async fn play(&self, act: &Act) -> Result<()> {
        let order = |tab: usize, order: Order| async move {
            self.members.get(tab).context("a tab")?.orders.send(order).await.context("a member is gone")
        };
        match *act {
            Act::Write { tab, room, what } => {
                order(tab, Order::Write(self.rooms.get(room).context("a room")?.clone(), what)).await?;
            }
            Act::Reload { tab } => order(tab, Order::Reload).await?,
            Act::Jump { tab, by } => order(tab, Order::Jump(by)).await?,
            Act::Line { tab, fault } => self.doors.get(tab).context("a door")?.suffer(fault),
            Act::CutAll => self.doors.iter().for_each(|door| door.suffer(crate::plan::Fault::Cut)),
            _ => {}
        }
        Ok(())
    }

    /// Everything works from here on: waits until nobody has anything left to do, and reads every log anew.
    async fn come_to_rest(&mut self, server: &Server) -> Result<BTreeMap<RoomName, Log>> {
        self.doors.iter().for_each(Door::heal);
        for member in &self.members {
            for room in &self.rooms {
                member.orders.send(Order::Enter(room.clone())).await?;
            }
            member.orders.send(Order::OfferAgain).await?;
        }
        let all = self.rooms.len();
        let is_in =
            |standing: &Standing| standing.cursors.len() == all && standing.cursors.values().all(Option::is_some);
        self.until(|standing| is_in(standing) && standing.underway == 0 && standing.set_aside == 0).await;
        let address = (*server.address.borrow()).context("the server is down")?;
        let mut logs = BTreeMap::new();
        for room in &self.rooms {
            if let Some(log) = read(address, room).await? {
                logs.insert(room.clone(), log);
            }
        }
        let heads: BTreeMap<_, _> =
            logs.iter().map(|(room, log)| (room.clone(), log.entries.last().map(|entry| entry.seq))).collect();
        self.until(|standing| {
            let at_head = |room| standing.cursors.get(room).is_some_and(|cursor| cursor.is_some());
            heads.iter().all(|(room, head)| {
                let cursor = standing.cursors.get(room).and_then(Option::as_ref).map(|cursor| cursor.seq);
                at_head(room) && (head.is_none() || cursor == *head)
            })
        })
        .await;
        Ok(logs)
    }

    /// Waits until all members stand so. Who doesn't in time is left to the checker.
    async fn until(&mut self, is_so: impl Fn(&Standing) -> bool) {
        let deadline = Instant::now() + TIME_TO_REST;
        for member in &mut self.members {
            let rests = member.standing.wait_for(|standing| standing.ended.is_some() || is_so(standing));
            let _ = timeout_at(deadline, rests).await;
        }
    }
}

/// A room's log, page by page from its end, because its beginning may be dropped meanwhile. `None` if there is no such
/// room.
async fn read(server: SocketAddr, room: &RoomName) -> Result<Option<Log>> {
    let mut entries = VecDeque::<Seen>::new();
    loop {
        let before = entries.front().map_or((1 << 53) - 1, |entry| entry.seq.number());
        let (status, body) = get(server, &format!("/rooms/{room}/entries?before={before}&limit=200")).await?;
        if status == 404 {
            return Ok(None);
        }
        ensure!(status == 200, "a page of {room} is answered with {status}: {body}");
        let page: Page = json::read(&body).map_err(Error::msg)?;
        page.entries.iter().rev().for_each(|entry| entries.push_front(Seen::of(entry)));
        if !page.more {
            return Ok(Some(Log { epoch: page.epoch, entries: entries.into() }));
        }
    }
}

async fn get(server: SocketAddr, path: &str) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = String::new();
    timeout(TIME_TO_REST, stream.read_to_string(&mut answer)).await.context("no answer over HTTP")??;
    let (head, body) = answer.split_once("\r\n\r\n").context("an answer without an end of its head")?;
    let status = head.split(' ').nth(1).context("an answer without a status")?.parse()?;
    Ok((status, body.to_owned()))
}
