//! Where things are.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

/// This working copy of Openline.
pub(crate) struct Project {
    /// The folder with the workspace's Cargo.toml.
    pub(crate) root: PathBuf,
    /// What cargo builds goes here.
    pub(crate) target: PathBuf,
    /// This program.
    pub(crate) xtask: PathBuf,
}

impl Project {
    /// The one this program was built from.
    pub(crate) fn find() -> Result<Self> {
        let manifest_dir = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest_dir).parent().context("xtask stands in no workspace")?.to_owned();
        // Whatever cargo was told about its target folder, this program is in <target>/<profile>/.
        let xtask = env::current_exe()?;
        let target = xtask.ancestors().nth(2).context("xtask was not built by cargo")?.to_owned();
        Ok(Self { root, target, xtask })
    }

    /// The tools of this project alone.
    pub(crate) fn tools(&self) -> PathBuf {
        self.root.join(".tools")
    }

    /// The built page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A program that cargo built in `profile` (as its folder is called: `debug`, `release`).
    pub(crate) fn built(&self, profile: &str, program: &str) -> PathBuf {
        self.target.join(profile).join(program).with_extension(env::consts::EXE_EXTENSION)
    }

    /// Where programs are looked for: this project's tools, then everybody's.
    pub(crate) fn path(&self) -> OsString {
        let own = [self.tools().join("bin"), self.tools().join("node_modules/.bin")];
        let path = env::var_os("PATH").unwrap_or_default();
        env::join_paths(own.into_iter().chain(env::split_paths(&path))).unwrap_or(path)
    }

    /// A command that finds this project's tools, and runs at its root.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", self.path());
        command
    }

    /// Cargo, with arguments parted by spaces.
    pub(crate) fn cargo(&self, arguments: &str) -> Command {
        let mut command = self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments.split_whitespace());
        command
    }
}
