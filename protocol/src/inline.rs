//! Bytes as base64 (RFC 4648), where there is no payload for them to stand in.
//!
//! A browser has base64 already (WHATWG HTML, `atob` and `btoa`): there it is asked. It reads a little more than it
//! writes: spaces, and an end that is not padded.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub(crate) use self::browser::{decode, encode};
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub(crate) use self::native::{decode, encode};

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod browser {
    use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

    /// Both in texts whose characters are bytes, from U+0000 to U+00FF.
    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(catch)]
        fn atob(base64: &str) -> Result<String, JsValue>;

        fn btoa(bytes: &str) -> String;
    }

    pub(crate) fn decode(base64: &str) -> Option<Vec<u8>> {
        atob(base64).ok()?.chars().map(|byte| u8::try_from(byte).ok()).collect()
    }

    pub(crate) fn encode(bytes: &[u8]) -> String {
        btoa(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>())
    }
}

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
mod native {
    use base64::{Engine, engine::general_purpose::STANDARD};

    pub(crate) fn decode(base64: &str) -> Option<Vec<u8>> {
        STANDARD.decode(base64).ok()
    }

    pub(crate) fn encode(bytes: &[u8]) -> String {
        STANDARD.encode(bytes)
    }
}
