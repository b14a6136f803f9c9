//! A quick fix takes its finding away and brings no error.

use std::collections::BTreeMap;

use proptest::prelude::*;
use slipway_design::*;

const FULL: &str = include_str!("files/full.toml");
const HEAD: &str = "schema = 1\nname = \"shop\"\n";

/// How often each error is in a document.
fn errors(document: &Document) -> BTreeMap<&str, usize> {
    let mut count = BTreeMap::new();
    for it in document.diagnostics().iter().filter(|it| it.is_error()) {
        *count.entry(it.code.as_str()).or_default() += 1;
    }
    count
}

/// Makes a fix and checks what it promises.
fn mended(before: &str, finding: &Diagnostic, fix: &Fix) -> Result<Document, String> {
    let mut document = Document::parse(before);
    let was = document.clone();
    let edits = document
        .edit_all(&fix.edits)
        .map_err(|error| format!("{}: {error}", fix.title))?;
    let text = document.text().to_owned();
    let told = |what: &str| {
        format!(
            "`{}` for {} at {}: {what}\n{text}",
            fix.title, finding.code, finding.subject
        )
    };
    if edits.inverse(before).apply(&text) != before {
        return Err(told("cannot be taken back"));
    }
    let same = |it: &&Diagnostic| (&it.code, &it.subject) == (&finding.code, &finding.subject);
    let count = |document: &Document| document.diagnostics().iter().filter(same).count();
    if count(&document) >= count(&was) {
        return Err(told("it is still there"));
    }
    let old = errors(&was);
    for (code, count) in errors(&document) {
        if old.get(code).is_none_or(|old| *old < count) {
            return Err(told(&format!("there is a new error {code}")));
        }
    }
    Ok(document)
}

/// The finding has exactly these fixes, and each of them does what it says.
#[track_caller]
fn check(body: &str, code: &str, titles: &[&str]) {
    let text = if body.contains("name =") || code.starts_with("schema") {
        body.to_owned()
    } else {
        format!("{HEAD}{body}")
    };
    let document = Document::parse(&text);
    let all = document.diagnostics();
    let finding = all
        .iter()
        .find(|it| it.code == code)
        .unwrap_or_else(|| panic!("no {code} in {all:#?}"));
    let fixes = fixes(&document, finding);
    let found: Vec<&str> = fixes.iter().map(|fix| fix.title.as_str()).collect();
    assert_eq!(found, titles, "{code}");
    for fix in &fixes {
        mended(&text, finding, fix).unwrap_or_else(|why| panic!("{why}"));
    }
}

const F: &str = "[functions.f]\nimage = { build = \"f\" }\n";
const S: &str = "[services.s]\nimage = { build = \"s\" }\nport = 80\n";
const P: &str = "[apis.p]\nkind = \"http\"\n";
const W: &str = "[apis.w]\nkind = \"websocket\"\nselect = \"$request.body.a\"\n";
const E: &str = "[environments.dev]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n";

