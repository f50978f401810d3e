//! The chat, told as people live it: real browsers, the real server, and a line that breaks.

use e2e::{Line, Stage, Workbench, end};
use fantoccini::key::Key;

#[tokio::test]
async fn what_one_writes_the_other_sees() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    let bo = stage.enter("Bo").await;
    ada.say("hello, Bo").await;
    bo.sees(&["hello, Bo"]).await;
    bo.say("hello, Ada").await;
    ada.sees(&["hello, Bo", "hello, Ada"]).await;
    ada.says("Bo").await;
    assert_eq!(ada.drafts().await, [""; 0], "what is an entry is no draft any more");
    end([ada, bo]).await;
}

#[tokio::test]
async fn a_late_joiner_sees_history_in_order_and_older_pages_on_scrolling_up() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.fill_room(230).await;
    let bo = stage.enter("Bo").await;
    bo.sees(&["filler 131", "filler 230"]).await;
    for _ in 0..3 {
        let first = bo.entries().await.first().cloned().unwrap();
        if first == "filler 1" {
            break;
        }
        // As a hand at the wheel does: once more, where the page was not yet there to be scrolled.
        let scroll = "(log => log.scrollTo(0, log.scrollTop ? 0 : 1))(document.querySelector('[role=log]'))";
        let is_older = format!("document.querySelector('li.row .text').textContent !== '{first}'");
        bo.until("an older page", &format!("({scroll}, {is_older})")).await;
    }
    let all: Vec<_> = (1..=230).map(|n| format!("filler {n}")).collect();
    assert_eq!(bo.entries().await, all);
    end([ada, bo]).await;
}

#[tokio::test]
async fn a_draft_that_is_not_settled_survives_a_reload() {
    let stage = Stage::set().await;
    let line = Line::to(stage.server.address()).await;
    let ada = stage.enter_at(&line.url("/r/lobby"), "Ada").await;
    line.cut();
    ada.say("written while the line was down").await;
    ada.until("the draft", "document.querySelector('li.draft')").await;
    ada.reload().await;
    ada.until("the draft again", "document.querySelector('li.draft')").await;
    assert_eq!(ada.drafts().await, ["written while the line was down"]);
    ada.says("Try now").await;
    line.mend();
    ada.sees(&["written while the line was down"]).await;
    end([ada]).await;
}

#[tokio::test]
async fn what_is_typed_but_not_sent_survives_a_reload() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.write("half a thou").await;
    ada.reload().await;
    ada.write("ght").await;
    assert_eq!(ada.written().await, "half a thought");
    ada.press(Key::Enter).await;
    ada.sees(&["half a thought"]).await;
    assert_eq!(ada.written().await, "");
    end([ada]).await;
}

#[tokio::test]
async fn the_server_is_killed_and_started_again_and_both_carry_on() {
    let mut stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    let bo = stage.enter("Bo").await;
    ada.say("before").await;
    bo.sees(&["before"]).await;
    stage.server.kill().await;
    ada.says("Try now").await;
    bo.says("Try now").await;
    ada.say("Ada, while it was gone").await;
    bo.say("Bo, while it was gone").await;
    stage.server.restart().await;
    for page in [&ada, &bo] {
        page.until(
            "all three, each once",
            "(() => { const all = [...document.querySelectorAll('li.row:not(.draft) .text')].map(e => e.textContent).sort();
                return JSON.stringify(all) === JSON.stringify(['Ada, while it was gone', 'Bo, while it was gone', 'before']); })()",
        )
        .await;
    }
    assert_eq!(ada.entries().await, bo.entries().await, "one order for both");
    ada.say("after").await;
    bo.sees(&["before", "after"]).await;
    end([ada, bo]).await;
}

#[tokio::test]
async fn the_line_is_cut_between_a_post_and_its_entry_and_the_entry_is_there_once() {
    let stage = Stage::set().await;
    let line = Line::to(stage.server.address()).await;
    let ada = stage.enter_at(&line.url("/r/lobby"), "Ada").await;
    let bo = stage.enter("Bo").await;
    line.hold_answers();
    ada.say("said once").await;
    bo.sees(&["said once"]).await;
    assert_eq!(ada.drafts().await, ["said once"], "Ada does not know yet");
    line.cut();
    line.mend();
    ada.sees(&["said once"]).await;
    ada.say("and on").await;
    for page in [&ada, &bo] {
        page.sees(&["said once", "and on"]).await;
        assert_eq!(page.entries().await, ["said once", "and on"]);
        assert_eq!(page.drafts().await, [""; 0]);
    }
    end([ada, bo]).await;
}

#[tokio::test]
async fn a_refused_post_says_why_and_can_be_edited_or_discarded() {
    let stage = Stage::with(&["--text", "12"]).await;
    let ada = stage.enter("Ada").await;
    ada.say("more than this server takes").await;
    ada.says("too long").await;
    assert_eq!(ada.entries().await, [""; 0]);
    ada.push("Edit").await;
    assert_eq!(ada.written().await, "more than this server takes");
    assert_eq!(ada.drafts().await, [""; 0]);
    ada.press(Key::Enter).await;
    ada.says("too long").await;
    ada.push("Discard").await;
    ada.until("nothing left of it", "!document.querySelector('li.draft')").await;
    ada.say("short").await;
    ada.sees(&["short"]).await;
    ada.reload().await;
    ada.sees(&["short"]).await;
    assert_eq!(ada.drafts().await, [""; 0], "what was discarded does not come back");
    end([ada]).await;
}

