//! Trunk's pre-build hook: `trunk serve` by itself gives a working chat.
//!
//! Trunk proxies to a server and cannot start one; its hooks are waited for, do not know whether Trunk serves or only
//! builds, and there is none for when it ends. So this starts a server beside Trunk that ends when Trunk's process does.

use std::{
    env,
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    project::Project,
    server::{self, Profile, Server},
};

/// Set this variable where something else runs the server.
pub(crate) const OFF: &str = "OPENLINE_NO_SERVER";

/// Where Trunk.toml's proxies look for it.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9000);

/// How long it may take to answer.
const TIME_TO_START: Duration = Duration::from_secs(60);

/// Sees that a server answers where Trunk's proxies look for it.
pub(crate) fn run(project: &Project) -> Result<()> {
    if env::var_os(OFF).is_some_and(|value| !value.is_empty()) || server::answers(ADDRESS) {
        return Ok(());
    }
    let trunk = parent()?;
    let program = Server::build(project, Profile::Dev)?;
    let mut command = Command::new(&project.xtask);
    command
        .arg("attend")
        .arg(trunk.to_string())
        .arg("--")
        .arg(program)
        .arg("--listen")
        .arg(ADDRESS.to_string())
        .arg("--data")
        .arg(project.root.join("data"))
        .stdin(Stdio::null());
    detach(&mut command);
    wait_until_it_answers(command.spawn().context("the server does not start")?)
}

fn wait_until_it_answers(mut attendant: Child) -> Result<()> {
    let deadline = Instant::now() + TIME_TO_START;
    while Instant::now() < deadline {
        if server::answers(ADDRESS) {
            return Ok(());
        }
        if let Some(status) = attendant.try_wait()? {
            bail!("the server ended ({status}); its own words are above. With {OFF}=1 Trunk goes on without it");
        }
        thread::sleep(Duration::from_millis(50));
    }
    bail!("the server does not answer on {ADDRESS}")
}

/// Trunk: `cargo run` becomes what it runs, so our parent is the one that called cargo.
#[cfg(unix)]
fn parent() -> Result<u32> {
    Ok(std::os::unix::process::parent_id())
}

#[cfg(not(unix))]
fn parent() -> Result<u32> {
    bail!("on this system, run `cargo run -p openline-server` beside Trunk, and Trunk with {OFF}=1")
}

/// Out of the terminal's foreground, so that Ctrl-C reaches Trunk alone and the server is stopped cleanly after it.
#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn detach(_: &mut Command) {}
