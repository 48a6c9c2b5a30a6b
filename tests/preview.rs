//! The preview: what it says of deliveries, secrets, expressions and DCRs, and that it says what the relay does.

#[path = "support/events.rs"]
mod events;

use std::fs;
use std::path::Path;

use ccf_edge::preview::{self, Input};
use ccf_edge::webhook::source::{preset, preset_ids};
use ccf_edge::webhook::verify::PureCrypto;
use events::{COLUMNS, rule};
use proptest::prelude::*;
use serde_json::{Value, json};

/// 2026-11-23T02:00:00Z
const NOW: i64 = 1_795_399_200_000;

/// An input with the members of `settings` in place of these.
fn input(settings: &Value, body: &str) -> Input {
    let mut all = json!({
        "source": "bearer", "secret": [], "headers": [], "now": NOW, "dcr": rule(&[("a", "long"), ("b", "string")]),
    });
    for (name, value) in settings.as_object().unwrap() {
        all[name] = value.clone();
    }
    Input::read(&all.to_string(), body.as_bytes()).unwrap()
}

fn preview(settings: &Value, body: &str) -> Value {
    run(&input(settings, body))
}

fn run(input: &Input) -> Value {
    serde_json::from_str(&preview::preview(input, &PureCrypto)).expect("a preview is JSON")
}

/// The rows as objects; a column that a row leaves out is null.
fn rows(preview: &Value) -> Value {
    let columns = preview["columns"].as_array().unwrap();
    let row = |cells: &Value| -> Value {
        let cells = cells.as_array().unwrap().iter();
        let value = |cell: &Value| {
            cell["json"].as_str().map_or(Value::Null, |json| serde_json::from_str(json).unwrap())
        };
        columns
            .iter()
            .zip(cells)
            .map(|(column, cell)| (column["name"].as_str().unwrap().to_owned(), value(cell)))
            .collect()
    };
    preview["rows"].as_array().unwrap().iter().map(row).collect()
}

fn sources() -> Vec<Value> {
    serde_json::from_str(&preview::sources()).expect("sources are JSON")
}

fn sample(source: &str, name: Option<&str>) -> Option<(Value, String)> {
    let sample: Value = serde_json::from_str(&preview::sample(source, name)?).expect("a sample is JSON");
    let body = sample["body"].as_str().unwrap().to_owned();
    Some((sample["headers"].clone(), body))
}

/// What each source wants to know of a hook.
fn config(source: &Value) -> Value {
    let members = source["config"].as_object().unwrap();
    members.keys().map(|name| (name.clone(), json!("a-value"))).collect()
}

#[test]
fn the_sources_are_all_there_and_say_what_people_need() {
    let sources = sources();
    let ids: Vec<&str> = sources.iter().map(|source| source["id"].as_str().unwrap()).collect();
    assert_eq!(ids, preset_ids().collect::<Vec<_>>());
    for source in &sources {
        let id = &source["id"];
        assert!(source["name"].is_string() && source["category"].is_string(), "{id}");
        assert!(!source["docs"].as_array().unwrap().is_empty(), "{id}");
        assert_eq!(source["signs"], source["exampleSecret"].is_string(), "{id}");
        assert!(source["columns"]["Event"].is_string() && source["columns"]["EventTime"].is_string(), "{id}");
    }
    let samples: usize = sources.iter().map(|source| source["samples"].as_array().unwrap().len()).sum();
    assert!(samples >= 54, "{samples} samples");
}

#[test]
fn every_sample_becomes_the_rows_that_the_relay_makes() {
    for source in sources() {
        let id = source["id"].as_str().unwrap();
        for name in source["samples"].as_array().unwrap() {
            let name = name.as_str().unwrap();
            let (headers, body) = sample(id, Some(name)).unwrap();
            let settings = json!({
                "source": id, "headers": headers, "dcr": rule(&COLUMNS), "relay": { "config": config(&source) },
            });
            let preview = preview(&settings, &body);
            let path =
                format!("{}/tests/fixtures/payloads/{id}/{name}.rows.json", env!("CARGO_MANIFEST_DIR"));
            let expected: Value =
                serde_json::from_str(&fs::read_to_string(Path::new(&path)).unwrap()).unwrap();
            assert_eq!(rows(&preview), expected, "{id} {name}: {preview}");
            assert_eq!(preview["losses"], 0, "{id} {name}");
            assert_eq!(preview["errors"], json!([]), "{id} {name}");
            assert_eq!(preview["events"].as_array().unwrap().len(), expected.as_array().unwrap().len());
            // What is sent is what is shown.
            let sent = preview["requests"].as_array().unwrap();
            let sent: Vec<Value> = sent
                .iter()
                .map(|call| serde_json::from_str(call["json"].as_str().unwrap()).unwrap())
                .collect();
            assert_eq!(sent.len(), 1);
            assert_eq!(sent[0].as_array().unwrap().len(), expected.as_array().unwrap().len());
        }
    }
}

