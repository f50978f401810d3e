//! What makes a chat of a log: rooms side by side, what is new in them, answers, changes, names, links, keys.

use e2e::{Stage, end};
use fantoccini::key::Key;

#[tokio::test]
async fn rooms_stand_side_by_side_and_each_tells_what_is_new_in_it() {
    let stage = Stage::set().await;
    let (ada, bo) = (stage.enter("Ada").await, stage.enter("Bo").await);
    ada.write("half a thought").await;
    ada.go_to_room("dev").await;
    ada.write("another").await;
    bo.say("are you there?").await;
    bo.until("Ada among those who are here", "document.querySelector('#people li:nth-child(2)')").await;
    bo.say("@Ada look").await;

    // Told in the list, by a sign as well as a number; in the title; and by whom.
    ada.until("the number", "document.querySelector('nav .badge.calls')?.textContent === '@2'").await;
    ada.until("the title", "document.title.startsWith('(2, @1)')").await;
    ada.until(
        "the announcer",
        "document.querySelector('[aria-live=polite]').textContent === 'Mention from Bo in lobby'",
    )
    .await;
    ada.click("nav a[href='/r/lobby']").await;
    ada.until(
        "the line above what is new",
        "document.querySelector('#new-line + li')?.textContent.includes('are you')",
    )
    .await;
    ada.until("nothing unread any more", "document.title === '#lobby · Openline' && !document.querySelector('.badge')")
        .await;
    assert_eq!(ada.written().await, "half a thought", "each room keeps what was typed for it");
    ada.eval("history.back()").await;
    ada.until("the other room", "document.querySelector('h1').textContent === '#dev'").await;
    assert_eq!(ada.written().await, "another");

    // What was read stays read, and the rooms stay, over a reload; a room that is left is gone.
    ada.reload().await;
    ada.until("both rooms", "document.querySelectorAll('.rooms > li').length === 2").await;
    ada.until("the lobby joined again", "!document.querySelector('.badge')").await;
    ada.click("[aria-label='Leave #dev']").await;
    ada.until("the lobby", "document.querySelector('h1').textContent === '#lobby'").await;
    assert_eq!(ada.eval("document.querySelectorAll('.rooms > li').length").await, 1);
    end([ada, bo]).await;
}

#[tokio::test]
async fn a_reply_a_change_a_reaction_and_a_deletion_are_seen_by_both() {
    let stage = Stage::set().await;
    let (ada, bo) = (stage.enter("Ada").await, stage.enter("Bo").await);
    ada.say("a frist try").await;
    bo.act_on("a frist try", "Reply").await;
    bo.until("what it is about", "document.querySelector('.about')?.textContent.includes('Replying to Ada')").await;
    bo.say("you mean first").await;
    ada.until("the quote", "document.querySelector('.quote')?.textContent.includes('a frist try')").await;
    ada.until("a reply calls", "document.querySelector('.quote')").await;

    // Arrow up in the empty box: what was typed comes back after it.
    ada.press(Key::Up).await;
    ada.until("the text in the box", "document.querySelector('textarea').value === 'a frist try'").await;
    ada.eval("document.querySelector('textarea').select()").await;
    ada.say("a first try").await;
    for page in [&ada, &bo] {
        page.sees(&["a first try", "you mean first"]).await;
        page.until(
            "the quote is changed as well",
            "document.querySelector('.quote').textContent.includes('a first try')",
        )
        .await;
        page.until("it says so", "document.querySelector('li.row .kind')?.textContent === 'edited'").await;
    }
    assert_eq!(ada.entries().await.len(), 2, "a change is no message of its own");

    bo.act_on("a first try", "👍").await;
    let pressed = "document.querySelector('.reaction')?.getAttribute('aria-pressed')";
    bo.until("the reaction", &format!("{pressed} === 'true'")).await;
    ada.until("the reaction", &format!("{pressed} === 'false'")).await;
    ada.click(".reaction").await;
    bo.until("two of them", "document.querySelector('.reaction .count')?.textContent === '2'").await;
    bo.click(".reaction").await;
    ada.until("one of them", "document.querySelector('.reaction .count')?.textContent === '1'").await;

    bo.act_on("you mean first", "Delete").await;
    for page in [&ada, &bo] {
        page.sees(&["a first try", "This message was deleted."]).await;
    }
    assert!(bo.eval("document.title").await.as_str().unwrap().starts_with("#lobby"), "none of that is unread");
    end([ada, bo]).await;
}

