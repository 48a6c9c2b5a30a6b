//! What becomes of each message of a batch, failure by failure.

#[path = "support/azure.rs"]
mod azure;

use azure::{CLIENT, ENDPOINT, NOW, RULE, SECRET, STREAM, TENANT};
use base64::Engine;
use ccf_edge::azure::Answer;
use ccf_edge::config::Mode;
use ccf_edge::consume::{Consumer, Found, Incoming, Retention, Step, Verdict, back_off_ms};
use ccf_edge::envelope::{self, Claim, Envelope, Message, Only};
use ccf_edge::relay::{Bindings, Relay};
use ccf_edge::webhook::delivery::Headers;

const HOUR: i64 = 3_600_000;
const DCR: &str = r#"{ "type": "Microsoft.Insights/dataCollectionRules", "properties": { "streamDeclarations": {
  "Custom-Contoso": { "columns": [{ "name": "Id", "type": "long" }, { "name": "DeliveryId", "type": "string" },
    { "name": "RecordIndex", "type": "int" }] } } } }"#;

fn relay() -> Relay {
    relay_of(DCR, r#"{ "Id": ".id" }"#)
}

fn relay_of(dcr: &str, columns: &str) -> Relay {
    let text = format!(
        r#"{{ "azure": {{ "tenant_id": "{TENANT}", "client_id": "{CLIENT}", "dce_endpoint": "{ENDPOINT}",
        "dcr_immutable_id": "{RULE}", "stream_name": "{STREAM}" }},
        "hooks": {{ "h": {{ "source": "hmac", "events": ".events[]", "columns": {columns} }} }} }}"#
    );
    let relay = Relay::load(&text, dcr, &|_| Some(SECRET.to_owned()), Mode::Production);
    let relay = relay.and_then(|relay| relay.bind(Bindings { queue: true, bucket: true, dedupe: true }));
    relay.unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn envelope_of(body: &str) -> Vec<u8> {
    Envelope {
        hook: "h".into(),
        source: "hmac".into(),
        received_at: NOW,
        delivery_id: None,
        event_type: None,
        url: None,
        headers: Headers::new(),
        only: None,
        body: body.as_bytes(),
    }
    .write()
}

