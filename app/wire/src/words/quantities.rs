//! How much, how many, how long: as exact as it is short. Pure.

pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} KB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// A size with all its digits.
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".into(),
        bytes => format!("{} bytes", grouped(bytes)),
    }
}

pub(crate) fn rows(rows: u64) -> String {
    match rows {
        1 => "1 row".into(),
        rows => format!("{} rows", grouped(rows)),
    }
}

/// A count and a size, as in "3 · 12 B".
pub(crate) fn tally(count: u64, bytes: u64) -> String {
    format!("{} · {}", grouped(count), size(bytes))
}

pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && digits.len() > 4 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A span of time, as exact as it is short.
pub(crate) fn span(ms: f64) -> String {
    match ms.max(0.0) {
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1_000.0 => format!("{ms:.0} ms"),
        ms if ms < 60_000.0 => format!("{:.1} s", ms / 1_000.0),
        ms => {
            let seconds = (ms / 1_000.0) as u64;
            let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
            if hours > 0 { format!("{hours} h {minutes} min") } else { format!("{minutes} min {seconds} s") }
        }
    }
}

pub(crate) fn ago(ms: f64) -> String {
    if ms < 1_000.0 {
        "now".into()
    } else {
        format!("{} ago", span((ms / 1_000.0).floor() * 1_000.0).replace(".0 s", " s"))
    }
}

pub(crate) fn messages(count: u64) -> String {
    match count {
        1 => "1 message".into(),
        count => format!("{} messages", grouped(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_counts_are_easy_to_read() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1_250), "1.2 KB");
        assert_eq!(size(12_345_678), "12.3 MB");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(1_234_567), "1\u{202f}234\u{202f}567 bytes");
        assert_eq!(rows(2_000), "2000 rows");
    }

    #[test]
    fn time_is_as_exact_as_it_is_short() {
        assert_eq!(span(0.42), "0.4 ms");
        assert_eq!(span(42.4), "42 ms");
        assert_eq!(span(1_500.0), "1.5 s");
        assert_eq!(span(61_000.0), "1 min 1 s");
        assert_eq!(span(3_720_000.0), "1 h 2 min");
        assert_eq!(ago(300.0), "now");
        assert_eq!(ago(2_700.0), "2 s ago");
    }
}
