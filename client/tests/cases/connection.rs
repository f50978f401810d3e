//! A connection in a browser.

use futures_util::{SinkExt, StreamExt, future::join};
use openline_client::{BinaryType, Connection, Message, ReceiveError};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{peer::echo, seen::within_10_s};

async fn soon<T>(wait: impl Future<Output = T>) -> T {
    within_10_s(wait, || "a connection").await
}

#[wasm_bindgen_test]
async fn what_is_sent_comes_back_in_order_and_close_gives_the_close_event() {
    let Some(url) = echo("") else { return };
    let mut line = soon(Connection::open(url)).await.unwrap();
    let messages: Vec<Message> = vec!["".into(), "text".into(), vec![].into(), vec![1, 2, 3].into()];
    for message in &messages {
        soon(line.send(message.clone())).await.unwrap();
    }
    for message in messages {
        assert_eq!(soon(line.next()).await, Some(Ok(message)));
    }
    let event = soon(line.close(Some(4321), Some("done"))).await.unwrap();
    assert_eq!((event.code, event.was_clean), (4321, true));
    assert_eq!(soon(line.next()).await, None);
    assert_eq!(soon(line.send("late".into())).await.unwrap_err().message, "late".into());
}

#[wasm_bindgen_test]
async fn blobs_are_not_overtaken() {
    let Some(url) = echo("?close=4000&after=20") else { return };
    let mut line = soon(Connection::builder(url).binary_type(BinaryType::Blob).open()).await.unwrap();
    for round in 0..10_u8 {
        line.send_now(vec![round; 5000]).unwrap();
        line.send_now(format!("{round}")).unwrap();
    }
    for round in 0..10_u8 {
        assert!(matches!(soon(line.next()).await, Some(Ok(Message::Blob(blob))) if blob.size() == 5000.0));
        assert_eq!(soon(line.next()).await, Some(Ok(round.to_string().into())));
    }
    assert_eq!(soon(line.next()).await, None);
    assert_eq!(line.close_event().map(|event| event.code), Some(4000));
}

#[wasm_bindgen_test]
async fn sending_much_waits_for_the_browser_and_all_of_it_comes_back() {
    let Some(url) = echo("") else { return };
    let line = Connection::builder(url).marks(100_000, 20_000).open();
    let (mut sender, mut receiver) = soon(line).await.unwrap().split();
    let sending = async {
        let mut most = 0;
        for round in 0..100_u8 {
            sender.send(vec![round; 50_000].into()).await.unwrap();
            most = most.max(sender.buffered_amount());
        }
        assert!(most <= 150_000, "{most} bytes waited");
    };
    let receiving = async {
        for round in 0..100_u8 {
            assert_eq!(receiver.next().await, Some(Ok(vec![round; 50_000].into())));
        }
    };
    soon(join(sending, receiving)).await;
}

#[wasm_bindgen_test]
async fn a_burst_to_a_reader_that_does_not_read_is_an_error_and_not_silence() {
    let Some(url) = echo("") else { return };
    let limit = openline_client::InboxLimit { messages: 10, bytes: 1 << 20 };
    let mut line = soon(Connection::builder(url).inbox(limit).open()).await.unwrap();
    for round in 0..50 {
        line.send_now(round.to_string()).unwrap();
    }
    let ended = async {
        while line.close_event().is_none() {
            super::seen::turn().await;
        }
    };
    soon(ended).await;
    for round in 0..11 {
        assert_eq!(soon(line.next()).await, Some(Ok(round.to_string().into())));
    }
    assert_eq!(soon(line.next()).await, Some(Err(ReceiveError::InboxFull)));
    assert_eq!(soon(line.next()).await, None);
}
