//! Long things in a few words, for places with little room; the whole text is shown on hover.

use slipway_protocol::{CheckStatus, DoctorCheck};

/// What a step does, from its id (`wait_create_function function:orders`): `Waiting for Lambda`.
pub(crate) fn step_at_work(id: &str) -> String {
    let operation = operation(id);
    if operation.starts_with("wait_") {
        return if operation.contains("function") {
            "Waiting for Lambda".to_owned()
        } else {
            "Waiting for AWS".to_owned()
        };
    }
    let (verb, object) = operation.split_once('_').unwrap_or((operation, ""));
    let verb = match verb {
        "build" => "Building",
        "push" => "Pushing",
        "create" => "Creating",
        "update" => "Updating",
        "put" => "Setting",
        "tag" => "Tagging",
        "untag" => "Untagging",
        "delete" => "Deleting",
        "publish" => "Publishing",
        "add" => "Adding",
        "remove" => "Removing",
        _ => "Working on",
    };
    format!("{verb} {}", object_in_words(object))
        .trim_end()
        .to_owned()
}

/// The same for a step that failed: `Failed: build image`.
pub(crate) fn step_failed(id: &str) -> String {
    let operation = operation(id);
    let what = match operation.strip_prefix("wait_") {
        Some(_) => "wait".to_owned(),
        None => object_in_words(operation),
    };
    format!("Failed: {what}")
}

fn operation(id: &str) -> &str {
    id.split_once(' ').map_or(id, |(operation, _)| operation)
}

fn object_in_words(name: &str) -> String {
    name.split('_')
        .map(|word| if word == "api" { "API" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// How many characters of a digest tell one image from another.
const DIGEST: usize = 12;

/// A name without most of the digest at its end: `shop/orders:slipway-11ebbab6b996`.
pub(crate) fn image_name(name: &str) -> String {
    let Some((before, digest)) = name.rsplit_once(['-', ':']) else {
        return name.to_owned();
    };
    let is_digest = digest.len() > DIGEST && digest.chars().all(|char| char.is_ascii_hexdigit());
    if !is_digest {
        return name.to_owned();
    }
    name[..before.len() + 1 + DIGEST].to_owned()
}

/// What the status bar says: the engine, and with whose keys where to. The second part of each is
/// the whole text.
pub(crate) fn checks(all: &[DoctorCheck], emulator: bool) -> Vec<(CheckStatus, String, String)> {
    let of = |id: &str| all.iter().find(|check| check.id == id);
    let mut said = Vec::new();
    if let Some(engine) = of("engine") {
        said.push((
            engine.status,
            in_short(engine, engine_name),
            in_full(engine),
        ));
    }
    match (of("credentials"), of("account")) {
        (Some(credentials), Some(account))
            if credentials.status == CheckStatus::Ok && account.status == CheckStatus::Ok =>
        {
            let text = if emulator {
                "Emulator · dummy keys".to_owned()
            } else {
                let who = first_part(&credentials.detail, ", as ");
                let place = first_part(&account.detail, ", ");
                format!("{place} · {who}")
            };
            let full = format!("{}\n{}", in_full(credentials), in_full(account));
            said.push((CheckStatus::Ok, text, full));
        }
        (credentials, account) => {
            // What was not looked at follows from what failed.
            let shown = [credentials, account].into_iter().flatten();
            let shown = shown.filter(|check| check.status != CheckStatus::Skipped);
            said.extend(shown.map(|check| {
                let text = in_short(check, |detail| first_part(detail, ", ").to_owned());
                (check.status, text, in_full(check))
            }));
        }
    }
    said
}

/// What is wrong is not cut: the bar cuts it where it ends.
fn in_short(check: &DoctorCheck, short: impl Fn(&str) -> String) -> String {
    match check.status {
        CheckStatus::Ok | CheckStatus::Warning => short(&check.detail),
        CheckStatus::Failed | CheckStatus::Skipped => check.detail.clone(),
    }
}

fn in_full(check: &DoctorCheck) -> String {
    let mut full = format!("{}: {}", check.title, check.detail);
    if let Some(fix) = &check.fix {
        full.push('\n');
        full.push_str(fix);
    }
    full
}

/// `Docker Engine 20.10.24+dfsg1 (linux/amd64), found by DOCKER_HOST` is `Docker Engine 20.10.24`.
fn engine_name(detail: &str) -> String {
    let name = first_part(first_part(detail, ", "), " (");
    first_part(name, "+").to_owned()
}

fn first_part<'a>(text: &'a str, separator: &str) -> &'a str {
    text.split_once(separator).map_or(text, |(first, _)| first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, status: CheckStatus, detail: &str) -> DoctorCheck {
        DoctorCheck {
            id: id.into(),
            title: id.into(),
            status,
            detail: detail.into(),
            fix: None,
        }
    }

    #[test]
    fn a_step_in_two_or_three_words() {
        for (id, text) in [
            ("build_image image:orders", "Building image"),
            ("wait_create_function function:orders", "Waiting for Lambda"),
            (
                "put_retention_policy log_group:a",
                "Setting retention policy",
            ),
            ("create_api api:public", "Creating API"),
            ("strange", "Working on"),
        ] {
            assert_eq!(step_at_work(id), text);
        }
        assert_eq!(
            step_failed("build_image image:orders"),
            "Failed: build image"
        );
        assert_eq!(
            step_failed("wait_update_function_code function:a"),
            "Failed: wait"
        );
    }

    #[test]
    fn only_a_digest_is_cut() {
        let digest = "11ebbab6b996bf384fa4c5d6e7f8091a";
        assert_eq!(
            image_name(&format!("shop/orders:slipway-{digest}")),
            "shop/orders:slipway-11ebbab6b996"
        );
        for whole in ["shop/orders", "shop-emulator-orders:live", "plain", "a-bé"] {
            assert_eq!(image_name(whole), whole);
        }
    }

    #[test]
    fn an_emulator_is_named_once() {
        let all = [
            check(
                "engine",
                CheckStatus::Ok,
                "Docker Engine 20.10.24+dfsg1 (linux/amd64), found by DOCKER_HOST",
            ),
            check(
                "credentials",
                CheckStatus::Ok,
                "dummy keys of an emulator, as arn:aws:iam::000000000000:root",
            ),
            check(
                "account",
                CheckStatus::Ok,
                "000000000000 in us-east-1, an emulator, not AWS",
            ),
        ];
        let texts = |emulator| {
            checks(&all, emulator)
                .into_iter()
                .map(|(_, text, _)| text)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            texts(true),
            ["Docker Engine 20.10.24", "Emulator · dummy keys"]
        );
        assert_eq!(
            texts(false)[1],
            "000000000000 in us-east-1 · dummy keys of an emulator"
        );
    }

    #[test]
    fn what_failed_is_said_and_what_follows_from_it_is_not() {
        let all = [
            check(
                "credentials",
                CheckStatus::Failed,
                "no credentials were found",
            ),
            check("account", CheckStatus::Skipped, "there are no credentials"),
        ];
        let said = checks(&all, false);
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].1, "no credentials were found");
    }
}
