//! One visit to one server: it is started, gathered around, and measured.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};

use crate::{
    crowd::{Crowd, connect},
    peers::System,
    process::{Process, own_cpu},
};

/// Lines that are there before memory is looked at, so that what is allocated once is not counted.
const FIRST: usize = 100;
/// Lines that listen while others come.
const THERE: usize = 1_000;
/// How often those are spoken to.
const TICK: Duration = Duration::from_millis(200);

/// What a delivery cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery {
    /// Microseconds of the server's CPU.
    pub(crate) server: f64,
    /// Microseconds of the load's.
    pub(crate) load: f64,
    pub(crate) per_read: f64,
    pub(crate) per_frame: f64,
}

/// What an idle line costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Idle {
    /// Bytes of the server's own memory.
    pub(crate) bytes: f64,
    /// Microseconds of the server's CPU, from the handshake to having joined.
    pub(crate) accept: f64,
}

/// How late messages were, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    /// How much of its core the server used meanwhile, of 1, and how much the load of its own.
    pub(crate) server: f64,
    pub(crate) load: f64,
}

/// The CPU of a delivery, for each number of messages under way; and what the lines cost before the first of them.
pub(crate) fn delivery(
    system: System,
    node_modules: Option<&Path>,
    receivers: usize,
    outstanding: &[usize],
    time: Duration,
) -> Result<(Idle, Vec<Delivery>)> {
    let process = system.start(node_modules)?;
    let (mut crowd, idle) = gather(system, &process, receivers)?;
    let deliveries = outstanding.iter().map(|outstanding| {
        crowd.round(*outstanding)?;
        crowd.take();
        let (server, load, begun) = (process.cpu()?, own_cpu(), Instant::now());
        let mut rounds = 0;
        while begun.elapsed() < time || rounds < 3 {
            crowd.round(*outstanding)?;
            rounds += 1;
        }
        let heard = crowd.take();
        let each = |cpu: Duration| cpu.as_secs_f64() * 1e6 / heard.deliveries as f64;
        Ok(Delivery {
            server: each(process.cpu()? - server),
            load: each(own_cpu() - load),
            per_read: heard.deliveries as f64 / heard.reads as f64,
            per_frame: heard.deliveries as f64 / heard.frames as f64,
        })
    });
    let deliveries = deliveries.collect::<Result<_>>()?;
    Ok((idle, deliveries))
}

/// A crowd, and what each line of it costs the server once it has joined and heard one message.
fn gather(system: System, process: &Process, receivers: usize) -> Result<(Crowd, Idle)> {
    let mut crowd = Crowd::gather(&process.address, system, FIRST.min(receivers))?;
    crowd.round(1)?;
    let more = receivers.saturating_sub(FIRST);
    let (memory, cpu) = (process.memory()?, process.cpu()?);
    crowd.grow(&process.address, more)?;
    let accept = process.cpu()? - cpu;
    crowd.round(1)?;
    let bytes = process.memory()?.saturating_sub(memory);
    let idle = Idle { bytes: bytes as f64 / more as f64, accept: accept.as_secs_f64() * 1e6 / more as f64 };
    Ok((crowd, idle))
}

/// How late a message a second is for so many.
pub(crate) fn latency(system: System, node_modules: Option<&Path>, lines: usize, messages: u32) -> Result<Latency> {
    let process = system.start(node_modules)?;
    let mut crowd = Crowd::gather(&process.address, system, lines)?;
    crowd.round(1)?;
    late(&mut crowd, &process, |crowd| crowd.at_a_rate(Duration::from_secs(1), messages))
}

/// How late our messages are for those who are in a room: when nobody comes, and while so many come to another.
pub(crate) fn burst(lines: usize) -> Result<(Latency, Latency, Duration)> {
    let system = System::Settled;
    let process = system.start(None)?;
    let mut crowd = Crowd::gather(&process.address, system, THERE)?;
    let before = late(&mut crowd, &process, |crowd| crowd.at_a_rate(TICK, 20))?;
    let address = process.address.clone();
    let coming = thread::spawn(move || {
        let begun = Instant::now();
        connect(&address, system, "elsewhere", lines).map(|lines| (lines, begun.elapsed()))
    });
    let during = late(&mut crowd, &process, |crowd| {
        while !coming.is_finished() {
            crowd.at_a_rate(TICK, 5)?;
        }
        Ok(())
    })?;
    let (_lines, took) = coming.join().map_err(|_| anyhow!("connecting panicked"))??;
    Ok((before, during, took))
}

/// How late what is said meanwhile was.
fn late(crowd: &mut Crowd, process: &Process, speak: impl FnOnce(&mut Crowd) -> Result<()>) -> Result<Latency> {
    crowd.take();
    let (server, load, begun) = (process.cpu()?, own_cpu(), Instant::now());
    speak(crowd)?;
    let of_a_core = |cpu: Duration| cpu.as_secs_f64() / begun.elapsed().as_secs_f64();
    let (server, load) = (of_a_core(process.cpu()? - server), of_a_core(own_cpu() - load));
    let mut microseconds = crowd.take().latencies;
    microseconds.sort_unstable();
    let at = |share: f64| -> Result<f64> {
        let index = (microseconds.len() as f64 * share) as usize;
        Ok(f64::from(*microseconds.get(index).context("nothing was heard")?) / 1e3)
    };
    Ok(Latency { p50: at(0.5)?, p99: at(0.99)?, p999: at(0.999)?, server, load })
}
