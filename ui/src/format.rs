//! Numbers as people read them.

/// `9.8 MB`; decimal units, as registries and disks count.
pub fn bytes(number: f64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = number.max(0.0);
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && value < 9.95);
    format!("{value:.digits$} {}", UNITS[unit])
}

/// `41 of 58 MB`, in one unit where both have it.
pub fn bytes_of(done: f64, total: f64) -> String {
    let (done, total) = (bytes(done), bytes(total));
    match (done.rsplit_once(' '), total.rsplit_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number} of {total}"),
        _ => format!("{done} of {total}"),
    }
}

/// `0.4 s`, `12 s`, `1 min 05 s`.
pub fn duration(millis: f64) -> String {
    let seconds = millis.max(0.0) / 1000.0;
    if seconds < 9.95 {
        format!("{seconds:.1} s")
    } else if seconds < 59.5 {
        format!("{seconds:.0} s")
    } else {
        let whole = seconds.round();
        format!("{:.0} min {:02.0} s", (whole / 60.0).floor(), whole % 60.0)
    }
}

/// `1 problem`, `3 problems`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `1234 5678 9012`: an account number in groups of four.
pub fn account(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    let groups: Vec<String> = digits
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

/// The last part of a path of any system.
pub fn file_name(path: &str) -> &str {
    path.trim_end_matches(['/', '\\'])
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(path)
}

/// The host of an address, for a chip.
pub(crate) fn host(url: &str) -> String {
    url.split("://")
        .nth(1)
        .unwrap_or(url)
        .split('/')
        .next()
        .unwrap_or(url)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(bytes(0.0), "0 B");
        assert_eq!(bytes(999.0), "999 B");
        assert_eq!(bytes(9_800_000.0), "9.8 MB");
        assert_eq!(bytes(58_000_000.0), "58 MB");
        assert_eq!(bytes(999_900.0), "1.0 MB");
        assert_eq!(bytes_of(41e6, 58e6), "41 of 58 MB");
        assert_eq!(bytes_of(4e3, 58e6), "4.0 kB of 58 MB");
        assert_eq!(duration(420.0), "0.4 s");
        assert_eq!(duration(12_300.0), "12 s");
        assert_eq!(duration(65_000.0), "1 min 05 s");
        assert_eq!(duration(119_700.0), "2 min 00 s");
        assert_eq!(count(1, "problem", "problems"), "1 problem");
        assert_eq!(count(0, "problem", "problems"), "0 problems");
        assert_eq!(account("123456789012"), "1234 5678 9012");
        assert_eq!(file_name("/home/ann/shop/"), "shop");
        assert_eq!(file_name(r"C:\work\shop"), "shop");
    }

    #[test]
    fn a_chip_names_the_host() {
        assert_eq!(host("https://old.shop.example/{proxy}"), "old.shop.example");
        assert_eq!(host("nonsense"), "nonsense");
    }
}
