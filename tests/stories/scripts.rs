//! What people write and what they call themselves, in whatever script and with whatever intent, is only ever text.

use e2e::{Engine, Page, Stage, end};
use serde_json::json;

#[tokio::test]
async fn hebrew_and_arabic_among_latin_keep_their_punctuation_in_place() {
    let stage = Stage::set().await;
    let ada = stage.enter_at(&stage.server.url("/r/%D7%A9%D7%9C%D7%95%D7%9D-dev"), "עדה!").await;
    let bo = stage.enter_at(&stage.server.url("/r/%D7%A9%D7%9C%D7%95%D7%9D-dev"), "Bo").await;
    let (rtl, ltr, arabic) = ("שלום, Ada!", "Bo says (שלום)", "مرحبا (Ada)؟");
    for text in [rtl, ltr, arabic] {
        ada.say(text).await;
    }
    bo.sees(&[rtl, ltr, arabic]).await;
    let text = |n: usize| format!("document.querySelectorAll('li.row .text')[{n}]");
    in_order(&bo, &text(0), "!A,ש").await;
    in_order(&bo, &text(1), "Bs(ש)").await;
    in_order(&bo, &text(2), "؟)Aم").await;

    // Names stand in a row with other things, which they leave in their place.
    in_order(&bo, "document.querySelector('li.row .head')", "!ע:").await;
    in_order(&bo, "document.querySelector('h1')", "#d-ש").await;
    in_order(&bo, "document.querySelector('.rooms .here a')", "#d-ש").await;
    in_order(&bo, "[...document.querySelectorAll('#people li')].find(li => li.textContent.includes('ע'))", "!ע").await;
    ada.write("שוב").await;
    bo.until("who types", "document.querySelector('.typing').textContent.includes('ע')").await;
    in_order(&bo, "document.querySelector('.typing')", "!עi").await;
    let direction = "getComputedStyle(document.querySelector('textarea')).direction";
    assert_eq!(
        ada.eval(&format!("document.querySelector('textarea').matches(':dir(rtl)') || {direction}")).await,
        true
    );
    end([ada, bo]).await;
}

#[tokio::test]
async fn no_text_no_name_and_no_room_is_ever_markup() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    let made =
        "document.querySelectorAll('script, img, iframe, svg[onload], b, object, style, base, form[action]').length";
    let before = ada.eval(made).await;
    for name in HOSTILE {
        let name: String = name.chars().take(40).collect();
        ada.post_as(&name, &HOSTILE).await;
    }
    let count = HOSTILE.len() * HOSTILE.len();
    ada.until("the last", &format!("document.querySelectorAll('li.row').length >= {}", count.min(100))).await;
    assert_eq!(ada.eval(made).await, before);
    // Names in a quote, in a menu, in what is being replied to; texts among what is found.
    ada.click("[data-act=reply]").await;
    ada.say("to that").await;
    ada.until("the quote", "document.querySelector('.quote')").await;
    ada.click("header button.plain").await;
    ada.until("the field", "document.querySelector('#search')").await;
    ada.type_on("owned\u{E007}").await;
    ada.until("what is found", "document.querySelectorAll('.found > li').length > 2").await;
    assert_eq!(ada.eval(made).await, before);
    for room in HOSTILE {
        let room: String = url::form_urlencoded::byte_serialize(room.as_bytes()).collect();
        ada.go(&stage.server.url(&format!("/r/{}", room.replace('+', "%20")))).await;
        ada.until("the page", "document.querySelector('main a, main button, textarea')").await;
        assert_eq!(ada.eval(made).await, before, "{room}");
    }
    assert_eq!(ada.eval("typeof window.owned").await, "undefined");
    end([ada]).await;
}

/// So that `end` cannot pass for want of hearing anything.
#[tokio::test]
async fn what_a_pages_policy_forbids_is_heard() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.eval("void addEventListener('securitypolicyviolation', () => document.body.dataset.forbidden = 'yes')").await;
    ada.eval("void document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.2:1/x.png' }))").await;
    ada.until("that it is forbidden", "document.body.dataset.forbidden").await;
    let complaints = ada.complaints().await;
    let words = if stage.browser.engine() == Engine::Chromium { "Content Security Policy" } else { "img-src forbids" };
    assert!(complaints.iter().any(|complaint| complaint.contains(words)), "{complaints:?}");
    ada.close().await;
}

/// Asserts that these signs stand in this order from left to right in an element, by where they are drawn.
async fn in_order(page: &Page, element: &str, signs: &str) {
    let lefts = page.eval(&format!("({LEFTS})({element}, {})", json!(signs))).await;
    let lefts: Vec<_> = lefts.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect();
    assert_eq!(lefts.len(), signs.chars().count(), "{signs:?} in {element}");
    assert!(lefts.is_sorted(), "{signs:?} in {element} stand at {lefts:?}");
}

const LEFTS: &str = "(element, signs) => [...signs].map(sign => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node; node = walker.nextNode();) {
        const at = node.data.indexOf(sign);
        if (at < 0 || node.parentElement.closest('.unseen')) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + sign.length);
        return range.getBoundingClientRect().left;
    }
})";

const HOSTILE: [&str; 12] = [
    "<script>owned=1</script>",
    "<img src=x onerror=owned=1>",
    "<svg onload=owned=1>",
    "<iframe srcdoc='<script>parent.owned=1'>",
    "\"><b onclick=owned=1>x",
    "'-owned=1-'",
    "{{owned=1}} ${owned=1}",
    "javascript:owned=1",
    "[x](javascript:owned=1)",
    "<base href=//evil.example> owned",
    "<style>*{display:none}</style> owned",
    "</textarea><form action=/x> owned",
];
