//! What is measured, in which order, and how it is told.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::{
    Arguments,
    load::{Crowd, Dialect, connect},
    process::Server,
};

const OUTSTANDING: [usize; 3] = [1, 8, 32];

pub(crate) async fn print(arguments: &Arguments) -> Result<()> {
    let Arguments { receivers, messages, idle, repeats, .. } = *arguments;
    let ours = our_server()?;
    let peer = std::env::current_exe()?;
    println!(
        "CPU of the server per delivery, in µs: {receivers} receivers, 64 characters of text; median of {repeats}"
    );
    println!(
        "{:>12} {:>10} {:>14} {:>8} {:>18}",
        "outstanding", "openline", "axum broadcast", "ratio", "frames/delivery"
    );
    for outstanding in OUTSTANDING {
        let messages = messages.min(50 * outstanding).max(outstanding * 5);
        let (mut own, mut other, mut frames) = (Vec::new(), Vec::new(), 0.0);
        for _ in 0..repeats {
            let data = tempfile::tempdir()?;
            let server = Server::start(&ours, &our_arguments(data.path().to_str().unwrap_or_default())).await?;
            let (cost, share) = per_delivery(server, Dialect::Openline, receivers, messages, outstanding).await?;
            own.push(cost);
            frames = share;
            let server = Server::start(&peer, &["peer"]).await?;
            other.push(per_delivery(server, Dialect::Echoed, receivers, messages, outstanding).await?.0);
        }
        let (own, other) = (median(own), median(other));
        println!("{outstanding:>12} {own:>10.2} {other:>14.2} {:>8.2} {frames:>18.3}", own / other);
    }

    println!("\nMemory of the server's process per idle connection, in KiB, at {idle}:");
    let data = tempfile::tempdir()?;
    let server = Server::start(&ours, &our_arguments(data.path().to_str().unwrap_or_default())).await?;
    println!("{:>16} {:.2}", "openline", memory_per_idle(server, Dialect::Openline, idle).await?);
    let server = Server::start(&peer, &["peer"]).await?;
    println!("{:>16} {:.2}", "axum broadcast", memory_per_idle(server, Dialect::Echoed, idle).await?);
    Ok(())
}

fn our_server() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("openline-server");
    ensure!(path.exists(), "{} is not there: run `cargo xtask bench server`, which builds it", path.display());
    Ok(path)
}

fn our_arguments(data: &str) -> [&str; 10] {
    ["--listen", "127.0.0.1:0", "--data", data, "--connections", "20000", "--rate", "100000", "--burst", "100000"]
}

async fn per_delivery(
    server: Server,
    dialect: Dialect,
    receivers: usize,
    messages: usize,
    outstanding: usize,
) -> Result<(f64, f64)> {
    let mut crowd = Crowd::gather(&server.address, dialect, receivers).await?;
    crowd.post(outstanding * 2, outstanding).await?;
    let before = server.cpu()?;
    let frames = crowd.post(messages, outstanding).await?;
    let spent = server.cpu()? - before;
    crowd.leave();
    server.stop().await?;
    let deliveries = (messages / outstanding * outstanding * receivers) as f64;
    Ok((spent.as_secs_f64() * 1e6 / deliveries, frames))
}

async fn memory_per_idle(server: Server, dialect: Dialect, idle: usize) -> Result<f64> {
    // What is allocated once, whatever the number, is there before the first look.
    let mut lines = Vec::new();
    for _ in 0..100 {
        lines.push(connect(&server.address, dialect).await?);
    }
    let before = server.memory()?;
    for _ in 0..idle {
        lines.push(connect(&server.address, dialect).await?);
    }
    let after = server.memory()?;
    drop(lines);
    server.stop().await?;
    Ok(after.saturating_sub(before) as f64 / idle as f64 / 1024.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
