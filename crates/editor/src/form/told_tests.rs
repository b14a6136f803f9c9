//! What is said about a place of the file stands at the field of that place.

use super::*;
use slipway_design::Document;

const TEXT: &str = "schema = 1\nname = \"shop\"\n\n[environments.dev]\naccount = \"111111111111\"\nregion = \"eu-central-1\"\n\n[functions.orders]\nimage = { build = \"../orders\" }\nmemory = 512\nenv = { LOG_LEVEL = \"info\", \"NOT A NAME\" = \"x\" }\n\n[environments.dev.functions.orders]\nmemory = 7\n";

fn orders() -> Form {
    let document = Document::parse(TEXT);
    form(
        &document,
        Some("dev"),
        &ElementId::Function("orders".into()),
    )
    .unwrap()
}

fn at(place: &str) -> Path {
    Path::parse(place).unwrap()
}

#[test]
fn a_mistake_names_its_part_its_row_and_whose_it_is() {
    let form = orders();
    let field = |place: &str| form.field_at(&at(place)).unwrap();

    let image = field("functions.orders.image.build");
    assert_eq!(image.path, at("functions.orders.image"));
    let wrong = image.wrong(Scope::Everywhere).unwrap();
    assert_eq!(wrong.part.as_deref(), Some("build"));

    let place = at("functions.orders.env.\"NOT A NAME\"");
    let env = form.field_at(&place).unwrap();
    assert_eq!(env.within(&place).unwrap().row, Some(1));
    assert_eq!(env.wrong(Scope::Everywhere).unwrap().row, Some(1));

    let place = at("environments.dev.functions.orders.memory");
    let memory = form.field_at(&place).unwrap();
    assert_eq!(memory.path, at("functions.orders.memory"));
    assert_eq!(memory.within(&place).unwrap().scope, Scope::Here);
    // Both scopes tell it, and only one has the place.
    assert!(memory.wrong(Scope::Here).is_some());
    assert!(memory.wrong(Scope::Everywhere).is_some());
    assert_eq!(memory.within(&at("functions.orders.timeout")), None);
}

#[test]
fn what_the_disk_says_stands_at_the_field_too() {
    let text = TEXT.replace("../orders", "orders");
    let document = Document::parse(&text);
    let id = ElementId::Function("orders".into());
    let mut form = form(&document, Some("dev"), &id).unwrap();
    let place = at("functions.orders.image.build");
    assert!(!form.field_at(&place).unwrap().is_wrong());
    let why = "There is no folder `orders` to build from";
    form.tell(&place, Severity::Error, why);
    let wrong = form
        .field_at(&place)
        .unwrap()
        .wrong(Scope::Everywhere)
        .unwrap();
    assert_eq!(
        (wrong.text.as_str(), wrong.part.as_deref()),
        (why, Some("build"))
    );
    let told = form
        .fields()
        .filter(|field| field.path == at("functions.orders.image"));
    assert!(told.count() == 1 && form.sections.iter().any(|section| section.open));
    // What is about another element is told nowhere.
    let before = form.clone();
    form.tell(&at("functions.other.image.build"), Severity::Error, why);
    assert_eq!(form, before);
}