#[tokio::test]
async fn what_is_written_reads_as_it_was_meant_and_no_text_becomes_markup_or_a_dangerous_link() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.say("**strong** _so_ `code` https://a.example/x. [shop](https://b.example/)\n> quoted\n- one").await;
    ada.until("the parts", "document.querySelector('li.row .text')").await;
    for (selector, text) in [
        ("strong", "strong"),
        ("em", "so"),
        ("code", "code"),
        ("a[href='https://a.example/x'][rel='noopener noreferrer']", "https://a.example/x"),
        ("a[href='https://b.example/'] + .host", " (b.example)"),
        ("blockquote", "quoted"),
        ("ul > li", "one"),
    ] {
        assert_eq!(ada.eval(&format!("document.querySelector(\".text {selector}\")?.textContent")).await, text);
    }
    let corpus = [
        "<script>document.title='owned'</script>",
        "<img src=x onerror=\"document.title='owned'\">",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>1</script>)",
        "[x](vbscript:x)",
        "[x](//evil.example)",
        "`<b>`<svg onload=alert(1)>",
        "javascript:alert(1)",
        "\u{202e}gpj.exe <iframe src=/>",
    ];
    for text in corpus {
        ada.say(text).await;
    }
    ada.until(
        "all of them",
        &format!("document.querySelectorAll('li.row:not(.draft)').length === {}", corpus.len() + 1),
    )
    .await;
    let made = "[role=log] .text :is(img, script, svg, iframe, b, style), [role=log] .text a:not([href^='http'])";
    assert_eq!(ada.eval(&format!("document.querySelectorAll(\"{made}\").length")).await, 0);
    assert_ne!(ada.eval("document.title").await, "owned");
    end([ada]).await;
}

#[tokio::test]
async fn a_link_to_one_message_leads_to_it_and_what_is_found_does_too() {
    let stage = Stage::with(&["--rate", "100000", "--burst", "100000"]).await;
    let ada = stage.enter("Ada").await;
    ada.fill_room(1_200).await;
    let bo = stage.browser.visit(&stage.server.url("/r/lobby/57")).await;
    bo.enter_as("Bo").await;
    let in_view = |text: &str| {
        format!(
            "[...document.querySelectorAll('li.row')].some(row => row.querySelector('.text').textContent === '{text}'
                && row.getBoundingClientRect().top > 0 && row.getBoundingClientRect().bottom < innerHeight)"
        )
    };
    bo.until("the message in view", &in_view("filler 57")).await;
    assert_eq!(bo.eval("location.pathname").await, "/r/lobby/57");
    bo.click("button.jump").await;
    bo.until("the latest", &in_view("filler 1200")).await;

    bo.press_with(&[Key::Control, Key::Shift], 'f').await;
    bo.until("the dialog", "document.querySelector('dialog[open] #search') === document.activeElement").await;
    bo.type_on("\"filler 345\"").await;
    bo.press_with(&[], char::from(Key::Enter)).await;
    bo.until("one message", "document.querySelectorAll('.found > li').length === 1").await;
    bo.click(".found a").await;
    bo.until("the message in view", &in_view("filler 345")).await;
    bo.until("the dialog is gone", "!document.querySelector('dialog')").await;

    // Up and down from there: what is drawn stays bounded, and the row under the eye does not move.
    for step in ["-2000", "2000"] {
        for _ in 0..5 {
            bo.eval(&format!("document.querySelector('[role=log]').scrollBy(0, {step})")).await;
            bo.until("few rows", "document.querySelectorAll('[role=log] li').length <= 320").await;
        }
    }
    end([ada, bo]).await;
}

