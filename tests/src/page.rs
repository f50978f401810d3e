//! The chat's page, as a person sees it and acts on it.

mod scrolled;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use fantoccini::{
    Client, Locator,
    actions::{InputSource, KeyAction, KeyActions},
    key::Key,
    wd::WebDriverCompatibleCommand,
};
use http::Method;
use serde_json::{Value, json};
use url::Url;

use crate::{
    axe,
    browser::Engine,
    driver::Driver,
    look::{Colors, Look},
};

/// How long something may take before the test says what was there instead.
const PATIENCE: Duration = Duration::from_secs(30);

/// Resolves when the condition holds, and at the deadline with what the page says. The condition is put into the text,
/// because the pages' policy allows no text to become a function. What a field holds, what has the focus and how far
/// something is scrolled changes without a mutation, so it is looked at now and then as well.
const UNTIL: &str = r#"
    const [patience, done] = arguments;
    const holds = () => { try { return CONDITION; } catch { return false; } };
    let watch, timer, pulse;
    const end = outcome => { watch.disconnect(); clearTimeout(timer); clearInterval(pulse); done(outcome); };
    const look = () => { if (holds()) end(null); };
    watch = new MutationObserver(look);
    watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    timer = setTimeout(() => end(document.title + '\n' + document.body.innerText), patience);
    pulse = setInterval(look, 100);
    look();
"#;

const POST: &str = r#"
    const [name, texts, done] = arguments;
    const room = location.pathname.split('/').pop();
    const socket = new WebSocket(`ws://${location.host}/ws`);
    const say = message => socket.send(JSON.stringify(message));
    let last;
    socket.onopen = () => say({ hello: { name } });
    socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.welcome) say({ join: { room, last: 0 } });
        if (message.joined) for (const text of texts) {
            last = crypto.randomUUID();
            say({ post: { room, id: last, body: { text } } });
        }
        if (message.entries && message.entries.entries.some(entry => entry.id === last)) { socket.close(); done(null); }
    };
"#;

/// The browser's console, as ChromeDriver gives it.
#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// Writes down what goes wrong from now on, for browsers whose console no driver tells.
const LISTEN: &str = r#"
    if (window.complaints) return;
    const complaints = window.complaints = [];
    addEventListener('error', event => complaints.push(event.message || `cannot load ${event.target.src || event.target.href}`), true);
    addEventListener('unhandledrejection', event => complaints.push(`${event.reason}`));
    addEventListener('securitypolicyviolation', event => complaints.push(`${event.effectiveDirective} forbids ${event.blockedURI}`));
    const error = console.error;
    console.error = (...words) => { complaints.push(words.join(' ')); error.apply(console, words); };
"#;

/// One window with the chat in it.
pub struct Page {
    client: Client,
    engine: Engine,
    _driver: Arc<Driver>,
}

impl Page {
    pub(crate) fn new(client: Client, driver: Arc<Driver>, engine: Engine) -> Self {
        Self { client, engine, _driver: driver }
    }

    /// What drives the window, for those that act on another page than the chat.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Goes to an address.
    pub async fn go(&self, url: &str) {
        self.client.goto(url).await.expect("the page loads");
        self.listen().await;
    }

    /// Loads the page anew.
    pub async fn reload(&self) {
        self.client.refresh().await.expect("the page loads again");
        self.listen().await;
    }

    /// Opens another tab of the same browser: the same person, if they are in already.
    pub async fn new_tab(&self, url: &str) {
        // WebKit's driver leaves a tab behind the one before it, where nobody sees it: there it is a window.
        let tab = self.client.new_window(self.engine != Engine::WebKit).await.expect("a new tab opens");
        self.client.switch_to_window(tab.handle).await.expect("it comes to the front");
        self.go(url).await;
    }

    /// Closes the tab, and leaves an empty one.
    pub async fn close_tab(&self) {
        let empty = self.client.new_window(true).await.expect("a new tab opens");
        self.client.close_window().await.expect("the tab closes");
        self.client.switch_to_window(empty.handle).await.expect("the new tab comes to the front");
    }

