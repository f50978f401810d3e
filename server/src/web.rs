//! What is served over HTTP: the doors to the rooms, the echo, what rooms answer, and the page itself.

mod rooms;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use openline_protocol::{CloseCode, ClosingWhy, SUBPROTOCOL, ToClient};
use tower::ServiceExt;
use tower_http::{compression::CompressionLayer, services::ServeDir};

use crate::{
    base_path::BasePath,
    connection, echo,
    guests::{NoSeat, Seat},
    hall::Hall,
    origin::{Origin, Origins},
    page::{Page, is_hashed},
    websocket::{Handshake, Packet},
};

/// All that the routes need.
pub(crate) struct Doors {
    pub(crate) hall: Arc<Hall>,
    pub(crate) origins: Origins,
    pub(crate) page: Page,
    pub(crate) workbench: Page,
    pub(crate) assets: ServeDir,
}

/// Whether the connection a request came on has a seat. Each request carries it.
#[derive(Clone)]
pub(crate) enum Admission {
    Seated(Arc<Seat>),
    TurnedAway(NoSeat),
}

/// The routes, under the base path and without it.
pub(crate) fn routes(doors: Arc<Doors>, base: &BasePath) -> Router {
    let routes = at_the_root(doors);
    match base.as_str() {
        "/" => routes,
        base => routes.clone().nest(base, routes),
    }
}

fn at_the_root(doors: Arc<Doors>) -> Router {
    let ours = Router::new()
        .route("/rooms/{room}/entries", get(rooms::entries))
        .route("/rooms/{room}/search", get(rooms::search))
        .route("/rooms/{room}/roster", get(rooms::roster))
        .layer(middleware::from_fn_with_state(Arc::clone(&doors), ours_only));
    Router::new()
        .route("/ws", get(ws))
        .route("/echo", get(echoes))
        .route("/health", get(async || "ok\n"))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .merge(ours)
        .route("/", get(page))
        .route("/index.html", get(page))
        .route("/r/{room}", get(page))
        .route("/r/{room}/{at}", get(page))
        .route("/wire", get(workbench))
        .route("/wire/", get(workbench))
        .route("/wire/index.html", get(workbench))
        .fallback(asset)
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(turn_away))
        .layer(middleware::map_response(secure))
        .with_state(doors)
}

async fn ws(State(doors): State<Arc<Doors>>, mut request: Request) -> Response {
    if let Err(refusal) = admit(&doors, request.headers()) {
        return refusal.into_response();
    }
    let handshake = match Handshake::of(&mut request) {
        Ok(handshake) => handshake,
        Err(refusal) => return refusal.into_response(),
    };
    let protocol = handshake.offered().iter().any(|offered| offered == SUBPROTOCOL).then_some(SUBPROTOCOL);
    let response = handshake.response(protocol);
    let admission = request.extensions_mut().remove::<Admission>();
    tokio::spawn(async move {
        let Some(mut line) = handshake.line().await else { return };
        match admission {
            // In a task of its own: this one has room for a handshake, and would keep it.
            Some(Admission::Seated(seat)) => {
                tokio::spawn(connection::serve(line, Arc::clone(&doors.hall), seat));
            }
            // A browser tells its page nothing of a refused handshake, but a close code it tells.
            Some(Admission::TurnedAway(why)) => {
                let back_in = rand::random_range(2_000..10_000);
                line.feed(ToClient::Closing { why: ClosingWhy::Busy {}, back_in }.to_frame().into());
                echo::end(line, Packet::close(CloseCode::TRY_LATER, &why.to_string()), true).await;
            }
            None => {}
        }
    });
    response
}

