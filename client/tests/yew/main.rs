//! The hooks, in real Yew apps.
#![cfg(target_family = "wasm")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "helpers of tests panic as tests do")]
#![allow(dead_code, reason = "not every page needs every helper")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "../cases/peer.rs"]
mod peer;
#[path = "../cases/seen.rs"]
mod seen;
mod app;
mod sockets;
mod session;
mod provider;
mod connection;
