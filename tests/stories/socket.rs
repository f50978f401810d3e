//! A `Socket`, told from the other end of the line: what the peer sees of it, and what it makes of a peer's misdeeds.

use e2e::{Browser, Heard, Page, Peer};

#[tokio::test]
async fn an_accept_key_that_does_not_fit_is_1006_after_an_error() {
    let (peer, browser) = (Peer::start().await, Browser::chromium().await);
    let page = visit(&peer, &browser).await;
    page.eval("page.dial('/wrong-key')").await;
    page.says("error\nclose 1006 clean: false").await;
    end(page).await;
}

#[tokio::test]
async fn a_ping_is_answered_and_the_page_hears_nothing_of_it() {
    let (mut peer, browser) = (Peer::start().await, Browser::chromium().await);
    let page = visit(&peer, &browser).await;
    page.eval("page.dial('/ping')").await;
    assert_eq!(peer.hears().await, Heard::Pong(b"are you there?".into()));
    page.eval("page.hang_up()").await;
    assert_eq!(peer.hears().await, Heard::Close(None));
    assert_eq!(page.eval("document.body.innerText.trim()").await, "ready\nopen");
    end(page).await;
}

#[tokio::test]
async fn a_line_that_is_silent_for_20_s_lives_on() {
    let (mut peer, browser) = (Peer::start().await, Browser::chromium().await);
    let page = visit(&peer, &browser).await;
    page.eval("page.dial('/silent')").await;
    assert_eq!(peer.hears().await, Heard::Answer("still there?".into()));
    end(page).await;
}

#[tokio::test]
async fn when_the_page_is_loaded_again_or_its_window_closed_the_peer_sees_1001() {
    let (mut peer, browser) = (Peer::start().await, Browser::chromium().await);
    let page = visit(&peer, &browser).await;
    for _ in 0..2 {
        page.eval("page.dial('/line')").await;
        page.says("open").await;
        page.reload().await;
        assert_eq!(peer.hears().await, Heard::Close(Some(1001)));
        page.says("ready").await;
    }
    page.eval("page.dial('/line')").await;
    page.says("open").await;
    end(page).await;
    assert_eq!(peer.hears().await, Heard::Close(Some(1001)));
    peer.has_live(0).await;
}

/// Chromium puts such a page aside as it is and leaves the line open, so the peer hears nothing. A `Socket` leaves it at
/// that; a `Session` closes when the page goes.
#[tokio::test]
async fn a_page_that_comes_back_from_the_page_cache_hears_that_its_line_broke() {
    let (mut peer, browser) = (Peer::start().await, Browser::chromium().await);
    let page = visit(&peer, &browser).await;
    page.eval("page.dial('/line')").await;
    page.says("open").await;
    page.go(&format!("{}?elsewhere", peer.url())).await;
    page.says("ready").await;
    page.eval("history.back()").await;
    page.says("ready\nopen\nerror\nclose 1006 clean: false").await;
    assert_eq!(peer.has_live(0).await, 1);
    end(page).await;
}

#[tokio::test]
async fn a_socket_dropped_while_its_handshake_is_under_way_leaves_nothing_at_the_peer() {
    let (mut peer, browser) = (Peer::start().await, Browser::chromium().await);
    let page = visit(&peer, &browser).await;
    page.eval("page.dial('/never')").await;
    peer.has_live(1).await;
    page.eval("page.hang_up()").await;
    peer.has_live(0).await;
    assert_eq!(page.eval("document.body.innerText.trim()").await, "ready");
    end(page).await;
}

#[tokio::test]
async fn of_1_500_sockets_dropped_at_every_moment_of_their_lives_none_stays_at_the_peer_and_no_memory_is_kept() {
    let (mut peer, browser) = (Peer::start().await, Browser::chromium().await);
    let page = visit(&peer, &browser).await;
    assert_eq!(page.eval("page.churn(1500)").await, 0, "bytes that memory grew by");
    let ever = peer.has_live(0).await;
    assert!((900..=1_200).contains(&ever), "three in five open, one is dropped before, and {ever} reached the peer");
    end(page).await;
}

async fn visit(peer: &Peer, browser: &Browser) -> Page {
    let page = browser.visit(&peer.url()).await;
    page.says("ready").await;
    page
}

async fn end(page: Page) {
    assert_eq!(page.complaints().await, [""; 0]);
    page.close().await;
}
