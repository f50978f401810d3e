//! Takes the pictures of both pages that the documentation shows: `cargo xtask screenshots`.
#![allow(clippy::expect_used, reason = "it is told with what the stories are told with, and ends as they do")]

use std::{env, fs, path::PathBuf};

use e2e::{Browser, Colors, Look, Page, Server, Workbench};

/// How the pages are looked at, and what the pictures are called.
const LOOKS: [(&str, Look); 4] = [
    ("wide-light", Look { width: 1280, height: 760, colors: Colors::Light }),
    ("wide-dark", Look { width: 1280, height: 760, colors: Colors::Dark }),
    ("narrow-light", Look { width: 360, height: 760, colors: Colors::Light }),
    ("narrow-dark", Look { width: 360, height: 760, colors: Colors::Dark }),
];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = PathBuf::from(env::args_os().nth(1).expect("the folder that the pictures go into"));
    let (server, browser) = (Server::start(&[]).await, Browser::chromium().await);
    let (chat, other) = chat(&server, &browser).await;
    let wire = wire(&server, &browser).await;
    for (page, name) in [(&chat, "chat"), (wire.page(), "wire")] {
        for (suffix, look) in LOOKS {
            page.look(look).await;
            // To the end of the log, and on a phone to the log.
            page.eval(
                "document.querySelector('.jump')?.click() ?? document.querySelector('.log-panel')?.scrollIntoView()",
            )
            .await;
            page.eval("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))").await;
            let file = folder.join(format!("{name}-{suffix}.png"));
            fs::write(&file, page.picture().await).expect("the picture can be kept");
            println!("{}", file.display());
        }
    }
    wire.end().await;
    for page in [chat, other] {
        page.close().await;
    }
}

/// A room in which two people talk, as either sees it.
async fn chat(server: &Server, browser: &Browser) -> (Page, Page) {
    let ada = browser.visit(&server.url("/r/lobby")).await;
    let bo = browser.visit(&server.url("/r/lobby")).await;
    ada.enter_as("Ada").await;
    bo.enter_as("Bo").await;
    let talk = [
        (&ada, "Morning! The train went into a tunnel right after I pressed Enter."),
        (&bo, "And? It reads as if you never left."),
        (&ada, "It said “waiting for the line”, and then it was simply there. Once."),
        (&bo, "نعم، هنا أيضا – right to left as well"),
        (&bo, "The workbench at /wire shows what happened in between: close 1006, two seconds, open."),
        (&ada, "I’ll look at it over coffee."),
    ];
    for (who, words) in talk {
        who.say(words).await;
        for page in [&ada, &bo] {
            page.says(words).await;
        }
    }
    (ada, bo)
}

/// A socket that has been through something.
async fn wire(server: &Server, browser: &Browser) -> Workbench {
    let wire = Workbench::of(browser.visit(&server.url("/wire")).await).await;
    wire.dial("/echo?close=1011&reason=disk+full", "", "Closed").await;
    wire.dial("/echo", "chat.v2, chat.v1", "Open").await;
    wire.send("Text", r#"{"hello":{"name":"Ada"}}"#).await;
    for n in 1..=9 {
        wire.send("Text", &format!(r#"{{"tick":{n},"from":"grüße"}}"#)).await;
    }
    wire.send("Hex", &(0..64).map(|byte| format!("{byte:02x} ")).collect::<String>()).await;
    wire.page().eval("[...document.querySelectorAll('button.summary')].at(-1).click()").await;
    wire.page().until("the dump", "document.querySelector('pre.dump')").await;
    wire
}
