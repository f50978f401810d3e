//! Whose day it is: the order is the room's, the days are the viewer's.

use e2e::{Page, Stage, end};

#[tokio::test]
async fn two_whose_clocks_are_ten_hours_apart_see_one_order_and_what_they_wrote_in_it() {
    let stage = Stage::set().await;
    let (ada, bo) = (stage.enter("Ada").await, stage.enter("Bo").await);
    set_clock(&ada, "5 * 3_600_000").await;
    set_clock(&bo, "-5 * 3_600_000").await;
    let said = ["one", "two", "three", "four", "five", "six"];
    for (n, text) in said.iter().enumerate() {
        let (speaks, listens) = if n % 2 == 0 { (&ada, &bo) } else { (&bo, &ada) };
        speaks.say(text).await;
        listens.sees(&said[..=n]).await;
    }
    for page in [&ada, &bo] {
        page.sees(&said).await;
        assert_eq!(page.entries().await, said);
        page.reload().await;
        page.sees(&said).await;
        assert_eq!(page.entries().await, said, "over a reload as well");
    }
    end([ada, bo]).await;
}

#[tokio::test]
async fn at_midnight_today_becomes_yesterday_in_a_page_that_is_only_looked_at() {
    let stage = Stage::set().await;
    let ada = stage.enter("Ada").await;
    ada.say("said late in the evening").await;
    ada.until("today", "document.querySelector('.day time')?.textContent === 'Today'").await;
    // Two seconds before the end of the day; and she looks at the page again, as she would after a while.
    set_clock(&ada, "new Date(at).setHours(24, 0, 0, 0) - at - 2_000").await;
    ada.eval("dispatchEvent(new Event('focus'))").await;
    ada.until("yesterday", "document.querySelector('.day time').textContent === 'Yesterday'").await;
    ada.say("said early in the morning").await;
    end([ada]).await;
}

/// Has the page's clock go ahead from now on by so many milliseconds; `at` is what it shows now.
async fn set_clock(page: &Page, ahead: &str) {
    page.eval(&format!("(({{ Date }}, at) => {{ const now = Date.now, by = {ahead}; Date.now = () => now() + by; }})(window, Date.now())"))
        .await;
}
