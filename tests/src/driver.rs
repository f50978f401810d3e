//! What drives a browser, and the display that one of them needs: processes that end with the value.

use std::{process::Stdio, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{tool::find, viewer::Viewer};

const PATIENCE: Duration = Duration::from_secs(60);

/// A driver that listens, until this is dropped; the windows it opened end with it.
pub(crate) struct Driver {
    address: String,
    _process: Group,
    _display: Option<Display>,
}

impl Driver {
    /// Starts that of Chromium, which has as many windows as are asked for.
    pub(crate) async fn chromium(viewer: Viewer) -> Self {
        let program = find("CHROMEDRIVER", &["/usr/bin/chromedriver"], GOT_BY_TEST);
        // It takes a free port of one family of addresses and then the same of the other, which may be taken.
        for _ in 0..5 {
            let mut process = Group::start(viewer.at(&program).arg("--port=0").stdout(Stdio::piped()));
            if let Some(port) = said(process.0.stdout.take(), "successfully on port ").await {
                return Self::at(port.trim_end_matches('.'), process, None);
            }
        }
        panic!("chromedriver ended five times before it listened")
    }

    /// Starts that of Firefox, which has one window.
    pub(crate) async fn firefox(viewer: Viewer) -> Self {
        let program = find("GECKODRIVER", &[".tools/bin/geckodriver"], GOT_BY_TEST);
        // Firefox talks to itself all the while.
        let mut command = viewer.at(&program);
        command.args(["--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Group::start(&mut command);
        let port = said(process.0.stdout.take(), "Listening on 127.0.0.1:").await.expect("geckodriver listens");
        Self::at(&port, process, None)
    }

    /// Starts that of WebKit, which has one window.
    pub(crate) async fn webkit(viewer: Viewer) -> Self {
        let display = Display::start().await;
        let program = find("WEBKITDRIVER", &["/usr/bin/WebKitWebDriver"], GOT_BY_TEST);
        let port = TcpListener::bind("127.0.0.1:0").await.and_then(|free| free.local_addr()).expect("a free port");
        let mut command = viewer.at(&program);
        command.arg(format!("--port={}", port.port()));
        command.env("DISPLAY", &display.name).env("GDK_BACKEND", "x11");
        let process = Group::start(&mut command);
        // It does not say when it listens, so it is asked.
        let listens = async {
            while TcpStream::connect(port).await.is_err() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, listens).await.expect("WebKit's driver listens in time");
        Self::at(&port.port().to_string(), process, Some(display))
    }

    fn at(port: &str, process: Group, display: Option<Display>) -> Self {
        Self { address: format!("http://127.0.0.1:{port}"), _process: process, _display: display }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

/// A display that nobody sees, for the one window of a browser that has no headless mode. The pointer rests in its middle,
/// and no window manager is there, so the window under it has the focus: as small as it may become.
struct Display {
    name: String,
    _process: Group,
}

impl Display {
    async fn start() -> Self {
        let program = find("XVFB", &["/usr/bin/Xvfb"], GOT_BY_TEST);
        let mut command = Command::new(program);
        command.args(["-displayfd", "1", "-screen", "0", "1200x800x24", "-nolisten", "tcp"]);
        // It tells of each display that is taken until it finds one.
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Group::start(&mut command);
        let number = said(process.0.stdout.take(), "").await.expect("a display opens");
        Self { name: format!(":{}", number.trim()), _process: process }
    }
}

/// A process and those that it starts, which end with this value.
struct Group(Child);

impl Group {
    fn start(command: &mut Command) -> Self {
        let words = format!("{command:?}");
        command.stdin(Stdio::null()).process_group(0).kill_on_drop(true);
        Self(command.spawn().unwrap_or_else(|error| panic!("{words} does not start: {error}")))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0.id().and_then(|id| Pid::from_raw(id as i32)) {
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

/// What a program says behind these words, once it says them, or `None` when it ends before. Its output is read on, so
/// that it never waits for us.
async fn said(output: Option<impl AsyncRead + Unpin + Send + 'static>, words: &str) -> Option<String> {
    let mut lines = BufReader::new(output.expect("its output is ours")).lines();
    let said = timeout(PATIENCE, async {
        while let Some(line) = lines.next_line().await.expect("its output can be read") {
            if let Some((_, rest)) = line.split_once(words) {
                return Some(rest.to_owned());
            }
        }
        None
    });
    let said = said.await.unwrap_or_else(|_| panic!("a driver says {words:?} in time"));
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    said
}

const GOT_BY_TEST: &str = "`cargo xtask test` installs it";
