//! A task that ends with its component.

use futures_util::future::{AbortHandle, abortable};

/// A running task. Dropping this ends it where it is.
#[derive(Debug)]
pub(super) struct Task(AbortHandle);

impl Task {
    pub(super) fn spawn(task: impl Future<Output = ()> + 'static) -> Self {
        let (task, handle) = abortable(task);
        wasm_bindgen_futures::spawn_local(async move {
            // That it was ended is no news.
            let _ = task.await;
        });
        Self(handle)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
