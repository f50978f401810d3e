//! The workbench's page, as a person sees it and acts on it.

use fantoccini::{Locator, key::Key};
use serde_json::{Value, json};

use crate::page::Page;

/// One window with the workbench in it.
pub struct Workbench {
    page: Page,
}

/// Puts a file into the field for one, as picking it would.
const PICK: &str = r#"
    const [bytes] = arguments;
    const picked = new DataTransfer();
    picked.items.add(new File([new Uint8Array(bytes)], 'file.bin'));
    const field = document.querySelector('input[type=file]');
    field.files = picked.files;
    field.dispatchEvent(new Event('change', { bubbles: true }));
"#;

/// Catches what the page saves, and gives its text.
const SAVE: &str = r#"
    const [words, done] = arguments;
    const real = URL.createObjectURL;
    URL.createObjectURL = blob => { URL.createObjectURL = real; blob.text().then(done); return real.call(URL, blob); };
    [...document.querySelectorAll('button')].find(button => button.innerText.trim() === words).click();
"#;

impl Workbench {
    /// The workbench in this window.
    pub async fn of(page: Page) -> Self {
        page.until("the workbench", "document.querySelector('.dialler')").await;
        Self { page }
    }

    /// The window.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// Ends it, after a look at the browser's complaints.
    pub async fn end(self) {
        assert_eq!(self.page.complaints().await, [""; 0]);
        self.page.close().await;
    }

    /// Writes into a field, in place of what is in it.
    pub async fn write(&self, field: &str, text: &str) {
        let element = self.page.client().find(Locator::Css(field)).await.expect("the field");
        element.clear().await.expect("the field can be emptied");
        // Not every driver can type nothing.
        if !text.is_empty() {
            element.send_keys(text).await.expect("the text is typed");
        }
    }

    /// Presses keys where the focus is.
    pub async fn press(&self, keys: &[Key]) {
        let keys: String = keys.iter().copied().map(char::from).chain([char::from(Key::Null)]).collect();
        let focused = self.page.client().active_element().await.expect("something has the focus");
        focused.send_keys(&keys).await.expect("the keys are pressed");
    }

    /// Dials, and waits for a state (Open or Closed).
    pub async fn dial(&self, url: &str, protocols: &str, state: &str) {
        self.write("#url", url).await;
        self.write("#protocols", protocols).await;
        let dials = self.count("li.dial").await;
        self.page.push("Dial").await;
        self.page.until("the dial", &format!("document.querySelectorAll('li.dial').length > {dials}")).await;
        self.is(state).await;
    }

    /// Waits for a state.
    pub async fn is(&self, state: &str) {
        let condition = format!("document.querySelector('.state').innerText.startsWith({})", json!(state));
        self.page.until(&format!("the state {state}"), &condition).await;
    }

    /// Chooses one of a group of buttons, by its words.
    pub async fn choose(&self, words: &str) {
        let label = format!(
            "[...document.querySelectorAll('.segments label')].find(label => label.innerText.trim() === {})",
            json!(words)
        );
        self.page.until(&format!("the choice {words}"), &label).await;
        self.page.eval(&format!("{label}.querySelector('input').click()")).await;
        self.page.until("the choice is made", &format!("{label}.querySelector('input').checked")).await;
    }

    /// Chooses how binary messages arrive: `arraybuffer` or `blob`.
    pub async fn take_binary_as(&self, kind: &str) {
        self.page.choose("#binary-type", kind).await;
    }

    /// Sends what is written in the form (Text, Hex, Base64), and waits until as many messages have come as were sent.
    pub async fn send(&self, form: &str, text: &str) {
        self.choose(form).await;
        self.write("#message", text).await;
        self.submit().await;
    }

    /// Sends a file, as Blob or as ArrayBuffer.
    pub async fn send_file(&self, bytes: &[u8], kind: &str) {
        self.choose("File").await;
        self.page.client().execute(PICK, vec![json!(bytes)]).await.expect("the file is picked");
        self.choose(kind).await;
        self.submit().await;
    }

    async fn submit(&self) {
        let rows = self.count("li.in").await;
        self.page.push("Send").await;
        self.page.until("the echo", &format!("document.querySelectorAll('li.in').length > {rows}")).await;
    }

    /// Asks to close, with what is given.
    pub async fn close(&self, code: &str, reason: &str) {
        self.write("#code", code).await;
        self.write("#reason", reason).await;
        self.page.eval("document.querySelector('.closer button').click()").await;
    }

    /// How many elements fit.
    pub async fn count(&self, selector: &str) -> u64 {
        let count = self.page.eval(&format!("document.querySelectorAll({}).length", json!(selector))).await;
        count.as_u64().unwrap_or_default()
    }

    /// Waits until a row of the log says something.
    pub async fn tells(&self, words: &str) {
        let condition =
            format!("[...document.querySelectorAll('li.entry')].some(row => row.innerText.includes({}))", json!(words));
        self.page.until(&format!("a row with {words:?}"), &condition).await;
    }

    /// The log as it is saved for programs: a value for each row.
    pub async fn saved(&self) -> Vec<Value> {
        let text = self.saved_as("Save JSON lines").await;
        text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
    }

    /// What this button saves.
    pub async fn saved_as(&self, button: &str) -> String {
        let saved = self.page.client().execute_async(SAVE, vec![json!(button)]).await.expect("the page saves");
        saved.as_str().expect("a text").to_owned()
    }
}