#[tokio::test]
async fn enter_sends_shift_enter_breaks_the_line_and_an_input_methods_enter_does_neither() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.write("にほ").await;
    for event in
        ["{ key: 'Enter', isComposing: true }", "{ key: 'Enter', keyCode: 229 }", "{ key: 'Enter', repeat: true }"]
    {
        let options = format!("Object.assign({event}, {{ bubbles: true, cancelable: true }})");
        ada.eval(&format!("document.querySelector('textarea').dispatchEvent(new KeyboardEvent('keydown', {options}))"))
            .await;
    }
    assert_eq!(ada.written().await, "にほ", "nothing was sent");
    ada.write("\nん").await;
    ada.press(Key::Enter).await;
    ada.sees(&["にほ\nん"]).await;
    assert_eq!(ada.entries().await.len(), 1);
    end([ada]).await;
}

#[tokio::test]
async fn text_cannot_become_markup() {
    let stage = Stage::set().await;
    let ada = stage.enter("<b onclick=alert(1)>Ada").await;
    let text =
        "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> &amp; <b>bold</b>";
    ada.say(text).await;
    ada.sees(&[text]).await;
    assert_eq!(
        ada.eval("document.querySelectorAll('[role=log] img, [role=log] script, [role=log] b').length").await,
        0
    );
    assert_ne!(ada.eval("document.title").await, "owned");
    end([ada]).await;
}

#[tokio::test]
async fn a_reader_at_the_end_stays_there_and_one_further_up_is_not_moved() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.fill_room(150).await;
    ada.sees(&["filler 150"]).await;
    ada.is_at_the_end().await;

    // Further up: a row in view keeps its place while fifty arrive and an older page is put before it.
    ada.eval("document.querySelector('[role=log]').scrollTo(0, 900)").await;
    let row = "[...document.querySelectorAll('li.row')].find(row => row.getBoundingClientRect().top > 150)";
    ada.eval(&format!("window.__row = {row}")).await;
    let top = "window.__row.getBoundingClientRect().top";
    let before = ada.eval(top).await.as_f64().unwrap();
    ada.fill_room(50).await;
    ada.sees(&["filler 150"]).await;
    ada.until("the button back to the end", "document.querySelector('button.jump')").await;
    let after = ada.eval(top).await.as_f64().unwrap();
    assert!((before - after).abs() <= 1.0, "moved from {before} to {after}");
    ada.eval("document.querySelector('button.jump').click()").await;
    ada.is_at_the_end().await;
    end([ada]).await;
}

#[tokio::test]
async fn two_tabs_of_one_browser_are_one_person_and_see_the_same() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.say("from the first tab").await;
    ada.sees(&["from the first tab"]).await;
    ada.new_tab(&stage.server.url("/r/lobby")).await;
    ada.sees(&["from the first tab"]).await;
    ada.say("from the second tab").await;
    ada.sees(&["from the first tab", "from the second tab"]).await;
    let mine = ada.eval("document.querySelectorAll('li.row.mine').length").await;
    assert_eq!(mine, 2, "both are hers in both tabs");
    end([ada]).await;
}

#[tokio::test]
async fn rooms_are_addresses_and_a_bad_one_is_told() {
    let stage = Stage::set().await;
    let ada = stage.browser.visit(&stage.server.url("/")).await;
    ada.enter_as("Ada").await;
    ada.until("the lobby's address", "location.pathname === '/r/lobby'").await;
    ada.say("in the lobby").await;
    ada.sees(&["in the lobby"]).await;
    ada.go(&stage.server.url("/r/Caf%C3%A9")).await;
    ada.until("the other room", "document.querySelector('h1').textContent.includes('café')").await;
    ada.is_joined().await;
    assert_eq!(ada.entries().await, [""; 0]);
    ada.go(&stage.server.url("/r/no%20such")).await;
    ada.until("a way out", "document.querySelector('a[href=\"/r/lobby\"]') || document.querySelector('main button')")
        .await;
    end([ada]).await;
}

#[tokio::test]
async fn under_a_path_of_a_proxys_one_chats_and_looks_at_the_wire_as_at_the_root() {
    let stage = Stage::with(&["--base", "/talk/"]).await;
    let ada = stage.enter_at(&stage.server.url("/talk/"), "Ada").await;
    ada.until("the lobby's address", "location.pathname === '/talk/r/lobby'").await;
    ada.go_to_room("garden").await;
    ada.until("the garden's address", "location.pathname === '/talk/r/garden'").await;
    ada.say("under a path").await;
    ada.sees(&["under a path"]).await;
    ada.reload().await;
    ada.sees(&["under a path"]).await;
    ada.fill_room(230).await;
    ada.go(&stage.server.url("/talk/r/garden/1")).await;
    ada.until("a page of the history", "document.querySelector('li.row .text').textContent === 'under a path'").await;
    let workbench = ada.eval("document.querySelector('a[href=wire]').href").await;
    assert_eq!(workbench, stage.server.url("/talk/wire"));
    ada.go(&stage.server.url("/talk/wire")).await;
    let wire = Workbench::of(ada).await;
    wire.page().push("Dial").await;
    wire.is("Open").await;
    let dialled = wire.page().eval("document.querySelector('#url').value").await;
    assert_eq!(dialled, format!("ws://{}/talk/echo", stage.server.address()));
    wire.page().eval("document.querySelector('a.skip').click()").await;
    wire.page().until("the log", "location.pathname === '/talk/wire' && document.activeElement.id === 'log'").await;
    wire.end().await;
}
