//! A server as a process: started on a core of its own, its address read, its CPU time and memory looked up.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use rustix::{
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
    time::{ClockId, clock_gettime},
};
use tempfile::TempDir;

/// A server's process.
///
/// # Drop
/// It is killed.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: String,
    /// Where it writes. It goes after the process does.
    _data: Option<TempDir>,
}

impl Process {
    /// Starts it on the first core, and waits for the line that says where it listens. Whoever calls goes on on the
    /// second one.
    pub(crate) fn start(mut command: Command, data: Option<TempDir>) -> Result<Self> {
        let [server, load] = cores()?;
        // A child inherits the core of the thread that starts it.
        sched_setaffinity(None, &server)?;
        let child = command.env("OPENLINE_LOG", "warn").stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        sched_setaffinity(None, &load)?;
        let mut child = child.with_context(|| format!("starting {command:?}"))?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let address = loop {
            let line = lines.next().with_context(|| format!("{command:?} ended at once"))??;
            if let Some(address) = line.strip_prefix("listening on http://") {
                break address.trim_end_matches('/').to_owned();
            }
        };
        Ok(Self { child, address, _data: data })
    }

    /// CPU time so far, of all its threads.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut nanoseconds = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // A thread may end while we look.
            let Ok(stat) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            nanoseconds += stat.split_whitespace().next().context("an empty schedstat")?.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Bytes of memory that are this process's own.
    pub(crate) fn memory(&self) -> Result<u64> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let private = rollup.lines().filter(|line| line.starts_with("Private_"));
        let kilobytes = private.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        Ok(kilobytes.sum::<u64>() * 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time of this process, which is the load's.
pub(crate) fn own_cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// The first two cores we may use.
fn cores() -> Result<[CpuSet; 2]> {
    use std::sync::OnceLock;
    static ALLOWED: OnceLock<Vec<usize>> = OnceLock::new();
    let allowed = sched_getaffinity(None)?;
    // Looked at once: from the first start on, this process is on one core itself.
    let allowed = ALLOWED.get_or_init(|| (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu)).collect());
    ensure!(allowed.len() > 1, "a core for the server and one for the load are needed; there is only one");
    let [mut server, mut load] = [CpuSet::new(), CpuSet::new()];
    if let [first, second, ..] = allowed[..] {
        server.set(first);
        load.set(second);
    }
    Ok([server, load])
}
