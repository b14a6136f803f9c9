//! Lines of a log of any length and any bytes, in bounded memory.

use std::collections::VecDeque;

/// Bytes of a line that are kept; the rest of a longer one is dropped.
const LINE: usize = 4 << 10;

/// Lines that are kept for an error message.
const TAIL: usize = 50;

/// Cuts a stream of bytes into lines.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    line: Vec<u8>,
    is_cut: bool,
}

impl Lines {
    /// Takes bytes and tells each line that ended, without its end. A carriage return ends a line
    /// too: it is how programs draw their progress.
    pub(crate) fn push(&mut self, bytes: &[u8], tell: &mut dyn FnMut(String)) {
        for byte in bytes {
            match byte {
                b'\n' | b'\r' => self.finish(tell),
                _ if self.line.len() < LINE => self.line.push(*byte),
                _ => self.is_cut = true,
            }
        }
    }

    /// Tells what came after the last line end.
    pub(crate) fn finish(&mut self, tell: &mut dyn FnMut(String)) {
        if self.line.is_empty() {
            return;
        }
        let mut line = String::from_utf8_lossy(&self.line).into_owned();
        if std::mem::take(&mut self.is_cut) {
            line.push('…');
        }
        self.line.clear();
        tell(line);
    }
}

/// The last lines of a log.
#[derive(Debug, Default)]
pub(crate) struct Tail(VecDeque<String>);

impl Tail {
    pub(crate) fn push(&mut self, line: String) {
        if self.0.len() == TAIL {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }

    /// Oldest first.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut told) = (Lines::default(), Vec::new());
        for chunk in chunks {
            lines.push(chunk, &mut |line| told.push(line));
        }
        lines.finish(&mut |line| told.push(line));
        told
    }

    #[test]
    fn lines_are_put_together() {
        assert_eq!(lines(&[b"a\nb", b"c\r\n\n", b"d"]), ["a", "bc", "d"]);
        assert_eq!(lines(&[b"10%\r20%\r100%\n"]), ["10%", "20%", "100%"]);
    }

    #[test]
    fn any_bytes_make_a_line() {
        assert_eq!(lines(&[b"a\xff\xfeb\n"]), ["a\u{fffd}\u{fffd}b"]);
        // A sign that arrives in two pieces stays whole.
        assert_eq!(lines(&[b"\xc3", b"\xa4\n"]), ["ä"]);
    }

    #[test]
    fn a_long_line_is_cut() {
        let told = lines(&[&vec![b'x'; 10_000_000], b"\nshort\n"]);
        assert_eq!(told[0].chars().count(), LINE + 1);
        assert!(told[0].ends_with('…'));
        assert_eq!(told[1], "short");
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let mut tail = Tail::default();
        for number in 0..1_000_000 {
            tail.push(number.to_string());
        }
        let kept = tail.into_lines();
        assert_eq!(
            (kept.len(), kept[0].as_str(), kept[TAIL - 1].as_str()),
            (TAIL, "999950", "999999")
        );
    }
}
