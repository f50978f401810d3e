//! What the line is doing, said to the viewer: only once it lasts, so that blips don't flash.

use gloo_timers::callback::{Interval, Timeout};
use openline_rooms::{Line, LineWhy, protocol::CloseCode};
use yew::{Callback, Component, Context, Html, Properties, classes, html};

use crate::{act::Act, icons, time, words};

/// How long, in milliseconds, the line may be away before that is said.
const PATIENCE: u32 = 1_000;

/// How long, in milliseconds, it is said that the line is back.
const GLAD: u32 = 2_500;

#[derive(PartialEq, Properties)]
pub(crate) struct LineProps {
    pub(crate) line: Line,
    pub(crate) on_act: Callback<Act>,
}

/// What the line is doing, in a strip above the messages.
pub(crate) struct LineStatus {
    shown: Shown,
    was_up: bool,
    /// When what is shown changes by itself.
    turn: Option<Timeout>,
    countdown: Option<Interval>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shown {
    Nothing,
    Trouble,
    Back,
}

pub(crate) enum Msg {
    Show(Shown),
    Tick,
}

impl Component for LineStatus {
    type Message = Msg;
    type Properties = LineProps;

    fn create(ctx: &Context<Self>) -> Self {
        let mut status = Self { shown: Shown::Nothing, was_up: false, turn: None, countdown: None };
        status.follow(ctx);
        status
    }

    fn changed(&mut self, ctx: &Context<Self>, _: &LineProps) -> bool {
        self.follow(ctx);
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        if let Msg::Show(shown) = msg {
            self.show(ctx, shown);
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let LineProps { line, on_act } = ctx.props();
        let class = match (self.shown, line) {
            (Shown::Nothing, _) => "quiet",
            (Shown::Back, _) => "back",
            (Shown::Trouble, Line::Ended { .. }) => "trouble ended",
            (Shown::Trouble, _) => "trouble",
        };
        let (said, wait, button) = match (self.shown, line) {
            (Shown::Nothing, _) => return html! { <div class="line quiet" role="status" /> },
            (Shown::Back, _) => (words::connected(), None, None),
            (Shown::Trouble, Line::Down { why, next_try_at }) => {
                let why = words::why_down(*why);
                let said = if self.was_up { words::line_lost(&why) } else { words::no_line_yet(&why) };
                (said, Some(countdown(*next_try_at)), Some((words::try_now(), Act::TryNow)))
            }
            (Shown::Trouble, Line::Ended { why }) => {
                let button = match why {
                    LineWhy::Closed(CloseCode::BAD_TOKEN) => (words::start_anew(), Act::StartAnew),
                    LineWhy::Closed(CloseCode::REPLACED) => (words::use_it_here(), Act::TryNow),
                    _ => (words::try_now(), Act::TryNow),
                };
                (words::ended(*why), None, Some(button))
            }
            (Shown::Trouble, _) => (words::connecting(), None, None),
        };
        html! {
            <div class={classes!("line", class)}>
                { if self.shown == Shown::Back { icons::check() } else { icons::warning() } }
                // The seconds are left out of what is announced: nobody wants each of them read aloud.
                <p><span role="status">{ said }</span>
                    if let Some(wait) = wait { { " " }<span class="wait">{ wait }</span> }
                </p>
                if let Some((label, act)) = button {
                    <button type="button" onclick={on_act.reform(move |_| act.clone())}>{ label }</button>
                }
            </div>
        }
    }
}

impl LineStatus {
    fn follow(&mut self, ctx: &Context<Self>) {
        match (&ctx.props().line, self.shown) {
            (Line::Up, Shown::Trouble) => self.show(ctx, Shown::Back),
            (Line::Up, Shown::Nothing) => self.turn = None,
            (Line::Up, Shown::Back) => {}
            (Line::Ended { .. }, _) => self.show(ctx, Shown::Trouble),
            (_, Shown::Trouble) => {}
            // From here on it is not up: what is said of that waits, from the first moment of it.
            (_, _) if self.turn.is_none() || self.shown == Shown::Back => {
                self.shown = Shown::Nothing;
                self.turn = Some(later(ctx, PATIENCE, Shown::Trouble));
            }
            _ => {}
        }
        self.was_up |= ctx.props().line == Line::Up;
    }

    fn show(&mut self, ctx: &Context<Self>, shown: Shown) {
        self.shown = shown;
        self.turn = (shown == Shown::Back).then(|| later(ctx, GLAD, Shown::Nothing));
        let link = ctx.link().clone();
        self.countdown = (shown == Shown::Trouble).then(|| Interval::new(1_000, move || link.send_message(Msg::Tick)));
    }
}

fn later(ctx: &Context<LineStatus>, wait: u32, shown: Shown) -> Timeout {
    let link = ctx.link().clone();
    Timeout::new(wait, move || link.send_message(Msg::Show(shown)))
}

fn countdown(next_try_at: Option<u64>) -> String {
    match next_try_at.map(|at| at.saturating_sub(time::now()).div_ceil(1_000)) {
        Some(seconds @ 1..) => words::trying_in(seconds),
        None if is_offline() => words::offline(),
        _ => words::trying(),
    }
}

fn is_offline() -> bool {
    web_sys::window().is_some_and(|window| !window.navigator().on_line())
}
