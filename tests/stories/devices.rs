//! What the viewer's device tells the page: its screen, a keyboard on it, its colours, its time zone.

use e2e::{Page, Stage, Viewer, end};
use serde_json::Value;

#[tokio::test]
async fn the_keyboard_of_a_phone_leaves_the_box_and_the_last_message_in_view() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    // First of all: for a moment Chromium lays a page out five times as high when it is told of a phone, and the browser
    // moves a list that is longer, which no phone does.
    ada.look_on_a_phone().await;
    ada.fill_room(60).await;
    ada.sees(&["filler 60"]).await;
    at_the_end(&ada, "on a phone").await;
    // As WebKit tells of it: the page is as high as before, and a part of it is covered.
    let height = ada.eval("innerHeight").await.as_u64().unwrap();
    for (covered, from) in [(350, 0), (350, 60), (0, 0)] {
        let seen = height - covered;
        ada.eval(&format!("({COVER})({seen}, {from})")).await;
        let bottom = format!("document.querySelector('.composer').getBoundingClientRect().bottom - {from}");
        ada.until("the box just above the keyboard", &format!("Math.abs({bottom} - {seen}) < 2")).await;
        at_the_end(&ada, "with the keyboard").await;
        let last = "[...document.querySelectorAll('[role=log] li.row')].pop().getBoundingClientRect().bottom";
        assert!(
            ada.eval(&format!("{last} <= document.querySelector('.composer').getBoundingClientRect().top")).await
                == true
        );
    }
    end([ada]).await;
}

#[tokio::test]
async fn two_on_either_side_of_the_date_line_see_their_own_days() {
    let stage = Stage::set().await;
    let url = stage.server.url("/r/lobby");
    let enter = async |name: &str, zone| {
        let page = stage.browser.visit_as(Viewer { zone: Some(zone), ..Viewer::default() }, &url).await;
        page.enter_as(name).await;
        page.is_joined().await;
        page
    };
    let (ada, bo) = (enter("Ada", "Pacific/Kiritimati").await, enter("Bo", "Pacific/Pago_Pago").await);
    ada.say("at this moment").await;
    bo.sees(&["at this moment"]).await;
    let mut days = Vec::new();
    for page in [&ada, &bo] {
        page.until("today", "document.querySelector('.day time')?.textContent === 'Today'").await;
        days.push(page.eval("document.querySelector('.day time').title").await);
    }
    assert_ne!(days[0], days[1], "their clocks are 25 hours apart");
    end([ada, bo]).await;
}

#[tokio::test]
async fn the_letters_of_avatars_stand_out_from_each_of_their_colours() {
    let stage = Stage::set().await;
    for (wants_dark, scheme) in [(false, "light"), (true, "dark")] {
        let url = stage.server.url("/r/lobby");
        let ada = stage.browser.visit_as(Viewer { wants_dark, ..Viewer::default() }, &url).await;
        ada.until("the colours", &format!("matchMedia('(prefers-color-scheme: {scheme})').matches")).await;
        let ratios = ada.eval(AVATARS).await;
        let ratios: Vec<_> = ratios.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        assert_eq!(ratios.len(), 9, "eight, and that of somebody who is not known yet");
        assert!(ratios.iter().all(|ratio| *ratio >= 4.5), "{scheme}: {ratios:?}");
        end([ada]).await;
    }
}

async fn at_the_end(page: &Page, when: &str) {
    page.frame().await;
    let distance = page.to_the_end().await;
    assert!(distance < 2.0, "{when}: the end is {distance} px away");
}

/// A keyboard leaves so much of the page to be seen, from here on.
const COVER: &str = "(height, top) => {
    Object.defineProperty(visualViewport, 'height', { get: () => height, configurable: true });
    Object.defineProperty(visualViewport, 'offsetTop', { get: () => top, configurable: true });
    visualViewport.dispatchEvent(new Event('resize'));
}";

/// The contrast (WCAG 2.2, 1.4.3) of each avatar's letter with its ground.
const AVATARS: &str = "(() => {
    const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const light = color => {
        paint.fillStyle = color;
        paint.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    return ['', 0, 1, 2, 3, 4, 5, 6, 7].map(hue => {
        const avatar = document.body.appendChild(document.createElement('span'));
        avatar.className = hue === '' ? 'avatar' : `avatar hue-${hue}`;
        const { color, backgroundColor } = getComputedStyle(avatar);
        const [dark, bright] = [light(color), light(backgroundColor)].sort((a, b) => a - b);
        avatar.remove();
        return (bright + 0.05) / (dark + 0.05);
    });
})()";
