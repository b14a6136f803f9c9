//! A plain server of `ui/dist` on the loopback address, for development in a browser.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::thread;

use anyhow::{Context, Result};

/// Serves the folder in threads of its own until the process ends; returns the address.
pub(crate) fn start(folder: PathBuf, port: u16) -> Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("cannot listen on port {port}: choose another with --port"))?;
    let address = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            thread::spawn(move || {
                // A browser that went away is no fault of ours.
                if let Err(error) = answer(&stream, &folder) {
                    eprintln!("    {error:#}");
                }
            });
        }
    });
    Ok(address)
}

fn answer(mut stream: &TcpStream, folder: &Path) -> Result<()> {
    let mut request = String::new();
    let mut reader = BufReader::new(stream);
    reader.read_line(&mut request)?;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
    }
    let mut words = request.split_whitespace();
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or("/"),
    );
    let (status, kind, body) = if method != "GET" && method != "HEAD" {
        (
            "405 Method Not Allowed",
            "text/plain",
            b"only GET\n".to_vec(),
        )
    } else if let Some(path) = resolve(folder, target) {
        ("200 OK", kind(&path), fs::read(&path)?)
    } else {
        ("404 Not Found", "text/plain", b"no such file\n".to_vec())
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if method != "HEAD" {
        stream.write_all(&body)?;
    }
    Ok(())
}

/// The file that a request means; never one outside the folder. A path without a dot in its last part is the page itself,
/// since the UI's own router may own it.
fn resolve(folder: &Path, target: &str) -> Option<PathBuf> {
    let path = target
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_start_matches('/');
    let relative = Path::new(path);
    if relative
        .components()
        .any(|part| !matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let file = folder.join(relative);
    if file.is_file() {
        return Some(file);
    }
    let is_view = !path.rsplit('/').next().unwrap_or_default().contains('.');
    let page = folder.join("index.html");
    (is_view && page.is_file()).then_some(page)
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_views_and_what_lies_outside() {
        let folder = std::env::temp_dir().join(format!("slipway-serve-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("index.html"), "page").unwrap();
        fs::write(folder.join("a.js"), "js").unwrap();
        assert_eq!(resolve(&folder, "/a.js?x=1"), Some(folder.join("a.js")));
        assert_eq!(resolve(&folder, "/"), Some(folder.join("index.html")));
        assert_eq!(
            resolve(&folder, "/project/shop"),
            Some(folder.join("index.html"))
        );
        assert_eq!(resolve(&folder, "/missing.js"), None);
        assert_eq!(resolve(&folder, "/../secret"), None);
        fs::remove_dir_all(&folder).unwrap();
    }
}
