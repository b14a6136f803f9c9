//! One pattern of a `.dockerignore` file.

use regex::Regex;

/// A pattern as Docker reads it: Go's `filepath.Match` plus `**`, anchored at the context's root.
///
/// Rules: <https://docs.docker.com/build/concepts/context/#syntax>
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// The pattern begins with `!`: what it matches is packed after all.
    pub(crate) is_exception: bool,
    matcher: Matcher,
    /// The leading segments without a wildcard.
    literal: Vec<String>,
    /// How many segments a path that it matches can have at most; `None` without a bound.
    depth: Option<usize>,
}

#[derive(Debug, Clone)]
enum Matcher {
    Exact(String),
    /// `text**`: everything that begins with it.
    Prefix(String),
    /// `**text`: everything that ends with it; `**/text` also matches at the root.
    Suffix(String),
    Regex(Regex),
}

/// Why a pattern cannot be read, as it follows "bad pattern `x`: ".
pub(crate) type PatternError = &'static str;

impl Pattern {
    /// Reads `text`, which is trimmed, cleaned, without `!` and without a leading slash.
    pub(crate) fn new(text: &str, is_exception: bool) -> Result<Self, PatternError> {
        let segments: Vec<&str> = text.split('/').collect();
        let literal = segments
            .iter()
            .take_while(|segment| !segment.contains(['*', '?', '[', '\\']))
            .map(|segment| (*segment).to_owned())
            .collect();
        // A negated class matches a slash too.
        let unbounded = text.contains("**") || text.contains("[^");
        Ok(Self {
            is_exception,
            matcher: Matcher::new(text)?,
            literal,
            depth: (!unbounded).then_some(segments.len()),
        })
    }

    /// Whether `path` itself is matched; matches of its parents are the caller's business.
    pub(crate) fn is_match(&self, path: &str) -> bool {
        match &self.matcher {
            Matcher::Exact(text) => path == text,
            Matcher::Prefix(text) => path.starts_with(text.as_str()),
            Matcher::Suffix(text) => {
                path.ends_with(text.as_str()) || text.strip_prefix('/') == Some(path)
            }
            Matcher::Regex(regex) => regex.is_match(path),
        }
    }

    /// Whether something below the folder `path` may be matched that is not matched already
    /// through the folder or its parents.
    pub(crate) fn may_match_below(&self, path: &str) -> bool {
        let folder: Vec<&str> = path.split('/').collect();
        self.depth.is_none_or(|depth| depth > folder.len())
            && self.literal.iter().zip(&folder).all(|(a, b)| a == b)
    }
}

