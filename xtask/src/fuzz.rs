//! `cargo xtask fuzz`: looks for what breaks the promises that `server/src/rubbish.rs` makes of every parser.
//!
//! The tests hold them to the corpus and to what is near to it; this searches on from there, guided by what is covered.

use std::{fs, process::ExitCode};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{process, project::Project, tools};

/// Search for what breaks a parser, from the corpus on.
#[derive(Args)]
pub(crate) struct Fuzz {
    /// What to put rubbish to; all in turn when none is named
    #[arg(value_name = "TARGET")]
    targets: Vec<Target>,
    /// How long each is searched
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    seconds: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// The stream of a line
    Frames,
    /// The head of a request
    Handshake,
    /// Messages, both ways
    Messages,
    /// Names, ids, cursors and tokens
    Names,
    /// What stands in an address, and origins
    Requests,
}

impl Fuzz {
    pub(crate) fn run(self, project: &Project) -> Result<ExitCode> {
        tools::get(project, vec![tools::cargo_fuzz()])?;
        let all = Target::value_variants();
        for target in if self.targets.is_empty() { all } else { &self.targets } {
            target.search(project, self.seconds)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Target {
    /// What is found goes under `target/`; what is worth keeping is copied into the corpus by hand.
    fn search(self, project: &Project, seconds: u32) -> Result<()> {
        let name = self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let built = project.target.join("fuzz");
        let found = built.join("corpus").join(&name);
        fs::create_dir_all(&found)?;
        let mut fuzz = project.cargo("fuzz run --fuzz-dir fuzz --sanitizer none --dev");
        fuzz.arg(&name).arg(found).arg(project.root.join("fuzz/corpus").join(&name));
        fuzz.args(["--", &format!("-max_total_time={seconds}")]);
        // Coverage is told by unstable flags of the compiler. The project's own code is safe, so no sanitizer is asked for:
        // what can break is a promise.
        process::run(fuzz.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", built))
    }
}
