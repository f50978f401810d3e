//! Whom we measure ourselves against, and how each is started.

mod axum;
mod batched;
mod bare;

use std::{env, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::process::Process;

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum System {
    /// Our server, by posts: each is on disk before anybody hears of it.
    Settled,
    /// Our server, by signals.
    Signalled,
    /// Bun's `publish`, which is uWebSockets.
    Bun,
    /// Node with `ws`: a send for each.
    Ws,
    /// axum's WebSocket and one broadcast channel, a send for each message: what most people write first.
    Axum,
    /// tokio-tungstenite and one broadcast channel: drained, fed, and flushed once.
    Batched,
    /// The floor: epoll, and one bare `send` for each receiver and each read.
    Bare,
}

/// The peers that are part of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Own {
    Axum,
    Batched,
    Bare,
}

impl System {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Settled => "openline, settled",
            Self::Signalled => "openline, signalled",
            Self::Bun => "Bun publish",
            Self::Ws => "Node ws",
            Self::Axum => "axum broadcast",
            Self::Batched => "tungstenite batched",
            Self::Bare => "floor: bare send",
        }
    }

    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Settled | Self::Signalled)
    }

    /// Whether it can be had here.
    pub(crate) fn is_there(self, node_modules: Option<&Path>) -> bool {
        match self {
            Self::Bun => node_modules.is_some_and(|folder| folder.join(".bin/bun").exists()),
            Self::Ws => node_modules.is_some_and(|folder| folder.join("ws").exists()),
            _ => true,
        }
    }

    pub(crate) fn start(self, node_modules: Option<&Path>) -> Result<Process> {
        let own = |peer: &str| -> Result<Command> {
            let mut command = Command::new(env::current_exe()?);
            command.args(["peer", peer]);
            Ok(command)
        };
        let folder = || node_modules.context("it is npm that brings this one");
        let mut data = None;
        let command = match self {
            Self::Settled | Self::Signalled => ours(data.insert(tempfile::tempdir()?).path())?,
            Self::Axum => own("axum")?,
            Self::Batched => own("batched")?,
            Self::Bare => own("bare")?,
            Self::Bun => {
                let mut command = Command::new(folder()?.join(".bin/bun"));
                command.args(["--eval", include_str!("peers/bun.js")]);
                command
            }
            Self::Ws => {
                let mut command = Command::new("node");
                command.args(["--eval", include_str!("peers/ws.js")]).env("NODE_PATH", folder()?);
                command
            }
        };
        Process::start(command, data)
    }
}

fn ours(data: &Path) -> Result<Command> {
    let program = env::current_exe()?.with_file_name("openline-server");
    ensure!(program.exists(), "{} is not there: `cargo xtask bench server` builds it", program.display());
    let mut command = Command::new(program);
    command.args("--listen 127.0.0.1:0 --connections 19000 --rate 1000000 --burst 1000000 --data".split(' ')).arg(data);
    Ok(command)
}

/// Is one of our own peers, until it is killed.
pub(crate) fn serve(peer: Own) -> Result<()> {
    if peer == Own::Bare {
        return bare::serve();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match peer {
            Own::Axum => axum::serve().await,
            _ => batched::serve().await,
        }
    })
}
