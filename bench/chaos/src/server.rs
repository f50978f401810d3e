//! The server as a process, in one life after another on one data folder.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::watch,
    time::timeout,
};

/// How long it may take to listen, or to stop: this machine may be busy.
const TIME: Duration = Duration::from_secs(60);

/// Where Debian and others put the library that shows a process another time of day.
const FAKE_TIME: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
];

/// The server's lives.
///
/// # Drop
/// The one that runs is killed.
pub(crate) struct Server {
    program: PathBuf,
    folder: PathBuf,
    options: Vec<String>,
    data_limit: Option<u64>,
    fake_time: Option<&'static str>,
    life: Option<Child>,
    backups: u32,
    /// Whether its data was put back to an earlier state.
    pub(crate) was_put_back: bool,
    /// Where it listens now.
    pub(crate) address: watch::Sender<Option<SocketAddr>>,
    /// How it ended by itself, if it did: that is a finding.
    pub(crate) died: Option<String>,
}

impl Server {
    pub(crate) fn new(program: &Path, folder: &Path, options: Vec<String>) -> Self {
        let fake_time = FAKE_TIME.iter().copied().find(|path| Path::new(path).exists());
        Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
            options,
            data_limit: None,
            fake_time,
            life: None,
            backups: 0,
            was_put_back: false,
            address: watch::Sender::new(None),
            died: None,
        }
    }

    /// Whether its wall clock can be moved.
    pub(crate) fn has_a_clock(&self) -> bool {
        self.fake_time.is_some()
    }

    /// Moves its wall clock, so many seconds from the true time.
    pub(crate) fn set_clock(&self, off: i64) -> Result<()> {
        // Renamed into place, so that it never reads half of it.
        let (file, new) = (self.clock(), self.folder.join("clock.new"));
        std::fs::write(&new, format!("{off:+}"))?;
        Ok(std::fs::rename(new, file)?)
    }

    pub(crate) async fn start(&mut self) -> Result<()> {
        let log = File::options().create(true).append(true).open(self.folder.join("server.log"))?;
        let mut command = Command::new(&self.program);
        command.args(["--listen", "127.0.0.1:0", "--data"]).arg(self.data()).args(&self.options);
        if let Some(limit) = self.data_limit {
            command.args(["--data-limit", &limit.to_string()]);
        }
        if let Some(library) = self.fake_time {
            if !self.clock().exists() {
                self.set_clock(0)?;
            }
            command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", self.clock());
            // Only the time of day moves, not that of files, and a change is seen within a second.
            command.envs([
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
                ("NO_FAKE_STAT", "1"),
                ("FAKETIME_CACHE_DURATION", "1"),
            ]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut life = command.spawn().with_context(|| format!("{} does not start", self.program.display()))?;
        let mut lines = BufReader::new(life.stdout.take().context("its output is lost")?).lines();
        let listening = async {
            loop {
                let line = lines.next_line().await?.context("the server ended before it listened")?;
                if let Some(address) = line.strip_prefix("listening on http://") {
                    return anyhow::Ok(address.parse()?);
                }
            }
        };
        let address = timeout(TIME, listening).await.context("the server does not listen")??;
        self.life = Some(life);
        self.address.send_replace(Some(address));
        Ok(())
    }

    pub(crate) async fn kill(&mut self) -> Result<()> {
        self.address.send_replace(None);
        let Some(mut life) = self.life.take() else { return Ok(()) };
        if let Some(ended) = life.try_wait()? {
            self.note_death(ended);
        }
        Ok(life.kill().await?)
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        let Some(mut life) = self.life.take() else { return Ok(()) };
        if let Some(ended) = life.try_wait()? {
            self.note_death(ended);
        } else if let Some(id) = life.id().and_then(|id| Pid::from_raw(id.try_into().ok()?)) {
            kill_process(id, Signal::TERM)?;
            let Ok(ended) = timeout(TIME, life.wait()).await else { bail!("the server does not stop") };
            let ended = ended?;
            if !ended.success() {
                self.died = Some(format!("told to stop, it ended with {ended}"));
            }
        }
        self.address.send_replace(None);
        Ok(())
    }

    /// Backs its data up, whether it runs or not.
    pub(crate) async fn back_up(&mut self) -> Result<()> {
        let file = self.backup(self.backups + 1);
        let log = File::options().create(true).append(true).open(self.folder.join("server.log"))?;
        let mut command = Command::new(&self.program);
        command.arg("backup").arg(&file).arg("--data").arg(self.data()).stdout(Stdio::null()).stderr(log);
        let ended = timeout(TIME, command.kill_on_drop(true).status()).await.context("a backup does not end")??;
        ensure!(ended.success(), "a backup ended with {ended}");
        self.backups += 1;
        Ok(())
    }

    /// Puts the last backup in place of its data, as its documentation says. It must not run.
    pub(crate) fn put_back(&mut self) -> Result<()> {
        if self.backups > 0 {
            std::fs::remove_dir_all(self.data())?;
            std::fs::create_dir(self.data())?;
            std::fs::copy(self.backup(self.backups), self.data().join("openline.db"))?;
            self.was_put_back = true;
        }
        Ok(())
    }

    /// From its next life on, it may store so many bytes more than it has now.
    pub(crate) fn leave_room_for(&mut self, bytes: Option<u64>) {
        let size = |name| std::fs::metadata(self.data().join(name)).map_or(0, |file| file.len());
        self.data_limit = bytes.map(|bytes| size("openline.db") + bytes);
    }

    /// Whether it may store only so much.
    pub(crate) fn is_limited(&self) -> bool {
        self.data_limit.is_some()
    }

    fn note_death(&mut self, ended: ExitStatus) {
        self.died = Some(format!("it ended by itself with {ended}"));
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn backup(&self, number: u32) -> PathBuf {
        self.folder.join(format!("backup-{number}.db"))
    }

    fn clock(&self) -> PathBuf {
        self.folder.join("clock")
    }
}
