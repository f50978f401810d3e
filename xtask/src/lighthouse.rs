//! What Lighthouse makes of the built pages, as our server serves them.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    process::Running,
    project::Project,
    server::{Profile, Server},
    tally::Tally,
    tools,
};

/// The pages, and what they are called in the report.
const PAGES: [(&str, &str); 2] = [("chat", "/r/lobby"), ("workbench", "/wire")];

/// The least that each is to have, of 100.
const LEAST: [(&str, u32); 4] = [("accessibility", 100), ("performance", 95), ("best-practices", 95), ("seo", 95)];

/// Times that a page is looked at while its performance is too low: a busy machine makes it slower, and never faster.
const TRIES: usize = 3;

/// How long one look may take.
const LIMIT: Duration = Duration::from_secs(180);

/// Looks at each page as a phone on a slow line does, which is how Lighthouse looks; each page counts as one test.
pub(crate) fn judge(project: &Project) -> Result<Tally> {
    let program = Server::build(project, Profile::Dev)?;
    let folder = project.target.join(format!("lighthouse-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let server = Server::start(
        project,
        &program,
        [
            "--listen".as_ref(),
            "127.0.0.1:0".as_ref(),
            "--data".as_ref(),
            folder.as_os_str(),
            "--assets".as_ref(),
            project.dist().as_os_str(),
        ],
    )?;
    let mut tally = Tally::default();
    for (name, path) in PAGES {
        let mut best = Vec::new();
        for _ in 0..TRIES {
            let marks = look(project, &folder, &format!("{}{path}", server.address))?;
            if best.is_empty() || mark(&marks, "performance") > mark(&best, "performance") {
                best = marks;
            }
            if is_enough(&best) {
                break;
            }
        }
        let said: Vec<_> = best.iter().map(|(category, mark)| format!("{category} {mark}")).collect();
        println!("{name}: {}", said.join(", "));
        tally += if is_enough(&best) { Tally::ONE_PASSED } else { Tally { passed: 0, failed: 1 } };
    }
    drop(server);
    let _ = fs::remove_dir_all(folder);
    Ok(tally)
}

type Marks = Vec<(&'static str, u32)>;

fn mark(marks: &Marks, category: &str) -> u32 {
    marks.iter().find(|(name, _)| *name == category).map_or(0, |(_, mark)| *mark)
}

fn is_enough(marks: &Marks) -> bool {
    LEAST.iter().all(|(category, least)| mark(marks, category) >= *least)
}

/// One look. What is not perfect is printed.
fn look(project: &Project, folder: &Path, url: &str) -> Result<Marks> {
    let report = folder.join("report.json");
    let mut command = project.command(tools::lighthouse_path(project).context("Lighthouse is gone")?);
    command
        .arg(url)
        .args(["--quiet", "--output=json", "--chrome-flags=--headless=new --no-sandbox --disable-gpu"])
        .arg(format!("--only-categories={}", LEAST.map(|(category, _)| category).join(",")))
        .arg(format!("--output-path={}", report.display()))
        .env("CHROME_PATH", tools::chrome_path(project).context("Chromium is gone")?);
    let running = Running::start(&mut command)?;
    let limit = running.limit(LIMIT);
    let status = running.wait()?;
    drop(limit);
    if !status.success() {
        bail!("Lighthouse failed ({status}); its own words are above");
    }
    let report = fs::read_to_string(report).context("Lighthouse wrote no report")?;
    let report = serde_json::from_str(&report).context("Lighthouse's report is no JSON")?;
    tell_what_is_amiss(&report);
    LEAST.iter().map(|(category, _)| Ok((*category, mark_of(&report, category)?))).collect()
}

fn mark_of(report: &Value, category: &str) -> Result<u32> {
    let score = report.pointer(&format!("/categories/{category}/score")).and_then(Value::as_f64);
    Ok((score.with_context(|| format!("Lighthouse gave no mark for {category}"))? * 100.0).round() as u32)
}

fn tell_what_is_amiss(report: &Value) {
    for audit in report.get("audits").and_then(Value::as_object).into_iter().flat_map(|all| all.values()) {
        if audit.get("score").and_then(Value::as_f64).is_some_and(|score| score < 0.9) {
            let text = |name| audit.get(name).and_then(Value::as_str).unwrap_or_default();
            println!("  {} {}", text("title"), text("displayValue"));
        }
    }
}
