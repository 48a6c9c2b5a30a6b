//! The Cloudflare Worker.
//!
//! `entry.js` does the I/O of `POST /hooks/<name>`, the path that every event takes, and calls the functions
//! here; each call is synchronous and decides everything that there is to decide. What is not on that path
//! (health, handshakes by GET or OPTIONS, unknown addresses) is [`control`], on the `worker` crate.
//!
//! # A delivery, step by step
//!
//! 1. `entry.js` finds the hook; no such hook: 404. Another method than POST: 405, or a handshake.
//! 2. `entry.js` reads the body up to the hook's limit; longer: 413. Nothing of it has been parsed.
//! 3. [`receive`] verifies it; not from the source, or too old: 401 (or what the source wants to hear).
//! 4. [`receive`] turns the events into rows; not JSON: 400. A field that does not fit is a counted loss.
//! 5. `entry.js` performs the requests that [`next`] gives: a token where there is none, the rows. Where the
//!    hook has a window it is asked before, and told afterwards: `dedupe.js`.
//! 6. Azure has every row: 200, or what the source wants to hear. Otherwise 503 with `Retry-After`.
//!
//! With a queue step 4 is the consumer's, [`consume`], and 5 and 6 are these:
//!
//! 5. `entry.js` puts the message into the queue that [`prepare`] makes, and before it the body into the
//!    bucket if it is too large for a message.
//! 6. The queue has it: 202, or what the source wants to hear. Otherwise 503 with `Retry-After`.

mod control;
mod host;
mod inbox;

use crate::azure::{Answer, Request, token};
use crate::config::{ConfigError, Mode};
use crate::consume::{self, Consumer, Found, Incoming, Retention, Verdict};
use crate::health::Ledger;
use crate::heartbeat;
use crate::json;
use crate::mapping::plan::HeaderNames;
use crate::metrics;
use crate::numbered::Numbered;
use crate::relay::{self, Bindings, Fetch, Hook, Next, Relay};
use crate::webhook::delivery::{Delivery, Headers};
use crate::webhook::keyring::Wanted;
use crate::webhook::rejection::Rejection;
use host::HostCrypto;
use js_sys::{Reflect, Uint8Array};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The variable that allows a loopback `dce_endpoint`: set it in `.dev.vars`, never in production.
const DEVELOPMENT: &str = "DEVELOPMENT";

/// What [`next`] answers; `entry.js` has the same numbers.
const OVER: u32 = 0;
const ASK: u32 = 1;
const ASK_THE_SAME: u32 = 2;
const WAIT: u32 = 3;
const FETCH: u32 = 4;
const AGAIN: u32 = 5;
const QUEUE: u32 = 6;
const CLAIM: u32 = 7;
const HELLO: u32 = 8;
const RECALL: u32 = 9;

/// What [`Batch::verdicts`] answers beside a delay; `entry.js` has the same numbers.
const ACK: i32 = -1;
const PARK: i32 = -2;

/// The variable that says how long the queue keeps messages.
const RETENTION_HOURS: &str = "QUEUE_RETENTION_HOURS";

thread_local! {
    /// An isolate has one thread, one relay, and the mistakes that keep it from having one.
    static RELAY: RefCell<Result<Relay, Vec<ConfigError>>> = const { RefCell::new(Err(Vec::new())) };

    /// How long the queue keeps messages.
    static RETENTION: Cell<Retention> = const { Cell::new(Retention::SHORTEST) };

    /// What `health.js` last found in the bucket and of the queue, for `/healthz`.
    static OUTSIDE: RefCell<String> = const { RefCell::new(String::new()) };

    /// What this isolate has kept in the bucket of its health.
    static LEDGER: RefCell<Ledger> = const { RefCell::new(Ledger::new()) };

    /// The deliveries under way.
    static PASSAGES: RefCell<Numbered<Passage>> = const { RefCell::new(Numbered::new()) };

    /// The URL and the header fields that `entry.js` read last, so that it need not read the same ones again.
    static LAST_ASKED: RefCell<(String, String)> = const { RefCell::new((String::new(), String::new())) };
}

