//! How many files this process may have open: each connection is one.

/// Raises the limit as far as this user may, and tells how many connections fit under it.
pub(crate) fn connections() -> usize {
    raise().map_or(usize::MAX, fitting)
}

/// Leaves some for the data file and its readers, the page's files, and those who are told that there is no seat.
fn fitting(limit: u64) -> usize {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    limit.saturating_sub((limit / 8).clamp(64, 512)).max(1)
}

/// The limit, if there is one.
#[cfg(unix)]
fn raise() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(_) => current,
    }
}

#[cfg(not(unix))]
fn raise() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_the_files_are_for_connections() {
        assert_eq!([1, 256, 1_024, 20_000, u64::MAX >> 1].map(fitting)[..4], [1, 192, 896, 19_488]);
    }
}
