//! The traffic, drawn: above the line what came, below it what went; a click leads to what happened then.

use gloo_timers::callback::Interval;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};
use yew::{Callback, Html, Properties, component, html, use_effect_with, use_force_update};

use crate::{
    bench::Bench,
    clock,
    status::is_live,
    traffic::{BARS, Sign, Traffic},
    words,
};

/// How often, in milliseconds, it is drawn anew while nothing happens.
const TICK: u32 = 1_000;

/// The drawing's own units.
const WIDTH: usize = 6;
const HALF: u32 = 20;

#[derive(Properties, PartialEq)]
pub(crate) struct TimelineProps {
    pub(crate) bench: Bench,
    /// Rises with each change.
    pub(crate) revision: u64,
    /// Asks for what happened at this time, in milliseconds since 1970.
    pub(crate) on_go: Callback<f64>,
}

#[component]
pub(crate) fn Timeline(props: &TimelineProps) -> Html {
    let update = use_force_update();
    let lives = is_live(props.bench.state());
    use_effect_with(lives, move |lives| {
        let interval = lives.then(|| Interval::new(TICK, move || update.force_update()));
        move || drop(interval)
    });
    let Some(traffic) = Traffic::of(props.bench.log().rows().iter(), lives.then(clock::now)) else {
        return Html::default();
    };
    let onclick = props.on_go.clone();
    let (from, span) = (traffic.from, traffic.span());
    let onclick = move |event: MouseEvent| {
        let drawing = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(place) =
            drawing.and_then(|target| target.closest("svg").ok()?).map(|svg| svg.get_bounding_client_rect())
            && place.width() > 0.0
        {
            onclick.emit(from + span * (f64::from(event.client_x()) - place.left()) / place.width());
        }
    };
    let (received, sent) = bars(&traffic);
    let sign = |(place, sign): &(usize, Sign)| {
        let x = place * WIDTH + WIDTH / 2;
        let class = match sign {
            Sign::Open => "good",
            Sign::Error => "bad",
            Sign::Close => "end",
        };
        html! { <path class={class} d={format!("M{x} 0V{}", HALF * 2)} /> }
    };
    html! {
        <div class="timeline">
            <svg viewBox={format!("0 0 {} {}", BARS * WIDTH, HALF * 2)} preserveAspectRatio="none" role="img"
                aria-label={words::traffic(&traffic)} {onclick}>
                <path class="axis" d={format!("M0 {HALF}H{}", BARS * WIDTH)} />
                <path class="received" d={received} />
                <path class="sent" d={sent} />
                { for traffic.signs.iter().map(sign) }
            </svg>
            <p class="note" aria-hidden="true">
                <span>{ words::DIALLED }</span>
                <span>{ words::busiest(&traffic) }</span>
                <span>{ format!("+{}", words::span(span)) }</span>
            </p>
        </div>
    }
}

/// The outlines of what was received and of what was sent. Whatever there was can be seen.
fn bars(traffic: &Traffic) -> (String, String) {
    let most = traffic.most().max(1);
    let height = |count: u32| (f64::from(count) / f64::from(most) * f64::from(HALF - 1)).max(2.0);
    let (mut received, mut sent) = (String::new(), String::new());
    for (place, bar) in traffic.bars.iter().enumerate() {
        let (x, width) = (place * WIDTH, WIDTH - 1);
        for (count, sign, outline) in [(bar.received, "-", &mut received), (bar.sent, "", &mut sent)] {
            if count > 0 {
                let back = if sign.is_empty() { "-" } else { "" };
                let height = height(count);
                outline.push_str(&format!("M{x} {HALF}v{sign}{height:.1}h{width}v{back}{height:.1}z"));
            }
        }
    }
    (received, sent)
}
