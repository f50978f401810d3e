//! The list of tools, and getting those that are missing.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    process,
    project::Project,
    tool::{Fit, Tool, Way},
};

/// What Rust needs to compile for browsers.
pub(crate) fn for_wasm() -> Vec<Tool> {
    vec![Tool {
        name: "wasm32-unknown-unknown",
        programs: Vec::new(),
        fit: Fit::Any,
        does: "Rust's own libraries for browsers",
        way: Way::Target { triple: "wasm32-unknown-unknown" },
        takes: "some seconds",
    }]
}

/// What builds the page.
pub(crate) fn for_page(project: &Project) -> Result<Vec<Tool>> {
    Ok([for_wasm(), vec![wasm_bindgen(project)?, trunk(), wasm_opt()]].into_iter().flatten().collect())
}

/// What builds the pages that are weighed.
pub(crate) fn for_sizes(project: &Project) -> Result<Vec<Tool>> {
    Ok([for_wasm(), vec![wasm_bindgen(project)?, wasm_opt()]].into_iter().flatten().collect())
}

/// What builds pages and shows them in Chromium.
pub(crate) fn for_chromium(project: &Project) -> Result<Vec<Tool>> {
    Ok([for_wasm(), vec![wasm_bindgen(project)?], browser(project)].into_iter().flatten().collect())
}

/// What the stories need in Chromium, where they also look for what keeps people out.
pub(crate) fn for_stories(project: &Project) -> Result<Vec<Tool>> {
    let mut tools = for_chromium(project)?;
    tools.extend([trunk(), npm(), axe()]);
    Ok(tools)
}

/// What the stories need in Firefox.
pub(crate) fn for_firefox_stories() -> Vec<Tool> {
    vec![firefox(), geckodriver()]
}

/// What the stories need in WebKit.
pub(crate) fn for_webkit_stories() -> Vec<Tool> {
    vec![webkit(), display()]
}

/// What judges the built page.
pub(crate) fn for_lighthouse() -> Vec<Tool> {
    vec![chrome(), npm(), lighthouse()]
}

/// What runs tests in a browser.
pub(crate) fn for_browser_tests(project: &Project) -> Result<Vec<Tool>> {
    Ok([for_wasm(), vec![wasm_bindgen(project)?, wasm_pack()], browser(project)].into_iter().flatten().collect())
}

/// What runs the same tests in Firefox.
pub(crate) fn for_firefox_tests(project: &Project) -> Result<Vec<Tool>> {
    Ok([for_wasm(), vec![wasm_bindgen(project)?, wasm_pack(), firefox(), geckodriver()]]
        .into_iter()
        .flatten()
        .collect())
}

/// Peers of the server, to be measured beside it; where npm can't bring them, they are left out.
pub(crate) fn for_server_bench() -> Vec<Tool> {
    let peer = |name, fit: &str, does, package| Tool {
        name,
        programs: Vec::new(),
        fit: Fit::Exactly(fit.into()),
        does,
        way: Way::Npm { package },
        takes: "some seconds",
    };
    vec![
        peer("bun", "1.4.5", "a peer of the server to measure: uWebSockets in 90 MB", "bun@1.4.5"),
        peer("ws", "8.23.0", "another one, for Node", "ws@8.23.0"),
    ]
}

/// What moves a server's wall clock. Elsewhere than on Linux the clock stays, and the fault runner says so.
pub(crate) fn for_chaos() -> Vec<Tool> {
    if cfg!(target_os = "linux") { vec![faketime()] } else { Vec::new() }
}

/// A browser, and what drives it.
pub(crate) fn browser(project: &Project) -> Vec<Tool> {
    let chrome = chrome();
    let fit = chrome.first(project).map_or(Fit::Any, |(_, version)| Fit::Major(version));
    vec![chrome, chromedriver(fit)]
}

/// Gets those of `tools` that are missing, once it has said what that means.
///
/// # Errors
///
/// A sentence that says what cannot be had, and what to do.
pub(crate) fn get(project: &Project, tools: Vec<Tool>) -> Result<()> {
    let mut missing: Vec<Tool> = Vec::new();
    for tool in tools {
        if missing.iter().all(|other| other.name != tool.name) && tool.find(project).is_none() {
            missing.push(tool);
        }
    }
    // The page does without what only shrinks it further.
    if which::which("npm").is_err() && missing.iter().all(|tool| tool.name != NPM) {
        missing.retain(|tool| tool.name != WASM_OPT);
    }
    if missing.is_empty() {
        return Ok(());
    }
    announce(&missing);
    for tool in &missing {
        match tool.get(project) {
            Err(error) if tool.name == WASM_OPT && !process::is_stopping() => {
                eprintln!("{error:#}\nGoing on without {}.", tool.name);
            }
            done => done?,
        }
    }
    // Only needed while compiling; the largest is half a gigabyte.
    let _ = fs::remove_dir_all(project.target.join("tools"));
    Ok(())
}

