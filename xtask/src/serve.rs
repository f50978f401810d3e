//! `cargo xtask serve`: a chat at one address.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::Args;

use crate::{
    page, process,
    project::Project,
    server::{self, Profile, Server},
    tools,
};

/// Build the page and the server, and run them at one address until Ctrl-C.
#[derive(Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9000", env = "OPENLINE_LISTEN")]
    listen: String,
    /// Where what is said is kept [default: data/ of this project]
    #[arg(long, value_name = "FOLDER", env = "OPENLINE_DATA")]
    data: Option<PathBuf>,
    /// Further arguments of the server, after `--`
    #[arg(last = true)]
    server: Vec<String>,
}

impl Serve {
    pub(crate) fn run(self, project: &Project) -> Result<ExitCode> {
        refuse_a_taken_port(&self.listen)?;
        tools::get(project, tools::for_page(project)?)?;
        page::build(project)?;
        let program = Server::build(project, Profile::Release)?;
        let data = self.data.unwrap_or_else(|| project.root.join("data"));
        let mut arguments = vec!["--listen".into(), self.listen.into(), "--data".into(), data.clone().into_os_string()];
        arguments.extend(["--assets".into(), project.dist().into_os_string()]);
        arguments.extend(self.server.into_iter().map(Into::into));
        let server = Server::start(project, &program, arguments)?;
        eprintln!("\nOpenline is at {}", server.address);
        eprintln!("Open it in two windows. What is said is kept in {}. Ctrl-C stops it.\n", data.display());
        let status = server.wait()?;
        if process::is_stopping() {
            eprintln!("Stopped.");
            return Ok(ExitCode::SUCCESS);
        }
        process::exit_code(status)
    }
}

/// Tells now what the server would tell after minutes of building.
fn refuse_a_taken_port(listen: &str) -> Result<()> {
    let Ok(address) = listen.parse::<SocketAddr>() else { return Ok(()) };
    match TcpListener::bind(address) {
        Err(error) if error.kind() == ErrorKind::AddrInUse && server::answers(address) => {
            bail!(
                "Openline runs at http://{address} already. Use that one, or stop it, or choose another: --listen 127.0.0.1:0"
            )
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("Another program listens on {address}. Choose another port: --listen 127.0.0.1:0")
        }
        _ => Ok(()),
    }
}
