//! Where credentials come from, what is said when there are none, and the ways to the network
//! that the environment names.
//!
//! The SDK reads them from the environment of the process, so each case runs in a process of
//! its own: this program again, with one ignored test.

use serde_json::{Value, json};
use slipway_aws::{AwsCloud, Emulator, SessionOptions};
use slipway_engine::port::Cloud as _;
use slipway_testbed::{Bed, BedOptions};
use std::path::Path;
use std::process::Command;

const MARK: &str = "said: ";

/// Asks who is signed in and prints it; only ever run by the tests below.
#[tokio::test]
#[ignore = "a part of the other tests of this file"]
async fn whoami() {
    let options = SessionOptions {
        region: "eu-west-1".into(),
        profile: std::env::var("CHOSEN_PROFILE").ok(),
        emulator: std::env::var("CHOSEN_EMULATOR")
            .ok()
            .map(|endpoint| Emulator { endpoint }),
    };
    let answer = match AwsCloud::open(options).await {
        Ok(cloud) => cloud.identity().await,
        Err(error) => Err(error),
    };
    let said = match answer {
        Ok(identity) => json!({ "account": identity.account, "source": identity.source,
            "expires": identity.expires }),
        Err(error) => json!({ "kind": format!("{:?}", error.kind), "message": error.message,
            "hint": error.hint }),
    };
    let said = format!("{MARK}{said}\n");
    std::io::Write::write_all(&mut std::io::stdout(), said.as_bytes()).unwrap();
}

/// What `whoami` says in a home folder with this configuration and these variables.
fn said(home: &Path, config: &str, variables: &[(&str, &str)]) -> Value {
    std::fs::create_dir_all(home.join(".aws")).unwrap();
    std::fs::write(home.join(".aws/config"), config).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    let output = command
        .args(["--exact", "credentials::whoami", "--ignored", "--nocapture"])
        .env("HOME", home)
        .env("USERPROFILE", home)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.split_once(MARK));
    let (_, said) = line.unwrap_or_else(|| panic!("nothing was said: {text}"));
    serde_json::from_str(said).unwrap()
}

fn text<'a>(said: &'a Value, field: &str) -> &'a str {
    said[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field} in {said}"))
}

// The bed's proxy must answer while this thread waits for the other process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_source_of_the_credentials_is_said() {
    let bed = Bed::start(BedOptions::default()).await.unwrap();
    let endpoint = bed.endpoints().endpoint.clone();
    let home = bed.folder().join("home");
    let config = r#"