#[tokio::test]
async fn a_message_far_back_and_what_is_found_read_as_they_were_changed_since() {
    let stage = Stage::with(&["--rate", "100000", "--burst", "100000"]).await;
    let ada = stage.enter("Ada").await;
    ada.say("a frist try").await;
    ada.say("a secret").await;
    ada.sees(&["a frist try", "a secret"]).await;
    ada.fill_room(500).await;
    // She changes them when they are far back already.
    ada.go(&stage.server.url("/r/lobby/1")).await;
    ada.act_on("a frist try", "Edit").await;
    ada.until("the text in the box", "document.querySelector('textarea').value === 'a frist try'").await;
    ada.eval("document.querySelector('textarea').select()").await;
    ada.say("a first try").await;
    ada.act_on("a secret", "Delete").await;
    let reads = "(texts => texts[0] === 'a first try' && texts[1] === 'This message was deleted.')
        ([...document.querySelectorAll('li.row .text')].map(text => text.textContent))";
    ada.until("what she changed", reads).await;
    ada.go(&stage.server.url("/r/lobby")).await;
    ada.fill_room(500).await;
    ada.go(&stage.server.url("/r/lobby/1")).await;

    let bo = stage.enter_at(&stage.server.url("/r/lobby/1"), "Bo").await;
    bo.until("the message in view", "document.querySelector('li.row .text')?.textContent.includes('try')").await;
    assert_eq!(bo.eval(reads).await, true, "and at once: {:?}", bo.entries().await);
    bo.act_on("a first try", "👍").await;
    for page in [&ada, &bo] {
        page.until("the reaction", "document.querySelector('.reaction')?.textContent.includes('👍')").await;
    }

    bo.press_with(&[Key::Control, Key::Shift], 'f').await;
    bo.until("the dialog", "document.querySelector('dialog[open] #search') === document.activeElement").await;
    for (sought, said) in [("secret", "Nothing was found."), ("try", "1 message"), ("frist", "Nothing was found.")] {
        bo.eval("document.querySelector('#search').select()").await;
        bo.type_on(sought).await;
        bo.press_with(&[], char::from(Key::Enter)).await;
        let says = format!("document.querySelector('dialog [role=status]').textContent === '{said}'");
        bo.until(sought, &says).await;
    }
    end([ada, bo]).await;
}

#[tokio::test]
async fn what_is_no_text_is_named_with_its_size_live_and_far_back() {
    let stage = Stage::with(&["--rate", "100000", "--burst", "100000"]).await;
    let ada = stage.enter("Ada").await;
    ada.eval(POST_BYTES).await;
    let named = "document.querySelector('li.row .stand-in')?.textContent === 'image/png, 5 bytes'";
    ada.until("the bytes", named).await;
    ada.fill_room(500).await;
    ada.go(&stage.server.url("/r/lobby/1")).await;
    ada.until("the bytes, over HTTP", named).await;
    end([ada]).await;
}

/// Somebody else posts five bytes, from a few lines of JavaScript that know nothing but the protocol.
const POST_BYTES: &str = "void (() => {
    const socket = new WebSocket(`ws://${location.host}/ws`);
    const say = message => socket.send(JSON.stringify(message));
    socket.onopen = () => say({ hello: { name: 'Bot' } });
    socket.onmessage = ({ data }) => {
        if (typeof data !== 'string') return socket.close();
        const { welcome, joined } = JSON.parse(data);
        if (welcome) say({ join: { room: 'lobby', last: 0 } });
        if (!joined) return;
        const post = { room: 'lobby', id: crypto.randomUUID(), kind: 'image/png', body: { bytes: 5 } };
        const head = new TextEncoder().encode(JSON.stringify({ post }));
        const frame = new Uint8Array(4 + head.length + 5);
        new DataView(frame.buffer).setUint32(0, head.length, true);
        frame.set(head, 4);
        frame.set([0, 127, 128, 254, 255], 4 + head.length);
        socket.send(frame);
    };
})()";

