//! What is new, for whom, and how they are told of it: by the page, by its title, by a notice; and never of what they see.

use e2e::{Line, Page, Stage, end};

#[tokio::test]
async fn only_who_is_there_has_read_what_came() {
    let stage = Stage::set().await;
    let (ada, bo) = (stage.enter("Ada").await, stage.enter("Bo").await);
    ada.eval(BADGE).await;
    for (away, text) in [(HIDDEN, "while she looked at another tab"), (BLURRED, "while she looked at another window")] {
        ada.eval(away).await;
        bo.say(text).await;
        ada.sees(&[text]).await;
        ada.until("the title", "document.title.startsWith('(1) ')").await;
        ada.until("the number", "document.querySelector('nav .badge')?.textContent === '1'").await;
        assert_eq!(ada.eval("window.badge").await, 1, "on the icon of the installed page");
        let above = format!("document.querySelector('#new-line + li .text')?.textContent === '{text}'");
        ada.until("the line above it", &above).await;
        ada.eval("document.querySelector('[role=log]').dispatchEvent(new Event('scroll'))").await;
        ada.frame().await;
        assert_eq!(ada.eval("document.title.slice(0, 4)").await, "(1) ", "it was in view of nobody");
        ada.eval(BACK).await;
        ada.until("nothing new any more", "!document.title.startsWith('(') && !document.querySelector('.badge')").await;
        assert_eq!(ada.eval("window.badge").await, 0);
        ada.until("the line stays", &above).await;
    }
    end([ada, bo]).await;
}

#[tokio::test]
async fn the_first_of_five_thousand_new_ones_is_one_step_away() {
    let stage = Stage::with(&["--rate", "100000", "--burst", "100000"]).await;
    let ada = stage.enter("Ada").await;
    ada.say("the last she read").await;
    ada.sees(&["the last she read"]).await;
    ada.until("it is read", "!document.querySelector('li.draft')").await;
    ada.go(&stage.server.url("/health")).await;
    let bo = stage.enter("Bo").await;
    bo.fill_room(5_000).await;
    ada.go(&stage.server.url("/r/lobby")).await;
    ada.until("how many", "document.querySelector('button.first-unread')?.textContent.includes('+ new')").await;
    ada.click("button.first-unread").await;
    let first =
        "[...document.querySelectorAll('li.row')].find(row => row.querySelector('.text').textContent === 'filler 1')";
    ada.until(
        "the first",
        &format!("(box => box.top > 0 && box.bottom < innerHeight)({first}.getBoundingClientRect())"),
    )
    .await;
    end([ada, bo]).await;
}

#[tokio::test]
async fn two_tabs_give_one_notice_and_none_of_what_one_sees_or_said() {
    let stage = Stage::set().await;
    let line = Line::to(stage.server.address()).await;
    let bo = stage.enter("Bo").await;
    let ada = stage.browser.visit(&line.url("/health")).await;
    ada.eval("localStorage.setItem('openline/choice/notify', 'on')").await;
    ada.go(&line.url("/r/lobby")).await;
    ada.enter_as("Ada").await;
    ada.say("hello").await;
    ada.sees(&["hello"]).await;
    ada.eval(NOTE_NOTICES).await;
    ada.new_tab(&line.url("/r/dev")).await;
    ada.is_joined().await;
    ada.eval(NOTE_NOTICES).await;
    bo.until("Ada", "document.querySelectorAll('#people li').length === 2").await;

    // Her own, and one that she sees. Bo's page has to know her in each room to call her.
    ada.say("to myself: @Ada look here").await;
    ada.sees(&["to myself: @Ada look here"]).await;
    bo.go_to_room("dev").await;
    bo.until("Ada", "document.querySelectorAll('#people li').length === 2").await;
    bo.say("@Ada, seen").await;
    ada.sees(&["@Ada, seen"]).await;
    ada.until("read", "!document.querySelector('.badge')").await;
    bo.click("nav a[href='/r/lobby']").await;
    bo.say("@Ada, not seen").await;
    told(&ada, &["Mention from Bo in lobby"]).await;

    // What comes at once after a while is told at once.
    line.cut();
    ada.says("Try now").await;
    for n in 1..=12 {
        bo.say(&format!("@Ada, {n} of 12")).await;
    }
    bo.sees(&["@Ada, 12 of 12"]).await;
    line.mend();
    ada.try_now().await;
    told(&ada, &["Mention from Bo in lobby", "12 new messages in lobby"]).await;
    ada.until("the number", "document.querySelector('nav .badge.calls')?.textContent === '@13'").await;
    end([ada, bo]).await;
}

/// Waits until these notices were given in all tabs together, and no others.
async fn told(page: &Page, titles: &[&str]) {
    let titles = serde_json::json!(titles).to_string();
    page.until("the notices", &format!("localStorage.notices === JSON.stringify({titles})")).await;
}

/// Writes the notices of this browser's tabs down, instead of showing them.
const NOTE_NOTICES: &str = "void (window.Notification = class {
    static permission = 'granted';
    constructor(title) { localStorage.notices = JSON.stringify([...JSON.parse(localStorage.notices ?? '[]'), title]); }
})";

/// A browser that has the function, and no place for a badge.
const BADGE: &str =
    "void (navigator.setAppBadge = number => { window.badge = number; return Promise.reject('nowhere'); })";

const HIDDEN: &str = "(Object.defineProperty(document, 'hidden', { get: () => true, configurable: true }),
    document.dispatchEvent(new Event('visibilitychange')))";

const BLURRED: &str = "(document.hasFocus = () => false, dispatchEvent(new Event('blur')))";

const BACK: &str = "(delete document.hidden, delete document.hasFocus, dispatchEvent(new Event('focus')))";