[default]
aws_access_key_id = 111111111111
aws_secret_access_key = secret
[profile work]
aws_access_key_id = 222222222222
aws_secret_access_key = secret
[profile script]
credential_process = echo '{"Version":1,"AccessKeyId":"333333333333","SecretAccessKey":"s","SessionToken":"t","Expiration":"2099-01-01T00:00:00Z"}'
"#;
    let of = |variables: &[(&str, &str)]| {
        let mut all = vec![("AWS_ENDPOINT_URL", endpoint.as_str())];
        all.extend(variables);
        let said = said(&home, config, &all);
        (
            text(&said, "account").to_owned(),
            text(&said, "source").to_owned(),
            said["expires"].as_u64(),
        )
    };
    let keys = [
        ("AWS_ACCESS_KEY_ID", "444444444444"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let expected = |account: &str, source: &str| (account.to_owned(), source.to_owned(), None);
    assert_eq!(of(&[]), expected("111111111111", "profile default (keys)"));
    assert_eq!(
        of(&[("AWS_PROFILE", "work")]),
        expected("222222222222", "profile work (keys)")
    );
    assert_eq!(of(&keys), expected("444444444444", "environment variables"));
    // A profile that was chosen wins over keys that happen to be in the environment.
    let chosen = [keys[0], keys[1], ("CHOSEN_PROFILE", "work")];
    assert_eq!(of(&chosen), expected("222222222222", "profile work (keys)"));
    let (account, source, expires) = of(&[("CHOSEN_PROFILE", "script")]);
    assert_eq!(
        (account.as_str(), source.as_str()),
        ("333333333333", "profile script (process)")
    );
    assert_eq!(expires, Some(4_070_908_800));
    bed.stop().await.unwrap();
}

#[test]
fn nothing_found_says_where_was_looked() {
    let home = tempfile::tempdir().unwrap();
    let said = said(home.path(), "", &[]);
    assert_eq!(text(&said, "kind"), "Credentials", "{said}");
    assert_eq!(text(&said, "message"), "no AWS credentials were found");
    let hint = text(&said, "hint");
    for place in [
        "AWS_ACCESS_KEY_ID",
        "profile default",
        "~/.aws/config",
        "aws configure",
    ] {
        assert!(hint.contains(place), "{hint}");
    }
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let home = tempfile::tempdir().unwrap();
    let said = said(home.path(), "", &[("CHOSEN_PROFILE", "nowhere")]);
    assert_eq!(text(&said, "kind"), "Credentials", "{said}");
    assert!(said.to_string().contains("nowhere"), "{said}");
}

#[test]
fn a_login_session_that_ended_is_told_with_the_command() {
    let home = tempfile::tempdir().unwrap();
    let config = "
[profile me]
login_session = arn:aws:iam::123456789012:user/me
";
    let said = said(home.path(), config, &[("CHOSEN_PROFILE", "me")]);
    assert_eq!(text(&said, "kind"), "Credentials", "{said}");
    assert!(
        text(&said, "hint").contains("aws login --profile me"),
        "{said}"
    );
}

#[test]
fn a_process_that_fails_is_told() {
    let home = tempfile::tempdir().unwrap();
    let config = "
[profile script]
credential_process = no-such-program-anywhere
";
    let said = said(home.path(), config, &[("CHOSEN_PROFILE", "script")]);
    assert_eq!(text(&said, "kind"), "Credentials", "{said}");
    assert!(text(&said, "message").contains("process"), "{said}");
    assert!(text(&said, "hint").contains("profile script"), "{said}");
}

#[test]
fn an_sso_session_that_ended_is_told_with_the_command() {
    let home = tempfile::tempdir().unwrap();
    let config = "
[profile team]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Developer
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.example/start
sso_registration_scopes = sso:account:access
";
    let ask = || said(home.path(), config, &[("CHOSEN_PROFILE", "team")]);
    let never = ask();
    assert_eq!(text(&never, "kind"), "Credentials", "{never}");
    assert!(
        text(&never, "hint").contains("aws sso login --profile team"),
        "{never}"
    );

    // The name of the cache file is the SHA-1 of the session's name.
    let cache = home.path().join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).unwrap();
    let token = json!({
        "accessToken": "canary-token",
        "expiresAt": "2020-01-01T00:00:00Z",
        "region": "eu-west-1",
        "startUrl": "https://corp.example/start",
    });
    let file = cache.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    std::fs::write(file, token.to_string()).unwrap();
    let ended = ask();
    assert_eq!(text(&ended, "kind"), "Credentials", "{ended}");
    assert!(
        text(&ended, "hint").contains("aws sso login --profile team"),
        "{ended}"
    );
    assert!(!ended.to_string().contains("canary"), "{ended}");
}

/// Proxy variables of a company would send a call to this computer elsewhere, and keys of the
/// user's environment must never reach an emulator.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emulator_on_this_computer_needs_no_proxy_and_gets_no_keys() {
    let bed = Bed::start(BedOptions::default()).await.unwrap();
    let endpoint = bed.endpoints().endpoint.clone();
    let said = said(
        &bed.folder().join("home"),
        "[profile prod]\naws_access_key_id = 222222222222\naws_secret_access_key = secret\n",
        &[
            ("CHOSEN_EMULATOR", endpoint.as_str()),
            ("CHOSEN_PROFILE", "prod"),
            ("AWS_ACCESS_KEY_ID", "444444444444"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("HTTP_PROXY", "http://127.0.0.1:9"),
            ("http_proxy", "http://127.0.0.1:9"),
            ("NO_PROXY", ""),
        ],
    );
    assert_eq!(text(&said, "account"), "000000000000", "{said}");
    assert_eq!(text(&said, "source"), "dummy keys of an emulator");
    bed.assert_valid();
    bed.stop().await.unwrap();
}

#[test]
fn a_bundle_of_certificates_that_is_none_is_named() {
    let home = tempfile::tempdir().unwrap();
    let bundle = home.path().join("bundle.pem");
    let path = bundle.to_str().unwrap();
    let missing = said(home.path(), "", &[("AWS_CA_BUNDLE", path)]);
    assert_eq!(text(&missing, "kind"), "Invalid", "{missing}");
    assert!(text(&missing, "message").contains(path), "{missing}");
    let no_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(&bundle, no_der).unwrap();
    let broken = said(home.path(), "", &[("AWS_CA_BUNDLE", path)]);
    assert_eq!(text(&broken, "kind"), "Invalid", "{broken}");
}
