//! The projects in `examples` are right, and this release deploys all of what they say.

use slipway_design::{Document, Severity, support};

#[test]
fn the_examples_have_no_findings_and_are_deployable() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).expect("there are examples") {
        let file = entry
            .expect("it can be read")
            .path()
            .join(slipway_design::FILE_NAME);
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        seen += 1;
        let document = Document::parse(&text);
        let findings: Vec<_> = document
            .diagnostics()
            .iter()
            .filter(|it| it.severity < Severity::Info)
            .collect();
        assert!(findings.is_empty(), "{}: {findings:#?}", file.display());
        let design = document.design().expect("it is TOML");
        for environment in design.environments.keys() {
            assert_eq!(
                support::unsupported(design, environment, support::Target::Aws),
                [],
                "{}",
                file.display()
            );
        }
    }
    assert!(seen > 0, "no example has a {}", slipway_design::FILE_NAME);
}
