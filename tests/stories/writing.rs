//! The box: what is put into it is not cut, not lost, and sent when its author says so and never else.

use e2e::{Browser, Page, Server, Stage, end};
use fantoccini::key::Key;
use serde_json::Value;

#[tokio::test]
async fn a_megabyte_is_not_pasted_and_it_says_why_at_once_and_less_is_all_there() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.write("before").await;
    ada.eval(TIME_PASTES).await;
    let took = paste(&ada, 1_000_000).await.as_f64().unwrap();
    println!("a megabyte is pasted: {took:.1} ms");
    assert!(took < 200.0, "{took} ms");
    ada.says("Not pasted: that is 1000000 bytes, and a message has at most 4000.").await;
    assert_eq!(ada.written().await, "before", "all or nothing");

    // What still fits into a box is the browser's to put there, and too long to be sent.
    paste(&ada, 20_000).await;
    ada.says("Too long by 16006: a message has at most 4000 bytes").await;
    ada.press(Key::Enter).await;
    ada.click("button.send").await;
    assert_eq!(ada.written().await.len(), 20_006, "nothing is cut or sent");
    assert_eq!(ada.drafts().await, [""; 0]);
    ada.eval("document.querySelector('textarea').select()").await;
    ada.say("in short").await;
    ada.sees(&["in short"]).await;
    end([ada]).await;
}

#[tokio::test]
async fn an_input_methods_enter_sends_nothing_picks_nothing_and_saves_nothing() {
    let stage = Stage::set().await;
    let (ada, bo) = (stage.enter("Ada").await, stage.enter("Bo").await);
    ada.until("both", "document.querySelectorAll('#people li').length === 2").await;
    let composing = async |key: &str| {
        for how in ["isComposing: true", "keyCode: 229"] {
            let event =
                format!("new KeyboardEvent('keydown', {{ key: '{key}', {how}, bubbles: true, cancelable: true }})");
            ada.eval(&format!("document.querySelector('textarea').dispatchEvent({event})")).await;
        }
    };

    // With the list of names open, neither its keys nor Escape are the page's.
    ada.write("@B").await;
    let picked = "document.querySelector('[role=option][aria-selected=true]')";
    ada.until("the list", picked).await;
    for key in ["Enter", "Tab", "Escape", "ArrowDown"] {
        composing(key).await;
    }
    ada.frame().await;
    assert_eq!(ada.written().await, "@B");
    assert_eq!(ada.eval(&format!("!!{picked}")).await, true, "the list stays open");
    ada.press(Key::Enter).await;
    assert_eq!(ada.written().await, "@Bo ", "and the next Enter picks");
    ada.write("hello").await;
    ada.press(Key::Enter).await;
    ada.sees(&["@Bo hello"]).await;

    // While an earlier message is changed.
    ada.until("settled", "!document.querySelector('li.draft')").await;
    ada.press(Key::Up).await;
    ada.until("the text in the box", "document.querySelector('textarea').value === '@Bo hello'").await;
    ada.write("!").await;
    for key in ["Enter", "Escape"] {
        composing(key).await;
    }
    ada.frame().await;
    assert_eq!(ada.written().await, "@Bo hello!", "neither saved nor given up");
    ada.press(Key::Enter).await;
    bo.sees(&["@Bo hello!"]).await;
    assert_eq!(bo.entries().await, ["@Bo hello!"], "and the next Enter saves, once");
    end([ada, bo]).await;
}

#[tokio::test]
async fn what_is_typed_in_two_tabs_erases_nothing_of_what_is_typed_in_the_other() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.write("for the lobby").await;
    ada.new_tab(&stage.server.url("/r/dev")).await;
    ada.is_joined().await;
    ada.write("for dev").await;
    ada.look_at_the_other_tab().await;
    assert_eq!(ada.written().await, "for the lobby");
    ada.go_to_room("dev").await;
    assert_eq!(ada.written().await, "for dev", "one text for each room, whichever tab");
    ada.reload().await;
    ada.is_joined().await;
    assert_eq!(ada.written().await, "for dev");
    ada.press(Key::Enter).await;
    ada.sees(&["for dev"]).await;
    ada.look_at_the_other_tab().await;
    ada.sees(&["for dev"]).await;
    ada.until("sent in one tab is gone in the other", "document.querySelector('textarea').value === ''").await;
    end([ada]).await;
}

