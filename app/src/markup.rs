//! What people write, as a tree: the part of markdown that chats have, and nothing more. Pure.
//!
//! Nothing of it is ever HTML, so that nothing in it can be taken for markup. Line breaks stay as they were typed, and
//! what in markdown surprises a person who only talks (headings by `#` or by underlining, code by four spaces, HTML) is
//! just text here. Whatever opens nothing and closes nothing stays the text it is.

mod spans;

pub(crate) use self::spans::{Name, Span};

/// How deep quotes may lie in one another.
const DEPTH: usize = 3;

/// A part of a message that stands by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Text(Vec<Span>),
    Quote(Vec<Block>),
    /// With its first number, if it is numbered.
    List {
        first: Option<u32>,
        items: Vec<Vec<Span>>,
    },
    Code {
        text: String,
    },
}

/// Reads a message. `names` are those that may be mentioned in it.
pub(crate) fn read(text: &str, names: &[Name<'_>]) -> Vec<Block> {
    blocks(&text.split('\n').collect::<Vec<_>>(), names, DEPTH)
}

fn blocks(lines: &[&str], names: &[Name<'_>], depth: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut talk: Vec<&str> = Vec::new();
    let mut rest = lines;
    while let Some((line, after)) = rest.split_first() {
        let (block, left) = if let Some(fence) = fence(line) {
            code(fence, after)
        } else if depth > 0 && quoted(line).is_some() {
            let count = rest.iter().take_while(|line| quoted(line).is_some()).count();
            let (inside, left) = rest.split_at(count);
            let inside: Vec<_> = inside.iter().filter_map(|line| quoted(line)).collect();
            (Block::Quote(self::blocks(&inside, names, depth - 1)), left)
        } else if let Some((number, _)) = item(line) {
            list(number, rest, names)
        } else {
            talk.push(line);
            rest = after;
            continue;
        };
        say(&mut blocks, &mut talk, names);
        blocks.push(block);
        rest = left;
    }
    say(&mut blocks, &mut talk, names);
    blocks
}

/// What was said between other blocks, without the empty lines around it.
fn say(blocks: &mut Vec<Block>, talk: &mut Vec<&str>, names: &[Name<'_>]) {
    let text = talk.join("\n");
    talk.clear();
    let text = text.trim_matches('\n');
    if !text.trim().is_empty() {
        blocks.push(Block::Text(spans::read(text, names)));
    }
}

/// The backticks that open a block of code.
fn fence(line: &str) -> Option<&str> {
    let end = line.find(|c| c != '`').unwrap_or(line.len());
    let (ticks, language) = line.split_at(end);
    (ticks.len() >= 3 && !language.contains('`')).then_some(ticks)
}

fn code<'a, 'b>(fence: &str, lines: &'a [&'b str]) -> (Block, &'a [&'b str]) {
    let end = lines.iter().position(|line| line.trim_end() == fence).unwrap_or(lines.len());
    let (inside, left) = lines.split_at(end);
    (Block::Code { text: inside.join("\n") }, left.get(1..).unwrap_or_default())
}

fn quoted(line: &str) -> Option<&str> {
    let inside = line.strip_prefix('>')?;
    Some(inside.strip_prefix(' ').unwrap_or(inside))
}

/// The number and the text of a list's item.
fn item(line: &str) -> Option<(Option<u32>, &str)> {
    let line = line.trim_start_matches(' ');
    if let Some(text) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return (!text.trim().is_empty()).then_some((None, text));
    }
    let end = line.find(|c: char| !c.is_ascii_digit()).filter(|end| (1..=4).contains(end))?;
    let (number, text) = line.split_at(end);
    let text = text.strip_prefix(". ").or_else(|| text.strip_prefix(") "))?;
    (!text.trim().is_empty()).then_some((number.parse().ok(), text))
}

fn list<'a, 'b>(first: Option<u32>, lines: &'a [&'b str], names: &[Name<'_>]) -> (Block, &'a [&'b str]) {
    let of_this_list = |line: &&&str| item(line).is_some_and(|(number, _)| number.is_some() == first.is_some());
    let (inside, left) = lines.split_at(lines.iter().take_while(of_this_list).count());
    let items = inside.iter().filter_map(|line| item(line)).map(|(_, text)| spans::read(text, names)).collect();
    (Block::List { first, items }, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Block {
        Block::Text(vec![Span::Text(text.into())])
    }

    #[test]
    fn what_only_talks_stays_as_it_was_typed() {
        for talk in
            ["hello", "two\nlines", "a\n\nb", "# no heading", "    no code", "a\n---", "<b>no</b> &amp; html", "2. "]
        {
            assert_eq!(read(talk, &[]), [text(talk)], "{talk}");
        }
        assert_eq!(read("  \n\n ", &[]), []);
    }

    #[test]
    fn code_is_what_stands_between_fences_and_nothing_in_it_is_read() {
        let code = |text: &str| Block::Code { text: text.into() };
        assert_eq!(
            read("see\n```rust\nlet *a* = `b`;\n\n> x\n```\nso", &[]),
            [text("see"), code("let *a* = `b`;\n\n> x"), text("so")]
        );
        assert_eq!(read("```\nnever closed", &[]), [code("never closed")]);
        assert_eq!(read("````\n```\n````", &[]), [code("```")]);
    }

    #[test]
    fn quotes_and_lists_stand_by_themselves() {
        let items = |items: &[&str]| items.iter().map(|item| vec![Span::Text((*item).into())]).collect::<Vec<_>>();
        assert_eq!(read("> a\n>b\nc", &[]), [Block::Quote(vec![text("a\nb")]), text("c")]);
        assert_eq!(read("> > a", &[]), [Block::Quote(vec![Block::Quote(vec![text("a")])])]);
        assert_eq!(
            read("- a\n* b\n3. c\n4) d", &[]),
            [
                Block::List { first: None, items: items(&["a", "b"]) },
                Block::List { first: Some(3), items: items(&["c", "d"]) },
            ]
        );
    }

    #[test]
    fn a_hostile_depth_is_only_text() {
        let deep = ">".repeat(4_000);
        let mut blocks = read(&deep, &[]);
        for _ in 0..DEPTH {
            let [Block::Quote(inside)] = blocks.as_slice() else { panic!("{blocks:?}") };
            blocks = inside.clone();
        }
        assert!(matches!(blocks.as_slice(), [Block::Text(_)]));
    }
}
