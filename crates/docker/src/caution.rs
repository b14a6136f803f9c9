//! Things in a build context that do not belong into an image.

use std::fmt;

use crate::walk::{Entry, EntryKind};

/// Something that is packed, or left out, and that its owner should know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caution {
    /// Relative to the context.
    pub path: String,
    /// Why.
    pub kind: CautionKind,
}

/// Why a path is worth a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CautionKind {
    /// A file of variables such as `.env`.
    Environment,
    /// A private key or a store of keys.
    PrivateKey,
    /// A folder or file with logins: `.aws`, `.ssh`, `.netrc` and the like.
    Logins,
    /// A version history, which holds everything that ever was in it.
    History,
    /// A socket; it is not packed.
    Socket,
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match self.kind {
            CautionKind::Environment => write!(
                f,
                "`{path}` is sent to the builder: it looks like variables with secrets; name it in .dockerignore unless the image needs it"
            ),
            CautionKind::PrivateKey => write!(
                f,
                "`{path}` is sent to the builder: it looks like a private key; name it in .dockerignore unless the image needs it"
            ),
            CautionKind::Logins => write!(
                f,
                "`{path}` is sent to the builder: it looks like logins; name it in .dockerignore"
            ),
            CautionKind::History => write!(
                f,
                "`{path}` is sent to the builder: a version history makes the context large and every commit a change; name it in .dockerignore"
            ),
            CautionKind::Socket => write!(f, "`{path}` is left out: it is a socket"),
        }
    }
}

/// What to say about an entry. `None` for nearly all.
pub(crate) fn caution(entry: &Entry) -> Option<Caution> {
    let kind = match entry.kind {
        EntryKind::Socket => Some(CautionKind::Socket),
        EntryKind::Link(_) => None,
        EntryKind::Folder => of_folder(&entry.path),
        EntryKind::File => of_file(&entry.path),
    }?;
    Some(Caution {
        path: entry.path.clone(),
        kind,
    })
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn of_folder(path: &str) -> Option<CautionKind> {
    match name(path) {
        ".git" | ".hg" | ".svn" => Some(CautionKind::History),
        ".aws" | ".ssh" | ".gnupg" | ".azure" | ".kube" => Some(CautionKind::Logins),
        _ => None,
    }
}

fn of_file(path: &str) -> Option<CautionKind> {
    let name = name(path).to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match name.as_str() {
        ".netrc" | ".npmrc" | ".pypirc" | ".git-credentials" | ".dockercfg" => {
            Some(CautionKind::Logins)
        }
        "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" => Some(CautionKind::PrivateKey),
        _ if matches!(
            ending,
            "pem" | "key" | "p12" | "pfx" | "jks" | "keystore" | "ppk"
        ) =>
        {
            Some(CautionKind::PrivateKey)
        }
        _ if matches!(ending, "example" | "sample" | "template" | "dist") => None,
        _ if name == ".env" || name.starts_with(".env.") => Some(CautionKind::Environment),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(".env", Some(CautionKind::Environment))]
    #[case("app/.env.production", Some(CautionKind::Environment))]
    #[case(".env.example", None)]
    #[case("environment.ts", None)]
    #[case("certs/server.KEY", Some(CautionKind::PrivateKey))]
    #[case("id_ed25519", Some(CautionKind::PrivateKey))]
    #[case("id_ed25519.pub", None)]
    #[case("keyboard.rs", None)]
    #[case(".npmrc", Some(CautionKind::Logins))]
    fn a_file_is_judged_by_its_name(#[case] path: &str, #[case] expect: Option<CautionKind>) {
        assert_eq!(of_file(path), expect);
    }
}
