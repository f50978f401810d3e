//! What an operator can say, on the command line or in the environment.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::{Args, Parser, value_parser};
use openline_protocol::{Join, Limits as WireLimits, Post, Signal};

use crate::{base_path::BasePath, origin::Origin, pace::Rate};

/// Openline's server: rooms over WebSocket, in one process with one data file.
#[derive(Clone, Debug, Parser)]
#[command(name = "openline-server", version)]
#[non_exhaustive]
pub struct Options {
    /// The address to listen on; port 0 takes any that is free.
    #[arg(long, env = "OPENLINE_LISTEN", value_name = "IP:PORT", default_value = "127.0.0.1:9000")]
    pub listen: SocketAddr,

    /// The folder of the data file. It is made if it isn't there, and only one server may use it at a time.
    #[arg(long, env = "OPENLINE_DATA", value_name = "DIR", default_value = "data", global = true)]
    pub data: PathBuf,

    /// The folder of the built page.
    #[arg(long, env = "OPENLINE_ASSETS", value_name = "DIR", default_value = "dist")]
    pub assets: PathBuf,

    /// An origin whose pages may connect, besides the server's own; may be said more than once.
    #[arg(long, env = "OPENLINE_ORIGIN", value_name = "URL", value_delimiter = ',')]
    pub origin: Vec<Origin>,

    /// The path that all addresses begin with, where a proxy shows the server under one. Requests may come with it or
    /// without.
    #[arg(long, env = "OPENLINE_BASE", value_name = "PATH", default_value = "/")]
    pub base: BasePath,

    /// The address of a reverse proxy, which the limit per address doesn't hold for; may be said more than once.
    #[arg(long, env = "OPENLINE_PROXY", value_name = "IP", value_delimiter = ',')]
    pub proxy: Vec<IpAddr>,

    /// The most bytes the data file may have. Over it, posts are refused for now and everything else goes on. Without
    /// it, the disk is the limit.
    #[arg(long, env = "OPENLINE_DATA_LIMIT", value_name = "BYTES")]
    pub data_limit: Option<u64>,

    /// How many entries of each room are kept, the newest. Older ones are dropped; their ids stay, so that posting one
    /// again still settles. Without it, all are kept.
    #[arg(long, env = "OPENLINE_KEEP_ENTRIES", value_name = "N", value_parser = value_parser!(u64).range(1..))]
    pub keep_entries: Option<u64>,

    /// How many days an entry is kept; 0.5 is half a day. Without it, all are kept.
    #[arg(long, env = "OPENLINE_KEEP_DAYS", value_name = "DAYS", value_parser = days)]
    pub keep_days: Option<Duration>,

    #[allow(missing_docs, reason = "a doc comment here would become the command's own help")]
    #[command(flatten)]
    pub limits: Limits,
}

/// Every limit, each with its reason.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
#[non_exhaustive]
pub struct Limits {
    /// UTF-8 bytes in a post's text: some pages of writing. What is longer is a file.
    #[arg(long, env = "OPENLINE_TEXT", value_name = "BYTES", default_value_t = Post::MAX_TEXT)]
    #[arg(value_parser = bytes(1 << 20))]
    pub text: usize,

    /// Bytes in a post's bytes body: a picture. Each post is held in memory a few times over, so not more.
    #[arg(long, env = "OPENLINE_BYTES", value_name = "BYTES", default_value_t = Post::MAX_BYTES)]
    #[arg(value_parser = bytes(16 << 20))]
    pub bytes: usize,

    /// Bytes in a signal's body: the set-up of a call fits.
    #[arg(long, env = "OPENLINE_SIGNAL", value_name = "BYTES", default_value_t = Signal::MAX_BODY)]
    #[arg(value_parser = bytes(1 << 20))]
    pub signal: usize,

    /// Rooms one line may be in at a time: each costs memory, and a look when the line wakes.
    #[arg(long, env = "OPENLINE_ROOMS", value_name = "N", default_value_t = 64)]
    #[arg(value_parser = count(10_000))]
    pub rooms: usize,

    /// Messages a second from one line over a longer time. Nobody types that fast; a flood is read no faster.
    #[arg(long, env = "OPENLINE_RATE", value_name = "N", default_value_t = 200)]
    #[arg(value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub rate: u32,

    /// Messages at once before that rate is felt: a page that comes back says all it has at once.
    #[arg(long, env = "OPENLINE_BURST", value_name = "N", default_value_t = 1_000)]
    #[arg(value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub burst: u32,

    /// Entries behind the head that a join is caught up over the line. Farther back, pages over HTTP are cheaper.
    #[arg(long, env = "OPENLINE_BEHIND", value_name = "N", default_value_t = Join::MAX_BEHIND)]
    pub behind: u64,

    /// Posts of one line on their way to the disk. More are not read until some are there.
    #[arg(long, env = "OPENLINE_IN_FLIGHT", value_name = "N", default_value_t = 64)]
    #[arg(value_parser = count(10_000))]
    pub in_flight: usize,

    /// Connections in all, of any kind: each costs a file handle and some memory.
    #[arg(long, env = "OPENLINE_CONNECTIONS", value_name = "N", default_value_t = 16_000)]
    #[arg(value_parser = count(10_000_000))]
    pub connections: usize,

    /// Connections from one address (for IPv6, from one /64 network), so that one guest can't take every place. An
    /// office behind one address fits. It doesn't hold for loopback and for proxies.
    #[arg(long, env = "OPENLINE_PER_ADDRESS", value_name = "N", default_value_t = 512)]
    #[arg(value_parser = count(10_000_000))]
    pub per_address: usize,