/// Reads the configuration; `env` is the Worker's environment, which holds the secrets.
///
/// Gives JSON: `hooks`, what `entry.js` has to know of each, and `problems`, a log line for each mistake.
#[wasm_bindgen]
pub fn configure(relay_json: &str, dcr_json: &str, env: &JsValue) -> String {
    let variable =
        |name: &str| Reflect::get(env, &JsValue::from_str(name)).ok().and_then(|value| value.as_string());
    let development = variable(DEVELOPMENT).is_some_and(|value| matches!(value.as_str(), "1" | "true"));
    let mode = if development { Mode::Development } else { Mode::Production };
    let bound = |name: &str| Reflect::get(env, &JsValue::from_str(name)).is_ok_and(|value| value.is_object());
    let bindings = Bindings { queue: bound("QUEUE"), bucket: bound("BUCKET"), dedupe: bound("DEDUPE") };
    let hours = variable(RETENTION_HOURS).and_then(|hours| hours.trim().parse().ok());
    RETENTION.set(hours.map_or(Retention::SHORTEST, Retention::hours));
    let loaded = Relay::load(relay_json, dcr_json, &variable, mode)
        .and_then(|relay| relay.sign_with(&HostCrypto))
        .and_then(|relay| relay.bind(bindings))
        .map(|mut relay| {
            relay.client().packer().squeeze_by(host::squeezed);
            relay
        });
    if let Ok(relay) = &loaded {
        for (name, text) in relay.tokens().warnings(js_sys::Date::now() as i64) {
            worker::console_warn!("{}", token::line(name, &text));
        }
    }
    let mut out = b"{\"hooks\":[".to_vec();
    if let Ok(relay) = &loaded {
        for (index, hook) in relay.hooks().iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"" } else { b"," });
            write_hook(&mut out, index, hook);
        }
    }
    out.extend_from_slice(b"],\"problems\":[");
    let problems = match &loaded {
        Ok(relay) => relay.warnings(),
        Err(errors) => errors,
    };
    for (index, error) in problems.iter().enumerate() {
        let mut line = b"{\"log\":\"configuration\",\"error\":".to_vec();
        json::write_string(&mut line, &error.to_string());
        line.push(b'}');
        out.extend_from_slice(if index == 0 { b"" } else { b"," });
        json::write_string(&mut out, &String::from_utf8_lossy(&line));
    }
    out.extend_from_slice(b"]}");
    RELAY.set(loaded);
    String::from_utf8_lossy(&out).into_owned()
}

fn write_hook(out: &mut Vec<u8>, index: usize, hook: &Hook) {
    out.extend_from_slice(b"{\"name\":");
    json::write_string(out, hook.name());
    out.extend_from_slice(
        format!(",\"index\":{index},\"max_bytes\":{},\"headers\":", hook.max_bytes()).as_bytes(),
    );
    match hook.headers() {
        HeaderNames::All => out.extend_from_slice(b"null"),
        HeaderNames::Some(names) => {
            out.push(b'[');
            for (index, name) in names.iter().enumerate() {
                out.extend_from_slice(if index == 0 { b"" } else { b"," });
                json::write_string(out, name);
            }
            out.push(b']');
        }
    }
    if hook.sends_secret() {
        out.extend_from_slice(b",\"hello\":");
        json::write_string(out, hook.source());
    }
    if let Some(seconds) = hook.window_s() {
        out.extend_from_slice(format!(",\"window_s\":{seconds}").as_bytes());
    }
    if hook.heartbeat().is_some() {
        out.extend_from_slice(b",\"heartbeat\":");
        json::write_string(out, if hook.is_queued() { "queue" } else { "direct" });
    }
    out.push(b'}');
}

/// The hook of an index that [`configure`] gave.
fn hook(index: u32) -> Option<Rc<Hook>> {
    let index = usize::try_from(index).ok()?;
    RELAY.with_borrow(|relay| relay.as_ref().ok()?.hooks().get(index).cloned())
}

/// Makes room in the memory of this module for a body of that many bytes, and gives where: `entry.js` writes it there
/// before it calls [`receive`].
#[wasm_bindgen]
pub fn room(length: usize) -> *mut u8 {
    inbox::room(length)
}

