//! What became of one tab's drafts: each settled or refused, told truly, and in the order they were written.

use std::collections::{BTreeMap, HashSet};

use openline_protocol::{MessageId, RoomName, Seq};

use crate::{Account, Finding, Testimony, Told, logs::Logs};

pub(crate) fn check<'a>(account: &'a Account, tab: &'a Testimony, logs: &Logs<'a>, findings: &mut Vec<Finding>) {
    check_answers(account, tab, logs, findings);
    check_order(account, tab, logs, findings);
    for (room, rest) in &tab.rest {
        for id in &rest.underway {
            findings.push(Finding::StuckDraft { tab: tab.name.clone(), room: room.clone(), id: *id });
        }
    }
}

fn check_answers<'a>(account: &'a Account, tab: &'a Testimony, logs: &Logs<'a>, findings: &mut Vec<Finding>) {
    let (refused, settled) = (refused(account), settled(account));
    let mut epochs = BTreeMap::new();
    let name = || tab.name.clone();
    for told in &tab.told {
        match told {
            Told::Joined { room, epoch, .. } => drop(epochs.insert(room, &*epoch.0)),
            Told::Settled { room, id, seq } => {
                let there = logs.places(room, *id);
                let kept = account.logs.get(room).filter(|log| epochs.get(room) == Some(&&*log.epoch.0));
                let is_kept = kept.is_some_and(|log| log.entries.first().is_some_and(|first| first.seq <= *seq));
                let elsewhere = there.iter().any(|(epoch, place)| epochs.get(room) == Some(epoch) && place != seq);
                if elsewhere || (is_kept && !there.iter().any(|(_, place)| place == seq)) {
                    findings.push(Finding::SettledElsewhere { tab: name(), room: room.clone(), id: *id, seq: *seq });
                }
            }
            Told::Wrote { room, id, .. } => {
                let is_there = !logs.places(room, *id).is_empty();
                match refused.contains(id) {
                    true if is_there => {
                        findings.push(Finding::RefusedYetThere { tab: name(), room: room.clone(), id: *id });
                    }
                    // One whose entry is no longer kept was seen by nobody, perhaps, but somebody was told.
                    false if !is_there && !settled.contains(&(room, *id)) => {
                        findings.push(Finding::StuckDraft { tab: name(), room: room.clone(), id: *id });
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// In each life of a page, and each log, drafts are in the order they were written, but for those that their author
/// posted once more by hand, from whichever tab.
fn check_order<'a>(account: &'a Account, tab: &'a Testimony, logs: &Logs<'a>, findings: &mut Vec<Finding>) {
    let told = account.tabs.iter().flat_map(|tab| &tab.told);
    let again: HashSet<_> =
        told.filter_map(|told| if let Told::WroteAgain { id, .. } = told { Some(id) } else { None }).collect();
    let mut last: BTreeMap<(&RoomName, &str), (Seq, MessageId)> = BTreeMap::new();
    for told in &tab.told {
        match told {
            Told::Reloaded => last.clear(),
            Told::Wrote { room, id, .. } if !again.contains(id) => {
                for (epoch, seq) in logs.places(room, *id) {
                    let before = last.insert((room, epoch), (*seq, *id));
                    if let Some((_, earlier)) = before.filter(|(before, _)| before > seq) {
                        let (tab, room) = (tab.name.clone(), room.clone());
                        findings.push(Finding::OrderLost { tab, room, earlier, later: *id });
                    }
                }
            }
            _ => {}
        }
    }
}

/// What anybody was told of as settled.
fn settled(account: &Account) -> HashSet<(&RoomName, MessageId)> {
    let told = account.tabs.iter().flat_map(|tab| &tab.told);
    told.filter_map(|told| if let Told::Settled { room, id, .. } = told { Some((room, *id)) } else { None }).collect()
}

/// What anybody was told of as refused for good: the tab that wrote it learns that from the one that posted it. Whether
/// it has is seen by what is underway there at the end.
fn refused(account: &Account) -> HashSet<MessageId> {
    let told = account.tabs.iter().flat_map(|tab| &tab.told);
    let refusals = told.filter_map(|told| match told {
        Told::Refused { id, for_good: true, .. } => Some(*id),
        _ => None,
    });
    refusals.collect()
}
