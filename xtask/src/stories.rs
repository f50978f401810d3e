//! The end-to-end stories: what they need is built, and they are told where it is.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{
    bindgen, page, process,
    project::Project,
    server::{Profile, Server},
    tally::Tally,
    tools,
};

/// A browser that the stories are told in.
#[derive(Clone, Copy)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

/// The stories of the pages, which every browser has to live. The others are told in Chromium alone: `socket` and `examples`
/// are about the library, which has rings of its own in the others; `access` and `flood` say of themselves what no other
/// browser can be told or asked.
const OF_THE_PAGES: &[&str] =
    &["attention", "chat", "days", "devices", "looking", "promise", "scripts", "storage", "talk", "wire", "writing"];

/// Tells them.
pub(crate) fn run(project: &Project, engine: Engine) -> Result<Tally> {
    let gone = |what| move || format!("{what} is gone");
    let mut command = match engine {
        Engine::Chromium => {
            let socket_page = project.target.join("socket-page");
            bindgen::build(project, "page", &["socket-page"])?;
            bindgen::wasm(project, "page", "socket-page", &socket_page)?;
            let mut command = project.cargo("test --no-fail-fast --package e2e");
            command.env("OPENLINE_SOCKET_PAGE", socket_page);
            command.env("OPENLINE_EXAMPLES", examples(project)?);
            command.env("OPENLINE_AXE", tools::axe_path(project).with_context(gone("axe-core"))?);
            command
        }
        Engine::Firefox | Engine::WebKit => {
            let mut command = project.cargo("test --no-fail-fast --package e2e");
            command.args(OF_THE_PAGES.iter().flat_map(|story| ["--test", story]));
            command
        }
    };
    match engine {
        Engine::Chromium => in_chromium(project, &mut command)?,
        Engine::Firefox => {
            command
                .env("OPENLINE_BROWSER", "firefox")
                .env("FIREFOX", tools::firefox_path(project).with_context(gone("Firefox"))?)
                .env("GECKODRIVER", tools::geckodriver_path(project).with_context(gone("geckodriver"))?);
        }
        Engine::WebKit => {
            command.env("OPENLINE_BROWSER", "webkit");
        }
    }
    Tally::of(with_server(project, &mut command)?)
}

/// Builds the client's examples that show themselves in a page; returns the folder where each has its own.
fn examples(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("examples");
    for example in ["echo-worker", "echo-yew", "echo-leptos"] {
        let mut trunk = project.command("trunk");
        trunk.current_dir(project.root.join("client/examples")).arg("build").arg(format!("{example}/index.html"));
        process::run(page::plain(trunk.arg("--dist").arg(folder.join(example))))?;
    }
    Ok(folder)
}

/// Tells a command where Chromium is, and its driver.
pub(crate) fn in_chromium(project: &Project, command: &mut Command) -> Result<()> {
    command
        .env("CHROME", tools::chrome_path(project).context("Chromium is gone")?)
        .env("CHROMEDRIVER", tools::chromedriver_path(project).context("ChromeDriver is gone")?);
    Ok(())
}

/// Tells a command where the server is, and the page.
pub(crate) fn with_server<'a>(project: &Project, command: &'a mut Command) -> Result<&'a mut Command> {
    let program = Server::build(project, Profile::Dev)?;
    Ok(command.env("OPENLINE_SERVER", program).env("OPENLINE_DIST", project.dist()))
}
