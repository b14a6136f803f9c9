//! Other tools' files, read as a user has them: what is proposed, what the design becomes, and that nothing breaks it.

use slipway_design::{Document, FILE_NAME};
use slipway_import::{DEPTH, FILE_LIMIT, Proposal, Source, Sources, is_skipped, propose};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const EMPTY: &str = "schema = 1\nname = \"shop\"\n";

/// A design that has what the fixtures refer to.
const WITH_THINGS: &str = r#"schema = 1
name = "shop"

[functions.orders]
image = { build = "fn" }

[services.web-front]
image = { build = "elsewhere" }
port = 80

[environments.test]
account = "123456789012"
region = "eu-west-1"

[environments.prod]
account = "210987654321"
region = "eu-west-1"
"#;

/// What stands for a secret in all fixtures.
const SECRET: &str = "hunter2";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn walk(folder: &Path, at: &str, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the fixture is there") {
        let entry = entry.expect("the fixture can be listed");
        let name = entry
            .file_name()
            .into_string()
            .expect("fixtures have plain names");
        let path = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}/{name}")
        };
        if entry.file_type().expect("a file has a type").is_file() {
            into.insert(path);
        } else if !is_skipped(&name) && path.matches('/').count() < DEPTH {
            walk(&entry.path(), &path, into);
        }
    }
}

/// The folder as the disk has it.
fn folder(name: &str) -> Sources {
    let root = fixture(name);
    let mut sources = Sources {
        root: Some(String::new()),
        name: name.to_owned(),
        ..Sources::default()
    };
    walk(&root, "", &mut sources.files);
    sources.texts = sources
        .wanted()
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(root.join(&file)).expect("a fixture is text");
            (file, text)
        })
        .collect();
    sources
}

/// One file with this text.
fn file(name: &str, text: &str) -> Sources {
    Sources {
        root: Some(String::new()),
        name: "one".to_owned(),
        files: BTreeSet::from([name.to_owned()]),
        only: Some(name.to_owned()),
        texts: BTreeMap::from([(name.to_owned(), text.to_owned())]),
        ..Sources::default()
    }
}

/// Everything that a proposal says, and the file that it makes.
fn told(document: &Document, proposals: &[Proposal]) -> String {
    let mut text = String::new();
    for proposal in proposals {
        text.push_str(&format!("== {}\n", proposal.title));
        for addition in &proposal.additions {
            let line = addition
                .from
                .line
                .map_or(String::new(), |line| format!(":{line}"));
            text.push_str(&format!(
                "+ {}: {} ({}{line})",
                addition.id, addition.summary, addition.from.file
            ));
            if let Some(todo) = &addition.todo {
                text.push_str(&format!(" TODO {todo}"));
            }
            text.push('\n');
        }
        for left_out in &proposal.left_out {
            let line = left_out
                .place
                .line
                .map_or(String::new(), |line| format!(":{line}"));
            text.push_str(&format!(
                "- {}{line} {}: {}\n",
                left_out.place.file, left_out.what, left_out.why
            ));
        }
        for note in &proposal.notes {
            text.push_str(&format!("! {note}\n"));
        }
    }
    let after = applied(document, proposals);
    text.push_str(&format!("== {FILE_NAME}\n{}\n", after.text()));
    text
}

fn applied(document: &Document, proposals: &[Proposal]) -> Document {
    let mut after = document.clone();
    let edits: Vec<_> = proposals.iter().flat_map(Proposal::all_edits).collect();
    after
        .edit_all(&edits)
        .expect("what is proposed can be added");
    after
}

/// Every error of the design afterwards was told with the addition that brings it.
fn announced(document: &Document, proposals: &[Proposal]) {
    let after = applied(document, proposals);
    for error in after.diagnostics().iter().filter(|it| it.is_error()) {
        let said = proposals
            .iter()
            .flat_map(|proposal| &proposal.additions)
            .filter(|addition| addition.todo.is_some())
            .flat_map(|addition| &addition.edits)
            .any(|edit| error.subject.starts_with(&edit.path().to_string()));
        assert!(said, "{error:?}\n{}", after.text());
    }
}

