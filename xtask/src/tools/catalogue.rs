//! Each tool: where it is looked for, which version fits, and the way to get it.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    project::Project,
    tool::{Fit, Tool, Way},
};

pub(super) const NPM: &str = "npm";
pub(super) const WASM_OPT: &str = "wasm-opt";

pub(super) fn wasm_bindgen(project: &Project) -> Result<Tool> {
    Ok(Tool {
        name: "wasm-bindgen",
        programs: vec!["wasm-bindgen".into()],
        // The page and this tool speak a private language that changes with every version.
        fit: Fit::Exactly(locked_version(project, "wasm-bindgen")?),
        does: "joins compiled Rust to a browser's JavaScript",
        // Not --locked: 0.2.130 was published with a lock file that names a withdrawn dependency.
        way: Way::Crate { package: "wasm-bindgen-cli", arguments: "", opt_level: "1" },
        takes: "about 2 minutes",
    })
}

pub(super) fn trunk() -> Tool {
    Tool {
        name: "trunk",
        programs: vec!["trunk".into()],
        fit: Fit::Exactly("0.21.14".into()),
        does: "builds the page",
        // What its features add is downloading tools, which is our part here.
        way: Way::Crate { package: "trunk", arguments: "--locked --no-default-features", opt_level: "0" },
        takes: "about 3 minutes",
    }
}

pub(super) fn wasm_opt() -> Tool {
    Tool {
        name: WASM_OPT,
        programs: vec!["wasm-opt".into()],
        fit: Fit::Since("132".into()),
        does: "makes the page smaller",
        way: Way::Npm { package: "binaryen@132" },
        takes: "some seconds",
    }
}

pub(super) fn wasm_pack() -> Tool {
    Tool {
        name: "wasm-pack",
        programs: vec!["wasm-pack".into()],
        fit: Fit::Exactly("0.15.1".into()),
        does: "runs tests in browsers",
        way: Way::Crate { package: "wasm-pack", arguments: "--locked", opt_level: "0" },
        takes: "about a minute",
    }
}

pub(super) fn faketime() -> Tool {
    Tool {
        name: "faketime",
        programs: vec!["faketime".into()],
        fit: Fit::Any,
        does: "shows a process another time of day",
        way: Way::System {
            packages: "faketime",
            elsewhere: "No faketime is found (Fedora: dnf install libfaketime; Arch: pacman -S libfaketime).",
        },
        takes: "some seconds",
    }
}

pub(super) fn chrome() -> Tool {
    Tool {
        name: "Chromium",
        programs: [
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
        ]
        .map(PathBuf::from)
        .into(),
        fit: Fit::Any,
        does: "a browser to test in",
        way: Way::System {
            packages: "chromium",
            elsewhere: "No Chrome or Chromium is found. Get one as you would get any program for this system \
                        (Fedora: dnf install chromium; Arch: pacman -S chromium; macOS: brew install --cask google-chrome).",
        },
        takes: "about a minute",
    }
}

pub(super) fn chromedriver(fit: Fit) -> Tool {
    Tool {
        name: "ChromeDriver",
        programs: vec!["chromedriver".into()],
        fit,
        does: "lets tests drive that browser",
        way: Way::System {
            packages: "chromium-driver",
            elsewhere: "No ChromeDriver of the browser's version is on the PATH. It comes beside the browser \
                        (Fedora: dnf install chromedriver; Arch: in chromium; macOS: brew install --cask chromedriver; \
                        else from Chrome for Testing).",
        },
        takes: "some seconds",
    }
}

pub(super) fn firefox() -> Tool {
    Tool {
        name: "Firefox",
        programs: ["firefox", "firefox-esr", "/Applications/Firefox.app/Contents/MacOS/firefox"]
            .map(PathBuf::from)
            .into(),
        fit: Fit::Any,
        does: "another browser to test in",
        way: Way::System {
            packages: "firefox-esr",
            elsewhere: "No Firefox is found. Get one as you would get any program for this system \
                        (Fedora: dnf install firefox; Arch: pacman -S firefox; macOS: brew install --cask firefox).",
        },
        takes: "about a minute",
    }
}

