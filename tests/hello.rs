//! Hooks whose product makes the secret and sends it in its hello: it is kept while an operator has armed the hook, and
//! never otherwise.

use std::rc::Rc;

use ccf_edge::config::Mode;
use ccf_edge::relay::{Bindings, Fetch, Hook, Passage, Relay};
use ccf_edge::webhook::delivery::{Delivery, Headers};
use ccf_edge::webhook::keyring::Keyring;
use ccf_edge::webhook::source::{Hash, Source, preset, preset_ids};
use ccf_edge::webhook::verify::{Crypto as _, PureCrypto};
use serde_json::{Value, json};

const DCR: &str = r#"{
  "type": "Microsoft.Insights/dataCollectionRules",
  "properties": { "streamDeclarations": { "Custom-Test": { "columns": [
    { "name": "TimeGenerated", "type": "datetime" },
    { "name": "Event", "type": "dynamic" }
  ] } } }
}"#;

/// A day in November 2026, in milliseconds since the Unix epoch.
const NOW: i64 = 1_795_000_000_000;
const MINUTE: i64 = 60_000;
const TOKEN: &str = "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl";

/// What a product sends.
struct Sent {
    headers: &'static [(&'static str, &'static str)],
    body: String,
}

impl Sent {
    fn notion(token: &str) -> Sent {
        Sent { headers: &[], body: json!({ "verification_token": token }).to_string() }
    }

    const fn asana() -> Sent {
        Sent { headers: &[("x-hook-secret", "b537207f20cbfa02357cf448134da559")], body: String::new() }
    }
}

fn hook(source: &str, secret: Option<&str>, bucket: bool) -> Rc<Hook> {
    let relay = json!({
        "azure": {
            "tenant_id": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
            "client_id": "00001111-aaaa-2222-bbbb-3333cccc4444",
            "dce_endpoint": "https://my-dce-5kyl.eastus-1.ingest.monitor.azure.com",
            "dcr_immutable_id": "dcr-0123456789abcdef0123456789abcdef",
            "stream_name": "Custom-Test",
        },
        "hooks": { "hook": { "source": source, "columns": { "Event": "." } } },
    });
    let secrets = |name: &str| match name {
        "AZURE_CLIENT_SECRET" => Some("client secret".to_owned()),
        _ => secret.map(str::to_owned),
    };
    let relay = Relay::load(&relay.to_string(), DCR, &secrets, Mode::Production)
        .and_then(|relay| relay.bind(Bindings { queue: false, bucket, dedupe: false }))
        .unwrap_or_else(|errors| panic!("{source}: {errors:?}"));
    relay.hooks()[0].clone()
}

fn begin(hook: &Rc<Hook>, sent: &Sent, now: i64) -> Passage {
    let mut headers = Headers::new();
    for (name, value) in sent.headers {
        headers.push(*name, *value);
    }
    let url = "https://relay.example/hooks/hook";
    let delivery = Delivery { method: "POST", url, headers, body: sent.body.as_bytes() };
    Passage::begin(hook, &Keyring::default(), &delivery, now, &PureCrypto)
}

/// Whether the bucket is to be asked about it.
fn asks(passage: &mut Passage, now: i64) -> bool {
    match passage.errand(now, &mut Keyring::default()) {
        None => false,
        Some(fetch) => {
            assert_eq!(fetch, Fetch::Hello);
            true
        }
    }
}

/// The answer: its status, and its body with its headers as text.
fn answer(passage: &Passage) -> (u16, String) {
    let reply = passage.reply().expect("the passage is over");
    (reply.status, format!("{} {:?}", String::from_utf8_lossy(&reply.body), reply.headers))
}

