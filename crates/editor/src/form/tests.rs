//! Every field of every kind against the design's own reading and rules.

#[path = "schema_tests.rs"]
mod schema;

use super::*;
use crate::{Editor, Origin, Places};
use slipway_design::Literal;
use std::sync::LazyLock;

const EXAMPLE: &str = include_str!("../../../design/tests/files/full.toml");

/// The full example, and an authorizer that only HTTP APIs have.
static FULL: LazyLock<String> = LazyLock::new(|| {
    let with = "[apis.public.authorizers]\nguard = { kind = \"lambda\", to = \"auth\", identity = [\"$request.header.X\"] }";
    EXAMPLE.replacen("[apis.public.authorizers]", with, 1)
});

fn open(text: &str) -> Document {
    Document::parse(text)
}

fn id(text: &str) -> ElementId {
    let (kind, key) = text.split_once(':').unwrap();
    match kind {
        "function" => ElementId::Function(key.to_owned()),
        "service" => ElementId::Service(key.to_owned()),
        "api" => ElementId::Api(key.to_owned()),
        _ => {
            let (api, key) = key.split_once('/').unwrap();
            ElementId::Route {
                api: api.to_owned(),
                key: key.to_owned(),
            }
        }
    }
}

/// A form of each kind that the full example has.
fn forms(document: &Document, environment: Option<&str>) -> Vec<Form> {
    let mut all: Vec<Form> = [
        "function:orders",
        "function:chat",
        "service:web",
        "api:public",
        "api:live",
        "route:public/POST /orders",
        "route:public/GET /orders/{id}",
        "route:public/GET /old/{proxy+}",
        "route:live/send",
    ]
    .into_iter()
    .map(|it| form(document, environment, &id(it)).unwrap())
    .collect();
    all.push(project_form(document).unwrap());
    all
}

fn shape_of(document: &Document, environment: Option<&str>, path: &Path) -> Form {
    if path.is_root() {
        return project_form(document).unwrap();
    }
    let id = ElementId::of_subject(document.design().unwrap(), &path.to_string()).unwrap();
    form(document, environment, &id).unwrap()
}

fn field<'a>(form: &'a Form, rel: &str) -> &'a Field {
    form.fields()
        .find(|field| field.rel().to_string() == rel)
        .unwrap_or_else(|| panic!("{rel} is no field"))
}

fn applied(document: &Document, command: &Command) -> Document {
    let Command::Edit { edits, .. } = command else {
        panic!("{command:?} is no edit")
    };
    document.edited(edits).unwrap().0
}

fn texts(items: &[&str]) -> Literal {
    Literal::Array(items.iter().map(|&it| it.into()).collect())
}

fn table(rows: &[(&str, Literal)]) -> Literal {
    Literal::Table(
        rows.iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
    )
}

