//! relay.json: what is understood, and what is said about mistakes.

mod snapshot;

use std::fs;

use ccf_edge::azure::Cloud;
use ccf_edge::azure::assertion::Algorithm;
use ccf_edge::config::{self, Config, ConfigError, Mode};
use ccf_edge::json::{Kind, Value};
use ccf_edge::text::{Position, Span};
use proptest::prelude::*;

fn fixture(case: &str) -> String {
    let path = format!("{}/tests/fixtures/config/{case}/relay.json", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn sound(text: &str, mode: Mode) -> Config {
    let (config, errors) = config::read(text, mode);
    assert_eq!(errors, [], "{text}");
    config.unwrap()
}

fn shown(errors: &[ConfigError]) -> String {
    errors.iter().map(|error| format!("{error} [{}]\n", error.code)).collect()
}

/// A configuration with one endpoint in it.
fn with_endpoint(endpoint: &str) -> String {
    let sound = "https://contoso-dce-5kyl.westeurope-1.ingest.monitor.azure.com";
    let text = fixture("sound-minimal");
    assert!(text.contains(sound));
    text.replace(sound, endpoint)
}

/// `errors.txt` holds what production says; `errors.development.txt` stands where development says something else.
#[test]
fn every_mistake_is_reported_at_once_with_its_place() {
    for case in snapshot::cases("config") {
        let text = fs::read_to_string(case.join("relay.json")).unwrap();
        let (_, production) = config::read(&text, Mode::Production);
        let (_, development) = config::read(&text, Mode::Development);
        snapshot::matches(&case.join("errors.txt"), &shown(&production));
        let other = case.join("errors.development.txt");
        if production != development {
            snapshot::matches(&other, &shown(&development));
        } else {
            assert!(!other.exists(), "{} is not needed", other.display());
        }
    }
}

#[test]
fn sound_examples_have_no_mistake() {
    let names: Vec<String> = snapshot::cases("config")
        .iter()
        .map(|case| case.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    for name in names {
        let (config, errors) = config::read(&fixture(&name), Mode::Development);
        assert_eq!(errors.is_empty(), name.starts_with("sound-"), "{name}");
        assert!(config.is_some() || !errors.is_empty());
    }
}

#[test]
fn secret_values_are_never_repeated() {
    for case in snapshot::cases("config") {
        let text = fs::read_to_string(case.join("relay.json")).unwrap();
        for mode in [Mode::Production, Mode::Development] {
            let said = shown(&config::read(&text, mode).1);
            assert!(!said.contains("leak~"), "{}: {said}", case.display());
        }
    }
}

#[test]
fn the_minimal_example_means_what_it_says() {
    let config = sound(&fixture("sound-minimal"), Mode::Production);
    assert_eq!(config.azure.tenant_id, "aaaabbbb-0000-cccc-1111-dddd2222eeee");
    assert_eq!(config.azure.client_id, "00001111-aaaa-2222-bbbb-3333cccc4444");
    assert_eq!(config.azure.dce_endpoint, "https://contoso-dce-5kyl.westeurope-1.ingest.monitor.azure.com");
    assert_eq!(config.azure.dcr_immutable_id, "dcr-0123456789abcdef0123456789abcdef");
    assert_eq!(config.azure.stream_name, "Custom-Contoso");
    assert_eq!(config.azure.cloud, Cloud::Public);
    assert_eq!(config.azure.authority, "https://login.microsoftonline.com");
    assert_eq!(config.azure.secret, ["AZURE_CLIENT_SECRET"]);
    assert_eq!((config.azure.expires.len(), config.azure.assertion), (0, Algorithm::Ps256));
    let [hook] = config.hooks.as_slice() else { panic!("one hook") };
    assert_eq!((hook.name.as_str(), hook.source.as_str()), ("github", "github"));
    assert_eq!(hook.secret, ["HOOK_GITHUB_SECRET"]);
    assert_eq!(hook.stream, "Custom-Contoso");
    assert_eq!(hook.max_bytes, 25 * 1024 * 1024);
    assert!(hook.columns.is_empty() && hook.events.is_none() && hook.auth.is_none() && hook.url.is_none());
}

#[test]
fn the_full_example_means_what_it_says() {
    let text = fixture("sound-full");
    let config = sound(&text, Mode::Production);
    assert_eq!(config.azure.tenant_id, "contoso.onmicrosoft.com");
    assert_eq!(config.azure.dce_endpoint, "https://contoso-dce-5kyl.usgovvirginia-1.ingest.monitor.azure.us");
    assert_eq!(config.azure.cloud, Cloud::UsGovernment);
    assert_eq!(config.azure.authority, "https://login.microsoftonline.us");
    assert_eq!(config.azure.secret, ["AZURE_CLIENT_CERTIFICATE", "AZURE_CLIENT_SECRET"]);
    let [(name, end, span)] = config.azure.expires.as_slice() else { panic!("one date") };
    // 2027-05-31T00:00:00Z
    assert_eq!((name.as_str(), *end), ("AZURE_CLIENT_SECRET", 1_811_721_600_000));
    assert_eq!(span.of(&text), Some("\"AZURE_CLIENT_SECRET\""));
    assert_eq!(config.azure.assertion, Algorithm::Rs256);
    let [github, build, chat] = config.hooks.as_slice() else { panic!("three hooks") };

    let columns: Vec<_> =
        github.columns.iter().map(|column| (column.name.as_str(), column.expression.text.as_str())).collect();
    assert_eq!(
        columns,
        [
            ("EventType", "$event"),
            ("UserName", ".sender.login"),
            ("AlertMessage", r#".alert.rule.description // "none""#),
        ]
    );
    for column in &github.columns {
        assert_eq!(column.name_span.of(&text), Some(format!("\"{}\"", column.name).as_str()));
    }
    assert_eq!(github.columns[1].expression.span.of(&text), Some(".sender.login"));
    assert_eq!(github.name_span.of(&text), Some("\"github\""));
    assert_eq!(github.source_span.of(&text), Some("\"github\""));
    assert_eq!(github.stream_span.of(&text), Some("\"Custom-ContosoSecurityAlerts\""));
    assert_eq!(github.secret_span, github.name_span);

    assert_eq!(build.secret, ["BUILD_SECRET_NEW", "BUILD_SECRET_OLD"]);
    assert_eq!(build.secret_span.of(&text), Some("[\"BUILD_SECRET_NEW\", \"BUILD_SECRET_OLD\"]"));
    let encoding = build.auth.as_ref().and_then(|auth| auth.get("enc")).and_then(Value::as_str);
    assert_eq!(encoding, Some("base64"));
    let events = build.events.as_ref().unwrap();
    assert_eq!((events.text.as_str(), events.span.of(&text)), (".builds[]", Some(".builds[]")));
    assert_eq!(build.stream, "Custom-Builds_CL");
    assert_eq!(build.stream_span.of(&text), Some("\"Custom-Builds_CL\""));
    assert_eq!(build.max_bytes, 1_048_576);
    assert_eq!(build.url.as_deref(), Some("https://relay.example.com/hooks/build-server_2?tenant=7"));
    assert_eq!(chat.secret, ["SLACK_SIGNING_SECRET"]);
    assert_eq!(config::default_secret("build-server_2"), "HOOK_BUILD_SERVER_2_SECRET");
}

#[test]
fn only_hosts_that_may_see_a_token_are_endpoints() {
    use Mode::{Development, Production};
    let good = [
        (
            Production,
            "https://a.ingest.monitor.azure.com",
            "https://a.ingest.monitor.azure.com",
            Cloud::Public,
        ),
        (
            Production,
            "HTTPS://A.Ingest.Monitor.Azure.COM/",
            "https://a.ingest.monitor.azure.com",
            Cloud::Public,
        ),
        (
            Production,
            "https://a.b-1.ingest.monitor.azure.us",
            "https://a.b-1.ingest.monitor.azure.us",
            Cloud::UsGovernment,
        ),
        (Production, "https://a.ingest.monitor.azure.cn", "https://a.ingest.monitor.azure.cn", Cloud::China),
        (Production, "https://a.monitor.azure.cn", "https://a.monitor.azure.cn", Cloud::China),
        (
            Development,
            "https://a.ingest.monitor.azure.com",
            "https://a.ingest.monitor.azure.com",
            Cloud::Public,
        ),
        (Development, "http://localhost:8790", "http://localhost:8790", Cloud::Public),
        (Development, "http://localhost", "http://localhost", Cloud::Public),
        (Development, "https://127.8.9.1:443/", "https://127.8.9.1:443", Cloud::Public),
        (Development, "http://[::1]:8790", "http://[::1]:8790", Cloud::Public),
    ];
    for (mode, endpoint, origin, cloud) in good {
        let azure = sound(&with_endpoint(endpoint), mode).azure;
        assert_eq!((azure.dce_endpoint.as_str(), azure.cloud), (origin, cloud));
        let local = !origin.contains("azure");
        assert_eq!(azure.authority, if local { origin } else { cloud.authority() }, "{endpoint}");
    }
    let bad = [
        "a.ingest.monitor.azure.com",
        "http://a.ingest.monitor.azure.com",
        "ftp://a.ingest.monitor.azure.com",
        "https:/a.ingest.monitor.azure.com",
        "https://ingest.monitor.azure.com",
        "https://.ingest.monitor.azure.com",
        "https://a..ingest.monitor.azure.com",
        "https://a.ingest.monitor.azure.com.",
        "https://a.ingest.monitor.azure.com.evil.example",
        "https://evil.example/.ingest.monitor.azure.com",
        "https://evil.example#.ingest.monitor.azure.com",
        "https://evil.example?.ingest.monitor.azure.com",
        "https://evil.example\\\\.ingest.monitor.azure.com",
        "https://evil.example:443@a.ingest.monitor.azure.com",
        "https://a.ingest.monitor.azure.com@evil.example",
        "https://evil.example%2f.ingest.monitor.azure.com",
        "https://évil.ingest.monitor.azure.com",
        "https://aingest.monitor.azure.com",
        "https://a.ingest.monitor.azure.com:443",
        "https://a.ingest.monitor.azure.com:",
        "https://a.ingest.monitor.azure.com//",
        "https://a.ingest.monitor.azure.com/dataCollectionRules/dcr-1/streams/Custom-A",
        "https://a.ingest.monitor.azure.com?api-version=1",
        " https://a.ingest.monitor.azure.com",
        "https://a.ingest.monitor.azure.com ",
        "https://a.ingest.monitor.azure.com\\n",
        "https://10.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://127.1",
        "http://0177.0.0.1",
        "http://[::1]evil:1",
        "http://localhost:0",
        "http://localhost:65536",
        "http://localhost:+80",
        "ws://localhost:80",
        "http://user@localhost:80",
    ];
    for endpoint in bad {
        for mode in [Production, Development] {
            let (config, errors) = config::read(&with_endpoint(endpoint), mode);
            let [error] = errors.as_slice() else { panic!("{endpoint} gives {errors:?}") };
            assert_eq!(error.code, "invalid-value", "{endpoint}");
            assert_eq!(error.position, Some(Position { line: 5, column: 21 }));
            assert_eq!(config.unwrap().azure.dce_endpoint, "", "{endpoint}");
        }
    }
    for local in ["http://localhost:8790", "http://127.0.0.1", "https://[::1]:8790/"] {
        let (_, errors) = config::read(&with_endpoint(local), Production);
        assert!(shown(&errors).contains("only works in development"), "{local}");
    }
}

#[test]
fn a_place_in_an_expression_is_found_behind_escapes() {
    let text = "{\n  \"hooks\": {\"a\": {\"source\": \"x\", \"columns\": {\n    \"C\": \"\\\"é\\\"\\u003d.b\\n| oops\"}}}}";
    let (config, _) = config::read(text, Mode::Production);
    let config = config.unwrap();
    let expression = &config.hooks[0].columns[0].expression;
    assert_eq!(expression.text, "\"é\"=.b\n| oops");
    let column = text.lines().nth(2).unwrap().find("oops").unwrap(); // One column less than bytes: é has two.
    let offset = expression.text.find("oops").unwrap();
    assert_eq!(config::position_in_string(text, expression.span, offset), Position { line: 3, column });
    let quoted = Span { start: expression.span.start - 1, end: expression.span.end + 1 };
    assert_eq!(config::position_in_string(text, quoted, offset), Position { line: 3, column });
}

#[test]
fn errors_outside_of_a_file_are_shown_without_a_place() {
    let message = "`HOOK_GITHUB_SECRET` is not set".to_owned();
    let error = ConfigError { file: "secret", position: None, code: "missing-secret", message };
    assert_eq!(error.to_string(), "secret: `HOOK_GITHUB_SECRET` is not set");
}

#[test]
fn many_mistakes_are_reported_up_to_a_limit() {
    let members: String = (0..50_000).map(|number| format!("\"k{number}\": 1, \"k\": 2,")).collect();
    let (_, errors) = config::read(&format!("{{{members}}}"), Mode::Production);
    assert_eq!(errors.len(), 100);
}

/// The schema's definition of the top (`""`), of `azure` or of a `hook`.
fn schema(definition: &str) -> serde_json::Value {
    let path = format!("{}/relay.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    if definition.is_empty() { schema } else { schema["$defs"][definition].clone() }
}

/// What is said about the sound minimal configuration with this value at that place.
fn errors_with(pointer: &str, value: serde_json::Value) -> Vec<ConfigError> {
    let mut text: serde_json::Value = serde_json::from_str(&fixture("sound-minimal")).unwrap();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    text.pointer_mut(parent).unwrap()[key] = value;
    config::read(&text.to_string(), Mode::Production).1
}

#[test]
fn the_schema_and_the_reader_know_the_same_members() {
    for (definition, place) in [("", ""), ("azure", "/azure"), ("hook", "/hooks/github")] {
        let schema = schema(definition);
        let errors = errors_with(&format!("{place}/zzzzzzzzzzzz"), 0.into());
        assert_eq!(errors.len(), 1, "{errors:?}");
        let (_, known) = errors[0].message.split_once("the members are ").unwrap();
        let known: Vec<&str> = known.split(", ").map(|name| name.trim_matches('`')).collect();
        let described: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(described, known);
        assert_eq!(schema["additionalProperties"], false);

        let empty = serde_json::json!({});
        let errors =
            if place.is_empty() { config::read("{}", Mode::Production).1 } else { errors_with(place, empty) };
        let required = schema["required"].as_array().unwrap();
        assert_eq!(errors.len(), required.len(), "{errors:?}");
        for (error, name) in errors.iter().zip(required) {
            assert_eq!(error.code, "missing-member");
            assert!(error.message.contains(&format!("`{}`", name.as_str().unwrap())), "{error}");
        }
    }
}

#[test]
fn the_examples_and_limits_of_the_schema_hold() {
    let mut examples = 0;
    for (definition, place) in [("azure", "/azure"), ("hook", "/hooks/github")] {
        for (name, property) in schema(definition)["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{name} is described");
            for example in property["examples"].as_array().into_iter().flatten() {
                assert_eq!(errors_with(&format!("{place}/{name}"), example.clone()), [], "{name}: {example}");
                examples += 1;
            }
        }
    }
    assert!(examples > 10);
    let max_bytes = schema("hook")["properties"]["max_bytes"].clone();
    for name in ["maximum", "default"] {
        assert_eq!(max_bytes[name].as_u64(), Some(config::MAX_BYTES as u64));
    }
    assert_eq!(errors_with("/hooks/github/max_bytes", max_bytes["maximum"].clone()), []);
    assert_eq!(errors_with("/hooks/github/max_bytes", (config::MAX_BYTES + 1).into()).len(), 1);
}

fn any_config() -> impl Strategy<Value = String> {
    let text = fixture("sound-full");
    let noise = prop::sample::select(vec![
        "", "\"", "{", "}", "[", "]", ",", ":", "null", "1", "é", "//", "\\", "\n",
    ]);
    (any::<prop::sample::Index>(), any::<prop::sample::Index>(), noise).prop_map(
        move |(from, length, noise)| {
            let characters: Vec<char> = text.chars().collect();
            let from = from.index(characters.len());
            let to = (from + length.index(12)).min(characters.len());
            characters[..from].iter().collect::<String>()
                + noise
                + &characters[to..].iter().collect::<String>()
        },
    )
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in prop_oneof![any::<String>(), any_config()]) {
        for mode in [Mode::Production, Mode::Development] {
            let (config, errors) = config::read(&text, mode);
            prop_assert!(config.is_some() || !errors.is_empty());
            let lines = text.split('\n').count();
            for error in &errors {
                let Position { line, column } = error.position.unwrap();
                let width = text.split('\n').nth(line - 1).unwrap().encode_utf16().count();
                prop_assert!(line <= lines && column <= width + 1, "{}", error);
                prop_assert!(!error.message.contains('\n') && !error.message.ends_with('.'), "{}", error);
            }
            if errors.is_empty() {
                let config = config.unwrap();
                prop_assert!(!config.hooks.is_empty());
                for hook in &config.hooks {
                    prop_assert!(!hook.source.is_empty() && !hook.stream.is_empty() && !hook.secret.is_empty());
                    prop_assert!(hook.auth.as_ref().is_none_or(|auth| matches!(auth.kind, Kind::Object(_))));
                }
            }
        }
    }
}