#[test]
fn values_that_have_a_right_one() {
    check(
        &format!("{F}arch = \"aarch64\"\n"),
        "unknown-word",
        &["Write arch = \"arm64\""],
    );
    check(&format!("{F}arch = \"sparc\"\n"), "unknown-word", &[]);
    check(
        &format!("{F}memory = \"512MB\"\n"),
        "wrong-type",
        &["Write memory = 512"],
    );
    check(
        &format!("{F}title = 5\n"),
        "wrong-type",
        &["Write title = \"5\""],
    );
    check(
        "[functions.f]\nimage = \"services/f\"\n",
        "wrong-type",
        &["Write image = { build = \"services/f\" }"],
    );
    check(
        &format!("{F}network = \"true\"\n"),
        "wrong-type",
        &["Write network = true"],
    );
    check(
        &format!("{F}memory = 64\n"),
        "out-of-range",
        &["Write memory = 128"],
    );
    check(
        &format!("{F}timeout = 30000\n"),
        "out-of-range",
        &["Write timeout = 30"],
    );
    check(
        &format!("[defaults]\nlog_retention = 10\n{F}"),
        "log-retention",
        &["Write log_retention = 14"],
    );
    check(
        &format!("{S}cpu = 256\nmemory = 3000\n"),
        "fargate-size",
        &["Write cpu = 512 and memory = 3072"],
    );
    check(
        &format!("{S}{E}[environments.dev.services.s]\nmemory = 99\n"),
        "fargate-size",
        &["Write cpu = 256 and memory = 512"],
    );
    check(
        "[environments.dev]\naccount = \"1234-5678-9012\"\nregion = \"eu-west-1\"\n",
        "account-invalid",
        &["Write account = \"123456789012\""],
    );
    check(
        "[environments.dev]\naccount = \"123456789012\"\nregion = \"eu-west-1a\"\n",
        "region-invalid",
        &["Write region = \"eu-west-1\""],
    );
    check(
        &format!(
            "{F}{P}authorizers = {{ a = {{ kind = \"lambda\", to = \"f\", identity = [\"request.header.X\"] }} }}\n"
        ),
        "identity-invalid",
        &["Write \"$request.header.X\""],
    );
    check(
        &format!("{P}cors = {{ origins = [\"https://a.example/\"], methods = [\"get\"] }}\n"),
        "cors-origin",
        &["Write \"https://a.example\""],
    );
    check(
        &format!("{P}cors = {{ origins = [\"*\"], methods = [\"get\"] }}\n"),
        "cors-method",
        &["Write \"GET\""],
    );
    check(
        &format!("{S}ingress = \"alb\"\nhealth = {{ path = \"up\" }}\n"),
        "health-path",
        &["Write path = \"/up\""],
    );
    check(
        "[functions.f]\nimage = { build = \"f/Dockerfile\" }\n",
        "build-is-a-file",
        &["Write build = \"f\" and dockerfile = \"Dockerfile\""],
    );
    check(
        &format!("{F}timeout = 60\n{P}routes = {{ \"GET /\" = \"f\" }}\n"),
        "timeout-shorter",
        &["Write timeout = 30"],
    );
    check(
        &format!(
            "{P}authorizers = {{ a = {{ kind = \"jwt\", issuer = \"http://a.example\", audience = [\"a\"] }} }}\n"
        ),
        "issuer-invalid",
        &["Write issuer = \"https://a.example\""],
    );
}

#[test]
fn keys_and_names_that_have_a_right_one() {
    check(
        &format!("{F}memroy = 256\n"),
        "unknown-key",
        &["Change to `memory`", "Remove `memroy`"],
    );
    check(
        &format!("{F}memory = 256\nmemroy = 512\n"),
        "unknown-key",
        &["Remove `memroy`"],
    );
    check(
        &format!("{F}{E}[environments.dev.functions.ff]\nmemory = 256\n"),
        "override-unknown",
        &["Remove `ff`"],
    );
    check(
        &format!(
            "[functions.orders]\nimage = {{ build = \"f\" }}\n{E}[environments.dev.functions.order]\nmemory = 256\n"
        ),
        "override-unknown",
        &["Change to `orders`", "Remove `order`"],
    );
    let orders = "[functions.orders]\nimage = { build = \"f\" }\n";
    let routes = |routes: &str| format!("{orders}{P}[apis.p.routes]\n{routes}\n");
    check(
        &routes("\"GET /\" = \"order\""),
        "target-unknown",
        &["Change to `orders`"],
    );
    check(
        &routes("\"GET /\" = { to = \"order\", timeout = 5 }"),
        "target-unknown",
        &["Change to `orders`"],
    );
    check(
        &format!("{orders}{P}authorizers = {{ a = {{ kind = \"lambda\", to = \"order\" }} }}\n"),
        "target-unknown",
        &["Change to `orders`"],
    );
    check(
        &format!(
            "{}[apis.p.authorizers]\nusers = {{ kind = \"iam\" }}\n",
            routes("\"GET /\" = { to = \"orders\", authorizer = \"user\" }")
        ),
        "authorizer-unknown",
        &["Change to `users`"],
    );
    check(
        &format!(
            "[functions.Orders]\nimage = {{ build = \"f\" }}\n{P}routes = {{ \"GET /\" = \"Orders\" }}\n"
        ),
        "name-invalid",
        &["Rename to `orders`"],
    );
    check(
        "schema = 1\nname = \"My Shop\"\n",
        "name-invalid",
        &["Change to `my-shop`"],
    );
    check(
        &routes("\"get orders\" = \"orders\""),
        "route-key-invalid",
        &["Rename to `GET /orders`"],
    );
    check(
        &routes("\"get /\" = \"orders\"\n\"GET /\" = \"orders\""),
        "route-key-invalid",
        &[],
    );
    check(
        &routes("\"GET /a/:id\" = \"orders\""),
        "route-key-literal",
        &["Rename to `GET /a/{id}`"],
    );
    check(
        &format!("{F}{W}routes = {{ \"connect\" = \"f\" }}\n"),
        "route-key-literal",
        &["Rename to `$connect`"],
    );
    check(
        &format!(
            "{}{E}[environments.dev.apis.p.routes]\n\"post /\" = \"orders\"\n",
            routes("\"GET /\" = \"orders\"")
        ),
        "route-key-invalid",
        &["Rename to `POST /`"],
    );
}

