//! What keeps people out of a page, as axe-core finds it: WCAG 2.0 to 2.2, levels A and AA.

use std::fs;

use serde_json::{Value, json};

use crate::{page::Page, tool::find};

const RUN: &str = r#"
    const [tags, done] = arguments;
    const settled = document.fonts.ready.then(() => new Promise(requestAnimationFrame));
    settled.then(() => axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }))
        .then(({ violations }) => done(violations.flatMap(({ id, help, nodes }) =>
            nodes.map(({ target, failureSummary }) => `${id}: ${help}\n  ${target.join(' ')}\n  ${failureSummary.replaceAll('\n', '\n  ')}`))))
        .catch(error => done([`axe failed: ${error}`]));
"#;

const TAGS: [&str; 5] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// What it finds in a page as it is now, each with the place and what would mend it.
pub(crate) async fn findings(page: &Page) -> Vec<String> {
    let script = find("OPENLINE_AXE", &[".tools/node_modules/axe-core/axe.min.js"], "`cargo xtask test` gets it");
    if page.eval("typeof axe").await == "undefined" {
        let script = fs::read_to_string(script).expect("axe can be read");
        page.client().execute(&script, vec![]).await.expect("axe runs in the page");
    }
    let found = page.client().execute_async(RUN, vec![json!(TAGS)]).await.expect("axe answers");
    found.as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
