//! The client as others get it: it packages cleanly, and whoever uses it needs to know nobody else's types but those that
//! are named here.

use std::{collections::BTreeSet, fs, process::Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{process, project::Project, tally::Tally};

/// What of others' may stand in the client's public API; what ends with `::` is a beginning.
const ALLOWED: &[&str] = &[
    "core::",
    "alloc::",
    "std::",
    "futures_core::stream::Stream",
    "futures_sink::Sink",
    "serde_core::de::DeserializeOwned",
    "serde_core::ser::Serialize",
    "web_sys::features::gen_Blob::Blob",
    // Its buffers, and Object, which stands for all the views of one.
    "js_sys::",
];

/// And what may in the module `yew`.
const ALLOWED_IN_YEW: &str = "yew::";

/// Packages the client, and looks at what its public API names.
pub(crate) fn check(project: &Project) -> Result<Tally> {
    packages_without_a_warning(project)?;
    let documented = document(project)?;
    let strangers = strangers(&documented)?;
    for stranger in &strangers {
        println!("{stranger}");
    }
    let named = Tally { passed: strangers.is_empty().into(), failed: (!strangers.is_empty()).into() };
    Ok(Tally { passed: named.passed + 1, ..named })
}

/// Builds it from the package alone, as somebody would who has nothing else of this project.
fn packages_without_a_warning(project: &Project) -> Result<()> {
    let mut package = project.cargo("package --package openline-client --allow-dirty --color never");
    eprintln!("$ {}", process::words(&package));
    let said = package.stderr(Stdio::piped()).output()?;
    let said_of_it = String::from_utf8_lossy(&said.stderr);
    eprint!("{said_of_it}");
    if !said.status.success() || said_of_it.contains("warning: ") {
        bail!("the client does not package cleanly");
    }
    Ok(())
}

/// What rustdoc knows of the public API, with every feature. Only rustdoc's unstable side tells it as data.
fn document(project: &Project) -> Result<Value> {
    let mut rustdoc = project.cargo("rustdoc --package openline-client --all-features -- -Z unstable-options");
    process::run(rustdoc.args(["--output-format", "json"]).env("RUSTC_BOOTSTRAP", "1"))?;
    let file = project.target.join("doc/openline_client.json");
    let json = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(serde_json::from_slice(&json)?)
}

/// Who stands in the API that is not on the list, each with the file it is in.
fn strangers(documented: &Value) -> Result<BTreeSet<String>> {
    let items = documented["index"].as_object().context("rustdoc tells no items")?;
    let own = items.values().filter(|item| item["crate_id"] == 0);
    // What the compiler derives for every type (Send, Into, Any) is nobody's choice.
    let chosen = own.filter(|item| {
        let is_true = |value: &&Value| **value == true;
        item.pointer("/inner/impl/is_synthetic").filter(is_true).is_none()
            && item.pointer("/inner/impl/blanket_impl").is_none_or(Value::is_null)
    });
    let (mut strangers, mut known) = (BTreeSet::new(), 0);
    for item in chosen {
        let file = item.pointer("/span/filename").and_then(Value::as_str).unwrap_or_default();
        let mut names = Vec::new();
        names_in(&item["inner"], &documented["paths"], &mut names);
        for name in names {
            if is_allowed(&name, file) {
                known += 1;
            } else {
                strangers.insert(format!("{name} is public in {file}"));
            }
        }
    }
    if known == 0 && strangers.is_empty() {
        bail!("rustdoc's data has changed its shape: nothing was found in it");
    }
    Ok(strangers)
}

fn is_allowed(name: &str, file: &str) -> bool {
    let matches = |allowed: &str| if allowed.ends_with("::") { name.starts_with(allowed) } else { name == allowed };
    ALLOWED.iter().any(|allowed| matches(allowed)) || (file.contains("src/yew") && matches(ALLOWED_IN_YEW))
}

/// Every type and trait of others that is named in a piece of rustdoc's data: whatever has a path and an id.
fn names_in(value: &Value, paths: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let (Some(Value::String(_)), Some(Value::Number(id))) = (fields.get("path"), fields.get("id")) {
                let path = &paths[id.to_string()];
                if path["crate_id"].as_u64().is_some_and(|id| id != 0) {
                    let words = path["path"].as_array().into_iter().flatten().filter_map(Value::as_str);
                    names.push(words.collect::<Vec<_>>().join("::"));
                }
            }
            fields.values().for_each(|value| names_in(value, paths, names));
        }
        Value::Array(values) => values.iter().for_each(|value| names_in(value, paths, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn api(name: &[&str], file: &str) -> Value {
        let argument = json!({ "borrowed_ref": { "type": { "resolved_path": { "path": "X", "id": 7 } } } });
        json!({
            "index": { "1": {
                "crate_id": 0, "span": { "filename": file },
                "inner": { "function": { "sig": { "inputs": [["it", argument]] } } },
            } },
            "paths": { "7": { "crate_id": 3, "path": name } },
        })
    }

    #[test]
    fn a_type_of_others_in_the_public_api_is_found() {
        let found = strangers(&api(&["url", "Url"], "client/src/endpoint.rs")).unwrap();
        assert_eq!(Vec::from_iter(found), ["url::Url is public in client/src/endpoint.rs"]);
        assert!(strangers(&api(&["futures_sink", "Sink"], "client/src/endpoint.rs")).unwrap().is_empty());
        assert!(!strangers(&api(&["futures_sink", "Sinking"], "client/src/endpoint.rs")).unwrap().is_empty());
        assert!(!strangers(&api(&["web_sys", "WebSocket"], "client/src/endpoint.rs")).unwrap().is_empty());
    }

    #[test]
    fn yews_types_are_let_in_where_yew_is_known_and_nowhere_else() {
        assert!(strangers(&api(&["yew", "Callback"], "client/src/yew/provider.rs")).unwrap().is_empty());
        assert!(!strangers(&api(&["yew", "Callback"], "client/src/session.rs")).unwrap().is_empty());
    }

    #[test]
    fn data_that_can_not_be_read_is_an_error_and_not_a_pass() {
        assert!(strangers(&json!({ "index": {}, "paths": {} })).is_err());
    }
}
