//! The environment, with a shell as the program and the Runtime API's side played by the test.

use super::*;

fn environment(script: &str, seconds: u64) -> Arc<Environment> {
    Arc::new(Environment::new(Settings {
        command: vec!["/bin/sh".into(), "-c".into(), script.into()],
        timeout: Duration::from_secs(seconds),
        function_arn: "arn:aws:lambda:us-east-1:000000000000:function:f:live".into(),
        runtime_api: "127.0.0.1:1".into(),
    }))
}

fn text(outcome: Outcome) -> String {
    match outcome {
        Outcome::Answer(body) | Outcome::Error(body) => String::from_utf8(body).unwrap(),
    }
}

/// Plays the program's side of the Runtime API in place of the child.
fn answer(environment: &Arc<Environment>, body: &'static str) -> thread::JoinHandle<Vec<u8>> {
    let environment = Arc::clone(environment);
    thread::spawn(move || {
        let (id, _, event) = environment.next().unwrap();
        assert!(environment.finish(&id, Outcome::Answer(body.into())));
        event
    })
}

#[test]
fn an_event_reaches_the_program_and_its_answer_comes_back() {
    let environment = environment("exec sleep 60", 5);
    environment.ensure_program();
    for round in ["1", "2"] {
        let program = answer(&environment, r#"{"ok":true}"#);
        assert_eq!(
            text(environment.invoke(round, br#"{"n":1}"#.to_vec())),
            r#"{"ok":true}"#
        );
        assert_eq!(program.join().unwrap(), br#"{"n":1}"#);
    }
    let mut state = lock(&environment.state);
    state.program.as_mut().unwrap().kill().unwrap();
}

#[test]
fn a_program_that_exits_ends_the_event_with_an_exit_error() {
    let environment = environment("exit 3", 5);
    let body = text(environment.invoke("id-1", b"{}".to_vec()));
    assert_eq!(
        body,
        r#"{"errorMessage":"RequestId: id-1 Error: Runtime exited with error: exit status 3","errorType":"Runtime.ExitError"}"#
    );
}

#[test]
fn a_program_that_does_not_answer_is_stopped_at_the_timeout() {
    let environment = environment("exec sleep 60", 1);
    environment.ensure_program();
    let fetcher = Arc::clone(&environment);
    let program = thread::spawn(move || fetcher.next().unwrap().0);
    let began = Instant::now();
    let body = text(environment.invoke("id-1", b"{}".to_vec()));
    assert_eq!(
        body,
        r#"{"errorMessage":"Task timed out after 1.00 seconds","errorType":"Sandbox.Timedout"}"#
    );
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
    assert!(
        lock(&environment.state).program.is_none(),
        "the program was left running"
    );
    let late = program.join().unwrap();
    assert!(
        !environment.finish(&late, Outcome::Answer(b"late".to_vec())),
        "a late answer was taken"
    );
}

#[test]
fn a_request_left_by_an_earlier_program_takes_no_event() {
    let environment = environment("exec sleep 60", 5);
    environment.ensure_program();
    let waiter = Arc::clone(&environment);
    let stale = thread::spawn(move || waiter.next());
    while !lock(&environment.state).ready {
        thread::yield_now();
    }
    lock(&environment.state)
        .program
        .as_mut()
        .unwrap()
        .kill()
        .unwrap();
    lock(&environment.state)
        .program
        .as_mut()
        .unwrap()
        .wait()
        .unwrap();
    environment.ensure_program();
    assert!(stale.join().unwrap().is_none());
    lock(&environment.state)
        .program
        .as_mut()
        .unwrap()
        .kill()
        .unwrap();
}

#[test]
fn a_program_that_cannot_start_is_named() {
    let mut environment =
        Environment::new(Settings::from_environment(vec!["/no/such/program".into()]));
    environment.settings.timeout = Duration::from_secs(1);
    let body = text(environment.invoke("id-1", b"{}".to_vec()));
    assert!(
        body.contains("Runtime.InvalidEntrypoint") && body.contains("/no/such/program"),
        "{body}"
    );
}

#[test]
fn bodies_are_read_with_a_length_and_in_chunks() {
    let plain = b"POST /a?x=1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n";
    let mut reader = BufReader::new(&plain[..]);
    let first = read_request(&mut reader, &mut Vec::new()).unwrap().unwrap();
    assert_eq!(
        (first.path.as_str(), first.body.as_slice()),
        ("/a", &b"abc"[..])
    );
    let second = read_request(&mut reader, &mut Vec::new()).unwrap().unwrap();
    assert_eq!(second.method, "GET");
    assert!(
        read_request(&mut reader, &mut Vec::new())
            .unwrap()
            .is_none()
    );

    let chunked = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n";
    let request = read_request(&mut BufReader::new(&chunked[..]), &mut Vec::new())
        .unwrap()
        .unwrap();
    assert_eq!(request.body, b"abcde");

    let cut = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc";
    assert!(read_request(&mut BufReader::new(&cut[..]), &mut Vec::new()).is_err());
}
