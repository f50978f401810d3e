//! The workbench, told as a developer uses it: any socket, shown bare.

#![allow(clippy::unwrap_used, reason = "this is all test code")]

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{WebSocketUpgrade, ws::Message},
    routing::any,
};
use e2e::{Browser, Server, Workbench};
use fantoccini::key::Key;
use serde_json::{Value, json};
use tokio::net::TcpListener;

async fn open(browser: &Browser, server: &Server, query: &str) -> Workbench {
    Workbench::of(browser.visit(&server.url(&format!("/wire{query}"))).await).await
}

#[tokio::test]
async fn what_is_sent_comes_back_byte_for_byte_and_saving_all_gives_the_exact_bytes() {
    let (server, browser) = (Server::start(&[]).await, Browser::start().await);
    let wire = open(&browser, &server, "").await;
    let bytes: Vec<u8> = (0..=255).collect();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
    for (binary_type, kind) in [("arraybuffer", "ArrayBuffer"), ("blob", "Blob")] {
        wire.take_binary_as(binary_type).await;
        wire.dial("/echo", "", "Open").await;
        let before = wire.saved().await.len();
        wire.send("Text", "grüße <b>\"\\").await;
        wire.send("Text", "").await;
        wire.send("Hex", &hex).await;
        wire.send("Hex", "").await;
        wire.send("Base64", "AP8Q").await;
        for sent_as in ["Blob", "ArrayBuffer"] {
            wire.send_file(&bytes, sent_as).await;
            wire.send_file(&[], sent_as).await;
        }
        let saved = wire.saved().await.split_off(before);
        let of = |event: &str| -> Vec<Value> { saved.iter().filter(|row| row["event"] == event).cloned().collect() };
        let (sent, received) = (of("send"), of("message"));
        assert_eq!((sent.len(), received.len()), (9, 9));
        for (sent, received) in sent.iter().zip(&received) {
            for part in ["text", "base64", "size"] {
                assert_eq!(sent[part], received[part], "{part} of {received}");
            }
            let expected = if sent["kind"] == "text" { "text" } else { kind };
            assert_eq!(received["kind"], expected, "{received}");
        }
        assert_eq!(received[0]["text"], "grüße <b>\"\\");
        assert_eq!(received[1]["text"], "");
        assert_eq!(received[4]["base64"], "AP8Q");
        let sent_kinds: Vec<_> = sent.iter().map(|row| row["kind"].as_str().unwrap()).collect();
        assert_eq!(sent_kinds[5..], ["Blob", "Blob", "ArrayBuffer", "ArrayBuffer"]);
        assert_eq!(sent[5]["size"], 256);
        assert_eq!(sent[6]["size"], 0);
        wire.page().eval("document.querySelector('.press button').click()").await;
        wire.is("Closed").await;
    }
    let text = wire.saved_as("Save text").await;
    assert!(text.contains("00000000  00 01 02 03") && text.contains("grüße <b>"), "{text}");
    wire.end().await;
}

