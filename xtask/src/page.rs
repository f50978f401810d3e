//! The page, as Trunk builds it into `dist/`.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
    process::Command,
};

use anyhow::{Context, Result};

use crate::{hook, process, project::Project, tools};

/// What the page is made of.
const SOURCES: &[&str] =
    &["index.html", "Trunk.toml", "Cargo.toml", "Cargo.lock", "app", "rooms", "client", "protocol"];

/// Builds the page, small; does nothing when it stands there as this built it, and nothing it is made of has changed.
/// (Trunk would bind and shrink it anew every time, which takes a quarter of a minute.)
pub(crate) fn build(project: &Project) -> Result<()> {
    let shrinks = tools::has_wasm_opt(project);
    let sources = sources(project, shrinks)?;
    let stamp = project.target.join("page.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|stamp| built(project, &sources).is_ok_and(|built| built == stamp)) {
        eprintln!("The page is built already.");
        return Ok(());
    }
    let mut trunk = project.command("trunk");
    trunk.arg("build").env(hook::OFF, "1");
    if shrinks {
        trunk.arg("--release");
    } else {
        // In Trunk's words a release is what goes through wasm-opt, and one that is missing or too old it would download.
        eprintln!("wasm-opt is not here, and npm is what would bring it: the page gets about half as large again.");
        // In the environment, so that the hook's Trunk, which builds the workbench, has it too.
        trunk.env("TRUNK_BUILD_CARGO_PROFILE", "page");
    }
    process::run(plain(&mut trunk))?;
    fs::write(stamp, built(project, &sources)?)?;
    Ok(())
}

/// Trunk, in colour or not: it takes "true" there, and fails on the "1" that everybody sets.
pub(crate) fn plain(trunk: &mut Command) -> &mut Command {
    if env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    trunk
}

/// A mark of all that goes into the page; it differs when any of it does.
fn sources(project: &Project, shrinks: bool) -> Result<String> {
    let mut mark = DefaultHasher::new();
    shrinks.hash(&mut mark);
    for source in SOURCES {
        let path = project.root.join(source);
        mark_tree(&path, &mut mark).with_context(|| format!("cannot read {}", path.display()))?;
    }
    Ok(format!("{:016x}", mark.finish()))
}

/// A mark of the page that stands in `dist/`, with that of its sources.
fn built(project: &Project, sources: &str) -> io::Result<String> {
    let mut mark = DefaultHasher::new();
    mark_tree(&project.dist(), &mut mark)?;
    Ok(format!("{sources} {:016x}", mark.finish()))
}

/// Marks a file, or a folder with all that is in it, by name, length and time of change.
fn mark_tree(path: &Path, mark: &mut DefaultHasher) -> io::Result<()> {
    let metadata = fs::metadata(path)?;
    path.hash(mark);
    if !metadata.is_dir() {
        (metadata.len(), metadata.modified()?).hash(mark);
        return Ok(());
    }
    let mut inside =
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    inside.sort();
    inside.iter().try_for_each(|path| mark_tree(path, mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_anywhere_in_a_folder_changes_its_mark() {
        let folder = env::temp_dir().join(format!("openline-xtask-{}", std::process::id()));
        let mark = || {
            let mut mark = DefaultHasher::new();
            mark_tree(&folder, &mut mark).unwrap();
            mark.finish()
        };
        fs::create_dir_all(folder.join("deep")).unwrap();
        fs::write(folder.join("deep/file"), "one").unwrap();
        let before = mark();
        assert_eq!(mark(), before);
        fs::write(folder.join("deep/file"), "three").unwrap();
        let changed = mark();
        assert_ne!(changed, before);
        fs::write(folder.join("deep/other"), "").unwrap();
        assert_ne!(mark(), changed);
        fs::remove_dir_all(folder).unwrap();
    }
}