/// Takes in a POST, whose body lies where [`room`] said, and gives the number of its passage. `headers` has two lines for
/// each field, its name and its value; `now` is in milliseconds since 1970.
#[wasm_bindgen]
pub fn receive(index: u32, url: &str, headers: &str, now: f64) -> u32 {
    let now = now as i64;
    let Some(hook) = hook(index) else {
        return keep(relay::Passage::refuse(None, &Rejection::UnknownHook, now), now);
    };
    let passage = inbox::taken(|body| {
        let url = hook.url().unwrap_or(url);
        let delivery = Delivery { method: "POST", url, headers: fields(headers), body };
        RELAY.with_borrow_mut(|relay| match relay {
            Ok(relay) => relay::Passage::begin(&hook, relay.keyring(), &delivery, now, &HostCrypto),
            Err(_) => relay::Passage::refuse(None, &Rejection::UnknownHook, now),
        })
    });
    keep(passage, now)
}

/// The index of the hook that a POST outside of `/hooks/` is for, or -1.
#[wasm_bindgen]
pub fn door(url: &str, authorization: Option<String>) -> i32 {
    let header = |name: &str| authorization.clone().filter(|_| name == "authorization");
    at_door("POST", url, header).and_then(|index| i32::try_from(index).ok()).unwrap_or(-1)
}

/// The hook that a request outside of `/hooks/` is for.
fn at_door(method: &str, url: &str, header: impl Fn(&str) -> Option<String>) -> Option<usize> {
    let mut headers = Headers::new();
    if let Some(value) = header("authorization") {
        headers.push("authorization", value);
    }
    let delivery = Delivery { method, url, headers, body: &[] };
    RELAY.with_borrow(|relay| relay.as_ref().ok()?.at_door(&delivery, 0, &HostCrypto))
}

/// Refuses a body that is longer than the hook takes.
#[wasm_bindgen]
pub fn too_large(index: u32, now: f64) -> u32 {
    let hook = hook(index);
    let limit = hook.as_ref().map_or(0, |hook| hook.max_bytes());
    keep(relay::Passage::refuse(hook.as_ref(), &Rejection::TooLarge { limit }, now as i64), now as i64)
}

fn fields(text: &str) -> Headers<'_> {
    let mut headers = Headers::new();
    let mut lines = text.split('\n');
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push(name, value);
    }
    headers
}

/// A delivery on its way. `entry.js` has its number, and asks what to do next until it is over.
struct Passage {
    passage: relay::Passage,
    /// The body of the request that [`next`] asks for.
    body: Option<Uint8Array>,
    wait_ms: u32,
    fetch: Option<Wanted>,
    claim: Option<(String, Uint8Array)>,
}

/// Keeps a passage, and gives its number.
fn keep(passage: relay::Passage, now: i64) -> u32 {
    let passage = Passage { passage, body: None, wait_ms: 0, fetch: None, claim: None };
    PASSAGES.with_borrow_mut(|passages| passages.keep(passage, now))
}

/// What `act` makes of a passage: nothing, [`OVER`] for one, where it was forgotten.
fn on<R: Default>(passage: u32, act: impl FnOnce(&mut Passage) -> R) -> R {
    PASSAGES.with_borrow_mut(|passages| passages.get(passage).map(act).unwrap_or_default())
}

impl Passage {
    fn next(&mut self, now: i64) -> u32 {
        RELAY.with_borrow_mut(|relay| {
            let Ok(relay) = relay else { return OVER };
            match self.passage.errand(now, relay.keyring()) {
                None => {}
                Some(Fetch::Again) => return AGAIN,
                Some(Fetch::Hello) => return HELLO,
                Some(Fetch::Wait(ms)) => {
                    self.wait_ms = ms;
                    return WAIT;
                }
                Some(Fetch::Ask(wanted)) => {
                    self.fetch = Some(wanted);
                    return FETCH;
                }
            }
            match self.passage.next(now, relay.client()) {
                Next::Over => OVER,
                Next::Queue => QUEUE,
                Next::Recall => RECALL,
                Next::Ask(request) => {
                    self.body = Some(Uint8Array::from(request.body.as_ref()));
                    if LAST_ASKED.with_borrow_mut(|last| remember(last, &request)) {
                        ASK
                    } else {
                        ASK_THE_SAME
                    }
                }
                Next::Wait(ms) => {
                    self.wait_ms = ms;
                    WAIT
                }
            }
        })
    }

