//! Where the reader looks, nothing moves: whatever arrives, loads, grows, or covers a part of the page.

use e2e::{Page, Stage, end};

/// Something is taller than it was when it was first drawn, as a picture is that has loaded.
const GROW: &str = "(row => row.style.setProperty('min-height', '300px'))";

#[tokio::test]
async fn nothing_moves_the_row_under_the_eye() {
    let stage = Stage::set().await;
    let ada = reader(&stage).await;
    let first = "document.querySelector('[role=log] li.row').id";

    let drawn = ada.eval(first).await;
    let eye = ada.look_at(100).await;
    ada.until("older rows before it", &format!("{first} !== {drawn}")).await;
    stays(&ada, "older rows were put before it", eye).await;

    let eye = ada.look_at(1_500).await;
    ada.write("one\ntwo\nthree\nfour\nfive").await;
    stays(&ada, "the box grew", eye).await;
    ada.fill_room(50).await;
    ada.until("the count of them", "document.querySelector('button.jump')?.textContent.includes('50 new')").await;
    stays(&ada, "fifty arrived", eye).await;
    ada.eval(&format!("{GROW}(document.querySelectorAll('[role=log] li.row')[2])")).await;
    stays(&ada, "a row above it grew", eye).await;
    ada.resize(640, 500).await;
    stays(&ada, "the window became smaller", eye).await;
    ada.resize(1_000, 700).await;
    stays(&ada, "the window became larger", eye).await;
    end([ada]).await;
}

#[tokio::test]
async fn nothing_moves_the_end_away_from_whom_is_there() {
    let stage = Stage::set().await;
    let ada = reader(&stage).await;
    at_the_end(&ada, "at first").await;
    ada.write("one\ntwo\nthree\nfour\nfive").await;
    at_the_end(&ada, "the box grew").await;
    ada.fill_room(50).await;
    ada.sees(&["filler 50"]).await;
    at_the_end(&ada, "fifty arrived").await;
    for place in ["[2]", "[rows.length - 1]"] {
        ada.eval(&format!("(rows => {GROW}(rows{place}))(document.querySelectorAll('[role=log] li.row'))")).await;
        at_the_end(&ada, "a row grew").await;
    }
    ada.resize(640, 500).await;
    at_the_end(&ada, "the window became smaller").await;
    ada.resize(1_000, 700).await;
    at_the_end(&ada, "the window became larger").await;
    end([ada]).await;
}

/// A reader of a room whose messages are one to many lines long.
async fn reader(stage: &Stage) -> Page {
    let ada = stage.enter("Ada").await;
    let texts: Vec<_> = (1..=260).map(|n| format!("{n} {}", "and so on ".repeat(n * 7 % 40))).collect();
    ada.post_as("Filler", &texts).await;
    ada.until("the last", "[...document.querySelectorAll('li.row .text')].pop()?.textContent.startsWith('260 ')").await;
    // What is in the document is not yet in view, and whoever looks away before it is has not read it.
    ada.is_at_the_end().await;
    ada.frame().await;
    ada
}

async fn stays(page: &Page, what: &str, eye: f64) {
    page.frame().await;
    let now = page.eye().await;
    assert!((now - eye).abs() <= 1.0, "{what}: it moved from {eye} to {now}");
}

async fn at_the_end(page: &Page, what: &str) {
    page.frame().await;
    let distance = page.to_the_end().await;
    assert!(distance < 2.0, "{what}: the end is {distance} px away");
}