#[tokio::test]
async fn a_refused_draft_can_be_retried_and_copied() {
    let stage = Stage::with(&["--text", "12"]).await;
    let ada = stage.enter("Ada").await;
    ada.say("more than this server takes").await;
    ada.says("too long").await;
    ada.eval(
        "void (navigator.clipboard ? navigator.clipboard.writeText = async text => { window.copied = text; } : 0)",
    )
    .await;
    ada.push("Copy").await;
    ada.says("Copied").await;
    assert_eq!(ada.eval("window.copied").await, "more than this server takes");
    ada.eval(COUNT_TURNS).await;
    ada.push("Retry").await;
    ada.until("asked again, and refused again", "window.turns >= 2").await;
    ada.says("too long").await;
    assert_eq!(ada.drafts().await, ["more than this server takes"]);
    end([ada]).await;
}

#[tokio::test]
async fn a_refused_draft_is_still_refused_after_a_reload_and_in_another_tab_and_is_not_asked_again() {
    let server = Server::with_first(COUNT_POSTS, &["--text", "12"]).await;
    let stage = Stage { server, browser: Browser::start().await };
    let ada = stage.enter("Ada").await;
    ada.say("more than this server takes").await;
    ada.says("too long").await;
    ada.reload().await;
    ada.says("too long").await;
    // What is posted leaves in order: were it asked again, it would have been before this.
    ada.say("short").await;
    ada.sees(&["short"]).await;
    assert_eq!(ada.eval("window.posts").await, 1);
    for button in ["Retry", "Edit", "Copy", "Discard"] {
        let there = format!("[...document.querySelectorAll('li.draft button')].some(b => b.innerText === '{button}')");
        ada.until(button, &there).await;
    }
    ada.new_tab(&stage.server.url("/r/lobby")).await;
    ada.says("too long").await;
    ada.push("Discard").await;
    ada.until("nothing left of it", "!document.querySelector('li.draft')").await;
    ada.close_tab_and_look_at_the_other().await;
    ada.until("nor in the first tab", "!document.querySelector('li.draft')").await;
    end([ada]).await;
}

#[tokio::test]
async fn what_was_refused_in_another_room_is_marked_in_the_list_of_rooms() {
    let stage = Stage::with(&["--text", "12"]).await;
    let ada = stage.enter("Ada").await;
    ada.say("more than this server takes").await;
    ada.says("too long").await;
    ada.go_to_room("dev").await;
    ada.until("the mark", "document.querySelector('nav a[href$=\"/r/lobby\"] .unsent-mark')").await;
    ada.click("nav a[href$='/r/lobby']").await;
    ada.push("Discard").await;
    ada.click("nav a[href$='/r/dev']").await;
    ada.until("no mark", "!document.querySelector('.unsent-mark')").await;
    end([ada]).await;
}

/// Pastes so many letters into the box; tells how many milliseconds the page took to answer.
async fn paste(page: &Page, length: usize) -> Value {
    page.copy(&"x".repeat(length)).await;
    page.eval("(window.took = null, document.querySelector('textarea').focus())").await;
    page.press_with(&[Key::Control], 'v').await;
    page.until("the page's answer", "window.took !== null").await;
    page.eval("window.took").await
}

/// Takes the time that the page takes to answer what is pasted.
const TIME_PASTES: &str = "(() => {
    let begin;
    addEventListener('paste', () => begin = performance.now(), true);
    addEventListener('paste', () => window.took = performance.now() - begin);
})()";

/// Counts the posts that leave.
const COUNT_POSTS: &str = "{
    window.posts = 0;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        if (String(data).startsWith('{\"post\"')) window.posts += 1;
        return send.call(this, data);
    };
}";

/// Counts how often a draft's fate turns.
const COUNT_TURNS: &str = "void (window.turns = 0, new MutationObserver(turns => window.turns += turns.length)
    .observe(document.querySelector('li.draft'), { attributes: true, attributeFilter: ['class'] }))";
