//! What most stories begin with: a server, and a browser for each who comes into its lobby.

use crate::{browser::Browser, page::Page, server::Server};

/// A server and a browser.
pub struct Stage {
    /// The server.
    pub server: Server,
    /// Where people come from.
    pub browser: Browser,
}

impl Stage {
    /// As they are without being told anything.
    pub async fn set() -> Self {
        Self::with(&[]).await
    }

    /// With further arguments for the server.
    pub async fn with(arguments: &[&str]) -> Self {
        Self { server: Server::start(arguments).await, browser: Browser::start().await }
    }

    /// In Chromium, for what can be seen or done in no other.
    pub async fn in_chromium(arguments: &[&str]) -> Self {
        Self { server: Server::start(arguments).await, browser: Browser::chromium().await }
    }

    /// Somebody comes into the lobby, in a browser of their own.
    pub async fn enter(&self, name: &str) -> Page {
        self.enter_at(&self.server.url("/r/lobby"), name).await
    }

    /// Somebody comes in by this address, in a browser of their own.
    pub async fn enter_at(&self, url: &str, name: &str) -> Page {
        let page = self.browser.visit(url).await;
        page.enter_as(name).await;
        page.is_joined().await;
        page
    }
}

/// The end of a story: nothing may have gone wrong in any page, nor may its policy have had to forbid anything.
pub async fn end<const N: usize>(pages: [Page; N]) {
    for page in pages {
        let complaints = page.complaints().await.into_iter().filter(|complaint| !complaint.contains("/favicon.ico"));
        assert_eq!(complaints.collect::<Vec<_>>(), [""; 0], "but for the icon that pages of plain text don't name");
        page.close().await;
    }
}