/// Values that the field should take, other than what it has.
fn samples(field: &Field) -> Vec<Literal> {
    let rel = field.path.to_string();
    let text = |text: &str| vec![Literal::from(text)];
    match &field.control {
        Control::Number { min, max, step } => {
            let of = |number: f64| {
                if number.fract() == 0.0 {
                    Literal::Integer(number as i64)
                } else {
                    Literal::Float(number)
                }
            };
            [*min, *max, (*min + *step * 2.0).min(*max)]
                .into_iter()
                .filter(|number| number.is_finite())
                .map(of)
                .collect()
        }
        Control::Choice { options } => options.iter().map(|option| option.value.clone()).collect(),
        Control::Toggle => vec![true.into(), false.into()],
        Control::KeyValues { names, .. } if !names.is_empty() => {
            vec![table(&[(&names[0], "api.other.example".into())])]
        }
        Control::KeyValues { .. } => vec![
            table(&[("ONE", "1".into()), ("TWO", "2".into())]),
            table(&[("TWO", "3".into())]),
        ],
        Control::Secrets { kinds } => vec![table(&[(
            "TOKEN",
            format!("{}:{}", kinds[0].word, kinds[0].example)
                .as_str()
                .into(),
        )])],
        Control::List { item, .. } => vec![match *item {
            "scope" if !rel.contains("POST") => return Vec::new(),
            "ARN" => texts(&["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
            "origin" => texts(&["https://a.example", "*"]),
            "method" => texts(&["GET", "PUT"]),
            "subnet" => texts(&["subnet-0a1", "subnet-0b2"]),
            "security group" => texts(&["sg-0a1"]),
            "source" if rel.contains("live") => texts(&["route.request.header.Token"]),
            "source" => texts(&["$request.header.Token"]),
            _ => texts(&["one", "two"]),
        }],
        Control::Image { any_registry } => {
            let digest = format!("sha256:{}", "ab".repeat(32));
            let mut all = vec![
                table(&[
                    ("build", "other/place".into()),
                    ("dockerfile", "Dockerfile.prod".into()),
                    ("target", "prod".into()),
                    ("args", table(&[("A", "1".into())])),
                ]),
                table(&[
                    ("ecr", "shop/other".into()),
                    ("digest", digest.as_str().into()),
                ]),
                table(&[("ecr", "shop/other".into()), ("tag", "v2".into())]),
            ];
            if *any_registry {
                all.push(table(&[("registry", "docker.example/a/b:1".into())]));
            }
            all
        }
        Control::Count => vec![
            3.into(),
            table(&[("min", 1.into()), ("max", 4.into()), ("memory", 70.into())]),
        ],
        Control::Statements => vec![Literal::Array(vec![table(&[
            ("actions", texts(&["s3:GetObject"])),
            ("resources", texts(&["arn:aws:s3:::bucket/*"])),
        ])])],
        Control::Target { nodes } => vec![
            table(&[("to", nodes.last().unwrap().value.clone())]),
            table(&[("url", "https://else.example".into())]),
        ],
        Control::Key { .. } | Control::Fact => Vec::new(),
        Control::Text { example, .. } => match field.rel().last_key() {
            Some("was") => text("before"),
            Some("name") => text("other-name"),
            Some("account") => text("111122223333"),
            Some("role" | "permissions_boundary") => {
                let account = match rel.split('.').nth(1) {
                    Some("dev") => "123456789012",
                    Some("emulator") => "000000000000",
                    // The environment that the forms are made for.
                    _ => "210987654321",
                };
                text(&example.replace("123456789012", account))
            }
            _ => text(example),
        },
    }
}

/// What has to be out of the way before the field can be set.
fn cleared(document: &Document, path: &Path) -> Document {
    let text = path.to_string();
    let mut edits = Vec::new();
    let mut drop = |path: Path| {
        if document.literal(&path).is_some() {
            edits.push(slipway_design::Edit::Remove { path });
        }
    };
    let parent = path.parent().unwrap_or_default();
    if text.ends_with(".role") {
        drop(parent.key("allow"));
    }
    if text.ends_with("health.path") {
        drop(parent.key("command"));
    }
    let mut document = document.edited(&edits).unwrap().0;
    if text.ends_with(".registry") && text.starts_with("environments") {
        let endpoint = slipway_design::Edit::Set {
            path: parent.key("endpoint"),
            value: "http://localhost:4566".into(),
        };
        document = document.edited(&[endpoint]).unwrap().0;
    }
    if text.ends_with("health.path") {
        let ingress = slipway_design::Edit::Set {
            path: Path::service("web").key("ingress"),
            value: "alb".into(),
        };
        document = document.edited(&[ingress]).unwrap().0;
    }
    if text.contains("containers.metrics.health.") && !text.ends_with("command") {
        let command = slipway_design::Edit::Set {
            path: parent.key("command"),
            value: texts(&["/ok"]),
        };
        document = document.edited(&[command]).unwrap().0;
    }
    document
}

#[test]
fn what_a_field_writes_the_design_reads_back() {
    let full = open(&FULL);
    let mut tried = 0;
    for scope in [Scope::Everywhere, Scope::Here] {
        for shape in forms(&full, Some("prod")) {
            for known in shape.fields() {
                if scope == Scope::Here && !known.can_override() {
                    continue;
                }
                let document = cleared(&full, &known.path);
                let shape = shape_of(&document, Some("prod"), &shape.path);
                let field = shape
                    .fields()
                    .find(|it| it.path == known.path && it.label == known.label)
                    .unwrap();
                for value in samples(field) {
                    let what = format!("{} = {} {scope:?}", field.path, value.to_toml());
                    let value = field
                        .check(scope, &value)
                        .unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
                    let next = applied(&document, &field.command(&document, scope, Some(&value)));
                    let place = field.place(scope).unwrap();
                    assert!(
                        !next.diagnostics().iter().any(|it| it.code == "unknown-key"),
                        "{what}: the design does not know it"
                    );
                    let again = shape_of(&next, Some("prod"), &shape.path);
                    let again = again
                        .fields()
                        .find(|it| it.path == field.path && it.label == field.label)
                        .unwrap();
                    let read = again.written(scope);
                    assert_eq!(read, Some(&value), "{what}\n{}", next.text());
                    let says_more = field.written(scope) != Some(&value)
                        && field.implied.as_ref() != Some(&value);
                    if says_more {
                        let is_read = next.design() != document.design();
                        assert!(is_read, "{what}: nothing reads {place}");
                    }
                    // And away again: nothing of it is left in the file.
                    let gone = applied(&next, &again.command(&next, scope, None));
                    let left = shape_of(&gone, Some("prod"), &shape.path);
                    let left = left
                        .fields()
                        .find(|it| it.path == field.path && it.label == field.label)
                        .unwrap();
                    let nothing = match &field.control {
                        Control::Target { .. } if scope == Scope::Everywhere => Some(table(&[])),
                        _ => None,
                    };
                    assert!(
                        left.written(scope).is_none() || left.written(scope) == nothing.as_ref(),
                        "{what} stays\n{}",
                        gone.text()
                    );
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

#[test]
fn a_limit_is_that_of_the_design() {
    let full = open(&FULL);
    let mut tried = 0;
    for shape in forms(&full, None) {
        for known in shape.fields() {
            let Control::Number { min, max, step } = known.control else {
                continue;
            };
            let document = cleared(&full, &known.path);
            let shape = shape_of(&document, None, &shape.path);
            let field = shape.fields().find(|it| it.path == known.path).unwrap();
            let small = if step.fract() == 0.0 { 1.0 } else { 0.01 };
            for (number, fits) in [
                (min, true),
                (max, true),
                (min - small, false),
                (max + small, false),
            ] {
                if number.is_infinite() {
                    continue;
                }
                let what = format!("{} = {number}", field.path);
                let typed = Literal::String(format!("{number}"));
                let checked = field.check(Scope::Everywhere, &typed);
                assert_eq!(checked.is_ok(), fits, "{what}: {checked:?}");
                let literal = if number.fract() == 0.0 {
                    Literal::Integer(number as i64)
                } else {
                    Literal::Float(number)
                };
                let next = applied(
                    &document,
                    &field.command(&document, Scope::Everywhere, Some(&literal)),
                );
                let wrong = next.diagnostics().iter().any(|it| {
                    it.is_error()
                        && Path::parse(&it.subject).is_ok_and(|path| field.path.contains(&path))
                });
                assert_eq!(wrong, !fits, "{what} by the design");
                tried += 1;
            }
        }
    }
    assert!(tried > 80, "{tried}");
}

#[test]
fn what_is_typed_wrongly_is_told_with_the_place_and_the_fix() {
    let document = open(&FULL);
    let orders = form(&document, Some("prod"), &id("function:orders")).unwrap();
    let said = |rel: &str, input: Literal| {
        field(&orders, rel)
            .check(Scope::Everywhere, &input)
            .unwrap_err()
    };
    assert_eq!(
        said("memory", "64".into()).text,
        "`memory` must be from 128 to 10240 MiB, not 64. Write memory = 128"
    );
    assert_eq!(
        said("memory", "lots".into()).text,
        "`lots` is not a number. Write digits, such as 128"
    );
    assert_eq!(
        said("timeout", "1.5".into()).text,
        "`1.5` is not a whole number. Write 2"
    );
    let env = said("env", table(&[("GOOD", "1".into()), ("1BAD", "2".into())]));
    assert_eq!(env.row, Some(1));
    assert!(env.text.contains("`1BAD`"), "{env}");
    let reserved = said("env", table(&[("AWS_REGION", "x".into())]));
    assert!(
        reserved.text.contains("Lambda sets AWS_REGION itself"),
        "{reserved}"
    );
    let secret = said("secrets", table(&[("KEY", "plain text".into())]));
    assert_eq!(secret.row, Some(0));
    assert_eq!(
        said("image", table(&[("build", "../outside".into())]))
            .part
            .as_deref(),
        Some("build")
    );
    assert!(said("role", "me".into()).text.len() > 5);
    let public = form(&document, None, &id("api:public")).unwrap();
    let origin = field(&public, "cors.origins")
        .check(Scope::Everywhere, &texts(&["*", "https://a.example/"]))
        .unwrap_err();
    assert_eq!(origin.row, Some(1));
    assert!(
        origin.text.ends_with("Write \"https://a.example\""),
        "{origin}"
    );
}

#[test]
fn only_pairs_of_fargate_can_be_chosen_and_memory_follows_cpu_in_one_step() {
    let mut editor = Editor::open(&FULL, Places::default(), None);
    let web = id("service:web");
    let options = |editor: &Editor| {
        let web = form(editor.document(), None, &web).unwrap();
        let Control::Choice { options } = &field(&web, "memory").control else {
            panic!("memory is chosen")
        };
        options.len()
    };
    assert_eq!(options(&editor), 3);
    let shape = form(editor.document(), None, &web).unwrap();
    let command = field(&shape, "cpu").command(
        editor.document(),
        Scope::Everywhere,
        Some(&Literal::Integer(1024)),
    );
    let before = editor.text().to_owned();
    editor.apply(&command).unwrap();
    let service = &editor.design().services["web"];
    assert_eq!((service.cpu, service.memory), (Some(1024), Some(2048)));
    assert_eq!(options(&editor), 7);
    // What would hold without the memory does not go with this CPU, so it cannot be reset by itself.
    let shape = form(editor.document(), None, &web).unwrap();
    assert!(!field(&shape, "memory").can_reset(Scope::Everywhere));
    assert!(field(&shape, "cpu").can_reset(Scope::Everywhere));
    // Resetting it moves the memory back into the range as well.
    let shape = form(editor.document(), None, &web).unwrap();
    let reset = field(&shape, "cpu").command(editor.document(), Scope::Everywhere, None);
    editor.apply(&reset).unwrap();
    let service = &editor.design().services["web"];
    assert_eq!((service.cpu, service.memory), (None, Some(2048)));
    editor.undo();
    editor.undo();
    assert_eq!(editor.text(), before);
}

#[test]
fn an_environment_overrides_hides_and_takes_back() {
    let document = open(&FULL);
    let orders = form(&document, Some("prod"), &id("function:orders")).unwrap();
    let memory = field(&orders, "memory");
    assert_eq!(
        memory.effective(),
        (Some(&Literal::Integer(1024)), Origin::Environment)
    );
    assert_eq!(memory.own, Some(Literal::Integer(512)));
    assert_eq!(memory.fallback_words(Scope::Here), "512");
    let back = applied(&document, &memory.take_back(&document));
    let orders = form(&back, Some("prod"), &id("function:orders")).unwrap();
    assert_eq!(
        field(&orders, "memory").effective(),
        (Some(&Literal::Integer(512)), Origin::Own)
    );
    // The last override takes its table along.
    let back = applied(&back, &field(&orders, "env").take_back(&back));
    assert!(
        !back.text().contains("environments.prod.functions"),
        "{}",
        back.text()
    );
    // What an override replaces as a whole starts as a copy.
    let public = form(&document, Some("prod"), &id("api:public")).unwrap();
    let age = field(&public, "cors.max_age");
    let next = applied(
        &document,
        &age.command(&document, Scope::Here, Some(&Literal::Integer(5))),
    );
    let cors = next.design().unwrap().environments["prod"].apis["public"]
        .cors
        .clone()
        .unwrap();
    assert_eq!(
        (cors.max_age, cors.origins),
        (Some(5), vec!["https://shop.example".to_owned()])
    );
}

#[test]
fn a_route_keeps_its_short_form_as_long_as_it_can() {
    let document = open(&FULL);
    let path = Path::route("public", "GET /orders/{id}");
    let shape = form(&document, None, &id("route:public/GET /orders/{id}")).unwrap();
    let target = field(&shape, "");
    assert!(matches!(target.control, Control::Key { .. }));
    let target = shape
        .fields()
        .find(|field| matches!(field.control, Control::Target { .. }))
        .unwrap();
    let to = table(&[("to", "auth".into())]);
    let next = applied(
        &document,
        &target.command(&document, Scope::Everywhere, Some(&to)),
    );
    assert_eq!(next.literal(&path), Some("auth".into()));
    let timeout = field(&shape, "timeout");
    let next = applied(
        &document,
        &timeout.command(&document, Scope::Everywhere, Some(&Literal::Integer(12))),
    );
    assert_eq!(
        next.literal(&path),
        Some(table(&[
            ("to", "orders".into()),
            ("timeout", Literal::Integer(12))
        ]))
    );
}

#[test]
fn typing_in_one_field_is_one_step_until_it_is_left() {
    let mut editor = Editor::open(&FULL, Places::default(), None);
    let set = |number: i64| Command::Set {
        path: Path::function("orders").key("memory"),
        value: Some(Literal::Integer(number)),
    };
    for number in [600, 700, 800] {
        editor
            .apply_in("functions.orders.memory", &set(number))
            .unwrap();
    }
    editor.part();
    editor
        .apply_in("functions.orders.memory", &set(900))
        .unwrap();
    editor.undo();
    assert_eq!(editor.design().functions["orders"].memory, Some(800));
    editor.undo();
    assert_eq!(editor.text(), *FULL);
}

#[test]
fn authorizers_containers_and_environments_come_and_go() {
    let document = open(&FULL);
    for shape in forms(&document, Some("prod")) {
        for section in &shape.sections {
            for act in &section.acts {
                let next = applied(&document, &act.command);
                assert_ne!(next.design(), document.design(), "{}", act.label);
                assert!(
                    !next.diagnostics().iter().any(|it| it.code == "unknown-key"),
                    "{}",
                    act.label
                );
            }
        }
    }
}
