//! `slipway import` on folders as people have them.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of a user of the test's own.
struct Place(tempfile::TempDir);

struct Ended {
    code: Option<i32>,
    out: String,
    words: String,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder can be made"))
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("it is below the place"))
            .expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).expect("the file is there")
    }

    /// A copy of one of the importer's own fixtures.
    fn fixture(&self, name: &str, to: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../import/tests/fixtures")
            .join(name);
        copy(&from, &self.at(to));
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_slipway"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("SLIPWAY_CONFIG_DIR", self.at("settings"))
            .env("SLIPWAY_STATE_DIR", self.at("kept"))
            .stdin(Stdio::null())
            .output()
            .expect("the program can be started");
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        let ended = Ended {
            code: output.status.code(),
            out: text(output.stdout),
            words: text(output.stderr),
        };
        assert!(!ended.words.contains("panicked"), "{}", ended.words);
        ended
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the fixture is there") {
        let entry = entry.expect("the fixture can be listed");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a file can be copied");
        }
    }
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).expect("the output is one JSON value")
}

#[test]
fn a_project_takes_what_its_compose_file_says() {
    let place = Place::new();
    assert_eq!(place.run(&["new", "shop"]).code, Some(0));
    place.fixture("compose", "shop");
    let before = place.read("shop/slipway.toml");

    // Without a terminal it shows and asks for a yes.
    let asked = place.run(&["import", "--project", "shop"]);
    assert_eq!(asked.code, Some(2), "{}", asked.words);
    for said in ["+ service web-front", "compose.yaml:68", "--yes", "API_KEY"] {
        assert!(asked.words.contains(said), "{said}: {}", asked.words);
    }
    assert_eq!(place.read("shop/slipway.toml"), before);

    // JSON without a yes is for reading.
    let shown = place.run(&["import", "--project", "shop", "--json"]);
    assert_eq!(shown.code, Some(0), "{}", shown.words);
    let view = json(&shown);
    assert_eq!(
        (&view["added"], &view["is_new"]),
        (&0.into(), &false.into())
    );
    assert_eq!(view["proposals"][0]["source"], "compose");
    assert_eq!(view["proposals"][0]["additions"][0]["id"], "service:api");
    assert_eq!(place.read("shop/slipway.toml"), before);

    let added = place.run(&["import", "--project", "shop", "--yes"]);
    assert_eq!(
        (added.code, added.out.as_str()),
        (Some(0), ""),
        "{}",
        added.words
    );
    let after = place.read("shop/slipway.toml");
    assert!(after.starts_with(before.trim_end()), "{after}");
    assert!(after.contains("[services.web-front]"), "{after}");
    for text in [&after, &added.words, &asked.words, &shown.out] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    let checked = place.run(&["check", "--project", "shop"]);
    assert_eq!(checked.code, Some(0), "{}", checked.words);

    // What is built already is not added again; the images of other registries are, under other names.
    let again = place.run(&["import", "--project", "shop", "--json"]);
    let ids: Vec<String> = json(&again)["proposals"][0]["additions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["id"].as_str().expect("a text").to_owned())
        .collect();
    assert_eq!(ids, ["service:db-2", "service:cache-2"]);
}

#[test]
fn a_folder_without_a_project_becomes_one() {
    let place = Place::new();
    place.fixture("sam", "orders");
    place.put(
        "orders/orders/Dockerfile.lambda",
        "FROM public.ecr.aws/lambda/nodejs:22\n",
    );
    let added = place.run(&["import", "orders", "--yes", "--json"]);
    assert_eq!(added.code, Some(0), "{}", added.words);
    let view = json(&added);
    assert_eq!(view["is_new"], true);
    assert!(
        view["added"].as_u64().is_some_and(|added| added > 5),
        "{view}"
    );
    let text = place.read("orders/slipway.toml");
    assert!(
        text.contains("name = \"orders\"") && text.contains("[functions.orders-function]"),
        "{text}"
    );
    assert!(place.read("orders/.gitignore").contains(".slipway/state"));
    // Open routes and the like are said; here there is nothing left to do but to name an environment.
    let checked = place.run(&["check", "--project", "orders"]);
    assert_eq!(checked.code, Some(0), "{}", checked.words);
}

#[test]
fn one_file_from_anywhere_can_be_named() {
    let place = Place::new();
    place.put("shop/slipway.toml", "schema = 1\nname = \"shop\"\n");
    place.fixture("openapi", "specs");
    place.fixture("mixed", "elsewhere");
    let added = place.run(&["import", "--project", "shop", "specs/openapi.json", "--yes"]);
    assert_eq!(added.code, Some(0), "{}", added.words);
    let text = place.read("shop/slipway.toml");
    assert!(
        text.contains("\"POST /pets\" = { authorizer = \"login\", scopes = [\"pets:write\"] }"),
        "{text}"
    );
    // What builds has to be inside of the project.
    let outside = place.run(&[
        "import",
        "--project",
        "shop",
        "elsewhere",
        "--from",
        "dockerfiles",
        "--yes",
    ]);
    assert_eq!(outside.code, Some(2), "{}", outside.words);
    assert!(
        outside.words.contains("outside of the project's folder"),
        "{}",
        outside.words
    );
    assert_eq!(place.read("shop/slipway.toml"), text);
    // Only one kind: the compose file beside it is not read.
    let one = place.run(&["import", "elsewhere", "--from", "openapi", "--json"]);
    let proposals = json(&one)["proposals"].clone();
    assert_eq!(proposals.as_array().map(Vec::len), Some(1), "{proposals}");
}

#[test]
fn what_cannot_be_imported_is_said() {
    let place = Place::new();
    place.put("shop/slipway.toml", "schema = 1\nname = \"shop\"\n");
    let nothing = place.run(&["import", "--project", "shop", "--yes"]);
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.words.contains("compose files"), "{}", nothing.words);
    let missing = place.run(&["import", "--project", "shop", "nowhere", "--yes"]);
    assert_eq!(missing.code, Some(1), "{}", missing.words);
    place.put("shop/compose.yaml", "services:\n  a: [\n");
    let broken = place.run(&["import", "--project", "shop", "--yes"]);
    assert_eq!(broken.code, Some(2), "{}", broken.words);
    for said in ["neither YAML nor JSON", "nothing of", "compose.yaml"] {
        assert!(broken.words.contains(said), "{said}: {}", broken.words);
    }
    place.put("specs/openapi.yaml", "swagger: '2.0'\n");
    let old = ["import", "--project", "shop", "specs", "--json"];
    let old = place.run(&old);
    assert_eq!(old.code, Some(2), "{}", old.words);
    assert!(old.words.contains("OpenAPI 2.0"), "{}", old.words);
    let unknown = place.run(&["import", "--project", "shop", "--into", "public", "--yes"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.words);
    assert!(
        unknown.words.contains("no HTTP API `public`"),
        "{}",
        unknown.words
    );

    // What the design has already is no mistake.
    place.put("shop/a/Dockerfile", "FROM scratch\nEXPOSE 80\n");
    place.put("shop/compose.yaml", "services:\n  a:\n    build: a\n");
    for added in ["[services.a]", "Nothing to add"] {
        let all = place.run(&["import", "--project", "shop", "--yes"]);
        assert_eq!(all.code, Some(0), "{}", all.words);
        let told = format!("{}{}", place.read("shop/slipway.toml"), all.words);
        assert!(told.contains(added), "{told}");
    }
    place.put("shop/slipway.toml", "schema = 1\nname = \"shop\"\n");
    let keys: String = (0..10_000)
        .map(|n| format!("    key{n}: [1, 2]\n"))
        .collect();
    place.put(
        "shop/compose.yaml",
        &format!("services:\n  a:\n    image: x\n{keys}"),
    );
    let many = place.run(&["import", "--project", "shop", "--yes"]);
    assert_eq!(many.code, Some(0), "{}", many.words);
    assert!(
        many.words.contains("more things are left out"),
        "{}",
        many.words
    );
    assert!(place.read("shop/slipway.toml").contains("[services.a]"));
    place.put("shop/slipway.toml", "schema = \n");
    let toml = place.run(&["import", "--project", "shop", "--yes"]);
    assert_eq!(toml.code, Some(2), "{}", toml.words);
    assert_eq!(place.read("shop/slipway.toml"), "schema = \n");
}
