//! The columns that a hook has when it says nothing of them: payloads in, rows out, by way of the whole relay.
//!
//! `fixtures/payloads/<source>/<event>.json` holds the headers and the body of a delivery in the vendor's shape with
//! made-up values, `<event>.rows.json` the rows that Azure receives.

#[path = "support/azure.rs"]
mod azure;
#[path = "support/events.rs"]
mod events;
mod snapshot;

use std::fs;

use azure::{LOCAL, NOW, converse};
use ccf_edge::artifact::dcr;
use ccf_edge::artifact::schema::{Column, ColumnType, Schema};
use ccf_edge::azure::Secret;
use ccf_edge::azure::stand_in::{StandIn, StandInConfig};
use ccf_edge::config::Mode;
use ccf_edge::mapping::plan::Mapping;
use ccf_edge::relay::{Passage, Relay};
use ccf_edge::webhook::delivery::{Delivery, Headers};
use ccf_edge::webhook::source::{Form, preset, preset_ids};
use ccf_edge::webhook::verify::PureCrypto;
use events::{COLUMNS, STREAM, rule};
use serde_json::{Value, json};

/// What Azure has after one delivery to a hook with these members, and the line that was logged.
fn relayed(
    members: &Value,
    columns: &[(&str, &str)],
    headers: &[(String, String)],
    body: &str,
) -> (Value, Value) {
    let mut hook = members.clone();
    // What proves the sender is tested elsewhere.
    hook["auth"] = json!({
        "method": "token", "sig": "header:x-test", "key": null, "pick": null, "split": null, "content": null, "ts": null,
        "tolerance": null, "key_template": null,
    });
    let relay = json!({
        "azure": {
            "tenant_id": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
            "client_id": "00001111-aaaa-2222-bbbb-3333cccc4444",
            "dce_endpoint": LOCAL,
            "dcr_immutable_id": "dcr-0123456789abcdef0123456789abcdef",
            "stream_name": STREAM,
        },
        "hooks": { "hook": hook },
    })
    .to_string();
    let rule = rule(columns);
    let secret = |_: &str| Some("a-secret".to_owned());
    let mut relay = Relay::load(&relay, &rule, &secret, Mode::Development)
        .unwrap_or_else(|errors| panic!("{members}: {errors:?}"));
    let mut azure = StandIn::new(StandInConfig::new(
        "aaaabbbb-0000-cccc-1111-dddd2222eeee",
        "00001111-aaaa-2222-bbbb-3333cccc4444",
        Secret::new("a-secret"),
        "dcr-0123456789abcdef0123456789abcdef",
        dcr::read(&rule).expect("a sound rule"),
    ));
    let mut fields = Headers::new();
    fields.push("x-test", "a-secret");
    for (name, value) in headers {
        fields.push(name.as_str(), value.as_str());
    }
    let url = "https://relay.example/hooks/hook";
    let delivery = Delivery { method: "POST", url, headers: fields, body: body.as_bytes() };
    let hook = relay.hooks()[0].clone();
    let mut passage = Passage::begin(&hook, relay.keyring(), &delivery, NOW, &PureCrypto);
    converse(&mut passage, &mut relay, &mut azure);
    let rows = serde_json::from_slice(&azure.rows_json(STREAM, 0)).expect("rows are JSON");
    (rows, serde_json::from_str(&passage.log(NOW)).expect("a line is JSON"))
}

