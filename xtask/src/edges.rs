//! The workspace keeps the shape that ARCHITECTURE.md draws.

use std::collections::BTreeSet;

use cargo_metadata::{DepKindInfo, DependencyKind, Metadata, MetadataCommand, Package};

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

#[test]
fn nothing_that_the_client_needs_asks_for_a_newer_rust_than_it_says() {
    let metadata = MetadataCommand::new()
        .manifest_path(MANIFEST)
        .other_options(["--filter-platform".into(), "wasm32-unknown-unknown".into(), "--locked".into()])
        .exec()
        .unwrap();
    let stated = |package: &Package| package.rust_version.clone();
    let client = metadata.packages.iter().find(|package| package.name == "openline-client").unwrap();
    let says = stated(client).unwrap();
    let nodes = &metadata.resolve.as_ref().unwrap().nodes;
    let (mut needed, mut open) = (BTreeSet::new(), vec![client.id.clone()]);
    while let Some(id) = open.pop() {
        let node = nodes.iter().find(|node| node.id == id).unwrap();
        let runs = |kinds: &[DepKindInfo]| kinds.iter().any(|kind| kind.kind != DependencyKind::Development);
        open.extend(node.deps.iter().filter(|used| runs(&used.dep_kinds)).map(|used| used.pkg.clone()));
        needed.insert(id);
        open.retain(|next| !needed.contains(next));
    }
    assert!(needed.len() > 10, "these are all: {needed:?}");
    for package in metadata.packages.iter().filter(|package| needed.contains(&package.id)) {
        assert!(stated(package).is_none_or(|asks| asks <= says), "{} asks for {:?}", package.name, stated(package));
    }
}

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(MANIFEST).no_deps().exec().unwrap()
}
