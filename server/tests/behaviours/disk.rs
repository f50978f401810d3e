//! What a full disk and a torn page leave of what anybody was told.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{
    client::{Client, id, room},
    process::{Process, command},
};
use openline_protocol::*;
use tempfile::{TempDir, tempdir};

/// A disk with hardly any room. Where the system lets us it is a real one, in memory, which only our processes see;
/// elsewhere the limit of the data file stands in for it.
///
/// # Drop
/// It is gone.
struct SmallDisk {
    folder: TempDir,
    /// What keeps it mounted.
    holder: Option<Child>,
}

impl SmallDisk {
    const BYTES: usize = 5_000_000;
    const BALLAST: usize = 4_000_000;

    fn new() -> Self {
        let folder = tempdir().unwrap();
        let mount = format!("mount -t tmpfs -o size={} none \"$0\" && echo ready && exec cat", Self::BYTES);
        let holder = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", &mount])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let holder = holder.ok().and_then(|mut holder| {
            let mut line = String::new();
            let _ = BufReader::new(holder.stdout.as_mut()?).read_line(&mut line);
            if line != "ready\n" {
                let _ = holder.wait();
                return None;
            }
            Some(holder)
        });
        if holder.is_none() {
            println!("no disk can be mounted here; --data-limit stands in for a full one");
        }
        let disk = Self { folder, holder };
        fs::write(disk.file("ballast"), vec![1; Self::BALLAST]).unwrap();
        disk
    }

    /// The way to a file on it, for this process.
    fn file(&self, name: &str) -> PathBuf {
        let folder = self.folder.path();
        match &self.holder {
            Some(holder) => {
                let root = PathBuf::from(format!("/proc/{}/root", holder.id()));
                root.join(folder.strip_prefix("/").unwrap()).join(name)
            }
            None => folder.join(name),
        }
    }

    fn start(&self, arguments: &[&str]) -> Process {
        let arguments = [&["--rate", "100000", "--burst", "100000", "--in-flight", "1000"], arguments].concat();
        let server = command(self.folder.path(), &arguments);
        let Some(holder) = &self.holder else { return Process::of(server) };
        let mut inside = Command::new("nsenter");
        inside.args(["--target", &holder.id().to_string(), "--user", "--mount", "--preserve-credentials"]);
        inside.arg(server.get_program()).args(server.get_args()).env("OPENLINE_LISTEN", "127.0.0.1:0");
        inside.stdout(Stdio::piped()).stderr(Stdio::piped());
        Process::of(inside)
    }

    fn start_full(&self) -> Process {
        let limit: &[&str] = if self.holder.is_some() { &[] } else { &["--data-limit", "700000"] };
        self.start(limit)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Some(holder) = &mut self.holder {
            let _ = holder.kill();
            let _ = holder.wait();
        }
    }
}

/// Joins the lobby from its first entry on.
async fn from_the_start(process: &Process, name: &str) -> Client {
    let mut client = Client::in_lobby(process.address, name).await;
    let start = Cursor { epoch: client.lobby().joined.epoch.clone(), seq: Seq::START };
    client.join("lobby", Some(start)).await;
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_in_the_middle_of_a_commit_loses_nothing_that_settled_also_when_killed() {
    let disk = SmallDisk::new();
    let server = disk.start_full();
    let mut reader = from_the_start(&server, "Reader").await;
    let mut authors = Vec::new();
    let mut drafts: Vec<Vec<(MessageId, Body)>> = Vec::new();
    for n in 0..4 {
        authors.push(Client::in_lobby(server.address, &format!("p{n}")).await);
        drafts.push((0..150).map(|m| (id(), Body::text(format!("{n} {m} {}", "x".repeat(3_000))))).collect());
    }
    for (author, drafts) in authors.iter_mut().zip(&drafts) {
        for (id, body) in drafts {
            author.post_as(*id, body.clone()).await;
        }
    }
    for author in &mut authors {
        author.until("the disk is full", |author| !author.refusals.is_empty()).await;
        let first = &author.refusals[0];
        assert!(first.retry_after.is_some() && first.why == Why::StorageFull {}, "{first:?}");
    }
    reader.catch_up().await;
    drop(server);
    reader.until("the end", |reader| reader.closed.is_some()).await;
    let seen = reader.lobby().entries.clone();
    assert!(seen.len() > 20 && seen.len() < 600, "{}", seen.len());

    // Also from a start with no room at all.
    let mut server = disk.start_full();
    let mut reader = from_the_start(&server, "Reader").await;
    assert_eq!(reader.lobby().entries[..seen.len()], seen);
    let epoch = reader.lobby().joined.epoch.clone();
    fs::remove_file(disk.file("ballast")).unwrap();
    if disk.holder.is_none() {
        drop(server);
        server = disk.start(&[]);
        reader = from_the_start(&server, "Reader").await;
    }
    assert_eq!(reader.lobby().joined.epoch, epoch);
    // Room for all of one's drafts is there now; everybody posts all they have, as after each join.
    let mut author = Client::in_lobby(server.address, "again").await;
    for (id, body) in &drafts[0] {
        author.post_as(*id, body.clone()).await;
    }
    let all = |client: &Client| drafts[0].iter().all(|(id, _)| client.lobby().entries.iter().any(|e| e.id == *id));
    reader.until("all of the first author's", all).await;
    assert!(author.refusals.is_empty(), "{author:?}");
    assert_eq!(reader.lobby().entries[..seen.len()], seen);
    for drafts in &drafts {
        let log = reader.lobby().entries.iter().map(|entry| entry.id);
        let mine: Vec<_> = log.filter(|seen| drafts.iter().any(|(id, _)| id == seen)).collect();
        let in_order: Vec<_> = drafts.iter().map(|(id, _)| *id).take(mine.len()).collect();
        assert_eq!(mine, in_order, "each once, and in its author's order");
    }
}

/// Adds to the write-ahead log what a write that the disk had begun and not finished leaves there.
fn tear(data: &Path, bytes: usize) {
    let wal = data.join("openline.db-wal");
    let log = fs::read(&wal).unwrap();
    // A frame is a page and 24 bytes (https://sqlite.org/fileformat2.html#the_write_ahead_log).
    let frame = 4_096 + 24;
    assert!(log.len() > 32 + frame);
    let mut torn = log[log.len() - frame..].to_vec();
    torn[frame / 2..].fill(0x5a);
    let mut file = fs::File::options().append(true).open(&wal).unwrap();
    file.write_all(&torn[..bytes]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_was_torn_in_a_kill_costs_nothing_that_settled() {
    let data = tempdir().unwrap();
    let mut log: Vec<Entry> = Vec::new();
    for torn in [5, 1_000, 4_119, 4_120] {
        let server = Process::start(data.path());
        let mut ada = from_the_start(&server, "Ada").await;
        assert_eq!(ada.lobby().entries, log);
        for n in 0..20 {
            ada.say(&ToServer::Post(Post {
                room: room("lobby"),
                id: id(),
                kind: None,
                body: Body::text(n.to_string()),
            }))
            .await;
        }
        ada.until_entries(log.len() + 20).await;
        drop(server);
        log = ada.lobby().entries.clone();
        tear(data.path(), torn);
    }
    let server = Process::start(data.path());
    assert_eq!(from_the_start(&server, "Ada").await.lobby().entries, log);
}
