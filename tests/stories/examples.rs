//! The client's examples, as somebody who tries them finds them.

use std::time::{Duration, Instant};

use e2e::{Browser, Example, Line};

#[tokio::test]
async fn a_session_in_a_worker_echoes_and_comes_back() {
    echoes_and_comes_back("echo-worker").await;
}

#[tokio::test]
async fn a_session_in_a_yew_app_echoes_and_comes_back() {
    echoes_and_comes_back("echo-yew").await;
}

#[tokio::test]
async fn a_session_in_a_leptos_app_echoes_and_comes_back() {
    echoes_and_comes_back("echo-leptos").await;
}

#[tokio::test]
async fn a_silently_cut_line_is_noticed_within_heartbeat_and_deadline() {
    let (example, browser) = (Example::start("echo-yew").await, Browser::chromium().await);
    let line = Line::to(example.address()).await;
    let page = browser.visit(&line.url("/")).await;
    page.says("up").await;
    line.hold_answers();
    let held = Instant::now();
    page.says("down: the line went silent").await;
    // Three seconds of silence and two for the answer; two more for a machine that has other things to do.
    let taken = held.elapsed();
    assert!(taken < Duration::from_secs(7), "it took {taken:?}");
    line.mend();
    page.says("up").await;
    page.close().await;
}

async fn echoes_and_comes_back(example: &str) {
    let (example, browser) = (Example::start(example).await, Browser::chromium().await);
    let line = Line::to(example.address()).await;
    let page = browser.visit(&line.url("/")).await;
    page.says("up").await;
    for words in ["hello", "there"] {
        let say = format!(
            "(document.querySelector('input').value = '{words}', document.querySelector('form').requestSubmit())"
        );
        page.eval(&say).await;
        page.says(words).await;
    }
    assert_eq!(page.complaints().await, [""; 0]);
    line.cut();
    page.says("down: closed with 1006").await;
    line.mend();
    // Said again: the worker's page keeps a log, the others a status.
    let last_up = "document.body.innerText.lastIndexOf('up') > document.body.innerText.lastIndexOf('down')";
    page.until("it is up again", last_up).await;
    page.close().await;
}
