//! The two doors, and bodies that hold more JSON than shows: from the request to the row and the exact answer.

#[path = "support/relay.rs"]
mod relay;

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ccf_edge::azure::Answer;
use ccf_edge::config::Mode;
use ccf_edge::relay::{Next, Passage, Relay};
use ccf_edge::webhook::delivery::{Delivery, Headers};
use ccf_edge::webhook::keyring::Keyring;
use ccf_edge::webhook::source::Hash;
use ccf_edge::webhook::verify::{Crypto as _, PureCrypto};
use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000_123;

const HOOKS: &str = r#"{
  "hec": { "source": "splunk-hec", "columns": { "Event": "." } },
  "other-hec": { "source": "splunk-hec", "columns": { "Event": "." } },
  "firehose": { "source": "aws-firehose", "columns": { "Event": "." } },
  "twilio": { "source": "twilio", "columns": { "Event": "." } },
  "fastly": { "source": "fastly", "config": { "challenge": "*" } },
  "events": { "source": "cloudevents", "columns": { "Event": "." } }
}"#;

fn relay() -> Relay {
    let secret = |name: &str| Some(format!("{name} value"));
    Relay::load(&relay::config(HOOKS), relay::DCR, &secret, Mode::Production)
        .unwrap_or_else(|errors| panic!("{errors:?}"))
}

struct Sent<'a> {
    hook: &'a str,
    url: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a [u8],
}

