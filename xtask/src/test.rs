//! `cargo xtask test`: every ring, in order, and what came of it.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{process, project::Project, ring::Ring, tally::Tally, tools};

/// Run every ring of tests, or those named.
#[derive(Args)]
pub(crate) struct Test {
    /// The rings to run; all when none is named
    #[arg(value_name = "RING")]
    rings: Vec<Ring>,
}

impl Test {
    pub(crate) fn run(self, project: &Project) -> Result<ExitCode> {
        let rings = self.chosen();
        let mut needed = Vec::new();
        for ring in &rings {
            needed.extend(ring.tools(project)?);
        }
        tools::get(project, needed)?;
        let begun = Instant::now();
        let mut outcomes = Vec::new();
        for ring in rings {
            outcomes.push(Outcome::of(ring, project)?);
        }
        Ok(report(&outcomes, begun.elapsed()))
    }

    /// Those named and what they need, in the order they build on each other.
    fn chosen(&self) -> Vec<Ring> {
        let is_named = |ring| self.rings.is_empty() || self.rings.contains(&ring);
        let is_needed = |ring| self.rings.iter().any(|named| named.needs() == Some(ring));
        Ring::value_variants().iter().copied().filter(|ring| is_named(*ring) || is_needed(*ring)).collect()
    }
}

/// What came of a ring.
struct Outcome {
    ring: Ring,
    tally: Tally,
    took: Duration,
}

impl Outcome {
    /// Runs it. A failure is an outcome; only being stopped is an error.
    fn of(ring: Ring, project: &Project) -> Result<Self> {
        println!("\n=== {} ===", ring.name());
        let begun = Instant::now();
        let tally = match ring.run(project) {
            Ok(tally) => tally,
            Err(error) if process::is_stopping() => return Err(error),
            Err(error) => {
                eprintln!("{error:#}");
                Tally { passed: 0, failed: 1 }
            }
        };
        Ok(Self { ring, tally, took: begun.elapsed() })
    }
}

/// Prints what came of them all. The last line stands alone, for machines: a check counts as one.
fn report(outcomes: &[Outcome], took: Duration) -> ExitCode {
    println!("\n=== {} s in all ===", took.as_secs());
    let mut total = Tally::default();
    for Outcome { ring, tally, took } in outcomes {
        let verdict = if tally.failed == 0 { "ok" } else { "FAILED" };
        println!("{:<15} {verdict:<6} {:>5} s   {tally}", ring.name(), took.as_secs());
        total += *tally;
    }
    println!("\n{total}");
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rings_run_when_none_is_named_and_the_page_is_built_before_its_stories() {
        assert_eq!(Test { rings: vec![] }.chosen(), Ring::value_variants());
        assert_eq!(
            Test { rings: vec![Ring::Stories, Ring::Format] }.chosen(),
            [Ring::Format, Ring::Page, Ring::Stories]
        );
    }
}
