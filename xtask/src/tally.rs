//! How many passed, and how many failed.

use std::{
    fmt,
    io::{BufRead, BufReader},
    ops::AddAssign,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::process::{self, Running};

/// A ring that takes longer hangs: all of them together take less.
const TIME_TO_TEST: Duration = Duration::from_secs(20 * 60);

/// Tests, or checks, that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Those that passed.
    pub(crate) passed: u32,
    /// Those that did not.
    pub(crate) failed: u32,
}

impl Tally {
    /// A check that is one thing, and passed.
    pub(crate) const ONE_PASSED: Self = Self { passed: 1, failed: 0 };

    /// Runs a test runner and counts what it reports; a run that fails has at least one failure, whatever it reports.
    ///
    /// # Errors
    ///
    /// It does not start, was stopped, or ran no test at all.
    pub(crate) fn of(command: &mut Command) -> Result<Self> {
        eprintln!("$ {}", process::words(command));
        let mut running = Running::start(command.stdout(Stdio::piped()))?;
        let _limit = running.limit(TIME_TO_TEST);
        let mut tally = Self::default();
        let stdout = running.take_stdout().context("the tests' output is lost")?;
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            tally += Self::reported(&line).unwrap_or_default();
        }
        let status = running.wait()?;
        if process::is_stopping() {
            bail!("stopped");
        }
        if !status.success() {
            tally.failed = tally.failed.max(1);
        } else if tally == Self::default() {
            bail!("it ran no test");
        }
        Ok(tally)
    }

    /// What a line of libtest's (or wasm-bindgen-test's) says: `test result: ok. 3 passed; 0 failed; …`.
    fn reported(line: &str) -> Option<Self> {
        let (_, said) = line.split_once("test result: ")?;
        let count =
            |of: &str| said.split([';', '.']).find_map(|part| part.trim().strip_suffix(of)?.trim().parse().ok());
        Some(Self { passed: count("passed")?, failed: count("failed")? })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_counted_and_another_line_is_not() {
        let tally = |passed, failed| Some(Tally { passed, failed });
        let libtest = "test result: ok. 37 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s";
        assert_eq!(Tally::reported(libtest), tally(37, 0));
        assert_eq!(Tally::reported("test result: FAILED. 3 passed; 2 failed; 0 ignored"), tally(3, 2));
        let in_colour = "test result: \u{1b}[32mok\u{1b}[0m. 5 passed; 1 failed; 0 ignored; 0 filtered out";
        assert_eq!(Tally::reported(in_colour), tally(5, 1));
        assert_eq!(Tally::reported("test a_line_passed ... ok"), None);
    }

    #[test]
    #[cfg(unix)]
    fn a_runner_that_fails_without_a_report_has_failed_and_one_that_ran_nothing_has_not_passed() {
        assert_eq!(Tally::of(Command::new("sh").args(["-c", "exit 3"])).unwrap(), Tally { passed: 0, failed: 1 });
        assert!(Tally::of(&mut Command::new("true")).is_err());
    }
}
