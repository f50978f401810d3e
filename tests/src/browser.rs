//! A real browser, headless, driven over WebDriver (W3C).

use std::{process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::{page::Page, tool::find};

/// A browser's driver, until this is dropped; the windows it opened end with it.
pub struct Browser {
    driver: String,
    _process: Child,
}

/// What keeps a browser quiet, and able to run as root in a container.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1000,700",
];

impl Browser {
    /// Starts the driver of Chromium.
    pub async fn chromium() -> Self {
        let program = find("CHROMEDRIVER", &["/usr/bin/chromedriver"], "`cargo xtask test` installs it");
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output is ours")).lines();
        let port: u16 = timeout(Duration::from_secs(30), async {
            while let Some(line) = lines.next_line().await.expect("its output can be read") {
                if let Some((_, port)) = line.rsplit_once("successfully on port ") {
                    return port.trim_end_matches('.').parse().expect("a port");
                }
            }
            panic!("chromedriver ended before it listened")
        })
        .await
        .expect("chromedriver listens in time");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { driver: format!("http://127.0.0.1:{port}"), _process: process }
    }

    /// Opens a window of a fresh profile: another person's browser.
    pub async fn visit(&self, url: &str) -> Page {
        let page = Page::new(self.window().await);
        page.go(url).await;
        page
    }

    async fn window(&self) -> Client {
        let mut options = Map::from_iter([("args".to_owned(), json!(ARGUMENTS))]);
        if let Some(binary) = std::env::var_os("CHROME") {
            options.insert("binary".into(), json!(binary.to_string_lossy()));
        }
        let mut wanted = Map::new();
        wanted.insert("goog:chromeOptions".into(), options.into());
        wanted.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
        wanted.insert("timeouts".into(), json!({ "script": 120_000 }));
        wanted.insert("acceptInsecureCerts".into(), Value::Bool(false));
        ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&self.driver)
            .await
            .expect("a browser window opens")
    }
}
