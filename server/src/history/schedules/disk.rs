//! A disk that forgets what was not synced: files in memory, under SQLite as a virtual file system.
//!
//! A write lands in what the process sees; only a sync makes it durable. When the power goes, of what was not synced
//! each sector of each write is there or isn't, as chance has it.

use std::{
    collections::HashMap,
    io::{Error, ErrorKind},
    ops::Range,
    path::PathBuf,
    sync::{Arc, LazyLock, Once},
    time::Duration,
};

use parking_lot::Mutex;
use rand::{RngExt, rngs::SmallRng};
use sqlite_vfs::{
    DatabaseHandle, LockKind, OpenAccess, OpenOptions, Vfs,
    wip::{WalIndex, WalIndexLock},
};

const NAME: &str = "forgetful";
const SECTOR: usize = 512;
type Region = [u8; 32_768];

static DISKS: LazyLock<Mutex<HashMap<String, Arc<Mutex<State>>>>> = LazyLock::new(Mutex::default);

/// A disk.
///
/// # Drop
/// It is gone.
#[derive(Debug)]
pub(super) struct Disk {
    name: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    files: HashMap<String, File>,
    /// Shared memory, which no crash survives.
    regions: HashMap<u32, Box<Region>>,
    power: Power,
    is_full: bool,
    fails_next_sync: bool,
}

#[derive(Debug, Default)]
enum Power {
    #[default]
    On,
    /// It goes after so many more writes and syncs.
    OffAfter(u32),
    Off,
}

#[derive(Clone, Debug, Default)]
struct File {
    /// What the process sees.
    now: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    SetLen(usize),
}

impl Disk {
    /// An empty disk of this name.
    pub(super) fn new(name: &str) -> Self {
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(|| sqlite_vfs::register(NAME, Forgetful, false).unwrap());
        Self::with(name, State::default())
    }

    fn with(name: &str, state: State) -> Self {
        let state = Arc::new(Mutex::new(state));
        DISKS.lock().insert(name.to_owned(), Arc::clone(&state));
        Self { name: name.to_owned(), state }
    }

    /// A file on it, as SQLite knows it.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        format!("file:/{}/{file}?vfs={NAME}", self.name).into()
    }

    /// The power goes after so many more writes and syncs.
    pub(super) fn power_off_after(&self, operations: u32) {
        self.state.lock().power = Power::OffAfter(operations);
    }

    pub(super) fn is_off(&self) -> bool {
        matches!(self.state.lock().power, Power::Off)
    }

    pub(super) fn set_full(&self, full: bool) {
        self.state.lock().is_full = full;
    }

    /// The next sync fails, and what it was to make durable never is, unless it is written again.
    pub(super) fn fail_next_sync(&self) {
        self.state.lock().fails_next_sync = true;
    }

    /// The power comes back: another disk, with what survived.
    pub(super) fn survive(&self, name: &str, rng: &mut SmallRng) -> Self {
        let likely = [0.0, 0.5, 0.9, 1.0][rng.random_range(0..4)];
        let state = self.state.lock();
        let files = state.files.iter().map(|(file, content)| {
            let mut survivor = content.durable.clone();
            for change in &content.unsynced {
                change.land_in_part(&mut survivor, likely, rng);
            }
            (file.clone(), File { now: survivor.clone(), durable: survivor, unsynced: Vec::new() })
        });
        let files = files.collect();
        Self::with(name, State { files, ..State::default() })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        DISKS.lock().remove(&self.name);
    }
}

impl State {
    /// Whether a write or a sync may be done. The one during which the power goes is done in part.
    fn operate(&mut self) -> Result<(), Error> {
        match &mut self.power {
            Power::On => return Ok(()),
            Power::OffAfter(0) | Power::Off => self.power = Power::Off,
            Power::OffAfter(left) => {
                *left -= 1;
                return Ok(());
            }
        }
        Err(Error::other("the power is off"))
    }

    fn change(&mut self, file: &str, change: Change) -> Result<(), Error> {
        let was_on = !matches!(self.power, Power::Off);
        let operated = self.operate();
        let file = self.files.get_mut(file).ok_or(ErrorKind::NotFound)?;
        if was_on {
            if self.is_full && change.end() > file.now.len() {
                return Err(ErrorKind::WriteZero.into());
            }
            change.land(&mut file.now);
            file.unsynced.push(change);
        }
        operated
    }
}

impl Change {
    fn end(&self) -> usize {
        match self {
            Self::Write(offset, data) => offset + data.len(),
            Self::SetLen(length) => *length,
        }
    }

    fn land(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write(offset, data) => {
                if content.len() < self.end() {
                    content.resize(self.end(), 0);
                }
                content[*offset..self.end()].copy_from_slice(data);
            }
            Self::SetLen(length) => content.resize(*length, 0),
        }
    }

    /// Each sector of it by itself, or not.
    fn land_in_part(&self, content: &mut Vec<u8>, likely: f64, rng: &mut SmallRng) {
        match self {
            Self::Write(offset, data) => {
                let mut start = 0;
                while start < data.len() {
                    let end = data.len().min((offset + start + SECTOR) / SECTOR * SECTOR - offset);
                    if rng.random_bool(likely) {
                        Self::Write(offset + start, data[start..end].to_vec()).land(content);
                    }
                    start = end;
                }
            }
            Self::SetLen(_) if rng.random_bool(likely) => self.land(content),
            Self::SetLen(_) => {}
        }
    }
}

