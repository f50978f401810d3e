//! Openline's tasks. `cargo xtask serve` gives a chat, `cargo xtask test` proves it; both get what they need first.
//!
//! What lives here, from the ground up: children that end with us (`process`), where things are (`project`), the tools
//! (`tool`, `tools`), the two things that are built and run (`page`, `server`), and the commands (`hook`, `workbench`,
//! `serve`, `test`, `bench`, `screenshots`). Nothing here is part of what a page or a server runs.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::project::Project;

mod process;
mod project;
mod tool;
mod tools;
mod page;
mod bindgen;
mod sizes;
mod server;
mod hook;
mod workbench;
mod serve;
mod peer;
mod tally;
mod conformance;
mod package;
mod stories;
mod lighthouse;
mod chaos;
mod ring;
mod test;
mod bench;
mod fuzz;
mod screenshots;

#[cfg(test)]
mod edges;
#[cfg(test)]
mod evidence;

/// Openline's tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the page and the server, and run them at one address until Ctrl-C
    Serve(serve::Serve),
    /// Run every ring of tests, or those named
    Test(test::Test),
    /// Print figures, against others, on this machine
    Bench(bench::Bench),
    /// Take the pictures of both pages that the documentation shows
    Screenshots,
    /// Put real servers and members under faults drawn from a seed, and check what everybody saw
    Chaos(chaos::Chaos),
    /// Search for bytes that break a parser
    Fuzz(fuzz::Fuzz),
    /// Trunk's pre-build hook: see that a server runs for as long as Trunk does
    #[command(hide = true)]
    Hook,
    /// Trunk's post-build hook: build the workbench into the page's folder
    #[command(hide = true)]
    Workbench,
    /// Run a command until the process `pid` ends
    #[command(hide = true)]
    Attend {
        pid: u32,
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Become a command that ends when the process that started it does
    #[command(hide = true)]
    Leash {
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    let done = match task {
        Task::Leash { command } => process::become_leashed(&command),
        task => process::pass_signals_on().and_then(|()| run(task)),
    };
    match done {
        Ok(code) => code,
        Err(_) if process::is_stopping() => ExitCode::from(130),
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<ExitCode> {
    let project = Project::find()?;
    match task {
        Task::Serve(serve) => serve.run(&project),
        Task::Test(test) => test.run(&project),
        Task::Bench(bench) => bench.run(&project),
        Task::Screenshots => screenshots::take(&project).map(|()| ExitCode::SUCCESS),
        Task::Chaos(chaos) => chaos.run(&project),
        Task::Fuzz(fuzz) => fuzz.run(&project),
        Task::Hook => hook::run(&project).map(|()| ExitCode::SUCCESS),
        Task::Workbench => workbench::build(&project).map(|()| ExitCode::SUCCESS),
        Task::Attend { pid, command } => server::attend(&project, pid, &command),
        Task::Leash { command } => process::become_leashed(&command),
    }
}
