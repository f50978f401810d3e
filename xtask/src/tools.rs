//! Which tools each job takes, and getting those that are missing.

mod catalogue;

use std::{fs, path::PathBuf};

use anyhow::Result;

use self::catalogue::{
    NPM, WASM_OPT, axe, chrome, chromedriver, display, faketime, firefox, geckodriver, lighthouse, npm, trunk,
    wasm_bindgen, wasm_opt, wasm_pack, webkit,
};
pub(crate) use self::catalogue::{cargo_fuzz, kosoku};
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
