//! Whether what everybody saw, and was told, keeps the promise: *a message the sender saw settle is on disk and reaches
//! every member of the room exactly once, in one order, or they are told of the gap.*
//!
//! Pure: an [`Account`] goes in, [`Finding`]s come out. Whoever makes the account (real processes over a bad network, or
//! a simulated disk) writes down what was said on each line in the order it was said, and judges nothing.

mod account;
mod finding;
mod logs;
mod lines;
mod drafts;

pub use self::{
    account::{Account, Log, Rest, Seen, Testimony, Told, digest},
    finding::Finding,
};

/// Everything in an account that breaks the promise.
pub fn check(account: &Account) -> Vec<Finding> {
    let mut findings = Vec::new();
    let logs = logs::Logs::of(account, &mut findings);
    logs.check(account, &mut findings);
    for tab in &account.tabs {
        lines::check(account, tab, &mut findings);
        drafts::check(account, tab, &logs, &mut findings);
    }
    findings
}

#[cfg(test)]
mod tests;
