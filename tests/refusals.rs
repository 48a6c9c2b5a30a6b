//! What a product hears of every source, from its request to the answer: taken, refused, or asked to come again.
//! A sender that gives up at the wrong status loses events; one that never gives up floods the relay.

#[path = "support/relay.rs"]
mod relay;

use std::fs;
use std::path::Path;

use ccf_edge::azure::Answer;
use ccf_edge::config::Mode;
use ccf_edge::relay::{Next, Passage, Relay};
use ccf_edge::webhook::delivery::{Delivery, Headers};
use ccf_edge::webhook::door::Door;
use ccf_edge::webhook::keyring::Keyring;
use ccf_edge::webhook::rejection::Rejection;
use ccf_edge::webhook::source::{Form, preset, preset_ids};
use ccf_edge::webhook::verify::PureCrypto;
use serde_json::{Value, json};

/// The sources that hear something else than 401 when their proof is bad, and why.
const STOPS: &[(&str, u16)] = &[
    // PagerDuty's SDK answers so, and PagerDuty then does not send the delivery again.
    ("pagerduty", 403),
];

fn fixture(id: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/webhooks/{id}.json"));
    let fixture: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    fixture["cases"].as_array().unwrap().clone()
}

/// The first request of a source that is a delivery with an event in it. Where every one is without, the proof does not
/// cover the body, and it gets one.
fn delivery(id: &str) -> Value {
    let cases = fixture(id);
    let mut verified = cases.iter().filter(|case| case["expect"]["verified"] == true);
    let form = preset(id).unwrap().unwrap().payload.form;
    let has_event = |case: &&Value| {
        let body = case["body"].as_str().unwrap_or_default().trim_start();
        body.starts_with(['{', '[']) || matches!(form, Form::Fields | Form::Jwt)
    };
    match verified.clone().find(has_event) {
        Some(case) => case.clone(),
        None => {
            let mut case = verified.next().unwrap_or_else(|| panic!("{id} has no delivery")).clone();
            case["body"] = json!("{}");
            case
        }
    }
}

/// The answer to a request of a fixture, and its headers, while Azure answers with this status.
fn reply(id: &str, case: &Value, azure: u16) -> (u16, Vec<(String, String)>) {
    let secrets: Vec<&str> =
        case["secrets"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    // Every body is one event, so that even a heartbeat has a row to be refused.
    let mut hook = json!({ "source": id, "events": ".", "columns": { "Event": "." } });
    for member in ["config", "auth"] {
        if !case[member].is_null() {
            hook[member] = case[member].clone();
        }
    }
    if !secrets.is_empty() {
        hook["secret"] = (0..secrets.len()).map(|number| json!(format!("KEY_{number}"))).collect();
    }
    let config = relay::config(&json!({ "hook": hook }).to_string());
    let secret = |name: &str| match name.strip_prefix("KEY_").and_then(|number| number.parse::<usize>().ok())
    {
        Some(number) => secrets.get(number).map(|&value| value.to_owned()),
        None => Some("another secret".to_owned()),
    };
    let mut relay = Relay::load(&config, relay::DCR, &secret, Mode::Production)
        .unwrap_or_else(|errors| panic!("{id}: {errors:?}"));
    let now = case["now"].as_i64().unwrap_or(1_700_000_000) * 1000;
    let mut keyring = Keyring::default();
    for (url, key) in case["keys"].as_object().into_iter().flatten() {
        keyring.learn(url, now, Some(key.as_str().unwrap().as_bytes()));
    }
    let mut headers = Headers::new();
    for pair in case["headers"].as_array().unwrap() {
        headers.push(pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
    }
    let delivery = Delivery {
        method: case["method"].as_str().unwrap_or("POST"),
        url: case["url"].as_str().unwrap_or("https://relay.example/hooks/x"),
        headers,
        body: case["body"].as_str().unwrap_or_default().as_bytes(),
    };
    let hook = relay.hooks()[0].clone();
    let mut passage = Passage::begin(&hook, &keyring, &delivery, now, &PureCrypto);
    let mut clock = now;
    loop {
        let answer = match passage.next(clock, relay.client()) {
            Next::Over | Next::Queue | Next::Recall => break,
            Next::Wait(ms) => {
                clock += i64::from(ms);
                continue;
            }
            Next::Ask(request) if request.url.contains("oauth2") => Answer::Response {
                status: 200,
                retry_after: None,
                body: br#"{"access_token":"t","expires_in":3599}"#.to_vec(),
            },
            Next::Ask(_) => Answer::Response { status: azure, retry_after: None, body: Vec::new() },
        };
        passage.answered(clock, &answer, relay.client());
    }
    let reply = passage.reply().unwrap();
    (reply.status, reply.headers.clone())
}

#[test]
fn what_azure_has_is_acknowledged_as_the_product_wants() {
    for id in preset_ids() {
        let wanted = match id {
            "discord" | "okta" | "cloudevents" => 204,
            "microsoft-graph" => 202,
            _ => 200,
        };
        assert_eq!(reply(id, &delivery(id), 204).0, wanted, "{id}");
    }
}

/// A sender takes another 4xx for a delivery that will never be good, and does not send it again.
#[test]
fn what_azure_does_not_take_is_sent_again() {
    for id in preset_ids() {
        let case = delivery(id);
        for azure in [401, 403, 404, 408, 429, 500, 503] {
            let (status, headers) = reply(id, &case, azure);
            assert_eq!(status, 503, "{id} while Azure answers {azure}");
            let again = headers.iter().find(|(name, _)| name == "retry-after");
            assert!(again.is_some_and(|(_, seconds)| seconds.parse::<u32>().is_ok()), "{id}: {headers:?}");
        }
    }
}

#[test]
fn a_bad_proof_is_refused_as_the_product_wants() {
    let mut refused = 0;
    for id in preset_ids() {
        let wanted = STOPS.iter().find(|(known, _)| *known == id).map_or(401, |(_, status)| *status);
        let source = preset(id).unwrap().unwrap();
        for rejection in [
            Rejection::SignatureMissing,
            Rejection::SignatureMalformed,
            Rejection::SignatureMismatch,
            Rejection::TimestampStale { age: 301, tolerance: 300 },
            Rejection::HeaderRepeated { name: "x".to_owned() },
        ] {
            assert_eq!(rejection.status_for(&source), wanted, "{id}: {rejection:?}");
        }
        // The source's own status is for the proof alone: a key that is not there is no reason to stop.
        assert_eq!(Rejection::KeyUnavailable.status_for(&source), 503, "{id}");
        for case in fixture(id).iter().filter(|case| !case["expect"]["rejected"].is_null()) {
            let wanted = match (case["expect"]["rejected"].as_str().unwrap(), id) {
                ("handshake_refused", _) => 403,
                ("method_not_allowed", _) => 405,
                ("body_malformed", _) => 400,
                // Splunk's own table.
                ("signature_mismatch", _) if preset(id).unwrap().unwrap().door == Some(Door::SplunkHec) => {
                    403
                }
                _ => wanted,
            };
            assert_eq!(reply(id, case, 204).0, wanted, "{id}: {}", case["name"]);
            refused += 1;
        }
    }
    assert!(refused > 300, "{refused} requests were refused");
}
