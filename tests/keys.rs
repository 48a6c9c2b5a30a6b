//! Keys that have to be fetched, and the other errands before a reply: what the relay asks for, of whom, how
//! often, and what it does with the answers.

#[path = "support/relay.rs"]
mod relay;

use std::rc::Rc;

use ccf_edge::azure::Answer;
use ccf_edge::config::Mode;
use ccf_edge::relay::{Fetch, Hook, Next, Passage, Relay};
use ccf_edge::webhook::delivery::{Delivery, Headers};
use ccf_edge::webhook::keyring::{Keyring, Lease, Wanted};
use ccf_edge::webhook::public_key::{KeyKind, PublicKey};
use ccf_edge::webhook::verify::PureCrypto;
use serde_json::Value;

const NOW: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn relay(hooks: &str) -> Relay {
    loaded(hooks).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn loaded(hooks: &str) -> Result<Relay, Vec<String>> {
    let secret = |name: &str| (name == "AZURE_CLIENT_SECRET").then(|| "a client secret".to_owned());
    Relay::load(&relay::config(hooks), relay::DCR, &secret, Mode::Production)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// A case of a source's fixture.
struct Case(Value);

impl Case {
    fn of(source: &str, name: &str) -> Case {
        let path = format!("{}/tests/fixtures/webhooks/{source}.json", env!("CARGO_MANIFEST_DIR"));
        let fixture: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = fixture["cases"].as_array().unwrap();
        Case(cases.iter().find(|case| case["name"] == name).expect(name).clone())
    }

    fn hooks(&self, source: &str) -> String {
        format!(r#"{{ "one": {{ "source": "{source}", "config": {} }} }}"#, self.0["config"])
    }

    /// Where the key is, and what an issuer answers there.
    fn key(&self) -> (String, Vec<u8>) {
        let (url, key) = self.0["keys"].as_object().unwrap().iter().next().unwrap();
        (url.clone(), key.as_str().unwrap().as_bytes().to_vec())
    }

    fn begin(&self, hook: &Rc<Hook>, keyring: &Keyring, now: i64) -> Passage {
        let mut headers = Headers::new();
        for pair in self.0["headers"].as_array().unwrap() {
            headers.push(pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        }
        let body = self.0["body"].as_str().unwrap().as_bytes();
        let delivery = Delivery { method: "POST", url: "https://relay.example/hooks/one", headers, body };
        Passage::begin(hook, keyring, &delivery, now, &PureCrypto)
    }
}

fn response(status: u16, body: &[u8]) -> Answer {
    Answer::Response { status, retry_after: None, body: body.to_vec() }
}

fn wanted(url: &str) -> Wanted {
    Wanted { url: url.to_owned(), body: None }
}

/// What is logged of a passage that is over, by code.
fn code(passage: &Passage) -> String {
    let log: Value = serde_json::from_str(&passage.log(NOW)).unwrap();
    log["code"].as_str().unwrap_or("").to_owned()
}

#[test]
fn one_delivery_fetches_and_the_others_wait_for_it() {
    let case = Case::of("google-pubsub-push", "a token of the service account for the audience");
    let (url, keys) = case.key();
    let mut relay = relay(&case.hooks("google-pubsub-push"));
    let hook = relay.hooks()[0].clone();
    let mut first = case.begin(&hook, relay.keyring(), NOW);
    let mut second = case.begin(&hook, relay.keyring(), NOW);
    assert_eq!(first.errand(NOW, relay.keyring()), Some(Fetch::Ask(wanted(&url))));
    assert_eq!(second.errand(NOW, relay.keyring()), Some(Fetch::Wait(50)));
    assert_eq!(second.errand(NOW + 50, relay.keyring()), Some(Fetch::Wait(50)));
    first.fetched(NOW + 90, &response(200, &keys), relay.keyring());
    assert_eq!(second.errand(NOW + 100, relay.keyring()), Some(Fetch::Again));
    for _ in 0..2 {
        let mut again = case.begin(&hook, relay.keyring(), NOW + 100);
        assert_eq!(again.errand(NOW, relay.keyring()), None);
        assert!(!matches!(again.next(NOW, relay.client()), Next::Over), "it is on its way to Azure");
    }
}

#[test]
fn whoever_fetches_and_is_cancelled_is_replaced() {
    let mut keyring = Keyring::default();
    assert_eq!(keyring.lease("https://a.example/keys", NOW), Lease::Granted);
    assert_eq!(keyring.lease("https://a.example/keys", NOW + 9_999), Lease::Taken);
    assert!(!keyring.settled("https://a.example/keys", NOW + 9_999));
    assert_eq!(keyring.lease("https://a.example/keys", NOW + 10_000), Lease::Granted);
}

#[test]
fn an_issuer_that_fails_is_left_alone_for_a_minute() {
    let case = Case::of("google-pubsub-push", "a token of the service account for the audience");
    let (url, keys) = case.key();
    let failures: [Answer; 5] = [
        response(500, b""),
        response(302, &keys),
        response(200, b"<html>"),
        response(200, &vec![b' '; 70_000]),
        Answer::Failure { message: "no answer".to_owned() },
    ];
    for failure in failures {
        let mut relay = relay(&case.hooks("google-pubsub-push"));
        let hook = relay.hooks()[0].clone();
        let mut passage = case.begin(&hook, relay.keyring(), NOW);
        assert_eq!(passage.errand(NOW, relay.keyring()), Some(Fetch::Ask(wanted(&url))));
        passage.fetched(NOW, &failure, relay.keyring());
        for ms in [0, MINUTE - 1] {
            let mut later = case.begin(&hook, relay.keyring(), NOW + ms);
            assert_eq!(later.errand(NOW + ms, relay.keyring()), None);
            let reply = later.reply().expect("it is over");
            assert_eq!((reply.status, code(&later).as_str()), (503, "key_unavailable"));
            assert!(reply.headers.contains(&("retry-after".to_owned(), "60".to_owned())));
        }
        let mut later = case.begin(&hook, relay.keyring(), NOW + MINUTE);
        assert_eq!(later.errand(NOW + MINUTE, relay.keyring()), Some(Fetch::Ask(wanted(&url))));
    }
}

#[test]
fn keys_are_asked_for_again_after_an_hour_and_kept_a_day_when_nobody_answers() {
    let case = Case::of("paypal", "a key of our own in place of the certificate");
    let (url, key) = case.key();
    let mut relay = relay(&case.hooks("paypal"));
    let hook = relay.hooks()[0].clone();
    relay.keyring().learn(&url, NOW, Some(&key));
    let mut errand = |now: i64, fail: bool| {
        let mut passage = case.begin(&hook, relay.keyring(), now);
        let errand = passage.errand(now, relay.keyring());
        if fail {
            passage.fetched(now, &response(500, b""), relay.keyring());
        }
        (errand.is_some(), passage.reply().map(|reply| reply.status))
    };
    assert_eq!(errand(NOW + HOUR - 1, false), (false, None));
    assert_eq!(errand(NOW + HOUR, true), (true, None));
    assert_eq!(errand(NOW + HOUR + 1, false), (false, None), "the old key will do");
    assert_eq!(errand(NOW + 24 * HOUR, true), (true, None));
    assert_eq!(errand(NOW + 24 * HOUR + 1, false), (false, Some(503)), "but not for ever");
}

#[test]
fn strangers_cannot_make_the_relay_hammer_anybody() {
    let case = Case::of("google-pubsub-push", "a key that Google does not have");
    let (url, keys) = case.key();
    let mut one = relay(&case.hooks("google-pubsub-push"));
    let hook = one.hooks()[0].clone();
    one.keyring().learn(&url, NOW, Some(&keys));
    let asks = |relay: &mut Relay, now: i64| {
        let mut passage = case.begin(&hook, relay.keyring(), now);
        passage.errand(now, relay.keyring()).is_some()
    };
    assert!(!asks(&mut one, NOW), "the set is believed when it does not have the key");
    assert!(!asks(&mut one, NOW + 5 * MINUTE - 1));
    assert!(asks(&mut one, NOW + 5 * MINUTE), "until it may have changed");

    // Names that a stranger makes up, as far as the source lets him.
    let mut keyring = Keyring::default();
    let url =
        |number: i64| format!("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{number:x}.pem");
    let granted = (0..1000).filter(|n| keyring.lease(&url(*n), NOW + n) == Lease::Granted).count();
    assert_eq!(granted, 10, "a host is asked ten times a minute");
    assert_eq!(
        keyring.lease("https://other.example/keys", NOW),
        Lease::Granted,
        "and another is not touched"
    );
    let granted =
        (0..1000).filter(|n| keyring.lease(&url(*n + 9999), NOW + MINUTE + n) == Lease::Granted).count();
    assert_eq!(granted, 10);
}

#[test]
fn keys_stay_when_a_stranger_fills_the_keyring() {
    let case = Case::of("paypal", "a key of our own in place of the certificate");
    let (url, key) = case.key();
    let mut relay = relay(&case.hooks("paypal"));
    let hook = relay.hooks()[0].clone();
    relay.keyring().learn(&url, NOW, Some(&key));
    for number in 0..500 {
        relay.keyring().lease(&format!("https://a.example/{number}"), NOW);
        relay.keyring().learn(&format!("https://a.example/{number}"), NOW, None);
    }
    let mut passage = case.begin(&hook, relay.keyring(), NOW);
    assert_eq!((passage.errand(NOW, relay.keyring()), passage.reply().is_none()), (None, true));
}

#[test]
fn a_subscription_is_confirmed_before_the_answer() {
    let case = Case::of("aws-sns", "sns-confirmation");
    let (url, key) = case.key();
    let message: Value = serde_json::from_str(case.0["body"].as_str().unwrap()).unwrap();
    let visit = wanted(message["SubscribeURL"].as_str().unwrap());
    for (status, expected) in [(200, 200), (404, 503), (302, 503)] {
        let mut relay = relay(&case.hooks("aws-sns"));
        let hook = relay.hooks()[0].clone();
        relay.keyring().learn(&url, NOW, Some(&key));
        let mut passage = case.begin(&hook, relay.keyring(), NOW);
        assert_eq!(passage.errand(NOW, relay.keyring()), Some(Fetch::Ask(visit.clone())));
        assert!(passage.reply().is_none());
        passage.fetched(NOW, &response(status, b"<ConfirmSubscriptionResponse/>"), relay.keyring());
        assert_eq!(passage.errand(NOW, relay.keyring()), None, "once");
        assert!(matches!(passage.next(NOW, relay.client()), Next::Over));
        assert_eq!(passage.reply().unwrap().status, expected);
    }
}

#[test]
fn an_api_key_goes_to_plaid_alone_and_into_no_debug() {
    let case = Case::of("plaid", "the key is not there yet");
    let text = format!(r#"{{ "one": {{ "source": "plaid", "config": {} }} }}"#, case.0["config"]);
    let errors = loaded(&text).err().unwrap();
    assert!(errors[0].contains("HOOK_ONE_SECRET"), "{errors:?}");

    let body = br#"{"client_id":"id","secret":"sup3r","key_id":"k"}"#.to_vec();
    let wanted = Wanted { url: "https://production.plaid.com/x".to_owned(), body: Some(body) };
    assert!(!format!("{wanted:?}").contains("sup3r"));
}

#[test]
fn a_wrong_value_is_named_once() {
    for (source, value) in [
        ("aws-sns", r#""topic_arn": "<the topic's ARN>""#),
        ("aws-sns", r#""topic_arn": 7"#),
        ("aws-sns", r#""topic_arn": "{body}""#),
        ("jwt", r#""issuer": "i", "audience": "a", "keys": "…""#),
    ] {
        let hooks = format!(r#"{{ "one": {{ "source": "{source}", "config": {{ {value} }} }} }}"#);
        let errors = loaded(&hooks).err().expect(&hooks);
        assert_eq!(errors.len(), 1, "{hooks}: {errors:?}");
    }
}

#[test]
fn what_a_source_wants_to_know_is_asked_for() {
    for (hooks, expected) in [
        (
            r#"{ "one": { "source": "aws-sns" } }"#,
            "the source aws-sns wants to know `topic_arn` of the hook `one`",
        ),
        (r#"{ "one": { "source": "aws-sns", "config": { "topic_arm": "x" } } }"#, "did you mean `topic_arn`"),
        (
            r#"{ "one": { "source": "aws-sns", "config": { "topic_arn": "{body}" } } }"#,
            "must not have braces",
        ),
        (
            r#"{ "one": { "source": "jwt", "config": { "issuer": "i", "audience": "a", "keys": "http://k.example" } } }"#,
            "can be fetched with https:// only",
        ),
        (
            r#"{ "one": { "source": "jwt", "config": { "issuer": "i", "audience": "a", "keys": "ftp" } } }"#,
            "a value in `config` does not fit",
        ),
        (
            r#"{ "one": { "source": "aws-sns", "secret": "X", "config": { "topic_arn": "x" } } }"#,
            "the hook `one` names is missing or empty",
        ),
    ] {
        let errors = loaded(hooks).err().expect(hooks);
        assert!(errors.iter().any(|error| error.contains(expected)), "{hooks}: {errors:?}");
    }
}

#[test]
fn public_keys_are_read_strictly() {
    let jwk = |more: &str| {
        format!(
            r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{x}"{more}}}"#,
            x = "ucTVFpKY7jXyJYUzdXUKNtiF4BPLbLMKDT0OYPHyb0c"
        )
    };
    let one = PublicKey::read_all(&jwk(r#","kid":"a","use":"sig""#));
    assert_eq!((one.len(), one[0].id.as_deref(), one[0].kind), (1, Some("a"), KeyKind::P256));
    assert_eq!(PublicKey::read_all(&jwk(r#","use":"enc""#)), [], "a key for encryption");
    for text in ["", "{", "[]", "{\"keys\":{}}", "{\"keys\":[1,null,{}]}", "-----BEGIN PUBLIC KEY-----"] {
        assert_eq!(PublicKey::read_all(text), [], "{text}");
    }
    // 1024 bits, as nobody should use.
    let weak = format!(r#"{{"kty":"RSA","e":"AQAB","n":"{}"}}"#, "_".repeat(171));
    assert_eq!(PublicKey::read_all(&weak), []);
    let sound = format!(r#"{{"kty":"RSA","e":"AQAB","n":"{}w"}}"#, "_".repeat(341));
    let sound = PublicKey::read_all(&sound);
    assert_eq!(sound[0].kind, KeyKind::Rsa);
    for length in 0..sound[0].spki().len() {
        assert_eq!(PublicKey::from_spki(&sound[0].spki()[..length]), None, "cut at {length}");
    }
}

#[test]
fn a_certificate_gives_its_key_and_its_time() {
    let path = format!("{}/tests/fixtures/keys/certificate.pem", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let keys = PublicKey::read_all(&text);
    let [key] = keys.as_slice() else { panic!("one key, not {}", keys.len()) };
    assert_eq!(key.kind, KeyKind::Rsa);
    assert_eq!(key.validity, Some((1_700_000_000_000, 2_524_608_000_000)));
    assert!(key.holds(1_700_000_000_000) && !key.holds(1_699_999_999_999) && !key.holds(2_524_608_000_001));
}
