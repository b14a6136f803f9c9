//! A webview that was taken over: whatever it sends, through the same way in as the window's own
//! messages, nothing panics, nothing outside the list of commands runs, and errors are typed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use slipway_app::{Adapters, App, AppOptions, CloudTarget};
use slipway_desktop::{Closing, Page, commands, context};
use slipway_engine::port::{
    Clock, Cloud, CloudError, CloudErrorKind, ImageBuilder, ImageError, ImageErrorKind,
    ImageRegistry, SystemClock,
};
use slipway_protocol::{ApiError, BeginProject, COMMANDS, NewProject, PickFolder, Request as _};
use slipway_store::{ProjectArchive, SettingsStore};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{WebviewWindow, WebviewWindowBuilder};

/// How many messages are sent, instead of [`MESSAGES`].
const MESSAGES_VARIABLE: &str = "SLIPWAY_TEST_MESSAGES";
const MESSAGES: u64 = 100_000;
/// Sends the same messages again.
const SEED_VARIABLE: &str = "SLIPWAY_TEST_SEED";

const DESIGN: &str = "schema = 1
name = \"shop\"

[functions.orders]
image = { build = \"services/orders\" }

[apis.public]
kind = \"http\"

[apis.public.routes]
\"GET /orders\" = \"orders\"

[environments.emulator]
account = \"000000000000\"
region = \"us-east-1\"
endpoint = \"http://localhost:9\"
registry = \"localhost:9\"
";

/// Names that a page may try: Tauri's own commands, those of plugins, and none at all.
const FOREIGN: &[&str] = &[
    "",
    "start ",
    "START",
    "start\0",
    "../start",
    "open_project;start",
    "eval",
    "exit",
    "plugin:shell|execute",
    "plugin:shell|spawn",
    "plugin:fs|read_file",
    "plugin:fs|write_file",
    "plugin:dialog|open",
    "plugin:opener|open_url",
    "plugin:opener|open_path",
    "plugin:notification|notify",
    "plugin:window|close",
    "plugin:window-state|save_window_state",
    "plugin:webview|create_webview_window",
    "plugin:event|emit",
    "plugin:path|resolve_directory",
    "plugin:app|version",
    "plugin:__TAURI_CHANNEL__|fetch",
    "plugin:",
    "plugin:|",
    "__proto__",
    "constructor",
];

/// Neither a cloud nor an engine: what gets this far is an error of theirs.
struct NoAdapters;

fn no_engine() -> ImageError {
    ImageError {
        kind: ImageErrorKind::Engine,
        message: "No engine answers: there is none here".to_owned(),
        hint: None,
        log_tail: Vec::new(),
    }
}

#[async_trait]
impl Adapters for NoAdapters {
    async fn cloud(&self, _: &CloudTarget) -> Result<Arc<dyn Cloud>, CloudError> {
        Err(CloudError {
            kind: CloudErrorKind::Credentials,
            operation: "sts:GetCallerIdentity".to_owned(),
            code: None,
            message: "there are no credentials here".to_owned(),
            hint: None,
            request_id: None,
            retry_after: None,
        })
    }

    async fn builder(&self) -> Result<Arc<dyn ImageBuilder>, ImageError> {
        Err(no_engine())
    }

    async fn registry(&self) -> Result<Arc<dyn ImageRegistry>, ImageError> {
        Err(no_engine())
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock::new())
    }
}

/// Numbers that follow from one another and look like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn of<'a, T: ?Sized>(&mut self, choice: &[&'a T]) -> &'a T {
        choice[self.below(choice.len())]
    }

    fn text(&mut self) -> String {
        match self.below(400) {
            0 => "x".repeat(1 << 20),
            1..5 => "[".repeat(20_000),
            5..70 => "../".repeat(1 + self.below(20)) + "etc/passwd",
            70..140 => (0..self.below(30))
                .map(|_| char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap()))
                .map(|letter| letter.unwrap_or('\u{fffd}'))
                .collect(),
            _ => self
                .of(&[
                    "",
                    "\0",
                    "/",
                    "/etc",
                    "/etc/passwd",
                    "/proc/self/mem",
                    "/dev/zero",
                    "~",
                    "-rf",
                    "$(touch /tmp/owned)",
                    "; touch /tmp/owned",
                    "`id`",
                    "\\\\server\\share",
                    "C:\\",
                    "file:///etc/passwd",
                    "javascript:alert(1)",
                    "HTTP:/x",
                    "emulator",
                    "dev",
                    "shop",
                    "schema = 1\nname = \"x\"\n",
                    "schema = 99\n",
                    "{\"schema\":1}",
                    "1767225600000-0123456789abcdef",
                    "dark",
                    "\u{202e}toml.yawpils",
                ])
                .to_owned(),
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth > 3 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.one_in(2)),
            2 => json!(-1),
            3 => json!(1e300),
            4 => json!(u64::MAX),
            5 => Value::String(self.text()),
            6 => (0..self.below(5)).map(|_| self.value(depth + 1)).collect(),
            _ => Value::Object(
                (0..self.below(5))
                    .map(|_| (self.text(), self.value(depth + 1)))
                    .collect(),
            ),
        }
    }
}

