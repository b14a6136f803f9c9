//! Variables in compose files and Dockerfiles, and the file `.env`.

use crate::secret;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// Deepest nesting of defaults in defaults.
const DEPTH: usize = 8;

/// A text with its variables filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) text: String,
    /// Whether a variable that holds a secret is in it.
    pub(crate) secret: bool,
}

/// Why a text could not be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FillError {
    #[error("it takes {variable} from the shell, and .env does not set it")]
    Unset { variable: String },
    #[error("`$` is followed by what is not a variable; a dollar sign is written `$$`")]
    Syntax,
}

/// Fills in `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`,
/// `${NAME:+other}` and `${NAME+other}`; `$$` is a dollar sign.
///
/// # Errors
/// [`FillError`] when a variable without a default is not set.
pub(crate) fn fill<S: BuildHasher>(
    text: &str,
    values: &HashMap<String, String, S>,
) -> Result<Filled, FillError> {
    let mut out = Filled {
        text: String::with_capacity(text.len()),
        secret: false,
    };
    if text.contains('$') {
        fill_into(&mut out, text, values, 0)?;
    } else {
        out.text.push_str(text);
    }
    Ok(out)
}

fn fill_into<S: BuildHasher>(
    out: &mut Filled,
    text: &str,
    values: &HashMap<String, String, S>,
    depth: usize,
) -> Result<(), FillError> {
    if depth > DEPTH {
        return Err(FillError::Syntax);
    }
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.text.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let end = closing(after).ok_or(FillError::Syntax)?;
            braced(out, &after[..end], values, depth)?;
            rest = &after[end + 1..];
        } else {
            let end = name_end(rest);
            if end == 0 {
                return Err(FillError::Syntax);
            }
            let name = &rest[..end];
            let value = values.get(name).ok_or_else(|| FillError::Unset {
                variable: name.to_owned(),
            })?;
            put(out, name, value);
            rest = &rest[end..];
        }
    }
    out.text.push_str(rest);
    Ok(())
}

fn put(out: &mut Filled, name: &str, value: &str) {
    out.secret |= secret::is_secret(name, value);
    out.text.push_str(value);
}

/// What stands between the braces.
fn braced<S: BuildHasher>(
    out: &mut Filled,
    inner: &str,
    values: &HashMap<String, String, S>,
    depth: usize,
) -> Result<(), FillError> {
    let end = name_end(inner);
    if end == 0 {
        return Err(FillError::Syntax);
    }
    let (name, rest) = inner.split_at(end);
    let unset = || FillError::Unset {
        variable: name.to_owned(),
    };
    let value = values.get(name);
    let filled = value.filter(|value| !value.is_empty());
    let (value, word) = if let Some(rest) = rest.strip_prefix(':') {
        (filled, rest)
    } else {
        (value, rest)
    };
    match (word.chars().next(), value) {
        (None, Some(value)) if rest.is_empty() => put(out, name, value),
        (None, None) if rest.is_empty() => return Err(unset()),
        (Some('-' | '?'), Some(value)) => put(out, name, value),
        (Some('-'), None) => {
            let before = out.text.len();
            fill_into(out, &word[1..], values, depth + 1)?;
            let default = out.text[before..].to_owned();
            out.secret |= secret::is_secret(name, &default);
        }
        (Some('?'), None) => return Err(unset()),
        (Some('+'), Some(_)) => fill_into(out, &word[1..], values, depth + 1)?,
        (Some('+'), None) => {}
        _ => return Err(FillError::Syntax),
    }
    Ok(())
}

fn name_end(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

/// Where the brace that was opened before the text closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = None;
    for (at, c) in text.char_indices() {
        match c {
            '{' if before == Some('$') => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
        before = Some(c);
    }
    None
}

/// The file `.env`: `NAME=value`, quoted or not, with comments.
pub(crate) fn dotenv(text: &str) -> HashMap<String, String> {
    let mut values = HashMap::new();
    for line in text.lines() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim();
        if name.is_empty() || name.starts_with('#') {
            continue;
        }
        values.insert(name.to_owned(), dotenv_value(value.trim(), &values));
    }
    values
}

fn dotenv_value(value: &str, before: &HashMap<String, String>) -> String {
    if let Some(rest) = value.strip_prefix('\'') {
        return rest.split('\'').next().unwrap_or_default().to_owned();
    }
    let plain = if let Some(rest) = value.strip_prefix('"') {
        let mut out = String::new();
        let mut chars = rest.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => match chars.next() {
                    Some('n') => out.push('\n'),
                    Some(c) => out.push(c),
                    None => {}
                },
                c => out.push(c),
            }
        }
        out
    } else {
        value
            .split(" #")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    fill(&plain, before).map_or(plain, |filled| filled.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> HashMap<String, String> {
        [("A", "a"), ("EMPTY", ""), ("TOKEN", "abc")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn variables_are_filled_in() {
        let check = |text: &str, expect: &str| {
            assert_eq!(
                fill(text, &values()).map(|it| it.text).as_deref(),
                Ok(expect),
                "{text}"
            );
        };
        check("plain", "plain");
        check("$A-${A}", "a-a");
        check("$$A", "$A");
        check("${NO:-d}", "d");
        check("${NO-d}", "d");
        check("${EMPTY:-d}", "d");
        check("${EMPTY-d}", "");
        check("${A:?why}", "a");
        check("${A:+b}${NO:+c}${EMPTY+e}", "be");
        check("${NO:-${NOT:-${A}}}", "a");
        check("${NO:-}", "");
        check("${NO:-a}b}", "ab}");
    }

    #[test]
    fn what_is_not_set_is_said() {
        let error = |text: &str| fill(text, &values()).unwrap_err();
        for text in ["$NO", "${NO}", "${NO:?why}", "${NO?}", "${EMPTY:?why}"] {
            assert!(matches!(error(text), FillError::Unset { .. }), "{text}");
        }
        for text in ["$", "${", "${}", "$1", "${A", "${A*}", "${A:}"] {
            assert_eq!(error(text), FillError::Syntax, "{text}");
        }
        let deep = "${NO:-".repeat(50) + &"}".repeat(50);
        assert_eq!(error(&deep), FillError::Syntax);
    }

    #[test]
    fn secrets_are_known_wherever_they_go() {
        let secret = |text: &str| fill(text, &values()).unwrap().secret;
        assert!(secret("Bearer ${TOKEN}"));
        assert!(secret("${DB_PASSWORD:-hunter2}"));
        assert!(!secret("${DB_PASSWORD:-}"));
        assert!(!secret("${A}"));
    }

    #[test]
    fn dotenv_files() {
        let values = dotenv(
            "# a comment\nA=1\n export B = two # comment\nC=\"a\\nb\"\nD='$A'\nE=${A}x\n=x\nno line\nF=#x\n",
        );
        let get = |key: &str| values.get(key).map(String::as_str);
        assert_eq!(get("A"), Some("1"));
        assert_eq!(get("B"), Some("two"));
        assert_eq!(get("C"), Some("a\nb"));
        assert_eq!(get("D"), Some("$A"));
        assert_eq!(get("E"), Some("1x"));
        assert_eq!(get("F"), Some("#x"));
        assert_eq!(values.len(), 6);
    }

    proptest! {
        #[test]
        fn never_panics(text in "[$A{}:?+\\-é]{0,40}") {
            let _ = fill(&text, &values());
            let _ = dotenv(&format!("X={text}"));
        }
    }
}
