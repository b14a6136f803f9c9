//! Which variables hold a secret. In doubt they do: a secret is never copied into a design.

use slipway_design::{SecretRef, looks_secret};

/// Words that make a variable's name that of a secret, wherever they stand in it.
const WORDS: [&str; 11] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "CREDENTIAL",
    "CREDENTIALS",
    "APIKEY",
    "PRIVATE",
    "DSN",
];

/// Words that do so at the end.
const LAST_WORDS: [&str; 6] = ["KEY", "KEYS", "PASS", "PWD", "PAT", "AUTH"];

/// Words that make it a setting about a secret after all, at the end.
const HARMLESS: [&str; 22] = [
    "TTL",
    "EXPIRY",
    "EXPIRES",
    "LENGTH",
    "MIN",
    "MAX",
    "URL",
    "URI",
    "FILE",
    "PATH",
    "NAME",
    "ARN",
    "TYPE",
    "ISSUER",
    "AUDIENCE",
    "PREFIX",
    "HEADER",
    "TIMEOUT",
    "SECONDS",
    "ALGORITHM",
    "ENABLED",
    "COUNT",
];

/// Variables that the role of a function or service makes superfluous.
pub(crate) const CREDENTIALS: [&str; 3] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

/// Whether a variable holds a secret, by its name or by what is in it.
pub(crate) fn is_secret(name: &str, value: &str) -> bool {
    is_secret_value(value) || (is_secret_name(name) && !is_harmless(value))
}

fn is_harmless(value: &str) -> bool {
    value.is_empty() || crate::tree::flag(value).is_some() || value == "0" || value == "1"
}

/// Whether a name is that of a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else {
        return false;
    };
    if last == "KEY" && words.iter().any(|word| word == "PUBLIC") {
        return false;
    }
    if HARMLESS.contains(&last.as_str()) {
        return false;
    }
    words.iter().any(|word| {
        WORDS.contains(&word.as_str())
            || ["PASSWORD", "SECRET", "TOKEN", "APIKEY"]
                .iter()
                .any(|end| word.ends_with(end))
    }) || LAST_WORDS.contains(&last.as_str())
}

/// The words of a name, in capitals: `dbPassword`, `DB_PASSWORD` and `db.password` are the same.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        let apart = !c.is_alphanumeric() || (c.is_uppercase() && was_lower);
        if apart && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_uppercase());
        }
        was_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a value is a secret, whatever it is called: a key, a token, an address or a connection text with a password.
pub(crate) fn is_secret_value(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let connection = [
        "password=",
        "pwd=",
        "accountkey=",
        "sharedaccesskey=",
        "secret=",
    ]
    .iter()
    .any(|part| lower.contains(part));
    let token = value.starts_with("eyJ") && value.matches('.').count() == 2;
    looks_secret(value) || connection || token || has_password(value)
}

/// Whether an address in the text has a password: `postgres://user:password@host`.
fn has_password(value: &str) -> bool {
    value.match_indices("://").any(|(at, _)| {
        let rest = &value[at + 3..];
        let authority = rest
            .split(['/', '?', '#', ' ', '"', '\''])
            .next()
            .unwrap_or_default();
        authority
            .rsplit_once('@')
            .and_then(|(user, _)| user.split_once(':'))
            .is_some_and(|(_, password)| !password.is_empty())
            // A password may hold a slash.
            || (authority.contains(':')
                && !authority.contains('@')
                && rest.split([' ', '"', '\'']).next().is_some_and(|all| {
                    all.split_once('@').is_some_and(|(before, _)| {
                        before.split_once(':').is_some_and(|(_, port)| {
                            !port.split('/').next().unwrap_or_default().bytes().all(|b| b.is_ascii_digit())
                        })
                    })
                }))
    })
}

/// Whether a command line holds a secret: `--password=x`, `--token x`, an address with a password.
pub(crate) fn in_words(words: &[String]) -> bool {
    words.iter().enumerate().any(|(place, word)| {
        if is_secret_value(word) {
            return true;
        }
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (word.as_str(), words.get(place + 1).map(String::as_str)),
        };
        let named = word.starts_with('-') || word.contains('=');
        let secret = is_secret_name(flag.trim_start_matches('-')) || flag.ends_with("requirepass");
        named
            && secret
            && value.is_some_and(|value| !is_harmless(value) && !value.starts_with(['-', '$']))
    })
}

/// Where the value of a variable goes instead: a secret of the project's own, named after what needs it.
pub(crate) fn reference(project: &str, node: &str, variable: &str) -> SecretRef {
    let variable: String = variable
        .chars()
        .map(|c| match c {
            '_' => '-',
            c if c.is_ascii_alphanumeric() || "/+=.@-".contains(c) => c.to_ascii_lowercase(),
            _ => '-',
        })
        .take(200)
        .collect();
    SecretRef::SecretsManager(format!("{project}/{node}/{variable}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "PASSWORD",
            "DB_PASSWORD",
            "dbPassword",
            "POSTGRES_PASSWORD",
            "API_KEY",
            "STRIPE_KEY",
            "GITHUB_TOKEN",
            "JWT_SECRET",
            "SECRET_KEY_BASE",
            "APIKEY",
            "MYSQL_ROOT_PASSWORD",
            "DJANGO_SECRET_KEY",
            "PGPASSWORD",
            "SENTRY_DSN",
            "SMTP_PASS",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "",
            "LOG",
            "TABLE",
            "TOKEN_TTL",
            "PASSWORD_MIN",
            "POSTGRES_PASSWORD_FILE",
            "PUBLIC_KEY",
            "TOKEN_URL",
            "KEYSPACE",
            "MONKEY",
            "SECRET_NAME",
            "PORT",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn values_that_are_secrets() {
        for value in [
            "postgres://app:hunter2@db/app",
            "amqp://guest:pa/ss@mq:5672/",
            "Server=db;User=sa;Password=x;",
            "eyJhbGciOi.eyJzdWIi.c2ln",
            "AKIAIOSFODNN7EXAMPLE",
        ] {
            assert!(is_secret("SOMETHING", value), "{value}");
        }
        for value in [
            "postgres://db:5432/app",
            "http://api:3000/a@b",
            "redis://user@cache:6379",
            "a.b.c",
            "info",
            "",
        ] {
            assert!(!is_secret("SOMETHING", value), "{value}");
        }
        assert!(!is_secret("USE_TOKEN", "true"));
        assert!(!is_secret("API_TOKEN", ""));
        assert!(is_secret("API_TOKEN", "x"));
    }

    #[test]
    fn secrets_in_commands() {
        let check = |line: &str, expect: bool| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(in_words(&words), expect, "{line}");
        };
        check("redis-server --requirepass hunter2", true);
        check("app --password=hunter2", true);
        check("app --api-token abc", true);
        check("env PGPASSWORD=x psql", true);
        check("app --port 8080", false);
        check("app --token-ttl 60", false);
        check("app --password-file /run/x", false);
        check("app --token $TOKEN", false);
    }
}
