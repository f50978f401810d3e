//! `cargo xtask screenshots`: the pictures in the documentation, taken anew.

use anyhow::Result;

use crate::{page, process, project::Project, stories, tools};

/// Takes them, from the page as it is built now.
pub(crate) fn take(project: &Project) -> Result<()> {
    let mut needed = tools::for_page(project)?;
    needed.extend(tools::for_chromium(project)?);
    tools::get(project, needed)?;
    page::build(project)?;
    let mut command = project.cargo("run --quiet --package e2e --bin screenshots --");
    command.arg(project.root.join("docs"));
    stories::in_chromium(project, &mut command)?;
    process::run(stories::with_server(project, &mut command)?)
}
