//! What stands in a line: emphasis, code, links, mentions.

use openline_rooms::protocol::unicode::is_alphanumeric;

/// How deep emphasis may lie in one another.
const DEPTH: usize = 6;

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    Text(String),
    Strong(Vec<Span>),
    Emphasis(Vec<Span>),
    Strike(Vec<Span>),
    Code(String),
    /// To an address that is safe to follow. `host` is said where the text doesn't say it.
    Link {
        to: String,
        text: String,
        host: Option<String>,
    },
    Mention {
        name: String,
        is_me: bool,
    },
}

/// A name that may be mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    pub(crate) name: &'a str,
    pub(crate) is_me: bool,
}

/// Reads a text without blocks.
pub(super) fn read(text: &str, names: &[Name<'_>]) -> Vec<Span> {
    let mut reader = Reader { names, hopeless: Vec::new(), spans: Vec::new(), text: String::new() };
    reader.read(text, DEPTH);
    reader.spans
}

struct Reader<'a> {
    names: &'a [Name<'a>],
    /// What was looked for in vain: it need not be looked for again further on.
    hopeless: Vec<&'static str>,
    spans: Vec<Span>,
    /// What is only text so far.
    text: String,
}

impl Reader<'_> {
    fn read(&mut self, all: &str, depth: usize) {
        let mut rest = all;
        let mut before = None;
        while let Some(c) = rest.chars().next() {
            let (length, span) = match self.special(c, before, rest, depth) {
                Some((length, Span::Text(text))) => {
                    self.text.push_str(&text);
                    (length, None)
                }
                Some((length, span)) => (length, Some(span)),
                None => {
                    self.text.push(c);
                    (c.len_utf8(), None)
                }
            };
            if let Some(span) = span {
                self.flush();
                self.spans.push(span);
            }
            let (read, left) = rest.split_at(length);
            before = read.chars().next_back();
            rest = left;
        }
        self.flush();
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.spans.push(Span::Text(std::mem::take(&mut self.text)));
        }
    }

    /// What begins here, and how many bytes of it there are.
    fn special(&mut self, c: char, before: Option<char>, rest: &str, depth: usize) -> Option<(usize, Span)> {
        match c {
            '\\' => {
                let escaped = rest.chars().nth(1).filter(char::is_ascii_punctuation)?;
                Some((2, Span::Text(escaped.into())))
            }
            // Ticks that close nothing are all text at once.
            '`' => code(rest).or_else(|| {
                let ticks = rest.split(|c| c != '`').next().unwrap_or_default();
                Some((ticks.len(), Span::Text(ticks.to_owned())))
            }),
            '*' | '_' | '~' if depth > 0 => self.emphasis(c, before, rest, depth),
            '[' => link(rest),
            'h' | 'H' | 'm' | 'M' if !before.is_some_and(is_alphanumeric) => bare_link(rest),
            '@' if !before.is_some_and(is_alphanumeric) => self.mention(rest),
            _ => None,
        }
    }

    fn emphasis(&mut self, c: char, before: Option<char>, rest: &str, depth: usize) -> Option<(usize, Span)> {
        let mark = match c {
            '*' if rest.starts_with("**") => "**",
            '*' => "*",
            '_' if rest.starts_with("__") => "__",
            '_' => "_",
            _ if rest.starts_with("~~") => "~~",
            _ => return None,
        };
        // Within a word an underscore is part of it: snake_case_name.
        if self.hopeless.contains(&mark) || (c == '_' && before.is_some_and(is_alphanumeric)) {
            return None;
        }
        let inside = rest.get(mark.len()..)?;
        if inside.starts_with(char::is_whitespace) {
            return None;
        }
        let Some(end) = closing(inside, mark) else {
            self.hopeless.push(mark);
            return None;
        };
        let mut reader = Reader { names: self.names, hopeless: Vec::new(), spans: Vec::new(), text: String::new() };
        reader.read(inside.get(..end)?, depth - 1);
        let spans = reader.spans;
        let span = match mark {
            "**" | "__" => Span::Strong(spans),
            "~~" => Span::Strike(spans),
            _ => Span::Emphasis(spans),
        };
        Some((2 * mark.len() + end, span))
    }

    fn mention(&self, rest: &str) -> Option<(usize, Span)> {
        let after = rest.get(1..)?;
        let fits = |name: &&Name<'_>| {
            let end = after.strip_prefix(name.name);
            end.is_some_and(|end| !end.starts_with(is_alphanumeric))
        };
        let Name { name, is_me } = self.names.iter().filter(fits).max_by_key(|name| name.name.len())?;
        Some((1 + name.len(), Span::Mention { name: (*name).to_owned(), is_me: *is_me }))
    }
}

