//! A backup of the data file, also while a server runs on it.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use crate::{
    database::{Database, FileError},
    history::{DATA_FILE, fresh},
};

/// Why there is no backup. Each says what to do; nothing is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There is a file of this name already.
    #[error("{} is there already, and is not written over; say another name, or move it away", .file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// There is nothing to make a backup of.
    #[error("there is no data of Openline's in {}; say its folder with --data", .folder.display())]
    NoData {
        /// The folder.
        folder: PathBuf,
    },
    /// The data file can't be read, or the backup not be written.
    #[error("can't make {}: {detail}; make room or say another place, and try again", .file.display())]
    Failed {
        /// The backup.
        file: PathBuf,
        /// What the system or SQLite said.
        detail: String,
    },
}

/// Writes all that is in a data folder into a new file: as it is at one moment, checked, and durable. Whether a server
/// runs on the folder doesn't matter, and it doesn't wait.
///
/// A server that is started on a folder with this file as its `openline.db` gives every room a new epoch, so that pages
/// notice that entries may be missing. Whoever can read the file can be anybody: the key that tokens are signed with is
/// in it.
///
/// `progress` is told how many bytes there are, and how many of them are still to come.
///
/// # Errors
/// All of [`BackupError`].
pub fn back_up(data: &Path, file: &Path, progress: impl FnMut(u64, u64)) -> Result<(), BackupError> {
    let failed = |detail: String| BackupError::Failed { file: file.to_owned(), detail };
    let exists = || BackupError::Exists { file: file.to_owned() };
    if file.exists() {
        return Err(exists());
    }
    let path = data.join(DATA_FILE);
    Database::check(&path).map_err(|error| match error {
        _ if !path.exists() => BackupError::NoData { folder: data.to_owned() },
        FileError::NotOurs => BackupError::NoData { folder: data.to_owned() },
        error => failed(error.to_string()),
    })?;
    let database = Database::reader(&path).map_err(|trouble| failed(trouble.to_string()))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let begun = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(error.to_string()))?;
    database.copy_to(begun.path(), &fresh(), progress).map_err(|trouble| failed(trouble.to_string()))?;
    begun.as_file().sync_all().map_err(|error| failed(error.to_string()))?;
    begun.persist_noclobber(file).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => exists(),
        _ => failed(error.to_string()),
    })?;
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(error.to_string()))?;
    Ok(())
}
