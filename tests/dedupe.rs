//! The window that remembers deliveries: which of them are the same, when it is asked, and when it is told.

use ccf_edge::azure::Answer;
use ccf_edge::config::{ConfigError, Mode};
use ccf_edge::relay::{Bindings, Next, Passage, Relay};
use ccf_edge::webhook::delivery::{Delivery, Headers};
use ccf_edge::webhook::verify::PureCrypto;
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::Sha256;

const NOW: i64 = 1_795_399_200_000;
const SECRET: &str = "the secret";

const DCR: &str = r#"{ "type": "Microsoft.Insights/dataCollectionRules", "properties": { "streamDeclarations": {
  "Custom-A": { "columns": [{ "name": "Id", "type": "long" }, { "name": "Agent", "type": "string" }] }
} } }"#;

const GITHUB: &str =
    r#"{ "source": "github", "dedupe": "24h", "columns": { "Agent": "$headers[\"user-agent\"]" } }"#;

fn load(hooks: &[(&str, &str)]) -> Result<Relay, Vec<ConfigError>> {
    let hooks: Vec<String> = hooks.iter().map(|(name, hook)| format!("\"{name}\": {hook}")).collect();
    let relay = format!(
        r#"{{ "azure": {{
  "tenant_id": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
  "client_id": "00001111-aaaa-2222-bbbb-3333cccc4444",
  "dce_endpoint": "https://contoso-5kyl.westeurope-1.ingest.monitor.azure.com",
  "dcr_immutable_id": "dcr-0123456789abcdef0123456789abcdef",
  "stream_name": "Custom-A" }},
"hooks": {{
{}
}} }}"#,
        hooks.join(",\n")
    );
    Relay::load(&relay, DCR, &|_| Some(SECRET.to_owned()), Mode::Production)
}

