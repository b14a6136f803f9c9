//! The fixes that need to look around.

use crate::Path;
use crate::edit::{Edit, Literal};
use crate::fix::{Fix, Scene, set};
use crate::keyed::Keyed;
use crate::model::{ApiKind, Authorizer, Ingress, Target};
use crate::route::RouteKey;
use crate::route_repair::{repaired, translated};

/// A target that does not exist, of a route or of an authorizer.
pub(crate) fn target(scene: &Scene<'_>) -> Option<Fix> {
    let inside = scene.table().is_some_and(|table| table.contains_key("to"));
    scene.text(if inside {
        scene.at.key("to")
    } else {
        scene.at.clone()
    })
}

/// A name that cannot be one.
pub(crate) fn name(scene: &Scene<'_>) -> Option<Fix> {
    if scene.at == Path::of(["name"]) {
        return scene.text(scene.at.clone());
    }
    scene.renamed(scene.instead?)
}

/// The spelling of a route key.
pub(crate) fn route_key(scene: &Scene<'_>, code: &str) -> Option<Fix> {
    let (_, kind) = scene.api()?;
    let key = scene.at.last_key()?;
    let meant = if code == "route-key-invalid" {
        repaired(kind, key)?
    } else {
        translated(kind, key)?
    };
    scene.renamed(&meant)
}

/// A setting of the other kind of API. An authorizer stays: routes name it.
pub(crate) fn other_kind(scene: &Scene<'_>) -> Option<Fix> {
    let setting = ["cors", "select", "reply", "payload", "ttl"];
    scene
        .at
        .last_key()
        .is_some_and(|key| setting.contains(&key))
        .then(|| scene.removal())
}

/// An authorizer on a WebSocket route other than `$connect`. It goes only where `$connect` has one: without,
/// nothing would guard the API.
pub(crate) fn not_connect(scene: &Scene<'_>) -> Option<Fix> {
    let (api, _) = scene.api()?;
    let connect = scene.design.apis.get(api)?.routes.get("$connect")?;
    let guarded = connect
        .authorizer
        .as_deref()
        .is_some_and(|name| name != "none");
    guarded.then(|| scene.removal())
}

/// A variable that stands in `env` and in `secrets`.
pub(crate) fn variable_twice(scene: &Scene<'_>) -> Vec<Fix> {
    let Some(key) = scene.at.last_key() else {
        return Vec::new();
    };
    let place = |path: &Path| {
        let table = path.parent().unwrap_or_default();
        let table = table.last_key().unwrap_or_default().to_owned();
        Fix::new(
            format!("Remove `{key}` from `{table}`"),
            vec![Edit::Remove { path: path.clone() }],
        )
    };
    let owner = scene.at.parent().and_then(|table| table.parent());
    let plain = owner.map(|owner| owner.key("env").key(key));
    plain
        .iter()
        .filter(|path| **path != scene.at && scene.item(path).is_some())
        .map(place)
        .chain([place(&scene.at)])
        .collect()
}

/// An image with more than one source: one is kept, with what belongs to it.
pub(crate) fn one_source(scene: &Scene<'_>) -> Vec<Fix> {
    const SOURCES: [(&str, &[&str]); 3] = [
        ("build", &["dockerfile", "target", "args"]),
        ("ecr", &["digest", "tag"]),
        ("registry", &[]),
    ];
    let Some(table) = scene.table() else {
        return Vec::new();
    };
    let there = |key: &str| table.contains_key(key);
    SOURCES
        .iter()
        .filter(|(source, _)| there(source))
        .map(|(source, _)| {
            let others = SOURCES.iter().filter(|(other, _)| other != source);
            let edits = others
                .flat_map(|(other, own)| std::iter::once(other).chain(*own))
                .filter(|key| there(key))
                .map(|key| Edit::Remove {
                    path: scene.at.key(*key),
                })
                .collect();
            Fix::new(format!("Keep `{source}`"), edits)
        })
        .collect()
}

/// A function or service that nothing leads to.
pub(crate) fn unused(scene: &Scene<'_>) -> Vec<Fix> {
    let worker = matches!(Keyed::at(&scene.at), Some(Keyed::Service(_))).then(|| {
        Fix::new(
            "It is a worker: write ingress = \"none\"",
            vec![set(scene.at.key("ingress"), "none".into())],
        )
    });
    worker.into_iter().chain([scene.removal()]).collect()
}

/// The kind of an API, as far as its routes tell.
pub(crate) fn api_kind(scene: &Scene<'_>) -> Vec<Fix> {
    let Some(api) = scene
        .at
        .last_key()
        .and_then(|key| scene.design.apis.get(key))
    else {
        return Vec::new();
    };
    let mut keys = api.routes.keys();
    let live = keys.any(|key| key == "$connect" || key == "$disconnect") || api.select.is_some();
    let plain = api
        .routes
        .keys()
        .all(|key| RouteKey::parse(ApiKind::Http, key).is_ok());
    let http = || {
        Fix::new(
            "Write kind = \"http\"",
            vec![set(scene.at.key("kind"), "http".into())],
        )
    };
    let websocket = || {
        let mut edits = vec![set(scene.at.key("kind"), "websocket".into())];
        if api.select.is_none() {
            edits.extend(select(scene.at.key("select")).edits);
        }
        Fix::new("Write kind = \"websocket\"", edits)
    };
    match (live, plain) {
        (true, _) => vec![websocket()],
        (false, true) if !api.routes.is_empty() => vec![http()],
        (false, false) => vec![websocket()],
        (false, true) => vec![http(), websocket()],
    }
}