    fn take(&mut self, now: f64, answer: &Answer) -> u32 {
        RELAY.with_borrow_mut(|relay| {
            if let Ok(relay) = relay {
                self.passage.answered(now as i64, answer, relay.client());
                tell(relay);
            }
        });
        self.next(now as i64)
    }
}

/// What to do next for a passage: [`OVER`], [`ASK`], [`ASK_THE_SAME`] (as `ASK`, but neither the URL nor the header
/// fields have changed since the last `ASK` of any passage or batch), [`WAIT`], [`FETCH`] (what [`fetch_url`] says, for
/// [`fetched`]), [`AGAIN`] (take the delivery in again), [`HELLO`] (look whether the hook is armed, for [`armed`]),
/// [`RECALL`] (ask whether the window knows [`fingerprint`], for [`recalled`]) or [`QUEUE`] (what [`body`] gives after
/// [`prepare`], for [`queued`]).
#[wasm_bindgen]
pub fn next(passage: u32, now: f64) -> u32 {
    on(passage, |passage| passage.next(now as i64))
}

/// Where to POST the request that was asked for last.
#[wasm_bindgen]
pub fn url() -> String {
    LAST_ASKED.with_borrow(|(url, _)| url.clone())
}

/// The header fields of the request that was asked for last, two lines each.
#[wasm_bindgen]
pub fn headers() -> String {
    LAST_ASKED.with_borrow(|(_, headers)| headers.clone())
}

/// The body of the request that was asked for last; it is given once.
#[wasm_bindgen]
pub fn body(passage: u32) -> Option<Uint8Array> {
    on(passage, |passage| passage.body.take())
}

/// How long to wait, in milliseconds.
#[wasm_bindgen]
pub fn wait_ms(passage: u32) -> u32 {
    on(passage, |passage| passage.wait_ms)
}

/// Takes in an answer without a body, and gives what to do next.
#[wasm_bindgen]
pub fn answered(passage: u32, now: f64, status: u16) -> u32 {
    let answer = Answer::Response { status, retry_after: None, body: Vec::new() };
    on(passage, |passage| passage.take(now, &answer))
}

/// Takes in an answer with a body, and gives what to do next.
#[wasm_bindgen]
pub fn answered_with(passage: u32, now: f64, status: u16, retry_after: Option<String>, body: Vec<u8>) -> u32 {
    on(passage, |passage| passage.take(now, &Answer::Response { status, retry_after, body }))
}

/// Takes in that there was no answer, and gives what to do next.
#[wasm_bindgen]
pub fn failed(passage: u32, now: f64, message: String) -> u32 {
    on(passage, |passage| passage.take(now, &Answer::Failure { message }))
}

/// Where the key is that is wanted, or what is to be visited.
#[wasm_bindgen]
pub fn fetch_url(passage: u32) -> Option<String> {
    on(passage, |passage| passage.fetch.as_ref().map(|wanted| wanted.url.clone()))
}

/// The JSON to POST there; without one it is a GET.
#[wasm_bindgen]
pub fn fetch_body(passage: u32) -> Option<Uint8Array> {
    on(passage, |passage| passage.fetch.as_ref()?.body.as_deref().map(Uint8Array::from))
}

/// Takes in the answer to [`FETCH`], 0 where there was none, and gives what to do next.
#[wasm_bindgen]
pub fn fetched(passage: u32, now: f64, status: u16, body: Vec<u8>) -> u32 {
    let answer = Answer::Response { status, retry_after: None, body };
    on(passage, |passage| {
        RELAY.with_borrow_mut(|relay| {
            if let Ok(relay) = relay {
                passage.passage.fetched(now as i64, &answer, relay.keyring());
            }
        });
        if passage.passage.reply().is_some() { OVER } else { AGAIN }
    })
}

/// Takes in until when the hook is armed, 0 where it is not. Gives the secret to keep, if it is to be kept.
#[wasm_bindgen]
pub fn armed(passage: u32, now: f64, until: f64) -> Option<String> {
    on(passage, |passage| passage.passage.armed(now as i64, until as i64).map(str::to_owned))
}

