use super::*;
use crate::element::spelt::{api, function, route};
use crate::{Command, Places};

const SHOP: &str = "schema = 1\nname = \"shop\"\n\n[apis.public]\nkind = \"http\"\n\n[apis.public.routes]\n\"GET /orders\" = \"orders\"\n\"GET /old\" = { to = \"web\", payload = \"1.0\" }\n\n[functions.orders]\nimage = { build = \"orders\" }\nwas = \"sales\"\n\n[services.web]\nimage = { build = \"web\" }\nport = 8080\n";

fn open(text: &str) -> Editor {
    Editor::open(text, Places::default(), None)
}

fn copied(editor: &mut Editor, ids: &[ElementId]) -> String {
    editor.select(Selection::of(ids.iter().cloned()));
    Clip::of(editor).unwrap().to_text()
}

fn paste(editor: &mut Editor, text: &str, at: Option<Point>) -> Result<(), Refusal> {
    let clip = Clip::parse(text)?;
    editor.apply(&Command::Paste { clip, at })
}

#[test]
fn a_clip_is_a_fragment_with_a_mark_and_places() {
    let mut editor = open(SHOP);
    let text = copied(&mut editor, &[api("public"), function("orders")]);
    assert!(text.starts_with(MARK), "{text}");
    let clip = Clip::parse(&text).unwrap();
    assert_eq!(clip, Clip::of(&editor).unwrap());
    assert_eq!(clip.to_text(), text);
    assert_eq!(Clip::parse(&text.replace('\n', "\r\n")).unwrap(), clip);
    let left = clip.parts.iter().filter_map(|part| part.at).map(|at| at.x);
    assert_eq!(
        left.fold(f64::INFINITY, f64::min),
        0.0,
        "relative to the corner"
    );
}

#[test]
fn a_paste_beside_the_original_is_wired_within_itself() {
    let mut editor = open(SHOP);
    let text = copied(&mut editor, &[api("public"), function("orders")]);
    paste(&mut editor, &text, Some(Point::new(400.0, 800.0))).unwrap();
    let design = editor.design();
    let routes = &design.apis["public-2"].routes;
    let target = |key: &str| ElementId::of_target(design, &routes[key].target);
    assert_eq!(target("GET /orders"), Some(function("orders-2")));
    assert_eq!(
        target("GET /old"),
        Some(ElementId::Service("web".into())),
        "it is here too"
    );
    assert_eq!(design.functions["orders-2"].was, None);
    assert!(
        !editor.document().has_errors(),
        "{:?}",
        editor.document().diagnostics()
    );
    let ids = [api("public-2"), function("orders-2")];
    assert_eq!(editor.selection().ids(), ids);
    let rects = ids.map(|id| editor.scene().rect(&id).unwrap());
    let corner = rects[0].union(rects[1]);
    assert_eq!((corner.x, corner.y), (400.0, 800.0));
    assert_eq!(editor.undo().as_deref(), Some("Paste 2 things"));
    assert_eq!(editor.text(), SHOP);
}

#[test]
fn in_another_project_names_stay_and_what_is_not_there_is_left_open() {
    let mut editor = open(SHOP);
    let text = copied(&mut editor, &[api("public"), function("orders")]);
    let mut other = open("schema = 1\nname = \"other\"\n");
    paste(&mut other, &text, None).unwrap();
    let design = other.design();
    let routes = &design.apis["public"].routes;
    assert_eq!(
        ElementId::of_target(design, &routes["GET /orders"].target),
        Some(function("orders"))
    );
    assert!(
        other
            .text()
            .contains("\"GET /old\" = { payload = \"1.0\" }"),
        "{}",
        other.text()
    );
    other.undo();
    assert_eq!(other.text(), "schema = 1\nname = \"other\"\n");
}

#[test]
fn routes_alone_go_to_the_api_that_is_selected() {
    let mut editor = open(SHOP);
    let text = copied(&mut editor, &[route("public", "GET /orders")]);
    paste(&mut editor, &text, None).unwrap();
    assert_eq!(editor.design().apis["public"].routes.len(), 3);
    assert_eq!(editor.selection().only(), Some(&route("public", "GET /")));
    let mut other = open("schema = 1\n");
    let refusal = paste(&mut other, &text, None).unwrap_err();
    assert!(refusal.message.contains("none is selected"), "{refusal}");
}

#[test]
fn pastes_in_a_row_do_not_cover_each_other() {
    let mut editor = open(SHOP);
    let text = copied(&mut editor, &[function("orders")]);
    for _ in 0..4 {
        paste(&mut editor, &text, None).unwrap();
    }
    let cards = &editor.scene().cards;
    for (index, one) in cards.iter().enumerate() {
        for other in &cards[index + 1..] {
            assert!(!one.rect.touches(other.rect), "{} and {}", one.id, other.id);
        }
    }
}

#[test]
fn foreign_and_damaged_texts_are_refused_with_words() {
    let mut editor = open(SHOP);
    let good = copied(&mut editor, &[function("orders")]);
    let listed = good.replace("function:orders", "function:gone");
    let odd = good.replace("function:orders", "machine:orders");
    for text in [
        "",
        "hello",
        "[functions.a]\n",
        MARK,
        &format!("{MARK}x = ["),
        &listed,
        &odd,
    ] {
        let refusal = Clip::parse(text).unwrap_err();
        assert!(
            refusal.message.starts_with("Nothing was pasted: "),
            "{refusal}"
        );
        assert!(refusal.hint.is_some());
    }
}