async fn echoes(
    State(doors): State<Arc<Doors>>,
    manner: Result<Query<echo::Manner>, QueryRejection>,
    mut request: Request,
) -> Response {
    if let Err(refusal) = admit(&doors, request.headers()) {
        return refusal.into_response();
    }
    let Query(manner) = match manner {
        Ok(manner) => manner,
        Err(error) => return sentence(StatusCode::BAD_REQUEST, error.body_text()),
    };
    if let Some(complaint) = manner.complaint() {
        return sentence(StatusCode::BAD_REQUEST, complaint);
    }
    let handshake = match Handshake::of(&mut request) {
        Ok(handshake) => handshake,
        Err(refusal) => return refusal.into_response(),
    };
    let wanted = manner.protocol.as_ref();
    let protocol = handshake.offered().iter().find(|offered| wanted.is_none_or(|wanted| wanted == *offered)).cloned();
    if protocol.is_none() && wanted.is_some() {
        return sentence(StatusCode::BAD_REQUEST, "That sub-protocol isn't among those offered.\n");
    }
    let response = handshake.response(protocol.as_deref());
    if let Some(Admission::Seated(seat)) = request.extensions_mut().remove::<Admission>() {
        tokio::spawn(async move {
            if let Some(line) = handshake.line().await {
                echo::serve(line, manner, seat).await;
            }
        });
    }
    response
}

/// Lets in whoever is no browser, and the pages that may.
fn admit(doors: &Doors, headers: &HeaderMap) -> Result<(), Forbidden> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    if doors.origins.admit(origin, host(headers)) {
        return Ok(());
    }
    // What goes into the log and the answer is an origin, or nothing of it.
    let Ok(origin) = origin.parse::<Origin>() else {
        return Err(Forbidden("Pages of this origin may not connect.\n".into()));
    };
    tracing::warn!("turned away a page of {origin}; to let its pages connect, start with --origin {origin}");
    let text = format!("Pages of {origin} may not connect. To let them, start the server with --origin {origin}\n");
    Err(Forbidden(text))
}

/// A page is not let in; says why.
struct Forbidden(String);

impl IntoResponse for Forbidden {
    fn into_response(self) -> Response {
        sentence(StatusCode::FORBIDDEN, self.0)
    }
}

async fn ready(State(doors): State<Arc<Doors>>) -> Response {
    if doors.hall.guests.are_welcome() {
        return sentence(StatusCode::OK, "ready\n");
    }
    sentence(StatusCode::SERVICE_UNAVAILABLE, "The server is about to stop.\n")
}

async fn metrics(State(doors): State<Arc<Doors>>) -> Response {
    doors.hall.rooms.count();
    doors.hall.metrics.unsent.set(i64::try_from(doors.hall.guests.unsent()).unwrap_or(i64::MAX));
    doors.hall.metrics.slowest.set(i64::try_from(doors.hall.guests.slowest()).unwrap_or(i64::MAX));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], doors.hall.metrics.to_text()).into_response()
}

async fn page(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Response {
    doors.page.response(host(&headers)).await
}

async fn workbench(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Response {
    doors.workbench.response(host(&headers)).await
}

async fn asset(State(doors): State<Arc<Doors>>, request: Request) -> Response {
    let cache = if is_hashed(request.uri().path()) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let Ok(response) = doors.assets.clone().oneshot(request).await;
    let mut response = response.map(Body::new);
    if response.status() == StatusCode::NOT_FOUND {
        return sentence(StatusCode::NOT_FOUND, "There is nothing at this address.\n");
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    // A document of its own has its own policy; until it does, it may do nothing.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    response
}

/// Rooms are not for a page of somebody else's whose name was made to point here: its requests carry no origin, but its
/// host they do.
async fn ours_only(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    match host(request.headers()) {
        Some(host) if !doors.origins.is_ours(host) => sentence(
            StatusCode::FORBIDDEN,
            "The server doesn't go by this name. If it should, start it with --origin and the page's address.\n",
        ),
        _ => next.run(request).await,
    }
}

/// Who has no seat is told so: on `/ws` by a close code, elsewhere here.
async fn turn_away(request: Request, next: Next) -> Response {
    match request.extensions().get::<Admission>() {
        Some(Admission::TurnedAway(why)) if request.uri().path() != "/ws" => {
            let headers = [(header::RETRY_AFTER, "10"), (header::CONNECTION, "close")];
            (StatusCode::SERVICE_UNAVAILABLE, headers, format!("{why}\n")).into_response()
        }
        _ => next.run(request).await,
    }
}

async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST).and_then(|host| host.to_str().ok())
}

fn sentence(status: StatusCode, text: impl Into<String>) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], text.into()).into_response()
}