/// The usual route selection expression.
pub(crate) fn select(path: Path) -> Fix {
    const USUAL: &str = "$request.body.action";
    Fix::new(
        format!("Write select = \"{USUAL}\""),
        vec![set(path, USUAL.into())],
    )
}

/// An answer that is cached needs something to be cached by.
pub(crate) fn authorizer_ttl(scene: &Scene<'_>) -> Vec<Fix> {
    const USUAL: &str = "$request.header.Authorization";
    let Some(owner) = scene.at.parent() else {
        return Vec::new();
    };
    vec![
        Fix::new(
            format!("Write identity = [\"{USUAL}\"]"),
            vec![set(
                owner.key("identity"),
                Literal::Array(vec![USUAL.into()]),
            )],
        ),
        Fix::new("Write ttl = 0", vec![set(scene.at.clone(), 0.into())]),
    ]
}

/// An issuer by http.
pub(crate) fn issuer(scene: &Scene<'_>) -> Option<Fix> {
    let (api, _) = scene.api()?;
    let name = scene.at.parent()?;
    let authorizers = &scene.design.apis.get(api)?.authorizers;
    let Authorizer::Jwt { issuer, .. } = authorizers.get(name.last_key()?)? else {
        return None;
    };
    let rest = match issuer.split_once("://") {
        Some(("http", rest)) => rest,
        None if !issuer.contains([' ', '"']) => issuer,
        _ => return None,
    };
    let better = format!("https://{rest}");
    crate::grammar::http_url(&better)?;
    Some(Fix::new(
        format!("Write issuer = \"{better}\""),
        vec![set(scene.at.clone(), better.as_str().into())],
    ))
}

/// `min` and `max` the wrong way round.
pub(crate) fn count_order(scene: &Scene<'_>) -> Option<Fix> {
    let count = scene.at.parent()?;
    let (min, max) = (
        scene.number(&count.key("min"))?,
        scene.number(&count.key("max"))?,
    );
    Some(Fix::new(
        format!("Write min = {max} and max = {min}"),
        vec![
            set(count.key("min"), max.into()),
            set(count.key("max"), min.into()),
        ],
    ))
}

/// A range of tasks without one of its ends, or without what it follows.
pub(crate) fn count_incomplete(scene: &Scene<'_>) -> Option<Fix> {
    let table = scene.table()?;
    let (min, max) = (
        scene.number(&scene.at.key("min")),
        scene.number(&scene.at.key("max")),
    );
    let mut added = Vec::new();
    let (low, high) = match (min, max) {
        (Some(min), Some(max)) => (min, max),
        (Some(min), None) => (min, min.max(1)),
        (None, Some(max)) => (max.min(1), max),
        (None, None) => (1, 1),
    };
    if min.is_none() {
        added.push(("min", low));
    }
    if max.is_none() {
        added.push(("max", high));
    }
    if low != high && !table.contains_key("cpu") && !table.contains_key("memory") {
        added.push(("cpu", 60));
    }
    let words: Vec<String> = added
        .iter()
        .map(|(key, number)| format!("{key} = {number}"))
        .collect();
    let edits = added
        .into_iter()
        .map(|(key, number)| set(scene.at.key(key), number.into()));
    Some(Fix::new(
        format!("Add {}", words.join(" and ")),
        edits.collect(),
    ))
}

/// A check that takes longer than the time to the next one.
pub(crate) fn health_order(scene: &Scene<'_>) -> Option<Fix> {
    let interval = scene.number(&scene.at.key("interval")).unwrap_or(30);
    let timeout = interval - 1;
    (timeout >= 2).then(|| {
        Fix::new(
            format!("Write timeout = {timeout}"),
            vec![set(scene.at.key("timeout"), timeout.into())],
        )
    })
}

/// A health path where no load balancer asks it.
pub(crate) fn needs_alb(scene: &Scene<'_>) -> Option<Fix> {
    let service = scene.at.parent()?.parent()?;
    matches!(Keyed::at(&service), Some(Keyed::Service(_))).then(|| {
        Fix::new(
            "Write ingress = \"alb\"",
            vec![set(service.key("ingress"), "alb".into())],
        )
    })
}

/// A route to a service that no route reaches.
pub(crate) fn ingress(scene: &Scene<'_>) -> Option<Fix> {
    let (api, _) = scene.api()?;
    let route = scene.at.last_key()?;
    let own = scene.design.apis.get(api)?.routes.get(route);
    let Target::Node(key) = &own?.target else {
        return None;
    };
    let service = scene.design.services.get(key)?;
    (service.ingress == Some(Ingress::None) && service.port.is_some()).then(|| {
        Fix::new(
            format!("Give `{key}` ingress = \"cloud-map\""),
            vec![set(Path::service(key).key("ingress"), "cloud-map".into())],
        )
    })
}

/// A route of its own for preflight requests, which leads where `$default` does.
pub(crate) fn preflight(scene: &Scene<'_>) -> Option<Fix> {
    const KEY: &str = "OPTIONS /{proxy+}";
    let (api, _) = scene.api()?;
    let routes = &scene.design.apis.get(api)?.routes;
    let (word, to) = match &routes.get("$default")?.target {
        Target::Node(key) => ("to", key),
        Target::Url(url) => ("url", url),
        Target::Open => return None,
    };
    let at = scene.at.parent()?.key(KEY);
    let value = Literal::Table(vec![
        (word.to_owned(), to.as_str().into()),
        ("authorizer".to_owned(), "none".into()),
    ]);
    scene.item(&at).is_none().then(|| {
        Fix::new(
            format!("Add `{KEY}` without an authorizer"),
            vec![Edit::Insert { path: at, value }],
        )
    })
}
