//! What the browser keeps: the addresses dialled, on this device, and the end of the log, for this tab. Where it keeps
//! nothing, the page works all the same.

use web_sys::Storage;

use crate::{clock, log::Log, record::Record, row::What};

const RECENT: &str = "openline.wire.recent";
const LOG: &str = "openline.wire.log";

/// How much of the log is kept while the page is left, in UTF-16 units; browsers give a tab some five million.
const LOG_LENGTH: usize = 1_500_000;

/// The addresses dialled, the latest first.
pub(crate) fn recent() -> Vec<String> {
    let kept = local().and_then(|storage| storage.get_item(RECENT).ok().flatten()).unwrap_or_default();
    kept.lines().map(str::to_owned).collect()
}

pub(crate) fn keep_recent(recent: &[String]) {
    if let Some(storage) = local() {
        // What cannot be kept is not remembered; nothing else comes of it.
        drop(storage.set_item(RECENT, &recent.join("\n")));
    }
}

/// Keeps the latest rows, as many as fit. Bytes that are only to be had by waiting (a Blob's) are not among them.
pub(crate) fn keep_log(log: &Log) {
    let Some(storage) = session() else { return };
    let (mut lines, mut length) = (Vec::new(), 0);
    for row in log.rows().iter().rev() {
        if length + usize::try_from(row.weight()).unwrap_or(usize::MAX) > LOG_LENGTH {
            break;
        }
        let line = Record::of(row, clock::iso(row.at), None).to_line();
        length += line.len();
        lines.push(line);
    }
    lines.reverse();
    // As above.
    drop(storage.set_item(LOG, &lines.join("\n")));
}

/// The rows that were kept when the page was left, and lets go of them.
pub(crate) fn kept_log() -> Vec<(f64, What)> {
    let Some(storage) = session() else { return Vec::new() };
    let kept = storage.get_item(LOG).ok().flatten().unwrap_or_default();
    drop(storage.remove_item(LOG));
    kept.lines().filter_map(Record::read).collect()
}

fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn session() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}
