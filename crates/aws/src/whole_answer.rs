//! Answers that say nothing, or not all, or are not AWS's.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Refuses a success without a body, or with one in XML that breaks off. The protocols in JSON read the
/// first as an answer in which every list is empty, and a plan would make everything a second time; that
/// in XML takes the second for whole. AWS answers every question with a body; calls that change
/// something may have none. A page in HTML is of something in between, and a call without an answer to
/// read would be taken for done by it.
#[derive(Debug)]
pub(crate) enum WholeAnswer {
    ToQuestion,
    ToChange,
}

impl Intercept for WholeAnswer {
    fn name(&self) -> &'static str {
        "WholeAnswer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        if !response.status().is_success() {
            return Ok(());
        }
        let Some(body) = response.body().bytes() else {
            return Ok(());
        };
        if is_page(body) {
            return Err("the answer is a page of something in between".into());
        }
        match self {
            Self::ToQuestion if !is_whole(body) => Err("the answer has no whole body".into()),
            Self::ToQuestion | Self::ToChange => Ok(()),
        }
    }
}

/// Told by the text: what emulators say of its type is not always so.
fn is_page(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(64)]).to_ascii_lowercase();
    let start = start.trim_start();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// JSON that breaks off is refused by what reads it.
fn is_whole(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if !text.starts_with('<') {
        return !text.is_empty();
    }
    let root = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, root)| root),
        None => text,
    };
    let name = root
        .trim_start()
        .trim_start_matches('<')
        .split(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .next()
        .unwrap_or_default();
    !name.is_empty() && text.ends_with(&format!("</{name}>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_it_comes_to_its_end() {
        let xml = "<?xml version=\"1.0\"?>\n<GetRoleResponse xmlns=\"a/b\"><Role>r</Role></GetRoleResponse>\n";
        assert!(is_whole(xml.as_bytes()));
        assert!(is_whole(b"<a><b/></a>") && is_whole(b"{}") && is_whole(b"[]"));
        for cut in 0..xml.trim_end().len() {
            assert!(!is_whole(&xml.as_bytes()[..cut]), "{}", &xml[..cut]);
        }
        assert!(!is_whole(b" \n"));
    }

    #[test]
    fn a_page_is_told_from_an_answer() {
        assert!(
            is_page(b"\n<!DOCTYPE html><title>Sign in</title>") && is_page(b"<html lang=\"en\">")
        );
        assert!(
            !is_page(b"") && !is_page(b"{\"html\": 1}") && !is_page(b"<?xml version=\"1.0\"?>")
        );
    }
}