    /// Bytes of a room's latest entries kept in memory, encoded, so that live readers never touch the disk.
    #[arg(long, env = "OPENLINE_TAIL", value_name = "BYTES", default_value_t = 1 << 20)]
    #[arg(value_parser = bytes(1 << 30))]
    pub tail: usize,

    /// Bytes handed to lines that are slow to take them, in all. Over it, those that have taken nothing for longest are
    /// told to come back.
    #[arg(long, env = "OPENLINE_UNSENT", value_name = "BYTES", default_value_t = 64 << 20)]
    #[arg(value_parser = bytes(1 << 40))]
    pub unsent: usize,

    /// Bytes of posts on their way to the disk, in all. Over it, posts are not read until some are there.
    #[arg(long, env = "OPENLINE_UNWRITTEN", value_name = "BYTES", default_value_t = 32 << 20)]
    #[arg(value_parser = bytes(1 << 40))]
    pub unwritten: usize,

    /// Seconds to say hello in, and to send a request's head in: a line that says nothing is not held open.
    #[arg(long, env = "OPENLINE_HELLO_TIME", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub hello_time: Duration,

    /// Seconds without any byte taken before a line that has something to take is given up.
    #[arg(long, env = "OPENLINE_WRITE_TIME", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub write_time: Duration,

    /// Seconds of a line's silence before it is asked whether it lives.
    #[arg(long, env = "OPENLINE_PING_EVERY", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub ping_every: Duration,

    /// Seconds it may take to answer that.
    #[arg(long, env = "OPENLINE_PONG_TIME", value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub pong_time: Duration,

    /// Seconds of the server's own silence before it sends a beat, by which a page judges the line.
    #[arg(long, env = "OPENLINE_BEAT_EVERY", value_name = "SECONDS", default_value_t = 15)]
    #[arg(value_parser = value_parser!(u32).range(1..=3_600))]
    pub beat_every: u32,

    /// Seconds a stop may take: to finish what is under way and say goodbye to everybody.
    #[arg(long, env = "OPENLINE_STOP_TIME", value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub stop_time: Duration,

    /// Seconds between being told to stop and doing so, in which everything goes on but `/ready` says no: so long a
    /// proxy in front takes to notice.
    #[arg(long, env = "OPENLINE_DRAIN_TIME", value_name = "SECONDS", default_value = "0", value_parser = wait)]
    pub drain_time: Duration,
}

impl Limits {
    /// What pages are told of them.
    pub(crate) fn on_the_wire(&self) -> WireLimits {
        WireLimits {
            text: self.text,
            bytes: self.bytes,
            signal: self.signal,
            rooms: self.rooms,
            rate: self.rate,
            burst: self.burst,
            behind: self.behind,
        }
    }

    /// How fast one line may speak.
    pub(crate) fn pace(&self) -> Rate {
        Rate::new(self.rate, self.burst)
    }

    /// The most bytes a frame going up can need: JSON writes some bytes as six, and there is the rest of the message.
    pub(crate) fn frame(&self) -> usize {
        self.bytes.max(self.signal.max(self.text).saturating_mul(6)) + 8 * 1024
    }
}

fn bytes(most: usize) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync {
    number(most, "bytes")
}

fn count(most: usize) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync {
    number(most, "of them")
}

fn number(most: usize, what: &'static str) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync {
    move |text| match text.parse() {
        Ok(number @ 1..) if number <= most => Ok(number),
        _ => Err(format!("say a number from 1 to {most} {what}")),
    }
}

fn days(text: &str) -> Result<Duration, String> {
    let time = text.parse().ok().and_then(|days: f64| Duration::try_from_secs_f64(days * 86_400.0).ok());
    time.filter(|time| *time >= Duration::from_secs(1)).ok_or_else(|| "say days, from 0.00002 on".into())
}

fn wait(text: &str) -> Result<Duration, String> {
    if text.parse() == Ok(0.0) { Ok(Duration::ZERO) } else { seconds(text) }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        Some(time) if time >= Duration::from_millis(1) && time <= Duration::from_secs(86_400) => Ok(time),
        _ => Err("say seconds, from 0.001 to 86400".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, String> {
        Options::try_parse_from([&["openline-server"], arguments].concat()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_option_has_a_default_a_sentence_and_a_variable() {
        Options::command().debug_assert();
        let options = parse(&[]).unwrap();
        assert_eq!(options.listen.to_string(), "127.0.0.1:9000");
        assert_eq!(options.limits.on_the_wire(), WireLimits::default());
        for argument in
            Options::command().get_arguments().filter(|a| !matches!(a.get_id().as_str(), "help" | "version"))
        {
            assert!(argument.get_env().is_some_and(|name| name.to_string_lossy().starts_with("OPENLINE_")));
            assert!(argument.get_help().is_some_and(|help| help.to_string().len() > 10), "{argument}");
        }
    }

    #[test]
    fn a_bad_argument_is_answered_with_what_would_be_good() {
        let told = |arguments: &[&str], words: &str| {
            let error = parse(arguments).unwrap_err();
            assert!(error.contains(words), "{error}");
        };
        told(&["--hello-time", "soon"], "say seconds");
        told(&["--rooms", "0"], "say a number from 1 to 10000");
        told(&["--rate", "0"], "1..=1000000");
        told(&["--origin", "ftp://x"], "http:// or https://");
        told(&["--keep-days", "0"], "say days");
        told(&["--base", "chat"], "/chat/");
        told(&["--listen", "9000"], "invalid socket address");
    }

    #[test]
    fn the_longest_text_fits_a_frame_however_it_is_escaped() {
        let limits = parse(&[]).unwrap().limits;
        let text = serde_json::to_string(&"\u{1}".repeat(limits.text)).unwrap();
        assert!(text.len() < limits.frame());
    }
}
