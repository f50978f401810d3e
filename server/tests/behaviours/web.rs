//! What is asked over HTTP, and the handshake: pages, origins, sub-protocols, the echo.

use crate::client::{Client, Running, get, room};
use futures_util::{SinkExt, StreamExt};
use tempfile::tempdir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::{self, Message, client::IntoClientRequest};

const UPGRADE: &[(&str, &str)] = &[
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
];

#[tokio::test]
async fn only_pages_that_may_can_connect() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &["--origin", "https://chat.example.org"]).await;
    let own = format!("http://{}", server.address);
    let dial = async |path: &str, origin: &str| {
        let mut request = format!("ws://{}{path}", server.address).into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        match tokio_tungstenite::connect_async(request).await {
            Ok(_) => Ok(()),
            Err(tungstenite::Error::Http(answer)) => {
                assert_eq!(answer.status(), 403);
                Err(String::from_utf8(answer.into_body().unwrap_or_default()).unwrap())
            }
            Err(other) => panic!("{other}"),
        }
    };
    for path in ["/ws", "/echo"] {
        for good in [&own, "https://chat.example.org", "http://localhost:8080"] {
            assert_eq!(dial(path, good).await, Ok(()), "{good}");
        }
        let refused = dial(path, "https://evil.example").await.unwrap_err();
        assert!(refused.contains("--origin https://evil.example"), "{refused}");
        assert!(dial(path, "null").await.is_err());
    }
    assert_eq!(get(server.address, "/rooms/lobby/roster", &[("Host", "evil.example")]).await.0, 403);
    assert_eq!(get(server.address, "/rooms/lobby/roster", &[("Host", "chat.example.org")]).await.0, 200);
}

#[tokio::test]
async fn the_sub_protocol_is_echoed_when_it_is_offered() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    for (path, offered, chosen) in [
        ("/ws", "openline.v1", Some("openline.v1")),
        ("/ws", "chat, openline.v1", Some("openline.v1")),
        ("/ws", "chat", None),
        ("/echo", "zebra, ant", Some("zebra")),
        ("/echo?protocol=ant", "zebra, ant", Some("ant")),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let extra = format!("Sec-WebSocket-Protocol: {offered}\r\n");
        stream.write_all(handshake(server.address, &extra).replace("/ws", path).as_bytes()).await.unwrap();
        let mut head = [0; 4_096];
        let n = stream.read(&mut head).await.unwrap();
        let head = String::from_utf8_lossy(&head[..n]).to_lowercase();
        let found = head.lines().find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
        assert_eq!((head.starts_with("http/1.1 101"), found), (true, chosen), "{path} {offered}: {head}");
    }
    assert_eq!(get(server.address, "/ws", &[]).await.0, 400);
}

#[tokio::test]
async fn the_echo_echoes_and_closes_as_it_is_asked_to() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let dial = async |query: &str| {
        let url = format!("ws://{}/echo{query}", server.address);
        tokio_tungstenite::connect_async(url).await.unwrap().0
    };
    let mut plain = dial("").await;
    let messages =
        [Message::text("hé"), Message::binary(vec![9; 1_000_000]), Message::text(""), Message::binary(vec![])];
    for message in messages {
        plain.send(message.clone()).await.unwrap();
        assert_eq!(plain.next().await.unwrap().unwrap(), message);
    }
    plain.close(None).await.unwrap();
    assert!(matches!(plain.next().await, Some(Ok(Message::Close(_)))));

    let close = |message: Option<Result<Message, _>>| match message {
        Some(Ok(Message::Close(frame))) => frame.map(|frame| (u16::from(frame.code), frame.reason.to_string())),
        other => panic!("{other:?}"),
    };
    let mut at_once = dial("?close=4321&reason=en%20bl%C3%B8c").await;
    assert_eq!(close(at_once.next().await), Some((4321, "en bløc".into())));
    let mut bare = dial("?close=1005").await;
    assert_eq!(close(bare.next().await), None);
    let mut after = dial("?close=3000&after=2").await;
    for text in ["a", "b"] {
        after.send(Message::text(text)).await.unwrap();
        assert_eq!(after.next().await.unwrap().unwrap(), Message::text(text));
    }
    assert_eq!(close(after.next().await), Some((3000, String::new())));
    for bad in ["?close=1006", "?close=x", "?reason=x", "?nonsense=1", "?protocol=x"] {
        let (status, _, body) = get(server.address, &format!("/echo{bad}"), UPGRADE).await;
        assert!(status == 400 && body.trim().len() > 10, "{bad}: {status} {body}");
    }
}

