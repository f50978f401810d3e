//! `cargo xtask bench`: figures, against others, on this machine.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::{bindgen, process, project::Project, tools};

/// Print figures, against others, on this machine
#[derive(Args)]
pub(crate) struct Bench {
    /// What to measure
    subject: Subject,
    /// Passed on to what measures; `--help` tells what it takes
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Subject {
    /// Our server and its peers, one after another: CPU per delivery, memory per idle line, latency
    Server,
    /// Our three layers, gloo-net, web-sys by hand and raw JavaScript, in one page of a headless Chromium
    Client,
}

impl Bench {
    pub(crate) fn run(self, project: &Project) -> Result<ExitCode> {
        match self.subject {
            Subject::Server => server(project, &self.arguments),
            Subject::Client => client(project, &self.arguments),
        }
    }
}

fn server(project: &Project, arguments: &[String]) -> Result<ExitCode> {
    process::run(&mut project.cargo("build --release --package openline-server"))?;
    tools::get(project, tools::for_server_bench())?;
    let mut bench = project.cargo("run --release --package bench -- --node-modules");
    bench.arg(project.tools().join("node_modules")).args(arguments);
    process::run(&mut bench).map(|()| ExitCode::SUCCESS)
}

fn client(project: &Project, arguments: &[String]) -> Result<ExitCode> {
    tools::get(project, tools::for_chromium(project)?)?;
    let page = project.target.join("bench-page");
    bindgen::build(project, "release", &["bench-page"])?;
    bindgen::wasm(project, "release", "bench-page", &page)?;
    let mut bench = project.cargo("run --release --package bench-client -- --page");
    bench
        .arg(page)
        .args(arguments)
        .env("CHROME", tools::chrome_path(project).context("Chromium is gone")?)
        .env("CHROMEDRIVER", tools::chromedriver_path(project).context("ChromeDriver is gone")?);
    process::run(&mut bench).map(|()| ExitCode::SUCCESS)
}
