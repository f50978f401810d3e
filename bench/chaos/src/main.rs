//! The fault runner: real server processes, members over real sockets through doors that cut, stall, slow, half-open
//! and truncate, servers killed and restarted, clocks that jump, disks that are full; all from one seed. Then the
//! checker says whether what everybody saw and was told keeps the promise.
//!
//! The same seed makes the same plan. Its interleaving with what the machine does is not the same, so a failing seed is
//! run again, perhaps a few times; and what was seen is in a file.

mod plan;
mod door;
mod server;
mod member;
mod run;
mod report;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use clap::Parser;
use tokio::task::LocalSet;

use crate::{plan::Plan, report::Report};

#[derive(Parser)]
struct Arguments {
    /// The first seed; a fresh one if none is said
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds, one after another
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// How many seconds of faults each
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// How many minutes of faults each, instead
    #[arg(long)]
    minutes: Option<f64>,
    /// The server's program
    #[arg(long)]
    server: PathBuf,
    /// Where to write what was seen, when something is found
    #[arg(long, default_value = "target/chaos")]
    findings: PathBuf,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let length = arguments.minutes.map_or(arguments.seconds, |minutes| minutes * 60.0);
    let length = Duration::try_from_secs_f64(length).context("a length is some seconds or minutes")?;
    // A number that one can type again.
    let first = arguments.seed.unwrap_or_else(|| rand::random::<u64>() % 1_000_000);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut report = Report::new(arguments.findings);
    for seed in first..first.saturating_add(arguments.seeds) {
        let plan = Plan::new(seed, length);
        let folder = tempfile::tempdir()?;
        let outcome = LocalSet::new().block_on(&runtime, run::run(&plan, &arguments.server, folder.path()));
        report.tell(&plan, outcome, folder.path())?;
    }
    Ok(report.end())
}
