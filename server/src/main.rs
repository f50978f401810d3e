//! The command: reads what the operator said, runs the server, and ends when it is told to.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use openline_server::{Options, Server};
use tokio::signal;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let filter = std::env::var("OPENLINE_LOG").or_else(|_| std::env::var("RUST_LOG"));
    let filter = EnvFilter::new(filter.as_deref().unwrap_or("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("openline-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::bind(options).await?;
    let stop = told_to_stop()?;
    // Whoever started us may have closed its end; that is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "listening on http://{}", server.local_addr());
    server.run(stop).await;
    Ok(())
}

/// Ends on Ctrl-C, and on what a service manager sends.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        let terminated = terminate.recv();
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        tokio::select! {
            _ = terminated => {}
            // Where there is no Ctrl-C to wait for, the other one remains.
            Ok(()) = signal::ctrl_c() => {}
            else => {}
        }
    })
}
