//! One request through the proxy: named, checked, recorded, passed on, or not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::call::{Call, Ledger, Violation};
use super::fault::{ErrorAnswer, FaultEffect, Faults, Wording};
use super::signature::Signature;
use super::tunnel::{self, Tunnels};
use super::{Upstream, registry};
use crate::model::{Models, Protocol, RequestParts};

pub(super) type Body = BoxBody<Bytes, hyper::Error>;

/// The longest answer kept with a call, in characters.
const EXCERPT: usize = 2048;

/// How a request ends for the client.
pub(super) enum Ending {
    Answer(Response<Body>),
    /// No answer: the connection is closed.
    Close,
    /// No answer: the connection is reset.
    Reset,
}

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    upstream: Upstream,
    models: Option<Models>,
    pub(super) ledger: Ledger,
    pub(super) faults: Faults,
    region: Mutex<Option<String>>,
    client: Client<HttpConnector, Body>,
    pub(super) tunnels: Tunnels,
}

/// What a request is, before anything is done with it.
struct Named {
    service: String,
    operation: String,
    mutating: bool,
    region: Option<String>,
    parameters: Value,
    wording: Wording,
    /// `(path of the member, objection)`.
    problems: Vec<(String, String)>,
}

impl Named {
    fn plain(service: &str, operation: &str, mutating: bool, wording: Wording) -> Self {
        Self {
            service: service.to_owned(),
            operation: operation.to_owned(),
            mutating,
            region: None,
            parameters: Value::Null,
            wording,
            problems: Vec::new(),
        }
    }
}

