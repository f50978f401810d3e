//! What rooms promise: one log, in one order, everything once.

use crate::client::{Client, Running, get, id, room, text_of};
use openline_protocol::*;
use tempfile::tempdir;

#[tokio::test]
async fn what_one_writes_the_other_sees() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    let id = ada.post("hello").await;
    bo.until_entries(1).await;
    ada.until_entries(1).await;
    let entry = &bo.lobby().entries[0];
    assert_eq!((entry.id, &entry.from, entry.seq.number()), (id, &ada.person(), 1));
    assert_eq!(ada.lobby().entries, bo.lobby().entries);
    ada.catch_up().await;
    assert!(ada.settled.is_empty(), "the entry itself said it");
}

#[tokio::test]
async fn a_late_joiner_sees_history_in_order() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    for n in 0..250 {
        ada.post(&n.to_string()).await;
    }
    ada.until_entries(250).await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    assert_eq!(bo.lobby().joined.after.number(), 150, "the last hundred");
    assert_eq!(bo.lobby().texts(), ada.lobby().texts()[150..]);
    let start = Cursor { epoch: ada.lobby().joined.epoch.clone(), seq: Seq::START };
    bo.join("lobby", Some(start)).await;
    assert_eq!(bo.lobby().entries, ada.lobby().entries);
}

#[tokio::test]
async fn a_reader_far_behind_catches_up_from_disk_without_a_hole() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--tail", "2000", "--burst", "10000"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    for n in 0..1_500 {
        let text = format!("{n} {}", "x".repeat(n % 300));
        ada.feed(&ToServer::Post(Post { room: room("lobby"), id: id(), kind: None, body: Body::text(text) })).await;
    }
    ada.flush().await;
    ada.until_entries(1_500).await;
    let start = Cursor { epoch: ada.lobby().joined.epoch.clone(), seq: Seq::START };
    let mut bo = Client::hello(server.address, "Bo").await;
    bo.join("lobby", Some(start)).await;
    assert_eq!(bo.lobby().entries, ada.lobby().entries);
}

#[tokio::test]
async fn many_authors_have_one_order() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut authors = Vec::new();
    for n in 0..8 {
        authors.push(Client::in_lobby(server.address, &format!("p{n}")).await);
    }
    let address = server.address;
    let mut tasks = tokio::task::JoinSet::new();
    for mut author in authors {
        tasks.spawn(async move {
            for n in 0..100 {
                author.post(&format!("{} {n}", author.person().name)).await;
            }
            author.until_entries(800).await;
            author.lobby().entries.clone()
        });
    }
    let logs = tasks.join_all().await;
    assert!(logs.iter().all(|log| *log == logs[0]));
    for n in 0..8 {
        let mine: Vec<_> = logs[0].iter().map(text_of).filter(|text| text.starts_with(&format!("p{n} "))).collect();
        assert_eq!(mine, (0..100).map(|i| format!("p{n} {i}")).collect::<Vec<_>>(), "an author's own order is kept");
    }
    let metrics = get(address, "/metrics", &[]).await.2;
    assert!(metrics.contains("openline_entries_total 800\n"), "{metrics}");
}

#[tokio::test]
async fn posting_twice_settles_once_also_after_a_restart() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let id = ada.post("once").await;
    ada.until_entries(1).await;
    ada.post_as(id, Body::text("twice")).await;
    ada.until("settled", |ada| !ada.settled.is_empty()).await;
    assert_eq!(ada.settled, [(id, 1)]);
    server.stop().await;

    let server = Running::start(data.path(), &[]).await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    bo.post_as(id, Body::text("thrice")).await;
    bo.until("settled", |bo| !bo.settled.is_empty()).await;
    assert_eq!(bo.lobby().texts(), ["once"]);
}

#[tokio::test]
async fn what_is_above_the_cursor_is_told_by_its_entry_alone() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let id = id();
    // Both are on their way before either has an answer: the second one's entry is the first one's.
    for _ in 0..2 {
        let body = Body::text("x");
        ada.feed(&ToServer::Post(Post { room: room("lobby"), id, kind: None, body })).await;
    }
    ada.flush().await;
    ada.until_entries(1).await;
    ada.catch_up().await;
    assert!(ada.settled.len() <= 1 && ada.refusals.is_empty());
    assert_eq!(ada.lobby().entries.len(), 1);
}

#[tokio::test]
async fn a_gap_is_told_when_the_epoch_differs() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    for n in 0..5 {
        ada.post(&n.to_string()).await;
    }
    ada.until_entries(5).await;
    let here = ada.lobby().cursor();
    let mut bo = Client::hello(server.address, "Bo").await;
    bo.join("lobby", Some(Cursor { seq: Seq::new(3).unwrap(), ..here.clone() })).await;
    assert_eq!((bo.lobby().joined.after.number(), bo.lobby().texts()), (3, vec!["3".into(), "4".into()]));
    bo.join("lobby", Some(Cursor { epoch: Epoch("another".into()), seq: Seq::new(3).unwrap() })).await;
    assert_eq!(bo.lobby().joined.after, Seq::START);
    bo.join("lobby", Some(Cursor { seq: Seq::new(6).unwrap(), ..here })).await;
    assert_eq!(bo.lobby().joined.after, Seq::START, "beyond the head");
}