/// A project, a folder beside it that is nobody's business, and where projects may be made.
struct Ground {
    home: tempfile::TempDir,
    root: PathBuf,
}

impl Ground {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().canonicalize().unwrap();
        let context = root.join("shop/services/orders");
        fs::create_dir_all(&context).unwrap();
        fs::write(context.join("Dockerfile"), "FROM scratch\n").unwrap();
        fs::write(root.join("shop/slipway.toml"), DESIGN).unwrap();
        fs::create_dir(root.join("outside")).unwrap();
        fs::write(root.join("outside/secret.txt"), "secret").unwrap();
        Self { home, root }
    }

    fn path(&self, below: &str) -> String {
        self.root.join(below).display().to_string()
    }

    /// Everything outside the project, what the app keeps, and new projects.
    fn outside(&self) -> BTreeSet<(PathBuf, Vec<u8>)> {
        let mut found = BTreeSet::new();
        let mut folders = vec![self.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_owned();
                if ["shop", "new", "settings", "kept"].contains(&name.to_str().unwrap())
                    && path.parent() == Some(self.home.path())
                {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let content = fs::read(&path).unwrap();
                    found.insert((path, content));
                }
            }
        }
        found
    }

    /// The fields of all requests at once: each command takes its own.
    fn fields(&self, chance: &mut Chance, revision: &str) -> Map<String, Value> {
        let path = match chance.below(12) {
            0 => self.path("shop/slipway.toml"),
            1 => self.path("shop/services/orders"),
            2 => self.path("shop/../outside"),
            3 => self.path("outside/secret.txt"),
            _ => self.path("shop"),
        };
        let Value::Object(fields) = json!({
            "path": path,
            "base": revision,
            "text": format!("{DESIGN}# {}\n", chance.below(5)),
            "layout": { "put": { "api:public": { "x": 40, "y": 80 } }, "keep": {}, "free": ["api:gone"] },
            "id": "1767225600000-0123456789abcdef",
            "picture": { "shapes": [{ "kind": "api", "x": -7, "y": 32767, "w": 1, "h": 1 }] },
            "template": null,
            "environment": "emulator",
            "destroy": null,
            "settings": { "theme": "dark", "page_size": 125 },
            "size": 150,
            "plan_id": "none",
            "confirm": null,
            "run": "none",
            "message": "it broke",
            "screen": "start",
            "target": "file:///etc/passwd",
            "from": null,
            "only": null,
            "into": null,
            "close": true,
        }) else {
            unreachable!("it is an object")
        };
        fields
    }

    /// A project may be made wherever the user may write. The test only lets it be made here.
    fn keep_at_home(&self, request: &mut Map<String, Value>, chance: &mut Chance) {
        let safe = match chance.below(6) {
            0 => self.path("new/one"),
            1 => self.path("outside"),
            2 => "/dev/null/project".to_owned(),
            3 => self.path(&"x".repeat(5000)),
            4 => format!("{}\0", self.path("new/two")),
            _ => self.path("shop"),
        };
        if request.get("path").is_some_and(Value::is_string) {
            request.insert("path".to_owned(), Value::String(safe));
        }
    }
}

/// A message, and whether a command would take it.
struct Message {
    name: String,
    body: InvokeBody,
    url: &'static str,
    is_sound: bool,
}

fn message(ground: &Ground, chance: &mut Chance, revision: &str) -> Message {
    let foreign = chance.one_in(5);
    let name = if foreign {
        match chance.below(3) {
            0 => chance.text(),
            _ => chance.of(FOREIGN).to_owned(),
        }
    } else {
        chance.of(COMMANDS).to_owned()
    };
    let mut request = ground.fields(chance, revision);
    let mut is_sound = true;
    for _ in 0..chance.below(4) {
        let keys: Vec<String> = request.keys().cloned().collect();
        let key = &keys[chance.below(keys.len())];
        is_sound = false;
        if chance.one_in(4) {
            request.remove(key);
        } else {
            request.insert(key.clone(), chance.value(0));
        }
    }
    if [NewProject::NAME, BeginProject::NAME].contains(&name.as_str()) {
        ground.keep_at_home(&mut request, chance);
    }
    // A folder with files may become a project; the one that nothing may touch is not asked for.
    if name == BeginProject::NAME && request.get("path") == Some(&json!(ground.path("outside"))) {
        request.insert("path".to_owned(), json!(ground.path("new/three")));
    }
    if let Some(Value::String(target)) = request.get_mut("target")
        && target.starts_with("http")
    {
        // The system's browser would open it.
        target.insert(0, ' ');
    }
    // Its title is never sent: the system's dialog would open.
    is_sound &= name != PickFolder::NAME;
    let body = match chance.below(20) {
        0 => InvokeBody::Raw(chance.text().into_bytes()),
        1 => InvokeBody::Json(chance.value(0)),
        2 => {
            let mut request = chance.value(0);
            // A list is taken for the fields in their order: it could be a sound request.
            let makes = [NewProject::NAME, BeginProject::NAME, PickFolder::NAME];
            if request.is_array() && makes.contains(&name.as_str()) {
                request = Value::Null;
            }
            InvokeBody::Json(json!({ "request": request }))
        }
        3 => InvokeBody::Json(Value::Object(request)),
        _ => {
            let mut arguments = json!({ "request": request });
            if chance.one_in(3) {
                arguments["channel"] = Value::String("__CHANNEL__:7".to_owned());
            } else {
                is_sound &= !name.starts_with("follow_");
            }
            let url = if chance.one_in(20) {
                "https://evil.example/slipway"
            } else {
                "tauri://localhost"
            };
            return Message {
                name,
                body: InvokeBody::Json(arguments),
                url,
                is_sound,
            };
        }
    };
    Message {
        name,
        body,
        url: "tauri://localhost",
        is_sound: false,
    }
}