pub(super) fn geckodriver() -> Tool {
    Tool {
        name: "geckodriver",
        programs: vec!["geckodriver".into()],
        fit: Fit::Exactly("0.37.1".into()),
        does: "lets tests drive Firefox",
        way: Way::Crate { package: "geckodriver", arguments: "--locked", opt_level: "0" },
        takes: "about 2 minutes",
    }
}

pub(super) fn webkit() -> Tool {
    Tool {
        name: "WebKitWebDriver",
        programs: vec!["WebKitWebDriver".into()],
        fit: Fit::Any,
        does: "a third browser to test in, with what drives it",
        way: Way::System {
            packages: "webkit2gtk-driver",
            elsewhere: "No WebKitWebDriver is found (Fedora: dnf install webkit2gtk-driver). It is for Linux; elsewhere \
                        the rings can be named that are to be run.",
        },
        takes: "about a minute",
    }
}

pub(super) fn display() -> Tool {
    Tool {
        name: "Xvfb",
        programs: vec!["Xvfb".into()],
        fit: Fit::Any,
        does: "a display that nobody sees, for that browser",
        way: Way::System {
            packages: "xvfb",
            elsewhere: "No Xvfb is found (Fedora: dnf install xorg-x11-server-Xvfb; Arch: pacman -S xorg-server-xvfb).",
        },
        takes: "some seconds",
    }
}

pub(super) fn npm() -> Tool {
    Tool {
        name: NPM,
        programs: vec![NPM.into()],
        fit: Fit::Any,
        does: "gets what judges the pages",
        way: Way::System {
            packages: "nodejs npm",
            elsewhere: "No npm is found. It comes with Node.js, version 18 or later.",
        },
        takes: "about a minute",
    }
}

pub(super) fn axe() -> Tool {
    Tool {
        name: "axe-core",
        programs: Vec::new(),
        fit: Fit::Exactly("4.14.1".into()),
        does: "finds what keeps people out of a page",
        way: Way::Npm { package: "axe-core@4.14.1" },
        takes: "some seconds",
    }
}

pub(super) fn lighthouse() -> Tool {
    Tool {
        name: "lighthouse",
        programs: vec!["lighthouse".into()],
        fit: Fit::Exactly("12.8.2".into()),
        does: "judges how a page loads and whom it lets in",
        way: Way::Npm { package: "lighthouse@12.8.2" },
        takes: "half a minute",
    }
}

/// What runs the Autobahn cases. (The Autobahn Testsuite itself needs Python 2.)
pub(crate) fn kosoku() -> Tool {
    Tool {
        name: "kosoku 0.1.0",
        programs: vec![".tools/kosoku-0.1.0/bin/kosoku".into()],
        fit: Fit::Any,
        does: "asks the server what RFC 6455 asks of one",
        way: Way::Python { package: "kosoku", version: "0.1.0" },
        takes: "some seconds",
    }
}

/// What searches for bytes that break a parser.
pub(crate) fn cargo_fuzz() -> Tool {
    Tool {
        name: "cargo-fuzz",
        programs: vec!["cargo-fuzz".into()],
        fit: Fit::Exactly("0.13.2".into()),
        does: "builds fuzz targets and runs them",
        way: Way::Crate { package: "cargo-fuzz", arguments: "--locked", opt_level: "0" },
        takes: "about a minute",
    }
}

/// Which version of a package Cargo.lock names.
fn locked_version(project: &Project, package: &str) -> Result<String> {
    let lock = fs::read_to_string(project.root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let name = format!("name = \"{package}\"");
    lock.lines()
        .skip_while(|line| *line != name)
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock names no {package}"))
}
