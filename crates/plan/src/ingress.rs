//! Rules of a security group, as a text that people read and the adapter takes apart.

use crate::{Part, ResourceAddr, Text};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// TCP to one port, from the members of a group or from a range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IngressRule {
    /// `tcp`, another protocol's name or number, or `all`.
    pub protocol: String,
    /// First and last port; both -1 stand for all.
    pub ports: (i32, i32),
    /// `sg-…` or a range of addresses.
    pub from: String,
}

impl IngressRule {
    /// TCP to `port` from the group at `addr`, which may not exist yet.
    pub(crate) fn tcp_from(port: u16, addr: ResourceAddr) -> Text {
        Text::concat(vec![
            Part::Literal(format!("tcp {port} from ")),
            Part::Output {
                addr,
                name: "id".to_owned(),
            },
        ])
    }

    /// The rules of a known text.
    ///
    /// # Errors
    /// [`IngressError`] with the first part that is no rule.
    pub fn all_in(text: &str) -> Result<BTreeSet<Self>, IngressError> {
        text.split(", ")
            .filter(|rule| !rule.is_empty())
            .map(str::parse)
            .collect()
    }

    /// The text of these rules, in order.
    pub fn text(rules: &BTreeSet<Self>) -> String {
        let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
        rules.join(", ")
    }
}

impl fmt::Display for IngressRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ports {
            (first, last) if first == last => {
                write!(f, "{} {first} from {}", self.protocol, self.from)
            }
            (first, last) => write!(f, "{} {first}..{last} from {}", self.protocol, self.from),
        }
    }
}

/// Text that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rule of a security group")]
pub struct IngressError(pub String);

impl FromStr for IngressRule {
    type Err = IngressError;

    fn from_str(text: &str) -> Result<Self, IngressError> {
        let wrong = || IngressError(text.to_owned());
        let (what, from) = text.split_once(" from ").ok_or_else(wrong)?;
        let (protocol, ports) = what.split_once(' ').ok_or_else(wrong)?;
        let port = |text: &str| text.parse::<i32>().map_err(|_| wrong());
        let ports = match ports.split_once("..") {
            Some((first, last)) => (port(first)?, port(last)?),
            None => (port(ports)?, port(ports)?),
        };
        if from.is_empty() || protocol.is_empty() {
            return Err(wrong());
        }
        Ok(Self {
            protocol: protocol.to_owned(),
            ports,
            from: from.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_they_are_written() {
        for text in [
            "tcp 8080 from sg-0abc",
            "udp 1..99 from 10.0.0.0/8",
            "all -1 from sg-1",
        ] {
            assert_eq!(
                IngressRule::from_str(text).unwrap().to_string(),
                text,
                "{text}"
            );
        }
        let two = IngressRule::all_in("tcp 8080 from sg-2, tcp 80 from sg-1").unwrap();
        assert_eq!(
            IngressRule::text(&two),
            "tcp 80 from sg-1, tcp 8080 from sg-2"
        );
        assert!(IngressRule::all_in("").unwrap().is_empty());
        for wrong in [
            "tcp from sg",
            "tcp x from sg",
            "80 from sg",
            "tcp 80",
            "tcp 80 from ",
        ] {
            assert!(IngressRule::from_str(wrong).is_err(), "{wrong}");
        }
    }
}