#[test]
fn the_secret_is_kept_while_the_hook_is_armed() {
    for (source, sent, secret) in
        [("notion", Sent::notion(TOKEN), TOKEN), ("asana", Sent::asana(), "b537207f20cbfa02357cf448134da559")]
    {
        for before in [None, Some("the key before this one")] {
            let hook = hook(source, before, true);
            let mut passage = begin(&hook, &sent, NOW);
            assert!(asks(&mut passage, NOW), "{source}");
            assert!(passage.reply().is_none(), "{source}: nothing is said before it is kept");
            assert_eq!(passage.armed(NOW, NOW + 15 * MINUTE), Some(secret), "{source}");
            passage.kept();
            let (status, said) = answer(&passage);
            assert_eq!(status, 200, "{source}");
            // Asana wants to hear it again, and nobody else may.
            assert_eq!(said.contains(secret), source == "asana", "{source}");
            let log: Value = serde_json::from_str(&passage.log(NOW)).unwrap();
            assert_eq!((&log["outcome"], &log["hook"]), (&json!("secret"), &json!("hook")), "{source}");
            assert!(log["detail"].as_str().unwrap().contains("has come"), "{source}");
            assert!(!log.to_string().contains(secret), "{source}");
        }
    }
}

#[test]
fn nothing_is_kept_otherwise() {
    for (source, sent, secret, wanted) in [
        ("notion", Sent::notion(TOKEN), Some("the key"), (401, "signature_missing")),
        ("notion", Sent::notion(TOKEN), None, (503, "secret_awaited")),
        ("asana", Sent::asana(), Some("the key"), (200, "x-hook-secret")),
        ("asana", Sent::asana(), None, (200, "x-hook-secret")),
    ] {
        for until in [0, NOW - 1, NOW] {
            let hook = hook(source, secret, true);
            let mut passage = begin(&hook, &sent, NOW);
            assert!(asks(&mut passage, NOW), "{source}");
            assert_eq!(passage.armed(NOW, until), None, "{source} until {until}");
            let mut again = begin(&hook, &sent, NOW);
            assert!(!asks(&mut again, NOW), "{source}: it has been asked");
            let (status, said) = answer(&again);
            assert_eq!(status, wanted.0, "{source}: {said}");
            assert!(said.contains(wanted.1), "{source}: {said}");
            assert!(!again.log(NOW).contains(TOKEN) && !said.contains(TOKEN));
        }
    }
}

#[test]
fn strangers_cannot_make_the_relay_ask_often() {
    let hook = hook("notion", Some("the key"), true);
    let mut asked = 0;
    for ms in 0..10_000 {
        let mut passage = begin(&hook, &Sent::notion(TOKEN), NOW + ms);
        if asks(&mut passage, NOW + ms) {
            asked += 1;
            // The answer takes a while, in which the others do not wait for it.
            if asked % 2 == 0 {
                assert_eq!(passage.armed(NOW + ms, 0), None);
            }
        }
    }
    assert_eq!(asked, 10);
}

#[test]
fn what_is_no_hello_asks_nothing() {
    let key = "secret_abc123_verification_token";
    let event = Sent {
        headers: &[(
            "x-notion-signature",
            "sha256=942ac06e288d4872c2c3944cb92793dabf59e7b005dab9c6f883aff7132c686c",
        )],
        body: r#"{"id":"evt_1","type":"page.created"}"#.to_owned(),
    };
    let mut passage = begin(&hook("notion", Some(key), true), &event, NOW);
    assert!(passage.is_verified() && !asks(&mut passage, NOW));

    let typed = json!({ "verification_token": TOKEN, "type": "page.created" }).to_string();
    let odd = ["", "short", &"x".repeat(257), "with a blank in it......", "\u{1b}[2J clears the terminal"];
    let bodies = odd.iter().map(|token| Sent::notion(token).body).chain([typed, "{".to_owned()]);
    for body in bodies {
        let mut passage = begin(&hook("notion", Some(key), true), &Sent { headers: &[], body }, NOW);
        assert!(!asks(&mut passage, NOW));
        assert_eq!(answer(&passage).0, 401);
    }

    for id in preset_ids().filter(|id| !["notion", "asana"].contains(id)) {
        assert!(!preset(id).unwrap().unwrap().sends_secret(), "{id}");
    }
    for (source, sent) in
        [("notion", Sent::asana()), ("asana", Sent::notion(TOKEN)), ("github", Sent::asana())]
    {
        let mut passage = begin(&hook(source, Some(key), true), &sent, NOW);
        assert!(!asks(&mut passage, NOW), "{source}");
    }
    // Without a bucket there is nothing to ask.
    let mut passage = begin(&hook("notion", Some(key), false), &Sent::notion(TOKEN), NOW);
    assert!(!asks(&mut passage, NOW));
}

