//! The real server, as a process with a data folder of its own.

use std::{fs, net::SocketAddr, os::unix::fs::symlink, path::PathBuf, process::Stdio, time::Duration};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::tool::find;

const PATIENCE: Duration = Duration::from_secs(30);

const REMEDY: &str = "`cargo xtask test` builds it and says where it is";

/// The server, until this is dropped.
pub struct Server {
    process: Child,
    address: SocketAddr,
    arguments: Vec<String>,
    data: TempDir,
    /// The page that it serves, where it is not the one that was built.
    _page: Option<TempDir>,
}

impl Server {
    /// Starts it on a free port, with these further arguments.
    pub async fn start(arguments: &[&str]) -> Self {
        Self::serving(built(), None, arguments).await
    }

    /// Starts it with a page that has this script run before anything of its own. The page's policy allows that, as it
    /// allows whatever stands in the file.
    pub async fn with_first(script: &str, arguments: &[&str]) -> Self {
        let page = tempfile::tempdir().expect("a folder for the page");
        for file in fs::read_dir(built()).expect("the built page") {
            let file = file.expect("a file of it");
            symlink(file.path(), page.path().join(file.file_name())).expect("a link to it");
        }
        let index = page.path().join("index.html");
        let html = fs::read_to_string(&index).expect("the page's document");
        fs::remove_file(&index).expect("the link to it goes");
        fs::write(&index, html.replacen("<head>", &format!("<head><script>{script}</script>"), 1)).expect("its place");
        let folder = page.path().to_owned();
        Self::serving(folder, Some(page), arguments).await
    }

    async fn serving(folder: PathBuf, page: Option<TempDir>, arguments: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a folder for the data");
        let folder = folder.to_string_lossy();
        let arguments: Vec<_> = ["--assets", &*folder].iter().chain(arguments).map(ToString::to_string).collect();
        let (process, address) = spawn("127.0.0.1:0", &data, &arguments).await;
        Self { process, address, arguments, data, _page: page }
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
        for file in fs::read_dir(self.data.path()).expect("the data folder") {
            let file = file.expect("a file of it");
            fs::copy(file.path(), copy.path().join(file.file_name())).expect("the file is copied");
        }
        self.data = copy;
        self.restart().await;
    }
}

/// Where the page is that was built.
fn built() -> PathBuf {
    find("OPENLINE_DIST", &["dist"], REMEDY).canonicalize().expect("the built page")
}

async fn spawn(listen: &str, data: &TempDir, arguments: &[String]) -> (Child, SocketAddr) {
    let program = find("OPENLINE_SERVER", &["target/release/openline-server", "target/debug/openline-server"], REMEDY);
    let mut process = Command::new(program)
        .args(["--listen", listen])
        .arg("--data")
        .arg(data.path())
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
