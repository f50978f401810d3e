//! What is measured in which order, and how it is told.
//!
//! Systems take turns within each repeat, so that whatever else the machine does falls on all of them.

use std::{path::Path, time::Duration};

use anyhow::Result;

use crate::{
    Arguments, Part,
    deflate::{self, Saved},
    measure::{self, Delivery, Idle, Latency},
    peers::System,
    plot::{self, Curve},
    settle::Authors,
};

/// Half of the posts a second that are to settle.
const HALF: u32 = 10_000;
/// Messages of a measurement of latency, one a second.
const MESSAGES: u32 = 10;

/// Measures what is wanted, and prints it.
pub(crate) fn print(arguments: &Arguments) -> Result<()> {
    let node_modules = arguments.node_modules.as_deref();
    let (systems, missing): (Vec<_>, Vec<_>) =
        arguments.systems.iter().copied().partition(|system| system.is_there(node_modules));
    for system in missing {
        println!("{} is left out: npm brings it, and it isn't there.", system.name());
    }
    let is_wanted = |part| arguments.only.contains(&part);
    if is_wanted(Part::Delivery) || is_wanted(Part::Idle) {
        costs(arguments, &systems, node_modules)?;
    }
    if is_wanted(Part::Latency) {
        latencies(arguments, &systems, node_modules)?;
    }
    if is_wanted(Part::Burst) {
        burst(arguments)?;
    }
    if is_wanted(Part::Deflate) {
        deflated()?;
    }
    if is_wanted(Part::Settle) {
        settle(arguments.repeats)?;
    }
    Ok(())
}

/// What one system cost with so many receivers.
struct Costs {
    system: System,
    receivers: usize,
    /// One for each repeat.
    idle: Vec<Idle>,
    /// For each number of messages under way, one for each repeat.
    deliveries: Vec<Vec<Delivery>>,
}

impl Costs {
    fn deliveries(&self, figure: fn(&Delivery) -> f64) -> impl Iterator<Item = f64> {
        self.deliveries.iter().map(move |repeats| median(repeats.iter().map(figure)))
    }

    fn idle(&self, figure: fn(&Idle) -> f64) -> f64 {
        median(self.idle.iter().map(figure))
    }
}

fn costs(arguments: &Arguments, systems: &[System], node_modules: Option<&Path>) -> Result<()> {
    let mut costs = Vec::new();
    for &receivers in &arguments.receivers {
        for &system in systems {
            let deliveries = vec![Vec::new(); arguments.outstanding.len()];
            costs.push(Costs { system, receivers, idle: Vec::new(), deliveries });
        }
    }
    let time = Duration::from_secs_f64(arguments.seconds);
    for repeat in 1..=arguments.repeats {
        for cost in &mut costs {
            let Costs { system, receivers, .. } = *cost;
            eprintln!("{repeat} of {}: {receivers} receivers, {}", arguments.repeats, system.name());
            match measure::delivery(system, node_modules, receivers, &arguments.outstanding, time) {
                Ok((idle, deliveries)) => {
                    cost.idle.push(idle);
                    cost.deliveries.iter_mut().zip(deliveries).for_each(|(repeats, delivery)| repeats.push(delivery));
                }
                // A peer that can't is a result too; its reason says which.
                Err(error) if !system.is_ours() => println!("{}, {receivers} receivers: {error:#}", system.name()),
                Err(error) => return Err(error),
            }
        }
    }
    costs.retain(|cost| !cost.idle.is_empty());
    for &receivers in &arguments.receivers {
        let costs: Vec<_> = costs.iter().filter(|cost| cost.receivers == receivers).collect();
        if arguments.only.contains(&Part::Delivery) {
            deliveries(arguments, &costs, receivers)?;
        }
        if arguments.only.contains(&Part::Idle) {
            idle(&costs, receivers);
        }
    }
    Ok(())
}

fn deliveries(arguments: &Arguments, costs: &[&Costs], receivers: usize) -> Result<()> {
    let Arguments { outstanding, repeats, .. } = arguments;
    println!(
        "\nPer delivery to {receivers} receivers, with {outstanding:?} messages under way; medians of {repeats}:\n"
    );
    heading(&["server µs", "of Bun's", "deliveries per read", "per frame", "load µs"], outstanding.len());
    let bun = costs.iter().find(|cost| cost.system == System::Bun);
    let bun: Vec<_> = bun.map(|bun| bun.deliveries(|delivery| delivery.server).collect()).unwrap_or_default();
    for cost in costs {
        let server: Vec<_> = cost.deliveries(|delivery| delivery.server).collect();
        let ratios = server.iter().zip(&bun).map(|(own, bun)| own / bun);
        line(
            cost.system,
            [
                (server.to_vec(), 2),
                (ratios.collect(), 2),
                (cost.deliveries(|delivery| delivery.per_read).collect(), 1),
                (cost.deliveries(|delivery| delivery.per_frame).collect(), 1),
                (cost.deliveries(|delivery| delivery.load).collect(), 2),
            ],
        );
    }
    let Some(folder) = &arguments.plot else { return Ok(()) };
    let curves: Vec<_> = costs
        .iter()
        .map(|cost| Curve {
            name: cost.system.name(),
            points: outstanding.iter().copied().zip(cost.deliveries(|delivery| delivery.server)).collect(),
        })
        .collect();
    plot::draw(&folder.join(format!("delivery-{receivers}.svg")), receivers, &curves)
}

