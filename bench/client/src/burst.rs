//! A burst: more small messages, and sooner, than anybody reads at leisure.

use anyhow::{Context, Result};
use e2e::Page;

/// What each reader made of it, a line each.
pub(crate) async fn print(page: &Page, messages: u32) -> Result<()> {
    println!("\nA burst of {messages} small messages:");
    for (layer, keeps_up) in [("Connection", true), ("Session", true), ("Connection", false), ("Session", false)] {
        page.eval(&format!("beginBurst('{layer}', {keeps_up}, {messages})")).await;
        let told = loop {
            let told = page.eval("endBurst()").await;
            if !told.is_null() {
                break told;
            }
        };
        let told = told.as_str().context("the page did not say what became of the burst")?;
        println!("  {layer} to a reader that {}: {told}", if keeps_up { "keeps up" } else { "doesn't read" });
    }
    Ok(())
}