struct Forgetful;

/// One open file.
struct Handle {
    disk: Arc<Mutex<State>>,
    file: String,
    lock: LockKind,
}

/// Disk and file of a path, `/disk/file`.
fn find(path: &str) -> Result<(Arc<Mutex<State>>, String), Error> {
    let (disk, file) = path.trim_start_matches('/').split_once('/').ok_or(ErrorKind::NotFound)?;
    Ok((DISKS.lock().get(disk).cloned().ok_or(ErrorKind::NotFound)?, file.to_owned()))
}

impl Vfs for Forgetful {
    type Handle = Handle;

    fn open(&self, path: &str, options: OpenOptions) -> Result<Handle, Error> {
        let (disk, file) = find(path)?;
        {
            let mut disk = disk.lock();
            let is_there = disk.files.contains_key(&file);
            match options.access {
                OpenAccess::Read | OpenAccess::Write if !is_there => return Err(ErrorKind::NotFound.into()),
                OpenAccess::CreateNew if is_there => return Err(ErrorKind::AlreadyExists.into()),
                _ if !is_there => {
                    disk.operate()?;
                    disk.files.insert(file.clone(), File::default());
                }
                _ => {}
            }
        }
        Ok(Handle { disk, file, lock: LockKind::None })
    }

    fn delete(&self, path: &str) -> Result<(), Error> {
        let (disk, file) = find(path)?;
        let mut disk = disk.lock();
        disk.operate()?;
        disk.files.remove(&file).map(drop).ok_or(ErrorKind::NotFound.into())
    }

    fn exists(&self, path: &str) -> Result<bool, Error> {
        let (disk, file) = find(path)?;
        let disk = disk.lock();
        Ok(disk.files.contains_key(&file))
    }

    fn temporary_name(&self) -> String {
        unreachable!("everything temporary is kept in memory")
    }

    fn random(&self, buffer: &mut [i8]) {
        rand::rng().fill(buffer);
    }

    fn sleep(&self, time: Duration) -> Duration {
        // Nobody else is there to wait for.
        time
    }
}

impl DatabaseHandle for Handle {
    type WalIndex = Index;

    fn size(&self) -> Result<u64, Error> {
        Ok(self.disk.lock().files.get(&self.file).map_or(0, |file| file.now.len() as u64))
    }

    fn read_exact_at(&mut self, buffer: &mut [u8], offset: u64) -> Result<(), Error> {
        let disk = self.disk.lock();
        let content = disk.files.get(&self.file).map_or(&[][..], |file| &file.now);
        let there = content.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
        let there = &there[..there.len().min(buffer.len())];
        buffer.fill(0);
        buffer[..there.len()].copy_from_slice(there);
        if there.len() < buffer.len() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    fn write_all_at(&mut self, data: &[u8], offset: u64) -> Result<(), Error> {
        let change = Change::Write(usize::try_from(offset).unwrap(), data.to_vec());
        self.disk.lock().change(&self.file, change)
    }

    fn sync(&mut self, _: bool) -> Result<(), Error> {
        let mut disk = self.disk.lock();
        disk.operate()?;
        let fails = std::mem::take(&mut disk.fails_next_sync);
        let file = disk.files.get_mut(&self.file).ok_or(ErrorKind::NotFound)?;
        let unsynced = std::mem::take(&mut file.unsynced);
        if fails {
            return Err(Error::other("the sync failed"));
        }
        unsynced.iter().for_each(|change| change.land(&mut file.durable));
        Ok(())
    }

    fn set_len(&mut self, size: u64) -> Result<(), Error> {
        self.disk.lock().change(&self.file, Change::SetLen(usize::try_from(size).unwrap()))
    }

    fn lock(&mut self, lock: LockKind) -> Result<bool, Error> {
        self.lock = lock;
        Ok(true)
    }

    fn reserved(&mut self) -> Result<bool, Error> {
        Ok(matches!(self.lock, LockKind::Reserved | LockKind::Pending | LockKind::Exclusive))
    }

    fn current_lock(&self) -> Result<LockKind, Error> {
        Ok(self.lock)
    }

    fn wal_index(&self, _: bool) -> Result<Index, Error> {
        Ok(Index(Arc::clone(&self.disk)))
    }
}

/// The index of the write-ahead log, in shared memory. One connection has it to itself.
struct Index(Arc<Mutex<State>>);

impl WalIndex for Index {
    fn map(&mut self, region: u32) -> Result<Region, Error> {
        Ok(self.0.lock().regions.get(&region).map_or([0; 32_768], |region| **region))
    }

    fn lock(&mut self, _: Range<u8>, _: WalIndexLock) -> Result<bool, Error> {
        Ok(true)
    }

    fn delete(self) -> Result<(), Error> {
        self.0.lock().regions.clear();
        Ok(())
    }

    fn push(&mut self, region: u32, data: &Region) -> Result<(), Error> {
        self.0.lock().regions.insert(region, Box::new(*data));
        Ok(())
    }
}