/// Where a mark closes what it has opened: not empty, not after a space, and not in code.
fn closing(inside: &str, mark: &str) -> Option<usize> {
    let mut at = 0;
    let mut before = ' ';
    while let Some(c) = inside.get(at..)?.chars().next() {
        let here = inside.get(at..)?;
        if c == '\\' {
            let escaped = here.chars().nth(1).map_or(0, char::len_utf8);
            at += 1 + escaped;
            before = '\\';
            continue;
        }
        if c == '`'
            && let Some((length, _)) = code(here)
        {
            at += length;
            before = '`';
            continue;
        }
        if let Some(after) = here.strip_prefix(mark) {
            if mark.len() == 1 && after.starts_with(mark) {
                // That is another mark.
                at += 2;
                before = c;
                continue;
            }
            let in_word = mark.starts_with('_') && after.starts_with(is_alphanumeric);
            if at > 0 && !before.is_whitespace() && !in_word {
                return Some(at);
            }
        }
        before = c;
        at += c.len_utf8();
    }
    None
}

fn code(rest: &str) -> Option<(usize, Span)> {
    let ticks = rest.find(|c| c != '`')?;
    let after = rest.get(ticks..)?;
    let mut from = 0;
    loop {
        let start = from + after.get(from..)?.find('`')?;
        let run = after.get(start..)?.find(|c| c != '`').unwrap_or(after.len() - start);
        if run == ticks {
            let inside = after.get(..start)?;
            // A space on both sides only keeps a backtick apart from the mark.
            let trimmed = inside.strip_prefix(' ').and_then(|inside| inside.strip_suffix(' '));
            let text = trimmed.filter(|text| !text.trim().is_empty()).unwrap_or(inside);
            return Some((2 * ticks + start, Span::Code(text.to_owned())));
        }
        from = start + run;
    }
}

/// `[text](address)`.
fn link(rest: &str) -> Option<(usize, Span)> {
    let end = rest.find(']')?;
    let text = rest.get(1..end)?.trim();
    let to = rest.get(end + 1..)?.strip_prefix('(')?;
    let length = to.find(')')?;
    let to = to.get(..length)?;
    if text.is_empty() || text.contains(['[', '\n']) || !is_safe(to) {
        return None;
    }
    let host = host(to);
    let says_it = host.is_some_and(|host| says(text, host)) || to == text;
    let host = host.filter(|_| !says_it).map(str::to_owned);
    Some((end + length + 3, Span::Link { to: to.to_owned(), text: text.to_owned(), host }))
}

/// Whether a text says a host, and not a longer one that has it inside.
fn says(text: &str, host: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || "/()\"',;!?".contains(c)).any(|word| word == host)
}