#[tokio::test]
async fn a_name_is_completed_by_keys_and_a_shared_one_is_marked() {
    let stage = Stage::set().await;
    let (ada, bo) = (stage.enter("Ada").await, stage.enter("Bo Längle").await);
    ada.until("both", "document.querySelectorAll('#people li').length === 2").await;
    ada.write("look, @l").await;
    ada.until("the list", "document.querySelector('[role=listbox] [aria-selected=true]')?.textContent.includes('Bo')")
        .await;
    ada.press(Key::Enter).await;
    assert_eq!(ada.written().await, "look, @Bo Längle ");
    ada.press(Key::Enter).await;
    bo.until("the mention", "document.querySelector('.mention.me')?.textContent === '@Bo Längle'").await;
    bo.until("the row is marked", "document.querySelector('li.row.calls')").await;

    let other = stage.enter("ada").await;
    other.say("I am another").await;
    bo.until("the mark", "document.querySelector('li.row .namesake')").await;
    end([ada, bo, other]).await;
}

#[tokio::test]
async fn one_who_types_is_seen_to_and_one_who_does_not_want_that_is_not() {
    let stage = Stage::set().await;
    let (ada, bo) = (stage.enter("Ada").await, stage.enter("Bo").await);
    ada.write("a long").await;
    bo.until("the sign", "document.querySelector('.typing').textContent === 'Ada is typing…'").await;
    ada.press(Key::Enter).await;
    bo.until("the sign is gone with the message", "document.querySelector('.typing').textContent === ''").await;
    ada.click("nav .me").await;
    ada.click("dialog .setting:last-child input").await;
    ada.press_with(&[], char::from(Key::Escape)).await;
    ada.until("the dialog is gone", "!document.querySelector('dialog')").await;
    ada.write("in").await;
    ada.say(" secret").await;
    bo.sees(&["in secret"]).await;
    assert_eq!(bo.eval("document.querySelector('.typing').textContent").await, "");
    end([ada, bo]).await;
}