#[test]
fn what_should_not_be_there() {
    check(
        &format!("{F}was = \"g\"\n[functions.g]\nimage = {{ build = \"g\" }}\n"),
        "was-exists",
        &["Remove `was`"],
    );
    check(
        &format!("{P}{E}[environments.dev.apis.p]\nkind = \"http\"\n"),
        "override-not-allowed",
        &["Remove `kind`"],
    );
    check(
        "[functions.f]\nimage = { ecr = \"team/f\", tag = \"1\", target = \"x\" }\n",
        "image-key-misplaced",
        &["Remove `target`"],
    );
    check(
        "[services.s]\nport = 80\nimage = { build = \"s\", target = \"t\", registry = \"a.example/s:1\" }\n",
        "image-ambiguous",
        &["Keep `build`", "Keep `registry`"],
    );
    check(
        &format!("{F}concurrency = 0\n"),
        "concurrency-zero",
        &["Remove `concurrency`"],
    );
    check(
        &format!("{S}{P}routes = {{ \"GET /\" = {{ to = \"s\", payload = \"1.0\" }} }}\n"),
        "payload-without-function",
        &["Remove `payload`"],
    );
    check(
        &format!("{F}{W}routes = {{ \"$disconnect\" = {{ to = \"f\", reply = true }} }}\n"),
        "reply-to-nobody",
        &["Remove `reply`"],
    );
    check(
        &format!("{F}{P}routes = {{ \"GET /\" = {{ to = \"f\", scopes = [\"a\"] }} }}\n"),
        "scopes-without-jwt",
        &["Remove `scopes`"],
    );
    check(
        &format!("{P}throttle = {{}}\n"),
        "throttle-incomplete",
        &["Remove `throttle`"],
    );
    check(
        &format!("{F}env = {{ AWS_REGION = \"x\" }}\n"),
        "variable-reserved",
        &["Remove `AWS_REGION`"],
    );
    check(
        &format!("{F}tags = {{ \"aws:x\" = \"x\" }}\n"),
        "tag-reserved",
        &["Remove `aws:x`"],
    );
    check(
        &format!("{E}registry = \"localhost:1\"\n"),
        "registry-without-endpoint",
        &["Remove `registry`"],
    );
    check(
        &format!("{P}cors = {{ origins = [\"*\"], credentials = true }}\n"),
        "cors-credentials",
        &["Remove `credentials`"],
    );
    check(
        &format!("{F}{P}routes = {{ \"GET /{{a}}\" = \"f\", \"GET /{{b}}\" = \"f\" }}\n"),
        "route-duplicate",
        &["Remove `GET /{b}`"],
    );
    check(
        &format!("{F}{P}routes = {{ \"GET /\" = {{ to = \"f\", reply = true }} }}\n"),
        "wrong-api-kind",
        &["Remove `reply`"],
    );
    check(
        &format!(
            "{W}authorizers = {{ a = {{ kind = \"jwt\", issuer = \"https://a.example\", audience = [\"a\"] }} }}\n"
        ),
        "wrong-api-kind",
        &[],
    );
    let guarded = "\"send\" = { to = \"f\", authorizer = \"iam\" }";
    check(
        &format!(
            "{F}{W}routes = {{ \"$connect\" = {{ to = \"f\", authorizer = \"iam\" }}, {guarded} }}\n"
        ),
        "authorizer-not-connect",
        &["Remove `authorizer`"],
    );
    check(
        &format!("{F}{W}routes = {{ \"$connect\" = \"f\", {guarded} }}\n"),
        "authorizer-not-connect",
        &[],
    );
    check(
        &format!("{F}env = {{ KEY = \"x\" }}\nsecrets = {{ KEY = \"ssm:/x\" }}\n"),
        "variable-twice",
        &["Remove `KEY` from `env`", "Remove `KEY` from `secrets`"],
    );
    check(
        &format!(
            "{F}role = \"arn:aws:iam::123456789012:role/f\"\npolicies = [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n"
        ),
        "role-and-allow",
        &["Remove `policies`", "Remove `role`"],
    );
    check(
        &format!(
            "{F}{P}routes = {{ \"GET /\" = {{ to = \"f\", url = \"https://a.example\" }} }}\n"
        ),
        "route-target-ambiguous",
        &["Remove `url`", "Remove `to`"],
    );
    check(
        &format!("{S}ingress = \"alb\"\nhealth = {{ path = \"/a\", command = [\"a\"] }}\n"),
        "health-ambiguous",
        &["Remove `path`", "Remove `command`"],
    );
    check(F, "unused", &["Remove `f`"]);
    check(
        S,
        "unused",
        &["It is a worker: write ingress = \"none\"", "Remove `s`"],
    );
}

