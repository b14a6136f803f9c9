//! What the engine tells during a push: one line of JSON for each change of a layer.

use std::collections::HashMap;

use serde::Deserialize;
use slipway_engine::port::{Progress, ProgressSink};

/// One message of `POST /images/NAME/push`.
///
/// <https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImagePush>
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PushMessage {
    id: Option<String>,
    status: Option<String>,
    #[serde(rename = "progressDetail")]
    detail: Option<Detail>,
    aux: Option<Aux>,
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Detail {
    current: Option<u64>,
    total: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Aux {
    #[serde(rename = "Digest")]
    digest: Option<String>,
}

/// Follows one push.
pub(crate) struct Layers<'a> {
    sink: &'a dyn ProgressSink,
    layers: HashMap<String, Layer>,
    /// Of the manifest, once it is pushed.
    pub(crate) digest: Option<String>,
    /// With which the push failed.
    pub(crate) error: Option<String>,
}

#[derive(Default)]
struct Layer {
    done: u64,
    total: Option<u64>,
}

impl<'a> Layers<'a> {
    pub(crate) fn new(sink: &'a dyn ProgressSink) -> Self {
        Self {
            sink,
            layers: HashMap::new(),
            digest: None,
            error: None,
        }
    }

    /// Bytes that were pushed, unpacked, as the engine counts them.
    pub(crate) fn sent(&self) -> u64 {
        self.layers
            .values()
            .fold(0, |sum, layer| sum.saturating_add(layer.done))
    }

    pub(crate) fn take(&mut self, message: PushMessage) {
        if let Some(error) = message.error {
            self.error = Some(error);
        }
        if let Some(digest) = message.aux.and_then(|aux| aux.digest) {
            self.digest = Some(digest);
        }
        let (Some(id), Some(status)) = (message.id, message.status) else {
            return;
        };
        let is_cached = status == "Layer already exists" || status.starts_with("Mounted from");
        // The tag itself comes as an id too, before and after the layers.
        let is_layer = is_cached
            || ["Preparing", "Waiting", "Pushing", "Pushed"].contains(&status.as_str())
            || status.starts_with("Retrying");
        if !is_layer {
            return;
        }
        let layer = self.layers.entry(id.clone()).or_default();
        if let Some(detail) = message.detail {
            // A last report can be larger than the total: tar adds its own records.
            layer.done = detail.current.unwrap_or(layer.done);
            layer.total = detail.total.filter(|total| *total > 0).or(layer.total);
        }
        if status == "Pushed" {
            layer.done = layer.total.unwrap_or(layer.done).max(layer.done);
        }
        if is_cached {
            *layer = Layer::default();
        }
        self.sink.tell(Progress::Part {
            title: format!("layer {id}: {}", status.to_lowercase()),
            id,
            done: layer.done,
            total: layer.total.map(|total| total.max(layer.done)),
            finished: is_cached || status == "Pushed",
            cached: is_cached,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Told(Mutex<Vec<Progress>>);

    impl ProgressSink for Told {
        fn tell(&self, news: Progress) {
            self.0.lock().unwrap().push(news);
        }
    }

    #[test]
    fn a_push_is_followed() {
        let told = Told::default();
        let mut layers = Layers::new(&told);
        for line in [
            r#"{"status":"The push refers to repository [localhost:5000/a]"}"#,
            r#"{"status":"Preparing","progressDetail":{},"id":"aa"}"#,
            r#"{"status":"Preparing","progressDetail":{},"id":"bb"}"#,
            r#"{"status":"Layer already exists","progressDetail":{},"id":"aa"}"#,
            r#"{"status":"Pushing","progressDetail":{"current":512,"total":1000},"progress":"[=>  ]","id":"bb"}"#,
            r#"{"status":"Pushed","progressDetail":{},"id":"bb"}"#,
            r#"{"status":"v1: digest: sha256:12 size: 527"}"#,
            r#"{"progressDetail":{},"aux":{"Tag":"v1","Digest":"sha256:12","Size":527}}"#,
        ] {
            layers.take(serde_json::from_str(line).unwrap());
        }
        assert_eq!(layers.digest.as_deref(), Some("sha256:12"));
        assert_eq!(layers.sent(), 1000);
        assert_eq!(layers.error, None);
        let told = told.0.lock().unwrap();
        assert_eq!(told.len(), 5);
        assert_eq!(
            told[2],
            Progress::Part {
                id: "aa".into(),
                title: "layer aa: layer already exists".into(),
                done: 0,
                total: None,
                finished: true,
                cached: true
            }
        );
        assert_eq!(
            told[4],
            Progress::Part {
                id: "bb".into(),
                title: "layer bb: pushed".into(),
                done: 1000,
                total: Some(1000),
                finished: true,
                cached: false
            }
        );
    }

    #[test]
    fn an_error_is_kept() {
        let mut layers = Layers::new(&slipway_engine::port::Silent);
        layers.take(
            serde_json::from_str(r#"{"errorDetail":{"message":"denied"},"error":"denied"}"#)
                .unwrap(),
        );
        assert_eq!(layers.error.as_deref(), Some("denied"));
    }
}
