//! The calls of the registry protocol (`/v2/`), named.

/// The operation of a registry request, and whether it changes something.
///
/// API Gateway's own paths begin with `/v2/` too; those are signed and never come here.
pub(super) fn operation(method: &str, path: &str) -> Option<(&'static str, bool)> {
    let rest = path.strip_prefix("/v2")?;
    if matches!(rest, "" | "/") {
        return Some(("Ping", false));
    }
    if rest == "/_catalog" {
        return Some(("ListRepositories", false));
    }
    let upload = rest.contains("/blobs/uploads");
    let blob = rest.contains("/blobs/");
    let manifest = rest.contains("/manifests/");
    Some(match method {
        "POST" if upload => ("StartUpload", true),
        "PATCH" if upload => ("UploadChunk", true),
        "PUT" if upload => ("FinishUpload", true),
        "GET" if upload => ("UploadStatus", false),
        "DELETE" if upload => ("CancelUpload", true),
        "HEAD" if blob => ("HeadBlob", false),
        "GET" if blob => ("GetBlob", false),
        "DELETE" if blob => ("DeleteBlob", true),
        "HEAD" if manifest => ("HeadManifest", false),
        "GET" if manifest => ("GetManifest", false),
        "PUT" if manifest => ("PutManifest", true),
        "DELETE" if manifest => ("DeleteManifest", true),
        "GET" if rest.ends_with("/tags/list") => ("ListTags", false),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::operation;

    #[test]
    fn a_push_is_named_step_by_step() {
        for (method, path, name) in [
            ("GET", "/v2/", "Ping"),
            ("HEAD", "/v2/shop/orders/blobs/sha256:00", "HeadBlob"),
            ("POST", "/v2/shop/orders/blobs/uploads/", "StartUpload"),
            ("PATCH", "/v2/shop/orders/blobs/uploads/1", "UploadChunk"),
            ("PUT", "/v2/shop/orders/blobs/uploads/1", "FinishUpload"),
            ("PUT", "/v2/shop/orders/manifests/latest", "PutManifest"),
        ] {
            assert_eq!(
                operation(method, path).map(|(name, _)| name),
                Some(name),
                "{method} {path}"
            );
        }
        assert_eq!(operation("GET", "/v2/apis"), None);
        assert_eq!(operation("GET", "/other"), None);
    }
}
