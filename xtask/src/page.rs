//! The page, as Trunk builds it into `dist/`.

use std::env;

use anyhow::Result;

use crate::{hook, process, project::Project, tools};

/// Builds the page, small.
pub(crate) fn build(project: &Project) -> Result<()> {
    let mut trunk = project.command("trunk");
    trunk.arg("build").env(hook::OFF, "1");
    if tools::has_wasm_opt(project) {
        trunk.arg("--release");
    } else {
        // In Trunk's words a release is what goes through wasm-opt, and one that is missing or too old it would download.
        eprintln!("wasm-opt is not here, and npm is what would bring it: the page gets a little larger.");
        trunk.args(["--cargo-profile", "page", "--minify"]);
    }
    // Trunk takes "true" there, and fails on the "1" that everybody sets.
    if env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    process::run(&mut trunk)
}
