//! Keeps values that are secret out of everything a run tells.

use std::sync::{PoisonError, RwLock};

/// Replaces every value it was told of. Shared by all workers of a run.
#[derive(Default)]
pub(crate) struct Redaction {
    values: RwLock<Vec<String>>,
}

impl Redaction {
    /// From now on `value` appears nowhere. Values of fewer than four characters are not
    /// secrets, and replacing them would garble everything else.
    pub(crate) fn hide(&self, value: &str) {
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        if value.len() >= 4 && !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }

    pub(crate) fn clean(&self, text: String) -> String {
        let values = self.values.read().unwrap_or_else(PoisonError::into_inner);
        values.iter().fold(text, |text, value| {
            if text.contains(value.as_str()) {
                text.replace(value.as_str(), "…")
            } else {
                text
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_value_is_replaced_wherever_it_stands() {
        let redaction = Redaction::default();
        redaction.hide("hunter2");
        assert_eq!(
            redaction.clean("login hunter2 failed: hunter2".to_owned()),
            "login … failed: …"
        );
    }
}
