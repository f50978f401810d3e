//! Where the list of messages is scrolled to, measured as a person sees it.

use super::Page;

const LIST: &str = "document.querySelector('[role=log]')";

const TO_THE_END: &str =
    "(list => list.scrollHeight - list.clientHeight - list.scrollTop)(document.querySelector('[role=log]'))";

impl Page {
    /// Scrolls the list this far below the beginning of what is drawn, and looks at the first row that is in view there.
    pub async fn look_at(&self, top: u32) -> f64 {
        let first = "[...document.querySelectorAll('[role=log] li.row')]
            .find(row => row.getBoundingClientRect().bottom > list.getBoundingClientRect().top + 1)";
        let script = format!("(list => {{ list.scrollTo(0, {top}); window.eye = {first}; }})({LIST})");
        self.eval(&script).await;
        self.eye().await
    }

    /// How far below the top of the list the row is that is looked at, in CSS pixels.
    pub async fn eye(&self) -> f64 {
        let script = format!("window.eye.getBoundingClientRect().top - {LIST}.getBoundingClientRect().top");
        self.eval(&script).await.as_f64().expect("the row is drawn")
    }

    /// How far the end of the list is below what is in view, in CSS pixels.
    pub async fn to_the_end(&self) -> f64 {
        self.eval(TO_THE_END).await.as_f64().expect("a number")
    }

    /// Waits until the end of the list is in view.
    pub async fn is_at_the_end(&self) {
        self.until("the end in view", &format!("{TO_THE_END} < 2")).await;
    }

    /// Waits until all that has changed so far is laid out and drawn.
    pub async fn frame(&self) {
        let script = "const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(() => done(null)));";
        self.client().execute_async(script, vec![]).await.expect("a frame is drawn");
    }
}
