//! Values of a CloudFormation template, as far as they are known before it is deployed.

use crate::interpolate::Filled;
use crate::secret;
use crate::tree::Node;
use std::collections::HashMap;

/// The parameters of a template with a default.
pub(crate) struct Resolver<'t> {
    parameters: HashMap<&'t str, Filled>,
}

impl<'t> Resolver<'t> {
    pub(crate) fn new(root: Node<'t>) -> Self {
        let mut parameters = HashMap::new();
        for (name, _, node) in root.get("Parameters").iter().flat_map(|it| it.entries()) {
            let Some(text) = node.get("Default").and_then(Node::text) else {
                continue;
            };
            let hidden = node.get("NoEcho").and_then(Node::flag) == Some(true);
            parameters.insert(
                name,
                Filled {
                    text: text.to_owned(),
                    secret: hidden || secret::is_secret(name, text),
                },
            );
        }
        Self { parameters }
    }

    /// A value as text, or why it is not known.
    pub(crate) fn text(&self, node: Node<'t>) -> Result<Filled, String> {
        self.value(node, 0)
    }

    /// A value as plain text, secret or not.
    pub(crate) fn plain(&self, node: Node<'t>) -> Result<String, String> {
        self.text(node).map(|filled| filled.text)
    }

    fn value(&self, node: Node<'t>, depth: usize) -> Result<Filled, String> {
        if depth > 8 {
            return Err("it is nested too deeply".to_owned());
        }
        let Some((name, argument)) = intrinsic(node) else {
            return match node.text() {
                Some(text) => Ok(Filled {
                    text: text.to_owned(),
                    secret: false,
                }),
                None => Err("it is not a text".to_owned()),
            };
        };
        match name {
            "Ref" => self.parameter(argument.text().unwrap_or_default()),
            "Sub" => self.substitute(argument, depth),
            "Join" => self.join(argument, depth),
            _ => Err(unknown(&format!("!{name}"))),
        }
    }

    fn parameter(&self, name: &str) -> Result<Filled, String> {
        self.parameters
            .get(name)
            .cloned()
            .ok_or_else(|| unknown(&format!("!Ref {name}")))
    }

    fn substitute(&self, argument: Node<'t>, depth: usize) -> Result<Filled, String> {
        let parts = argument.items();
        let (text, own) = match parts.as_slice() {
            [text] => (text.text(), None),
            [text, own, ..] => (text.text(), Some(*own)),
            [] => (None, None),
        };
        let mut rest = text.ok_or_else(|| "its !Sub has no text".to_owned())?;
        let mut out = Filled {
            text: String::new(),
            secret: false,
        };
        while let Some(at) = rest.find("${") {
            out.text.push_str(&rest[..at]);
            let after = &rest[at + 2..];
            let end = after
                .find('}')
                .ok_or_else(|| "its !Sub has an open brace".to_owned())?;
            let name = &after[..end];
            if let Some(literal) = name.strip_prefix('!') {
                out.text.push_str(&format!("${{{literal}}}"));
            } else {
                let value = match own.and_then(|own| own.get(name)) {
                    Some(node) => self.value(node, depth + 1)?,
                    None => self.parameter(name)?,
                };
                out.text.push_str(&value.text);
                out.secret |= value.secret;
            }
            rest = &after[end + 1..];
        }
        out.text.push_str(rest);
        Ok(out)
    }

    fn join(&self, argument: Node<'t>, depth: usize) -> Result<Filled, String> {
        let parts = argument.items();
        let [between, items] = parts.as_slice() else {
            return Err("its !Join is not one".to_owned());
        };
        let mut texts = Vec::new();
        let mut secret = false;
        for item in items.items() {
            let value = self.value(item, depth + 1)?;
            secret |= value.secret;
            texts.push(value.text);
        }
        Ok(Filled {
            text: texts.join(between.text().unwrap_or_default()),
            secret,
        })
    }
}

fn unknown(what: &str) -> String {
    format!(
        "its value, {}, is known only once CloudFormation has run",
        crate::shown(what)
    )
}

/// The intrinsic function that a value is, in its short or its long form: `Ref` or `Sub`, and what it is about.
pub(crate) fn intrinsic<'t>(node: Node<'t>) -> Option<(&'t str, Node<'t>)> {
    if let Some(tag) = node.tag() {
        return Some((tag, node));
    }
    let mut entries = node.entries();
    let (key, _, argument) = entries.next()?;
    if entries.next().is_some() {
        return None;
    }
    match key {
        "Ref" => Some(("Ref", argument)),
        _ => Some((key.strip_prefix("Fn::")?, argument)),
    }
}

/// The resource that a value names: of `!Ref Api`, `!GetAtt Api.Arn`, `${Api}`.
pub(crate) fn resource(node: Node<'_>) -> Option<&str> {
    match intrinsic(node)? {
        ("Ref", name) => name.text(),
        ("GetAtt", name) => {
            let first = name.items().first().copied()?.text()?;
            first.split('.').next()
        }
        ("Sub", text) => {
            let text = text.items().first().copied()?.text()?;
            text.strip_prefix("${")?
                .strip_suffix('}')?
                .split('.')
                .next()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    #[test]
    fn what_is_known_before_a_deploy_is_known() {
        let tree = Tree::parse(
            r#"
Parameters:
  Stage: {Type: String, Default: dev}
  Pass: {Type: String, NoEcho: true, Default: x}
  Open: {Type: String}
v:
  a: !Ref Stage
  b: {Ref: Stage}
  c: !Sub "t-${Stage}-${!x}"
  d: !Sub ["${A}/${Stage}", {A: !Ref Stage}]
  e: {"Fn::Join": ["-", [a, !Ref Stage]]}
  f: plain
  g: !Ref Pass
  h: !Ref Open
  i: !GetAtt Table.Arn
  j: !Sub "${Table.Arn}"
  k: !If [A, b, c]
  l: [1]
"#,
        )
        .unwrap();
        let resolver = Resolver::new(tree.root());
        let values = tree.root().get("v").unwrap();
        let text = |key: &str| resolver.text(values.get(key).unwrap());
        let plain = |key: &str| text(key).unwrap().text;
        assert_eq!(
            ["a", "b", "c", "d", "e", "f"].map(plain),
            ["dev", "dev", "t-dev-${x}", "dev/dev", "a-dev", "plain"]
        );
        assert!(text("g").unwrap().secret);
        for key in ["h", "i", "j", "k"] {
            assert!(text(key).unwrap_err().contains("CloudFormation"), "{key}");
        }
        assert!(text("l").is_err());
        assert_eq!(resource(values.get("h").unwrap()), Some("Open"));
        assert_eq!(resource(values.get("i").unwrap()), Some("Table"));
        assert_eq!(resource(values.get("j").unwrap()), Some("Table"));
        assert_eq!(resource(values.get("f").unwrap()), None);
    }
}