    /// Closes the tab; there is another one.
    pub async fn close_tab_and_look_at_the_other(&self) {
        self.client.close_window().await.expect("the tab closes");
        let handle = self.client.windows().await.expect("the tabs").pop().expect("another tab");
        self.client.switch_to_window(handle).await.expect("it comes to the front");
    }

    /// Goes on in the other one of two tabs.
    pub async fn look_at_the_other_tab(&self) {
        let here = self.client.window().await.expect("this tab");
        let tabs = self.client.windows().await.expect("the tabs");
        let other = tabs.into_iter().find(|tab| *tab != here).expect("another tab");
        self.client.switch_to_window(other).await.expect("it comes to the front");
    }

    /// Gives the window another size, in CSS pixels, and waits until the page has it. (WebKit's driver does not.)
    pub async fn resize(&self, width: u32, height: u32) {
        let before = self.eval("`${innerWidth} ${innerHeight}`").await;
        self.client.set_window_size(width, height).await.expect("the window takes its size");
        self.until("the other size", &format!("`${{innerWidth}} ${{innerHeight}}` !== {before}")).await;
    }

    /// Looks at the page in this way from now on.
    pub async fn look(&self, look: Look) {
        look.apply(&self.client).await;
    }

    /// Looks at the page on a phone from now on; where a browser cannot be told of one, in a window as narrow as it has.
    pub async fn look_on_a_phone(&self) {
        let (width, height) = (390, 780);
        match self.engine {
            Engine::Chromium => {
                self.look(Look { width, height, colors: Colors::Light }).await;
                let phone = format!("innerWidth === {width} && matchMedia('(pointer: coarse)').matches");
                self.until("the phone", &phone).await;
            }
            Engine::Firefox | Engine::WebKit => {
                self.resize(width, height).await;
                assert!(self.eval("innerWidth <= 500").await == true, "the window is narrow");
            }
        }
    }

