//! The projects in `examples` are right, and this release deploys all of what they say.

use slipway_design::{Document, Severity, support};

const DEPLOYED: [&str; 4] = ["http-lambda", "shop", "web-service", "websocket-chat"];

#[test]
fn the_examples_have_no_findings_and_are_deployable_as_far_as_said() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut deployed = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("there are examples") {
        let entry = entry.expect("it can be read");
        let file = entry.path().join(slipway_design::FILE_NAME);
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        let document = Document::parse(&text);
        let findings: Vec<_> = document
            .diagnostics()
            .iter()
            .filter(|it| it.severity < Severity::Info)
            .collect();
        assert!(findings.is_empty(), "{}: {findings:#?}", file.display());
        let design = document.design().expect("it is TOML");
        let dropped: Vec<_> = design
            .environments
            .keys()
            .flat_map(|name| support::unsupported(design, name, support::Target::Aws))
            .collect();
        // What is not deployed yet will be; an example says nothing that can never be.
        assert!(
            dropped.iter().all(|it| it.code == "setting-not-yet"),
            "{}: {dropped:#?}",
            file.display()
        );
        if dropped.is_empty() {
            deployed.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    deployed.sort();
    assert_eq!(deployed, DEPLOYED);
}