#[tokio::test]
async fn open_message_error_and_close_are_shown_and_explained() {
    let (server, browser) = (Server::start(&[]).await, Browser::start().await);
    let wire = open(&browser, &server, "").await;
    wire.dial("/echo", "chat.v2, chat.v1", "Open").await;
    wire.tells("sub-protocol: chat.v2").await;
    wire.send("Text", "over and back").await;
    wire.tells("over and back").await;

    // What is refused is refused before the call, and says why.
    wire.close("4999", &"x".repeat(124)).await;
    wire.page().says("the reason has 124 bytes, and at most 123 fit").await;
    wire.close("1001", "").await;
    wire.page().says("1001 is not a page's to send").await;
    wire.is("Open").await;
    // 123 bytes fit, also when they are fewer letters.
    for (code, reason) in [("4999", "é".repeat(61) + "!"), ("3000", "r".repeat(123)), ("1000", "r".repeat(123))] {
        wire.close(code, &reason).await;
        wire.page().says("123 of 123 bytes").await;
        wire.is("Closed").await;
        wire.tells(&format!("close {code} clean")).await;
        wire.tells(&reason).await;
        wire.dial("/echo", "", "Open").await;
    }
    wire.close("", "").await;
    wire.is("Closed").await;

    for (query, said) in [
        (format!("close=3000&reason={}", "r".repeat(123)), "r".repeat(123)),
        ("close=1005".into(), "no code was given".into()),
        ("close=1011".into(), "the server failed".into()),
    ] {
        wire.dial(&format!("/echo?{query}"), "", "Closed").await;
        wire.tells(&said).await;
    }

    // A server that fails is not made to look well because it said goodbye.
    wire.page()
        .until(
            "the failure, marked",
            "[...document.querySelectorAll('li.bad')].some(e => e.innerText.includes('close 1011 clean'))",
        )
        .await;

    // A port where nobody listens: the error event carries nothing, and the close says 1006.
    let dead = free_port().await;
    wire.dial(&format!("ws://{dead}/"), "", "Closed").await;
    wire.tells("it says no more than that").await;
    wire.tells("nobody listens there").await;
    wire.tells("close 1006 not clean").await;

    for (url, protocols, said) in [
        ("/echo#part", "", "no #fragment"),
        ("ftp://example.com/", "", "not with ftp:"),
        ("/echo", "a b a", "offered twice"),
        ("/echo", "a/b", "is no sub-protocol"),
    ] {
        wire.dial(url, protocols, "Closed").await;
        wire.tells(said).await;
    }
    wire.dial("ws://127.0.0.1:25/", "", "Closed").await;
    wire.tells("port 25").await;
    let events: Vec<_> = wire.saved().await.iter().map(|row| row["event"].as_str().unwrap().to_owned()).collect();
    assert_eq!(events[..7], ["dial", "open", "send", "message", "close()", "close", "dial"]);
    wire.end().await;
}

#[tokio::test]
async fn a_dial_can_be_called_off_while_it_lasts() {
    let (server, browser) = (Server::start(&[]).await, Browser::start().await);
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let wire = open(&browser, &server, "").await;
    wire.dial(&format!("ws://{}/", silent.local_addr().unwrap()), "", "Connecting").await;
    wire.page().push("Cancel").await;
    wire.is("Closed").await;
    wire.tells("You called it off").await;
    wire.tells("close 1006 not clean").await;
    wire.dial("/echo", "", "Open").await;
    wire.end().await;
}

#[tokio::test]
async fn a_failed_dial_tells_of_a_policy_that_forbids_it_and_of_a_device_that_is_offline() {
    let (server, browser) = (Server::start(&[]).await, Browser::start().await);
    let wire = open(&browser, &server, "").await;
    wire.page().eval("Object.defineProperty(navigator, 'onLine', { value: false, configurable: true }).onLine").await;
    wire.dial("ws://nowhere.invalid/", "", "Closed").await;
    wire.tells("This device is offline").await;
    wire.page().eval("delete navigator.onLine").await;
    wire.page()
        .eval(
            "(() => { const policy = document.createElement('meta');
                policy.httpEquiv = 'Content-Security-Policy'; policy.content = \"connect-src 'self'\";
                document.head.append(policy); return 0; })()",
        )
        .await;
    let elsewhere = flood(1).await;
    wire.dial(&format!("ws://{elsewhere}/"), "", "Closed").await;
    wire.page()
        .until(
            "the policy as the cause, whether the browser throws or fails later",
            "/content security policy|does not allow this address/.test(document.querySelector('.log').innerText)",
        )
        .await;
    // What the policy forbade is a complaint, and was meant to be.
    wire.page().complaints().await;
    wire.end().await;
}

