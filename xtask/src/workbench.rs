//! Trunk's post-build hook: the workbench, a page of its own, is built into the folder of the one that was just built.
//!
//! Trunk builds one page at a time, and its hooks' arguments know no variables.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};

use crate::{process, project::Project};

/// Builds it in the same way as Trunk builds the page around it.
pub(crate) fn build(project: &Project) -> Result<()> {
    let staging = env::var_os("TRUNK_STAGING_DIR").context("this is for Trunk to call")?;
    let mut trunk = project.command("trunk");
    trunk
        .current_dir(project.root.join("app/wire"))
        .arg("build")
        .arg("--dist")
        .arg(PathBuf::from(staging).join("wire"));
    if env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release") {
        trunk.arg("--release");
    }
    process::run(&mut trunk)
}
