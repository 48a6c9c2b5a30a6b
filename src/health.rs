//! What `/healthz` says: of the whole relay as far as isolates can know of each other, of this isolate otherwise.
//!
//! An isolate lives for minutes to hours and knows what it has sent itself. So each keeps in the bucket, under
//! `status/<stream>/`, when a stream last took rows and when and why it last did not ([`Ledger`]), and whoever is asked
//! for the health reads what all have kept ([`write`]).

use std::sync::Arc;

use crate::consume::{instant, member, plain};
use crate::deliver::Health;
use crate::json::{self, Dialect, Kind, Value, write_string};
use crate::relay::{Hook, Relay};

/// How often an isolate keeps the same thing of a stream, in milliseconds.
pub const KEEP_MS: i64 = 60_000;

/// Where it is kept.
pub const PREFIX: &str = "status/";

/// The longest advice that is kept, in characters: the metadata of an object may have 2 KB.
const KEPT_CHECK: usize = 500;

/// What is to be kept of a stream: an empty object with this metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The object: `status/<stream>/success` or `status/<stream>/error`.
    pub key: String,
    /// Its metadata: a JSON object of strings, with `at` in milliseconds since the Unix epoch.
    pub metadata: String,
    /// Whether it is news: then it is kept even if another isolate has kept the like within [`KEEP_MS`].
    pub news: bool,
}

/// What this isolate has kept.
#[derive(Debug, Default)]
pub struct Ledger {
    kept: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    url: Arc<str>,
    success: i64,
    error: i64,
    code: &'static str,
}

impl Ledger {
    /// One that has kept nothing yet.
    pub const fn new() -> Ledger {
        Ledger { kept: Vec::new() }
    }

    /// What is worth keeping now: what is new since the last time, once a minute for each stream; at once if the stream
    /// recovers, fails, or fails for another reason.
    pub fn due(&mut self, now: i64, relay: &Relay) -> Vec<Note> {
        let mut notes = Vec::new();
        for stream in &relay.health().streams {
            let Some(hook) = relay.hooks().iter().find(|hook| *hook.stream_url() == stream.url) else {
                continue;
            };
            let known = self.kept.iter().position(|kept| kept.url == stream.url);
            let at = known.unwrap_or(self.kept.len());
            if known.is_none() {
                let url = Arc::clone(&stream.url);
                self.kept.push(Kept { url, success: i64::MIN, error: i64::MIN, code: "" });
            }
            let Some(kept) = self.kept.get_mut(at) else { continue };
            if let Some((error_at, reason)) = &stream.error
                && *error_at > kept.error
            {
                let success = kept.success.max(stream.delivered.unwrap_or(i64::MIN));
                let news = kept.code != reason.code() || success > kept.error;
                if news || error_at.saturating_sub(kept.error) >= KEEP_MS {
                    (kept.error, kept.code) = (*error_at, reason.code());
                    let check = reason.what_to_check();
                    notes.push(note(hook, "error", *error_at, Some((reason.code(), &check)), news));
                }
            }
            if let Some(delivered) = stream.delivered.filter(|delivered| *delivered > kept.success) {
                let news = delivered > kept.error && kept.error > kept.success;
                if news || delivered.saturating_sub(kept.success) >= KEEP_MS {
                    kept.success = delivered;
                    notes.push(note(hook, "success", delivered, None, news));
                }
            }
        }
        // A clock that was set back would otherwise keep everything from being kept.
        self.kept.iter_mut().for_each(|kept| {
            kept.success = kept.success.min(now);
            kept.error = kept.error.min(now);
        });
        notes
    }
}

fn note(hook: &Hook, what: &str, at: i64, error: Option<(&str, &str)>, news: bool) -> Note {
    let mut metadata = b"{\"v\":\"1\"".to_vec();
    member(&mut metadata, "at", &at.to_string());
    if let Some((code, check)) = error {
        member(&mut metadata, "code", code);
        member(&mut metadata, "check", &plain(check, KEPT_CHECK));
    }
    metadata.push(b'}');
    let metadata = String::from_utf8_lossy(&metadata).into_owned();
    Note { key: [PREFIX, hook.stream(), "/", what].concat(), metadata, news }
}

/// Why a stream did not take rows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trouble {
    at: i64,
    code: String,
    check: String,
}

/// What is known of a stream.
struct Known<'r> {
    stream: &'r str,
    success: Option<i64>,
    trouble: Option<Trouble>,
}

impl Known<'_> {
    /// Why rows do not arrive at the moment. Of rows that Azure refuses the others arrive.
    fn failing(&self) -> Option<&Trouble> {
        let trouble = self.trouble.as_ref()?;
        let fails = !trouble.code.starts_with("row_") && self.success.is_none_or(|at| at < trouble.at);
        fails.then_some(trouble)
    }
}

