//! The opening handshake (RFC 6455 section 4.2).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};
use tokio::net::TcpStream;

use super::line::Line;

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A request that may become a line.
#[derive(Debug)]
pub(crate) struct Handshake {
    key: HeaderValue,
    upgrade: OnUpgrade,
    offered: Vec<String>,
}

impl Handshake {
    /// The handshake a request begins; else the answer to it.
    pub(crate) fn of(request: &mut Request<Body>) -> Result<Self, Response> {
        let refuse = |status: StatusCode, text: &'static str| Err((status, text).into_response());
        let headers = request.headers();
        if request.method() != Method::GET || !says(headers, &header::CONNECTION, "upgrade") {
            return refuse(StatusCode::BAD_REQUEST, "This address is for WebSocket connections.\n");
        }
        if !says(headers, &header::UPGRADE, "websocket") {
            return refuse(StatusCode::BAD_REQUEST, "This address is for WebSocket connections.\n");
        }
        if !says(headers, &header::SEC_WEBSOCKET_VERSION, "13") {
            let version = [(header::SEC_WEBSOCKET_VERSION, "13")];
            return Err((StatusCode::UPGRADE_REQUIRED, version, "Only WebSocket version 13.\n").into_response());
        }
        let Some(key) = headers.get(header::SEC_WEBSOCKET_KEY).cloned() else {
            return refuse(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key is missing.\n");
        };
        let offered = words(headers, &header::SEC_WEBSOCKET_PROTOCOL).map(str::to_owned).collect();
        let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
            return refuse(StatusCode::BAD_REQUEST, "This connection can't be upgraded.\n");
        };
        Ok(Self { key, upgrade, offered })
    }

    /// The sub-protocols the other side offers, the one it likes best first.
    pub(crate) fn offered(&self) -> &[String] {
        &self.offered
    }

    /// The answer that makes it a line, with the sub-protocol that was chosen from those offered.
    pub(crate) fn response(&self, protocol: Option<&str>) -> Response {
        let accept = BASE64.encode(Sha1::new().chain_update(self.key.as_bytes()).chain_update(GUID).finalize());
        let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        if let Ok(accept) = accept.parse() {
            headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        }
        if let Some(Ok(protocol)) = protocol.map(str::parse) {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        response
    }

    /// The line, once the response has gone out. `None` if the other side left first.
    pub(crate) async fn line(self) -> Option<Line> {
        let upgraded = self.upgrade.await.ok()?;
        let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
        Some(Line::new(parts.io.into_inner(), &parts.read_buf))
    }
}

fn says(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    words(headers, name).any(|found| found.eq_ignore_ascii_case(word))
}

fn words<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|word| !word.is_empty())
}
