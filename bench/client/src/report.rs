//! The table.

use anyhow::{Context, Result};
use e2e::Page;
use serde::Deserialize;

use crate::task::{self, Method, Task};

/// Milliseconds a round, by way.
#[derive(Deserialize)]
struct Took {
    raw: Vec<f64>,
    bare: Vec<f64>,
    gloo: Vec<f64>,
    socket: Vec<f64>,
    connection: Vec<f64>,
    session: Vec<f64>,
}

/// Measures and prints row by row.
pub(crate) async fn print(page: &Page, rounds: u32, only: Option<Method>) -> Result<()> {
    println!("Microseconds a message on one closure on web-sys, and how many times that each other way takes.");
    println!("Medians of {rounds} rounds in turns; a ratio is the median of the rounds' own.\n");
    let mut last = None;
    for task in task::all(rounds).filter(|task| only.is_none_or(|only| only == task.method)) {
        if last != Some(task.method) {
            heading(task.method);
            last = Some(task.method);
        }
        row(task, &measure(page, task).await?);
    }
    Ok(())
}

async fn measure(page: &Page, task: Task) -> Result<Took> {
    let took = page.eval(&format!("measure({})", serde_json::to_string(&task)?)).await;
    serde_json::from_value(took).context("the page did not measure")
}

fn heading(method: Method) {
    println!(
        "{:<30} {:>10} {:>8} {:>8} {:>8} {:>10} {:>8}",
        method.words(),
        "web-sys",
        "raw JS",
        "gloo-net",
        "Socket",
        "Connection",
        "Session"
    );
}

fn row(task: Task, took: &Took) {
    let kind = if task.binary { "binary" } else { "text" };
    let alone = median(took.bare.clone()) / f64::from(task.messages) * 1_000.0;
    let ratio = |way: &[f64]| median(way.iter().zip(&took.bare).map(|(way, bare)| way / bare).collect());
    println!(
        "  {kind:<6} {:>6} B {:>24.2} {:>8.2} {:>8.2} {:>8.2} {:>10.2} {:>8.2}",
        task.size,
        alone,
        ratio(&took.raw),
        ratio(&took.gloo),
        ratio(&took.socket),
        ratio(&took.connection),
        ratio(&took.session)
    );
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}
