//! One tab's lines: every batch goes on where the last one ended, or the join before it said otherwise.

use std::collections::{BTreeMap, BTreeSet};

use openline_protocol::{Cursor, RoomName, Seq};

use crate::{Account, Finding, Rest, Testimony, Told};

pub(crate) fn check(account: &Account, tab: &Testimony, findings: &mut Vec<Finding>) {
    let mut cursors: BTreeMap<&RoomName, Seq> = BTreeMap::new();
    let mut gaps = BTreeSet::new();
    for told in &tab.told {
        match told {
            Told::LineLost => cursors.clear(),
            Told::Reloaded => (cursors, gaps) = Default::default(),
            Told::Joined { room, asked, epoch, first, after, head } => {
                let in_reach = |asked: &Cursor| {
                    asked.epoch == *epoch
                        && asked.seq.next() >= *first
                        && asked.seq <= *head
                        && head.number() - asked.seq.number() <= account.behind
                };
                if let Some(asked) = asked.as_ref().filter(|asked| in_reach(asked) && asked.seq != *after) {
                    let (tab, room, asked) = (tab.name.clone(), room.clone(), asked.seq);
                    findings.push(Finding::NeedlessGap { tab, room, asked, after: *after });
                }
                let is_missed = |asked: &Cursor| asked.epoch != *epoch || asked.seq < *after || asked.seq > *head;
                if asked.as_ref().is_some_and(is_missed) {
                    gaps.insert(room);
                }
                cursors.insert(room, *after);
            }
            Told::Entries { room, after, entries } => {
                let mut cursor = cursors.get(room).copied();
                let mut next = after.next();
                for seq in entries.iter().map(|entry| entry.seq) {
                    if cursor.map(Seq::next) != Some(next) || seq != next {
                        let (tab, room) = (tab.name.clone(), room.clone());
                        findings.push(Finding::UntoldGap { tab, room, after: cursor, next: seq });
                    }
                    (cursor, next) = (Some(seq), seq.next());
                }
                cursors.extend(cursor.map(|cursor| (room, cursor)));
            }
            Told::Settled { room, id, seq } if cursors.get(room).is_none_or(|cursor| seq > cursor) => {
                let (tab, room) = (tab.name.clone(), room.clone());
                findings.push(Finding::SettledAhead { tab, room, id: *id, seq: *seq });
            }
            _ => {}
        }
    }
    for (room, rest) in &tab.rest {
        if rest.held.is_some() && gaps.contains(room) && !rest.says_gap {
            findings.push(Finding::HiddenGap { tab: tab.name.clone(), room: room.clone() });
        }
        check_rest(account, tab, room, rest, findings);
    }
}

/// Once everything works, a tab has read everything, and its copy is what the log has.
fn check_rest(account: &Account, tab: &Testimony, room: &RoomName, rest: &Rest, findings: &mut Vec<Finding>) {
    let Some(log) = account.logs.get(room) else { return };
    let head = log.entries.last().map_or(Seq::START, |entry| entry.seq);
    let at_head = |cursor: &Cursor| cursor.epoch == log.epoch && (cursor.seq == head || log.entries.is_empty());
    if !rest.cursor.as_ref().is_some_and(at_head) {
        let (tab, room, ended) = (tab.name.clone(), room.clone(), tab.ended.clone());
        let cursor = rest.cursor.as_ref().map(|cursor| cursor.seq);
        findings.push(Finding::StuckMember { tab, room, cursor, head, ended });
        return;
    }
    let Some(held) = rest.held.as_ref().filter(|held| !held.is_empty()) else { return };
    let first = held.first().map(|(seq, _)| *seq);
    let kept = log.entries.first().map(|entry| entry.seq).max(first);
    let there = log.entries.iter().map(|entry| (entry.seq, entry.id)).filter(|(seq, _)| Some(*seq) >= kept);
    let held = held.iter().copied().filter(|(seq, _)| Some(*seq) >= kept);
    if !held.clone().eq(there.clone()) {
        let differs = held.clone().zip(there.clone()).find(|(ours, theirs)| ours != theirs);
        let why = format!("it holds {} entries, the log has {}; {differs:?}", held.count(), there.count());
        findings.push(Finding::WrongCopy { tab: tab.name.clone(), room: room.clone(), why });
    }
}
