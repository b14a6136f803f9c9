//! Pushes the smallest image that a registry takes, over the registry protocol.

use serde_json::json;
use sha2::{Digest as _, Sha256};
use slipway_engine::port::RegistryLogin;

const CONFIG: &str = "application/vnd.docker.container.image.v1+json";
const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// Returns the digest of the manifest. `seed` makes images differ.
pub(crate) async fn push(login: &RegistryLogin, repository: &str, tag: &str, seed: &str) -> String {
    let (login, repository) = (login.clone(), repository.to_owned());
    let (tag, seed) = (tag.to_owned(), seed.to_owned());
    tokio::task::spawn_blocking(move || push_now(&login, &repository, &tag, &seed))
        .await
        .unwrap()
}

fn push_now(login: &RegistryLogin, repository: &str, tag: &str, seed: &str) -> String {
    use base64::Engine as _;
    let pair = format!("{}:{}", login.username, login.password);
    let basic = format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    );
    let root = format!("http://{}/v2/{repository}", login.server);
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "config": { "Labels": { "seed": seed } },
        "rootfs": { "type": "layers", "diff_ids": [] },
    })
    .to_string();
    let digest = digest_of(&config);
    let started = ureq::post(format!("{root}/blobs/uploads/"))
        .header("authorization", &basic)
        .send_empty()
        .unwrap();
    let location = started.headers()["location"].to_str().unwrap().to_owned();
    let location = if location.starts_with('/') {
        format!("http://{}{location}", login.server)
    } else {
        location
    };
    let mark = if location.contains('?') { '&' } else { '?' };
    ureq::put(format!("{location}{mark}digest={digest}"))
        .header("authorization", &basic)
        .header("content-type", "application/octet-stream")
        .send(&config)
        .unwrap();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": { "mediaType": CONFIG, "size": config.len(), "digest": digest },
        "layers": [],
    })
    .to_string();
    ureq::put(format!("{root}/manifests/{tag}"))
        .header("authorization", &basic)
        .header("content-type", MANIFEST)
        .send(&manifest)
        .unwrap();
    digest_of(&manifest)
}

fn digest_of(text: &str) -> String {
    let hex: String = Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}