fn idle(costs: &[&Costs], lines: usize) {
    println!("\nPer idle line, at {lines}, joined and with one message heard; and to accept one:\n");
    heading(&["KiB", "CPU µs"], 1);
    for cost in costs {
        let kib = cost.idle(|idle| idle.bytes) / 1024.0;
        line(cost.system, [(vec![kib], 2), (vec![cost.idle(|idle| idle.accept)], 0)]);
    }
}

fn latencies(arguments: &Arguments, systems: &[System], node_modules: Option<&Path>) -> Result<()> {
    println!(
        "\nFrom a post to each hearing of it, at a message a second to {} lines, in ms; of a core:\n",
        arguments.crowd
    );
    heading(&["p50", "p99", "p99.9", "server", "load"], 1);
    for &system in systems {
        match measure::latency(system, node_modules, arguments.crowd, MESSAGES) {
            Ok(late) => told(system, late),
            // A peer that can't is a result too; its reason says which.
            Err(error) if !system.is_ours() => println!("{:>20}  {error:#}", system.name()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn burst(arguments: &Arguments) -> Result<()> {
    println!("\nThe same for 1000 lines at 5 messages a second: alone, and while {} others come:\n", arguments.burst);
    heading(&["p50", "p99", "p99.9", "server", "load"], 1);
    let (alone, during, took) = measure::burst(arguments.burst)?;
    told(System::Settled, alone);
    told(System::Settled, during);
    println!("{:>20}  they came in {:.1} s", "", took.as_secs_f64());
    Ok(())
}

fn deflated() -> Result<()> {
    println!("\nA batch under permessage-deflate without a context taken over:\n");
    println!("{:>20}{:>10}{:>10}{:>10}{:>14}", "entries", "bytes", "deflated", "of plain", "CPU µs, once");
    for entries in [1, 8, 32] {
        let Saved { plain, deflated, cost } = deflate::batch(entries)?;
        let share = deflated as f64 / plain as f64;
        println!("{entries:>20}{plain:>10}{deflated:>10}{share:>10.2}{cost:>14.1}");
    }
    Ok(())
}

fn settle(repeats: usize) -> Result<()> {
    println!(
        "\nPosts on disk and heard by all, in 64 rooms of 4 members; milliseconds until their authors had them:\n"
    );
    heading(&["a second", "p50", "p99", "p99.9", "CPU µs"], 1);
    let mut authors = Authors::gather(64, 4)?;
    authors.one_each(Duration::from_secs(1))?;
    let mut most: f64 = 0.0;
    for _ in 0..repeats {
        let cpu = authors.cpu()?;
        let (rate, took) = authors.one_each(Duration::from_secs(3))?;
        settled("one each under way", rate, took, authors.cpu()? - cpu);
        most = most.max(rate);
    }
    for rate in [HALF, (most / 2.0) as u32] {
        let cpu = authors.cpu()?;
        let took = authors.at_a_rate(rate, Duration::from_secs(5))?;
        settled("at a steady rate", f64::from(rate), took, authors.cpu()? - cpu);
    }
    Ok(())
}

/// The CPU is the server's, for each post; on a machine that has other things to do it tells more than the rate.
fn settled(how: &str, rate: f64, mut took: Vec<u32>, cpu: Duration) {
    let cpu = cpu.as_secs_f64() * 1e6 / took.len() as f64;
    took.sort_unstable();
    let at = |share: f64| took.get((took.len() as f64 * share) as usize).map_or(f64::NAN, |us| f64::from(*us) / 1e3);
    println!("{how:>20}  {rate:>8.0}  {:>8.1}  {:>8.1}  {:>8.1}  {cpu:>8.1}", at(0.5), at(0.99), at(0.999));
}

fn told(system: System, late: Latency) {
    let Latency { p50, p99, p999, server, load } = late;
    line(
        system,
        [(p50, 1), (p99, 1), (p999, 1), (server, 2), (load, 2)].map(|(figure, digits)| (vec![figure], digits)),
    );
}

fn heading(columns: &[&str], figures: usize) {
    let columns: String = columns.iter().map(|column| format!("{column:>width$}", width = width(figures))).collect();
    println!("{:>20}{columns}", "");
}

fn line<const N: usize>(system: System, columns: [(Vec<f64>, usize); N]) {
    print!("{:>20}", system.name());
    for (figures, digits) in columns {
        let figures: String = figures.iter().map(|figure| format!("{figure:>8.digits$}")).collect();
        print!("  {figures:>8}");
    }
    println!();
}

/// How wide a column of so many figures is.
fn width(figures: usize) -> usize {
    2 + 8 * figures
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
