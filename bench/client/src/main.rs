//! Raw JavaScript, one closure on web-sys, gloo-net and our `Socket`, in turns in one page, doing the same work.
//!
//! What is measured: wall time per message. First with the network left out, where a wrapper's own cost shows best: a
//! synthetic event dispatched at the browser's socket, and a `send` that does nothing. Then with it, against a peer on
//! this machine.
//!
//! Every way asks for the state before it sends, because a browser takes what comes too late and throws it away; and the
//! closure is added as a listener, which Chromium calls sooner than an `onmessage`.
//!
//! What is not alike: raw JavaScript need not copy what it is given into WebAssembly's memory; gloo-net's handler runs
//! in a task of its own, it takes what it sends by value, so that each message is a copy, and sends bytes as a Blob.

mod peer;
mod task;
mod report;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

#[derive(Parser)]
struct Arguments {
    /// Where the bound page is.
    #[arg(long)]
    page: PathBuf,
    /// How often each is measured; the median is told.
    #[arg(long, default_value_t = 51)]
    rounds: u32,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let address = peer::start(&arguments.page).await?;
    let browser = e2e::Browser::chromium().await;
    let page = browser.visit(&format!("http://{address}/")).await;
    page.says("ready").await;
    report::print(&page, arguments.rounds).await?;
    page.close().await;
    Ok(())
}