#[tokio::test]
async fn a_hundred_thousand_messages_in_a_burst_leave_the_page_alive() {
    let (server, browser) = (Server::start(&[]).await, Browser::start().await);
    let wire = open(&browser, &server, "").await;
    let flood = flood(100_000).await;
    wire.page()
        .eval(
            "(() => { let last = performance.now(); window.longest = 0;
                const frame = now => { window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(frame); };
                requestAnimationFrame(frame); return 0; })()",
        )
        .await;
    // The dial itself may be out of the page before anybody can look.
    wire.write("#url", &format!("ws://{flood}/")).await;
    wire.page().push("Dial").await;
    wire.tells("message 100000").await;
    wire.page().says("20\u{202f}000 rows").await;
    // The dial, the open event and 100,000 messages, of which the latest 20,000 stay.
    wire.page().says("80\u{202f}002 rows with").await;
    assert!(wire.count("li.entry").await <= 300, "the page holds a part");
    let longest = wire.page().eval("window.longest").await.as_f64().unwrap();
    assert!(longest < 5_000.0, "the page stood still for {longest} ms");
    // Where the browser tells it.
    let heap = wire.page().eval("performance.memory?.usedJSHeapSize").await.as_f64().unwrap_or_default();
    assert!(heap < 200e6, "{heap} bytes of JavaScript's memory");
    let saved = wire.saved().await;
    assert_eq!(saved.len(), 20_001);
    assert_eq!(saved[0], json!({ "event": "dropped", "rows": 80_002, "bytes": saved[0]["bytes"] }));
    for (row, n) in saved[1..].iter().zip(80_001..) {
        assert_eq!(row["text"], format!("message {n}"));
    }
    // And it still does what it is told.
    wire.write(".find", "message 99999").await;
    wire.page().says("1 of 20\u{202f}000 rows").await;
    wire.page().push("Clear").await;
    wire.page().says("0 rows").await;
    wire.end().await;
}

#[tokio::test]
async fn the_log_is_kept_over_reconnects_and_over_leaving_the_page() {
    let (server, browser) = (Server::start(&[]).await, Browser::start().await);
    let wire = open(&browser, &server, "").await;
    for text in ["first life", "second life"] {
        wire.dial("/echo", "", "Open").await;
        wire.send("Text", text).await;
        wire.close("", "").await;
        wire.is("Closed").await;
    }
    let order = wire.page().eval("[...document.querySelectorAll('li.dial, li.in')].map(row => row.className.includes('dial') ? '-' : row.querySelector('.glimpse').innerText)").await;
    assert_eq!(order, json!(["-", "first life", "-", "second life"]));
    wire.page().go("about:blank").await;
    wire.page().go(&server.url("/wire")).await;
    wire.tells("first life").await;
    wire.tells("You left this page and came back").await;
    wire.page().says("No socket yet").await;
    wire.end().await;
}

#[tokio::test]
async fn pausing_and_filtering_while_messages_come_lose_nothing() {
    let (server, browser) = (Server::start(&[]).await, Browser::start().await);
    let wire = open(&browser, &server, "").await;
    wire.dial("/echo", "", "Open").await;
    wire.page().push("Follow").await;
    for n in 1..=3 {
        wire.send("Text", &format!("while paused {n}")).await;
    }
    wire.page().says("Follow the end · 6 new").await;
    wire.write(".find", "paused 2").await;
    wire.page().says("2 of 8 rows").await;
    wire.send("Text", "paused 2 again").await;
    wire.page().says("4 of 10 rows").await;
    wire.write(".find", " ").await;
    wire.page().push("Follow").await;
    wire.tells("while paused 3").await;

    // An opened message comes into view as a whole, and the timeline leads back to the beginning.
    wire.page().eval("[...document.querySelectorAll('button.summary')].at(-1).click()").await;
    let in_view = |element: &str| {
        format!(
            "(() => {{ const at = document.querySelector('{element}')?.getBoundingClientRect(), log = document.querySelector('#log').getBoundingClientRect();
                return at && at.top >= log.top - 1 && at.bottom <= log.bottom + 1; }})()"
        )
    };
    wire.page().until("the opened message", &in_view(".contents")).await;
    wire.page()
        .eval(
            "(() => { const line = document.querySelector('.timeline svg'), { left, top } = line.getBoundingClientRect();
                line.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: left, clientY: top })); return 0; })()",
        )
        .await;
    wire.page().until("the first row", &in_view("li.entry")).await;
    wire.page()
        .until("the traffic in words", "/received, .* sent/.test(document.querySelector('.timeline svg').ariaLabel)")
        .await;
    wire.end().await;
}