#[track_caller]
fn check(name: &str, text: &str) -> String {
    let document = Document::parse(text);
    let proposals = propose(&document, &folder(name), None, None);
    announced(&document, &proposals);
    let told = told(&document, &proposals);
    assert!(!told.contains(SECRET), "{told}");
    assert!(!format!("{proposals:?}").contains(SECRET));
    told
}

#[test]
fn compose() {
    insta::assert_snapshot!(check("compose", EMPTY));
}

#[test]
fn compose_with_odd_keys() {
    insta::assert_snapshot!(check("compose-odd", EMPTY));
}

#[test]
fn openapi() {
    insta::assert_snapshot!(check("openapi", EMPTY));
}

#[test]
fn openapi_with_extensions_of_api_gateway() {
    insta::assert_snapshot!(check("openapi-aws", WITH_THINGS));
}

#[test]
fn sam() {
    insta::assert_snapshot!(check("sam", EMPTY));
}

#[test]
fn copilot() {
    insta::assert_snapshot!(check("copilot", WITH_THINGS));
}

#[test]
fn dockerfiles() {
    insta::assert_snapshot!(check("dockerfiles", EMPTY));
}

#[test]
fn a_folder_with_several() {
    insta::assert_snapshot!(check("mixed", EMPTY));
}

#[test]
fn what_is_taken_already_gets_another_name() {
    let told = check("compose", WITH_THINGS);
    assert!(told.contains("[services.web-front-2]"), "{told}");
    assert!(told.contains("title = \"Web_Front\""), "{told}");
}