/// An address that stands in the text by itself, without what ends the sentence.
fn bare_link(rest: &str) -> Option<(usize, Span)> {
    let end = rest.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`".contains(c)).unwrap_or(rest.len());
    let mut to = rest.get(..end)?;
    loop {
        let shorter = to.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~', '…', '”', '’']);
        let closes_more = shorter.matches(')').count() > shorter.matches('(').count();
        let shorter = if closes_more { shorter.strip_suffix(')').unwrap_or(shorter) } else { shorter };
        if shorter.len() == to.len() {
            break;
        }
        to = shorter;
    }
    let rest = after_scheme(to)?;
    (!rest.is_empty()).then(|| (to.len(), Span::Link { to: to.to_owned(), text: to.to_owned(), host: None }))
}

/// Whether it is of the web or a mail address, and nothing in it hides what it is.
fn is_safe(to: &str) -> bool {
    after_scheme(to).is_some_and(|rest| !rest.is_empty())
        && !to.chars().any(|c| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
}

fn after_scheme(to: &str) -> Option<&str> {
    ["https://", "http://", "mailto:"].iter().find_map(|scheme| {
        let begins = to.get(..scheme.len())?.eq_ignore_ascii_case(scheme);
        if begins { to.get(scheme.len()..) } else { None }
    })
}

/// The host of an address of the web.
fn host(to: &str) -> Option<&str> {
    let (_, rest) = to.split_once("://")?;
    let host = rest.split(['/', '?', '#', '\\']).next()?;
    Some(host.rsplit('@').next().unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of some spans, without what is drawn of them.
    fn plain(spans: &[Span]) -> String {
        spans
            .iter()
            .map(|span| match span {
                Span::Text(text) | Span::Code(text) | Span::Link { text, .. } => text.clone(),
                Span::Strong(inside) | Span::Emphasis(inside) | Span::Strike(inside) => plain(inside),
                Span::Mention { name, .. } => format!("@{name}"),
            })
            .collect()
    }

    fn t(text: &str) -> Span {
        Span::Text(text.into())
    }

    fn link_to(to: &str) -> Span {
        Span::Link { to: to.into(), text: to.into(), host: None }
    }

    fn spans(text: &str) -> Vec<Span> {
        read(text, &[])
    }

    #[test]
    fn emphasis_holds_what_stands_between_its_marks() {
        assert_eq!(spans("a **b** c"), [t("a "), Span::Strong(vec![t("b")]), t(" c")]);
        assert_eq!(
            spans("*a* _b_ ~~c~~ __d__"),
            [
                Span::Emphasis(vec![t("a")]),
                t(" "),
                Span::Emphasis(vec![t("b")]),
                t(" "),
                Span::Strike(vec![t("c")]),
                t(" "),
                Span::Strong(vec![t("d")]),
            ]
        );
        assert_eq!(spans("**a *b* c**"), [Span::Strong(vec![t("a "), Span::Emphasis(vec![t("b")]), t(" c")])]);
        assert_eq!(spans("*a **b** c*"), [Span::Emphasis(vec![t("a "), Span::Strong(vec![t("b")]), t(" c")])]);
    }

    #[test]
    fn what_opens_nothing_and_closes_nothing_stays_text() {
        for text in [
            "2 * 3 * 4",
            "snake_case_name",
            "a ** b",
            "**",
            "****",
            "*",
            "_x",
            "~a~",
            "5*",
            "`",
            "[a](b",
            "a@b.c",
            "\\",
        ] {
            assert_eq!(spans(text), [t(text)], "{text}");
        }
        assert_eq!(spans(r"\*not\* this"), [t("*not* this")]);
    }

    #[test]
    fn nothing_in_code_is_read() {
        assert_eq!(spans("`*a*` ``b`c``"), [Span::Code("*a*".into()), t(" "), Span::Code("b`c".into())]);
        assert_eq!(spans("*a `*` b*"), [Span::Emphasis(vec![t("a "), Span::Code("*".into()), t(" b")])]);
        assert_eq!(spans("`` ` ``"), [Span::Code("`".into())]);
    }

    #[test]
    fn an_address_is_a_link_and_what_ends_the_sentence_is_not_part_of_it() {
        assert_eq!(
            spans("see https://a.example/b_c_d?x=(1)."),
            [t("see "), link_to("https://a.example/b_c_d?x=(1)"), t(".")]
        );
        assert_eq!(spans("(http://a.example)"), [t("("), link_to("http://a.example"), t(")")]);
        assert_eq!(spans("mailto:ada@a.example!"), [link_to("mailto:ada@a.example"), t("!")]);
        assert_eq!(spans("xhttps://a.example"), [t("xhttps://a.example")]);
        assert_eq!(spans("https://"), [t("https://")]);
    }

    #[test]
    fn a_link_says_where_it_leads_when_its_text_does_not() {
        let link = |to: &str, text: &str, host: Option<&str>| {
            [Span::Link { to: to.into(), text: text.into(), host: host.map(str::to_owned) }]
        };
        assert_eq!(spans("[here](https://a.example/x)"), link("https://a.example/x", "here", Some("a.example")));
        assert_eq!(spans("[a.example](https://a.example/x)"), link("https://a.example/x", "a.example", None));
        for longer in ["a.example.org", "xa.example", "x-a.example", "a.example@b.example"] {
            let text = format!("[{longer}](https://a.example/x)");
            assert_eq!(spans(&text), link("https://a.example/x", longer, Some("a.example")), "{longer}");
        }
        assert_eq!(
            spans("[bank.example](https://bank.example@evil.example/)"),
            link("https://bank.example@evil.example/", "bank.example", Some("evil.example"))
        );
    }

    #[test]
    fn no_other_address_becomes_a_link() {
        for to in [
            "javascript:alert(1)",
            "data:text/html,x",
            "JAVASCRIPT:x",
            "//evil",
            "/r/lobby",
            "vbscript:x",
            "file:///",
            "https:evil",
            " https://a",
            "https://a\u{202e}b",
        ] {
            let text = format!("[x]({to})");
            assert!(!spans(&text).iter().any(|span| matches!(span, Span::Link { text, .. } if text == "x")), "{to}");
        }
    }

    #[test]
    fn a_name_is_mentioned_whole_and_the_longest_that_fits() {
        let names = [Name { name: "Ada", is_me: false }, Name { name: "Ada Lovelace", is_me: true }];
        let mention = |name: &str, is_me| Span::Mention { name: name.into(), is_me };
        assert_eq!(
            read("@Ada Lovelace, @Ada!", &names),
            [mention("Ada Lovelace", true), t(", "), mention("Ada", false), t("!")]
        );
        assert_eq!(read("@Adam x@Ada @Bo", &names), [t("@Adam x@Ada @Bo")]);
        assert_eq!(plain(&read("**@Ada** [x](https://a.example)", &names)), "@Ada x");
    }

    #[test]
    fn a_hostile_text_is_read_in_its_own_time_and_nothing_of_it_is_lost() {
        for part in ["*a ", "**a ", "_a ", "`", "``a", "[", "[a](", "*_~~", "@", "https://(", "\\", "*a*b", "é*"] {
            let text = part.repeat(16_000 / part.len());
            let begun = std::time::Instant::now();
            let read = spans(&text);
            assert!(begun.elapsed().as_secs() < 5, "{part}");
            assert!(plain(&read).len() * 16 >= text.len() || part == "\\", "{part}");
        }
    }
}