fn send(window: &WebviewWindow<MockRuntime>, message: &Message) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: message.name.clone(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: message.url.parse().unwrap(),
        body: message.body.clone(),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    // It has no answer when the command panicked; that fails the test.
    get_ipc_response(window, request).map(|reply| reply.deserialize().unwrap())
}

fn check(message: &Message, answer: &Result<Value, Value>) {
    let about = || {
        let mut body = format!("{:?}", message.body);
        body.truncate(body.floor_char_boundary(2000));
        format!("{:?} {body} -> {answer:?}", message.name)
    };
    let is_ours =
        COMMANDS.contains(&message.name.as_str()) && message.url.starts_with("tauri://localhost");
    match answer {
        Ok(_) => assert!(is_ours, "it ran: {}", about()),
        Err(Value::Object(_)) => {
            assert!(is_ours, "it ran: {}", about());
            let error: ApiError = serde_json::from_value(answer.clone().unwrap_err())
                .unwrap_or_else(|_| panic!("not an error of ours: {}", about()));
            assert!(!error.message.is_empty(), "{}", about());
        }
        // The shell refuses what it can't hand to a command.
        Err(Value::String(_)) => {
            assert!(!(is_ours && message.is_sound), "refused: {}", about());
        }
        Err(_) => panic!("neither a refusal nor an error of ours: {}", about()),
    }
}

#[test]
fn no_message_of_a_webview_does_more_than_the_commands_allow() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|number| number.parse::<u64>().unwrap())
    };
    let count = number(MESSAGES_VARIABLE).unwrap_or(MESSAGES);
    let seed = number(SEED_VARIABLE).unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        u64::from(now.subsec_nanos())
    });
    println!("{SEED_VARIABLE}={seed}");
    let mut chance = Chance(seed);
    let ground = Ground::new();
    let outside = ground.outside();
    assert!(!outside.is_empty());
    let app = mock_builder()
        .manage(App::with(
            AppOptions::default(),
            Arc::new(NoAdapters),
            SettingsStore::in_folder(&ground.root.join("settings")),
            ProjectArchive::in_folder(&ground.root.join("kept")),
        ))
        .manage(Closing::default())
        .manage(Page::default())
        .invoke_handler(commands())
        .build(context())
        .unwrap();
    let window = WebviewWindowBuilder::new(&app, "main", Default::default())
        .build()
        .unwrap();
    let ask = |name: &str| {
        let message = Message {
            name: name.to_owned(),
            body: InvokeBody::Json(json!({ "request": { "path": ground.path("shop") } })),
            url: "tauri://localhost",
            is_sound: true,
        };
        send(&window, &message)
    };
    let (mut ran, mut refused, mut failed) = (0_u64, 0_u64, 0_u64);
    let mut revision = ask("project_revision").unwrap();
    for sent in 0..count {
        if sent % 50 == 0 {
            // What a page knows that reads before it writes.
            revision = ask("project_revision").unwrap();
        }
        let message = message(&ground, &mut chance, revision.as_str().unwrap());
        let answer = send(&window, &message);
        check(&message, &answer);
        match answer {
            Ok(_) => ran += 1,
            Err(Value::String(_)) => refused += 1,
            Err(_) => failed += 1,
        }
    }
    println!("{count} messages: {ran} ran, {failed} failed with words, {refused} were refused");
    assert!(ran > count / 20 && refused > count / 20 && failed > count / 20);
    assert_eq!(ground.outside(), outside);
    assert!(!Path::new("/tmp/owned").exists());
    // The app is as good as before.
    let view = ask("open_project").unwrap();
    assert_eq!(view["path"], ground.path("shop"));
}
