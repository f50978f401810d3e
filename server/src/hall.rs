//! What all connections share.

use std::sync::Arc;

use crate::{
    guests::Guests,
    history::{History, OpenError},
    identity::Identity,
    metrics::Metrics,
    options::{Limits, Options},
    rooms::Rooms,
};

/// The server without its doors: knows nothing of HTTP.
pub(crate) struct Hall {
    pub(crate) limits: Limits,
    pub(crate) identity: Identity,
    pub(crate) guests: Arc<Guests>,
    pub(crate) rooms: Rooms,
    pub(crate) history: History,
    pub(crate) metrics: Arc<Metrics>,
}

impl Hall {
    /// Opens the data file, and lets nobody in yet.
    pub(crate) fn open(options: &Options) -> Result<Self, OpenError> {
        let limits = options.limits.clone();
        let metrics = Arc::new(Metrics::default());
        let history = History::open(&options.data, options.data_limit, limits.unwritten, Arc::clone(&metrics))?;
        Ok(Self {
            identity: Identity::new(history.key()),
            guests: Arc::new(Guests::new(limits.connections, limits.per_address, limits.unsent, options.proxy.clone())),
            rooms: Rooms::new(limits.tail, Arc::clone(&metrics)),
            history,
            metrics,
            limits,
        })
    }
}