#[test]
fn what_is_missing() {
    check(
        "name = \"shop\"\n[functions]\n",
        "schema-missing",
        &["Write schema = 1"],
    );
    check("[functions]\n", "schema-missing", &["Write schema = 1"]);
    check(
        "schema = 0\nname = \"shop\"\n",
        "schema-unknown",
        &["Write schema = 1"],
    );
    let both = &["Write kind = \"http\"", "Write kind = \"websocket\""];
    check("[apis.p]\n", "api-kind-missing", both);
    let routes = |keys: &str| format!("{F}[apis.p]\nroutes = {{ {keys} }}\n");
    check(&routes("\"GET /\" = \"f\""), "api-kind-missing", &both[..1]);
    check(
        &routes("\"$connect\" = \"f\""),
        "api-kind-missing",
        &both[1..],
    );
    check(&routes("\"send\" = \"f\""), "api-kind-missing", &both[1..]);
    let select = &["Write select = \"$request.body.action\""];
    check("[apis.p]\nkind = \"websocket\"\n", "select-missing", select);
    check(
        "[apis.p]\nkind = \"websocket\"\nselect = \"action\"\n",
        "select-invalid",
        select,
    );
    check(
        &format!("{F}{P}authorizers = {{ a = {{ kind = \"lambda\", to = \"f\", ttl = 60 }} }}\n"),
        "authorizer-ttl",
        &[
            "Write identity = [\"$request.header.Authorization\"]",
            "Write ttl = 0",
        ],
    );
    check(
        &format!("{S}count = {{ min = 4, max = 2, cpu = 60 }}\n"),
        "count-order",
        &["Write min = 2 and max = 4"],
    );
    check(
        &format!("{S}count = {{ min = 2 }}\n"),
        "count-incomplete",
        &["Add max = 2"],
    );
    check(
        &format!("{S}count = {{ max = 3 }}\n"),
        "count-incomplete",
        &["Add min = 1 and cpu = 60"],
    );
    check(
        &format!("{S}count = {{ min = 1, max = 3 }}\n"),
        "count-incomplete",
        &["Add cpu = 60"],
    );
    check(
        &format!(
            "{S}ingress = \"alb\"\nhealth = {{ path = \"/\", interval = 10, timeout = 20 }}\n"
        ),
        "health-order",
        &["Write timeout = 9"],
    );
    check(
        &format!("{S}health = {{ path = \"/\" }}\n"),
        "health-path-needs-alb",
        &["Write ingress = \"alb\""],
    );
    check(
        &format!("{S}ingress = \"none\"\n{P}routes = {{ \"GET /\" = \"s\" }}\n"),
        "target-without-ingress",
        &["Give `s` ingress = \"cloud-map\""],
    );
    check(
        &format!(
            "{F}{P}cors = {{ origins = [\"https://a.example\"] }}\nroutes = {{ \"$default\" = {{ to = \"f\", authorizer = \"iam\" }} }}\n"
        ),
        "cors-swallowed",
        &["Add `OPTIONS /{proxy+}` without an authorizer"],
    );
}