#[tokio::test]
async fn the_page_has_a_strict_policy_and_hashed_files_are_kept() {
    let data = tempdir().unwrap();
    let dist = tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(dist.path().join(name), text).unwrap();
    file("index.html", "<!doctype html><script type=module>go()</script>");
    file("app-0123456789abcdef.js", &"x();".repeat(1_000));
    file("icon.svg", "<svg/>");
    let folder = dist.path().display().to_string();
    let server = Running::start(data.path(), &["--assets", &folder]).await;
    for path in ["/", "/r/lobby", "/index.html"] {
        let (status, head, _) = get(server.address, path, &[]).await;
        assert_eq!(status, 200, "{path}");
        for part in [
            "'wasm-unsafe-eval' 'sha256-",
            "cache-control: no-cache",
            "nosniff",
            "no-referrer",
            "connect-src 'self' ws://127",
        ] {
            assert!(head.contains(part), "{part}: {head}");
        }
        assert!(!head.contains("unsafe-inline") && !head.contains("'unsafe-eval'"));
    }
    let (_, head, _) = get(server.address, "/app-0123456789abcdef.js", &[("Accept-Encoding", "gzip")]).await;
    assert!(head.contains("immutable") && head.contains("content-encoding: gzip"), "{head}");
    let (_, head, _) = get(server.address, "/icon.svg", &[]).await;
    assert!(head.contains("no-cache") && !head.contains("immutable"), "{head}");
    for path in ["/nothing", "/../Cargo.toml", "/%2e%2e/secret"] {
        assert_eq!(get(server.address, path, &[]).await.0, 404, "{path}");
    }
    std::fs::remove_file(dist.path().join("index.html")).unwrap();
    let (status, _, body) = get(server.address, "/", &[]).await;
    assert!(status == 404 && body.contains("cargo xtask serve"), "{body}");
    assert_eq!(get(server.address, "/health", &[]).await.0, 200);
}

#[tokio::test]
async fn under_a_path_of_a_proxys_everything_is_where_it_is_at_the_root() {
    let (data, dist) = (tempdir().unwrap(), tempdir().unwrap());
    let index = r#"<!doctype html><base href="/"><script type=module>go()</script>"#;
    std::fs::write(dist.path().join("index.html"), index).unwrap();
    std::fs::write(dist.path().join("icon.svg"), "<svg/>").unwrap();
    let folder = dist.path().display().to_string();
    let server = Running::start(data.path(), &["--base", "/a/chat", "--assets", &folder]).await;
    // A proxy may leave the path on or take it off.
    for under in ["/a/chat", ""] {
        for path in ["/", "/r/lobby"] {
            let (status, _, body) = get(server.address, &format!("{under}{path}"), &[]).await;
            assert!(status == 200 && body.contains(r#"<base href="/a/chat/">"#), "{under}{path}: {status} {body}");
        }
        for path in ["/icon.svg", "/health", "/rooms/lobby/roster"] {
            assert_eq!(get(server.address, &format!("{under}{path}"), &[]).await.0, 200, "{under}{path}");
        }
        let (_line, response) =
            tokio_tungstenite::connect_async(format!("ws://{}{under}/ws", server.address)).await.unwrap();
        assert_eq!(response.status(), 101);
        assert_eq!(get(server.address, &format!("{under}/nothing"), &[]).await.0, 404);
    }
}

#[tokio::test]
async fn rooms_in_many_forms_are_one_room() {
    let data = tempdir().unwrap();
    let server = Running::start(data.path(), &[]).await;
    let mut ada = Client::hello(server.address, "Ada").await;
    ada.raw(Message::text(r#"{"join":{"room":"LOBBY"}}"#)).await;
    ada.until("the lobby", |ada| ada.rooms.contains_key(&room("lobby"))).await;
}

pub(crate) fn handshake(address: std::net::SocketAddr, extra: &str) -> String {
    let mut text = format!("GET /ws HTTP/1.1\r\nHost: {address}\r\n{extra}");
    for (name, value) in UPGRADE {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text + "\r\n"
}
