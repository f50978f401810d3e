//! The cases in a browser's window, and those that need a page.
#![cfg(target_family = "wasm")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests panic as tests do")]
#![allow(dead_code, reason = "not every page needs every helper")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "cases/all.rs"]
mod cases;
#[path = "cases/page.rs"]
mod page;
