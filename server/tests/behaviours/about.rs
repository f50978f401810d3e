//! What comes with a page because it is about its entries.

use std::net::SocketAddr;

use crate::client::{Client, Running, get, id, room};
use openline_protocol::*;
use tempfile::tempdir;

const ABOUT: &str = "text/plain;%20delete=,text/plain;%20edit=";

async fn page(address: SocketAddr, path: &str) -> Page {
    let (status, _, body) = get(address, &format!("/rooms/lobby/{path}"), &[]).await;
    assert_eq!(status, 200, "{path}: {body}");
    json::read(&body).unwrap()
}

fn places(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq.number()).collect()
}

async fn say(ada: &mut Client, kind: &str, text: &str) {
    let kind = Some(kind.to_owned()).filter(|kind| !kind.is_empty());
    ada.say(&ToServer::Post(Post { room: room("lobby"), id: id(), kind, body: Body::text(text) })).await;
}

#[tokio::test]
async fn what_changed_an_old_entry_comes_with_its_page_however_far_from_it_it_lies() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--burst", "10000"]).await;
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    say(&mut ada, "", "rose").await;
    say(&mut ada, "", "thorn").await;
    for n in 3..=150 {
        say(&mut ada, "", &n.to_string()).await;
    }
    say(&mut ada, "text/plain; edit=1", "tulip").await;
    say(&mut ada, "text/plain; reply=1", "a flower").await;
    say(&mut ada, "text/plain; edit=1; to=someone", "lily").await;
    say(&mut ada, "text/plain; delete=2", "deleted").await;
    say(&mut ada, "text/plain; edit=12", "twelve").await;
    ada.until_entries(155).await;
    let first = page(server.address, &format!("entries?before=11&about={ABOUT}")).await;
    assert_eq!((places(&first.entries), places(&first.about)), ((1..=10).collect(), vec![154, 153, 151]));
    let plain = page(server.address, "entries?before=11").await;
    assert_eq!(plain, Page { about: Vec::new(), ..first }, "who doesn't ask is told nothing more");

    // What is found may have been changed since, also where a change is what was found.
    let found = page(server.address, &format!("search?q=tulip&about={ABOUT}")).await;
    assert_eq!((places(&found.entries), places(&found.about)), (vec![151], vec![153, 151]));
    let found = page(server.address, &format!("search?q=thorn&about={ABOUT}")).await;
    assert_eq!((places(&found.entries), places(&found.about)), (vec![2], vec![154]));

    let (status, _, _) = get(server.address, "/rooms/lobby/entries?about=a,b,c,d,e,f,g,h,i", &[]).await;
    assert_eq!(status, 400);
    server.stop().await;
}
