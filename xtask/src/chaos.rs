//! `cargo xtask chaos`: real servers and members under faults drawn from a seed, and a verdict.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::{
    process,
    project::Project,
    server::{Profile, Server},
    tally::Tally,
    tools,
};

/// Put real servers and members under faults drawn from a seed, and check what everybody saw
#[derive(Args)]
pub(crate) struct Chaos {
    /// The seed; without one a fresh one is drawn and printed
    #[arg(long)]
    seed: Option<u64>,
    /// How many minutes of faults; some seconds without it
    #[arg(long)]
    minutes: Option<f64>,
    /// How many seeds, one after another
    #[arg(long)]
    seeds: Option<u64>,
}

impl Chaos {
    pub(crate) fn run(self, project: &Project) -> Result<ExitCode> {
        tools::get(project, tools::for_chaos())?;
        let mut chaos = runner(project, Profile::Release)?;
        for (name, value) in [
            ("--seed", self.seed.map(|seed| seed.to_string())),
            ("--minutes", self.minutes.map(|minutes| minutes.to_string())),
            ("--seeds", self.seeds.map(|seeds| seeds.to_string())),
        ] {
            if let Some(value) = value {
                chaos.args([name, &value]);
            }
        }
        process::run(&mut chaos).map(|()| ExitCode::SUCCESS)
    }
}

/// A short run: seeds that stay the same, and one that is fresh each time.
pub(crate) fn ring(project: &Project) -> Result<Tally> {
    let fresh = std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_secs().to_string();
    let mut tally = Tally::default();
    for arguments in [["--seed", "4", "--seeds", "3"], ["--seed", &fresh, "--seeds", "1"]] {
        process::run(runner(project, Profile::Dev)?.args(arguments).args(["--seconds", "10"]))?;
        tally += Tally::ONE_PASSED;
    }
    Ok(tally)
}

fn runner(project: &Project, profile: Profile) -> Result<std::process::Command> {
    let program = Server::build(project, profile)?;
    let mut runner = project.cargo("run --quiet --package chaos --");
    runner.arg("--server").arg(program).arg("--findings").arg(project.target.join("chaos"));
    Ok(runner)
}