fn event(ids: &[i64]) -> Vec<u8> {
    let events: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    envelope_of(&format!(r#"{{"events":[{}]}}"#, events.join(",")))
}

fn incoming(bytes: Vec<u8>, age: i64) -> Incoming {
    Incoming { id: "0a1b".to_owned(), bytes, queued_at: NOW - age, attempts: 1 }
}

/// Takes messages through a relay whose Azure gives the answer that `azure` makes of each body. Gives the consumer
/// and the number of calls.
fn consume(
    relay: &mut Relay,
    messages: Vec<Incoming>,
    azure: impl Fn(&str) -> Answer,
    bucket: impl Fn(&str) -> Found,
) -> (Consumer, usize) {
    consume_at(NOW, relay, messages, azure, bucket)
}

fn consume_at(
    now: i64,
    relay: &mut Relay,
    messages: Vec<Incoming>,
    azure: impl Fn(&str) -> Answer,
    bucket: impl Fn(&str) -> Found,
) -> (Consumer, usize) {
    let mut consumer = Consumer::new(messages, Retention::hours(336), now, 7);
    let mut calls = 0;
    for _ in 0..10_000 {
        match consumer.next(now, relay) {
            Step::Done => return (consumer, calls),
            Step::Wait(ms) => panic!("{ms} ms"),
            Step::Claim { key } => consumer.claimed(now, bucket(&key), relay),
            Step::Ask(request) if request.url.contains("oauth2") => {
                let token = response(200, r#"{"access_token":"t","expires_in":3599,"token_type":"Bearer"}"#);
                consumer.answered(now, &token, relay);
            }
            Step::Ask(request) => {
                calls += 1;
                let answer = azure(std::str::from_utf8(&request.body).expect("small calls are plain"));
                consumer.answered(now, &answer, relay);
            }
        }
    }
    panic!("the batch does not end");
}

fn response(status: u16, body: &str) -> Answer {
    Answer::Response { status, retry_after: None, body: body.as_bytes().to_vec() }
}

fn refusal(status: u16, code: &str) -> Answer {
    response(status, &format!(r#"{{"error":{{"code":"{code}","message":"no"}}}}"#))
}

fn nothing(_: &str) -> Found {
    Found::Nothing
}

fn reason(consumer: &Consumer, at: usize) -> &'static str {
    match consumer.verdict(at) {
        Verdict::Park(parked) => parked.reason,
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn the_log_names_what_was_lost_and_tells_no_value() {
    let dcr = DCR.replace("\"long\"", "\"int\"");
    let mut relay = relay_of(&dcr, r#"{ "Id": ".id" }"#);
    let messages = [
        r#"{"events":[{"id":"secret"},{"id":"secret"},{"id":1}]}"#,
        r#"{"events":[{"id":2.5},{"id":true}]}"#,
    ];
    let messages = messages.iter().map(|body| incoming(envelope_of(body), 0)).collect();
    let (consumer, _) = consume(&mut relay, messages, |_| response(204, ""), nothing);
    let line = consumer.log(NOW);
    let read: serde_json::Value = serde_json::from_str(&line).expect("a line is JSON");
    assert_eq!(read["losses"], 4, "{line}");
    assert_eq!(
        read["lost"],
        serde_json::json!([
            { "hook": "h", "column": "Id", "code": "not_a", "count": 2 },
            { "hook": "h", "column": "Id", "code": "fraction", "count": 1 },
            { "hook": "h", "column": "Id", "code": "wrong_type", "count": 1 },
        ]),
        "{line}"
    );
    assert!(!line.contains("secret"), "{line}");
}

#[test]
fn each_failure_has_its_delay() {
    let throttled = Answer::Response { status: 429, retry_after: Some("90".to_owned()), body: Vec::new() };
    for (answer, age, least, most) in [
        (throttled, 0, 90, 113),
        (response(429, ""), HOUR / 2, 300, 375),
        (response(429, ""), 10 * HOUR, 3600, 4501),
        (response(503, ""), 0, 5, 7),
        (response(503, ""), HOUR, 1800, 2251),
        (response(503, ""), 10 * HOUR, 3600, 4501),
        (response(503, ""), 100 * HOUR, 28_800, 36_001),
        (Answer::Failure { message: "reset".to_owned() }, 60_000, 30, 38),
        (response(403, ""), 60_000, 60, 76),
        (response(403, ""), 4 * HOUR, 3600, 4501),
        (refusal(400, "InvalidStream"), 60_000, 60, 76),
        (refusal(404, "NotFound"), 60_000, 60, 76),
        // Almost too old: once more before it is parked.
        (response(503, ""), 311 * HOUR + 59 * 60_000, 60, 61),
    ] {
        let (consumer, calls) =
            consume(&mut relay(), vec![incoming(event(&[1]), age)], |_| answer.clone(), nothing);
        let Verdict::Retry { delay_s } = consumer.verdict(0) else { panic!("{:?}", consumer.verdict(0)) };
        assert!((least..=most).contains(&delay_s), "{answer:?} at {age}: {delay_s} s");
        assert_eq!((calls, consumer.waiting_since()), (1, Some(NOW - age)));
    }
    assert_eq!([0, HOUR, 30 * HOUR].map(back_off_ms), [5_000, HOUR / 2, 8 * HOUR]);
}

#[test]
fn what_nears_the_end_of_the_retention_is_parked_and_nothing_before() {
    let (consumer, _) =
        consume(&mut relay(), vec![incoming(event(&[1]), 312 * HOUR)], |_| response(403, ""), nothing);
    assert_eq!(reason(&consumer, 0), "expiring");
    // If Azure takes it after all, its age is of no importance.
    let (consumer, _) =
        consume(&mut relay(), vec![incoming(event(&[1]), 312 * HOUR)], |_| response(204, ""), nothing);
    assert_eq!(consumer.verdict(0), Verdict::Ack);
}

#[test]
fn one_bad_row_is_parked_with_its_number_and_all_others_arrive_once() {
    let messages = vec![
        incoming(event(&[1, 2]), 0),
        incoming(event(&[3, 666, 4]), 0),
        incoming(envelope_of(r#"{"odd":1}"#), 0),
        incoming(b"who wrote this".to_vec(), 0),
        incoming(event(&[5]), 0),
        incoming(event(&[]), 0),
    ];
    let arrived = std::cell::RefCell::new(Vec::new());
    let azure = |body: &str| {
        if body.contains("666") {
            return refusal(400, "NobodyHasDocumentedThis");
        }
        let rows: serde_json::Value = serde_json::from_str(body).expect("rows");
        let found = rows.as_array().expect("an array").iter();
        arrived.borrow_mut().extend(found.map(|row| (row["Id"].as_i64(), row["RecordIndex"].as_i64())));
        response(204, "")
    };
    let (consumer, _) = consume(&mut relay(), messages, azure, nothing);
    let mut rows = arrived.into_inner();
    rows.sort_unstable();
    let expected = [(1, 0), (2, 1), (3, 0), (4, 2), (5, 0)].map(|(id, at)| (Some(id), Some(at)));
    assert_eq!(rows, expected);
    assert_eq!([0, 4, 5].map(|at| consumer.verdict(at)), [Verdict::Ack, Verdict::Ack, Verdict::Ack]);
    assert_eq!(
        [1, 2, 3].map(|at| reason(&consumer, at)),
        ["row_refused", "events_missing", "unreadable_message"]
    );
    assert_eq!(consumer.severity(), 2);

    // Replay sends that record and no other, with its own number.
    let Verdict::Park(parked) = consumer.verdict(1) else { unreachable!() };
    assert_eq!(parked.key, "parked/h/2026-11-23/0a1b.json");
    let document: serde_json::Value = serde_json::from_slice(&parked.document).expect("JSON");
    assert_eq!(document["records"], serde_json::json!([1]));
    let message = document["message"].as_str().expect("a message");
    let message = base64::engine::general_purpose::STANDARD.decode(message).expect("base64");
    let sent = std::cell::RefCell::new(String::new());
    let azure = |body: &str| {
        sent.replace(body.to_owned());
        response(204, "")
    };
    let (consumer, _) = consume(&mut relay(), vec![incoming(message, 0)], azure, nothing);
    assert_eq!(consumer.verdict(0), Verdict::Ack);
    let sent: serde_json::Value = serde_json::from_str(&sent.into_inner()).expect("rows");
    assert_eq!(sent.as_array().map(Vec::len), Some(1));
    assert_eq!((&sent[0]["Id"], &sent[0]["RecordIndex"]), (&666.into(), &1.into()));
    // The sender gave no id: the delivery's content is one.
    assert_eq!(sent[0]["DeliveryId"].as_str().map(str::len), Some(64));
}

#[test]
fn a_claim_is_checked_and_its_body_kept_until_azure_has_it() {
    let envelope = event(&[1]);
    let claim = Claim::on(&envelope, "claims/h/x".to_owned(), "h", None, NOW).write();
    let run = |found: fn(&[u8]) -> Found, status| {
        let envelope = envelope.clone();
        let messages = vec![incoming(claim.clone(), 0)];
        consume(&mut relay(), messages, move |_| response(status, ""), move |_| found(&envelope)).0
    };
    let whole = |bytes: &[u8]| Found::Bytes(bytes.to_vec());
    let delivered = run(whole, 204);
    assert_eq!((delivered.verdict(0), delivered.spent(0)), (Verdict::Ack, Some("claims/h/x")));
    let later = run(whole, 503);
    assert!(matches!(later.verdict(0), Verdict::Retry { .. }));
    assert_eq!(later.spent(0), None);
    assert_eq!(reason(&run(|bytes| Found::Bytes(bytes[1..].to_vec()), 204), 0), "claim_damaged");
    assert_eq!(reason(&run(|_| Found::Nothing, 204), 0), "claim_missing");
    assert!(matches!(run(|_| Found::Failed, 204).verdict(0), Verdict::Retry { .. }));

    // Parking copies the body first and points to the copy.
    let refused = run(whole, 400);
    let Verdict::Park(parked) = refused.verdict(0) else { panic!("it was refused") };
    assert_eq!(parked.copy, Some(("claims/h/x".to_owned(), "parked/h/2026-11-23/0a1b.body".to_owned())));
    assert_eq!(refused.spent(0), Some("claims/h/x"));
}

/// Text that hardly compresses, always the same.
fn noise(seed: u64, length: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'#' + (state % 57) as u8)
    };
    (0..length).map(|_| draw()).collect()
}

/// What is too much for one round is still sent in full calls, whichever message a row is of, and a row that Azure
/// refuses in a later round is found by its number within its own message.
#[test]
fn rounds_share_their_calls() {
    const MESSAGES: i64 = 12;
    const EVENTS: i64 = 500;
    let dcr = r#"{ "type": "Microsoft.Insights/dataCollectionRules", "properties": { "streamDeclarations": {
      "Custom-Contoso": { "columns": [{ "name": "Id", "type": "long" }, { "name": "Note", "type": "string" }] } } } }"#;
    let envelopes: Vec<Vec<u8>> = (0..MESSAGES)
        .map(|message| {
            let ids = message * EVENTS..(message + 1) * EVENTS;
            let events: Vec<String> =
                ids.map(|id| format!(r#"{{"id":{id},"note":"{}"}}"#, noise(id as u64, 3000))).collect();
            envelope_of(&format!(r#"{{"events":[{}]}}"#, events.join(",")))
        })
        .collect();
    let claims = || {
        let claim = |(index, envelope): (usize, &Vec<u8>)| {
            incoming(Claim::on(envelope, index.to_string(), "h", None, NOW).write(), 0)
        };
        envelopes.iter().enumerate().map(claim).collect::<Vec<_>>()
    };
    for bad in [None, Some(11 * EVENTS + 300)] {
        let mut relay = relay_of(dcr, r#"{ "Id": ".id", "Note": ".note" }"#);
        let mut consumer = Consumer::new(claims(), Retention::hours(336), NOW, 7);
        let (mut taken, mut lengths) = (Vec::new(), Vec::new());
        loop {
            match consumer.next(NOW, &mut relay) {
                Step::Done => break,
                Step::Wait(ms) => panic!("{ms} ms"),
                Step::Claim { key } => {
                    let envelope = envelopes[key.parse::<usize>().expect("a number")].clone();
                    consumer.claimed(NOW, Found::Bytes(envelope), &relay);
                }
                Step::Ask(request) if request.url.contains("oauth2") => {
                    let token =
                        response(200, r#"{"access_token":"t","expires_in":3599,"token_type":"Bearer"}"#);
                    consumer.answered(NOW, &token, &mut relay);
                }
                Step::Ask(request) => {
                    lengths.push(request.body.len());
                    let mut text = String::new();
                    if request.headers.iter().any(|(name, _)| *name == "content-encoding") {
                        let mut body = flate2::read::GzDecoder::new(&*request.body);
                        std::io::Read::read_to_string(&mut body, &mut text).expect("gzip");
                    } else {
                        text = String::from_utf8(request.body.to_vec()).expect("UTF-8");
                    }
                    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("rows");
                    let ids: Vec<i64> = rows.iter().map(|row| row["Id"].as_i64().expect("an id")).collect();
                    if bad.is_some_and(|bad| ids.contains(&bad)) {
                        consumer.answered(NOW, &refusal(400, "NobodyHasDocumentedThis"), &mut relay);
                    } else {
                        taken.extend(ids);
                        consumer.answered(NOW, &response(204, ""), &mut relay);
                    }
                }
            }
        }
        taken.sort_unstable();
        let expected: Vec<i64> = (0..MESSAGES * EVENTS).filter(|id| Some(*id) != bad).collect();
        assert!(taken == expected, "every other row arrives, and once");
        assert!(lengths.iter().all(|length| *length <= 1 << 20), "no call is over the limit");
        let last = MESSAGES as usize - 1;
        assert!((0..last).all(|at| consumer.verdict(at) == Verdict::Ack));
        if bad.is_none() {
            assert_eq!(consumer.verdict(last), Verdict::Ack);
            let (_, full) = lengths.split_last().expect("calls");
            assert!(full.len() > 16, "more than one round");
            assert!(full.iter().all(|length| *length as f64 / f64::from(1 << 20) >= 0.95), "{full:?}");
        } else {
            let Verdict::Park(parked) = consumer.verdict(last) else { panic!("it was refused") };
            assert_eq!(parked.reason, "row_refused");
            assert!(String::from_utf8_lossy(&parked.document).contains(r#""records":[300]"#));
        }
    }
}

#[test]
fn what_somebody_else_has_parked_already_is_not_overruled() {
    let claim = Claim::on(&event(&[1]), "claims/h/x".to_owned(), "h", None, NOW).write();
    let parked = |key: &str| match key {
        "parked/h/2026-11-23/0a1b.json" => Found::Bytes(b"{}".to_vec()),
        _ => Found::Nothing,
    };
    let (consumer, calls) = consume(&mut relay(), vec![incoming(claim, 0)], |_| response(204, ""), parked);
    assert_eq!((consumer.verdict(0), calls), (Verdict::Ack, 0));
}

#[test]
fn numbers_of_records_that_are_made_in_another_way_by_now_are_not_trusted() {
    let by = |by: &str| {
        let bytes = event(&[1, 2]);
        let Ok(Message::Event(event)) = envelope::read(&bytes) else { panic!("an event") };
        Envelope { only: Some(Only { records: vec![1], by: by.to_owned() }), ..event }.write()
    };
    let own = relay().hooks().first().expect("a hook").numbering().to_owned();
    for (by, rows) in [(by(&own), 1), (by("0123456789abcdef"), 2)] {
        let sent = std::cell::Cell::new(0);
        let azure = |body: &str| {
            sent.set(body.matches("\"Id\"").count());
            response(204, "")
        };
        consume(&mut relay(), vec![incoming(by, 0)], azure, nothing);
        assert_eq!(sent.get(), rows);
    }
}

#[test]
fn a_batch_that_takes_too_long_ends_and_what_is_known_by_then_counts() {
    let ids: Vec<i64> = (1..=40).chain([666]).chain(41..=80).collect();
    let messages = ids.iter().map(|id| incoming(event(&[*id]), 0)).collect();
    let mut relay = relay();
    let mut consumer = Consumer::new(messages, Retention::hours(336), NOW, 7);
    let mut now = NOW;
    loop {
        match consumer.next(now, &mut relay) {
            Step::Ask(request) => {
                let body = String::from_utf8_lossy(&request.body);
                let answer = match request.url.contains("oauth2") {
                    true => response(200, r#"{"access_token":"t","expires_in":3599,"token_type":"Bearer"}"#),
                    false if body.contains("666") => response(400, ""),
                    false => response(204, ""),
                };
                now += 100_000;
                consumer.answered(now, &answer, &mut relay);
            }
            Step::Done => break,
            step => panic!("{step:?}"),
        }
    }
    assert!(now - NOW <= 800_000, "a consumer is ended after 15 minutes");
    let verdicts: Vec<_> = (0..ids.len()).map(|at| consumer.verdict(at)).collect();
    assert!(verdicts.contains(&Verdict::Ack), "some have arrived");
    assert!(verdicts.iter().any(|verdict| matches!(verdict, Verdict::Retry { .. })), "some are left");
    assert!(consumer.log(now).contains(r#""code":"slow""#), "{}", consumer.log(now));
}

#[test]
fn a_service_that_says_no_is_asked_once_for_each_window() {
    let mut relay = relay();
    let batch = || vec![incoming(event(&[1]), 0)];
    let down = |_: &str| response(503, "");
    assert_eq!(consume(&mut relay, batch(), down, nothing).1, 1);
    for _ in 0..5 {
        let (consumer, calls) = consume(&mut relay, batch(), down, nothing);
        assert_eq!(calls, 0);
        assert!(matches!(consumer.verdict(0), Verdict::Retry { .. }));
    }
}

/// A stream that Azure does not know is refused without costing the others their try.
#[test]
fn what_one_stream_is_refused_for_holds_up_no_other() {
    let other = r#""Custom-Other": { "columns": [{ "name": "Id", "type": "long" }] }, "Custom-Contoso""#;
    let dcr = DCR.replace("\"Custom-Contoso\"", other);
    let text = format!(
        r#"{{ "azure": {{ "tenant_id": "{TENANT}", "client_id": "{CLIENT}", "dce_endpoint": "{ENDPOINT}",
        "dcr_immutable_id": "{RULE}", "stream_name": "{STREAM}" }}, "hooks": {{
        "h": {{ "source": "hmac", "events": ".events[]" }},
        "unknown": {{ "source": "hmac", "secret": "HOOK_H_SECRET", "stream": "Custom-Other", "events": ".events[]" }} }} }}"#
    );
    let mut relay = Relay::load(&text, &dcr, &|_| Some(SECRET.to_owned()), Mode::Production)
        .and_then(|relay| relay.bind(Bindings { queue: true, bucket: true, dedupe: true }))
        .unwrap_or_else(|errors| panic!("{errors:?}"));
    let known = || vec![incoming(event(&[1]), 0)];
    let unknown = || {
        let message =
            String::from_utf8(event(&[1])).expect("JSON").replace("\"hook\":\"h\"", "\"hook\":\"unknown\"");
        vec![incoming(message.into_bytes(), 0)]
    };
    let invalid = |_: &str| refusal(400, "InvalidStream");
    let taken = |_: &str| response(204, "");

    assert_eq!(consume(&mut relay, known(), |_| response(503, ""), nothing).1, 1);
    let later = NOW + 10_000;
    assert_eq!(consume_at(later, &mut relay, unknown(), invalid, nothing).1, 1, "the rule's window is over");
    assert_eq!(consume_at(later, &mut relay, known(), taken, nothing).1, 1, "the rule has answered");
    assert_eq!(consume_at(later, &mut relay, unknown(), invalid, nothing).1, 0, "the stream's window is not");
}

#[test]
fn an_envelope_comes_back_as_it_was_written() {
    let mut headers = Headers::new();
    headers.push("x-event", "a \"quoted\"\u{e9}");
    let body = b"{\"a\":\n\xff\x00}";
    let only = Some(Only { records: vec![0, 7], by: "0a1b".to_owned() });
    let bytes = Envelope {
        hook: "h".into(),
        source: "hmac".into(),
        received_at: NOW,
        delivery_id: Some("d\n1".into()),
        event_type: Some("t".into()),
        url: Some("https://relay.example/x?y=1".into()),
        headers,
        only: only.clone(),
        body,
    }
    .write();
    let Ok(Message::Event(read)) = envelope::read(&bytes) else { panic!("it is an event") };
    assert_eq!((read.body, read.received_at, read.only), (&body[..], NOW, only));
    assert_eq!((read.delivery_id.as_deref(), read.event_type.as_deref()), (Some("d\n1"), Some("t")));
    assert_eq!(read.headers.iter().collect::<Vec<_>>(), [("x-event", "a \"quoted\"\u{e9}")]);
    for end in 0..bytes.len().min(120) {
        assert!(envelope::read(&bytes[..end]).is_err());
    }
}
