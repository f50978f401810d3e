//! The Autobahn cases against the server's `/echo`: what RFC 6455 asks of a server, case by case.
//!
//! kosoku runs them; it has the same case files as the Autobahn Testsuite, and a Python of this century. The cases for
//! compression (12 and 13) are left out, because the server does not offer it.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    peer::Peer,
    process::{self, Running},
    project::Project,
    tally::Tally,
    tools,
};

/// Runs the cases. One that is passed, but not strictly, is a failure here.
pub(crate) fn run(project: &Project) -> Result<Tally> {
    let kosoku = tools::kosoku_path(project).context("kosoku is gone")?;
    let peer = Peer::start(project)?;
    let reports = project.target.join("conformance");
    let _ = fs::remove_dir_all(&reports);
    let mut command = project.command(kosoku);
    command.args(["--parallelism", "4", "--exclude", "12.*", "--exclude", "13.*", "--outdir"]).arg(&reports);
    command.arg(format!("{}/echo", peer.address()));
    eprintln!("$ {}", process::words(&command));
    // Its verdict is not ours: to it, what is not strict is good enough.
    Running::start(&mut command)?.wait()?;
    let index = reports.join("index.json");
    let report = fs::read_to_string(&index).with_context(|| format!("there is no {}", index.display()))?;
    judge(&report)
}

/// Reads the report's index: for each case, how the server behaved, and how it closed.
fn judge(report: &str) -> Result<Tally> {
    let report: Value = serde_json::from_str(report)?;
    let servers = report.as_object().context("the report is none")?;
    let mut tally = Tally::default();
    for (case, verdict) in servers.values().filter_map(Value::as_object).flatten() {
        // Informational: the standard leaves open what a server does there.
        let is_good = ["behavior", "behaviorClose"]
            .iter()
            .all(|of| matches!(verdict.get(of).and_then(Value::as_str), Some("OK" | "INFORMATIONAL")));
        if !is_good {
            println!("case {case}: {verdict}");
        }
        tally += Tally { passed: is_good.into(), failed: (!is_good).into() };
    }
    if tally == Tally::default() {
        bail!("no case was run");
    }
    println!("{tally}; target/conformance/index.html tells of each case");
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_strict_is_a_failure_and_no_case_at_all_is_an_error() {
        let case = |said| {
            format!(r#"{{"peer": {{"1.1.1": {{"behavior": "{said}", "behaviorClose": "OK", "duration": 1}}}}}}"#)
        };
        assert_eq!(judge(&case("OK")).unwrap(), Tally { passed: 1, failed: 0 });
        assert_eq!(judge(&case("INFORMATIONAL")).unwrap(), Tally { passed: 1, failed: 0 });
        assert_eq!(judge(&case("NON-STRICT")).unwrap(), Tally { passed: 0, failed: 1 });
        assert_eq!(judge(&case("FAILED")).unwrap(), Tally { passed: 0, failed: 1 });
        assert!(judge("{}").is_err());
    }
}
