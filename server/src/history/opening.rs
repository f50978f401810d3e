//! Taking a data folder: only one server may, and each begins a life of its own on the file.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::{
    DATA_FILE, fresh,
    mark::{Facts, Mark},
};
use crate::database::{Database, FileError};

/// Why the data file can't be opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The folder can't be made, or not be written to.
    #[error("can't use the data folder {}: {error}; say another with --data, or let this user write there", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Another server is running on this folder.
    #[error("another server is using the data folder {}; stop it, or say another folder with --data", .folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The file is of a newer version.
    #[error("{} was written by a newer version (its format is {found}); run that version, or say another folder with --data. Nothing was changed", .file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        found: i64,
    },
    /// The file isn't ours.
    #[error("{} is not Openline's; move it away, or say another folder with --data. Nothing was changed", .file.display())]
    NotOurs {
        /// The file.
        file: PathBuf,
    },
    /// The file can't be read or written.
    #[error("can't use {}: {detail}; if the disk is full, make room, and start again", .file.display())]
    Failed {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        detail: String,
    },
}

/// A data file that is ours to write.
pub(super) struct Opened {
    /// Held for as long as the folder is ours.
    pub(super) lock: File,
    pub(super) path: PathBuf,
    pub(super) database: Database,
    pub(super) life: Life,
    /// What tokens are signed with.
    pub(super) key: Vec<u8>,
}

/// A server's time on a data file.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) name: String,
    /// The last room whose log is older. Later ones began in this life, and a log never goes back while a server runs.
    pub(super) last_older: i64,
}

/// Opens the data file in a folder, or makes both.
pub(super) fn open(folder: &Path, limit: Option<u64>) -> Result<Opened, OpenError> {
    let lock = lock(folder)?;
    let path = folder.join(DATA_FILE);
    // Before anything is opened, which may change it.
    let found = Facts::of(&path).ok();
    let mut database = Database::open(&path, limit).map_err(|error| match error {
        FileError::Newer { found } => OpenError::Newer { file: path.clone(), found },
        FileError::NotOurs => OpenError::NotOurs { file: path.clone() },
        FileError::Sql(error) => OpenError::Failed { file: path.clone(), detail: error.to_string() },
    })?;
    let failed = |detail: String| OpenError::Failed { file: path.clone(), detail };
    let life = begin(folder, found, &path, &mut database).map_err(failed)?;
    let key = database.key("tokens", &rand::random::<[u8; 32]>()).map_err(|error| failed(error.to_string()))?;
    Ok(Opened { lock, path, database, life, key })
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let failed = |error| OpenError::Folder { folder: folder.to_owned(), error };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let lock = File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Begins a life on a data file. Where the file is not as the last life left it, every room's log
/// becomes another one.
fn begin(folder: &Path, found: Option<Facts>, path: &Path, database: &mut Database) -> Result<Life, String> {
    let old = database.life().map_err(|trouble| trouble.to_string())?;
    let is_as_left = match (&old, &found, Mark::read(folder)) {
        (Some(old), Some(found), Some(mark)) => mark.vouches_for(old, found),
        _ => false,
    };
    let last_older = if is_as_left { database.last_room().map_err(|trouble| trouble.to_string())? } else { 0 };
    let new = fresh();
    // The mark first. Should we stop in between, it vouches for the old life only if nothing had to be done.
    let lives = old.iter().filter(|_| is_as_left).chain([&new]).cloned().collect();
    let marked = Facts::of(path).and_then(|Facts { born, .. }| Mark { lives, born, closed: None }.write(folder));
    let begun = marked.map_err(|error| error.to_string()).and_then(|()| {
        let begun = database.commit(|writing| {
            let renewed = if is_as_left { 0 } else { writing.draw_epochs()? };
            writing.begin_life(&new)?;
            Ok(renewed)
        });
        begun.map_err(|trouble| trouble.to_string())
    });
    match (begun, old) {
        (Ok(0), _) => Ok(Life { name: new, last_older }),
        (Ok(rooms), _) => {
            tracing::warn!(
                rooms,
                "the data file is not as this folder's last server left it (a backup, a copy, or moved to another disk): \
                 every room's log becomes another one, so that pages notice what may be missing"
            );
            Ok(Life { name: new, last_older })
        }
        // A full disk is no reason not to serve what is there.
        (Err(error), Some(old)) if is_as_left => {
            tracing::warn!(error, "could not mark the data file as in use");
            Ok(Life { name: old, last_older })
        }
        (Err(error), _) => Err(error),
    }
}
