//! Times, sizes, ports and command lines as other tools write them.

use slipway_design::fargate;

/// `1m30s`, `90s`, `500ms`, `1.5h` in seconds, rounded up; a bare number is seconds.
pub(crate) fn seconds(text: &str) -> Option<u32> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return whole(number);
    }
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .filter(|end| *end > 0)?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        total += number
            * match &rest[..unit] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    (!text.is_empty()).then(|| whole(total)).flatten()
}

fn whole(number: f64) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked before"
    )]
    (number.is_finite() && (0.0..4e9).contains(&number)).then(|| number.ceil() as u32)
}

/// `512m`, `1.5g`, `1073741824` (bytes) in MiB, rounded up.
pub(crate) fn mebibytes(text: &str) -> Option<u32> {
    let lower = text.trim().to_ascii_lowercase();
    let end = lower
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(lower.len());
    let number: f64 = lower[..end].parse().ok()?;
    let factor = match lower[end..].trim() {
        "" | "b" => 1.0 / (1024.0 * 1024.0),
        "k" | "kb" | "ki" | "kib" => 1.0 / 1024.0,
        "m" | "mb" | "mi" | "mib" => 1.0,
        "g" | "gb" | "gi" | "gib" => 1024.0,
        _ => return None,
    };
    whole(number * factor)
}

/// Processors in CPU units: `0.5` is 512.
pub(crate) fn cpu_units(text: &str) -> Option<u32> {
    whole(text.trim().parse::<f64>().ok()? * 1024.0)
}

/// The pair of Fargate's that holds what is asked for, and words when it is another than asked.
pub(crate) fn size(cpu: Option<u32>, memory: Option<u32>) -> Option<(u32, u32, Option<String>)> {
    if cpu.is_none() && memory.is_none() {
        return None;
    }
    let wanted = (cpu.unwrap_or(256), memory.unwrap_or(512));
    let (cpu_units, mebibytes) = fargate::nearest(wanted.0, wanted.1);
    let same =
        cpu.is_none_or(|cpu| cpu == cpu_units) && memory.is_none_or(|memory| memory == mebibytes);
    let words = (!same).then(|| {
        format!(
            "Fargate has no task of {} CPU units and {} MiB: {cpu_units} and {mebibytes} were taken, the next that hold both",
            wanted.0, wanted.1
        )
    });
    Some((cpu_units, mebibytes, words))
}

/// A number in its range, and whether it had to be moved.
pub(crate) fn within(number: u32, least: u32, most: u32) -> (u32, bool) {
    let moved = number.clamp(least, most);
    (moved, moved != number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let check = |text: &str, expect: Option<u32>| assert_eq!(seconds(text), expect, "{text}");
        check("30s", Some(30));
        check("1m30s", Some(90));
        check("1h", Some(3600));
        check("500ms", Some(1));
        check("1.5s", Some(2));
        check("10", Some(10));
        for text in ["", "s", "5x", "-5s", "5s5", "..s", "9e99"] {
            check(text, None);
        }
    }

    #[test]
    fn sizes() {
        let check = |text: &str, expect: Option<u32>| assert_eq!(mebibytes(text), expect, "{text}");
        check("512m", Some(512));
        check("512M", Some(512));
        check("1g", Some(1024));
        check("1.5GiB", Some(1536));
        check("1073741824", Some(1024));
        check("64k", Some(1));
        for text in ["", "m", "5x", "-5m", "99999999999g"] {
            check(text, None);
        }
        assert_eq!(cpu_units("0.25"), Some(256));
        assert_eq!(cpu_units("x"), None);
    }

    #[test]
    fn fargate_has_the_next_pair() {
        assert_eq!(size(None, None), None);
        assert_eq!(size(Some(512), Some(1024)), Some((512, 1024, None)));
        assert_eq!(size(Some(512), None), Some((512, 1024, None)));
        let (cpu, memory, words) = size(Some(100), Some(300)).unwrap();
        assert_eq!((cpu, memory), (256, 512));
        assert!(words.is_some_and(|words| words.contains("300 MiB")));
    }
}
