//! The built pages, each a document with the policy it runs under.

use std::{io, path::PathBuf};

use axum::{
    http::{HeaderValue, StatusCode, header, uri::Authority},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest, Sha256};

use crate::base_path::BasePath;

/// What `/` says when no page is built.
const NOT_BUILT: &str = "\
The server runs, but there is no page here.

From the project's folder, `cargo xtask serve` builds the page and the server and runs both.
If the page is built somewhere else, start the server with --assets and its folder.
";

/// `index.html` in the folder of a built page. It is read each time, so that a page that was built anew is served
/// with the policy that fits it.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    file: PathBuf,
    reach: Reach,
    base: BasePath,
}

/// Where the policy lets a page open sockets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reach {
    /// To this server.
    Home,
    /// To anywhere, which is what the workbench is for.
    Anywhere,
}

impl Page {
    pub(crate) fn new(folder: &std::path::Path, reach: Reach, base: BasePath) -> Self {
        Self { file: folder.join("index.html"), reach, base }
    }

    /// The page, under its policy, for somebody who came by way of this `Host`.
    pub(crate) async fn response(&self, host: Option<&str>) -> Response {
        let file = self.file.clone();
        let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(file)).await;
        match read.unwrap_or_else(|error| Err(io::Error::other(error))) {
            Ok(html) => {
                let html = based(html, &self.base);
                let policy = HeaderValue::from_str(&policy(&html, host, self.reach));
                let headers = [
                    (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
                    (header::CONTENT_SECURITY_POLICY, policy.unwrap_or(HeaderValue::from_static("default-src 'none'"))),
                ];
                (headers, html).into_response()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-cache")], NOT_BUILT).into_response()
            }
            Err(error) => {
                tracing::error!(%error, file = %self.file.display(), "can't read the page");
                (StatusCode::INTERNAL_SERVER_ERROR, "The page can't be read; the server's log says why.\n")
                    .into_response()
            }
        }
    }
}

/// The page with its `<base>` under another one.
fn based(html: String, base: &BasePath) -> String {
    html.replacen(r#"<base href="/"#, &format!(r#"<base href="{base}"#), 1)
}

/// The strictest policy that a Trunk page with WebAssembly runs under: scripts of our own, and inline only those that
/// stand in the page.
fn policy(html: &str, host: Option<&str>, reach: Reach) -> String {
    let mut scripts = String::from("'self' 'wasm-unsafe-eval'");
    for script in inline_scripts(html) {
        scripts.push_str(&format!(" 'sha256-{}'", BASE64.encode(Sha256::digest(script))));
    }
    // Not every browser counts ws: as 'self'. The host goes into a header, so it is one, and nothing more.
    let host = host.and_then(|host| host.parse::<Authority>().ok()).filter(|host| !host.as_str().contains('@'));
    let lines = match reach {
        Reach::Home => host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default(),
        Reach::Anywhere => " ws: wss:".into(),
    };
    format!(
        "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; connect-src 'self'{lines}; base-uri 'self'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// The texts of the scripts that stand in a page.
fn inline_scripts(html: &str) -> Vec<&str> {
    // Where a tag stands doesn't change with its case: only ASCII letters do.
    let lower = html.to_ascii_lowercase();
    let (mut scripts, mut from) = (Vec::new(), 0);
    while let Some(open) = find(&lower, "<script", from) {
        let Some(start) = find(&lower, ">", open).map(|end| end + 1) else { break };
        let Some(end) = find(&lower, "</script", start) else { break };
        let is_inline = lower.get(open..start).is_some_and(|tag| !tag.contains(" src="));
        scripts.extend(html.get(start..end).filter(|_| is_inline));
        from = end;
    }
    scripts
}

fn find(text: &str, part: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(part).map(|at| from + at)
}

/// Whether a file's name changes with what is in it, as Trunk names them: `app-0a1b2c3d4e5f6a7b_bg.wasm`.
pub(crate) fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split(['-', '.', '_']).any(|part| part.len() >= 15 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_inline_script_is_allowed_by_its_hash_and_nothing_else_is() {
        let html = "<SCRIPT type=\"module\">a()</SCRIPT><script src=\"x.js\"></script><script>\nb('é') </script>";
        assert_eq!(inline_scripts(html), ["a()", "\nb('é') "]);
        let policy = policy(html, Some("chat.example:9000"), Reach::Home);
        assert!(policy.contains("'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='"), "{policy}");
        assert!(policy.contains("connect-src 'self' ws://chat.example:9000 wss://chat.example:9000;"));
        assert!(!policy.contains("unsafe-inline"));
    }

    #[test]
    fn a_host_cannot_write_the_policy() {
        for host in ["x; script-src *", "a b", "evil@x", ""] {
            assert!(policy("", Some(host), Reach::Home).contains("connect-src 'self'; base-uri"), "{host}");
        }
    }

    #[test]
    fn only_the_workbench_may_dial_anywhere_and_nothing_but_sockets() {
        let policy = policy("", Some("chat.example"), Reach::Anywhere);
        assert!(policy.contains("connect-src 'self' ws: wss:; base-uri"), "{policy}");
    }

    #[test]
    fn only_a_name_that_changes_with_its_content_is_kept_for_ever() {
        assert!(is_hashed("/app-0a1b2c3d4e5f6a7b_bg.wasm"));
        assert!(is_hashed("/style-58f2ccd5cf6aa42b.css"));
        for name in ["/favicon.svg", "/index.html", "/snippets/inline0.js", "/manifest.webmanifest"] {
            assert!(!is_hashed(name), "{name}");
        }
    }
}
