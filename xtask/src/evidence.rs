//! What the client's pages call shown by a test is shown by one.

use std::{collections::BTreeSet, fs, path::Path};

const PAGES: [&str; 2] = ["client/README.md", "client/CONFORMANCE.md"];
const TESTS: [&str; 3] = ["client/src", "client/tests", "tests/stories"];

#[test]
fn every_test_that_the_clients_pages_name_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut tests = BTreeSet::new();
    for folder in TESTS {
        gather(&root.join(folder), &mut tests);
    }
    for page in PAGES {
        let text = fs::read_to_string(root.join(page)).unwrap();
        let named: Vec<_> = text.split('`').skip(1).step_by(2).filter(|words| is_a_sentence(words)).collect();
        assert!(named.len() > 10, "{page} names these alone: {named:?}");
        for name in named {
            assert!(tests.contains(name), "{page} names {name}, which is no test");
        }
    }
}

fn gather(folder: &Path, tests: &mut BTreeSet<String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            gather(&path, tests);
        } else {
            let code = fs::read_to_string(&path).unwrap();
            tests.extend(code.split("fn ").skip(1).filter_map(|rest| Some(rest.split_once("()")?.0.to_owned())));
        }
    }
}

/// Tests are sentences; what else stands between backticks has no three words.
fn is_a_sentence(words: &str) -> bool {
    words.matches('_').count() >= 3 && words.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
