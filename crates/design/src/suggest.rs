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
    let given: Vec<char> = given.to_lowercase().chars().collect();
    let mut rows = Rows::default();
    candidates
        .into_iter()
        .take(CANDIDATES)
        // A candidate of another length is that many edits away at least; in bytes, four to a character at most.
        .filter(|candidate| candidate.len() <= 4 * (length + limit))
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .filter_map(|candidate| {
            rows.candidate.clear();
            rows.candidate
                .extend(candidate.chars().flat_map(char::to_lowercase));
            Some((rows.distance(&given, limit)?, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The buffers of a comparison, used again for each candidate.
#[derive(Default)]
struct Rows {
    candidate: Vec<char>,
    before: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// Edits (insert, remove, replace, swap neighbours) between a text and the candidate; `None` when there are more
    /// than `limit`.
    fn distance(&mut self, given: &[char], limit: usize) -> Option<usize> {
        let b = &self.candidate;
        self.before.clear();
        self.last.clear();
        self.last.extend(0..=b.len());
        // The best of the last row but one, from which a swap may come.
        let mut best_before = 0;
        let mut best_last = 0;
        for (i, x) in given.iter().enumerate() {
            // Each row's best is no less than that of the two rows before it.
            if best_last > limit && best_before > limit {
                return None;
            }
            self.row.clear();
            self.row.push(i + 1);
            let mut best = i + 1;
            for (j, y) in b.iter().enumerate() {
                let mut cost = (self.last[j] + usize::from(x != y))
                    .min(self.last[j + 1] + 1)
                    .min(self.row[j] + 1);
                if i > 0 && j > 0 && *x == b[j - 1] && given[i - 1] == *y {
                    cost = cost.min(self.before[j - 1] + 1);
                }
                best = best.min(cost);
                self.row.push(cost);
            }
            (best_before, best_last) = (best_last, best);
            std::mem::swap(&mut self.before, &mut self.last);
            std::mem::swap(&mut self.last, &mut self.row);
        }
        self.last.last().copied().filter(|cost| *cost <= limit)
    }
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