#[tokio::test]
async fn bytes_and_kinds_arrive_as_they_were() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| n as u8).collect();
    let kind = Some("application/x-rows".to_owned());
    for body in [Body::bytes(bytes), Body::bytes(vec![]), Body::text("")] {
        ada.say(&ToServer::Post(Post { room: room("lobby"), id: id(), kind: kind.clone(), body: body.clone() })).await;
        let n = bo.lobby().entries.len() + 1;
        bo.until_entries(n).await;
        let last = bo.lobby().entries.last().unwrap();
        assert_eq!((&last.body, &last.kind), (&body, &kind));
    }
}

#[tokio::test]
async fn a_refusal_says_why_and_harms_nothing_else() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--rooms", "2"]).await;
    let mut ada = Client::hello(server.address, "Ada").await;
    let early = ada.post("not in there").await;
    ada.join("lobby", None).await;
    let long = ada.post(&"x".repeat(4_001)).await;
    let kind = Some("no kind".to_owned());
    ada.say(&ToServer::Post(Post { room: room("lobby"), id: id(), kind, body: Body::text("x") })).await;
    ada.raw(tokio_tungstenite::tungstenite::Message::text(
        r#"{"post":{"room":"lobby","id":"00000000-0000-4000-8000-000000000000","body":{"video":1}}}"#,
    ))
    .await;
    ada.signal(None, &"x".repeat(16 * 1024 + 1)).await;
    ada.raw(tokio_tungstenite::tungstenite::Message::text(r#"{"dance":{}}"#)).await;
    ada.raw(tokio_tungstenite::tungstenite::Message::text(r#"{"join":{"room":"a b"}}"#)).await;
    ada.join("second", None).await;
    ada.say(&ToServer::Join(Join { room: room("third"), after: None, last: None })).await;
    ada.post("good").await;
    ada.until_entries(1).await;
    let whys: Vec<_> = ada.refusals.iter().map(|refusal| refusal.why.clone()).collect();
    assert_eq!(
        whys[..5],
        [
            Why::NotJoined {},
            Why::TooLong { limit: 4_000 },
            Why::BadKind {},
            Why::BadBody {},
            Why::TooLong { limit: 16 * 1024 }
        ]
    );
    assert!(matches!(whys[5..7], [Why::NotUnderstood { .. }, Why::NotUnderstood { .. }]));
    assert_eq!(whys[7..], [Why::TooManyRooms { limit: 2 }]);
    assert_eq!((ada.refusals[0].id, ada.refusals[1].id), (Some(early), Some(long)));
    assert!(ada.refusals.iter().all(|refusal| refusal.retry_after.is_none()));
    assert_eq!(ada.lobby().texts(), ["good"]);
}

#[tokio::test]
async fn a_full_disk_refuses_for_now_and_keeps_order() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--data-limit", "200000"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    ada.post("first").await;
    ada.until_entries(1).await;
    let (big, small, third) = (id(), id(), id());
    ada.post_as(big, Body::bytes(vec![1; 250_000])).await;
    ada.post_as(small, Body::text("small")).await;
    ada.post_as(third, Body::text("third")).await;
    ada.until("three refusals", |ada| ada.refusals.len() == 3).await;
    let told: Vec<_> = ada.refusals.iter().map(|refusal| (refusal.id.unwrap(), refusal.why.clone())).collect();
    let behind = Why::Behind { id: big };
    assert_eq!(told, [(big, Why::StorageFull {}), (small, behind.clone()), (third, behind)]);
    assert!(ada.refusals.iter().all(|refusal| refusal.retry_after.is_some()));

    bo.post("others go on").await;
    bo.until_entries(2).await;
    let page = get(server.address, "/rooms/lobby/entries", &[]).await;
    assert_eq!(page.0, 200, "{}", page.2);

    // Posted again, it may pass, and then the others may; what the id names is what is written now.
    ada.post_as(big, Body::text("shorter now")).await;
    ada.post_as(small, Body::text("small")).await;
    ada.until_entries(4).await;
    assert_eq!(ada.lobby().texts(), ["first", "others go on", "shorter now", "small"]);
}

#[tokio::test]
async fn what_one_post_is_too_much_for_is_enough_for_the_others_of_its_commit() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--data-limit", "300000"]).await;
    let mut lines = Vec::new();
    for n in 0..4 {
        lines.push(Client::in_lobby(server.address, &format!("p{n}")).await);
    }
    for line in &mut lines {
        line.post_as(id(), Body::bytes(vec![1; 256 * 1024])).await;
    }
    let mut small = Client::in_lobby(server.address, "small").await;
    for n in 0..20 {
        small.post(&n.to_string()).await;
    }
    small.until("its posts", |small| small.lobby().texts().iter().filter(|t| t.len() < 3).count() == 20).await;
    assert!(small.refusals.is_empty());
}

#[tokio::test]
async fn history_pages_have_no_holes() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--burst", "10000"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    for n in 0..430 {
        let body = if n % 50 == 0 { Body::bytes(vec![n as u8; 5]) } else { Body::text(n.to_string()) };
        ada.post_as(id(), body).await;
    }
    ada.until_entries(430).await;
    let page = async |query: &str| -> Page {
        let (status, _, body) = get(server.address, &format!("/rooms/lobby/entries{query}"), &[]).await;
        assert_eq!(status, 200, "{body}");
        json::read(&body).unwrap()
    };
    let mut back = page("").await;
    assert_eq!((back.entries.len(), back.more), (50, true));
    while back.more {
        let older = page(&format!("?before={}&limit=70", back.entries[0].seq)).await;
        back = Page { entries: [older.entries, back.entries].concat(), ..older };
    }
    assert_eq!(back.entries, ada.lobby().entries);
    assert_eq!(back.epoch, ada.lobby().joined.epoch);
    let mut on = page("?after=0&limit=200").await;
    while on.more {
        let newer = page(&format!("?after={}&limit=9999", on.entries.last().unwrap().seq)).await;
        on = Page { entries: [on.entries, newer.entries].concat(), ..newer };
    }
    assert_eq!(on.entries, ada.lobby().entries);
    for (path, status) in [
        ("/rooms/nobody-was-here/entries", 404),
        ("/rooms/a%20b/entries", 400),
        ("/rooms/lobby/entries?before=x", 400),
        ("/rooms/lobby/entries?before=1&after=1", 400),
        ("/rooms/lobby/entries?after=9007199254740992", 400),
    ] {
        assert_eq!(get(server.address, path, &[]).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn a_signal_goes_to_everybody_but_its_line_or_to_one_person() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    let mut cy = Client::in_lobby(server.address, "Cy").await;
    ada.signal(None, "typing").await;
    ada.signal(Some(bo.person().id), "psst").await;
    ada.signal(None, "done").await;
    bo.until("three signals", |bo| bo.signals.len() == 3).await;
    cy.until("two signals", |cy| cy.signals.len() == 2).await;
    let heard = |client: &Client| client.signals.iter().map(|(_, body)| body.clone()).collect::<Vec<_>>();
    assert_eq!(heard(&bo), [Body::text("typing"), Body::text("psst"), Body::text("done")]);
    assert_eq!(heard(&cy), [Body::text("typing"), Body::text("done")]);
    ada.catch_up().await;
    assert!(ada.signals.is_empty());
    let late = Client::in_lobby(server.address, "Late").await;
    assert!(late.signals.is_empty(), "kept nowhere");
}

#[tokio::test]
async fn the_roster_names_people_and_not_lines_and_follows_names() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    assert_eq!(ada.lobby().joined.roster.who, [ada.person()]);
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    let mut second = Client::dial(server.address).await;
    second.say_hello("Bo", Some(bo.token()), None).await;
    second.join("lobby", None).await;
    assert_eq!(second.lobby().joined.roster.count, 2);
    bo.say_hello("Zoe", None, None).await;
    let names = |client: &Client| -> Vec<String> {
        let who = client.rosters.last().map(|roster| roster.who.clone()).unwrap_or_default();
        who.iter().map(|person| person.name.to_string()).collect()
    };
    ada.until("the new name", |ada| names(ada) == ["Ada", "Zoe"]).await;
    let (status, _, whole) = get(server.address, "/rooms/lobby/roster", &[]).await;
    assert_eq!((status, json::read::<Roster>(&whole).unwrap().count), (200, 2));
    bo.post("under my new name").await;
    ada.until_entries(1).await;
    assert_eq!(ada.lobby().entries[0].from.name.as_str(), "Zoe");
    drop(bo);
    drop(second);
    ada.until("the leaving", |ada| names(ada) == ["Ada"]).await;
}

#[tokio::test]
async fn who_left_a_room_hears_it_no_more() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    bo.say(&ToServer::Leave { room: room("lobby") }).await;
    bo.catch_up().await;
    ada.post("gone").await;
    ada.until_entries(1).await;
    bo.catch_up().await;
    assert!(bo.lobby().entries.is_empty());
}

#[tokio::test]
async fn a_batch_is_one_frame() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    for n in 0..100 {
        ada.post(&n.to_string()).await;
    }
    ada.until_entries(100).await;
    let mut bo = Client::hello(server.address, "Bo").await;
    let before = bo.frames;
    bo.join("lobby", None).await;
    assert_eq!(bo.frames - before, 2, "what was joined, and all its entries");
}
