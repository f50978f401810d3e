//! What a message says in plain words, where nothing else can be shown: to those who listen, in a notice, in a quote, in
//! what was found. It is read as what is drawn is read, so that a mark is never said. Pure.

use openline_rooms::protocol::{Body, Entry};

use crate::{
    markup::{self, Block, Span},
    words,
};

/// What an entry says.
pub(crate) fn said(entry: &Entry) -> String {
    match &entry.body {
        Body::Text(text) => plain(text),
        Body::Bytes(bytes) => words::attachment(entry.kind.as_deref(), bytes.len()),
        _ => words::unknown_body(entry.kind.as_deref()),
    }
}

/// A text without its marks.
pub(crate) fn plain(text: &str) -> String {
    let mut said = String::new();
    blocks(&markup::read(text, &[]), &mut said);
    said
}

fn blocks(blocks: &[Block], said: &mut String) {
    for block in blocks {
        match block {
            Block::Text(inside) => line(inside, said),
            Block::Quote(inside) => self::blocks(inside, said),
            Block::List { items, .. } => items.iter().for_each(|item| line(item, said)),
            Block::Code { text } => line(&[Span::Text(text.clone())], said),
        }
    }
}

fn line(inside: &[Span], said: &mut String) {
    if !said.is_empty() {
        said.push('\n');
    }
    spans(inside, said);
}

fn spans(spans: &[Span], said: &mut String) {
    for span in spans {
        match span {
            Span::Text(text) | Span::Code(text) => said.push_str(text),
            Span::Strong(inside) | Span::Emphasis(inside) | Span::Strike(inside) => self::spans(inside, said),
            Span::Link { text, host, .. } => {
                said.push_str(text);
                if let Some(host) = host {
                    said.push_str(&format!(" ({host})"));
                }
            }
            Span::Mention { name, .. } => {
                said.push('@');
                said.push_str(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_not_said_and_words_are() {
        assert_eq!(plain("**strong** _so_ ~~no~~ `code`, @Ada"), "strong so no code, @Ada");
        assert_eq!(
            plain("see\n> quoted *thing*\n- one\n- two\n```\nlet a = 1;\n```"),
            "see\nquoted thing\none\ntwo\nlet a = 1;"
        );
        assert_eq!(plain("2 * 3 * 4 and snake_case_name"), "2 * 3 * 4 and snake_case_name");
    }

    #[test]
    fn a_link_is_said_by_its_text_and_by_where_it_leads() {
        assert_eq!(plain("[shop](https://b.example/x) https://a.example/"), "shop (b.example) https://a.example/");
    }
}