#[tokio::test]
async fn a_link_fills_the_page_in_and_never_dials() {
    let (server, browser) = (Server::start(&[]).await, Browser::start().await);
    let wire = open(&browser, &server, "?url=%2Fecho%3Fa%3D1&protocols=one%2C+two").await;
    let filled = "document.querySelector('#url').value === '/echo?a=1' && document.querySelector('#protocols').value === 'one, two'";
    wire.page().until("both fields filled in", filled).await;
    wire.page().says("No socket yet").await;
    assert_eq!(wire.count("li.entry").await, 0);
    wire.dial("/echo", "three", "Open").await;
    assert_eq!(wire.page().eval("location.search").await, "?url=%2Fecho&protocols=three");
    wire.page().reload().await;
    wire.page().says("No socket yet").await;
    assert_eq!(wire.page().eval("document.querySelector('#url').value").await, "/echo");
    wire.page().until("the recent addresses", "document.querySelector('.recent').innerText.includes('/echo')").await;
    wire.end().await;
}

#[tokio::test]
async fn it_is_worked_by_keyboard_alone() {
    let (server, browser) = (Server::start(&[]).await, Browser::start().await);
    let wire = open(&browser, &server, "").await;
    wire.page().eval("document.querySelector('#url').focus()").await;
    wire.press(&[Key::Enter]).await;
    wire.is("Open").await;
    wire.page()
        .until(
            "the announcement",
            "[...document.querySelectorAll('[role=status]')].some(e => e.textContent === 'Open')",
        )
        .await;
    wire.write("#message", "by hand").await;
    wire.press(&[Key::Control, Key::Enter]).await;
    wire.tells("by hand").await;
    wire.page()
        .until(
            "the arrival, told to those who listen",
            "[...document.querySelectorAll('[role=status]')].some(e => e.textContent === 'Received: by hand')",
        )
        .await;
    wire.page().until("both rows", "document.querySelectorAll('button.summary').length === 2").await;
    wire.page().eval("document.querySelector('#log').focus()").await;
    wire.press(&[Key::Tab]).await;
    wire.page().until("the last message has the focus", "document.activeElement.closest('li.in')").await;
    wire.press(&[Key::Up]).await;
    wire.page().until("the one before has it", "document.activeElement.closest('li.out')").await;
    wire.press(&[Key::Enter]).await;
    wire.page().until("it opens", "document.querySelector('li.out pre').innerText === 'by hand'").await;
    wire.end().await;
}

#[tokio::test]
async fn the_chats_policy_and_the_workbenchs_are_apart() {
    let (server, browser) = (Server::start(&[]).await, Browser::start().await);
    let elsewhere = flood(1).await;
    let wire = open(&browser, &server, "").await;
    wire.dial(&format!("ws://{elsewhere}/"), "", "Open").await;
    wire.tells("message 1").await;
    let policy = |path: &str| format!("fetch('{path}').then(answer => answer.headers.get('content-security-policy'))");
    let page = wire.page();
    let (chat, own) = (page.eval(&policy("/r/lobby")).await, page.eval(&policy("/wire")).await);
    let (chat, own) = (chat.as_str().unwrap(), own.as_str().unwrap());
    assert!(own.contains("connect-src 'self' ws: wss:;"), "{own}");
    assert!(!chat.contains(" ws:;") && !chat.contains("wss:;"), "{chat}");
    for policy in [chat, own] {
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    }
    // Nothing but sockets goes elsewhere, from either page.
    let refused = format!("fetch('http://{elsewhere}/').then(() => 'fetched', () => 'refused')");
    assert_eq!(page.eval(&refused).await, "refused");
    page.complaints().await;
    page.go(&server.url("/r/lobby")).await;
    // One browser's constructor throws, another's fails later.
    let forbidden = format!(
        "new Promise(done => {{
            document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective));
            try {{ new WebSocket('ws://{elsewhere}/').onopen = () => done('open'); }} catch {{}}
        }})"
    );
    assert_eq!(page.eval(&forbidden).await, "connect-src");
    page.complaints().await;
    wire.end().await;
}

/// A server of somebody else's, which says so many messages as fast as it can to whoever comes.
async fn flood(count: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let line = move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(move |mut socket| async move {
            for n in 1..=count {
                if socket.send(Message::Text(format!("message {n}").into())).await.is_err() {
                    return;
                }
            }
            while let Some(Ok(_)) = socket.recv().await {}
        })
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", any(line))).await });
    address
}

/// An address where nobody listens.
async fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}
