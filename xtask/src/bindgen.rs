//! A package as a browser loads it: compiled, bound to its JavaScript, shrunk. (The chat's page is Trunk's to build.)

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::{process, project::Project};

const TARGET: &str = "wasm32-unknown-unknown";

/// As in the pages' `data-wasm-opt-params`. Low memory is the far end of a megabyte of stack.
const SMALL: [&str; 4] = ["-Oz", "--converge", "--low-memory-unused", "--reorder-functions-by-name"];

/// Compiles packages for browsers.
pub(crate) fn build(project: &Project, profile: &str, packages: &[&str]) -> Result<()> {
    let mut cargo = project.cargo(&format!("build --target {TARGET} --profile {profile}"));
    cargo.args(packages.iter().flat_map(|package| ["--package", package]));
    process::run(&mut cargo)
}

/// Binds a compiled package: an ES module and its WebAssembly go into `folder`. Returns where the latter is.
pub(crate) fn wasm(project: &Project, profile: &str, package: &str, folder: &Path) -> Result<PathBuf> {
    let name = package.replace('-', "_");
    let mut bindgen = project.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(folder);
    bindgen.arg(project.target.join(TARGET).join(profile).join(&name).with_extension("wasm"));
    process::run(&mut bindgen)?;
    Ok(folder.join(format!("{name}_bg.wasm")))
}

/// Makes it as small as it gets, as the pages are: what is alike stands together, where gzip finds it.
pub(crate) fn shrink(project: &Project, wasm: &Path) -> Result<()> {
    process::run(project.command("wasm-opt").args(SMALL).arg(wasm).arg("-o").arg(wasm))
}
