//! "Did you mean": the nearest of the names that would have been right.

/// Names that are compared: a file of any size is answered in bounded time.
const CANDIDATES: usize = 1000;

/// Longer texts are not compared: nobody mistypes a whole paragraph. In characters.
const LONGEST: usize = 64;

/// The candidate nearest to `given`, when it is near enough to be a slip.
pub(crate) fn nearest<'a, I>(given: &str, candidates: I) -> Option<&'a str>
where
    I: IntoIterator<Item = &'a str>,
{
    let length = given.chars().take(LONGEST + 1).count();
    if length > LONGEST {
        return None;
    }
    // In a text of one or two characters any edit makes another one.
    let limit = (length / 3).min(3);
    let given = given.to_lowercase();
    candidates
        .into_iter()
        .take(CANDIDATES)
        // A candidate of another length is that many edits away at least; in bytes, four to a character at most.
        .filter(|candidate| candidate.len() <= 4 * (length + limit))
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (distance(&given, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, remove, replace, swap neighbours) between two texts.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_only() {
        let keys = ["memory", "timeout", "title", "env", "image"];
        let check =
            |given: &str, expect: Option<&str>| assert_eq!(nearest(given, keys), expect, "{given}");
        check("memroy", Some("memory"));
        check("Timeout", Some("timeout"));
        check("envs", Some("env"));
        check("colour", None);
        check("", None);
        check("img", None);
        assert_eq!(nearest("g", ["f"]), None);
        assert_eq!(nearest("F", ["f"]), Some("f"));
    }
}