#[tokio::test]
async fn by_keys_alone_one_comes_in_reads_answers_and_moves_on() {
    let stage = Stage::set().await;
    let ada = stage.browser.visit(&stage.server.url("/r/lobby")).await;
    ada.until("the field has the focus", "document.activeElement?.id === 'your-name'").await;
    ada.type_on("Ada").await;
    let (enter, escape) = (char::from(Key::Enter), char::from(Key::Escape));
    ada.press_with(&[], enter).await;
    ada.until("the box has the focus", "document.activeElement?.id === 'message-box'").await;
    ada.is_joined().await;
    for text in ["one", "two"] {
        ada.type_on(text).await;
        ada.press_with(&[], enter).await;
    }
    ada.sees(&["one", "two"]).await;

    // Into the messages, up to the one before the last, and an answer to it.
    ada.press_with(&[Key::Control, Key::Shift], char::from(Key::F6)).await;
    ada.until("the messages", "document.activeElement?.getAttribute('role') === 'log'").await;
    for _ in 0..2 {
        ada.press_with(&[], char::from(Key::Up)).await;
    }
    ada.until("the first message", "document.activeElement?.querySelector('.text')?.textContent === 'one'").await;
    ada.eval(MENU_KEY).await;
    ada.until("the menu", "document.activeElement?.getAttribute('role') === 'menuitem'").await;
    ada.press_with(&[], escape).await;
    ada.until("the first message", "document.activeElement?.querySelector('.text')?.textContent === 'one'").await;
    ada.press_with(&[], enter).await;
    ada.until("the menu", "document.activeElement?.getAttribute('role') === 'menuitem'").await;
    for _ in 0..6 {
        ada.press_with(&[], char::from(Key::Down)).await;
    }
    ada.until("Reply", "document.activeElement?.textContent === 'Reply'").await;
    ada.press_with(&[], enter).await;
    ada.until("back in the box", "document.activeElement?.id === 'message-box'").await;
    ada.type_on("an answer").await;
    ada.press_with(&[], enter).await;
    ada.until("the answer", "document.querySelector('.quote')?.textContent.includes('one')").await;

    // A link, around what is selected.
    ada.type_on("here").await;
    ada.press_with(&[Key::Control], 'a').await;
    ada.press_with(&[Key::Control, Key::Shift], 'l').await;
    ada.type_on("https://a.example").await;
    ada.press_with(&[], enter).await;
    ada.until("the link", "document.querySelector('li.row a[href=\"https://a.example\"]')?.textContent === 'here'")
        .await;

    // The overview, and another room.
    ada.press_with(&[Key::Control], '/').await;
    ada.until("the overview", "document.querySelector('dialog[open] .shortcuts')").await;
    ada.press_with(&[], escape).await;
    ada.until("it is gone", "!document.querySelector('dialog') && document.activeElement?.id === 'message-box'").await;
    ada.press_with(&[Key::Control], 'k').await;
    ada.until("the field", "document.activeElement?.id === 'find-room'").await;
    ada.type_on("dev").await;
    ada.press_with(&[], enter).await;
    ada.until("the other room", "document.querySelector('h1').textContent === '#dev'").await;
    ada.until("in its box", "document.activeElement?.id === 'message-box'").await;
    ada.press_with(&[Key::Alt], char::from(Key::Up)).await;
    ada.until("back again", "document.querySelector('h1').textContent === '#lobby'").await;
    ada.resize(1_400, 900).await;
    let mut parts = Vec::new();
    for _ in 0..5 {
        ada.press_with(&[Key::Control], char::from(Key::F6)).await;
        let part = "document.activeElement?.closest('nav, header, .messages, .composer, aside')?.localName";
        parts.push(ada.eval(part).await.as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(parts, ["aside", "nav", "header", "div", "div"], "all around, and in the box again");
    end([ada]).await;
}

/// The key that asks for the menu of what has the focus.
const MENU_KEY: &str =
    "void document.activeElement.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))";

#[tokio::test]
async fn the_page_is_dark_when_asked_to_be_from_the_first_moment_on_and_so_is_the_workbench() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    let paper = "getComputedStyle(document.body).backgroundColor";
    let choose = |theme| {
        format!(
            "(() => {{ const s = document.querySelector('#theme'); s.value = '{theme}'; s.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
        )
    };
    ada.click("nav .me").await;
    ada.eval(&choose("light")).await;
    assert_eq!(ada.eval(paper).await, "rgb(255, 255, 255)");
    ada.eval(&choose("dark")).await;
    assert_eq!(ada.eval(paper).await, "rgb(21, 24, 28)");
    for path in ["/r/lobby", "/wire"] {
        ada.go(&stage.server.url(path)).await;
        assert_eq!(ada.eval(paper).await, "rgb(21, 24, 28)", "{path}");
    }
    end([ada]).await;
}

#[tokio::test]
async fn the_page_speaks_another_language_when_asked_to_and_keeps_what_was_typed() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.write("half a thought").await;
    ada.click("nav .me").await;
    ada.until("the settings", "document.querySelector('#language')").await;
    ada.choose("#language", "de").await;
    ada.until("German", "document.querySelector('textarea')?.placeholder === 'Nachricht an #lobby'").await;
    assert_eq!(ada.eval("document.documentElement.lang").await, "de");
    assert_eq!(ada.written().await, "half a thought");
    ada.press(Key::Enter).await;
    ada.says("Heute").await;
    end([ada]).await;
}
