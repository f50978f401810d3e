//! The server, built and run.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{ExitCode, ExitStatus, Stdio},
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{
    process::{self, Running},
    project::Project,
};

/// The program's name.
const PROGRAM: &str = "openline-server";

/// What it prints before its address, once it listens.
const LISTENING: &str = "listening on ";

/// How long it may take to listen. Opening a large history that was not closed cleanly takes a while.
const TIME_TO_LISTEN: Duration = Duration::from_secs(60);

/// How long to wait for an answer on this machine.
const TIME_TO_ANSWER: Duration = Duration::from_secs(2);

/// How a server is compiled.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// With every check, and soon.
    Dev,
    /// Fast.
    Release,
}

/// A server that listens.
///
/// # Drop
///
/// Stops it, cleanly if it can.
pub(crate) struct Server {
    running: Running,
    /// Where: `http://127.0.0.1:9000`.
    pub(crate) address: String,
}

impl Server {
    /// Builds the server; returns where it is.
    pub(crate) fn build(project: &Project, profile: Profile) -> Result<PathBuf> {
        let (flag, folder) = match profile {
            Profile::Dev => ("", "debug"),
            Profile::Release => ("--release", "release"),
        };
        process::run(&mut project.cargo(&format!("build --package {PROGRAM} {flag}")))?;
        Ok(project.built(folder, PROGRAM))
    }

    /// Starts a built one, and waits until it listens. What it prints goes to our standard output.
    ///
    /// It ends when this process does, however that happens.
    pub(crate) fn start(
        project: &Project,
        program: &Path,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Result<Self> {
        let mut command = std::process::Command::new(&project.xtask);
        command.args(["leash", "--"]).arg(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut running = Running::start(&mut command)?;
        let stdout = running.take_stdout().context("the server's output is lost")?;
        let (address, listening) = channel();
        thread::spawn(move || pass_on(stdout, &address));
        match listening.recv_timeout(TIME_TO_LISTEN) {
            Ok(address) => Ok(Self { running, address }),
            Err(RecvTimeoutError::Timeout) => {
                bail!("the server has not said within {} s that it listens", TIME_TO_LISTEN.as_secs())
            }
            Err(RecvTimeoutError::Disconnected) => {
                bail!("the server ended before it listened ({}); its own words are above", running.wait()?)
            }
        }
    }

    /// Waits for its end.
    pub(crate) fn wait(self) -> Result<ExitStatus> {
        self.running.wait()
    }
}

/// Runs `command` until the process `pid` has ended.
pub(crate) fn attend(project: &Project, pid: u32, command: &[String]) -> Result<ExitCode> {
    process::stop_all_after(pid)?;
    let mut leash = std::process::Command::new(&project.xtask);
    leash.args(["leash", "--"]).args(command).stdin(Stdio::null());
    process::exit_code(Running::start(&mut leash)?.wait()?)
}

/// Whether an Openline server answers there.
pub(crate) fn answers(address: SocketAddr) -> bool {
    fn ask(address: SocketAddr) -> std::io::Result<String> {
        let mut line = TcpStream::connect_timeout(&address, TIME_TO_ANSWER)?;
        line.set_read_timeout(Some(TIME_TO_ANSWER))?;
        write!(line, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        line.take(4096).read_to_string(&mut answer)?;
        Ok(answer)
    }
    ask(address).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn pass_on(stdout: impl Read, address: &Sender<String>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        println!("{line}");
        if let Some(said) = line.strip_prefix(LISTENING) {
            let _ = address.send(said.trim().to_owned());
        }
    }
}
