//! Where the programs are that the stories need.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The program or folder that an environment variable names, or the first of the usual places that exists.
pub(crate) fn find(variable: &str, usual: &[&str], remedy: &str) -> PathBuf {
    if let Some(path) = env::var_os(variable) {
        return path.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above this package");
    let found = usual.iter().map(|path| root.join(path)).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("no {variable}, and none of {usual:?} is there: {remedy}"))
}