#[test]
fn what_only_a_person_can_tell_has_none() {
    for (text, code) in [
        ("a = ", "toml-syntax"),
        ("schema = 9\nname = \"shop\"\nx = 1\n", "schema-newer"),
        ("schema = 1\n", "name-missing"),
        (
            "schema = 1\nname = \"shop\"\n[apis.p.routes]\n\"GET /\" = {}\n",
            "route-target-missing",
        ),
    ] {
        let document = Document::parse(text);
        let finding = document
            .diagnostics()
            .iter()
            .find(|it| it.code == code)
            .unwrap_or_else(|| panic!("no {code}"));
        assert_eq!(fixes(&document, finding), [], "{code}");
    }
}

/// Wrong settings at all kinds of places.
fn slip() -> impl Strategy<Value = Edit> {
    const PLACES: [&str; 24] = [
        "functions.orders.memory",
        "functions.orders.timeot",
        "functions.orders.arch",
        "functions.orders.was",
        "functions.orders.env.AWS_REGION",
        "functions.orders.env.API_KEY",
        "functions.orders.role",
        "functions.orders.image.registry",
        "functions.chat.image.target",
        "services.web.memory",
        "services.web.count.max",
        "services.web.ingress",
        "services.web.health.path",
        "services.web.health.timeout",
        "apis.public.kind",
        "apis.public.select",
        "apis.public.routes.\"get orders\"",
        "apis.public.routes.\"GET /orders/{other}\"",
        "apis.public.routes.\"POST /orders\".to",
        "apis.public.routes.\"POST /orders\".url",
        "apis.public.routes.\"$default\"",
        "apis.live.authorizers.socket.ttl",
        "environments.prod.functions.order.memory",
        "environments.prod.registry",
    ];
    let value = prop_oneof![
        (0..5000i64).prop_map(Literal::Integer),
        prop::sample::select(vec![
            "order",
            "websocket",
            "alb",
            "none",
            "auth",
            "http",
            "512",
            "true",
            "/x",
        ])
        .prop_map(Literal::from),
        Just(Literal::Boolean(true)),
        Just(Literal::Table(Vec::new())),
        Just(Literal::Table(vec![("to".to_owned(), "auht".into())])),
    ];
    (0..PLACES.len(), 0..5u8, value).prop_map(|(place, kind, value)| {
        let path = Path::parse(PLACES[place]).expect("the places are paths");
        match kind {
            0 => Edit::Remove { path },
            _ => Edit::Set { path, value },
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_fix_can_be_made_and_taken_back(slips in prop::collection::vec(slip(), 1..6)) {
        let mut document = Document::parse(FULL);
        for slip in &slips {
            let _ = document.edit(slip);
        }
        let text = document.text().to_owned();
        for finding in document.diagnostics() {
            for fix in fixes(&document, finding) {
                let mut after = document.clone();
                let edits = after.edit_all(&fix.edits).map_err(|error| TestCaseError::fail(format!("{fix:?}: {error}\n{text}")))?;
                prop_assert_eq!(edits.inverse(&text).apply(after.text()), text.clone());
                let same = |it: &&Diagnostic| (&it.code, &it.subject, &it.summary) == (&finding.code, &finding.subject, &finding.summary);
                prop_assert!(after.diagnostics().iter().find(same).is_none(), "{fix:?} leaves {finding:?}\n{}", after.text());
            }
        }
    }
}
