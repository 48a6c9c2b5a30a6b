//! What is not on an event's way: health, handshakes by GET or OPTIONS, and addresses that lead nowhere.

use super::{HostCrypto, PARKED, RELAY, at_door};
use crate::config::ConfigError;
use crate::json::write_string;
use crate::mapping::time::write_rfc3339_millis;
use crate::relay::{Hook, Passage, Relay, json_reply, problem};
use crate::webhook::delivery::{Delivery, Headers};
use crate::webhook::handshake::Reply;
use crate::webhook::keyring::Keyring;
use crate::webhook::location::path;
use crate::webhook::rejection::Rejection;
use worker::worker_sys::web_sys::Request;
use worker::{Context, Date, Env, Response, event};

/// Answers every request that `entry.js` does not take itself.
#[event(fetch)]
async fn fetch(request: Request, _env: Env, _context: Context) -> worker::Result<Response> {
    let (method, url) = (request.method(), request.url());
    let path = path(&url);
    let reply = match path.strip_prefix("/hooks/") {
        Some(name) => hook(|hook| hook.name() == name, &request),
        None if path == "/healthz" => match method.as_str() {
            "GET" | "HEAD" => RELAY.with_borrow(health),
            _ => method_not_allowed("GET, HEAD"),
        },
        None => match at_door(&method, &url, |name| request.headers().get(name).ok().flatten()) {
            Some(index) => {
                let wanted = RELAY.with_borrow(|relay| relay.as_ref().ok()?.hooks().get(index).cloned());
                hook(|hook| wanted.as_deref().is_some_and(|wanted| std::ptr::eq(wanted, hook)), &request)
            }
            None => problem(404, "not_found", "There is nothing here. Webhooks go to /hooks/<name>."),
        },
    };
    let mut response = match method.as_str() {
        "HEAD" => Response::empty()?,
        _ => Response::from_bytes(reply.body)?,
    }
    .with_status(reply.status);
    for (name, value) in &reply.headers {
        response.headers_mut().set(name, value)?;
    }
    Ok(response)
}

fn method_not_allowed(allow: &str) -> Reply {
    let rejection = Rejection::MethodNotAllowed { allow: allow.to_owned() };
    reply(&Passage::refuse(None, &rejection, 0))
}

/// A request to a hook that is no POST: a handshake, or a mistake. Also a POST to a hook that does not exist.
fn hook(is_it: impl Fn(&Hook) -> bool, request: &Request) -> Reply {
    let now = i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX);
    let (method, url) = (request.method(), request.url());
    let mut headers = Headers::new();
    for (name, value) in worker::Headers(request.headers()).entries() {
        headers.push(name, value);
    }
    let (passage, known) = RELAY.with_borrow(|relay| match relay {
        Err(_) => (None, false),
        Ok(relay) => match relay.hooks().iter().find(|hook| is_it(hook)) {
            None => (Some(Passage::refuse(None, &Rejection::UnknownHook, now)), false),
            Some(hook) => {
                let url = hook.url().unwrap_or(&url);
                let delivery = Delivery { method: &method, url, headers, body: &[] };
                (Some(Passage::begin(hook, &Keyring::default(), &delivery, now, &HostCrypto)), true)
            }
        },
    });
    let Some(passage) = passage else {
        let detail =
            "This relay is not configured yet. Its operator finds the reason in its log and at /healthz.";
        let mut reply = problem(503, "misconfigured", detail);
        reply.headers.push(("retry-after".to_owned(), "300".to_owned()));
        return reply;
    };
    // A stranger may ask for any name as often as he likes; only what is meant for a hook is worth a line.
    if known {
        worker::console_log!("{}", passage.log(now));
    }
    reply(&passage)
}

/// The reply of a passage. A request without a body makes no rows, so that only one to an ill-made source with
/// events in its URL has none yet.
fn reply(passage: &Passage) -> Reply {
    passage.reply().cloned().unwrap_or_else(|| problem(405, "method_not_allowed", "send events by POST"))
}

