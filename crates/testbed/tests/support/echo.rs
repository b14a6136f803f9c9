//! A Lambda function without any library: it answers with the event it was given.
//!
//! An event that contains `crash-now` ends the program, `fail-now` is an error of the function, `sleep-now`
//! runs into its timeout.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

fn main() {
    let api =
        std::env::var("AWS_LAMBDA_RUNTIME_API").expect("Lambda says where its Runtime API is");
    loop {
        let (id, event) = next(&api);
        if event.contains("crash-now") {
            std::process::exit(7);
        }
        if event.contains("sleep-now") {
            std::thread::sleep(Duration::from_secs(60));
        }
        if event.contains("fail-now") {
            send(
                &api,
                &id,
                "error",
                r#"{"errorMessage":"as asked","errorType":"Asked"}"#,
            );
        } else {
            send(&api, &id, "response", &event);
        }
    }
}

fn next(api: &str) -> (String, String) {
    let mut stream = TcpStream::connect(api).expect("the Runtime API listens");
    write!(stream, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {api}\r\nConnection: close\r\n\r\n")
        .expect("the request is sent");
    let mut reader = BufReader::new(stream);
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("the answer has a head");
        let Some((name, value)) = line.trim_end().split_once(':') else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "lambda-runtime-aws-request-id" => id = value.trim().to_owned(),
            "content-length" => length = value.trim().parse().expect("a length is a number"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader
        .read_exact(&mut body)
        .expect("the event arrives whole");
    (id, String::from_utf8(body).expect("an event is JSON"))
}

fn send(api: &str, id: &str, how: &str, body: &str) {
    let mut stream = TcpStream::connect(api).expect("the Runtime API listens");
    let length = body.len();
    write!(
        stream,
        "POST /2018-06-01/runtime/invocation/{id}/{how} HTTP/1.1\r\nHost: {api}\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .expect("the answer is sent");
    let mut accepted = String::new();
    stream
        .read_to_string(&mut accepted)
        .expect("the answer is accepted");
}