impl Matcher {
    fn new(text: &str) -> Result<Self, PatternError> {
        let mut kind = Shape::Exact;
        let mut regex = String::from("(?s)^");
        let mut chars = text.chars().peekable();
        let mut is_first = true;
        while let Some(char) = chars.next() {
            match char {
                '*' if chars.peek() == Some(&'*') => {
                    chars.next();
                    // `**/` is `**`.
                    if chars.peek() == Some(&'/') {
                        chars.next();
                    }
                    if chars.peek().is_none() {
                        kind = if kind == Shape::Exact {
                            Shape::Prefix
                        } else {
                            Shape::Regex
                        };
                        regex.push_str(".*");
                    } else {
                        kind = Shape::Regex;
                        regex.push_str("(.*/)?");
                    }
                    if is_first {
                        kind = Shape::Suffix;
                    }
                }
                '*' => {
                    kind = Shape::Regex;
                    regex.push_str("[^/]*");
                }
                '?' => {
                    kind = Shape::Regex;
                    regex.push_str("[^/]");
                }
                '[' => {
                    kind = Shape::Regex;
                    regex.push_str(&class(&mut chars)?);
                }
                '\\' => {
                    kind = Shape::Regex;
                    let escaped = chars.next().ok_or("nothing follows the last backslash")?;
                    regex.push_str(&regex::escape(&escaped.to_string()));
                }
                other => regex.push_str(&regex::escape(&other.to_string())),
            }
            is_first = false;
        }
        Ok(match kind {
            Shape::Exact => Self::Exact(text.to_owned()),
            Shape::Prefix => {
                Self::Prefix(text.trim_end_matches('/').trim_end_matches('*').to_owned())
            }
            Shape::Suffix => Self::Suffix(text[2..].to_owned()),
            Shape::Regex => {
                regex.push('$');
                Self::Regex(Regex::new(&regex).map_err(|_| "it is too long")?)
            }
        })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Exact,
    Prefix,
    Suffix,
    Regex,
}

/// Reads a character class after its `[` into the same class of a regular expression.
fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, PatternError> {
    let mut class = String::from("[");
    if chars.peek() == Some(&'^') {
        chars.next();
        class.push('^');
    }
    let mut is_empty = true;
    loop {
        match chars.peek() {
            None => return Err("a `[` is not closed"),
            Some(']') if !is_empty => {
                chars.next();
                class.push(']');
                return Ok(class);
            }
            Some(_) => {}
        }
        let low = class_char(chars)?;
        is_empty = false;
        push_literal(&mut class, low);
        if chars.peek() == Some(&'-') {
            chars.next();
            let high = class_char(chars)?;
            if high < low {
                return Err("a range ends before it begins");
            }
            class.push('-');
            push_literal(&mut class, high);
        }
    }
}

fn class_char(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<char, PatternError> {
    match chars.next() {
        None => Err("a `[` is not closed"),
        Some('-' | ']') => Err("`-` and `]` need a backslash inside of `[…]`"),
        Some('\\') => chars.next().ok_or("nothing follows the last backslash"),
        Some(char) => Ok(char),
    }
}

/// Inside a class every sign can be written by its number, so none has a meaning of its own.
fn push_literal(class: &mut String, char: char) {
    class.push_str(&format!("\\x{{{:x}}}", u32::from(char)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    // The table of moby's own matcher, in our words.
    #[case("**", "file", true)]
    #[case("**", "dir/file", true)]
    #[case("**/**", "dir/file", true)]
    #[case("dir/**", "dir/file", true)]
    #[case("dir/**", "dir/dir2/file", true)]
    #[case("dir/**", "dirs/file", false)]
    #[case("**/dir", "dir", true)]
    #[case("**/dir", "a/b/dir", true)]
    #[case("**/dir", "a/b/xdir", false)]
    #[case("**/dir2/*", "dir/dir2/file", true)]
    #[case("**/dir2/*", "dir/dir2/dir2/file", true)]
    #[case("**/dir2/**", "dir/dir2/dir2/file", true)]
    #[case("**file", "file", true)]
    #[case("**file", "dir/file", true)]
    #[case("**/file", "dir/dir/file", true)]
    #[case("**/file*", "dir/dir/file.txt", true)]
    #[case("**/file*txt", "dir/dir/file.txt", true)]
    #[case("**/file*.txt*", "dir/dir/file.txt", true)]
    #[case("**/**/*.txt", "dir/dir/file.txt", true)]
    #[case("**/**/*.txt2", "dir/dir/file.txt", false)]
    #[case("**/*.txt", "file.txt", true)]
    #[case("a**/*.txt", "a/file.txt", true)]
    #[case("a**/*.txt", "a/dir/dir/file.txt", true)]
    #[case("a[b-d]e", "ae", false)]
    #[case("a[b-d]e", "ace", true)]
    #[case("a[b-d]e", "aae", false)]
    #[case("a[^b-d]e", "aze", true)]
    #[case(".*", ".foo", true)]
    #[case(".*", "foo", false)]
    #[case("abc.def", "abcdef", false)]
    #[case("abc.def", "abcZdef", false)]
    #[case("abc?def", "abcZdef", true)]
    #[case("abc?def", "abcdef", false)]
    #[case("a?b", "a/b", false)]
    #[case("a*b", "a/b", false)]
    #[case("**/foo/bar", "foo/bar", true)]
    #[case("**/foo/bar", "dir/dir2/foo/bar", true)]
    #[case("abc/**", "abc", false)]
    #[case("abc/**", "abc/def/ghi", true)]
    #[case("a(b)c/def", "a(b)c/def", true)]
    #[case("a(b)c/def", "a(b)c/xyz", false)]
    #[case("a.|)$(}+{bc", "a.|)$(}+{bc", true)]
    #[case(
        "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl",
        "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl",
        true
    )]
    #[case(
        "dist/*.whl",
        "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl",
        true
    )]
    // Go's `filepath.Match`.
    #[case("abc", "abc", true)]
    #[case("*c", "abc", true)]
    #[case("a*/b", "abc/b", true)]
    #[case("a*/b", "a/c/b", false)]
    #[case("a*b*c*d*e*/f", "axbxcxdxe/f", true)]
    #[case("a*b*c*d*e*/f", "axbxcxdxexxx/fff", false)]
    #[case("a*b?c*x", "abxbbxdbxebxczzy", false)]
    #[case("ab[c]", "abc", true)]
    #[case("ab[e-g]", "abc", false)]
    #[case("ab[^e-g]", "abc", true)]
    #[case("a\\*b", "a*b", true)]
    #[case("a\\*b", "ab", false)]
    #[case("a?b", "aαb", true)]
    #[case("a???b", "aαb", false)]
    #[case("[a-ζ]*", "α", true)]
    #[case("[\\]a]", "]", true)]
    #[case("[\\-x]", "-", true)]
    #[case("[x\\-]", "x", true)]
    #[case("*x", "xxx", true)]
    // What a regular expression would take for its own.
    #[case("[a&&b]", "&", true)]
    #[case("[a[b]", "[", true)]
    #[case("a\\d", "ad", true)]
    #[case("a\\d", "a1", false)]
    #[case("a^*", "a^b", true)]
    fn a_pattern_matches(#[case] pattern: &str, #[case] path: &str, #[case] expect: bool) {
        let pattern = Pattern::new(pattern, false).unwrap();
        assert_eq!(pattern.is_match(path), expect, "{pattern:?} {path}");
    }

    #[rstest]
    #[case("[")]
    #[case("[]a]")]
    #[case("[-]")]
    #[case("[x-]")]
    #[case("[-x]")]
    #[case("[^")]
    #[case("[^bc")]
    #[case("a[")]
    #[case("[z-a]")]
    #[case("a\\")]
    fn a_bad_pattern_is_refused(#[case] pattern: &str) {
        assert!(Pattern::new(pattern, false).is_err(), "{pattern}");
    }

    #[rstest]
    #[case("bootstrap", "src", false)]
    #[case("src/main.rs", "src", true)]
    #[case("src/main.rs", "lib", false)]
    #[case("*/keep", "any", true)]
    #[case("*/keep", "any/deeper", false)]
    #[case("**/keep", "a/b/c", true)]
    #[case("a/**/keep", "b", false)]
    #[case("a[^x]b", "ay/deep", true)]
    fn a_folder_is_looked_into(#[case] pattern: &str, #[case] folder: &str, #[case] expect: bool) {
        let pattern = Pattern::new(pattern, true).unwrap();
        assert_eq!(pattern.may_match_below(folder), expect);
    }
}
