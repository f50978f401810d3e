//! What becomes of drafts where the browser keeps little or nothing.

use e2e::{Browser, Line, Server};

#[tokio::test]
async fn where_the_browser_has_no_database_drafts_are_kept_all_the_same() {
    const NO_DATABASE: &str = "Object.defineProperty(window, 'indexedDB', { value: undefined })";
    let (server, browser) = (Server::with_first(NO_DATABASE, &[]).await, Browser::start().await);
    let line = Line::to(server.address()).await;
    let ada = browser.visit(&line.url("/r/lobby")).await;
    ada.enter_as("Ada").await;
    assert_eq!(ada.eval("typeof window.indexedDB").await, "undefined");
    ada.say("on the line").await;
    ada.sees(&["on the line"]).await;
    line.cut();
    ada.says("Try now").await;
    ada.say("off the line").await;
    ada.says("Waiting for the line").await;
    ada.reload().await;
    ada.until("the draft again", "document.querySelector('li.draft')").await;
    line.mend();
    ada.try_now().await;
    ada.sees(&["on the line", "off the line"]).await;
    assert_eq!(ada.entries().await.len(), 2);
    ada.close().await;
}

#[tokio::test]
async fn where_the_database_answers_nothing_any_more_drafts_are_kept_and_sent_all_the_same() {
    let (server, browser) = (Server::with_first(HUNG, &[]).await, Browser::start().await);
    let line = Line::to(server.address()).await;
    let ada = browser.visit(&line.url("/r/lobby")).await;
    ada.enter_as("Ada").await;
    ada.say("on the line").await;
    ada.sees(&["on the line"]).await;
    line.cut();
    ada.says("Try now").await;
    ada.say("off the line").await;
    ada.says("Waiting for the line").await;
    ada.reload().await;
    ada.until("the draft again", "document.querySelector('li.draft')").await;
    line.mend();
    ada.try_now().await;
    ada.sees(&["on the line", "off the line"]).await;
    assert_eq!(ada.entries().await.len(), 2);
    ada.close().await;
}

#[tokio::test]
async fn what_the_browser_does_not_store_is_not_sent_and_says_so_and_can_be_stored_later() {
    let (server, browser) = (Server::with_first(FULL, &[]).await, Browser::start().await);
    let ada = browser.visit(&server.url("/r/lobby")).await;
    ada.enter_as("Ada").await;
    ada.is_joined().await;
    ada.eval("void (window.full = true)").await;
    ada.say("no room for this").await;
    ada.says("this browser's storage is full").await;
    assert_eq!(ada.drafts().await, ["no room for this"]);
    assert_eq!(ada.entries().await, [""; 0]);
    ada.eval("void (window.full = false)").await;
    ada.say("room for this").await;
    ada.sees(&["room for this"]).await;
    ada.push("Retry").await;
    ada.sees(&["room for this", "no room for this"]).await;
    assert_eq!(ada.drafts().await, [""; 0]);
    ada.close().await;
}

/// A database that opens, and then answers no request and ends no transaction.
const HUNG: &str = "
    Object.defineProperty(IDBTransaction.prototype, 'oncomplete', { set() {} });
    Object.defineProperty(IDBRequest.prototype, 'onsuccess', {
        set(opened) {
            if (this instanceof IDBOpenDBRequest) this.addEventListener('success', opened);
        },
    });
";

/// Lets a page make its browser's storage full.
const FULL: &str = "
    for (const [type, name] of [[IDBObjectStore, 'put'], [Storage, 'setItem']]) {
        const put = type.prototype[name];
        type.prototype[name] = function (...what) {
            if (window.full) throw new DOMException('full', 'QuotaExceededError');
            return put.apply(this, what);
        };
    }
";
