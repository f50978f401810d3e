//! A tool: how it is found, which version fits, how it is got, and how long that takes.

use std::{
    fmt, fs,
    io::{self, IsTerminal},
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{process, project::Project};

/// Something this project needs that is not part of it.
pub(crate) struct Tool {
    /// What it is called.
    pub(crate) name: &'static str,
    /// The programs it goes by, the most likely first. A package of npm that has none is known by its own name.
    pub(crate) programs: Vec<PathBuf>,
    /// Which version fits.
    pub(crate) fit: Fit,
    /// What it is for, in a few words.
    pub(crate) does: &'static str,
    /// How it is got.
    pub(crate) way: Way,
    /// How long that usually takes on two cores.
    pub(crate) takes: &'static str,
}

/// Which versions of a tool will do.
pub(crate) enum Fit {
    /// Whichever is there.
    Any,
    /// This one only.
    Exactly(String),
    /// This one or a later one.
    Since(String),
    /// Any whose first number is this.
    Major(String),
}

/// How a tool is got.
pub(crate) enum Way {
    /// Part of Rust's own distribution: its libraries for another kind of machine.
    Target {
        /// Rust's name for that kind.
        triple: &'static str,
    },
    /// From the registry of crates, into `.tools/`.
    Crate {
        /// The crate that holds it.
        package: &'static str,
        /// With what further arguments of `cargo install`.
        arguments: &'static str,
        /// How much the compiler shall optimise it: less is sooner here, and slower at work.
        opt_level: &'static str,
    },
    /// From the registry of npm, into `.tools/`.
    Npm {
        /// The package, with its version.
        package: &'static str,
    },
    /// From the registry of Python packages, into a folder of its own in `.tools/`.
    Python {
        /// The package.
        package: &'static str,
        /// Its version.
        version: &'static str,
    },
    /// Debian's packages; elsewhere the words say where to look.
    System {
        /// Debian's names for it.
        packages: &'static str,
        /// What to do where there is no apt.
        elsewhere: &'static str,
    },
}

impl Tool {
    /// Where it is, if the one that would be run fits.
    ///
    /// The first one on the path decides, because the tools call each other by name.
    pub(crate) fn find(&self, project: &Project) -> Option<PathBuf> {
        let (path, version) = self.first(project)?;
        self.fit.takes(&version).then_some(path)
    }

    /// The first one there is, with its version, whether it fits or not.
    pub(crate) fn first(&self, project: &Project) -> Option<(PathBuf, String)> {
        if let Way::Target { triple } = self.way {
            return target_libraries(project, triple).map(|path| (path, triple.to_owned()));
        }
        if let (Way::Npm { .. }, true) = (&self.way, self.programs.is_empty()) {
            return npm_package(project, self.name);
        }
        let path = self
            .programs
            .iter()
            .find_map(|program| which::which_in(program, Some(project.path()), &project.root).ok())?;
        // Some don't tell their version; where any will do, it need not be known.
        let version = version_of(&path).or_else(|| matches!(self.fit, Fit::Any).then(String::new))?;
        Some((path, version))
    }

    /// Gets it, having said so.
    pub(crate) fn get(&self, project: &Project) -> Result<()> {
        eprintln!("\nGetting {self}: {}", self.takes);
        let begun = Instant::now();
        match &self.way {
            Way::Target { triple } => get_target(project, triple),
            Way::Crate { package, arguments, opt_level } => self.get_crate(project, package, arguments, opt_level),
            Way::Npm { package } => get_npm(project, package),
            Way::Python { package, version } => get_python(project, package, version),
            Way::System { packages, elsewhere } => get_from_system(project, packages, elsewhere),
        }?;
        if self.find(project).is_none() {
            let there = self.first(project).map_or("none".to_owned(), |(_, version)| version);
            bail!("{self} is needed, but after installing it this one is found: {there}");
        }
        eprintln!("{self} is here after {} s", begun.elapsed().as_secs());
        Ok(())
    }

    fn get_crate(&self, project: &Project, package: &str, arguments: &str, opt_level: &str) -> Result<()> {
        let Fit::Exactly(version) = &self.fit else { bail!("{} needs an exact version to be got", self.name) };
        let package = format!("{package}@{version}");
        let has_binstall = which::which("cargo-binstall").is_ok();
        if has_binstall {
            let mut binstall = project.cargo("binstall --no-confirm --disable-strategies compile --root");
            if process::run(binstall.arg(project.tools()).arg(&package)).is_ok() && self.find(project).is_some() {
                return Ok(());
            }
            if !process::is_stopping() {
                eprintln!("cargo binstall has no ready-made one; compiling it instead");
            }
        }
        let mut install = project.cargo("install --force");
        if !io::stderr().is_terminal() {
            install.arg("--quiet");
        }
        install
            .args(arguments.split_whitespace())
            .arg("--root")
            .arg(project.tools())
            .arg("--target-dir")
            .arg(project.target.join("tools"))
            .arg(&package)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "64")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level);
        process::run(&mut install).with_context(|| {
            format!(
                "{self} cannot be had. It comes from the registry of crates, so this needs the network; where there \
                 is none, bring {} onto the PATH by other means and run this again",
                self.name
            )
        })
    }

    /// Where it will be put, for the announcement.
    pub(crate) fn place(&self) -> &'static str {
        match self.way {
            Way::Crate { .. } | Way::Npm { .. } | Way::Python { .. } => ".tools/",
            Way::Target { .. } => "rustup's place",
            Way::System { .. } => "the system",
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fit {
            Fit::Any => write!(f, "{}", self.name),
            Fit::Exactly(version) => write!(f, "{} {version}", self.name),
            Fit::Since(version) => write!(f, "{} {version} or later", self.name),
            Fit::Major(major) => write!(f, "{} {major}", self.name),
        }
    }
}

