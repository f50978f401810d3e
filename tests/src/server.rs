//! The real server, as a process with a data folder of its own.

use std::{net::SocketAddr, process::Stdio, time::Duration};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::tool::find;

const PATIENCE: Duration = Duration::from_secs(30);

/// The server, until this is dropped.
pub struct Server {
    process: Child,
    address: SocketAddr,
    arguments: Vec<String>,
    data: TempDir,
}

impl Server {
    /// Starts it on a free port, with these further arguments.
    pub async fn start(arguments: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a folder for the data");
        let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
        let (process, address) = spawn("127.0.0.1:0", &data, &arguments).await;
        Self { process, address, arguments, data }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A page of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Ends it as a power cut does: at once, with nothing said and nothing written.
    pub async fn kill(&mut self) {
        self.process.kill().await.expect("the server can be killed");
    }

    /// Starts it again on the same port and data, after it was killed.
    pub async fn restart(&mut self) {
        let (process, address) = spawn(&self.address.to_string(), &self.data, &self.arguments).await;
        assert_eq!(address, self.address);
        self.process = process;
    }

    /// Starts it again on the same port, and on a copy of its data, after it was killed: to the server that is data that
    /// may be older than what was seen.
    pub async fn restart_from_a_copy(&mut self) {
        let copy = tempfile::tempdir().expect("a folder for the data");
        for file in std::fs::read_dir(self.data.path()).expect("the data folder") {
            let file = file.expect("a file of it");
            std::fs::copy(file.path(), copy.path().join(file.file_name())).expect("the file is copied");
        }
        self.data = copy;
        self.restart().await;
    }
}

async fn spawn(listen: &str, data: &TempDir, arguments: &[String]) -> (Child, SocketAddr) {
    let remedy = "`cargo xtask test` builds it and says where it is";
    let program = find("OPENLINE_SERVER", &["target/release/openline-server", "target/debug/openline-server"], remedy);
    let page = find("OPENLINE_DIST", &["dist"], remedy);
    let mut process = Command::new(program)
        .args(["--listen", listen])
        .arg("--data")
        .arg(data.path())
        .arg("--assets")
        .arg(page)
        .args(arguments)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the server starts");
    let mut lines = BufReader::new(process.stdout.take().expect("its output is ours")).lines();
    let address = timeout(PATIENCE, async {
        while let Some(line) = lines.next_line().await.expect("its output can be read") {
            if let Some(address) = line.strip_prefix("listening on http://") {
                return address.parse().expect("an address");
            }
        }
        panic!("the server ended before it listened")
    });
    let address = address.await.expect("the server listens in time");
    // Its pipe is read on, so that it never waits for us.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (process, address)
}