/// Takes in that the secret is kept.
#[wasm_bindgen]
pub fn kept(passage: u32) -> u32 {
    on(passage, |passage| passage.passage.kept());
    OVER
}

/// By what the window knows the delivery again.
#[wasm_bindgen]
pub fn fingerprint(passage: u32) -> Option<String> {
    on(passage, |passage| passage.passage.fingerprint().map(str::to_owned))
}

/// Takes in whether the window knows the delivery, and gives what to do next.
#[wasm_bindgen]
pub fn recalled(passage: u32, now: f64, known: bool) -> u32 {
    on(passage, |passage| {
        passage.passage.recalled(now as i64, known);
        passage.next(now as i64)
    })
}

/// What the window is to remember now that the passage is over.
#[wasm_bindgen]
pub fn to_remember(passage: u32) -> Option<String> {
    on(passage, |passage| passage.passage.to_remember().map(str::to_owned))
}

/// Makes the message of the event; `id` is a random UUID. Gives the key for [`claim`] where the event is too large for a
/// message and has to lie in the bucket first.
#[wasm_bindgen]
pub fn prepare(passage: u32, id: &str) -> Option<String> {
    on(passage, |passage| {
        let (message, claim) = passage.passage.message(id);
        passage.body = Some(Uint8Array::from(message.as_slice()));
        passage.claim = claim.map(|(key, envelope)| (key, Uint8Array::from(envelope.as_slice())));
        passage.claim.as_ref().map(|(key, _)| key.clone())
    })
}

/// What has to lie in the bucket first; it is given once.
#[wasm_bindgen]
pub fn claim(passage: u32) -> Option<Uint8Array> {
    on(passage, |passage| passage.claim.take().map(|(_, envelope)| envelope))
}

/// Takes in whether the queue has the message; `failure` is why not.
#[wasm_bindgen]
pub fn queued(passage: u32, now: f64, failure: Option<String>) -> u32 {
    on(passage, |passage| passage.passage.queued(now as i64, failure.as_deref()));
    OVER
}

/// The status of the sender's reply, below 0 where the reply is nothing but a status. 0 where there is none: the passage
/// was forgotten.
#[wasm_bindgen]
pub fn status(passage: u32) -> i32 {
    on(passage, |passage| {
        passage.passage.reply().map_or(503, |reply| {
            let status = i32::from(reply.status);
            if reply.headers.is_empty() && reply.body.is_empty() { -status } else { status }
        })
    })
}

/// The header fields of the sender's reply, two lines each.
#[wasm_bindgen]
pub fn reply_headers(passage: u32) -> String {
    on(passage, |passage| {
        let headers = passage.passage.reply().into_iter().flat_map(|reply| &reply.headers);
        headers.flat_map(|(name, value)| [name, "\n", value, "\n"]).collect()
    })
}

/// The body of the sender's reply; none for a status that has none.
#[wasm_bindgen]
pub fn reply_body(passage: u32) -> Option<Uint8Array> {
    on(passage, |passage| {
        let body = passage.passage.reply().map(|reply| reply.body.as_slice()).filter(|body| !body.is_empty());
        body.map(Uint8Array::from)
    })
}

/// What to write to the Analytics Engine: a JSON array.
#[wasm_bindgen]
pub fn points(passage: u32, now: f64) -> String {
    on(passage, |passage| metrics::write(&[passage.passage.point(now as i64)]))
}

/// The line to log of a delivery, which is done with: its number leads to nothing any more.
#[wasm_bindgen]
pub fn close(passage: u32, now: f64) -> String {
    let passage = PASSAGES.with_borrow_mut(|passages| passages.take(passage));
    passage.map(|passage| passage.passage.log(now as i64)).unwrap_or_default()
}

/// Logs what has happened to the credentials.
#[inline(never)]
fn tell(relay: &mut Relay) {
    for line in relay.client().tokens_mut().notices() {
        worker::console_warn!("{line}");
    }
}