fn bound(hooks: &[(&str, &str)], queue: bool) -> Relay {
    let relay = load(hooks).and_then(|relay| relay.bind(Bindings { queue, bucket: queue, dedupe: true }));
    relay.unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// A delivery of GitHub's.
#[derive(Clone, Debug, PartialEq)]
struct Sent {
    id: Option<String>,
    event: String,
    agent: String,
    body: String,
    /// Header fields that nothing reads.
    noise: String,
    at: i64,
}

fn sent() -> Sent {
    Sent {
        id: Some("0d4a".to_owned()),
        event: "push".to_owned(),
        agent: "GitHub-Hookshot".to_owned(),
        body: r#"{"id":7}"#.to_owned(),
        noise: "ray 1".to_owned(),
        at: NOW,
    }
}

fn arrive(relay: &mut Relay, hook: usize, sent: &Sent) -> Passage {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(sent.body.as_bytes());
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut headers = Headers::new();
    headers.push("x-hub-signature-256", format!("sha256={digits}"));
    headers.push("x-github-event", sent.event.clone());
    headers.push("user-agent", sent.agent.clone());
    headers.push("cf-ray", sent.noise.clone());
    if let Some(id) = &sent.id {
        headers.push("x-github-delivery", id.clone());
    }
    let delivery = Delivery {
        method: "POST",
        url: "https://relay.example/hooks/a",
        headers,
        body: sent.body.as_bytes(),
    };
    let hook = relay.hooks()[hook].clone();
    Passage::begin(&hook, relay.keyring(), &delivery, sent.at, &PureCrypto)
}

fn fingerprint(relay: &mut Relay, hook: usize, sent: &Sent) -> Option<String> {
    arrive(relay, hook, sent).fingerprint().map(str::to_owned)
}

#[test]
fn two_deliveries_are_the_same_only_if_their_rows_are() {
    let mut relays = [true, false].map(|queue| bound(&[("a", GITHUB), ("b", GITHUB)], queue));
    for relay in &mut relays {
        let first = fingerprint(relay, 0, &sent()).expect("a fingerprint");
        assert!(first.len() == 64 && first.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
        let again = Sent { noise: "ray 2".to_owned(), at: NOW + 60_000, ..sent() };
        assert_eq!(fingerprint(relay, 0, &again), Some(first.clone()), "the same, a minute later");
        assert_ne!(fingerprint(relay, 1, &sent()), Some(first.clone()), "at another hook");
        for (what, other) in [
            ("id", Sent { id: Some("0d4b".to_owned()), ..sent() }),
            ("event", Sent { event: "ping".to_owned(), ..sent() }),
            ("agent", Sent { agent: "curl".to_owned(), ..sent() }),
            ("body", Sent { body: r#"{"id":8}"#.to_owned(), ..sent() }),
        ] {
            assert_ne!(fingerprint(relay, 0, &other), Some(first.clone()), "another {what}");
        }
    }
    let [queued, direct] = &mut relays;
    assert_eq!(fingerprint(queued, 0, &sent()), fingerprint(direct, 0, &sent()), "whatever the mode");
}

proptest! {
    /// What is a header's in one event and the body's or the id's in another is not the same.
    #[test]
    fn no_part_of_a_delivery_runs_into_another(
        a in ("[ab]{0,3}", "[ab]{1,3}", "[ab]{0,3}", "[ab]{0,3}"),
        b in ("[ab]{0,3}", "[ab]{1,3}", "[ab]{0,3}", "[ab]{0,3}"),
    ) {
        let mut relay = bound(&[("a", GITHUB)], true);
        let make = |(event, id, agent, text): (String, String, String, String)| {
            Sent { id: Some(id), event, agent, body: format!("[\"{text}\"]"), ..sent() }
        };
        let (a, b) = (make(a), make(b));
        let passage = arrive(&mut relay, 0, &a);
        prop_assert!(passage.fingerprint().is_some(), "{}", passage.log(NOW));
        prop_assert_eq!(a == b, fingerprint(&mut relay, 0, &a) == fingerprint(&mut relay, 0, &b));
    }
}

#[test]
fn the_window_is_asked_of_verified_deliveries_with_an_id_only() {
    for queue in [true, false] {
        let plain = r#"{ "source": "github" }"#;
        let mut relay = bound(&[("a", GITHUB), ("plain", plain)], queue);
        let asks = |passage: &mut Passage, relay: &mut Relay| {
            matches!(passage.next(NOW, relay.client()), Next::Recall)
        };
        let mut passage = arrive(&mut relay, 0, &sent());
        assert!(asks(&mut passage, &mut relay));
        let mut passage = arrive(&mut relay, 1, &sent());
        assert!(!asks(&mut passage, &mut relay), "a hook without a window");
        let mut passage = arrive(&mut relay, 0, &Sent { id: None, ..sent() });
        assert!(!asks(&mut passage, &mut relay), "no id");
        assert_eq!((passage.fingerprint(), passage.reply()), (None, None), "it goes on");
        let mut passage = arrive(&mut relay, 0, &Sent { body: "{".to_owned(), ..sent() });
        assert!(!asks(&mut passage, &mut relay), "no JSON");
        assert_eq!(passage.reply().map(|reply| reply.status), Some(400));

        let delivery = Delivery {
            method: "POST",
            url: "https://relay.example/hooks/a",
            headers: Headers::new(),
            body: br#"{"id":7}"#,
        };
        let hook = relay.hooks()[0].clone();
        let mut passage = Passage::begin(&hook, relay.keyring(), &delivery, NOW, &PureCrypto);
        assert!(!asks(&mut passage, &mut relay), "not signed");
        assert_eq!((passage.fingerprint(), passage.to_remember()), (None, None));
    }
}

#[test]
fn a_known_delivery_is_answered_as_one_that_is_taken_and_goes_nowhere() {
    for (queue, status) in [(true, 202), (false, 200)] {
        let mut relay = bound(&[("a", GITHUB)], queue);
        let mut passage = arrive(&mut relay, 0, &sent());
        assert!(matches!(passage.next(NOW, relay.client()), Next::Recall));
        passage.recalled(NOW, true);
        assert!(matches!(passage.next(NOW, relay.client()), Next::Over));
        assert_eq!(passage.reply().map(|reply| reply.status), Some(status));
        assert_eq!(passage.to_remember(), None, "it is known already, and its time does not start anew");
        let line = passage.log(NOW);
        assert!(line.contains(r#""outcome":"duplicate""#) && line.contains(r#""rows":0"#), "{line}");
    }
}

#[test]
fn in_queue_mode_it_is_remembered_when_the_queue_has_it() {
    for failure in [None, Some("Queue is overloaded. Please back off.")] {
        let mut relay = bound(&[("a", GITHUB)], true);
        let mut passage = arrive(&mut relay, 0, &sent());
        assert_eq!(passage.to_remember(), None);
        passage.recalled(NOW, false);
        assert!(matches!(passage.next(NOW, relay.client()), Next::Queue));
        let _ = passage.message("0123");
        assert_eq!(passage.to_remember(), None, "it is on its way to the queue");
        passage.queued(NOW, failure);
        assert_eq!(passage.to_remember().is_some(), failure.is_none());
        let status = passage.reply().map(|reply| reply.status);
        assert_eq!(status, Some(if failure.is_none() { 202 } else { 503 }));
    }
}

#[test]
fn in_direct_mode_it_is_remembered_when_azure_has_every_row() {
    for (azure, status) in [(204, 200), (500, 503), (403, 503), (413, 413)] {
        let mut relay = bound(&[("a", GITHUB)], false);
        let mut passage = arrive(&mut relay, 0, &sent());
        passage.recalled(NOW, false);
        for _ in 0..50 {
            assert_eq!(passage.to_remember(), None);
            let token = match passage.next(NOW, relay.client()) {
                Next::Over => break,
                Next::Wait(_) => continue,
                Next::Ask(request) => request.url.contains("oauth2"),
                Next::Queue | Next::Recall => panic!("no queue, and the window was asked"),
            };
            let body = br#"{"token_type":"Bearer","expires_in":3599,"access_token":"t"}"#.to_vec();
            let answer = if token {
                Answer::Response { status: 200, retry_after: None, body }
            } else {
                Answer::Response { status: azure, retry_after: None, body: Vec::new() }
            };
            passage.answered(NOW, &answer, relay.client());
        }
        assert_eq!(passage.reply().map(|reply| reply.status), Some(status), "{azure}");
        assert_eq!(passage.to_remember().is_some(), azure == 204, "{azure}");
    }
}

#[test]
fn mistakes_have_their_place() {
    let of = |hook: &str| match load(&[("a", hook)]) {
        Ok(_) => String::new(),
        Err(errors) => errors.iter().map(|error| format!("{error} [{}]\n", error.code)).collect(),
    };
    for sound in ["1m", "90m", "24h", "168h", "1d", "7d"] {
        assert_eq!(of(&format!(r#"{{ "source": "github", "dedupe": "{sound}" }}"#)), "");
    }
    let odd = [
        "0h",
        "59s",
        "8d",
        "169h",
        "10081m",
        "24",
        "24 h",
        "+1h",
        "1.5h",
        "h",
        "",
        "4294967295d",
        "1H",
        "-1h",
    ];
    for odd in odd {
        let said = of(&format!(r#"{{ "source": "github", "dedupe": "{odd}" }}"#));
        assert!(said.starts_with("relay.json:8:38: `dedupe` must be"), "{odd}: {said}");
        assert!(said.ends_with("[invalid-value]\n"), "{odd}: {said}");
    }
    assert!(of(r#"{ "source": "github", "dedupe": 24 }"#).ends_with("[wrong-type]\n"));
    let said = of(r#"{ "source": "hmac", "dedupe": "24h" }"#);
    assert!(said.starts_with("relay.json:8:36: the source hmac gives its deliveries no id"), "{said}");
    let said = of(r#"{ "source": "github", "dedupe": "24h", "columns": { "Agent": "$headers | tojson" } }"#);
    assert!(said.starts_with("relay.json:8:38: `dedupe` knows no delivery again"), "{said}");
}

#[test]
fn without_the_object_deliveries_are_taken_and_the_operator_is_told() {
    let relay = load(&[("a", GITHUB)]).unwrap();
    let mut relay = relay.bind(Bindings { queue: true, bucket: true, dedupe: false }).unwrap();
    let [warning] = relay.warnings() else { panic!("{:?}", relay.warnings()) };
    assert!(warning.to_string().starts_with("wrangler.toml: the hook `a` wants `dedupe`"), "{warning}");
    let mut passage = arrive(&mut relay, 0, &sent());
    assert!(matches!(passage.next(NOW, relay.client()), Next::Queue));
    assert!(bound(&[("a", GITHUB)], true).warnings().is_empty());
}
