//! A real browser, headless, driven over WebDriver (W3C).

use std::sync::Arc;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use crate::{driver::Driver, page::Page, tool::find, viewer::Viewer};

/// How large a window is, in CSS pixels.
const WINDOW: (u32, u32) = (1000, 700);

/// What keeps Chromium quiet, and able to run as root in a container.
const CHROMIUM: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Which browser it is; each stands for the others with its engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, and with it Chrome and Edge.
    Chromium,
    /// Firefox.
    Firefox,
    /// WebKitGTK's MiniBrowser, and with it, as far as that goes, Safari.
    WebKit,
}

/// A browser, until this and its pages are dropped.
pub struct Browser {
    engine: Engine,
    /// The one driver for all windows, of a browser whose driver has more than one.
    driver: Option<Arc<Driver>>,
}

impl Browser {
    /// Starts the browser that the environment names in `OPENLINE_BROWSER`, or else Chromium.
    pub async fn start() -> Self {
        match std::env::var("OPENLINE_BROWSER").as_deref() {
            Ok("firefox") => Self { engine: Engine::Firefox, driver: None },
            Ok("webkit") => Self { engine: Engine::WebKit, driver: None },
            Ok("chromium") | Err(_) => Self::chromium().await,
            Ok(other) => panic!("OPENLINE_BROWSER is {other}, and can be chromium, firefox or webkit"),
        }
    }

    /// Starts Chromium, for what can be seen or done in no other.
    pub async fn chromium() -> Self {
        Self { engine: Engine::Chromium, driver: Some(Driver::chromium(Viewer::default()).await.into()) }
    }

    /// Which it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Opens a window of a fresh profile: another person's browser.
    pub async fn visit(&self, url: &str) -> Page {
        self.visit_as(Viewer::default(), url).await
    }

    /// Opens a window of a fresh profile, on the system of such a viewer.
    pub async fn visit_as(&self, viewer: Viewer, url: &str) -> Page {
        let driver = match (self.engine, &self.driver) {
            (Engine::Chromium, Some(driver)) if viewer.zone.is_none() => driver.clone(),
            (Engine::Chromium, _) => Driver::chromium(viewer).await.into(),
            (Engine::Firefox, _) => Driver::firefox(viewer).await.into(),
            (Engine::WebKit, _) => Driver::webkit(viewer).await.into(),
        };
        let client = self.window(&driver, viewer).await;
        let (width, height) = WINDOW;
        client.set_window_size(width, height).await.expect("the window takes its size");
        let page = Page::new(client, driver, self.engine);
        page.go(url).await;
        page
    }

    async fn window(&self, driver: &Driver, viewer: Viewer) -> Client {
        let mut wanted = Map::new();
        match self.engine {
            Engine::Chromium => {
                let scheme = format!("--blink-settings=preferredColorScheme={}", if viewer.wants_dark { 0 } else { 1 });
                let arguments: Vec<_> = CHROMIUM.iter().copied().chain([scheme.as_str()]).collect();
                let mut options = Map::from_iter([("args".to_owned(), json!(arguments))]);
                if let Some(binary) = std::env::var_os("CHROME") {
                    options.insert("binary".into(), json!(binary.to_string_lossy()));
                }
                wanted.insert("goog:chromeOptions".into(), options.into());
                wanted.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
            }
            Engine::Firefox => {
                let binary = find("FIREFOX", &["/usr/bin/firefox-esr", "/usr/bin/firefox"], GOT_BY_TEST);
                let options = json!({
                    "binary": binary.to_string_lossy(),
                    "args": ["-headless"],
                    "prefs": { "ui.systemUsesDarkTheme": i32::from(viewer.wants_dark) },
                });
                wanted.insert("moz:firefoxOptions".into(), options);
            }
            Engine::WebKit => {
                let binary = find("MINIBROWSER", MINIBROWSER, GOT_BY_TEST);
                let options = json!({ "binary": binary.to_string_lossy(), "args": ["--automation"] });
                wanted.insert("webkitgtk:browserOptions".into(), options);
            }
        }
        wanted.insert("timeouts".into(), json!({ "script": 120_000 }));
        wanted.insert("acceptInsecureCerts".into(), Value::Bool(false));
        ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(driver.address())
            .await
            .expect("a browser window opens")
    }
}

const GOT_BY_TEST: &str = "`cargo xtask test` installs it";

const MINIBROWSER: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
];
