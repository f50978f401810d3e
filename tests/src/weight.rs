//! What a page weighs. Only Chromium tells.

use std::fmt;

use serde_json::{Value, json};

use crate::{dev_tools::DevTools, page::Page};

/// What a page weighs, after everything that nothing holds was let go.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    /// What JavaScript holds, in bytes.
    pub heap: f64,
    /// WebAssembly's memory, in bytes.
    pub wasm: f64,
    /// Nodes, in the document and out of it.
    pub nodes: f64,
    /// Items of the list.
    pub rows: u64,
}

impl Weight {
    /// What a page has to run first, for it to say what WebAssembly takes.
    pub const FIRST: &str = "addEventListener('TrunkApplicationStarted', ({ detail }) => window.wasm = detail.wasm)";
}

impl Page {
    /// What it weighs now.
    pub async fn weight(&self) -> Weight {
        let ask = async |command| {
            self.client().issue_cmd(DevTools(command, json!({}))).await.expect("the browser answers its own tools")
        };
        let number = |answer: Value, of: &str| answer.get(of).and_then(Value::as_f64).expect("a number");
        ask("HeapProfiler.collectGarbage").await;
        let heap = number(ask("Runtime.getHeapUsage").await, "usedSize");
        let nodes = number(ask("Memory.getDOMCounters").await, "nodes");
        let wasm = self.eval("window.wasm?.memory.buffer.byteLength ?? 0").await;
        let rows = self.eval("document.querySelectorAll('[role=log] li').length").await;
        Weight { heap, wasm: wasm.as_f64().expect("a number"), nodes, rows: rows.as_u64().expect("a number") }
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { heap, wasm, nodes, rows } = self;
        write!(f, "{:.2} MB in JavaScript, {:.2} MB in WebAssembly, {nodes} nodes, {rows} rows", heap / 1e6, wasm / 1e6)
    }
}