impl Shared {
    pub(super) fn new(upstream: Upstream, models: Option<Models>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            upstream,
            models,
            ledger: Ledger::default(),
            faults: Faults::default(),
            region: Mutex::new(None),
            client: Client::builder(TokioExecutor::new()).build(connector),
            tunnels: Tunnels::default(),
        }
    }

    pub(super) fn expect_region(&self, region: &str) {
        *self.region.lock().unwrap_or_else(PoisonError::into_inner) = Some(region.to_owned());
    }

    pub(super) async fn handle(self: Arc<Self>, mut request: Request<Incoming>) -> Ending {
        let (began, at) = (Instant::now(), SystemTime::now());
        let id = self.ledger.next_id();
        let upgrade =
            tunnel::is_wanted(request.headers()).then(|| hyper::upgrade::on(&mut request));
        let (head, body) = request.into_parts();
        let headers = plain_headers(&head.headers);
        let target = head
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
            .to_owned();
        let path = head.uri.path();

        let signature = Signature::read(&headers);
        let host = headers.get("host").map_or("", String::as_str);
        let deployed = host.contains(".execute-api.") || path.starts_with("/_aws/execute-api/");
        let (named, body) = if deployed {
            (
                Named::plain("execute-api", "", false, Wording::Aws(Protocol::RestJson)),
                body.boxed(),
            )
        } else if let (None, Some((operation, mutating))) =
            (&signature, registry::operation(head.method.as_str(), path))
        {
            // A layer can be large: it passes through and is never held.
            (
                Named::plain("registry", operation, mutating, Wording::Registry),
                body.boxed(),
            )
        } else if path.starts_with("/_ministack/") {
            (
                Named::plain("ministack", "", false, Wording::Aws(Protocol::RestJson)),
                body.boxed(),
            )
        } else {
            let Ok(collected) = body.collect().await else {
                // The client went away in the middle of its request.
                return Ending::Close;
            };
            let bytes = collected.to_bytes();
            let parts = RequestParts {
                method: head.method.as_str(),
                path,
                query: head.uri.query().unwrap_or_default(),
                headers: &headers,
                body: &bytes,
            };
            (self.name(&parts, signature), full(bytes))
        };
        self.ledger
            .object(named.problems.iter().map(|(path, text)| Violation {
                call: id,
                service: named.service.clone(),
                operation: named.operation.clone(),
                path: path.clone(),
                text: text.clone(),
            }));

        let effect = self.faults.take(&named.service, &named.operation);
        let mut call = Call {
            id,
            at_ms: at.duration_since(UNIX_EPOCH).map_or(0, millis),
            took_ms: 0,
            service: named.service,
            operation: named.operation,
            mutating: named.mutating,
            method: head.method.to_string(),
            target: target.clone(),
            region: named.region,
            parameters: named.parameters,
            status: None,
            forwarded: false,
            answer: String::new(),
            fault: effect.as_ref().map(|effect| effect.name().to_owned()),
        };
        let mut onward = Request::new(body);
        *onward.method_mut() = head.method;
        *onward.headers_mut() = head.headers;
        if let Some(upgrade) = upgrade {
            onward.extensions_mut().insert(upgrade);
        }
        let ending = self
            .carry_out(onward, &target, effect, named.wording, &mut call)
            .await;
        call.took_ms = millis(began.elapsed());
        self.ledger.add(call);
        ending
    }

    /// Names an AWS request and says what AWS would object to.
    fn name(&self, parts: &RequestParts<'_>, signature: Option<Signature>) -> Named {
        let mut named = Named::plain(
            "",
            "",
            parts.method != "GET",
            Wording::Aws(Protocol::RestJson),
        );
        let Some(signature) = signature else {
            named.problems.push((
                String::new(),
                format!("{} {} is not signed", parts.method, parts.path),
            ));
            return named;
        };
        let region = self
            .region
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for text in signature.problems(parts.headers, region.as_deref()) {
            named.problems.push((String::new(), text));
        }
        named.region = Some(signature.region);
        let service = Models::signed_for(&signature.service);
        named.service = service.map_or(signature.service, str::to_owned);
        let model = match self
            .models
            .as_ref()
            .and_then(|models| models.get(&named.service))
        {
            Some(Ok(model)) => model,
            Some(Err(error)) => {
                named.problems.push((String::new(), error.to_string()));
                return named;
            }
            // Without models nothing is checked; a service the bed does not know, when it has models, is a mistake.
            None => {
                if self.models.is_some() {
                    named.problems.push((
                        String::new(),
                        format!(
                            "signed for {:?}, which the bed does not know",
                            named.service
                        ),
                    ));
                }
                return named;
            }
        };
        named.wording = Wording::Aws(model.protocol());
        let Some(operation) = model.identify(parts) else {
            named.problems.push((
                String::new(),
                format!("{} {} is no operation of it", parts.method, parts.path),
            ));
            return named;
        };
        named.operation.clone_from(&operation.name);
        named.mutating = operation.mutating;
        let checked = model.check(operation, parts);
        named.parameters = checked.parameters;
        named.problems.extend(
            checked
                .problems
                .into_iter()
                .map(|problem| (problem.path, problem.text)),
        );
        named
    }

    async fn carry_out(
        &self,
        mut request: Request<Body>,
        target: &str,
        effect: Option<FaultEffect>,
        wording: Wording,
        call: &mut Call,
    ) -> Ending {
        if let Some(refusal) = effect
            .as_ref()
            .and_then(|effect| ErrorAnswer::for_effect(effect, wording))
        {
            // What a client has begun to send it sends to the end before it reads; a close would race with it.
            while let Some(Ok(_)) = request.body_mut().frame().await {}
            call.status = Some(refusal.status);
            call.answer = String::from_utf8_lossy(&refusal.body).into_owned();
            return Ending::Answer(refused(refusal));
        }
        match effect {
            Some(FaultEffect::DropRequest) => return Ending::Close,
            Some(FaultEffect::Reset) => return Ending::Reset,
            Some(FaultEffect::Delay { ms }) => tokio::time::sleep(Duration::from_millis(ms)).await,
            _ => {}
        }
        call.forwarded = true;
        let response = match self.pass_on(request, target).await {
            Ok(response) => response,
            Err(text) => {
                let answer = ErrorAnswer::worded(502, "BadGateway", &text, wording);
                call.status = Some(answer.status);
                call.answer = text;
                return Ending::Answer(refused(answer));
            }
        };
        let streamed = wording == Wording::Registry && effect.is_none();
        let (mut head, body) = response.into_parts();
        let upgraded = head.status == StatusCode::SWITCHING_PROTOCOLS;
        if !upgraded {
            remove_hop_headers(&mut head.headers);
        }
        if streamed || upgraded {
            call.status = Some(head.status.as_u16());
            return Ending::Answer(Response::from_parts(head, body.boxed()));
        }
        let Ok(collected) = body.collect().await else {
            call.answer = "the emulated AWS broke off its answer".to_owned();
            return Ending::Close;
        };
        let mut bytes = collected.to_bytes();
        if wording != Wording::Registry {
            call.answer = String::from_utf8_lossy(&bytes)
                .chars()
                .take(EXCERPT)
                .collect();
        }
        match effect {
            Some(FaultEffect::DropReply) => return Ending::Close,
            Some(FaultEffect::TruncateReply) => {
                bytes.truncate(bytes.len() / 2);
                head.headers.remove("content-length");
            }
            Some(FaultEffect::EmptyReply) => {
                bytes.clear();
                head.headers.remove("content-length");
            }
            _ => {}
        }
        call.status = Some(head.status.as_u16());
        Ending::Answer(Response::from_parts(head, full(bytes)))
    }

    async fn pass_on(
        &self,
        mut request: Request<Body>,
        target: &str,
    ) -> Result<Response<Incoming>, String> {
        let uri = format!("http://{}{target}", self.upstream.authority);
        if let Some(client) = request.extensions_mut().remove::<OnUpgrade>() {
            *request.uri_mut() = target
                .parse()
                .map_err(|error| format!("{target} is no path: {error}"))?;
            let authority = &self.upstream.authority;
            return self.tunnels.open(authority, request, client).await;
        }
        *request.uri_mut() = uri
            .parse()
            .map_err(|error| format!("{uri} is no address: {error}"))?;
        remove_hop_headers(request.headers_mut());
        self.client.request(request).await.map_err(|error| {
            let cause = std::error::Error::source(&error)
                .map_or_else(String::new, |cause| format!(": {cause}"));
            format!("the emulated AWS cannot be reached: {error}{cause}")
        })
    }
}

fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

fn refused(answer: ErrorAnswer) -> Response<Body> {
    let mut response = Response::new(full(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        "content-type",
        HeaderValue::from_static(answer.content_type),
    );
    if let Some(kind) = answer
        .error_type
        .and_then(|kind| HeaderValue::try_from(kind).ok())
    {
        response.headers_mut().insert("x-amzn-errortype", kind);
    }
    response
}

/// Names in lower case, repeated headers joined by commas.
fn plain_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut plain: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let text = String::from_utf8_lossy(value.as_bytes());
        plain
            .entry(name.as_str().to_owned())
            .and_modify(|known| {
                known.push(',');
                known.push_str(&text);
            })
            .or_insert_with(|| text.into_owned());
    }
    plain
}

/// Removes what concerns one connection only. The length stays: it tells how the body is framed.
fn remove_hop_headers(headers: &mut HeaderMap) {
    for name in [
        "connection",
        "keep-alive",
        "proxy-connection",
        "transfer-encoding",
        "upgrade",
        "expect",
    ] {
        headers.remove(HeaderName::from_static(name));
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
