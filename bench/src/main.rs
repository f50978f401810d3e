//! Our server and a peer, one after another, under the same load in one run.
//!
//! What is measured: CPU time of the server's process per delivery (one entry reaching one receiver), with so many
//! posts outstanding; and the memory of its process per idle connection. The server runs on one core and the load on
//! another where `taskset` is there to see to it.
//!
//! What is not alike: our server writes each post to disk before anybody hears of it, and gives it a place in a log;
//! the peer only hands on what it is told. Both send the same bytes of JSON for an entry.

mod peer;
mod process;
mod load;
mod report;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Receivers of each message.
    #[arg(long, default_value_t = 1_000)]
    receivers: usize,
    /// Messages for each figure.
    #[arg(long, default_value_t = 1_600)]
    messages: usize,
    /// Idle connections.
    #[arg(long, default_value_t = 10_000)]
    idle: usize,
    /// Repeats of each figure; the median is told.
    #[arg(long, default_value_t = 3)]
    repeats: usize,
}

#[derive(Subcommand)]
enum Command {
    /// Be the peer: axum's WebSocket and one broadcast channel, a write for each message.
    Peer,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    process::stay_on_core(if arguments.command.is_some() { 0 } else { 1 })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match arguments.command {
        Some(Command::Peer) => runtime.block_on(peer::serve()),
        None => runtime.block_on(report::print(&arguments)),
    }
}
