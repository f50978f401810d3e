//! A server as a process: started on a core of its own, its address read, its CPU time and memory looked up.

use std::{
    env,
    os::unix::process::CommandExt,
    path::Path,
    process::{Command as StdCommand, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// Starts this program over, bound to a core, unless it is already, or there is no `taskset`.
pub(crate) fn stay_on_core(core: usize) -> Result<()> {
    const BOUND: &str = "OPENLINE_BENCH_CORE";
    if env::var_os(BOUND).is_some_and(|bound| bound == *core.to_string()) {
        return Ok(());
    }
    let error = StdCommand::new("taskset")
        .args(["-c", &core.to_string()])
        .arg(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env(BOUND, core.to_string())
        .exec();
    eprintln!("not bound to a core ({error}): server and load share them all");
    Ok(())
}

/// A server's process, until this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    id: u32,
}

impl Server {
    /// Starts it on core 0, and waits for the line that says where it listens.
    pub(crate) async fn start(program: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(program).args(arguments).env("OPENLINE_LOG", "warn");
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().context("starting a server")?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let address = loop {
            let line = lines.next_line().await?.ok_or_else(|| anyhow!("{} ended at once", program.display()))?;
            if let Some(address) = line.strip_prefix("listening on http://") {
                break address.to_owned();
            }
        };
        // `taskset` becomes the program it starts, so its id is the program's.
        let id = child.id().context("its id")?;
        Ok(Self { child, address, id })
    }

    /// CPU time so far, of all its threads.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id))?;
        let after_name = stat.rsplit_once(')').context("a name")?.1;
        let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
        // The kernel's clock ticks a hundred times a second for everybody who asks (sysconf(_SC_CLK_TCK)).
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Bytes of memory that are this process's own.
    pub(crate) fn memory(&self) -> Result<u64> {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.id))?;
        let private = rollup.lines().filter(|line| line.starts_with("Private_"));
        let kilobytes = private.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        Ok(kilobytes.sum::<u64>() * 1024)
    }

    pub(crate) async fn stop(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}