/// The events of the rows, or none when it did not come to that, and the reply. Azure answers with `azure`.
fn send(sent: &Sent<'_>, azure: u16) -> (Vec<Value>, u16, Vec<(String, String)>, String) {
    let mut relay = relay();
    let hook = relay.hooks().iter().find(|hook| hook.name() == sent.hook).unwrap().clone();
    let mut headers = Headers::new();
    for (name, value) in sent.headers {
        headers.push(*name, *value);
    }
    let delivery = Delivery { method: "POST", url: sent.url, headers, body: sent.body };
    let mut passage = Passage::begin(&hook, &Keyring::default(), &delivery, NOW, &PureCrypto);
    let mut events = Vec::new();
    loop {
        let answer = match passage.next(NOW, relay.client()) {
            Next::Over => break,
            Next::Queue | Next::Recall => panic!("there is no queue and no window"),
            Next::Wait(ms) => panic!("{ms} ms"),
            Next::Ask(request) if request.url.contains("oauth2") => Answer::Response {
                status: 200,
                retry_after: None,
                body: br#"{"access_token":"t","expires_in":3599}"#.to_vec(),
            },
            Next::Ask(request) => {
                let mut body = request.body.to_vec();
                if body.starts_with(b"\x1f\x8b") {
                    body = Vec::new();
                    std::io::copy(&mut MultiGzDecoder::new(request.body.as_ref()), &mut body).unwrap();
                }
                let rows: Vec<Value> = serde_json::from_slice(&body).unwrap();
                events = rows.iter().map(|row| row["Event"].clone()).collect();
                Answer::Response { status: azure, retry_after: None, body: Vec::new() }
            }
        };
        passage.answered(NOW, &answer, relay.client());
    }
    let reply = passage.reply().unwrap().clone();
    (events, reply.status, reply.headers, String::from_utf8(reply.body).unwrap())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const HEC: (&str, &str) = ("Authorization", "Splunk HOOK_HEC_SECRET value");
const EVENT: &str = "https://relay.example/services/collector/event";
const RAW: &str = "https://relay.example/services/collector/raw?channel=c-1&sourcetype=syslog&host=h";

#[test]
fn splunk_hears_what_splunk_says() {
    let gzipped = gzip(br#"{"event":"a"}{"event":"b"}"#);
    let success = r#"{"text":"Success","code":0}"#;
    let acked = |body: &[u8]| {
        let mut checksum = flate2::Crc::new();
        checksum.update(body);
        let number = NOW * 4096 + i64::from(checksum.sum() % 4096);
        format!(r#"{{"text":"Success","code":0,"ackId":{number}}}"#)
    };
    let (acked_events, acked_lines) = (acked(br#"{"event":"a"}"#), acked(b"one\r\ntwo \"2\"\n\n"));
    assert_ne!(acked_events, acked_lines, "within one millisecond");
    let events =
        |names: &[&str]| json!(names.iter().map(|name| json!({ "event": name })).collect::<Vec<_>>());
    let raw = json!([{"event":"one","host":"h","sourcetype":"syslog"},{"event":"two \"2\"","host":"h","sourcetype":"syslog"}]);
    let channel = ("X-Splunk-Request-Channel", "c-1");
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [u8], Value, u16, &'a str);
    let table: &[Row] = &[
        (EVENT, &[HEC], br#"{"event":"a"}{"event":"b"}"#, events(&["a", "b"]), 200, success),
        (EVENT, &[HEC], b"{\"event\":\"a\"}\n {\"event\":\"b\"}\n", events(&["a", "b"]), 200, success),
        (EVENT, &[HEC, ("Content-Encoding", "gzip")], &gzipped, events(&["a", "b"]), 200, success),
        (EVENT, &[HEC, channel], br#"{"event":"a"}"#, events(&["a"]), 200, &acked_events),
        (RAW, &[HEC], b"one\r\ntwo \"2\"\n\n", raw, 200, &acked_lines),
        (EVENT, &[], b"{}", json!([]), 401, r#"{"text":"Token is required","code":2}"#),
        (
            EVENT,
            &[("Authorization", "x")],
            b"{}",
            json!([]),
            401,
            r#"{"text":"Invalid authorization","code":3}"#,
        ),
        (
            EVENT,
            &[("Authorization", "Splunk x")],
            b"{}",
            json!([]),
            403,
            r#"{"text":"Invalid token","code":4}"#,
        ),
        (EVENT, &[HEC], b"", json!([]), 400, r#"{"text":"No data","code":5}"#),
        (RAW, &[HEC], b"\n\n", json!([]), 400, r#"{"text":"No data","code":5}"#),
        (EVENT, &[HEC], b"{\"event\":", json!([]), 400, r#"{"text":"Invalid data format","code":6}"#),
        (EVENT, &[HEC], b"[1]", json!([]), 400, r#"{"text":"Invalid data format","code":6}"#),
        (EVENT, &[HEC], b"{\"time\":1}", json!([]), 400, r#"{"text":"Event field is required","code":12}"#),
        (
            EVENT,
            &[HEC],
            b"{\"event\":\"\"}",
            json!([]),
            400,
            r#"{"text":"Event field cannot be blank","code":13}"#,
        ),
        (
            EVENT,
            &[HEC],
            b"{\"event\":1}{\"event\":\"\"}",
            json!([]),
            400,
            r#"{"text":"Event field cannot be blank","code":13}"#,
        ),
        (
            "https://relay.example/services/collector/ack?channel=c-1",
            &[HEC],
            b"{\"acks\":[1700000000123]}",
            json!([]),
            200,
            r#"{"acks":{"1700000000123":true}}"#,
        ),
    ];
    for (url, headers, body, expected, status, text) in table {
        let (events, found, reply_headers, reply) = send(&Sent { hook: "hec", url, headers, body }, 204);
        let name = format!("{url} {headers:?} {:?}", String::from_utf8_lossy(body));
        assert_eq!((found, reply.as_str()), (*status, *text), "{name}");
        assert_eq!(json!(events), *expected, "{name}");
        assert!(reply_headers.contains(&("content-type".to_owned(), "application/json".to_owned())));
    }
    let (_, status, headers, reply) =
        send(&Sent { hook: "hec", url: EVENT, headers: &[HEC], body: b"{\"event\":1}" }, 400);
    assert_eq!((status, reply.as_str()), (503, r#"{"text":"Server is busy","code":9}"#));
    assert!(headers.iter().any(|(name, _)| name == "retry-after"));
}

#[test]
fn firehose_hears_what_aws_documents() {
    let key = ("X-Amz-Firehose-Access-Key", "HOOK_FIREHOSE_SECRET value");
    let id = ("X-Amz-Firehose-Request-Id", "ed4acda5-034f-9f42-bba1-f29aea6d7d8f");
    let url = "https://relay.example/hooks/firehose";
    let logs = br#"{"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","message":"m"}]}"#;
    let records = [
        STANDARD.encode(br#"{"a":1}{"a":2}"#),
        STANDARD.encode(gzip(logs)),
        STANDARD.encode(b"not JSON\nat all"),
        STANDARD.encode(b"\xff\xfe"),
        "no base64!".to_owned(),
        String::new(),
    ];
    let records: Vec<Value> = records.iter().map(|data| json!({ "data": data })).collect();
    let body = json!({ "requestId": id.1, "timestamp": 1578090901599_i64, "records": records }).to_string();
    let sent = Sent { hook: "firehose", url, headers: &[key, id], body: body.as_bytes() };
    let (events, status, headers, reply) = send(&sent, 204);
    let ack = r#"{"requestId":"ed4acda5-034f-9f42-bba1-f29aea6d7d8f","timestamp":1700000000123}"#;
    assert_eq!((status, reply.as_str()), (200, ack));
    assert!(headers.contains(&("content-type".to_owned(), "application/json".to_owned())));
    let logs: Value = serde_json::from_slice(logs).unwrap();
    let expected = json!([{ "a": 1 }, { "a": 2 }, logs, "not JSON", "at all", "//4=", "no base64!"]);
    assert_eq!(json!(events), expected);

    let refused = |sent: &Sent<'_>, azure: u16| {
        let (_, status, _, reply) = send(sent, azure);
        let reply: Value = serde_json::from_str(&reply).unwrap();
        assert_eq!(reply["requestId"], id.1);
        assert_eq!(reply["timestamp"], NOW);
        (status, reply["errorMessage"].as_str().unwrap().to_owned())
    };
    let other = Sent { headers: &[("X-Amz-Firehose-Access-Key", "other"), id], ..sent };
    assert_eq!(refused(&other, 204).0, 401);
    let broken = Sent { hook: "firehose", url, headers: &[key, id], body: b"{\"records\":[" };
    assert_eq!(refused(&broken, 204).0, 400);
    let whole = Sent { hook: "firehose", url, headers: &[key, id], body: body.as_bytes() };
    let (status, message) = refused(&whole, 500);
    assert!(status == 503 && message.starts_with("Azure did not take the rows"), "{status} {message}");
}

#[test]
fn what_is_packed_inflates_within_the_limit_only() {
    let key = ("X-Amz-Firehose-Access-Key", "HOOK_FIREHOSE_SECRET value");
    let bomb = STANDARD.encode(gzip(&vec![b' '; 30 * 1024 * 1024]));
    let body = json!({ "records": [{ "data": bomb }] }).to_string();
    assert!(body.len() < 100_000);
    let sent = Sent { hook: "firehose", url: "", headers: &[key], body: body.as_bytes() };
    assert_eq!(send(&sent, 204).1, 413);
    // Many that are small, too.
    let part = json!({ "data": STANDARD.encode(gzip(&vec![b'x'; 9 * 1024 * 1024])) });
    let body = json!({ "records": [part, part, part, part] }).to_string();
    let sent = Sent { hook: "firehose", url: "", headers: &[key], body: body.as_bytes() };
    assert_eq!(send(&sent, 204).1, 413);
}

#[test]
fn doors_refuse_before_they_inflate_and_never_answer_half() {
    let bomb = gzip(&vec![b' '; 200 * 1024 * 1024]);
    let good = gzip(br#"{"event":1}"#);
    let coded = ("Content-Encoding", "gzip");
    let (invalid, large, format) = (
        r#"{"text":"Invalid token","code":4}"#,
        r#"{"text":"Request entity too large","code":27}"#,
        r#"{"text":"Invalid data format","code":6}"#,
    );
    let wrong = ("Authorization", "Splunk HOOK_HEC_SECRET valuf");
    let deep = "[".repeat(100_000);
    let deep = format!("{{\"event\":{deep}");
    type Row<'a> = (&'a [(&'a str, &'a str)], &'a [u8], u16, &'a str);
    let table: &[Row] = &[
        // Whoever has no token cannot make the relay inflate anything.
        (&[wrong, coded], &bomb, 403, invalid),
        (&[HEC, coded], &bomb, 413, large),
        (&[HEC, coded], &good[..good.len() - 4], 400, format),
        (&[HEC, coded], b"{\"event\":1}", 400, format),
        (&[HEC, ("Content-Encoding", "br")], &good, 400, format),
        (&[HEC], b"{\"event\":1}{\"event\":", 400, format),
        (&[HEC], b"{\"event\":\"\xff\"}", 400, format),
        (&[HEC], deep.as_bytes(), 400, format),
        (&[("Authorization", "Splunk ")], b"{}", 403, invalid),
        (
            &[("Authorization", "Splunk HOOK_HEC_SECRET value"), HEC],
            b"{}",
            401,
            r#"{"text":"Invalid authorization","code":3}"#,
        ),
    ];
    for (headers, body, status, text) in table {
        let (events, found, _, reply) = send(&Sent { hook: "hec", url: EVENT, headers, body }, 204);
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
        assert_eq!((found, reply.as_str(), events.len()), (*status, *text, 0), "{headers:?} {shown}");
    }
    let key = ("X-Amz-Firehose-Access-Key", "HOOK_FIREHOSE_SECRET value");
    let id = ("X-Amz-Firehose-Request-Id", "r-1\u{7}\"");
    type Firehose<'a> = (&'a [(&'a str, &'a str)], &'a [u8], u16);
    let table: &[Firehose] = &[
        (&[("X-Amz-Firehose-Access-Key", "HOOK_FIREHOSE_SECRET valuf"), id, coded], &bomb, 401),
        (&[("X-Amz-Firehose-Access-Key", ""), id], b"{}", 401),
        (&[key, key, id], b"{}", 401),
        (&[key, id, coded], &bomb, 413),
        (&[key, id, coded], &good[..good.len() - 4], 400),
        (&[key, id], b"{\"records\":[{\"data\":\"e30=\"},{\"da", 400),
        (&[key, id], b"", 400),
    ];
    for (headers, body, status) in table {
        let (events, found, _, reply) = send(&Sent { hook: "firehose", url: "", headers, body }, 204);
        assert_eq!((found, events.len()), (*status, 0), "{headers:?}: {reply}");
        let reply: Value = serde_json::from_str(&reply).unwrap();
        assert_eq!(reply["requestId"], "r-1\"", "what cannot be printed is not repeated");
        assert!(!reply["errorMessage"].as_str().unwrap().is_empty());
    }
}

#[test]
fn a_door_is_found_by_its_path_and_its_token() {
    let relay = relay();
    let names = |url: &str, authorization: Option<&str>| {
        let mut headers = Headers::new();
        if let Some(value) = authorization {
            headers.push("authorization", value);
        }
        let delivery = Delivery { method: "POST", url, headers, body: b"" };
        relay.at_door(&delivery, NOW, &PureCrypto).map(|index| relay.hooks()[index].name().to_owned())
    };
    let own = Some("Splunk HOOK_OTHER_HEC_SECRET value");
    assert_eq!(names(EVENT, Some(HEC.1)).as_deref(), Some("hec"));
    assert_eq!(names(EVENT, own).as_deref(), Some("other-hec"));
    assert_eq!(names(EVENT, None).as_deref(), Some("hec"), "who refuses it");
    assert_eq!(names("https://relay.example/services/collector", own).as_deref(), Some("other-hec"));
    assert_eq!(names("https://relay.example/services/collectors", own), None);
    assert_eq!(names("https://relay.example/x/services/collector", own), None);
    let challenge = "https://relay.example/.well-known/fastly/logging/challenge";
    assert_eq!(names(challenge, None).as_deref(), Some("fastly"));
}

#[test]
fn cloudevents_have_one_shape_in_every_mode() {
    let token = ("Authorization", "Bearer HOOK_EVENTS_SECRET value");
    let url = "https://relay.example/hooks/events";
    let event = json!({ "specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": { "a": 1 } });
    let whole = event.to_string();
    let batch = json!([event, event]).to_string();
    for (headers, body, expected) in
        [(&[token][..], whole.as_str(), json!([event])), (&[token], &batch, json!([event, event]))]
    {
        let (events, ..) = send(&Sent { hook: "events", url, headers, body: body.as_bytes() }, 204);
        assert_eq!(json!(events), expected);
    }
    let binary = [
        token,
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/s"),
        ("ce-type", "Euro%20%E2%82%AC a+b"),
        ("content-type", "application/json"),
    ];
    let envelope = |name: &str, data: Value| {
        json!({
            "specversion": "1.0", "id": "1", "source": "/s", "type": "Euro € a+b",
            "datacontenttype": "application/json", name: data,
        })
    };
    for (body, expected) in [
        (&b"{\"a\":1}"[..], envelope("data", json!({ "a": 1 }))),
        (b"plain {", envelope("data", json!("plain {"))),
        (b"\xff", envelope("data_base64", json!("/w=="))),
    ] {
        let (events, ..) = send(&Sent { hook: "events", url, headers: &binary, body }, 204);
        assert_eq!(json!(events), json!([expected]));
    }
}

#[test]
fn the_fields_of_a_form_are_an_event() {
    let url = "https://relay.example/hooks/twilio";
    let post = |url: &str, signed: &str, body: &str| {
        let mac = PureCrypto.hmac(Hash::Sha1, b"HOOK_TWILIO_SECRET value", signed.as_bytes(), b"", b"");
        let signature = STANDARD.encode(mac.bytes());
        let headers = [("X-Twilio-Signature", signature.as_str())];
        send(&Sent { hook: "twilio", url, headers: &headers, body: body.as_bytes() }, 204)
    };
    let (events, ..) = post(url, &format!("{url}From+49Toa\u{e9}Tob"), "To=b&From=%2B49&To=a%C3%A9&&To=b");
    assert_eq!(json!(events), json!([{ "From": "+49", "To": ["a\u{e9}", "b", "b"] }]));
    let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let url = format!("{url}?bodySHA256={hash}");
    let (events, ..) = post(&url, &url, "{}");
    assert_eq!(json!(events), json!([{}]), "JSON where the URL has its hash");
}