/// The one that shrinks the page further, if it is here: the page does without.
pub(crate) fn has_wasm_opt(project: &Project) -> bool {
    wasm_opt().find(project).is_some()
}

/// Where kosoku is.
pub(crate) fn kosoku_path(project: &Project) -> Option<PathBuf> {
    kosoku().find(project)
}

/// Where the browser is.
pub(crate) fn chrome_path(project: &Project) -> Option<PathBuf> {
    chrome().find(project)
}

/// Where the browser's driver is.
pub(crate) fn chromedriver_path(project: &Project) -> Option<PathBuf> {
    chromedriver(Fit::Any).find(project)
}

/// Where Firefox is.
pub(crate) fn firefox_path(project: &Project) -> Option<PathBuf> {
    firefox().find(project)
}

/// Where Firefox's driver is.
pub(crate) fn geckodriver_path(project: &Project) -> Option<PathBuf> {
    geckodriver().find(project)
}

/// Where axe's script is.
pub(crate) fn axe_path(project: &Project) -> Option<PathBuf> {
    axe().find(project).map(|package| package.join("axe.min.js"))
}

/// Where Lighthouse is.
pub(crate) fn lighthouse_path(project: &Project) -> Option<PathBuf> {
    lighthouse().find(project)
}

fn announce(missing: &[Tool]) {
    eprintln!("To get first, once. Everything in .tools/ is this project's alone and can be deleted.\n");
    for tool in missing {
        eprintln!("  {tool}: {}. Into {}; {}.", tool.does, tool.place(), tool.takes);
    }
}

fn wasm_bindgen(project: &Project) -> Result<Tool> {
    Ok(Tool {
        name: "wasm-bindgen",
        programs: vec!["wasm-bindgen".into()],
        // The page and this tool speak a private language that changes with every version.
        fit: Fit::Exactly(locked_version(project, "wasm-bindgen")?),
        does: "joins compiled Rust to a browser's JavaScript",
        // Not --locked: 0.2.130 was published with a lock file that names a withdrawn dependency.
        way: Way::Crate { package: "wasm-bindgen-cli", arguments: "", opt_level: "1" },
        takes: "about 2 minutes",
    })
}

fn trunk() -> Tool {
    Tool {
        name: "trunk",
        programs: vec!["trunk".into()],
        fit: Fit::Exactly("0.21.14".into()),
        does: "builds the page",
        // What its features add is downloading tools, which is our part here.
        way: Way::Crate { package: "trunk", arguments: "--locked --no-default-features", opt_level: "0" },
        takes: "about 3 minutes",
    }
}

fn wasm_opt() -> Tool {
    Tool {
        name: WASM_OPT,
        programs: vec!["wasm-opt".into()],
        fit: Fit::Since("132".into()),
        does: "makes the page smaller",
        way: Way::Npm { package: "binaryen@132" },
        takes: "some seconds",
    }
}

fn wasm_pack() -> Tool {
    Tool {
        name: "wasm-pack",
        programs: vec!["wasm-pack".into()],
        fit: Fit::Exactly("0.15.1".into()),
        does: "runs tests in browsers",
        way: Way::Crate { package: "wasm-pack", arguments: "--locked", opt_level: "0" },
        takes: "about a minute",
    }
}

fn faketime() -> Tool {
    Tool {
        name: "faketime",
        programs: vec!["faketime".into()],
        fit: Fit::Any,
        does: "shows a process another time of day",
        way: Way::System {
            packages: "faketime",
            elsewhere: "No faketime is found (Fedora: dnf install libfaketime; Arch: pacman -S libfaketime).",
        },
        takes: "some seconds",
    }
}

fn chrome() -> Tool {
    Tool {
        name: "Chromium",
        programs: [
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
        ]
        .map(PathBuf::from)
        .into(),
        fit: Fit::Any,
        does: "a browser to test in",
        way: Way::System {
            packages: "chromium",
            elsewhere: "No Chrome or Chromium is found. Get one as you would get any program for this system \
                        (Fedora: dnf install chromium; Arch: pacman -S chromium; macOS: brew install --cask google-chrome).",
        },
        takes: "about a minute",
    }
}