#[test]
fn payloads_become_rows_without_loss() {
    let mut sources = 0;
    for folder in snapshot::cases("payloads") {
        let id = folder.file_name().unwrap().to_str().unwrap();
        let source = preset(id).unwrap_or_else(|| panic!("no source {id}")).unwrap();
        sources += 1;
        let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files.iter().filter(|file| !file.to_str().unwrap().ends_with(".rows.json")) {
            let fixture: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
            let headers: Vec<(String, String)> = fixture["headers"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect();
            let body = match (&fixture["body"], source.payload.form) {
                (Value::String(text), _) => text.clone(),
                (Value::Array(lines), Form::Ndjson) => lines.iter().map(|line| format!("{line}\n")).collect(),
                (body, _) => body.to_string(),
            };
            let config: serde_json::Map<String, Value> =
                source.config.iter().map(|(name, _)| (name.clone(), json!("a-value"))).collect();
            let members = json!({ "source": id, "config": config });
            let (rows, log) = relayed(&members, &COLUMNS, &headers, &body);
            let name = file.display();
            assert_eq!(log["outcome"], "delivered", "{name}: {log}");
            assert_eq!(log["losses"], 0, "{name}: {log}");
            for row in rows.as_array().unwrap() {
                for column in ["EventTime", "Event"] {
                    assert!(!row[column].is_null(), "{name} has no {column}");
                }
            }
            let text = format!("{}\n", serde_json::to_string_pretty(&rows).unwrap());
            snapshot::matches(&file.with_extension("rows.json"), &text);
        }
    }
    assert!(sources >= 25, "{sources} sources with payloads");
}

#[test]
fn every_source_fills_columns_that_compile() {
    let kind = |name: &str| if name == "datetime" { ColumnType::Datetime } else { ColumnType::String };
    let schema = Schema {
        stream: STREAM.to_owned(),
        columns: COLUMNS
            .iter()
            .map(|(name, of)| Column { name: (*name).to_owned(), kind: kind(of) })
            .collect(),
    };
    for id in preset_ids() {
        let source = preset(id).unwrap().unwrap();
        for (name, _) in &source.columns {
            assert!(COLUMNS.iter().any(|(known, _)| known == name), "{id}: {name}");
        }
        for own_events in [false, true] {
            let columns: Vec<(&str, &str)> = COLUMNS
                .iter()
                .filter_map(|(name, _)| Some((*name, source.default_column(name, own_events)?)))
                .collect();
            assert!(columns.len() >= 2, "{id}: every source has EventTime and Event");
            if let Err(errors) = Mapping::compile(&schema, columns, source.payload.events.as_deref()) {
                panic!("{id}: {errors:?}");
            }
        }
    }
}

#[test]
fn all_headers_together_hold_no_credential() {
    let headers: Vec<(String, String)> =
        [("authorization", "Basic eDp5"), ("cookie", "a=b"), ("x-kind", "alert")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    let hook = json!({ "source": "hmac", "columns": { "Raw": "$headers" } });
    let (rows, log) = relayed(&hook, &[("Raw", "dynamic")], &headers, "{}");
    assert_eq!(rows[0]["Raw"], json!({ "x-kind": "alert" }), "{log}");

    let hook = json!({ "source": "hmac", "columns": { "Raw": "$headers.authorization" } });
    let (rows, log) = relayed(&hook, &[("Raw", "string")], &headers, "{}");
    assert_eq!(rows[0]["Raw"], "Basic eDp5", "a header that is asked for by name is meant: {log}");
}

#[test]
fn a_hook_has_the_columns_of_its_source_and_of_its_stream() {
    let body = json!({
        "eventId": "d-1", "eventType": "com.okta.event_hook", "eventTime": "2026-11-20T10:00:00Z",
        "data": { "events": [{
            "published": "2026-11-20T09:59:59Z", "eventType": "user.session.start",
            "actor": { "alternateId": "ada@contoso.example" }, "displayMessage": "User login to Okta",
            "action": "a member that is called like a column",
        }] },
    })
    .to_string();
    let some =
        [("EventTime", "datetime"), ("EventType", "string"), ("Actor", "string"), ("Action", "string")];
    let row = |members: Value, columns: &[(&str, &str)]| relayed(&members, columns, &[], &body).0[0].clone();

    // The stream's columns alone.
    assert_eq!(
        row(json!({ "source": "okta" }), &some),
        json!({
            "EventTime": "2026-11-20T09:59:59Z", "EventType": "user.session.start",
            "Actor": "ada@contoso.example", "Action": "User login to Okta",
        })
    );
    // A hook's own column counts, the others stay.
    assert_eq!(
        row(json!({ "source": "okta", "columns": { "Action": "\"login\"" } }), &some[2..]),
        json!({ "Actor": "ada@contoso.example", "Action": "login" })
    );
    // A hook that says itself what an event is gets what fits every event.
    assert_eq!(
        row(json!({ "source": "okta", "events": "." }), &some),
        json!({
            "EventTime": "2026-11-20T10:00:00Z", "EventType": "com.okta.event_hook", "Actor": null, "Action": null,
        })
    );
    // Without a place for them, type and id are members of that name.
    let generic =
        [("EventTime", "datetime"), ("EventType", "string"), ("DeliveryId", "string"), ("Event", "string")];
    let (rows, _) =
        relayed(&json!({ "source": "hmac" }), &generic, &[], r#"{"event_type":"x","delivery_id":7}"#);
    assert_eq!(
        rows[0],
        json!({
            "EventTime": "2026-11-23T02:00:00Z", "EventType": "x", "DeliveryId": "7",
            "Event": "{\"event_type\":\"x\",\"delivery_id\":7}",
        })
    );
}
