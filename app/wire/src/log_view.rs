//! The log, drawn: never more than a few hundred rows of it, those where the viewer is.

use std::{collections::BTreeSet, rc::Rc};

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, KeyboardEvent, ResizeObserver};
use yew::{
    Callback, Html, Properties, component, html, use_effect, use_effect_with, use_force_update, use_memo, use_mut_ref,
};

use crate::{
    bench::Bench, entry::Entry, icons, log::Dropped, scroller::Scroller, timeline::Timeline, toolbar::Toolbar, words,
};

#[derive(Properties, PartialEq)]
pub(crate) struct LogViewProps {
    pub(crate) bench: Bench,
    /// Rises with each change.
    pub(crate) revision: u64,
}

#[component]
pub(crate) fn LogView(props: &LogViewProps) -> Html {
    let update = use_force_update();
    let scroller = use_memo((), |()| Scroller::default());
    let opened = use_mut_ref(BTreeSet::<u64>::new);
    let stop = use_mut_ref(|| None::<u64>);
    use_effect_with((), {
        let scroller = scroller.clone();
        move |()| {
            let watch = watch_size(&scroller);
            move || drop(watch)
        }
    });
    use_effect({
        let scroller = scroller.clone();
        move || scroller.settle()
    });

    let onscroll = {
        let (bench, scroller, update) = (props.bench.clone(), scroller.clone(), update.clone());
        move |_: Event| {
            if scroller.scrolled(&bench.log()) {
                update.force_update();
            }
        }
    };
    let onkeydown = {
        let (bench, scroller, update, stop) = (props.bench.clone(), scroller.clone(), update.clone(), stop.clone());
        move |event: KeyboardEvent| {
            let forward = match &*event.key() {
                "ArrowDown" => true,
                "ArrowUp" => false,
                _ => return,
            };
            let on_row = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok())
                .is_some_and(|target| target.matches(".summary").unwrap_or(false));
            if !on_row {
                return;
            }
            event.prevent_default();
            // Whoever walks through the rows does not want them to move.
            scroller.pause(&bench.log());
            if let Some(number) = scroller.step(forward) {
                stop.replace(Some(number));
            }
            update.force_update();
        }
    };
    let on_toggle = use_memo((), {
        let (bench, scroller, update, opened, stop) =
            (props.bench.clone(), scroller.clone(), update.clone(), opened.clone(), stop.clone());
        move |()| {
            Callback::from(move |number: u64| {
                stop.replace(Some(number));
                let mut opened = opened.borrow_mut();
                if opened.remove(&number) {
                    scroller.pause(&bench.log());
                } else {
                    opened.insert(number);
                    scroller.reveal(&bench.log(), number);
                }
                update.force_update();
            })
        }
    });
    let on_follow = {
        let (bench, scroller, update) = (props.bench.clone(), scroller.clone(), update.clone());
        Callback::from(move |follow: bool| {
            if follow {
                scroller.follow()
            } else {
                scroller.pause(&bench.log())
            }
            update.force_update();
        })
    };
    let follow = on_follow.reform(|_| true);
    let on_go = {
        let (bench, scroller, update) = (props.bench.clone(), scroller.clone(), update.clone());
        Callback::from(move |at: f64| {
            if let Some(number) = bench.log().since(at) {
                scroller.show(&bench.log(), number);
                update.force_update();
            }
        })
    };

    let log = props.bench.log();
    let view = scroller.view();
    let part = log.part(view.part(log.shown()));
    let opened = opened.borrow();
    // The row that Tab comes to: the one last walked to, or else the last message.
    let messages = || part.iter().rev().filter(|(row, _)| row.message().is_some()).map(|(row, _)| row.number);
    let stop = stop.borrow().filter(|stop| messages().any(|number| number == *stop)).or_else(|| messages().next());
    let is_searching_blobs = !log.filter().text.is_empty();
    html! {
        <section class="log-panel" aria-label={words::LOG}>
            <Toolbar bench={props.bench.clone()} is_following={view.is_following()} {on_follow} />
            <Timeline bench={props.bench.clone()} revision={props.revision} {on_go} />
            if log.dropped() != Dropped::default() {
                <p class="dropped">{ words::dropped(log.dropped()) }</p>
            }
            <div class="log-frame">
                <div class="log" id="log" ref={scroller.list.clone()} role="log" aria-live="off" aria-label={words::LOG} tabindex="0" {onscroll} {onkeydown}>
                    if part.is_empty() {
                        <div class="nothing">
                            if log.filter().is_open() {
                                { icons::mark() }
                                <h2>{ words::EMPTY_TITLE }</h2>
                                <p>{ words::EMPTY_HINT }</p>
                            } else {
                                <p>{ words::NOTHING_FITS }</p>
                            }
                        </div>
                    }
                    <ol>
                        { for part.iter().map(|(row, before)| html! {
                            <Entry key={row.number} row={row.clone()} before={before.as_ref().map(|before| before.at)}
                                is_opened={opened.contains(&row.number)} is_stop={stop == Some(row.number)}
                                on_toggle={(*on_toggle).clone()} />
                        }) }
                    </ol>
                </div>
            </div>
            <div class="foot">
                <p class="hint">
                    { words::shown(log.shown().len(), log.rows().len()) }{ " · " }{ words::size(log.bytes()) }
                    if is_searching_blobs { { " · " }{ words::BLOBS_ARE_NOT_SEARCHED } }
                </p>
                if !view.is_following() {
                    <button type="button" class="jump" onclick={follow}>{ icons::down() }{ words::follow(view.unseen(log.shown())) }</button>
                }
            </div>
        </section>
    }
}

/// Keeps the position also when the log, or what is in it, gets another size.
fn watch_size(scroller: &Rc<Scroller>) -> Option<Watch> {
    let weak = Rc::downgrade(scroller);
    let on_resize = Closure::<dyn Fn(JsValue)>::new(move |_| {
        if let Some(scroller) = weak.upgrade() {
            scroller.settle();
        }
    });
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
    let list = scroller.list.cast::<Element>()?;
    observer.observe(&list);
    observer.observe(&list.query_selector("ol").ok()??);
    Some(Watch { observer, _on_resize: on_resize })
}

struct Watch {
    observer: ResizeObserver,
    _on_resize: Closure<dyn Fn(JsValue)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
