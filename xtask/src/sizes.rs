//! What pages weigh: the smallest, with each of the client's layers, and the chat. Each has a budget.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

use crate::{bindgen, project::Project, tally::Tally, tools};

/// A page, and the most that its WebAssembly may weigh, gzipped, in bytes.
struct Budget {
    package: &'static str,
    shrunk: u64,
    /// Where there is no wasm-opt.
    unshrunk: u64,
}

const BUDGETS: &[Budget] = &[
    Budget { package: "echo-socket", shrunk: 9_000, unshrunk: 14_500 },
    Budget { package: "echo-connection", shrunk: 17_000, unshrunk: 26_500 },
    Budget { package: "echo-session", shrunk: 24_000, unshrunk: 34_500 },
];

/// The chat's first load, as Trunk has built it.
const CHAT: Budget = Budget { package: "openline-app", shrunk: 250_000, unshrunk: 346_000 };

/// Builds the pages and weighs them, with the chat that is built already.
pub(crate) fn weigh(project: &Project) -> Result<Tally> {
    let packages: Vec<_> = BUDGETS.iter().map(|budget| budget.package).collect();
    bindgen::build(project, "page", &packages)?;
    let shrinks = tools::has_wasm_opt(project);
    let mut tally = Tally::default();
    for budget in BUDGETS {
        let folder = project.target.join(budget.package);
        let wasm = bindgen::wasm(project, "page", budget.package, &folder)?;
        if shrinks {
            bindgen::shrink(project, &wasm)?;
        }
        tally += judge(budget, &wasm, shrinks)?;
    }
    tally += judge(&CHAT, &chat(project)?, shrinks)?;
    Ok(tally)
}

/// The chat's WebAssembly among what Trunk has built.
fn chat(project: &Project) -> Result<PathBuf> {
    let files = fs::read_dir(project.dist()).context("the page is not built")?.filter_map(Result::ok);
    let mut paths = files.map(|file| file.path());
    paths.find(|path| path.extension().is_some_and(|kind| kind == "wasm")).context("the page has no WebAssembly")
}

fn judge(budget: &Budget, wasm: &Path, shrinks: bool) -> Result<Tally> {
    let weight = gzipped(wasm)?;
    let limit = if shrinks { budget.shrunk } else { budget.unshrunk };
    let is_within = weight <= limit;
    println!(
        "{:<16} {weight:>6} of {limit:>6} bytes of gzipped WebAssembly{}{}",
        budget.package,
        if shrinks { "" } else { ", without wasm-opt" },
        if is_within { "" } else { ": too much" }
    );
    Ok(Tally { passed: is_within.into(), failed: (!is_within).into() })
}

fn gzipped(path: &Path) -> Result<u64> {
    let plain = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut encoder, &plain)?;
    Ok(encoder.finish()?.len() as u64)
}
