//! What must come out the same in wasm as natively. `npm test -- --only wasm` runs these on Node as wasm,
//! `cargo test` runs them as they are. Bare wasm has no clock and no randomness: whoever asks for them there traps.

use ccf_edge::artifact::schema::{Column, ColumnType, Schema};
use ccf_edge::azure::stand_in::{Incoming, StandIn, StandInConfig};
use ccf_edge::azure::{Answer, Secret};
use ccf_edge::batch::RowBuffer;
use ccf_edge::config::Mode;
use ccf_edge::json;
use ccf_edge::mapping::jq::Variables;
use ccf_edge::mapping::plan::Mapping;
use ccf_edge::relay::{Next, Passage, Relay};
use ccf_edge::webhook::delivery::{Delivery, Headers};
use ccf_edge::webhook::public_key::PublicKey;
use ccf_edge::webhook::source::Hash;
use ccf_edge::webhook::verify::{Crypto, Mac};
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;
use wasm_bindgen_test::wasm_bindgen_test;

/// 2026-11-23T02:00:00Z
const NOW: i64 = 1_795_399_200_000;

#[wasm_bindgen_test(unsupported = test)]
fn strings_are_written_as_json() {
    let table = [
        ("", r#""""#),
        ("plain", r#""plain""#),
        ("a \"quote\" and a \\", r#""a \"quote\" and a \\""#),
        ("tab\tline\nreturn\r", r#""tab\tline\nreturn\r""#),
        ("\u{0}\u{1f}\u{7f}", "\"\\u0000\\u001f\u{7f}\""),
        ("grün, 日本語, 🦀", r#""grün, 日本語, 🦀""#),
        ("\u{2028}\u{2029}", "\"\u{2028}\u{2029}\""),
    ];
    for (text, expected) in table {
        let mut out = Vec::new();
        json::write_string(&mut out, text);
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected, "{text:?}");
    }
}

/// The value that an expression over a body gives a column of that type, as Azure would get it.
fn column(kind: ColumnType, expression: &str, body: &str) -> String {
    let columns = vec![Column { name: "Out".to_owned(), kind }];
    let schema = Schema { stream: "Custom-Test".to_owned(), columns };
    let mapping = Mapping::compile(&schema, [("Out", expression)], None)
        .unwrap_or_else(|errors| panic!("{expression}: {errors:?}"));
    let headers = Headers::new();
    let variables = Variables {
        event: Some("push"),
        delivery: Some("d-1"),
        source: "github",
        received: "2026-11-23T02:00:00.000Z",
        headers: &headers,
        now_ms: NOW,
    };
    let (mut rows, mut losses) = (RowBuffer::new(), Vec::new());
    mapping
        .rows(body.as_bytes(), &variables, &mut rows, &mut losses)
        .unwrap_or_else(|error| panic!("{expression}: {error}"));
    let array = String::from_utf8(rows.array().to_vec()).expect("UTF-8");
    let lost: String = losses.iter().map(|loss| format!(" {}", loss.reason.code())).collect();
    format!("{array}{lost}")
}

#[wasm_bindgen_test(unsupported = test)]
fn values_are_coerced() {
    use ColumnType::{Boolean, Datetime, Dynamic, Int, Long, Real, String};
    for (kind, value, expected) in [
        (Long, "9223372036854775807", r#"[{"Out":9223372036854775807}]"#),
        (Long, "9223372036854775808", "[{\"Out\":null}] out_of_range"),
        (Long, r#""-42""#, r#"[{"Out":-42}]"#),
        (Int, "2147483648", "[{\"Out\":null}] out_of_range"),
        (Int, "1.5", "[{\"Out\":null}] fraction"),
        (Real, "0.30000000000000004", r#"[{"Out":0.30000000000000004}]"#),
        (Real, "1e400", "[{\"Out\":null}] out_of_range"),
        (Boolean, r#""true""#, r#"[{"Out":true}]"#),
        (Datetime, "1795399200", r#"[{"Out":"2026-11-23T02:00:00Z"}]"#),
        (Datetime, r#""2026-11-23T03:00:00.5+01:00""#, r#"[{"Out":"2026-11-23T02:00:00.5Z"}]"#),
        (Datetime, r#""soon""#, "[{\"Out\":null}] not_a"),
        (String, r#"{"a":[1,"x"]}"#, r#"[{"Out":"{\"a\":[1,\"x\"]}"}]"#),
        (Dynamic, r#"{"a":12345678901234567890}"#, r#"[{"Out":{"a":12345678901234567890}}]"#),
    ] {
        assert_eq!(column(kind, ".v", &format!(r#"{{"v":{value}}}"#)), expected, "{value} to {kind:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn jq_runs() {
    let body = r#"{"names":["b","a","b"],"at":"2026-11-23T02:00:00Z","n":10,"text":"key=value; x=1","nested":{"k":[1,2]}}"#;
    for (expression, expected) in [
        ("[.names[]] | unique | join(\",\")", r#""a,b""#),
        ("now", "1795399200.0"),
        ("now | todate", r#""2026-11-23T02:00:00Z""#),
        (".at | fromdate", "1795399200"),
        (".at | strptime(\"%Y-%m-%dT%H:%M:%SZ\") | mktime", "1795399200"),
        (".n / 4", "2.5"),
        (".n | pow(.; 2) | floor", "100"),
        ("(.n | sqrt) * 1000 | round", "3162"),
        (".text | capture(\"(?<k>[a-z]+)=(?<v>[a-z]+)\")", r#"{"k":"key","v":"value"}"#),
        (".text | ascii_upcase | @base64", r#""S0VZPVZBTFVFOyBYPTE=""#),
        ("[.nested | paths | map(tostring) | join(\"/\")]", r#"["k","k/0","k/1"]"#),
        ("reduce range(1000) as $i (0; . + $i)", "499500"),
        ("def f: if . > 0 then . - 1 | f else . end; 10000 | f", "0"),
        (".names | group_by(.) | map({(.[0]): length}) | add", r#"{"a":1,"b":2}"#),
        (
            "[$event, $delivery, $source, $received] | join(\" \")",
            r#""push d-1 github 2026-11-23T02:00:00.000Z""#,
        ),
        ("[limit(3; repeat(1))]", "[1,1,1]"),
        ("try error(\"x\") catch .", r#""x""#),
    ] {
        assert_eq!(
            column(ColumnType::Dynamic, expression, body),
            format!("[{{\"Out\":{expected}}}]"),
            "{expression}"
        );
    }
}

struct Sha256Only;

impl Crypto for Sha256Only {
    fn hmac(&self, hash: Hash, key: &[u8], before: &[u8], body: &[u8], after: &[u8]) -> Mac {
        assert_eq!(hash, Hash::Sha256);
        Mac::new(&sign(key, &[before, body, after]))
    }

    fn ed25519(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> bool {
        false
    }

    fn signed(&self, _: &PublicKey, _: Hash, _: &[u8], _: &[u8]) -> bool {
        false
    }
}

fn sign(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is good");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

const RELAY: &str = r#"{
  "azure": {
    "tenant_id": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
    "client_id": "00001111-aaaa-2222-bbbb-3333cccc4444",
    "dce_endpoint": "http://127.0.0.1:8100",
    "dcr_immutable_id": "dcr-0123456789abcdef0123456789abcdef",
    "stream_name": "Custom-Test"
  },
  "hooks": {
    "github": {
      "source": "github",
      "columns": { "Id": ".id", "Words": "[.words[] | ascii_downcase] | join(\" \")", "Event": "$event" }
    }
  }
}"#;

const DCR: &str = r#"{
  "type": "Microsoft.Insights/dataCollectionRules",
  "properties": { "streamDeclarations": { "Custom-Test": { "columns": [
    { "name": "TimeGenerated", "type": "datetime" },
    { "name": "Id", "type": "long" },
    { "name": "Words", "type": "string" },
    { "name": "Event", "type": "string" }
  ] } } }
}"#;

/// Verification, mapping, token, batch, gzip and the reply, with Azure's stand-in at the other end.
#[wasm_bindgen_test(unsupported = test)]
fn a_delivery_goes_all_the_way() {
    let secret = |name: &str| Some(format!("the secret {name} with +&%="));
    let mut relay =
        Relay::load(RELAY, DCR, &secret, Mode::Development).unwrap_or_else(|errors| panic!("{errors:?}"));
    let schemas = ccf_edge::artifact::dcr::read(DCR).expect("a sound rule");
    let config = StandInConfig::new(
        "aaaabbbb-0000-cccc-1111-dddd2222eeee",
        "00001111-aaaa-2222-bbbb-3333cccc4444",
        Secret::new("the secret AZURE_CLIENT_SECRET with +&%="),
        "dcr-0123456789abcdef0123456789abcdef",
        schemas,
    );
    let mut azure = StandIn::new(config);

    let words = "One Two ".repeat(8_000);
    let body = format!(r#"{{"id":9007199254740993,"words":["{words}","Three"]}}"#);
    let signature = sign(b"the secret HOOK_GITHUB_SECRET with +&%=", &[body.as_bytes()]);
    let signature: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut headers = Headers::new();
    headers.push("accept", "application/json");
    headers.push("x-github-event", "push");
    headers.push("x-github-delivery", "d-1");
    let value = format!("sha256={signature}");
    headers.push("x-hub-signature-256", &value);
    let url = "https://relay.example/hooks/github";
    let delivery = Delivery { method: "POST", url, headers, body: body.as_bytes() };

    let hook = relay.hooks().first().expect("one hook").clone();
    let mut passage = Passage::begin(&hook, relay.keyring(), &delivery, NOW, &Sha256Only);
    let mut asked = Vec::new();
    loop {
        let answer = match passage.next(NOW, relay.client()) {
            Next::Over => break,
            Next::Queue | Next::Recall => panic!("there is no queue and no window"),
            Next::Wait(ms) => panic!("nothing to wait for, {ms} ms"),
            Next::Ask(request) => {
                let path = request.url.strip_prefix("http://127.0.0.1:8100").expect("local Azure");
                asked.push(path.to_owned());
                let headers: Vec<(&str, &str)> =
                    request.headers.iter().map(|(name, value)| (*name, value.as_ref())).collect();
                let incoming =
                    Incoming { method: "POST", path_and_query: path, headers: &headers, body: &request.body };
                let reply = azure.handle(NOW, incoming);
                Answer::Response { status: reply.status, retry_after: None, body: reply.body }
            }
        };
        passage.answered(NOW, &answer, relay.client());
    }

    assert_eq!(
        asked,
        [
            "/aaaabbbb-0000-cccc-1111-dddd2222eeee/oauth2/v2.0/token",
            "/dataCollectionRules/dcr-0123456789abcdef0123456789abcdef/streams/Custom-Test?api-version=2023-01-01",
        ]
    );
    let reply = passage.reply().expect("a reply");
    let text = String::from_utf8_lossy(&reply.body);
    assert_eq!((reply.status, text.as_ref()), (200, r#"{"delivery":"d-1","rows":1,"losses":0}"#));
    let metrics = azure.metrics();
    assert!(metrics.bytes_received < metrics.bytes_uncompressed, "gzip");
    let rows = String::from_utf8(azure.rows_json("Custom-Test", 0)).expect("UTF-8");
    let words = format!("{} three", words.to_lowercase());
    let expected = format!(
        r#"[{{"TimeGenerated":"2026-11-23T02:00:00Z","Id":9007199254740993,"Words":"{words}","Event":"push"}}]"#
    );
    assert_eq!(rows, expected);
}