    /// A picture of what is in view, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a picture is taken")
    }

    /// Asserts that axe finds nothing in this state of the page: light, dark and in forced colours, on a screen of this
    /// size, and that nothing has to be scrolled sideways.
    pub async fn lets_everybody_in(&self, state: &str, (width, height): (u32, u32)) {
        let mut found = Vec::new();
        for colors in Colors::ALL {
            self.look(Look { width, height, colors }).await;
            self.until("the colours asked for", &format!("matchMedia('{}').matches", colors.query())).await;
            found.extend(axe::findings(self).await.into_iter().map(|finding| format!("{colors:?}: {finding}")));
        }
        assert!(found.is_empty(), "{state}, {width} by {height}:\n{}", found.join("\n"));
        let too_wide = self.eval("document.scrollingElement.scrollWidth - innerWidth").await;
        assert!(too_wide.as_f64().unwrap_or_default() <= 0.0, "{state}, {width} by {height}: {too_wide} px too wide");
    }

    /// Gives a name on the first visit, and goes in.
    pub async fn enter_as(&self, name: &str) {
        self.until("the form that asks for a name", "document.querySelector('form input')").await;
        let field = self.client.find(Locator::Css("form input")).await.expect("the name's field");
        field.send_keys(name).await.expect("the name is typed");
        field.send_keys(&Key::Enter.to_string()).await.expect("enter is pressed");
        self.until("the room", "document.querySelector('textarea')").await;
    }

    /// Types into the box, without sending. A line break is typed with shift.
    pub async fn write(&self, text: &str) {
        self.until("the box", "document.querySelector('textarea')").await;
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.break_line().await;
            }
            if !line.is_empty() {
                self.message_box().await.send_keys(line).await.expect("the text is typed");
            }
        }
    }

    /// Presses Shift and Enter where the focus is. (Not every driver holds a key that is sent among others.)
    async fn break_line(&self) {
        let key = |key: Key| char::from(key);
        let actions = KeyActions::new("keyboard".into())
            .then(KeyAction::Down { value: key(Key::Shift) })
            .then(KeyAction::Down { value: key(Key::Enter) })
            .then(KeyAction::Up { value: key(Key::Enter) })
            .then(KeyAction::Up { value: key(Key::Shift) });
        self.client.perform_actions(actions).await.expect("the keys are pressed");
    }

    /// Presses a key in the box.
    pub async fn press(&self, key: Key) {
        self.message_box().await.send_keys(&key.to_string()).await.expect("the key is pressed");
    }

    /// Joins a room by its name, and goes there.
    pub async fn go_to_room(&self, room: &str) {
        let field = self.client.find(Locator::Css("#join-room")).await.expect("the field for a room's name");
        field.send_keys(&format!("{room}{}", char::from(Key::Enter))).await.expect("the name is typed");
        self.until("the room", &format!("document.querySelector('h1').textContent === '#{room}'")).await;
        self.is_joined().await;
    }

    /// Puts a text into the clipboard, as copying it somewhere does.
    pub async fn copy(&self, text: &str) {
        let script = "const [text] = arguments;
            const source = document.body.appendChild(document.createElement('textarea'));
            source.value = text;
            source.select();
            source.addEventListener('copy', () => setTimeout(() => source.remove()));";
        self.client.execute(script, vec![json!(text)]).await.expect("the text is selected");
        self.press_with(&[Key::Control], 'c').await;
        self.until("the text is copied", "![...document.querySelectorAll('body > textarea')].length").await;
    }

    /// Presses a key where the focus is, while others are held.
    pub async fn press_with(&self, held: &[Key], key: char) {
        let held: Vec<_> = held.iter().map(|key| char::from(*key)).collect();
        let mut actions = KeyActions::new("keyboard".into());
        for value in held.iter().copied().chain([key]) {
            actions = actions.then(KeyAction::Down { value });
        }
        for value in held.iter().copied().chain([key]).rev() {
            actions = actions.then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.expect("the keys are pressed");
    }

    /// Types where the focus is.
    pub async fn type_on(&self, text: &str) {
        for value in text.chars() {
            self.press_with(&[], value).await;
        }
    }

    /// Clicks what a CSS selector finds first, as soon as it is there.
    pub async fn click(&self, selector: &str) {
        let find = format!("document.querySelector({})", json!(selector));
        self.until(selector, &find).await;
        self.eval(&format!("{find}.click()")).await;
    }

    /// Chooses from a list of a form, by what stands for it there.
    pub async fn choose(&self, list: &str, value: &str) {
        let list = self.client.find(Locator::Css(list)).await.expect("the list");
        list.select_by_value(value).await.expect("it is chosen");
    }

    /// Opens what can be done with a message, by its text, and does it.
    pub async fn act_on(&self, text: &str, item: &str) {
        let row = format!(
            "[...document.querySelectorAll('li.row')].find(row => row.querySelector('.text')?.textContent === {})",
            json!(text)
        );
        self.until(text, &row).await;
        self.eval(&format!("{row}.querySelector('[data-act=menu]').click()")).await;
        let item = format!(
            "[...document.querySelectorAll('[role=menuitem]')].find(item => item.textContent === {})",
            json!(item)
        );
        self.until("the menu", &item).await;
        self.eval(&format!("{item}.click()")).await;
    }

    /// Types a message and sends it.
    pub async fn say(&self, text: &str) {
        self.write(text).await;
        self.press(Key::Enter).await;
    }

    /// What is in the box.
    pub async fn written(&self) -> String {
        self.eval("document.querySelector('textarea').value").await.as_str().unwrap_or_default().to_owned()
    }

    /// Presses a button, by its words.
    pub async fn push(&self, button: &str) {
        let find =
            format!("[...document.querySelectorAll('button')].find(b => b.innerText.trim() === {})", json!(button));
        self.until(&format!("the button {button}"), &find).await;
        self.eval(&format!("{find}.click()")).await;
    }

    /// Presses the button that dials at once, if it is still there: the line may have come back by itself.
    pub async fn try_now(&self) {
        self.eval("void [...document.querySelectorAll('button')].find(b => b.innerText.trim() === 'Try now')?.click()")
            .await;
    }

    /// The texts of the entries, in order; drafts are not among them.
    pub async fn entries(&self) -> Vec<String> {
        self.texts("[role=log] li.row:not(.draft) .text").await
    }

    /// The texts of the drafts, in order.
    pub async fn drafts(&self) -> Vec<String> {
        self.texts("[role=log] li.draft .text").await
    }

    /// Waits until these texts are entries, and whatever else is there, in this order.
    pub async fn sees(&self, texts: &[&str]) {
        let condition = format!(
            "(() => {{ const there = [...document.querySelectorAll('[role=log] li.row:not(.draft) .text')]
                .map(row => row.textContent).filter(text => {0}.includes(text));
                return JSON.stringify(there) === JSON.stringify({0}); }})()",
            json!(texts)
        );
        self.until(&format!("{texts:?} as entries"), &condition).await;
    }

    /// Waits until the page says something, anywhere.
    pub async fn says(&self, words: &str) {
        self.until(&format!("the words {words:?}"), &format!("document.body.innerText.includes({})", json!(words)))
            .await;
    }

    /// Waits until the room's history has come.
    pub async fn is_joined(&self) {
        self.until("the room's history", "document.querySelector('[role=log] .beginning, [role=log] .empty')").await;
    }

    /// Waits until a condition, in JavaScript, holds.
    pub async fn until(&self, what: &str, condition: &str) {
        let script = UNTIL.replace("CONDITION", &format!("!!({condition})"));
        let begun = Instant::now();
        let there = loop {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            match self.client.execute_async(&script, vec![json!(left.as_millis() as u64)]).await {
                // The page has loaded itself anew meanwhile: the next one is asked.
                Err(error) if error.to_string().contains("unload") && !left.is_zero() => {}
                answer => break answer.expect("the page answers"),
            }
        };
        if let Value::String(there) = there {
            let complaints = self.complaints().await.join("\n");
            panic!(
                "{what}: not within {} s; the page says:\n{there}\nand complains:\n{complaints}",
                PATIENCE.as_secs()
            );
        }
    }

    /// What an expression in JavaScript gives.
    pub async fn eval(&self, expression: &str) -> Value {
        self.client.execute(&format!("return ({expression})"), vec![]).await.expect("the page answers")
    }

    /// Posts so many entries into the room of this page, as somebody else.
    pub async fn fill_room(&self, count: usize) {
        let texts: Vec<_> = (1..=count).map(|n| format!("filler {n}")).collect();
        self.post_as("Filler", &texts).await;
    }

    /// Posts these texts into the room of this page, as somebody of this name, from a few lines of JavaScript that know
    /// nothing but the protocol.
    pub async fn post_as(&self, name: &str, texts: &[impl AsRef<str>]) {
        let texts: Vec<_> = texts.iter().map(AsRef::as_ref).collect();
        let posted = self.client.execute_async(POST, vec![json!(name), json!(texts)]).await;
        posted.expect("the texts are posted");
    }

    /// What went wrong in the page since it was last asked: errors, and what its policy forbade. That a line could not
    /// be had is the browser's own remark, and no fault. Only Chromium tells also what went wrong while the page loaded.
    pub async fn complaints(&self) -> Vec<String> {
        if self.engine != Engine::Chromium {
            let complaints = self.eval("(window.complaints || []).splice(0)").await;
            return complaints.as_array().into_iter().flatten().map(Value::to_string).collect();
        }
        let log = self.client.issue_cmd(BrowserLog).await.expect("the browser's log");
        let entries = log.as_array().into_iter().flatten();
        let severe = entries.filter(|entry| entry["level"] == "SEVERE").map(|entry| entry["message"].to_string());
        severe.filter(|message| !message.contains("WebSocket connection to")).collect()
    }

    /// Closes the window.
    pub async fn close(self) {
        self.client.close().await.expect("the window closes");
    }

    async fn listen(&self) {
        if self.engine != Engine::Chromium {
            self.client.execute(LISTEN, vec![]).await.expect("the page can be listened to");
        }
    }

    async fn texts(&self, selector: &str) -> Vec<String> {
        let all =
            self.eval(&format!("[...document.querySelectorAll({})].map(e => e.textContent)", json!(selector))).await;
        all.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    }

    async fn message_box(&self) -> fantoccini::elements::Element {
        self.client.find(Locator::Css("textarea")).await.expect("the box")
    }
}
