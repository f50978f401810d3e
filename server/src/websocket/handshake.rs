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
    /// The handshake a request begins.
    pub(crate) fn of(request: &mut Request<Body>) -> Result<Self, NoHandshake> {
        let headers = request.headers();
        let is_upgrade = says(headers, &header::CONNECTION, "upgrade") && says(headers, &header::UPGRADE, "websocket");
        if request.method() != Method::GET || !is_upgrade {
            return Err(NoHandshake::NotAsked);
        }
        if !says(headers, &header::SEC_WEBSOCKET_VERSION, "13") {
            return Err(NoHandshake::Version);
        }
        let key = headers.get(header::SEC_WEBSOCKET_KEY).cloned().ok_or(NoHandshake::NotAsked)?;
        let offered = words(headers, &header::SEC_WEBSOCKET_PROTOCOL).map(str::to_owned).collect();
        let upgrade = request.extensions_mut().remove::<OnUpgrade>().ok_or(NoHandshake::NotAsked)?;
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

/// Why a request begins no handshake.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoHandshake {
    NotAsked,
    Version,
}

impl IntoResponse for NoHandshake {
    fn into_response(self) -> Response {
        match self {
            Self::NotAsked => (StatusCode::BAD_REQUEST, "This address is for WebSocket connections.\n").into_response(),
            Self::Version => {
                let version = [(header::SEC_WEBSOCKET_VERSION, "13")];
                (StatusCode::UPGRADE_REQUIRED, version, "Only version 13 of WebSocket is spoken here.\n")
                    .into_response()
            }
        }
    }
}

fn says(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    words(headers, name).any(|found| found.eq_ignore_ascii_case(word))
}

fn words<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|word| !word.is_empty())
}
