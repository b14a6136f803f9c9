//! How the tests of edits spell paths and edits.

use slipway_design::*;

pub(crate) fn path(text: &str) -> Path {
    Path::parse(text).expect("the tests spell paths rightly")
}

pub(crate) fn set(at: &str, value: impl Into<Literal>) -> Edit {
    Edit::Set {
        path: path(at),
        value: value.into(),
    }
}

pub(crate) fn remove(at: &str) -> Edit {
    Edit::Remove { path: path(at) }
}

pub(crate) fn rename(at: &str, key: &str) -> Edit {
    Edit::RenameKey {
        path: path(at),
        key: key.to_owned(),
    }
}