#[test]
fn what_is_signed_is_verified() {
    let mut signed = 0;
    for source in sources().iter().filter(|source| source["signs"] == true) {
        let id = source["id"].as_str().unwrap();
        let (headers, body) = sample(id, None).unwrap_or_else(|| {
            // Some handshakes take an empty object for theirs.
            (json!([]), r#"{"passcode":"","payload":{},"signature":{"token":"x"}}"#.to_owned())
        });
        let settings = json!({
            "source": id, "secret": [source["exampleSecret"]], "headers": headers, "relay": { "config": config(source) },
            "url": "https://relay.example/hooks/x?a=b&c=d%20e",
        });
        let mut input = input(&settings, &body);
        input.parcel = preview::signed(&input, &PureCrypto).unwrap_or_else(|error| panic!("{id}: {error}"));
        let preview = run(&input);
        assert_eq!(preview["verification"]["state"], "verified", "{id}: {preview}");
        signed += 1;

        // Another secret does not verify it, and the events are shown all the same.
        let other = match source["exampleSecret"].as_str().unwrap() {
            "user:password" => "user:another".to_owned(),
            secret => secret
                .replacen("an-example", "another-ex", 1)
                .replacen("YW4t", "YW5v", 1)
                .replacen("616e2d", "616e6f", 1),
        };
        input.secrets = vec![other];
        let preview = run(&input);
        assert_eq!(preview["verification"]["state"], "rejected", "{id}: {preview}");
        assert_eq!(preview["verification"]["code"], "signature_mismatch", "{id}");
        if !source["samples"].as_array().unwrap().is_empty() {
            assert!(!preview["events"].as_array().unwrap().is_empty(), "{id}: {preview}");
        }
    }
    assert!(signed >= 100, "{signed}");
}

#[test]
fn nobody_else_can_sign_with_a_private_key() {
    for source in sources().iter().filter(|source| source["signs"] == false) {
        let settings =
            json!({ "source": source["id"], "secret": ["x"], "relay": { "config": config(source) } });
        preview::signed(&input(&settings, "{}"), &PureCrypto).expect_err("no signature");
    }
    let error = preview::signed(&input(&json!({ "source": "clerk", "secret": ["$$$"] }), "{}"), &PureCrypto);
    assert!(error.unwrap_err().contains("base64"));
}

#[test]
fn the_sender_is_judged() {
    let bearer =
        |secret: &str, header: &str| json!({ "secret": [secret], "headers": [["Authorization", header]] });
    let state = |settings: &Value, body: &str| preview(settings, body)["verification"]["state"].clone();
    assert_eq!(state(&bearer("s", "Bearer s"), "{}"), "verified");
    assert_eq!(state(&bearer("s", "Bearer t"), "{}"), "rejected");
    assert_eq!(state(&json!({}), "{}"), "unchecked");

    let stale = preview(
        &json!({ "source": "slack", "secret": ["s"], "headers": [
            ["x-slack-signature", format!("v0={}", "0".repeat(64))], ["x-slack-request-timestamp", "1"],
        ] }),
        "{}",
    );
    assert_eq!(stale["verification"]["code"], "timestamp_stale");
    assert_eq!(stale["verification"]["reply"]["status"], 401);

    let body = r#"{"type":"url_verification","challenge":"abc"}"#;
    let mut hello = input(&json!({ "source": "slack", "secret": ["s"] }), body);
    hello.parcel = preview::signed(&hello, &PureCrypto).unwrap();
    let handshake = run(&hello);
    assert_eq!(handshake["verification"]["state"], "handshake");
    assert_eq!(handshake["verification"]["reply"]["body"], "abc");
    assert_eq!(handshake["rows"], json!([]));

    let bad = preview(&json!({ "source": "clerk", "secret": ["whsec_$"] }), r#"{"a":1}"#);
    assert_eq!(bad["verification"], Value::Null);
    assert_eq!(
        (&bad["errors"][0]["in"], &bad["errors"][0]["code"]),
        (&json!("secret"), &json!("bad-secret"))
    );
    assert_eq!(rows(&bad), json!([{ "a": 1, "b": null }]));

    let unknown = preview(&json!({ "source": "githbu" }), "{}");
    assert!(unknown["errors"][0]["message"].as_str().unwrap().contains("`github`"), "{unknown}");
}

#[test]
fn a_body_that_is_no_event_is_refused_with_its_reason() {
    let preview = preview(&json!({}), "{\"a\":");
    assert_eq!(preview["verification"]["state"], "unchecked");
    assert_eq!(preview["refused"]["code"], "body_malformed", "{preview}");
    assert_eq!(preview["rows"], json!([]));
}

#[test]
fn losses_stand_at_their_cells() {
    let preview = preview(&json!({}), r#"[{"a":1,"b":"x"},{"a":"soon","b":{"c":2}},{}]"#);
    assert_eq!(
        rows(&preview),
        json!([{ "a": 1, "b": "x" }, { "a": null, "b": "{\"c\":2}" }, { "a": null, "b": null }])
    );
    assert_eq!(preview["losses"], 1);
    assert_eq!(preview["rows"][1][0]["loss"]["code"], "not_a");
    assert_eq!(preview["rows"][0][0]["loss"], Value::Null);
    assert_eq!(preview["rows"][2][0]["json"], Value::Null);
    assert_eq!(preview["events"][1], r#"{"a":"soon","b":{"c":2}}"#);
    assert_eq!(
        preview["columns"][0],
        json!({ "name": "a", "type": "long", "from": "name", "expression": null })
    );
}

#[test]
fn a_mistake_in_an_expression_is_at_its_place() {
    // The emoji takes two UTF-16 code units and four bytes; the quotes and the line break are escaped in relay.json.
    let wrong = "\"🦀\" |\n .x | nope";
    let settings = json!({ "relay": { "columns": { "a": wrong, "b": ".b", "c": "1" } } });
    let preview = preview(&settings, r#"{"a":1,"b":"x"}"#);
    let errors = preview["errors"].as_array().unwrap();
    let jq = errors.iter().find(|error| error["code"] == "jq").unwrap();
    assert_eq!((&jq["in"], &jq["name"]), (&json!("column"), &json!("a")));
    assert_eq!((&jq["offset"], &jq["line"], &jq["column"]), (&json!(13), &json!(2), &json!(7)), "{jq}");
    let unknown = errors.iter().find(|error| error["code"] == "unknown-column").unwrap();
    assert_eq!((&unknown["name"], &unknown["offset"]), (&json!("c"), &Value::Null));
    assert_eq!(errors.len(), 2, "{preview}");
    // The other columns are there.
    assert_eq!(rows(&preview), json!([{ "a": null, "b": "x" }]));

    let settings = json!({ "relay": { "events": ".items[" } });
    let preview = self::preview(&settings, r#"{"a":1,"items":[{"a":2}]}"#);
    assert_eq!(preview["errors"][0]["in"], "events", "{preview}");
    assert_eq!(preview["errors"].as_array().unwrap().len(), 1, "{preview}");
    assert_eq!(rows(&preview), json!([{ "a": 1, "b": null }]));
}

#[test]
fn a_mistake_in_the_dcr_leaves_the_verification() {
    let preview = preview(&json!({ "dcr": "{\n  \"a\": }" }), r#"{"a":1}"#);
    assert_eq!(preview["verification"]["state"], "unchecked");
    assert_eq!(preview["events"], json!([r#"{"a":1}"#]));
    let error = &preview["errors"][0];
    assert_eq!(
        (&error["in"], &error["line"], &error["column"], &error["offset"]),
        (&json!("dcr"), &json!(2), &json!(8), &json!(9))
    );
    let other = self::preview(&json!({ "stream": "Custom-Other" }), r#"{"a":1}"#);
    assert_eq!(other["errors"][0]["code"], "unknown-stream");
}

#[test]
fn large_deliveries_are_packed_as_azure_gets_them() {
    let event = json!({ "a": 1, "b": "x".repeat(30_000) });
    let body = Value::from(vec![event; 3]).to_string();
    let preview = preview(&json!({}), &body);
    let call = &preview["requests"][0];
    assert_eq!(
        (&call["from"], &call["to"], &call["gzip"]),
        (&json!(0), &json!(3), &json!(true)),
        "{}",
        call["bytes"]
    );
    assert_eq!(call["json"].as_str().unwrap(), body);
    assert!(call["sentBytes"].as_u64().unwrap() < call["bytes"].as_u64().unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_makes_it_panic(
        source in prop::sample::select(preset_ids().collect::<Vec<_>>()),
        body in prop_oneof!["\\PC{0,40}", Just(r#"{"a":[{"b":1}]}"#.to_owned())],
        expression in "\\PC{0,20}",
        events in prop::option::of("\\PC{0,10}"),
        secret in prop::option::of("\\PC{0,20}"),
        dcr in prop_oneof!["\\PC{0,30}", Just(rule(&COLUMNS))],
        header in "[ -~]{0,20}",
    ) {
        let source = preset(source).unwrap().unwrap();
        let mut headers: Vec<(String, String)> = Vec::new();
        for name in source.headers() {
            headers.push((name, header.clone()));
        }
        let settings = json!({
            "source": source.id, "secret": secret.iter().collect::<Vec<_>>(), "headers": headers, "dcr": dcr,
            "relay": { "columns": { "Actor": expression, "Nope": ".a" }, "events": events },
        });
        let input = input(&settings, &body);
        let preview = run(&input);
        prop_assert!(preview["errors"].is_array());
        let _ = preview::signed(&input, &PureCrypto);
    }
}
