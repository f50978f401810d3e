//! The command: reads what the operator said, runs the server, and ends when it is told to.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Parser, Subcommand, ValueEnum};
use openline_server::{BackupError, Options, Server, back_up};
use tokio::signal;
use tracing_subscriber::EnvFilter;

/// Openline's server: rooms over WebSocket, in one process with one data file.
#[derive(Parser)]
#[command(name = "openline-server", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// How the log is written to the standard error.
    #[arg(long, env = "OPENLINE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    #[command(flatten)]
    options: Options,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    /// For people.
    Text,
    /// An object a line, for programs.
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Make a backup of a data folder, also while a server runs on it.
    Backup {
        /// The file to write; it must not be there yet.
        file: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { command, log_format, options } = Arguments::parse();
    let filter = std::env::var("OPENLINE_LOG").or_else(|_| std::env::var("RUST_LOG"));
    let filter = EnvFilter::new(filter.as_deref().unwrap_or("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Colours are for people; a file or a service manager would keep them as rubbish.
    let log = log.with_ansi(std::io::stderr().is_terminal());
    match log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    let done = match command {
        None => run(options).await,
        Some(Command::Backup { file }) => backup(&options.data, &file).map_err(Into::into),
    };
    match done {
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

/// Says how far it is once it takes long.
fn backup(data: &Path, file: &Path) -> Result<(), BackupError> {
    let mut told = Instant::now();
    back_up(data, file, |bytes, left| {
        if told.elapsed() > Duration::from_secs(1) {
            told = Instant::now();
            let _ = writeln!(std::io::stderr(), "{} of {} MB", bytes.saturating_sub(left) >> 20, bytes >> 20);
        }
    })?;
    let size = file.metadata().map(|file| file.len()).unwrap_or_default();
    let _ = writeln!(std::io::stdout(), "{}: {} MB, checked", file.display(), size.div_ceil(1 << 20));
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
