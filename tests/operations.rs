//! What operators see: heartbeats, points for charts, and what `/healthz` says.

#[path = "support/azure.rs"]
mod azure;

use azure::{CLIENT, ENDPOINT, NOW, RULE, SECRET, STREAM, TENANT};
use ccf_edge::artifact::schema::{Column, ColumnType, Schema};
use ccf_edge::azure::Answer;
use ccf_edge::batch::RowBuffer;
use ccf_edge::config::{ConfigError, Mode};
use ccf_edge::consume::{Breaker, Consumer, Found, Incoming, Retention, Step, Verdict};
use ccf_edge::envelope::Envelope;
use ccf_edge::health::{self, KEEP_MS, Ledger};
use ccf_edge::heartbeat::{self, HEARTBEAT, Heartbeat};
use ccf_edge::metrics::{self, Labels, MOST, Numbers, Point};
use ccf_edge::relay::{Bindings, Passage, Relay};
use ccf_edge::webhook::delivery::{Delivery, Headers};
use ccf_edge::webhook::keyring::Keyring;
use ccf_edge::webhook::verify::PureCrypto;
use proptest::prelude::*;
use serde_json::{Value, json};

const OTHER: &str = "Custom-Other";
const QUEUE: Bindings = Bindings { queue: true, bucket: true, dedupe: false };

/// A relay of two hooks: `h` with a heartbeat, and `other`, whose stream has no `EventType`.
fn try_relay(heartbeat: Value, other: Value, bindings: Bindings) -> Result<Relay, Vec<ConfigError>> {
    let columns = |columns: &[(&str, &str)]| -> Value {
        columns.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect()
    };
    let dcr = json!({ "type": "Microsoft.Insights/dataCollectionRules", "properties": { "streamDeclarations": {
        STREAM: { "columns": columns(&[("TimeGenerated", "datetime"), ("Id", "long"), ("EventType", "string")]) },
        OTHER: { "columns": columns(&[("Id", "long"), ("Message", "string"), ("Raw", "dynamic")]) },
    } } });
    let text = json!({
        "azure": { "tenant_id": TENANT, "client_id": CLIENT, "dce_endpoint": ENDPOINT, "dcr_immutable_id": RULE,
            "stream_name": STREAM },
        "hooks": {
            "h": { "source": "bearer", "events": ".events[]", "columns": { "Id": ".id", "EventType": ".type" },
                "heartbeat": heartbeat },
            "other": { "source": "bearer", "stream": OTHER, "columns": { "Id": ".id" }, "heartbeat": other },
        },
    });
    let secret = |_: &str| Some(SECRET.to_owned());
    Relay::load(&text.to_string(), &dcr.to_string(), &secret, Mode::Production)?.bind(bindings)
}

