//! The rings of tests: each only for what the ring inside it cannot show.

use std::{env, ffi::OsStr};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::{
    chaos, conformance, lighthouse, package, page,
    peer::Peer,
    process,
    project::Project,
    sizes,
    stories::{self, Engine},
    tally::Tally,
    tool::Tool,
    tools,
};

/// A ring of tests, or a check before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ring {
    /// The formatting is rustfmt's
    Format,
    /// Clippy has nothing to say, natively and for the browser
    Lints,
    /// The documentation builds, and its links lead somewhere
    Docs,
    /// The client packages cleanly, and its public API names nobody else's types but those it is meant to
    Package,
    /// Pure tests, the server over real sockets, and the examples in the documentation
    Native,
    /// Real servers and members over a bad network, killed and restarted, for some seconds
    Chaos,
    /// The Autobahn cases against the server's `/echo`
    Conformance,
    /// The page builds
    Page,
    /// The chat, and the smallest pages with each of the client's layers, keep to their budgets
    Sizes,
    /// The client in Chromium, against a real server
    Browser,
    /// The client in Firefox, against a real server
    Firefox,
    /// End-to-end stories in Chromium: the real server, the real page, real faults
    Stories,
    /// The pages' stories in Firefox
    StoriesFirefox,
    /// The pages' stories in WebKit
    StoriesWebkit,
    /// The built pages' marks from Lighthouse
    Lighthouse,
}

impl Ring {
    /// Its name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Lints => "lints",
            Self::Docs => "docs",
            Self::Package => "package",
            Self::Native => "native",
            Self::Chaos => "chaos",
            Self::Conformance => "conformance",
            Self::Page => "page",
            Self::Sizes => "sizes",
            Self::Browser => "browser",
            Self::Firefox => "firefox",
            Self::Stories => "stories",
            Self::StoriesFirefox => "stories-firefox",
            Self::StoriesWebkit => "stories-webkit",
            Self::Lighthouse => "lighthouse",
        }
    }

    /// The ring whose result it builds on.
    pub(crate) fn needs(self) -> Option<Self> {
        matches!(self, Self::Sizes | Self::Stories | Self::StoriesFirefox | Self::StoriesWebkit | Self::Lighthouse)
            .then_some(Self::Page)
    }

    /// The tools it needs.
    pub(crate) fn tools(self, project: &Project) -> Result<Vec<Tool>> {
        match self {
            Self::Format | Self::Docs | Self::Package | Self::Native => Ok(Vec::new()),
            Self::Chaos => Ok(tools::for_chaos()),
            Self::Lints => Ok(tools::for_wasm()),
            Self::Conformance => Ok(vec![tools::kosoku()]),
            Self::Page => tools::for_page(project),
            Self::Sizes => tools::for_sizes(project),
            Self::Browser => tools::for_browser_tests(project),
            Self::Firefox => tools::for_firefox_tests(project),
            Self::Stories => tools::for_stories(project),
            Self::StoriesFirefox => Ok(tools::for_firefox_stories()),
            Self::StoriesWebkit => Ok(tools::for_webkit_stories()),
            Self::Lighthouse => Ok(tools::for_lighthouse()),
        }
    }

    /// Runs it.
    pub(crate) fn run(self, project: &Project) -> Result<Tally> {
        match self {
            Self::Format => check(project, &["fmt --all --check"]),
            Self::Lints => check(
                project,
                &[
                    "clippy --workspace --exclude openline-app --exclude echo-leptos --all-targets -- -D warnings",
                    "clippy --package openline-client --all-targets --all-features --target wasm32-unknown-unknown \
                     -- -D warnings",
                    "clippy --package openline-rooms --package openline-app --package openline-wire \
                     --package echo-socket --package echo-connection --package echo-session --package echo-worker \
                     --package echo-yew --package echo-leptos --package plain-room --package socket-page \
                     --package bench-page --target wasm32-unknown-unknown -- -D warnings",
                ],
            ),
            Self::Docs => check(
                project,
                &[
                    "doc --workspace --exclude openline-app --exclude echo-leptos --no-deps",
                    "doc --package openline-client --all-features --no-deps",
                ],
            ),
            Self::Package => package::check(project),
            Self::Native => Tally::of(&mut project.cargo(
                "test --workspace --exclude e2e --exclude echo-leptos \
                 --features openline-client/msgpack,openline-client/tracing,openline-client/yew",
            )),
            Self::Chaos => chaos::ring(project),
            Self::Conformance => conformance::run(project),
            Self::Page => page::build(project).map(|()| Tally::ONE_PASSED),
            Self::Sizes => sizes::weigh(project),
            Self::Browser => {
                let driver = tools::chromedriver_path(project).context("ChromeDriver is gone")?;
                browser(project, &["--chrome".as_ref(), "--chromedriver".as_ref(), driver.as_os_str()])
            }
            Self::Firefox => {
                let driver = tools::geckodriver_path(project).context("geckodriver is gone")?;
                browser(project, &["--firefox".as_ref(), "--geckodriver".as_ref(), driver.as_os_str()])
            }
            Self::Stories => stories::run(project, Engine::Chromium),
            Self::StoriesFirefox => stories::run(project, Engine::Firefox),
            Self::StoriesWebkit => stories::run(project, Engine::WebKit),
            Self::Lighthouse => lighthouse::judge(project),
        }
    }
}

fn check(project: &Project, commands: &[&str]) -> Result<Tally> {
    for arguments in commands {
        process::run(project.cargo(arguments).env("RUSTDOCFLAGS", "-D warnings"))?;
    }
    Ok(Tally::ONE_PASSED)
}

fn browser(project: &Project, which: &[&OsStr]) -> Result<Tally> {
    let peer = Peer::start(project)?;
    let mut wasm_pack = project.command("wasm-pack");
    wasm_pack
        .args(["test", "--headless", "--mode", "no-install"])
        .args(which)
        .args(["client", "--all-features"])
        // wasm-pack replaces cargo's runner, so the tests are told of their peer while they are compiled.
        .env("OPENLINE_TEST_PEER", peer.address());
    if env::var_os("WASM_BINDGEN_TEST_TIMEOUT").is_none() {
        // Seconds, for all of them together; 20 by default.
        wasm_pack.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    }
    Tally::of(&mut wasm_pack)
}