/// The answer of a relay whose configuration is sound.
///
/// `outside` is what the edge has found outside of the isolate, a JSON object, each member of which may be missing:
/// `status`, an array of what [`Ledger`] keeps, as objects of the key and the metadata; `parked`, how many events are
/// parked, as a text, and `reasons`, how many for which reason; `waiting` and `oldest`, how many messages the queue
/// has and when the oldest was put there.
pub fn write(relay: &Relay, outside: &str, now: i64) -> Vec<u8> {
    let outside = json::parse(outside, Dialect::Strict).value;
    let outside = outside.as_ref();
    let get = |name: &str| outside?.get(name);
    let status = get("status").and_then(Value::as_array).filter(|_| relay.is_queued());
    let streams = streams(relay, status);

    let failing: Vec<_> = streams.iter().filter_map(|known| Some((known.stream, known.failing()?))).collect();
    let mut out = b"{\"status\":".to_vec();
    write_string(&mut out, if failing.is_empty() { "ok" } else { "failing" });
    out.extend_from_slice(b",\"hooks\":[");
    for (index, hook) in relay.hooks().iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"{\"name\":" } else { b",{\"name\":" });
        write_string(&mut out, hook.name());
        member(&mut out, "source", hook.source());
        member(&mut out, "stream", hook.stream());
        if hook.awaits_secret() {
            member(&mut out, "secret", "awaited");
        }
        out.push(b'}');
    }
    out.push(b']');
    member(&mut out, "delivery", if relay.is_queued() { "queue" } else { "direct" });
    member(&mut out, "scope", if status.is_some() { "relay" } else { "isolate" });
    if let Some(parked) = get("parked").and_then(Value::as_str) {
        member(&mut out, "parked", parked);
    }
    if let Some(reasons) = get("reasons").and_then(Value::as_object).filter(|reasons| !reasons.is_empty()) {
        out.extend_from_slice(b",\"parked_reasons\":");
        for (index, reason) in reasons.iter().enumerate() {
            out.push(if index == 0 { b'{' } else { b',' });
            write_string(&mut out, &reason.key);
            out.push(b':');
            out.extend_from_slice(number(Some(&reason.value)).unwrap_or(0).to_string().as_bytes());
        }
        out.push(b'}');
    }
    if relay.is_queued() {
        if let Some(waiting) = number(get("waiting")) {
            out.extend_from_slice(b",\"waiting\":");
            out.extend_from_slice(waiting.to_string().as_bytes());
        }
        // What this isolate put off waits for certain until its time has come; afterwards only the queue knows.
        let own = relay.waiting().filter(|waiting| now < waiting.until).map(|waiting| waiting.since);
        let oldest = number(get("oldest")).filter(|oldest| *oldest > 0);
        if let Some(oldest) = own.into_iter().chain(oldest).min() {
            member(&mut out, "oldest_waiting", &instant(oldest));
        }
    }
    out.extend_from_slice(b",\"last_success\":{");
    let mut first = true;
    for (stream, at) in streams.iter().filter_map(|known| Some((known.stream, known.success?))) {
        out.extend_from_slice(if first { b"" } else { b"," });
        first = false;
        write_string(&mut out, stream);
        out.push(b':');
        write_string(&mut out, &instant(at));
    }
    out.push(b'}');
    for (index, (stream, trouble)) in failing.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b",\"failing\":[" } else { b"," });
        write_trouble(&mut out, stream, trouble);
    }
    out.extend_from_slice(if failing.is_empty() { b"" } else { b"]" });
    let troubles = streams.iter().filter_map(|known| Some((known.stream, known.trouble.as_ref()?)));
    if let Some((stream, trouble)) = troubles.max_by_key(|(_, trouble)| trouble.at) {
        out.extend_from_slice(b",\"last_error\":");
        write_trouble(&mut out, stream, trouble);
    }
    if let Some(name) = relay.tokens().in_use() {
        member(&mut out, "credential", name);
    }
    warnings(&mut out, relay, now);
    out.push(b'}');
    out
}

/// What works for now and wants a look: credentials for Entra that end or no longer work, and bindings that are missing.
fn warnings(out: &mut Vec<u8>, relay: &Relay, now: i64) {
    let credentials = relay.tokens().warnings(now).into_iter().map(|(name, text)| (Some(name), text));
    let bindings = relay.warnings().iter().map(|error| (None, error.to_string()));
    let mut first = true;
    for (credential, check) in credentials.chain(bindings) {
        out.extend_from_slice(if first { b",\"warnings\":[{\"check\":" } else { b",{\"check\":" });
        first = false;
        write_string(out, &check);
        if let Some(name) = credential {
            member(out, "credential", name);
        }
        out.push(b'}');
    }
    out.extend_from_slice(if first { b"" } else { b"]" });
}

/// What is known of each stream that a hook sends to: by this isolate, and by what all have kept.
fn streams<'r>(relay: &'r Relay, status: Option<&[Value]>) -> Vec<Known<'r>> {
    let mut streams: Vec<Known<'r>> = Vec::new();
    let health: &Health = relay.health();
    for hook in relay.hooks() {
        if streams.iter().any(|known| known.stream == hook.stream()) {
            continue;
        }
        let own = health.of(hook.stream_url());
        let trouble = own.and_then(|own| own.error.as_ref()).map(|(at, reason)| Trouble {
            at: *at,
            code: reason.code().to_owned(),
            check: reason.what_to_check(),
        });
        let success = own.and_then(|own| own.delivered);
        streams.push(Known { stream: hook.stream(), success, trouble });
    }
    for object in status.unwrap_or_default() {
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let key = text("key").and_then(|key| key.strip_prefix(PREFIX)?.split_once('/'));
        let (Some((stream, what)), Some(at)) = (key, text("at").and_then(|at| at.parse().ok())) else {
            continue;
        };
        let Some(known) = streams.iter_mut().find(|known| known.stream == stream) else { continue };
        match what {
            "success" => known.success = known.success.max(Some(at)),
            "error" if known.trouble.as_ref().is_none_or(|own| own.at < at) => {
                let own = |name: &str| text(name).unwrap_or_default().to_owned();
                known.trouble = Some(Trouble { at, code: own("code"), check: own("check") });
            }
            _ => {}
        }
    }
    streams
}

fn write_trouble(out: &mut Vec<u8>, stream: &str, Trouble { at, code, check }: &Trouble) {
    out.extend_from_slice(b"{\"stream\":");
    write_string(out, stream);
    member(out, "at", &instant(*at));
    member(out, "code", code);
    member(out, "check", check);
    out.push(b'}');
}

fn number(value: Option<&Value>) -> Option<i64> {
    match &value?.kind {
        Kind::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}
