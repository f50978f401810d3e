//! The echo server at the other end, which whoever runs these tests may have running.

use std::panic::Location;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::console_log;

/// Where it is: `ws://host:port`, told when the tests are compiled, because a browser has no environment.
const PEER: Option<&str> = option_env!("OPENLINE_TEST_PEER");

/// Nobody listens here: the browser may dial it, and will fail.
pub(crate) const NOBODY: &str = "ws://127.0.0.1:64999/";

/// The echo's address with this query, or the word that the case is skipped.
#[track_caller]
pub(crate) fn echo(query: &str) -> Option<String> {
    if PEER.is_none() {
        say(&format!("SKIPPED: no peer (set OPENLINE_TEST_PEER): {}", Location::caller()));
    }
    PEER.map(|peer| format!("{peer}/echo{query}"))
}

/// Says it where it is seen: what goes to the console is shown for cases that fail only.
fn say(line: &str) {
    let say = Function::new_with_args(
        "line",
        "if (self.__wbg_test_output_writeln) self.__wbg_test_output_writeln(line);
         else document.getElementById('output').append(line + '\\n');",
    );
    if say.call1(&JsValue::NULL, &line.into()).is_err() {
        console_log!("{line}");
    }
}
