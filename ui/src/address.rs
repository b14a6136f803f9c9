//! What the window shows, kept in the page's address: a page that is loaded anew shows it again.

use crate::platform;
use crate::state::{App, Screen};
use leptos::prelude::*;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands for itself in an address.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.');

/// The shell writes it at the end of the address when it loads the page anew because its process
/// had ended.
const AFTER_END: &str = "&after-end";

/// The part of the address behind `#`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Address {
    pub(crate) shows: Option<Shows>,
    /// The process of the page before this one ended by itself.
    pub(crate) after_end: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shows {
    Start,
    Project {
        path: String,
        environment: Option<String>,
    },
}

impl Address {
    /// Of this page.
    pub(crate) fn read() -> Self {
        Self::parse(&platform::fragment())
    }

    /// What is not understood is left out.
    fn parse(fragment: &str) -> Self {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        let after_end = fragment.ends_with(AFTER_END);
        let fragment = fragment.strip_suffix(AFTER_END).unwrap_or(fragment);
        let value = |name: &str| {
            fragment.split('&').find_map(|part| {
                let text = part.strip_prefix(name)?.strip_prefix('=')?;
                let decoded = percent_decode_str(text).decode_utf8().ok()?;
                Some(decoded.into_owned())
            })
        };
        let shows = match value("project") {
            Some(path) => Some(Shows::Project {
                path,
                environment: value("environment"),
            }),
            None => (fragment == "start").then_some(Shows::Start),
        };
        Self { shows, after_end }
    }
}

impl Shows {
    fn fragment(&self) -> String {
        match self {
            Self::Start => "#start".to_owned(),
            Self::Project { path, environment } => {
                let mut text = format!("#project={}", utf8_percent_encode(path, ENCODED));
                if let Some(environment) = environment {
                    text.push_str("&environment=");
                    text.extend(utf8_percent_encode(environment, ENCODED));
                }
                text
            }
        }
    }
}

/// Keeps the address in step with what is shown.
pub(crate) fn keep(app: App) {
    Effect::new(move |_| {
        let shows = match app.screen.get() {
            Screen::Starting => return,
            Screen::Start => Shows::Start,
            Screen::Design => {
                let Some(path) = app
                    .project
                    .with(|project| project.as_ref().map(|project| project.view.path.clone()))
                else {
                    return;
                };
                Shows::Project {
                    path,
                    environment: app.environment.get(),
                }
            }
        };
        let fragment = shows.fragment();
        if platform::fragment() != fragment {
            platform::set_fragment(&fragment);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_found_again() {
        for shows in [
            Shows::Start,
            Shows::Project {
                path: "/home/ö/my shop & co #1=2%".into(),
                environment: Some("dev-1".into()),
            },
            Shows::Project {
                path: r"C:\shop".into(),
                environment: None,
            },
        ] {
            let fragment = shows.fragment();
            assert!(fragment.is_ascii() && !fragment.contains(' '), "{fragment}");
            for (after_end, text) in [(false, fragment.clone()), (true, fragment + AFTER_END)] {
                let found = Address::parse(&text);
                let shows = Some(shows.clone());
                assert_eq!(found, Address { shows, after_end });
            }
        }
    }

    #[test]
    fn nonsense_shows_nothing() {
        for text in ["", "#", "#project", "#project=%ff", "#starting", "#a=b&c"] {
            assert_eq!(Address::parse(text), Address::default(), "{text}");
        }
        assert!(Address::parse("#&after-end").after_end);
    }
}
