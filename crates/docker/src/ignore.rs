//! `.dockerignore`: which paths of a context are not packed.

use crate::pattern::Pattern;

/// The rules of one `.dockerignore` file, in their order.
///
/// The last pattern that matches a path or one of its parents decides, as in Docker's builder.
#[derive(Debug, Clone, Default)]
pub struct IgnoreRules {
    patterns: Vec<Pattern>,
}

/// A line of a `.dockerignore` file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: bad pattern `{pattern}`: {reason}")]
pub struct IgnoreError {
    /// Counted from 1.
    pub line: usize,
    /// As it is written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// Which patterns matched a path or one of its parents, one for each pattern.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matches(Vec<bool>);

impl IgnoreRules {
    /// Reads the text of a `.dockerignore` file.
    ///
    /// A byte order mark, empty lines and lines that begin with `#` are skipped; blanks around a
    /// pattern, a leading slash, `.` and `..` are taken away.
    ///
    /// # Errors
    /// The first line that is no pattern.
    pub fn parse(text: &[u8]) -> Result<Self, IgnoreError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let text = String::from_utf8_lossy(text);
        let mut patterns = Vec::new();
        for (index, line) in text.split('\n').enumerate() {
            if line.starts_with('#') {
                continue;
            }
            let written = line.trim();
            if written.is_empty() {
                continue;
            }
            let (is_exception, pattern) = match written.strip_prefix('!') {
                Some(pattern) => (true, pattern.trim()),
                None => (false, written),
            };
            let refuse = |reason| IgnoreError {
                line: index + 1,
                pattern: written.to_owned(),
                reason,
            };
            let cleaned = clean(pattern);
            if is_exception && cleaned.is_empty() {
                return Err(refuse("nothing follows the `!`"));
            }
            // `/` and `.` name the context itself, which is never left out.
            if !cleaned.is_empty() {
                patterns.push(Pattern::new(&cleaned, is_exception).map_err(refuse)?);
            }
        }
        Ok(Self { patterns })
    }

    /// Whether the path, relative to the context and with slashes, is left out.
    pub fn is_ignored(&self, path: &str) -> bool {
        let mut matches = Matches::default();
        let mut ignored = false;
        for (end, _) in path.match_indices('/').chain([(path.len(), "")]) {
            (ignored, matches) = self.decide(&path[..end], &matches);
        }
        ignored
    }

    /// As [`Self::is_ignored`], given the matches of the path's parent. Returns the path's own.
    pub(crate) fn decide(&self, path: &str, parent: &Matches) -> (bool, Matches) {
        let mut ignored = false;
        let mut matches = Vec::with_capacity(self.patterns.len());
        for (index, pattern) in self.patterns.iter().enumerate() {
            let inherited = parent.0.get(index).copied().unwrap_or(false);
            let is_match = inherited || pattern.is_match(path);
            if is_match {
                ignored = !pattern.is_exception;
            }
            matches.push(is_match);
        }
        (ignored, Matches(matches))
    }

    /// Whether an ignored folder can hold something that is packed after all.
    pub(crate) fn may_keep_below(&self, folder: &str) -> bool {
        self.patterns
            .iter()
            .any(|pattern| pattern.is_exception && pattern.may_match_below(folder))
    }
}

/// Resolves `.`, `..` and doubled slashes by their text, and drops a leading slash, as Go's
/// `filepath.Clean` does. A path above the context stays and matches nothing.
fn clean(pattern: &str) -> String {
    let pattern = if cfg!(windows) {
        pattern.replace('\\', "/")
    } else {
        pattern.to_owned()
    };
    let is_rooted = pattern.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in pattern.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            ".." if is_rooted => {}
            segment => segments.push(segment),
        }
    }
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("*", "a", true)]
    #[case("*", "a/b", true)]
    #[case("*\n!bootstrap", "bootstrap", false)]
    #[case("*\n!bootstrap", "src/bootstrap", true)]
    // Last match wins.
    #[case("!a\n*", "a", true)]
    #[case("*.md\n!README*.md\nREADME-secret.md", "README.md", false)]
    #[case("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true)]
    #[case("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false)]
    // Anchored at the root.
    #[case("temp", "temp", true)]
    #[case("temp", "temp/x", true)]
    #[case("temp", "a/temp", false)]
    #[case("*/temp*", "a/temporary.txt", true)]
    #[case("*/temp*", "a/b/temporary.txt", false)]
    #[case("*/*/temp*", "a/b/temporary.txt", true)]
    #[case("**/temp", "a/b/temp/x", true)]
    #[case("/foo", "foo", true)]
    #[case("foo/", "foo/a", true)]
    #[case("./foo", "foo", true)]
    #[case("a/../foo", "foo", true)]
    #[case("foo//bar", "foo/bar", true)]
    #[case("../foo", "foo", false)]
    #[case("/../foo", "foo", true)]
    // A folder that is out, a file in it that is in.
    #[case("docs\n!docs/README.md", "docs/README.md", false)]
    #[case("docs\n!docs/README.md", "docs/a.md", true)]
    #[case("**\n!src/**", "src/a/b", false)]
    #[case("**\n!src", "src/a/b", false)]
    #[case("**\n!src\nsrc/secret", "src/secret/x", true)]
    #[case("a\n!a/b\na", "a/b", true)]
    #[case("**/", "a/b", true)]
    // Blanks, comments, marks.
    #[case("# a\na", "a", true)]
    #[case("# a", "# a", false)]
    #[case("\\#a", "#a", true)]
    #[case(" #a", "#a", true)]
    #[case("  a  ", "a", true)]
    #[case("a\t\r\nb\r\n", "b", true)]
    #[case("\u{feff}a", "a", true)]
    #[case("\u{feff}# a\nb", "b", true)]
    #[case("*\n!  a ", "a", false)]
    #[case("\\!a", "!a", true)]
    #[case("a b", "a b", true)]
    // Nothing.
    #[case("", "a", false)]
    #[case("\n\n", "a", false)]
    #[case("/\n.", "a", false)]
    fn a_path_is_ignored(#[case] rules: &str, #[case] path: &str, #[case] expect: bool) {
        let rules = IgnoreRules::parse(rules.as_bytes()).unwrap();
        assert_eq!(rules.is_ignored(path), expect);
    }

    #[test]
    fn a_mistake_names_its_line() {
        let error = IgnoreRules::parse(b"a\n\n!\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 3: bad pattern `!`: nothing follows the `!`"
        );
        let error = IgnoreRules::parse(b"# c\na[\n").unwrap_err();
        assert_eq!((error.line, error.pattern.as_str()), (2, "a["));
    }

    #[test]
    fn an_ignored_folder_is_entered_only_for_an_exception() {
        let rules = IgnoreRules::parse(b"*\n!bootstrap\n!src/keep").unwrap();
        assert!(rules.may_keep_below("src"));
        assert!(!rules.may_keep_below("target"));
        let rules = IgnoreRules::parse(b"*\n!**/*.rs").unwrap();
        assert!(rules.may_keep_below("target"));
    }
}
