//! Raw JavaScript, one closure on web-sys, gloo-net and our `Socket`, `Connection` and `Session`, in turns in one page,
//! doing the same work; then a burst of small messages to readers that keep up and to readers that don't.
//!
//! What is measured: wall time per message. First with the network left out, where a wrapper's own cost shows best: a
//! synthetic event dispatched at the browser's socket, and a `send` that does nothing. Then with it, against a peer on
//! this machine.
//!
//! Every way asks for the state before it sends, because a browser takes what comes too late and throws it away; and the
//! closure is added as a listener, which Chromium calls sooner than an `onmessage`.
//!
//! What is not alike: raw JavaScript need not copy what it is given into WebAssembly's memory; with
//! gloo-net, a `Connection` and a `Session` the work is done in a task of its own, and they take what they send by value, so
//! that each message is a copy; gloo-net sends bytes as a Blob.

mod peer;
mod task;
mod report;
mod burst;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

use self::task::Method;

#[derive(Parser)]
struct Arguments {
    /// Where the bound page is.
    #[arg(long)]
    page: PathBuf,
    /// How often each is measured; the median is told.
    #[arg(long, default_value_t = 51)]
    rounds: u32,
    /// Measure this alone.
    #[arg(long)]
    only: Option<Method>,
    /// How many messages come in the burst; none for no burst.
    #[arg(long, default_value_t = 1_000_000)]
    burst: u32,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let address = peer::start(&arguments.page).await?;
    let browser = e2e::Browser::chromium().await;
    let page = browser.visit(&format!("http://{address}/")).await;
    page.says("ready").await;
    report::print(&page, arguments.rounds, arguments.only).await?;
    if arguments.burst > 0 {
        burst::print(&page, arguments.burst).await?;
    }
    page.close().await;
    Ok(())
}
