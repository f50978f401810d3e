//! How a page is looked at: what the viewer's screen and settings say to it. Only Chromium can be told.

use fantoccini::Client;
use serde_json::json;

use crate::dev_tools::DevTools;

/// A screen, and how its viewer wants colours.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// What the viewer asked the system for.
    pub colors: Colors,
}

/// What a viewer can ask the system for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// A few colours of the viewer's own, and no others.
    Forced,
}

impl Colors {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Forced];

    /// How a page asks for them.
    pub(crate) const fn query(self) -> &'static str {
        match self {
            Self::Light => "(prefers-color-scheme: light) and (forced-colors: none)",
            Self::Dark => "(prefers-color-scheme: dark) and (forced-colors: none)",
            Self::Forced => "(forced-colors: active)",
        }
    }
}

impl Look {
    /// Shows the window's page in this way from now on. A narrow one is a phone: it is touched.
    pub(crate) async fn apply(self, client: &Client) {
        let Self { width, height, colors } = self;
        let is_phone = width < 600;
        let scheme = if colors == Colors::Dark { "dark" } else { "light" };
        let forced = if colors == Colors::Forced { "active" } else { "none" };
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone });
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "forced-colors", "value": forced },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        for (command, parameters) in [
            ("Emulation.setDeviceMetricsOverride", screen),
            ("Emulation.setTouchEmulationEnabled", json!({ "enabled": is_phone })),
            ("Emulation.setEmulatedMedia", json!({ "features": features })),
        ] {
            client.issue_cmd(DevTools(command, parameters)).await.expect("the browser takes the look");
        }
    }
}