/// Keeps the URL and the header fields of a request. Gives whether they differ from those that were kept.
fn remember((url, fields): &mut (String, String), request: &Request) -> bool {
    let texts = request.headers.iter().flat_map(|(name, value)| [*name, "\n", value.as_ref(), "\n"]);
    let mut rest = Some(fields.as_bytes());
    for text in texts.clone() {
        rest = rest.and_then(|rest| behind(rest, text.as_bytes()));
    }
    if rest == Some(b"") && *url == request.url {
        return false;
    }
    *fields = texts.collect();
    *url = request.url.clone().into_owned();
    true
}

/// What follows a prefix. A token is long, and what the standard library does here goes byte by byte in wasm.
fn behind<'t>(text: &'t [u8], prefix: &[u8]) -> Option<&'t [u8]> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    let ((blocks, end), (others, other)) = (start.as_chunks::<16>(), prefix.as_chunks::<16>());
    let mut pairs = blocks.iter().zip(others);
    let same = pairs.all(|(one, other)| u128::from_le_bytes(*one) == u128::from_le_bytes(*other));
    (same && end == other).then_some(rest)
}

/// A batch of the queue on its way. `entry.js` asks it what to do next until it is over.
#[wasm_bindgen]
pub struct Batch {
    consumer: Consumer,
    body: Uint8Array,
    wait_ms: u32,
    claim_key: String,
}

/// Takes in a batch. `ids` has a line for each message. `fate` is 0 for delivery, 1 to park what the queue gave up, 2 to park what the core failed on.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)] // Each is an array or a number that JavaScript has at hand.
pub fn consume(
    bodies: Vec<Uint8Array>,
    ids: &str,
    queued_at: &[f64],
    attempts: &[u32],
    now: f64,
    random: f64,
    fate: u32,
) -> Batch {
    let now = now as i64;
    let each = bodies.into_iter().zip(ids.split('\n')).zip(queued_at).zip(attempts);
    let messages = each.map(|(((body, id), queued_at), attempts)| Incoming {
        id: id.to_owned(),
        bytes: body.to_vec(),
        queued_at: *queued_at as i64,
        attempts: *attempts,
    });
    let messages = messages.collect();
    let retention = RETENTION.get();
    let consumer = match fate {
        0 => {
            let mut consumer = Consumer::new(messages, retention, now, random.to_bits());
            if RELAY.with_borrow(Result::is_err) {
                consumer.put_off_all(now);
            }
            consumer
        }
        1 => {
            let detail = "The queue gave it to a consumer as often as it may. The log has what kept it.";
            Consumer::park_all(messages, "dead_letter", detail, now)
        }
        _ => {
            let detail = "The relay failed on this event itself: the log has a line `trap`. Look at the mapping of its \
                          hook for an expression without an end.";
            Consumer::park_all(messages, "trap", detail, now)
        }
    };
    Batch { consumer, body: Uint8Array::default(), wait_ms: 0, claim_key: String::new() }
}

#[wasm_bindgen]
impl Batch {
    /// What to do next: [`OVER`], [`ASK`], [`ASK_THE_SAME`], [`WAIT`] or [`CLAIM`] (read the object that
    /// [`Batch::claim_key`] names, for [`Batch::claimed`]).
    pub fn next(&mut self, now: f64) -> u32 {
        RELAY.with_borrow_mut(|relay| {
            let Ok(relay) = relay else { return OVER };
            match self.consumer.next(now as i64, relay) {
                consume::Step::Done => {
                    relay.note_waiting(self.consumer.waiting(now as i64));
                    OVER
                }
                consume::Step::Wait(ms) => {
                    self.wait_ms = ms;
                    WAIT
                }
                consume::Step::Claim { key } => {
                    self.claim_key = key;
                    CLAIM
                }
                consume::Step::Ask(request) => {
                    self.body = Uint8Array::from(request.body.as_ref());
                    if LAST_ASKED.with_borrow_mut(|last| remember(last, &request)) {
                        ASK
                    } else {
                        ASK_THE_SAME
                    }
                }
            }
        })
    }

    /// The body of the request.
    pub fn body(&self) -> Uint8Array {
        self.body.clone()
    }

    /// How long to wait, in milliseconds.
    pub fn wait_ms(&self) -> u32 {
        self.wait_ms
    }

    /// The object that is wanted.
    pub fn claim_key(&self) -> String {
        self.claim_key.clone()
    }

