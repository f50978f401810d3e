//! Children that end with us.
//!
//! Every child leads a process group of its own, so that stopping it stops what it started as well (cargo's rustc,
//! wasm-pack's ChromeDriver). A terminal's Ctrl-C therefore reaches us alone, and we pass it on.
//!
//! Invariant: no child outlives this process, unless this process is killed outright (`kill -9`). For that there is the
//! leash: a child that must not be left behind even then is started through it.

use std::{
    ffi::OsStr,
    process::{Child, ChildStdout, Command, ExitCode, ExitStatus},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// How long a child may take to stop cleanly. The server says goodbye to its guests and finishes its writes.
const TIME_TO_STOP: Duration = Duration::from_secs(10);

/// A child, and whatever it starts.
///
/// # Drop
///
/// Asks it to stop, and ends it when it has not done so within [`TIME_TO_STOP`].
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Starts `command`.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        lead_a_group(command);
        let mut leaders = leaders();
        if is_stopping() {
            bail!("stopped");
        }
        let child = command.spawn().with_context(|| format!("{} does not start", words(command)))?;
        leaders.push(child.id());
        Ok(Self { child })
    }

    /// What it prints, if its standard output is a pipe.
    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }

    /// Asks it to stop if it still runs after `limit`.
    pub(crate) fn limit(&self, limit: Duration) -> Limit {
        let id = self.child.id();
        let (over, wait) = mpsc::channel::<()>();
        thread::spawn(move || {
            if wait.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                eprintln!("\nThis has taken {} minutes: stopping it.", limit.as_secs() / 60);
                signal(id, Signal::Stop);
            }
        });
        Limit { _over: over }
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

/// Dropped when there is no longer anything to limit.
pub(crate) struct Limit {
    _over: mpsc::Sender<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let id = self.child.id();
        if self.ended().is_none() {
            signal(id, Signal::Stop);
            let deadline = Instant::now() + TIME_TO_STOP;
            while self.ended().is_none() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(20));
            }
            if self.ended().is_none() {
                signal(id, Signal::Kill);
                let _ = self.child.wait();
            }
        }
        leaders().retain(|leader| *leader != id);
    }
}

/// Says what it runs, runs it to its end, and fails when it does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    eprintln!("$ {}", words(command));
    let status = Running::start(command)?.wait()?;
    if is_stopping() {
        bail!("stopped");
    }
    if !status.success() {
        bail!("{} failed ({status}); its own words are above", words(command));
    }
    Ok(())
}

/// A command as one would type it.
pub(crate) fn words(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_stem().unwrap_or(program.as_os_str());
    let words: Vec<_> = [program].into_iter().chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}

/// From now on Ctrl-C, SIGTERM and SIGHUP stop the children first; a second one ends them.
pub(crate) fn pass_signals_on() -> Result<()> {
    ctrlc::set_handler(stop_all).context("cannot listen for Ctrl-C")
}

/// Asks every child to stop; the second time, ends them.
pub(crate) fn stop_all() {
    let how = if STOPPING.swap(true, Ordering::SeqCst) { Signal::Kill } else { Signal::Stop };
    for leader in leaders().iter() {
        signal(*leader, how);
    }
}

/// Whether somebody asked us to stop.
pub(crate) fn is_stopping() -> bool {
    STOPPING.load(Ordering::SeqCst)
}

/// Becomes `command`, which then gets SIGTERM from the kernel when the process that started it ends, however it ends.
///
/// The kernel keeps that wish across `exec`, so it can be set from safe code: by the child itself, before it becomes
/// what it is to be. (Between `fork` and `exec` it would need `unsafe`.)
#[cfg(target_os = "linux")]
pub(crate) fn become_leashed(command: &[String]) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;

    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))?;
    let (program, arguments) = command.split_first().context("no command")?;
    Err(Command::new(program).args(arguments).exec()).with_context(|| format!("{program} does not start"))
}

/// Elsewhere there is no such wish: runs `command`, and stops it when the process that started us ends.
#[cfg(not(target_os = "linux"))]
pub(crate) fn become_leashed(command: &[String]) -> Result<ExitCode> {
    pass_signals_on()?;
    #[cfg(unix)]
    stop_all_after(std::os::unix::process::parent_id())?;
    let (program, arguments) = command.split_first().context("no command")?;
    exit_code(Running::start(Command::new(program).args(arguments))?.wait()?)
}

/// Stops every child once the process `pid` has ended; at once, when there is none.
pub(crate) fn stop_all_after(pid: u32) -> Result<()> {
    let process = waitpid_any::WaitHandle::open(pid.try_into()?);
    thread::spawn(move || {
        if let Ok(mut process) = process {
            let _ = process.wait();
        }
        stop_all();
        thread::sleep(TIME_TO_STOP);
        stop_all();
    });
    Ok(())
}

/// A child's end as our own.
pub(crate) fn exit_code(status: ExitStatus) -> Result<ExitCode> {
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

#[derive(Clone, Copy)]
enum Signal {
    Stop,
    Kill,
}

#[cfg(unix)]
fn lead_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn lead_a_group(_: &mut Command) {}

#[cfg(unix)]
fn signal(leader: u32, signal: Signal) {
    use rustix::process::{Pid, Signal as Number, kill_process_group};
    let number = match signal {
        Signal::Stop => Number::TERM,
        Signal::Kill => Number::KILL,
    };
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, number);
    }
}

/// Windows sends Ctrl-C to every process of the console by itself.
#[cfg(not(unix))]
fn signal(_: u32, _: Signal) {}

static STOPPING: AtomicBool = AtomicBool::new(false);
static LEADERS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn leaders() -> MutexGuard<'static, Vec<u32>> {
    LEADERS.lock().unwrap_or_else(PoisonError::into_inner)
}