/// A hook whose secret is still to come does not keep the others from working, and lets nobody in.
#[test]
fn without_its_secret_a_hook_puts_senders_off() {
    for source in ["notion", "asana"] {
        let hook = hook(source, None, true);
        assert!(hook.awaits_secret());
        let mac = PureCrypto.hmac(Hash::Sha256, b"", &[], b"{}", &[]);
        let empty_key: String = mac.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let signature: &'static str = format!("sha256={empty_key}").leak();
        let bare: &'static str = signature.strip_prefix("sha256=").unwrap();
        for headers in
            [&[] as &[(&str, &str)], &[("x-notion-signature", signature), ("x-hook-signature", bare)]]
        {
            let headers: &'static [(&str, &str)] = headers.to_vec().leak();
            let passage = begin(&hook, &Sent { headers, body: "{}".to_owned() }, NOW);
            let reply = passage.reply().unwrap();
            assert_eq!(reply.status, 503, "{source}");
            assert!(reply.headers.iter().any(|(name, _)| name == "retry-after"), "{source}");
            assert_eq!(passage.refusal().unwrap().0, "secret_awaited");
        }
    }
    assert!(!hook("notion", Some("the key"), true).awaits_secret());
}

/// Else the secret would be a row.
#[test]
fn a_signed_verification_is_no_event() {
    let body = Sent::notion(TOKEN).body;
    let mac = PureCrypto.hmac(Hash::Sha256, TOKEN.as_bytes(), &[], body.as_bytes(), &[]);
    let hex: String = mac.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let headers: &'static [(&str, &str)] =
        vec![("x-notion-signature", &*format!("sha256={hex}").leak())].leak();
    let hook = hook("notion", Some(TOKEN), true);
    let mut passage = begin(&hook, &Sent { headers, body: body.clone() }, NOW);
    assert!(asks(&mut passage, NOW), "an operator may want it again");
    assert_eq!(passage.armed(NOW, 0), None);
    let passage = begin(&hook, &Sent { headers, body }, NOW);
    assert_eq!(answer(&passage).0, 200);
    assert!(passage.rows().is_none() && !passage.is_verified());
}

#[test]
fn a_source_bounds_the_secret_that_it_keeps() {
    let handshake = |change: Value| {
        let mut handshake = json!({
            "on": { "method": "POST", "has": ["json:/token"] },
            "signed": false,
            "secret": "json:/token",
            "guard": { "json:/token": "[a-z]{16,64}" },
            "reply": { "status": 200 },
        });
        for (key, value) in change.as_object().unwrap() {
            handshake[key] = value.clone();
        }
        let text = json!({ "id": "x", "auth": { "sig": "header:x" }, "handshake": [handshake] }).to_string();
        Source::read(&text).map_err(|errors| errors[0].message.clone())
    };
    assert!(handshake(json!({})).unwrap().sends_secret());
    assert!(handshake(json!({ "armed": true })).is_ok());
    for change in [
        json!({ "guard": { "json:/other": "[a-z]{16,64}" } }),
        json!({ "signed": true }),
        json!({ "on": { "method": "GET" } }),
    ] {
        assert!(handshake(change).unwrap_err().contains("is an unsigned POST"));
    }
}