    /// Takes in an answer and gives what to do next. `failure` is why there was none.
    pub fn answered(
        &mut self,
        now: f64,
        status: u16,
        retry_after: Option<String>,
        body: Vec<u8>,
        failure: Option<String>,
    ) -> u32 {
        let answer = match failure {
            Some(message) => Answer::Failure { message },
            None => Answer::Response { status, retry_after, body },
        };
        RELAY.with_borrow_mut(|relay| {
            if let Ok(relay) = relay {
                self.consumer.answered(now as i64, &answer, relay);
                tell(relay);
            }
        });
        self.next(now)
    }

    /// Takes in an object, and gives what to do next. There is none if `object` is missing, and `failed` if the bucket
    /// did not answer.
    pub fn claimed(&mut self, now: f64, object: Option<Vec<u8>>, failed: bool) -> u32 {
        let found = match object {
            _ if failed => Found::Failed,
            Some(bytes) => Found::Bytes(bytes),
            None => Found::Nothing,
        };
        RELAY.with_borrow(|relay| {
            if let Ok(relay) = relay {
                self.consumer.claimed(now as i64, found, relay);
            }
        });
        self.next(now)
    }

    /// What is to become of each message: [`ACK`], [`PARK`] as [`Batch::parked`] says, or the seconds after which it
    /// comes again.
    pub fn verdicts(&self) -> Vec<i32> {
        let code = |index| match self.consumer.verdict(index) {
            Verdict::Ack => ACK,
            Verdict::Park(_) => PARK,
            Verdict::Retry { delay_s } => i32::try_from(delay_s).unwrap_or(60),
        };
        (0..self.consumer.len()).map(code).collect()
    }

    /// How many messages claim an object of the bucket: as long as it is none, nothing is [`Batch::spent`].
    pub fn claims(&self) -> usize {
        self.consumer.claims()
    }

    /// What to put into the bucket of a message: five lines, the key, the metadata as JSON, the object to copy first and
    /// where to (both empty if there is none), and the object.
    pub fn parked(&self, index: usize) -> Option<String> {
        let Verdict::Park(parked) = self.consumer.verdict(index) else { return None };
        let (from, to) = parked.copy.unwrap_or_default();
        let document = String::from_utf8_lossy(&parked.document).into_owned();
        Some([parked.key, parked.summary, from, to, document].join("\n"))
    }

    /// The object that is of no use any more once a message has been acknowledged.
    pub fn spent(&self, index: usize) -> Option<String> {
        self.consumer.spent(index).map(str::to_owned)
    }

    /// What to write to the Analytics Engine: a JSON array.
    pub fn points(&self, now: f64) -> String {
        RELAY.with_borrow(|relay| match relay {
            Ok(relay) => metrics::write(&self.consumer.points(now as i64, relay)),
            Err(_) => metrics::write(&[]),
        })
    }

    /// What to keep in the bucket of the relay's health, three lines each: the key, the metadata as JSON, and `news` if
    /// it is to be kept whatever other isolates have kept lately.
    pub fn notes(&self, now: f64) -> String {
        let notes = RELAY.with_borrow(|relay| match relay {
            Ok(relay) if relay.is_queued() => LEDGER.with_borrow_mut(|ledger| ledger.due(now as i64, relay)),
            _ => Vec::new(),
        });
        let lines = notes.iter().flat_map(|note| {
            [note.key.as_str(), "\n", &note.metadata, if note.news { "\nnews\n" } else { "\n\n" }]
        });
        lines.collect()
    }

    /// The line to log of this batch.
    pub fn log(&self, now: f64) -> String {
        self.consumer.log(now as i64)
    }

    /// How loud that line is: 0, 1 for a warning, 2 for an error.
    pub fn severity(&self) -> u8 {
        self.consumer.severity()
    }
}

/// Takes in what is known outside of the isolate, for `/healthz`, as [`crate::health::write`] wants it.
#[wasm_bindgen]
pub fn note_outside(outside: String) {
    OUTSIDE.set(outside);
}

/// The message of a hook's heartbeat; `id` is a random UUID.
#[wasm_bindgen]
pub fn heartbeat(index: u32, id: &str, now: f64) -> Vec<u8> {
    hook(index).map(|hook| heartbeat::message(hook.name(), id, now as i64)).unwrap_or_default()
}