/// Whether the configuration is sound, which hooks there are, how events travel, and what this isolate has seen of it.
/// It names no secret's value.
fn health(relay: &Result<Relay, Vec<ConfigError>>) -> Reply {
    let mut out = Vec::new();
    match relay {
        Ok(relay) => {
            out.extend_from_slice(b"{\"status\":\"ok\",\"hooks\":[");
            for (index, hook) in relay.hooks().iter().enumerate() {
                out.extend_from_slice(if index == 0 { b"{" } else { b",{" });
                for (index, (name, value)) in
                    [("name", hook.name()), ("source", hook.source()), ("stream", hook.stream())]
                        .iter()
                        .enumerate()
                {
                    out.extend_from_slice(if index == 0 { b"" } else { b"," });
                    write_string(&mut out, name);
                    out.push(b':');
                    write_string(&mut out, value);
                }
                if hook.awaits_secret() {
                    out.extend_from_slice(b",\"secret\":\"awaited\"");
                }
                out.push(b'}');
            }
            out.push(b']');
            delivery(&mut out, relay);
            credentials(&mut out, relay);
            if !relay.warnings().is_empty() {
                out.extend_from_slice(b",\"warnings\":");
                write_errors(&mut out, relay.warnings());
            }
            out.push(b'}');
            json_reply(200, out)
        }
        Err(errors) => {
            out.extend_from_slice(b"{\"status\":\"misconfigured\",\"errors\":");
            write_errors(&mut out, errors);
            out.push(b'}');
            json_reply(503, out)
        }
    }
}

fn write_errors(out: &mut Vec<u8>, errors: &[ConfigError]) {
    out.push(b'[');
    for (index, error) in errors.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"" } else { b"," });
        write_string(out, &error.to_string());
    }
    out.push(b']');
}

/// How events travel, and what this isolate has lately seen of it.
fn delivery(out: &mut Vec<u8>, relay: &Relay) {
    let health = relay.health();
    let text = |out: &mut Vec<u8>, name: &str, value: &str| {
        write_string(out, name);
        out.push(b':');
        write_string(out, value);
    };
    let instant = |ms: i64| {
        let mut text = Vec::new();
        write_rfc3339_millis(&mut text, ms);
        String::from_utf8_lossy(&text).into_owned()
    };
    out.push(b',');
    text(out, "delivery", if relay.is_queued() { "queue" } else { "direct" });
    if let Some(parked) = PARKED.with_borrow(Clone::clone) {
        out.push(b',');
        text(out, "parked", &parked);
    }
    if let Some(since) = relay.waiting_since() {
        out.push(b',');
        text(out, "oldest_waiting", &instant(since));
    }
    out.extend_from_slice(b",\"last_success\":{");
    let mut first = true;
    let mut seen: Vec<&str> = Vec::new();
    for hook in relay.hooks() {
        let at = health.delivered.iter().find(|(url, _)| url == hook.stream_url());
        if let Some((_, at)) = at.filter(|_| !seen.contains(&hook.stream())) {
            seen.push(hook.stream());
            out.extend_from_slice(if first { b"" } else { b"," });
            first = false;
            text(out, hook.stream(), &instant(*at));
        }
    }
    out.push(b'}');
    if let Some((at, reason)) = &health.error {
        out.extend_from_slice(b",\"last_error\":{");
        text(out, "at", &instant(*at));
        out.push(b',');
        text(out, "code", reason.code());
        out.push(b',');
        text(out, "check", &reason.what_to_check());
        out.push(b'}');
    }
}

/// Which credential for Entra this isolate uses, and what there is to say of all of them.
fn credentials(out: &mut Vec<u8>, relay: &Relay) {
    let tokens = relay.tokens();
    if let Some(name) = tokens.in_use() {
        out.extend_from_slice(b",\"credential\":");
        write_string(out, name);
    }
    let now = i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX);
    let warnings = tokens.warnings(now);
    if warnings.is_empty() {
        return;
    }
    out.extend_from_slice(b",\"warnings\":[");
    for (index, (name, text)) in warnings.into_iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"{" } else { b",{" });
        for (member, value) in [("\"credential\":", name), (",\"check\":", text.as_str())] {
            out.extend_from_slice(member.as_bytes());
            write_string(out, value);
        }
        out.push(b'}');
    }
    out.push(b']');
}
