//! EC2's answers as a tree of named texts.

use quick_xml::Reader;
use quick_xml::events::Event;

/// One element. Names are without a prefix; attributes are not kept, EC2 has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// # Errors
    /// A sentence, when the text is no XML or its elements are not closed.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader::from_str(text);
        let mut open = vec![Self::default()];
        let close = |open: &mut Vec<Self>| {
            let done = open.pop()?;
            open.last_mut()?.children.push(done);
            Some(())
        };
        loop {
            match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(start) => open.push(Self::named(start.local_name().as_ref())),
                Event::Empty(start) => {
                    open.push(Self::named(start.local_name().as_ref()));
                    close(&mut open).ok_or("an element is closed that is not open")?;
                }
                Event::End(_) => close(&mut open).ok_or("an element is closed that is not open")?,
                Event::Text(text) => {
                    let text = text.xml10_content();
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text);
                    }
                }
                Event::GeneralRef(entity) => {
                    let name: &str = &entity;
                    let character = entity
                        .resolve_char_ref()
                        .map_err(|error| error.to_string())?;
                    let resolved = match character {
                        Some(character) => character.to_string(),
                        None => quick_xml::escape::resolve_xml_entity(name)
                            .ok_or_else(|| format!("`&{name};` is not known"))?
                            .to_owned(),
                    };
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&resolved);
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let [document] = open.as_mut_slice() else {
            return Err("it ends within an element".to_owned());
        };
        document
            .children
            .pop()
            .ok_or_else(|| "it holds no element".to_owned())
    }

    fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of a child; empty when there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.trim())
    }

    /// The items of a list: `<vpcSet><item>…`.
    pub(crate) fn items(&self, name: &str) -> &[Self] {
        self.child(name)
            .map_or(&[], |list| list.children.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_texts_are_read() {
        let answer = Element::parse(
            "<?xml version=\"1.0\"?>\n<A xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n  \
             <set>\n <item><id>a</id><name>x &amp; y&#33;</name></item>\n <item><id>b</id></item>\n</set>\n<empty/></A>",
        )
        .unwrap();
        let ids: Vec<&str> = answer
            .items("set")
            .iter()
            .map(|item| item.text("id"))
            .collect();
        assert_eq!(ids, ["a", "b"]);
        assert_eq!(answer.items("set")[0].text("name"), "x & y!");
        assert_eq!(answer.text("empty"), "");
        assert!(answer.items("none").is_empty());
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        for text in ["", "<A><b>", "not at all", "<A></b></A>"] {
            assert!(Element::parse(text).is_err(), "{text}");
        }
    }
}
