//! What a viewer's system says of them, which every browser passes on to its pages.

use std::path::Path;

use tokio::process::Command;

/// What a viewer's system says of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// The name of the time zone that they live in, where it is not that of the machine.
    pub zone: Option<&'static str>,
    /// They want light on dark.
    pub wants_dark: bool,
}

impl Viewer {
    /// A program that this viewer starts.
    pub(crate) fn at(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some(zone) = self.zone {
            command.env("TZ", zone);
        }
        // Only WebKit asks for it; the others are told by settings of their own.
        command.env("GTK_THEME", if self.wants_dark { "Adwaita:dark" } else { "Adwaita" });
        command
    }
}
