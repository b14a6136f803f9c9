//! What no edit can do, and in which words.

#[path = "common/spelled.rs"]
mod spelled;

use slipway_design::*;
use spelled::{path, remove, rename, set};

#[track_caller]
fn refused(before: &str, edit: Edit, expect: &str) {
    let mut document = Document::parse(before);
    assert_eq!(
        document.edit(&edit).expect_err("it is refused").to_string(),
        expect
    );
    assert_eq!(document.text(), before);
}

#[test]
fn what_cannot_be_done_is_refused() {
    refused("a = 1\n", remove("b"), "there is no `b` in the file");
    refused("a = 1\n", rename("b", "c"), "there is no `b` in the file");
    refused(
        "a = 1\nb = 2\n",
        rename("a", "b"),
        "`b` is in the file already",
    );
    refused(
        "a = 1\n",
        Edit::Insert {
            path: path("a"),
            value: 1.into(),
        },
        "`a` is in the file already",
    );
    refused(
        "[t]\na = 1\n",
        set("t", 1),
        "`t` is a table with lines of its own: change its keys one by one",
    );
    refused("a = 1\n", set("a.b", 1), "`a.b` cannot hold a value");
    refused("a = [1]\n", set("a[5]", 1), "`a[5]` cannot hold a value");
    refused(
        "a = \n",
        set("a", 1),
        "the file is not TOML, so nothing in it can be changed but its text",
    );
    refused(
        "schema = 9\n",
        set("a", 1),
        "the file is of a newer format and opened for reading only",
    );
    refused(
        "a = 1\n",
        set("a", Literal::Float(f64::NAN)),
        "a number that is infinite or none cannot be written",
    );
    refused(
        "a = 1\n",
        Edit::Remove { path: Path::root() },
        "there is no `` in the file",
    );
}
