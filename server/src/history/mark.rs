//! The mark beside the data file, by which a start notices that the file isn't as the last server left it.
//!
//! Every life of a server has a name, which is in the data file and in the mark. A file that was restored from a backup
//! or put back from a copy names another life than the mark does, or was born after the mark was made, or was changed
//! after the last server had closed it. Then entries may be missing that pages have seen, and their places will be given
//! to others: every room's log has to become another one. A copy of a whole disk, with everything in it as it was,
//! can't be noticed here; the pages notice.

use std::{
    fs::{self, File, Metadata},
    io::{self, Write},
    path::Path,
    time::UNIX_EPOCH,
};

use serde::{Deserialize, Serialize};

const NAME: &str = "openline.mark";

/// What the mark says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The lives that the data file may name: one, or two while a life begins.
    pub(super) lives: Vec<String>,
    pub(super) born: String,
    /// When the file last changed, if it was closed properly.
    pub(super) closed: Option<String>,
}

/// What the system says of a data file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) born: String,
    pub(super) changed: String,
}

impl Mark {
    /// The mark in a data folder; one that can't be read is none.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(NAME)).ok()?).ok()
    }

    /// Puts it into the folder, in place of the one that is there, and durably.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let new = folder.join("openline.mark.new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(new, folder.join(NAME))?;
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    }

    /// Whether a file is the one it was made for, as it was left.
    pub(super) fn vouches_for(&self, life: &str, facts: &Facts) -> bool {
        self.lives.iter().any(|known| known == life)
            && self.born == facts.born
            && self.closed.as_ref().is_none_or(|closed| *closed == facts.changed)
    }
}

impl Facts {
    pub(super) fn of(file: &Path) -> io::Result<Self> {
        let file = file.metadata()?;
        let born = file.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        Ok(Self { born: born.map_or_else(|| number(&file), |at| format!("{at:?}")), changed: changed(&file) })
    }
}

/// What tells a file from others where its birth isn't known.
#[cfg(unix)]
fn number(file: &Metadata) -> String {
    std::os::unix::fs::MetadataExt::ino(file).to_string()
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> String {
    String::new()
}

/// Unlike the time of its last writing, nobody can set the time of a file's last change.
#[cfg(unix)]
fn changed(file: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!("{}.{:09}", file.ctime(), file.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(file: &Metadata) -> String {
    format!("{:?}", file.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(born: &str, changed: &str) -> Facts {
        Facts { born: born.into(), changed: changed.into() }
    }

    #[test]
    fn only_the_file_that_was_left_is_vouched_for() {
        let mut mark = Mark { lives: vec!["a".into(), "b".into()], born: "1".into(), closed: None };
        assert!(mark.vouches_for("a", &facts("1", "9")) && mark.vouches_for("b", &facts("1", "9")), "after a kill");
        assert!(!mark.vouches_for("c", &facts("1", "9")), "of another life");
        assert!(!mark.vouches_for("a", &facts("2", "9")), "copied");
        mark.closed = Some("8".into());
        assert!(mark.vouches_for("a", &facts("1", "8")));
        assert!(!mark.vouches_for("a", &facts("1", "9")), "written over while no server ran");
    }

    #[test]
    fn a_mark_is_read_as_it_was_written_and_rubbish_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Mark::read(folder.path()), None);
        for closed in [None, Some("8".into())] {
            let mark = Mark { lives: vec!["a".into()], born: "1".into(), closed };
            mark.write(folder.path()).unwrap();
            assert_eq!(Mark::read(folder.path()), Some(mark));
        }
        fs::write(folder.path().join(NAME), "{").unwrap();
        assert_eq!(Mark::read(folder.path()), None);
    }

    #[test]
    fn a_copy_of_a_file_is_born_later() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        fs::write(&one, "x").unwrap();
        let before = Facts::of(&one).unwrap();
        // The clock of files goes in steps of some milliseconds.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let copied = loop {
            fs::copy(&one, &other).unwrap();
            let copied = Facts::of(&other).unwrap();
            if copied.born != before.born {
                break copied;
            }
            assert!(std::time::Instant::now() < deadline, "a copy is as old as what it was made of: {copied:?}");
            fs::remove_file(&other).unwrap();
        };
        fs::copy(&other, &one).unwrap();
        let over = Facts::of(&one).unwrap();
        assert!(before.born == over.born && before.changed != over.changed, "{before:?} {over:?} {copied:?}");
    }
}
