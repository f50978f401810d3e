//! A message's text, drawn: elements and text nodes, never markup that somebody wrote.

use yew::{Html, classes, html};

use crate::{
    icons,
    markup::{self, Block, Name, Span},
    words,
};

/// A text as its author meant it. `names` are those it mentions.
pub(crate) fn prose(text: &str, names: &[Name<'_>]) -> Html {
    blocks(&markup::read(text, names))
}

fn blocks(blocks: &[Block]) -> Html {
    html! { <>{ for blocks.iter().map(block) }</> }
}

fn block(block: &Block) -> Html {
    match block {
        Block::Text(inside) => html! { <p dir="auto">{ spans(inside) }</p> },
        Block::Quote(inside) => html! { <blockquote>{ blocks(inside) }</blockquote> },
        Block::List { first: None, items } => html! { <ul>{ for items.iter().map(|item| self::item(item)) }</ul> },
        Block::List { first: Some(first), items } => {
            html! { <ol start={first.to_string()}>{ for items.iter().map(|item| self::item(item)) }</ol> }
        }
        Block::Code { text } => html! {
            <div class="code">
                <pre tabindex="0"><code dir="ltr">{ text.clone() }</code></pre>
                <button type="button" class="quiet" data-act="copy-code" aria-label={words::copy_code()}
                    title={words::copy_code()}>{ icons::copy() }</button>
            </div>
        },
    }
}

fn item(inside: &[Span]) -> Html {
    html! { <li dir="auto">{ spans(inside) }</li> }
}

fn spans(spans: &[Span]) -> Html {
    html! { <>{ for spans.iter().map(span) }</> }
}

fn span(span: &Span) -> Html {
    match span {
        Span::Text(text) => text.into(),
        Span::Strong(inside) => html! { <strong>{ spans(inside) }</strong> },
        Span::Emphasis(inside) => html! { <em>{ spans(inside) }</em> },
        Span::Strike(inside) => html! { <s>{ spans(inside) }</s> },
        Span::Code(text) => html! { <code>{ text.clone() }</code> },
        Span::Link { to, text, host } => html! {
            <>
                <a href={to.clone()} target="_blank" rel="noopener noreferrer">{ text.clone() }</a>
                if let Some(host) = host { <span class="host">{ format!(" ({host})") }</span> }
            </>
        },
        Span::Mention { name, is_me } => {
            html! { <span class={classes!("mention", is_me.then_some("me"))}>{ "@" }<bdi>{ name.clone() }</bdi></span> }
        }
    }
}
