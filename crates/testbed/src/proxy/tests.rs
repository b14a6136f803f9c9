//! The proxy in front of a server that plays AWS, without models.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::{Fault, FaultEffect, FaultLimit, Proxy, ProxyOptions, Upstream};

const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 Credential=AK/20260801/eu-west-1/sts/aws4_request, \
    SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000\r\n\
    X-Amz-Date: 20260801T000000Z";

/// Answers every request with its own request line and the length of its body.
fn aws() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || serve(&stream.unwrap()));
        }
    });
    url
}

fn serve(stream: &TcpStream) {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).unwrap();
        let body = format!("{} {length}", first.trim());
        let status = if first.contains("/missing") {
            "404 Not Found"
        } else {
            "200 OK"
        };
        write!(
            writer,
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
    }
}

async fn proxy(upstream: &str) -> Proxy {
    let upstream = Upstream::parse(upstream).unwrap();
    Proxy::start(ProxyOptions {
        upstream,
        port: None,
        models: None,
    })
    .await
    .unwrap()
}

/// Everything that came back; empty when the connection was closed without an answer.
async fn send(proxy: &Proxy, head: &str, body: &str) -> String {
    let port = proxy.port();
    let text = format!(
        "{head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // A reset is an error here and an empty answer for the test.
        stream.read_to_end(&mut answer).ok();
        String::from_utf8(answer).unwrap()
    })
    .await
    .unwrap()
}

fn any(effect: FaultEffect) -> Fault {
    Fault {
        service: None,
        operation: None,
        skip: 0,
        effect,
        limit: FaultLimit::Times(1),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_pass_and_are_recorded() {
    let proxy = proxy(&aws()).await;
    let answer = send(
        &proxy,
        &format!("POST /a?b=c HTTP/1.1\r\nHost: x\r\n{SIGNED}"),
        "12345",
    )
    .await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("POST /a?b=c HTTP/1.1 5"),
        "{answer}"
    );
    let answer = send(
        &proxy,
        "GET /v2/shop/manifests/missing HTTP/1.1\r\nHost: x",
        "",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    send(
        &proxy,
        "GET /any HTTP/1.1\r\nHost: id.execute-api.localhost",
        "",
    )
    .await;
    let calls = proxy.calls();
    let seen: Vec<_> = calls
        .iter()
        .map(|call| {
            (
                call.service.as_str(),
                call.operation.as_str(),
                call.mutating,
                call.status,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("sts", "", true, Some(200)),
            ("registry", "GetManifest", false, Some(404)),
            ("execute-api", "", false, Some(200))
        ]
    );
    assert_eq!(
        (calls[0].target.as_str(), calls[0].region.as_deref()),
        ("/a?b=c", Some("eu-west-1"))
    );
    assert_eq!(calls[0].answer, "POST /a?b=c HTTP/1.1 5");
    assert_eq!(
        (proxy.mutating_calls().len(), proxy.reading_calls().len()),
        (1, 2)
    );
    assert_eq!(proxy.violations(), []);
    proxy.clear();
    assert_eq!(proxy.calls(), []);
    proxy.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsigned_request_is_a_violation_that_clearing_the_calls_keeps() {
    let proxy = proxy(&aws()).await;
    send(&proxy, "POST / HTTP/1.1\r\nHost: x", "").await;
    proxy.clear();
    assert_eq!(proxy.violations().len(), 1);
    proxy.clear_violations();
    assert_eq!(proxy.violations(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_take_the_place_of_the_answer() {
    let proxy = proxy(&aws()).await;
    let head = format!("POST /a HTTP/1.1\r\nHost: x\r\n{SIGNED}");
    for effect in [
        FaultEffect::DropReply,
        FaultEffect::DropRequest,
        FaultEffect::Reset,
    ] {
        proxy.inject(any(effect));
        assert_eq!(send(&proxy, &head, "1").await, "");
    }
    proxy.inject(any(FaultEffect::TruncateReply));
    assert!(
        send(&proxy, &head, "1")
            .await
            .ends_with("\r\n\r\nPOST /a H")
    );
    proxy.inject(any(FaultEffect::ServerError { status: 500 }));
    assert!(send(&proxy, &head, "1").await.starts_with("HTTP/1.1 500"));
    assert!(
        send(&proxy, &head, "1").await.starts_with("HTTP/1.1 200"),
        "faults are used up"
    );
    let met: Vec<_> = proxy
        .calls()
        .into_iter()
        .map(|call| (call.fault.unwrap_or_default(), call.forwarded))
        .collect();
    let expected = [
        ("drop_reply", true),
        ("drop_request", false),
        ("reset", false),
        ("truncate_reply", true),
        ("server_error", false),
        ("", true),
    ];
    assert_eq!(
        met,
        expected.map(|(fault, forwarded)| (fault.to_owned(), forwarded))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_gives_up_has_its_request_carried_out_and_recorded() {
    let proxy = proxy(&aws()).await;
    proxy.inject(any(FaultEffect::Delay { ms: 200 }));
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    write!(
        stream,
        "POST /a HTTP/1.1\r\nHost: x\r\n{SIGNED}\r\nContent-Length: 0\r\n\r\n"
    )
    .unwrap();
    // The fault is used up, so the request has arrived.
    let began = Instant::now();
    while !proxy.faults_are_met() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the request did not arrive"
        );
        tokio::task::yield_now().await;
    }
    drop(stream);
    while proxy.calls().is_empty() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the call was not recorded"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let call = proxy.calls().remove(0);
    assert_eq!(
        (call.forwarded, call.answer.as_str()),
        (true, "POST /a HTTP/1.1 0")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_is_down_is_a_bad_gateway_that_says_so() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let proxy = proxy(&format!("http://{free}")).await;
    let answer = send(
        &proxy,
        &format!("POST /a HTTP/1.1\r\nHost: x\r\n{SIGNED}"),
        "",
    )
    .await;
    assert!(
        answer.starts_with("HTTP/1.1 502") && answer.contains("cannot be reached"),
        "{answer}"
    );
}

#[test]
fn an_upstream_is_a_host_and_a_port() {
    assert!(Upstream::parse("http://localhost:1").is_ok());
    for wrong in [
        "https://localhost:1",
        "localhost:1",
        "http://",
        "http://localhost:1/path",
    ] {
        assert!(Upstream::parse(wrong).is_err(), "{wrong}");
    }
}