fn chromedriver(fit: Fit) -> Tool {
    Tool {
        name: "ChromeDriver",
        programs: vec!["chromedriver".into()],
        fit,
        does: "lets tests drive that browser",
        way: Way::System {
            packages: "chromium-driver",
            elsewhere: "No ChromeDriver of the browser's version is on the PATH. It comes beside the browser \
                        (Fedora: dnf install chromedriver; Arch: in chromium; macOS: brew install --cask chromedriver; \
                        else from Chrome for Testing).",
        },
        takes: "some seconds",
    }
}

fn firefox() -> Tool {
    Tool {
        name: "Firefox",
        programs: ["firefox", "firefox-esr", "/Applications/Firefox.app/Contents/MacOS/firefox"]
            .map(PathBuf::from)
            .into(),
        fit: Fit::Any,
        does: "another browser to test in",
        way: Way::System {
            packages: "firefox-esr",
            elsewhere: "No Firefox is found. Get one as you would get any program for this system \
                        (Fedora: dnf install firefox; Arch: pacman -S firefox; macOS: brew install --cask firefox).",
        },
        takes: "about a minute",
    }
}

fn geckodriver() -> Tool {
    Tool {
        name: "geckodriver",
        programs: vec!["geckodriver".into()],
        fit: Fit::Exactly("0.37.1".into()),
        does: "lets tests drive Firefox",
        way: Way::Crate { package: "geckodriver", arguments: "--locked", opt_level: "0" },
        takes: "about 2 minutes",
    }
}

fn webkit() -> Tool {
    Tool {
        name: "WebKitWebDriver",
        programs: vec!["WebKitWebDriver".into()],
        fit: Fit::Any,
        does: "a third browser to test in, with what drives it",
        way: Way::System {
            packages: "webkit2gtk-driver",
            elsewhere: "No WebKitWebDriver is found (Fedora: dnf install webkit2gtk-driver). It is for Linux; elsewhere \
                        the rings can be named that are to be run.",
        },
        takes: "about a minute",
    }
}

fn display() -> Tool {
    Tool {
        name: "Xvfb",
        programs: vec!["Xvfb".into()],
        fit: Fit::Any,
        does: "a display that nobody sees, for that browser",
        way: Way::System {
            packages: "xvfb",
            elsewhere: "No Xvfb is found (Fedora: dnf install xorg-x11-server-Xvfb; Arch: pacman -S xorg-server-xvfb).",
        },
        takes: "some seconds",
    }
}

fn npm() -> Tool {
    Tool {
        name: NPM,
        programs: vec![NPM.into()],
        fit: Fit::Any,
        does: "gets what judges the pages",
        way: Way::System {
            packages: "nodejs npm",
            elsewhere: "No npm is found. It comes with Node.js, version 18 or later.",
        },
        takes: "about a minute",
    }
}

fn axe() -> Tool {
    Tool {
        name: "axe-core",
        programs: Vec::new(),
        fit: Fit::Exactly("4.14.1".into()),
        does: "finds what keeps people out of a page",
        way: Way::Npm { package: "axe-core@4.14.1" },
        takes: "some seconds",
    }
}

fn lighthouse() -> Tool {
    Tool {
        name: "lighthouse",
        programs: vec!["lighthouse".into()],
        fit: Fit::Exactly("12.8.2".into()),
        does: "judges how a page loads and whom it lets in",
        way: Way::Npm { package: "lighthouse@12.8.2" },
        takes: "half a minute",
    }
}

/// What runs the Autobahn cases. (The Autobahn Testsuite itself needs Python 2.)
pub(crate) fn kosoku() -> Tool {
    Tool {
        name: "kosoku 0.1.0",
        programs: vec![".tools/kosoku-0.1.0/bin/kosoku".into()],
        fit: Fit::Any,
        does: "asks the server what RFC 6455 asks of one",
        way: Way::Python { package: "kosoku", version: "0.1.0" },
        takes: "some seconds",
    }
}

/// What searches for bytes that break a parser.
pub(crate) fn cargo_fuzz() -> Tool {
    Tool {
        name: "cargo-fuzz",
        programs: vec!["cargo-fuzz".into()],
        fit: Fit::Exactly("0.13.2".into()),
        does: "builds fuzz targets and runs them",
        way: Way::Crate { package: "cargo-fuzz", arguments: "--locked", opt_level: "0" },
        takes: "about a minute",
    }
}

const NPM: &str = "npm";
const WASM_OPT: &str = "wasm-opt";

/// Which version of a package Cargo.lock names.
fn locked_version(project: &Project, package: &str) -> Result<String> {
    let lock = fs::read_to_string(project.root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let name = format!("name = \"{package}\"");
    lock.lines()
        .skip_while(|line| *line != name)
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock names no {package}"))
}
