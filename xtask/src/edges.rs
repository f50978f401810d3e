//! The workspace keeps the shape that ARCHITECTURE.md draws.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Who may use whom. Tests, benches, tasks and examples may use anything.
const EDGES: &[(&str, &[&str])] = &[
    ("openline-protocol", &[]),
    ("openline-client", &[]),
    ("openline-rooms", &["openline-client", "openline-protocol"]),
    ("openline-server", &["openline-protocol"]),
    ("openline-app", &["openline-client", "openline-rooms"]),
    ("openline-wire", &["openline-client"]),
];

/// Folders whose members may use anything, and that nothing else may use.
const FREE: &[&str] = &["tests", "bench", "xtask", "examples"];

/// But for this one, which everybody's tests may use.
const CHECKER: &str = "openline-checker";

#[test]
fn members_use_each_other_only_along_the_drawn_edges() {
    let metadata = metadata();
    let members: BTreeSet<_> = metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let folder = package.manifest_path.strip_prefix(&metadata.workspace_root).unwrap();
        if folder.components().any(|part| FREE.contains(&part.as_str())) {
            continue;
        }
        let Some((_, allowed)) = EDGES.iter().find(|(member, _)| *member == name) else {
            panic!("{name} has no place in the drawing: give it its edges here and in ARCHITECTURE.md");
        };
        for used in package.dependencies.iter().filter(|dependency| members.contains(&dependency.name)) {
            let is_for_tests = used.kind == DependencyKind::Development && used.name == CHECKER;
            assert!(
                is_for_tests || allowed.contains(&used.name.as_str()),
                "{name} uses {} ({:?}), which the drawing does not have",
                used.name,
                used.kind
            );
        }
    }
}

#[test]
fn every_member_keeps_the_workspace_lints_which_forbid_unsafe() {
    let metadata = metadata();
    let workspace = std::fs::read_to_string(metadata.workspace_root.join("Cargo.toml")).unwrap();
    assert!(workspace.contains("\nunsafe_code = \"forbid\"\n"));
    for package in metadata.workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true\n"), "{} has lints of its own", package.name);
    }
}

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap()
}