#[test]
fn a_second_import_adds_nothing_that_is_there() {
    for name in ["dockerfiles", "mixed"] {
        let document = Document::parse(EMPTY);
        let sources = folder(name);
        let first = applied(&document, &propose(&document, &sources, None, None));
        let again = propose(&first, &sources, None, None);
        let nodes: Vec<&str> = again
            .iter()
            .flat_map(|proposal| &proposal.additions)
            .map(|addition| addition.id.as_str())
            .filter(|id| id.starts_with("service:") || id.starts_with("function:"))
            .collect();
        assert_eq!(nodes, Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn routes_go_into_an_api_of_the_design() {
    let text = "openapi: 3.0.3\ninfo: { title: Orders }\nx-amazon-apigateway-cors: { allowOrigins: ['*'] }\n\
        components:\n  securitySchemes:\n    users: { type: openIdConnect, openIdConnectUrl: 'https://a.example/.well-known/openid-configuration', x-amazon-apigateway-authorizer: { type: jwt, jwtConfiguration: { issuer: 'https://a.example', audience: [x] } } }\n\
        paths:\n  /orders:\n    get: { security: [{ users: [] }] }\n    post: {}\n  /there:\n    get: {}\n";
    let design = "schema = 1\nname = \"shop\"\n\n[functions.f]\nimage = { build = \"f\" }\n\n[apis.public]\nkind = \"http\"\n\n[apis.public.routes]\n\"GET /there\" = \"f\"\n";
    let document = Document::parse(design);
    let proposals = propose(&document, &file("openapi.yaml", text), None, Some("public"));
    let [proposal] = proposals.as_slice() else {
        panic!("{proposals:?}");
    };
    let ids: Vec<&str> = proposal.additions.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "authorizer:public/users",
            "route:public/GET /orders",
            "route:public/POST /orders"
        ]
    );
    assert_eq!(proposal.title, "openapi.yaml: 2 routes, 1 authorizer");
    assert_eq!(proposal.additions[1].needs, ["authorizer:public/users"]);
    let left: Vec<&str> = proposal
        .left_out
        .iter()
        .map(|it| it.what.as_str())
        .collect();
    assert_eq!(left, ["api orders", "route GET /there"]);
    assert!(proposal.in_design);
    announced(&document, &proposals);
    let after = applied(&document, &proposals);
    let design = after.design().unwrap();
    assert_eq!(design.apis.len(), 1);
    assert_eq!(design.apis["public"].routes.len(), 3);
    let guard = &design.apis["public"].routes["GET /orders"].authorizer;
    assert_eq!(guard.as_deref(), Some("users"));

    // All of it is there now.
    let again = propose(&after, &file("openapi.yaml", text), None, Some("public"));
    assert!(
        again
            .iter()
            .all(|it| it.additions.is_empty() && it.in_design)
    );
}

#[test]
fn one_kind_can_be_asked_for() {
    let document = Document::parse(EMPTY);
    for source in Source::ALL {
        let proposals = propose(&document, &folder("mixed"), Some(source), None);
        let kinds: BTreeSet<&str> = proposals.iter().map(|it| it.source.word()).collect();
        let expect = match source {
            Source::Compose | Source::OpenApi | Source::Dockerfiles => {
                BTreeSet::from([source.word()])
            }
            Source::Copilot | Source::Sam => BTreeSet::new(),
        };
        assert_eq!(kinds, expect);
    }
}

#[test]
fn what_needs_something_that_is_not_chosen_is_not_added() {
    let document = Document::parse(EMPTY);
    let proposals = propose(&document, &folder("sam"), None, None);
    let [proposal] = proposals.as_slice() else {
        panic!("{proposals:?}");
    };
    let without = |left: &str| -> Vec<String> {
        let chosen: Vec<bool> = proposal.additions.iter().map(|it| it.id != left).collect();
        let edits = proposal.edits(&chosen);
        let mut after = document.clone();
        after.edit_all(&edits).unwrap();
        let design = after.design().unwrap();
        design
            .apis
            .values()
            .flat_map(|api| api.routes.keys().cloned())
            .collect()
    };
    let all = without("");
    assert!(all.contains(&"GET /orders/{id}".to_owned()), "{all:?}");
    let none = without("function:orders-function");
    assert_eq!(none, ["ANY /legacy/{proxy+}", "$default"]);
    let unguarded = without("authorizer:shop-api/Users");
    assert!(
        !unguarded.contains(&"GET /orders/{id}".to_owned())
            && unguarded.contains(&"GET /orders".to_owned()),
        "{unguarded:?}"
    );
    assert_eq!(proposal.edits(&[]), Vec::new());
}

#[test]
fn a_single_file_is_known_by_what_is_in_it() {
    let document = Document::parse(EMPTY);
    for (name, text, source) in [
        (
            "a.yaml",
            "openapi: 3.0.0\npaths: {/a: {get: {}}}",
            Some(Source::OpenApi),
        ),
        (
            "stack.yml",
            "services: {a: {image: x}}",
            Some(Source::Compose),
        ),
        (
            "b.json",
            r#"{"Resources": {"F": {"Type": "AWS::Serverless::Function"}}}"#,
            Some(Source::Sam),
        ),
        (
            "m.yml",
            "name: a\ntype: Backend Service\nimage: {location: x}",
            Some(Source::Copilot),
        ),
        ("Dockerfile.x", "FROM a\n", Some(Source::Dockerfiles)),
        ("notes.txt", "hello", None),
    ] {
        let proposals = propose(&document, &file(name, text), None, None);
        let [proposal] = proposals.as_slice() else {
            panic!("{name}: {proposals:?}");
        };
        match source {
            Some(source) => assert_eq!(proposal.source, source, "{name}"),
            None => {
                assert!(proposal.additions.is_empty());
                assert!(
                    proposal.left_out[0].why.contains("no compose file"),
                    "{proposal:?}"
                );
            }
        }
        announced(&document, &proposals);
    }
}

#[test]
fn what_lies_outside_of_the_project_is_not_built() {
    let document = Document::parse(EMPTY);
    let sources = Sources {
        root: None,
        ..folder("mixed")
    };
    let proposals = propose(&document, &sources, None, None);
    let ids: Vec<&str> = proposals
        .iter()
        .flat_map(|it| &it.additions)
        .map(|it| it.id.as_str())
        .collect();
    assert_eq!(ids, ["api:api", "route:api/GET /a"]);
    assert!(
        proposals[0].left_out[0].why.contains("outside"),
        "{proposals:?}"
    );
}

/// Files that are broken, huge or made to hurt: words, in bounded time, and never a crash.
#[test]
fn hostile_files_are_answered_with_words() {
    let document = Document::parse(EMPTY);
    let many_keys: String = (0..20_000)
        .map(|n| format!("    key{n}: {{deep: [1, 2]}}\n"))
        .collect();
    let many_services: String = (0..2_500)
        .map(|n| format!("  s{n}: {{image: x}}\n"))
        .collect();
    let many_paths: String = (0..2_500)
        .map(|n| format!("  /p{n}: {{get: {{}}}}\n"))
        .collect();
    let mut laughs = "a0: &a0 {image: x, environment: {A: b}}\n".to_owned();
    for level in 1..40 {
        let before = level - 1;
        writeln!(
            laughs,
            "a{level}: &a{level} [*a{before}, *a{before}, *a{before}]"
        )
        .unwrap();
    }
    let circle = "openapi: 3.0.0\npaths: {/a: {$ref: '#/components/pathItems/x'}}\ncomponents: {pathItems: {x: {$ref: '#/components/pathItems/x'}}}";
    let files = [
        ("compose.yaml", format!("services:\n  a:\n    image: x\n{many_keys}")),
        ("compose.yaml", format!("services:\n{many_services}")),
        ("compose.yaml", format!("services: *a39\n{laughs}")),
        ("compose.yaml", format!("{laughs}services: {{a: *a0, b: *a39}}\n")),
        ("compose.yaml", "[".repeat(1_000_000)),
        ("compose.yaml", "{a: ".repeat(200_000)),
        ("compose.yaml", "x".repeat(FILE_LIMIT + 1)),
        ("compose.yaml", "services:\n  a: &a\n    image: x\n    x: *a\n".to_owned()),
        ("compose.yaml", "services: 5".to_owned()),
        ("compose.yaml", "services:".to_owned()),
        ("compose.yaml", String::new()),
        ("compose.yaml", "\u{0}\u{1}".to_owned()),
        ("openapi.yaml", format!("openapi: 3.0.0\npaths:\n{many_paths}")),
        ("openapi.yaml", circle.to_owned()),
        ("openapi.json", r#"{"openapi": "3.0.0", "paths": {"/a": {"get": 5, "post": [], "put": null}}}"#.to_owned()),
        ("openapi.json", r#"{"openapi": "3.0.0", "paths": []}"#.to_owned()),
        ("template.yaml", "Resources: {F: {Type: 'AWS::Serverless::Function', Properties: 5}, G: 7, H: {Type: [x]}}".to_owned()),
        ("template.yaml", format!("Resources: {{F: {{Type: 'AWS::Serverless::Function', Properties: {{PackageType: Image, Environment: {{Variables: {{A: {}x{}}}}}}}}}}}", "{'Fn::Join': ['', [".repeat(20), "]]}".repeat(20))),
        ("manifest.yml", "name: [a]\ntype: Backend Service\nimage: 5".to_owned()),
        ("manifest.yml", "type: Backend Service\nimage: {location: x, port: 99999}\ncount: {range: 9-1, cpu_percentage: 900}".to_owned()),
        ("Dockerfile", "FROM ".repeat(10_000)),
    ];
    for (name, text) in files {
        let shown = &text[..text.floor_char_boundary(60)];
        let proposals = propose(&document, &file(name, &text), None, None);
        let said = proposals
            .iter()
            .any(|it| !it.additions.is_empty() || !it.left_out.is_empty());
        assert!(said, "{name}: {shown}");
        announced(&document, &proposals);
        for proposal in &proposals {
            assert!(proposal.additions.len() <= 2000 && proposal.left_out.len() <= 500);
            let longest = proposal
                .left_out
                .iter()
                .map(|it| it.why.chars().count() + it.what.chars().count())
                .max();
            assert!(longest.unwrap_or(0) < 500);
        }
    }
}