fn relay() -> Relay {
    try_relay(json!(true), json!(false), QUEUE).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn event(hook: &str, event_type: Option<&str>, body: &str) -> Vec<u8> {
    Envelope {
        hook: hook.into(),
        source: "bearer".into(),
        received_at: NOW,
        delivery_id: None,
        event_type: event_type.map(Into::into),
        url: None,
        headers: Headers::new(),
        only: None,
        body: body.as_bytes(),
    }
    .write()
}

fn answer(status: u16) -> Answer {
    Answer::Response { status, retry_after: None, body: Vec::new() }
}

/// Takes messages through a relay whose Azure answers with a status for each stream. Gives the consumer and the calls.
fn consume_at(
    now: i64,
    relay: &mut Relay,
    messages: Vec<Vec<u8>>,
    azure: impl Fn(&str) -> u16,
) -> (Consumer, Vec<Value>) {
    let incoming = |bytes| Incoming { id: "0a1b".to_owned(), bytes, queued_at: now - 1500, attempts: 1 };
    let messages = messages.into_iter().map(incoming).collect();
    let mut consumer = Consumer::new(messages, Retention::hours(336), now, 7);
    let mut calls = Vec::new();
    loop {
        match consumer.next(now, relay) {
            Step::Done => return (consumer, calls),
            Step::Wait(ms) => panic!("{ms} ms"),
            Step::Claim { .. } => consumer.claimed(now, Found::Failed, relay),
            Step::Ask(request) if request.url.contains("oauth2") => {
                let body = br#"{"access_token":"t","expires_in":3599,"token_type":"Bearer"}"#.to_vec();
                consumer.answered(now, &Answer::Response { status: 200, retry_after: None, body }, relay);
            }
            Step::Ask(request) => {
                calls.push(serde_json::from_slice(&request.body).expect("a small call is plain"));
                consumer.answered(now, &answer(azure(&request.url)), relay);
            }
        }
    }
}

fn consume(relay: &mut Relay, messages: Vec<Vec<u8>>, azure: impl Fn(&str) -> u16) -> (Consumer, Vec<Value>) {
    consume_at(NOW, relay, messages, azure)
}

#[test]
fn a_heartbeat_has_times_its_name_and_an_id() {
    use ColumnType::{Boolean, Datetime, Dynamic, Int, Long, Real, String};
    let time = "2026-11-23T02:00:00.000Z";
    for (columns, marker, row) in [
        (
            vec![("TimeGenerated", Datetime), ("EventType", String), ("DeliveryId", String), ("Id", Long)],
            None,
            Some(json!({ "TimeGenerated": time, "EventType": HEARTBEAT, "DeliveryId": "x" })),
        ),
        // However they are written, and whatever the rule makes `TimeGenerated` of.
        (
            vec![
                ("event_time", String),
                ("SeenAt", Datetime),
                ("event_type", String),
                ("delivery-id", String),
            ],
            None,
            Some(json!({ "event_time": time, "SeenAt": time, "event_type": HEARTBEAT, "delivery-id": "x" })),
        ),
        (
            vec![("EventType", String), ("eventType", String), ("RecordIndex", Int)],
            None,
            Some(json!({ "EventType": HEARTBEAT, "RecordIndex": 0 })),
        ),
        (
            vec![("Message", String), ("Time", Real), ("Open", Boolean), ("Event", Dynamic)],
            Some("Message"),
            Some(json!({ "Message": HEARTBEAT })),
        ),
        (vec![("EventType", String), ("Message", String)], Some("message"), None),
        (vec![("EventType", Dynamic), ("Time", Datetime)], None, None),
        (vec![("Id", Long)], None, None),
    ] {
        let of = |(name, kind): &(&str, _)| Column { name: (*name).to_owned(), kind: *kind };
        let schema = Schema { stream: STREAM.to_owned(), columns: columns.iter().map(of).collect() };
        let rows = Heartbeat::new(&schema, marker).map(|beat| {
            let mut rows = RowBuffer::new();
            beat.row(&mut rows, "x", NOW);
            serde_json::from_slice::<Value>(rows.array()).expect("JSON")
        });
        assert_eq!(rows, row.map(|row| json!([row])), "{columns:?}");
    }
}

#[test]
fn a_heartbeat_goes_the_way_of_events_and_no_event_passes_for_one() {
    let mut relay = relay();
    let beats = vec![
        heartbeat::message("h", "1", NOW - 60_000),
        event("h", Some(HEARTBEAT), &json!({ "events": [{ "id": 7, "type": HEARTBEAT }] }).to_string()),
        heartbeat::message("h", "2", NOW),
        // Of a hook that has none any more, and of one that is gone.
        heartbeat::message("other", "3", NOW),
        heartbeat::message("gone", "4", NOW),
    ];
    let (consumer, calls) = consume(&mut relay, beats, |_| 204);
    let row = |time: &str| json!({ "TimeGenerated": time, "EventType": HEARTBEAT });
    let rows = [
        row("2026-11-23T01:59:00.000Z"),
        json!({ "Id": 7, "EventType": HEARTBEAT }),
        row("2026-11-23T02:00:00.000Z"),
    ];
    assert_eq!(calls, [json!(rows)]);
    for at in 0..consumer.len() {
        assert_eq!(consumer.verdict(at), Verdict::Ack, "{at}");
    }

    // As an event it waits when Azure does not answer, and is parked with everything that sends it again.
    let (consumer, _) = consume(&mut relay, vec![heartbeat::message("h", "5", NOW)], |_| 503);
    assert!(matches!(consumer.verdict(0), Verdict::Retry { .. }));
    let incoming = Incoming {
        id: "0a1b".to_owned(),
        bytes: heartbeat::message("h", "6", NOW),
        queued_at: NOW,
        attempts: 1,
    };
    let parked = Consumer::park_all(vec![incoming], "dead_letter", "", NOW);
    let Verdict::Park(parked) = parked.verdict(0) else { panic!("it is parked") };
    assert!(parked.summary.contains(r#""delivery":"heartbeat-6""#), "{}", parked.summary);
}

#[test]
fn a_heartbeat_needs_a_column_that_tells_it_from_events() {
    for (heartbeat, column) in
        [(json!(true), "EventType"), (json!("Raw"), "Raw"), (json!("Mesage"), "Mesage")]
    {
        let Err(errors) = try_relay(json!(true), heartbeat, QUEUE) else { panic!("{column}") };
        let [error] = errors.as_slice() else { panic!("{errors:?}") };
        assert_eq!((error.code, error.file, error.position.is_some()), ("heartbeat", "relay.json", true));
        assert!(error.message.contains(&format!("`{OTHER}` has no column `{column}`")), "{error}");
    }
    let relay = try_relay(json!(true), json!("Message"), QUEUE).expect("it is sound");
    assert!(relay.hooks().iter().all(|hook| hook.heartbeat().is_some()));
}

fn point(point: &Point) -> (&str, &str, &str, &str, u64, u64, u64) {
    let Point { labels: Labels { kind, hook, outcome, code, .. }, numbers } = point;
    (kind, hook, outcome, code, numbers.count, numbers.rows, numbers.losses)
}

#[test]
fn the_points_of_a_batch_have_what_became_of_its_messages() {
    let mut relay = relay();
    let messages = vec![
        event("h", None, r#"{"events":[{"id":1},{"id":2},{"id":"three"}]}"#),
        event("other", None, r#"{"id":4}"#),
        event("h", None, r#"{"events":[{"id":5}]}"#),
        event("h", None, r#"{"odd":1}"#),
        event("gone", None, "{}"),
        heartbeat::message("h", "1", NOW),
        b"nothing of the relay's".to_vec(),
    ];
    let (consumer, _) = consume(&mut relay, messages, |url| if url.contains(OTHER) { 404 } else { 204 });
    let points = consumer.points(NOW + 250, &relay);
    assert_eq!(
        points.iter().map(point).collect::<Vec<_>>(),
        [
            ("batch", "", "done", "", 1, 6, 1),
            ("message", "h", "delivered", "", 2, 4, 1),
            ("message", "other", "retried", "azure_rule", 1, 1, 0),
            ("message", "h", "parked", "events_missing", 1, 0, 0),
            ("message", "gone", "parked", "unknown_hook", 1, 0, 0),
            ("message", "h", "delivered", "", 1, 1, 0),
            ("message", "", "parked", "unreadable_message", 1, 0, 0),
        ]
    );
    let labels: Vec<_> =
        points.iter().map(|point| (point.labels.source.as_str(), point.labels.stream.as_str())).collect();
    assert_eq!(labels[0..3], [("", ""), ("bearer", STREAM), ("bearer", OTHER)]);
    assert_eq!((labels[4], labels[5]), (("bearer", ""), (HEARTBEAT, STREAM)));
    let times: Vec<_> = points.iter().map(|point| (point.numbers.ms, point.numbers.longest_ms)).collect();
    assert_eq!(times[0..3], [(250, 250), (3500, 1750), (1750, 1750)]);
    let calls: Vec<_> = points.iter().map(|point| point.numbers.calls).collect();
    assert_eq!(calls, [2, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn the_point_of_a_delivery_has_the_numbers_of_its_log_line() {
    let bearer = format!("Bearer {SECRET}");
    for (bindings, authorization, body, outcome, code, rows, losses) in [
        (QUEUE, &*bearer, r#"{"events":[]}"#, "queued", "", 0, 0),
        (QUEUE, &*bearer, r#"{"events":["#, "rejected", "body_malformed", 0, 0),
        (QUEUE, "Bearer wrong", "{}", "rejected", "signature_mismatch", 0, 0),
        (Bindings::default(), &*bearer, r#"{"events":[{"id":1},{"id":"two"}]}"#, "delivered", "", 2, 1),
    ] {
        let relay = try_relay(json!(true), json!(false), bindings);
        let mut relay = relay.unwrap_or_else(|errors| panic!("{errors:?}"));
        let hook = relay.hooks()[0].clone();
        let mut headers = Headers::new();
        headers.push("authorization", authorization);
        let delivery =
            Delivery { method: "POST", url: "https://relay/hooks/h", headers, body: body.as_bytes() };
        let mut passage = Passage::begin(&hook, &Keyring::default(), &delivery, NOW, &PureCrypto);
        loop {
            let answer = match passage.next(NOW, relay.client()) {
                ccf_edge::relay::Next::Over => break,
                ccf_edge::relay::Next::Wait(ms) => panic!("{ms}"),
                ccf_edge::relay::Next::Queue | ccf_edge::relay::Next::Recall => {
                    passage.queued(NOW, None);
                    continue;
                }
                ccf_edge::relay::Next::Ask(request) if request.url.contains("oauth2") => Answer::Response {
                    status: 200,
                    retry_after: None,
                    body: br#"{"access_token":"t","expires_in":3599}"#.to_vec(),
                },
                ccf_edge::relay::Next::Ask(_) => answer(204),
            };
            passage.answered(NOW, &answer, relay.client());
        }
        let labels = Labels {
            kind: "delivery",
            hook: "h".to_owned(),
            source: "bearer".to_owned(),
            stream: STREAM.to_owned(),
            outcome,
            code,
        };
        let numbers = Numbers { count: 1, rows, losses, ms: 12, longest_ms: 12, calls: 0 };
        assert_eq!(passage.point(NOW + 12), Point { labels, numbers }, "{body}");
    }
}

#[test]
fn points_are_what_the_engine_takes() {
    let mut relay = relay();
    let (consumer, _) = consume(&mut relay, vec![event("other", None, r#"{"id":4}"#)], |_| 429);
    let written: Value = serde_json::from_str(&metrics::write(&consumer.points(NOW, &relay))).expect("JSON");
    assert_eq!(
        written,
        json!([
            { "indexes": ["batch"], "blobs": ["batch", "", "", "", "done", ""], "doubles": [1, 1, 0, 0, 0, 1] },
            {
                "indexes": ["other"],
                "blobs": ["message", "other", "bearer", OTHER, "retried", "azure_throttled"],
                "doubles": [1, 1, 0, 1500, 1500, 0],
            },
        ])
    );
}

proptest! {
    #[test]
    fn however_many_points_there_are_no_number_is_lost_and_the_engine_takes_all(
        added in prop::collection::vec((0_u8..60, 0_u64..1000), 0..200)
    ) {
        let mut points = Vec::new();
        for (hook, ms) in &added {
            let labels = Labels { kind: "message", hook: format!("h{hook}"), ..Labels::default() };
            let numbers = Numbers { count: 1, rows: 2, losses: 3, ms: *ms, longest_ms: *ms, calls: 4 };
            metrics::add(&mut points, labels, numbers);
        }
        prop_assert!(points.len() <= MOST);
        let sum = |number: fn(&Numbers) -> u64| points.iter().map(|point| number(&point.numbers)).sum::<u64>();
        let count = added.len() as u64;
        prop_assert_eq!((sum(|n| n.count), sum(|n| n.rows), sum(|n| n.losses)), (count, 2 * count, 3 * count));
        prop_assert_eq!(sum(|n| n.ms), added.iter().map(|(_, ms)| ms).sum::<u64>());
        let longest = points.iter().map(|point| point.numbers.longest_ms).max();
        prop_assert_eq!(longest, added.iter().map(|(_, ms)| *ms).max());
        let written: Value = serde_json::from_str(&metrics::write(&points)).unwrap();
        for point in written.as_array().unwrap() {
            prop_assert!(point["indexes"][0].as_str().unwrap().len() <= 96);
            prop_assert_eq!(point["blobs"].as_array().unwrap().len(), 6);
        }
    }
}

fn said(relay: &Relay, outside: Value, now: i64) -> Value {
    serde_json::from_slice(&health::write(relay, &outside.to_string(), now)).expect("JSON")
}

#[test]
fn health_is_ok_until_rows_do_not_arrive_and_again_when_they_do() {
    let mut relay = relay();
    let fresh = json!({
        "status": "ok",
        "hooks": [
            { "name": "h", "source": "bearer", "stream": STREAM },
            { "name": "other", "source": "bearer", "stream": OTHER },
        ],
        "delivery": "queue",
        "scope": "isolate",
        "last_success": {},
    });
    assert_eq!(said(&relay, json!({}), NOW), fresh);
    assert_eq!(serde_json::from_slice::<Value>(&health::write(&relay, "no JSON", NOW)).unwrap(), fresh);

    let both = || vec![event("h", None, r#"{"events":[{"id":1}]}"#), event("other", None, r#"{"id":2}"#)];
    let (consumer, _) = consume(&mut relay, both(), |url| if url.contains(OTHER) { 404 } else { 204 });
    relay.note_waiting(consumer.waiting(NOW));
    let health = said(&relay, json!({}), NOW + 1000);
    assert_eq!(health["status"], "failing");
    assert_eq!(health["last_success"], json!({ STREAM: "2026-11-23T02:00:00.000Z" }));
    assert_eq!(health["failing"], json!([health["last_error"]]));
    assert_eq!(health["last_error"]["stream"], OTHER);
    assert_eq!(health["last_error"]["code"], "azure_rule");
    assert!(health["last_error"]["check"].as_str().unwrap().len() > 20);
    // It waits until it comes again; then this isolate does not know whether another has it.
    assert_eq!(health["oldest_waiting"], "2026-11-23T01:59:58.500Z");
    assert_eq!(said(&relay, json!({}), NOW + 600_000)["oldest_waiting"], Value::Null);

    consume_at(NOW + 600_000, &mut relay, both(), |_| 204);
    let health = said(&relay, json!({}), NOW + 600_000);
    assert_eq!((&health["status"], &health["failing"]), (&json!("ok"), &Value::Null));
    assert_eq!(health["last_error"]["code"], "azure_rule");

    // A row that Azure refuses is parked; all others arrive.
    consume_at(NOW + 700_000, &mut relay, both(), |_| 400);
    let health = said(&relay, json!({}), NOW + 700_000);
    assert_eq!((&health["status"], &health["last_error"]["code"]), (&json!("ok"), &json!("row_refused")));
}

#[test]
fn health_is_what_all_isolates_have_kept() {
    let relay = relay();
    let at = |seconds: i64| (NOW + seconds * 1000).to_string();
    let error = |seconds: i64| json!({ "key": format!("status/{STREAM}/error"), "at": at(seconds), "code": "azure_throttled", "check": "Wait" });
    let success = |seconds: i64| json!({ "key": format!("status/{STREAM}/success"), "at": at(seconds) });
    for (status, found, failing) in [
        (json!([]), None, false),
        (json!([success(1)]), Some("2026-11-23T02:00:01.000Z"), false),
        (json!([success(1), error(2)]), Some("2026-11-23T02:00:01.000Z"), true),
        (json!([error(2), success(3)]), Some("2026-11-23T02:00:03.000Z"), false),
        (json!([error(2)]), None, true),
        // Streams that are no more, and whatever else lies there.
        (
            json!([{ "key": "status/Custom-Gone/error", "at": at(1) }, { "key": "status/x" }, { "at": 1 }, 7]),
            None,
            false,
        ),
    ] {
        let health = said(&relay, json!({ "status": status }), NOW);
        assert_eq!(health["scope"], "relay");
        assert_eq!(health["status"], if failing { "failing" } else { "ok" }, "{health}");
        assert_eq!(health["last_success"][STREAM].as_str(), found, "{health}");
        if failing {
            let trouble = json!({ "stream": STREAM, "at": "2026-11-23T02:00:02.000Z", "code": "azure_throttled", "check": "Wait" });
            assert_eq!(health["failing"], json!([trouble]));
        }
    }

    let outside =
        json!({ "waiting": 3, "oldest": NOW, "parked": "2", "reasons": { "trap": 1, "expiring": 1 } });
    let health = said(&relay, outside, NOW);
    assert_eq!((&health["waiting"], &health["parked"]), (&json!(3), &json!("2")));
    assert_eq!(health["oldest_waiting"], "2026-11-23T02:00:00.000Z");
    assert_eq!(health["parked_reasons"], json!({ "trap": 1, "expiring": 1 }));
    assert_eq!(said(&relay, json!({ "waiting": 0, "oldest": 0 }), NOW)["oldest_waiting"], Value::Null);

    // Directly delivered, an isolate knows its own deliveries only, whatever lies in the bucket.
    let direct =
        try_relay(json!(true), json!(false), Bindings::default()).unwrap_or_else(|e| panic!("{e:?}"));
    let health = said(&direct, json!({ "status": [error(2)], "waiting": 3, "oldest": NOW }), NOW);
    assert_eq!(
        (&health["delivery"], &health["scope"], &health["status"], &health["waiting"]),
        (&json!("direct"), &json!("isolate"), &json!("ok"), &Value::Null)
    );
}

#[test]
fn an_isolate_keeps_news_at_once_and_the_rest_once_a_minute() {
    let (mut relay, mut ledger) = (relay(), Ledger::default());
    for (seconds, status, kept) in [
        (0, 204, vec![("success", false)]),
        (30, 204, vec![]),
        (61, 204, vec![("success", false)]),
        (62, 503, vec![("error", true)]),
        (200, 503, vec![("error", false)]),
        (201, 403, vec![("error", true)]),
        (500, 204, vec![("success", true)]),
        (501, 204, vec![]),
        // The second call finds no row that Azure takes: nothing new arrives.
        (502, 400, vec![("error", true)]),
        (900, 204, vec![("success", true)]),
    ] {
        let now = NOW + seconds * 1000;
        *relay.breaker() = Breaker::default();
        consume_at(now, &mut relay, vec![event("h", None, r#"{"events":[{"id":1}]}"#)], |_| status);
        let notes = ledger.due(now, &relay);
        let said: Vec<_> = notes
            .iter()
            .map(|note| (note.key.strip_prefix(&format!("status/{STREAM}/")).expect("its key"), note.news))
            .collect();
        assert_eq!(said, kept, "after {seconds} s");
        for note in &notes {
            let metadata: Value = serde_json::from_str(&note.metadata).expect("JSON");
            assert_eq!(metadata["at"], now.to_string());
            assert!(note.metadata.len() < 1500 && note.metadata.is_ascii());
            assert_eq!(metadata["code"].is_string(), note.key.ends_with("error"));
        }
        assert!(ledger.due(now, &relay).is_empty(), "the same is not kept twice");
    }
    // What fails and recovers in between is told in one go.
    let now = NOW + 2_000_000;
    consume_at(now, &mut relay, vec![event("h", None, r#"{"events":[{"id":1}]}"#)], |_| 503);
    consume_at(now + KEEP_MS, &mut relay, vec![event("h", None, r#"{"events":[{"id":1}]}"#)], |_| 204);
    assert_eq!(ledger.due(now + KEEP_MS, &relay).len(), 2);
}
