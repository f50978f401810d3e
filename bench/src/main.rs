//! Our server and its peers, one after another, under the same load in one run.
//!
//! What lives here, from the ground up: a server as a process (`process`), the frames the load speaks (`frame`), the
//! small peers of our own and how each server is started (`peers`), the load (`crowd`, `settle`), what is measured
//! (`measure`, `deflate`), and how it is told (`report`, `plot`). A server runs on one core, the load on another.
//!
//! What is not alike: our server gives each post a place in a log, and writes it to disk before anybody hears of it
//! ("settled"); a signal it hands on as the peers do. A peer's message is the JSON of one batch with one entry.

mod process;
mod frame;
mod peers;
mod crowd;
mod settle;
mod measure;
mod deflate;
mod report;
mod plot;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

use crate::peers::{Own, System};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// What to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Part::value_variants().to_vec())]
    only: Vec<Part>,
    /// Whom to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = System::value_variants().to_vec())]
    systems: Vec<System>,
    /// Receivers of each message. The largest number is also that of idle lines.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000])]
    receivers: Vec<usize>,
    /// Messages under way at a time: the next ones go when everybody has heard the last.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 32])]
    outstanding: Vec<usize>,
    /// Repeats of each figure, in turns; the median is told.
    #[arg(long, default_value_t = 3)]
    repeats: usize,
    /// Seconds for each figure.
    #[arg(long, default_value_t = 0.7)]
    seconds: f64,
    /// Lines that a message a second goes to, for the latency.
    #[arg(long, default_value_t = 18_000)]
    crowd: usize,
    /// Lines that come at once into another room, while a thousand listen.
    #[arg(long, default_value_t = 10_000)]
    burst: usize,
    /// Where npm put Bun and ws; without it they are left out.
    #[arg(long, value_name = "DIR")]
    node_modules: Option<PathBuf>,
    /// A folder to draw the curves into, as SVG.
    #[arg(long, value_name = "DIR")]
    plot: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Be one of the small peers of our own.
    Peer { peer: Own },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// CPU of the server per delivery.
    Delivery,
    /// Memory of the server per idle line, and the CPU that accepting it costs.
    Idle,
    /// From a post to each hearing of it, at a message a second.
    Latency,
    /// What many lines that come at once do to those that are there. Of our server only, which has rooms.
    Burst,
    /// What compression shared by all listeners would save and cost. Needs no server.
    Deflate,
    /// Posts that settle in a second, in many rooms at once, and how long each takes. Of our server only.
    Settle,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Peer { peer }) => peers::serve(peer),
        None => report::print(&arguments),
    }
}
