//! What is not on an event's way: health, handshakes by GET or OPTIONS, and addresses that lead nowhere.

use super::{HostCrypto, OUTSIDE, RELAY, at_door};
use crate::health;
use crate::json::write_string;
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

/// Whether the configuration is sound, and how the relay is. It names no secret's value.
fn health(relay: &Result<Relay, Vec<crate::config::ConfigError>>) -> Reply {
    match relay {
        Ok(relay) => {
            let now = i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX);
            json_reply(200, OUTSIDE.with_borrow(|outside| health::write(relay, outside, now)))
        }
        Err(errors) => {
            let mut out = b"{\"status\":\"misconfigured\",\"errors\":[".to_vec();
            for (index, error) in errors.iter().enumerate() {
                out.extend_from_slice(if index == 0 { b"" } else { b"," });
                write_string(&mut out, &error.to_string());
            }
            out.extend_from_slice(b"]}");
            json_reply(503, out)
        }
    }
}
