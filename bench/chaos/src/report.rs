//! What was done and what was found, in words and, where something was found, in a file.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::Result;
use openline_checker::Told;

use crate::{
    plan::{Kind, Plan},
    run::Outcome,
};

/// How many findings of a seed are printed; the file has them all.
const PRINTED: usize = 12;

pub(crate) struct Report {
    folder: PathBuf,
    begun: Instant,
    seeds: u64,
    failed: Vec<u64>,
    carried: u64,
    done: BTreeMap<String, u64>,
}

impl Report {
    /// What was seen goes into `folder`, for each seed that fails.
    pub(crate) fn new(folder: PathBuf) -> Self {
        let (begun, done) = (Instant::now(), BTreeMap::new());
        Self { folder, begun, seeds: 0, failed: Vec::new(), carried: 0, done }
    }

    /// Takes in what came of a seed, and says so.
    pub(crate) fn tell(&mut self, plan: &Plan, outcome: Result<Outcome>, folder: &Path) -> Result<()> {
        self.seeds += 1;
        let strangers = plan.tabs.iter().filter(|tab| tab.kind == Kind::Stranger).count();
        let stage = format!(
            "seed {}: {} s, {} pages, {strangers} stranger, {} rooms",
            plan.seed,
            plan.length.as_secs(),
            plan.tabs.len() - strangers,
            plan.rooms.len()
        );
        let (account, findings) = match outcome {
            Err(error) => {
                println!("{stage}: FAILED: {error:#}");
                (None, 1)
            }
            Ok(outcome) => {
                let entries = outcome.account.logs.values().map(|log| log.entries.len()).sum::<usize>();
                let posts = outcome.done.get("posts written").copied().unwrap_or_default();
                let faults = outcome.done.values().sum::<u64>() - posts;
                let findings = outcome.findings.len() + usize::from(outcome.died.is_some());
                println!("{stage}: {posts} posts, {faults} faults, {entries} entries, {findings} findings");
                outcome.died.iter().for_each(|why| println!("  the server died: {why}"));
                outcome.findings.iter().take(PRINTED).for_each(|finding| println!("  {finding}"));
                self.count("entries in the logs", entries as u64);
                for told in outcome.account.tabs.iter().flat_map(|tab| &tab.told) {
                    self.count_told(told);
                }
                self.carried += outcome.carried;
                for (kind, count) in outcome.done {
                    self.count(&kind, count);
                }
                (Some((outcome.account, outcome.findings)), findings)
            }
        };
        if findings > 0 {
            self.failed.push(plan.seed);
            let kept = self.folder.join(format!("seed-{}", plan.seed));
            fs::create_dir_all(&kept)?;
            fs::copy(folder.join("server.log"), kept.join("server.log"))?;
            fs::write(kept.join("plan.txt"), format!("{plan:#?}\n"))?;
            if let Some(seen) = account {
                serde_json::to_writer(BufWriter::new(File::create(kept.join("account.json"))?), &seen)?;
            }
            println!("  its plan, what was seen and what the server said: {}", kept.display());
        }
        Ok(())
    }

    /// What the members met, so that one sees whether the faults reached them.
    fn count_told(&mut self, told: &Told) {
        match told {
            Told::LineLost => self.count("lines lost by members", 1),
            Told::Joined { asked: Some(asked), epoch, after, .. } if asked.epoch != *epoch || asked.seq != *after => {
                self.count("gaps told", 1);
            }
            Told::Joined { .. } => self.count("joins answered", 1),
            Told::Entries { entries, .. } => self.count("entries delivered", entries.len() as u64),
            Told::Settled { .. } => self.count("drafts told to be there already", 1),
            Told::Refused { for_good: true, .. } => self.count("posts refused for good", 1),
            Told::Refused { for_good: false, .. } => self.count("posts refused for now", 1),
            _ => {}
        }
    }

    fn count(&mut self, kind: &str, count: u64) {
        *self.done.entry(kind.to_owned()).or_default() += count;
    }

    /// Says what came of it all.
    pub(crate) fn end(self) -> ExitCode {
        println!();
        for (kind, count) in &self.done {
            println!("{count:>8}  {kind}");
        }
        println!("{:>8}  MB carried through the doors", self.carried / 1_000_000);
        let minutes = self.begun.elapsed().as_secs_f64() / 60.0;
        println!(
            "\n{} seeds in {minutes:.1} minutes, {} with findings {:?}",
            self.seeds,
            self.failed.len(),
            self.failed
        );
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