impl Fit {
    fn takes(&self, version: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(wanted) => version == wanted,
            Self::Since(wanted) => numbers(version) >= numbers(wanted),
            Self::Major(wanted) => numbers(version).first() == numbers(wanted).first(),
        }
    }
}

/// What a program says its version is: the first word of `--version` that starts with a digit.
fn version_of(program: &PathBuf) -> Option<String> {
    let said = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?.stdout;
    first_version(&String::from_utf8_lossy(&said))
}

fn first_version(said: &str) -> Option<String> {
    said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

fn target_libraries(project: &Project, triple: &str) -> Option<PathBuf> {
    let said = project.command("rustc").args(["--print", "target-libdir", "--target", triple]).output().ok()?.stdout;
    let path = PathBuf::from(String::from_utf8_lossy(&said).trim());
    path.is_dir().then_some(path)
}

fn get_target(project: &Project, triple: &str) -> Result<()> {
    if which::which("rustup").is_err() {
        bail!("Rust's libraries for {triple} are missing. Without rustup they come from where your Rust came from.");
    }
    process::run(project.command("rustup").args(["target", "add", triple]))
        .with_context(|| format!("{triple} cannot be had; rustup needs the network for it"))
}

/// A package in this project's tools, and its version.
fn npm_package(project: &Project, name: &str) -> Option<(PathBuf, String)> {
    let path = project.tools().join("node_modules").join(name);
    let described: serde_json::Value = serde_json::from_slice(&fs::read(path.join("package.json")).ok()?).ok()?;
    Some((path, described.get("version")?.as_str()?.to_owned()))
}

fn get_npm(project: &Project, package: &str) -> Result<()> {
    let mut install = project.command("npm");
    install.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(project.tools()).arg(package);
    process::run(&mut install)
}

fn get_python(project: &Project, package: &str, version: &str) -> Result<()> {
    let folder = project.tools().join(format!("{package}-{version}"));
    let make = || process::run(project.command("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    if make().is_err() {
        get_from_system(
            project,
            "python3-venv",
            &format!("{package} needs Python 3.10 or later, with venv and pip, as python3 on the PATH."),
        )?;
        make()?;
    }
    let mut install = project.command(folder.join("bin/python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    process::run(install.arg(format!("{package}=={version}")))
}

fn get_from_system(project: &Project, packages: &str, elsewhere: &str) -> Result<()> {
    if which::which("apt-get").is_err() {
        bail!("{elsewhere} Then run this again.");
    }
    let by_hand = format!("apt-get update && apt-get install --yes {packages}");
    if !is_root() {
        bail!("Only root may install Debian's packages. Run this, then try again:\n\n  sudo sh -c '{by_hand}'");
    }
    for arguments in ["update --quiet", &format!("install --yes --quiet --no-install-recommends {packages}")] {
        let mut apt = project.command("apt-get");
        apt.args(arguments.split_whitespace()).env("DEBIAN_FRONTEND", "noninteractive");
        process::run(&mut apt).with_context(|| format!("{packages} cannot be had; try by hand: {by_hand}"))?;
    }
    Ok(())
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_programs_say() {
        for (said, version) in [
            ("trunk 0.21.14\n", "0.21.14"),
            ("wasm-opt version 132 (version_132)", "132"),
            ("ChromeDriver 156.0.8078.80 (0123abcd)", "156.0.8078.80"),
            ("Chromium 156.0.8078.80 built on Debian GNU/Linux 12", "156.0.8078.80"),
        ] {
            assert_eq!(first_version(said).as_deref(), Some(version));
        }
        assert_eq!(first_version("no number here"), None);
    }

    #[test]
    fn a_version_fits_or_it_does_not() {
        assert!(Fit::Exactly("0.2.130".into()).takes("0.2.130"));
        assert!(!Fit::Exactly("0.2.130".into()).takes("0.2.129"));
        assert!(Fit::Since("0.15.1".into()).takes("0.15.1"));
        assert!(Fit::Since("0.15.1".into()).takes("0.16.0"));
        assert!(!Fit::Since("132".into()).takes("108"));
        assert!(Fit::Major("156.0.1".into()).takes("156.0.8078.80"));
        assert!(!Fit::Major("156.0.1".into()).takes("155.0.8078.80"));
    }
}
