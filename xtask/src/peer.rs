//! The server as tests' other end, with data of its own that go with it.

use std::{fs, path::PathBuf};

use anyhow::Result;

use crate::{
    project::Project,
    server::{Profile, Server},
};

/// A server on a free port.
///
/// # Drop
///
/// Stops it, and deletes its data.
pub(crate) struct Peer {
    server: Option<Server>,
    data: PathBuf,
}

impl Peer {
    /// Builds and starts it.
    pub(crate) fn start(project: &Project) -> Result<Self> {
        let program = Server::build(project, Profile::Dev)?;
        let data = project.target.join(format!("peer-{}", std::process::id()));
        let server = Server::start(
            project,
            &program,
            ["--listen".as_ref(), "127.0.0.1:0".as_ref(), "--data".as_ref(), data.as_os_str()],
        )?;
        Ok(Self { server: Some(server), data })
    }

    /// Where it is, for WebSockets: `ws://127.0.0.1:9000`.
    pub(crate) fn address(&self) -> String {
        self.server.as_ref().map(|server| server.address.replacen("http", "ws", 1)).unwrap_or_default()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.server.take());
        let _ = fs::remove_dir_all(&self.data);
    }
}
