//! The generator: from one event to a connector that the validator passes, and through its mapping into a row.

#[path = "support/azure.rs"]
mod azure;
mod snapshot;

use azure::{LOCAL, NOW, converse};
use ccf_edge::artifact::dcr;
use ccf_edge::artifact::folder::Folder;
use ccf_edge::artifact::schema::ColumnType;
use ccf_edge::azure::Secret;
use ccf_edge::azure::stand_in::{StandIn, StandInConfig};
use ccf_edge::config::Mode;
use ccf_edge::generate::{Generated, Options, TimeMember, generate};
use ccf_edge::kql;
use ccf_edge::mapping::time::Instant;
use ccf_edge::relay::{Passage, Relay};
use ccf_edge::report::text::{self, Colour};
use ccf_edge::rules;
use ccf_edge::webhook::delivery::{Delivery, Headers};
use ccf_edge::webhook::verify::PureCrypto;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const AZURE: [(&str, &str); 4] = [
    ("<Tenant ID>", "aaaabbbb-0000-cccc-1111-dddd2222eeee"),
    ("<Application ID>", "00001111-aaaa-2222-bbbb-3333cccc4444"),
    ("<Data collection endpoint>", LOCAL),
    ("<Data collection rule ID>", "dcr-0123456789abcdef0123456789abcdef"),
];

/// `NOW` as local Azure writes it.
const RECEIVED: &str = "2026-11-23T02:00:00Z";

fn options(product: &str) -> Options {
    Options { product: Some(product.to_owned()), now: NOW, ..Options::default() }
}

fn generated(event: &str, options: &Options) -> Generated {
    generate(event, options).unwrap_or_else(|error| panic!("{event}: {error}"))
}

fn file<'g>(generated: &'g Generated, name: &str) -> &'g str {
    let found = generated.files.iter().find(|(path, _)| path.ends_with(name));
    &found.unwrap_or_else(|| panic!("no {name}")).1
}

/// What the validator finds, as a terminal shows it.
fn findings(generated: &Generated) -> String {
    let mut folder = Folder::new(None);
    for (path, text) in &generated.files {
        folder.add(path, text.as_bytes());
    }
    let checked = rules::check(&folder, &rules::options::Options::default());
    assert_eq!(checked.solutions, 1);
    text::write(&folder, &checked.findings, Colour::Never)
}

/// The rows of an event that went through relay.json and DCR.json, and how many values were lost.
fn relayed(generated: &Generated, event: &str) -> (Value, Value) {
    let rule = file(generated, "DCR.json");
    let mut relay = file(generated, "relay.json").to_owned();
    for (placeholder, value) in AZURE {
        relay = relay.replace(placeholder, value);
    }
    let mut relay = Relay::load(&relay, rule, &|_| Some("a-secret".to_owned()), Mode::Development)
        .unwrap_or_else(|errors| panic!("{event}: {errors:?}"));
    let schemas = dcr::read(rule).expect("a sound rule");
    let stream = schemas[0].stream.clone();
    let mut azure = StandIn::new(StandInConfig::new(
        AZURE[0].1,
        AZURE[1].1,
        Secret::new("a-secret"),
        AZURE[3].1,
        schemas,
    ));
    let mut headers = Headers::new();
    headers.push("authorization", "Bearer a-secret");
    let url = "https://relay.example/hooks/x";
    let delivery = Delivery { method: "POST", url, headers, body: event.as_bytes() };
    let hook = relay.hooks()[0].clone();
    let mut passage = Passage::begin(&hook, relay.keyring(), &delivery, NOW, &PureCrypto);
    converse(&mut passage, &mut relay, &mut azure);
    let rows = serde_json::from_slice(&azure.rows_json(&stream, 0)).expect("rows are JSON");
    (rows, serde_json::from_str(&passage.log(NOW)).expect("a line is JSON"))
}

/// Whether a cell says what the member says.
fn is_same(cell: &Value, member: &Value, kind: ColumnType) -> bool {
    match (kind, member) {
        _ if cell == member => true,
        (ColumnType::Datetime, Value::String(text)) => instant(cell) == Instant::parse(text).ok(),
        (ColumnType::Datetime, Value::Number(number)) => {
            instant(cell) == Instant::from_number(&number.to_string()).ok()
        }
        // One too large for any number.
        (ColumnType::String, Value::Number(number)) => cell.as_str() == Some(&number.to_string()),
        (ColumnType::Long | ColumnType::Real, Value::Number(number)) => cell.as_f64() == number.as_f64(),
        _ => false,
    }
}

fn instant(cell: &Value) -> Option<Instant> {
    Instant::parse(cell.as_str()?).ok()
}

fn holds(event: &Map<String, Value>, options: &Options) {
    let text = Value::Object(event.clone()).to_string();
    let generated = generated(&text, options);
    let found = findings(&generated);
    assert!(found.is_empty(), "{text}\n{found}");

    let (rows, log) = relayed(&generated, &text);
    assert_eq!(log["outcome"], "delivered", "{text}: {log}");
    assert_eq!(log["losses"], 0, "{text}: {log}");
    assert_eq!(rows.as_array().map(Vec::len), Some(1));
    for column in &generated.columns {
        let cell = &rows[0][&column.stream];
        let whole = Value::Object(event.clone());
        let member = column.member.as_ref().map_or(&whole, |member| &event[member]);
        // Azure replaces an old `TimeGenerated` by the time of receipt.
        let replaced = column.stream == "TimeGenerated" && cell == &json!(RECEIVED);
        assert!(replaced || is_same(cell, member, column.kind), "{}: {cell} for {member}", column.stream);
    }
    if event.len() < 400 {
        assert_eq!(generated.columns.len(), event.len(), "a column for every member");
    }

    // What comes out of the transform is what the table has.
    let schemas = dcr::read(file(&generated, "DCR.json")).expect("a sound rule");
    let rule: Value = serde_json::from_str(file(&generated, "DCR.json")).unwrap();
    let transform = rule["properties"]["dataFlows"][0]["transformKql"].as_str().unwrap();
    let outline = kql::analyze(transform, &schemas[0].columns);
    assert!(outline.problems.is_empty(), "{transform}: {:?}", outline.problems);
    let mut made: Vec<(String, String)> = outline
        .output
        .columns
        .iter()
        .map(|column| {
            (column.name.clone(), column.kind.map_or("?".to_owned(), |kind| kind.name().to_owned()))
        })
        .collect();
    let table: Value = serde_json::from_str(file(&generated, "table.json")).unwrap();
    let mut wanted: Vec<(String, String)> = table["properties"]["schema"]["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| {
            (column["name"].as_str().unwrap().to_owned(), column["type"].as_str().unwrap().to_owned())
        })
        .collect();
    made.sort();
    wanted.sort();
    assert_eq!(made, wanted, "{transform}");
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has only finite numbers", |number| number.is_finite()).prop_map(Value::from),
        (1_500_000_000_i64..1_900_000_000).prop_map(Value::from),
        (1_500_000_000_000_i64..1_900_000_000_000).prop_map(Value::from),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][-+]?[0-9]{1,4})?"
            .prop_map(|text| serde_json::from_str(&text).expect("a number")),
        "\\PC{0,40}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]([T ][0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|[+-]0[0-9]:?[0-5][0-9])?)?"
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "id", "Id", "ID", "_id", "type", "Type", "TenantId", "tenant_id", "title", "Title", "date", "Date", "time",
            "timestamp", "created_at", "createdAt", "updated_at", "TimeGenerated", "timeGenerated", "_ResourceId",
            "resourceId", "SubscriptionId", "user", "user_name", "userName", "user-name", "User Name", "kind", "where",
            "project", "source", "and", "or", "long", "string", "test", "tmp1", "column1", "temp2", "Event", "event",
            "1st", "", " ", ".", "\\(1)", "a\"b", "a'b", "a\\b", "\u{0}", "\u{1f600}", "über", "日本", "todo", "EventType",
            "EventTime", "DeliveryId", "password", "secret", "token", "__loc__", "$x", "{{x}}", "[x", "constructor",
        ]).prop_map(str::to_owned),
        3 => "[a-zA-Z_][a-zA-Z0-9_]{0,20}",
        1 => "[a-z]{1,10}([ _.-][a-z]{1,10}){0,8}",
        1 => "\\PC{0,30}",
        1 => any::<String>(),
    ]
}

fn event() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((key(), value()), 1..20).prop_map(|members| members.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_event_gives_a_sound_connector_and_reaches_its_row(event in event()) {
        holds(&event, &options("Larkspur Guard"));
    }

    #[test]
    fn nothing_makes_it_panic(text in "\\PC{0,60}", product in "\\PC{0,20}", table in "\\PC{0,20}", time in "\\PC{0,5}") {
        let options = Options {
            product: Some(product),
            table: Some(table),
            time: TimeMember::Named(time),
            ..Options::default()
        };
        let _ = generate(&text, &options);
        let _ = generate(&text, &Options::default());
    }

    #[test]
    fn every_product_gives_a_sound_connector(product in "[\\PC&&[^\\[\\]{}<>|\"\\\\`]]{1,40}") {
        prop_assume!(!product.trim().is_empty() && product.chars().any(|char| !char.is_whitespace()));
        prop_assume!(!product.chars().any(char::is_control));
        if let Ok(generated) = generate(r#"{"a":1}"#, &options(&product)) {
            prop_assert_eq!(findings(&generated), "", "{}", product);
        }
    }
}

#[test]
fn a_wide_event_has_what_fits_and_the_whole() {
    for count in [499, 500, 501, 900] {
        let mut event: Map<String, Value> =
            (0..count).map(|number| (format!("member_{number}"), json!(number))).collect();
        holds(&event, &options("Larkspur"));
        event.insert("created_at".to_owned(), json!("2026-11-23T06:00:00Z"));
        holds(&event, &options("Larkspur"));
        let generated = generated(&Value::Object(event).to_string(), &options("Larkspur"));
        assert!(generated.columns.iter().any(|column| column.table == "TimeGenerated"));
    }
}

#[test]
fn types_follow_the_values() {
    let event = json!({
        "text": "x", "flag": true, "count": 3, "ratio": 0.5, "huge": 18_446_744_073_709_551_615_u64, "object": {}, "list": [1],
        "nothing": null, "when": "2026-11-23T06:00:00+01:00", "day": "2026-11-23", "due_date": "2026-11-23",
        "epoch_ms": 1_795_399_200_000_i64, "number": 1_795_399_200_000_i64, "digits": "1795399200", "empty": "",
    });
    let generated = generated(&event.to_string(), &options("Larkspur"));
    let kinds: Vec<(&str, &str)> =
        generated.columns.iter().map(|column| (column.stream.as_str(), column.kind.name())).collect();
    let expected = [
        ("text", "string"),
        ("flag", "boolean"),
        ("count", "long"),
        ("ratio", "real"),
        ("huge", "real"),
        ("object", "dynamic"),
        ("list", "dynamic"),
        ("nothing", "string"),
        ("when", "datetime"),
        ("day", "string"),
        ("due_date", "datetime"),
        ("epoch_ms", "datetime"),
        ("number", "long"),
        ("digits", "string"),
        ("empty", "string"),
    ];
    assert_eq!(kinds, expected);
    assert!(generated.todo.iter().any(|line| line.contains("`nothing`")), "{:?}", generated.todo);
}

#[test]
fn the_time_is_the_event_s_own() {
    let cases = [
        (
            json!({ "expires_at": "2027-01-01T00:00:00Z", "created_at": "2026-11-23T06:00:00Z" }),
            Some("created_at"),
        ),
        (json!({ "created_at": "2026-11-23T06:00:00Z", "eventTime": 1_795_399_200 }), Some("eventTime")),
        (
            json!({ "TimeGenerated": "2026-11-23T06:00:00Z", "timestamp": 1_795_399_200 }),
            Some("TimeGenerated"),
        ),
        (json!({ "scanned_at": "2026-11-23T06:00:00Z" }), Some("scanned_at")),
        (json!({ "expires_at": "2027-01-01T00:00:00Z" }), None),
        (json!({ "last_login": "2026-11-01T00:00:00Z", "birthDate": "1981-08-18" }), None),
        (json!({ "updated_at": "1981-08-18" }), Some("updated_at")),
        (
            json!({ "updated_at": "2026-11-23T06:00:00Z", "scanned_at": "2026-11-23T06:00:00Z" }),
            Some("scanned_at"),
        ),
        (json!({ "time": "soon", "timestamp": 12 }), None),
    ];
    for (event, member) in cases {
        let generated = generated(&event.to_string(), &options("Larkspur"));
        let time = generated.columns.iter().find(|column| column.table == "TimeGenerated");
        assert_eq!(time.and_then(|column| column.member.as_deref()), member, "{event}");
        let arrival = file(&generated, "DCR.json").contains("now()");
        assert_eq!(arrival, member.is_none(), "{event}");
        holds(event.as_object().unwrap(), &options("Larkspur"));
    }
}

#[test]
fn several_events_are_put_together() {
    let events = json!([{ "a": 1, "b": null }, { "a": 0.5, "c": "x" }, "no object", { "b": true, "c": 2 }]);
    let generated = generated(&events.to_string(), &options("Larkspur"));
    let kinds: Vec<(&str, &str)> =
        generated.columns.iter().map(|column| (column.stream.as_str(), column.kind.name())).collect();
    assert_eq!(kinds, [("a", "real"), ("b", "boolean"), ("c", "dynamic")]);
    assert_eq!(findings(&generated), "");
}

#[test]
fn names_and_the_time_can_be_chosen() {
    let chosen = Options {
        publisher: Some("Larkspur Labs".to_owned()),
        connector_id: Some("LarkspurAlerts".to_owned()),
        table: Some("LarkspurAlerts_CL".to_owned()),
        time: TimeMember::Named("seen".to_owned()),
        ..options("Larkspur")
    };
    let event = r#"{"seen":1795399200,"created_at":"2026-11-23T06:00:00Z"}"#;
    let generated = generated(event, &chosen);
    assert_eq!(findings(&generated), "");
    assert_eq!(generated.columns[0].table, "TimeGenerated");
    let definition: Value = serde_json::from_str(file(&generated, "connectorDefinition.json")).unwrap();
    let config = &definition["properties"]["connectorUiConfig"];
    assert_eq!([&config["id"], &config["publisher"]], ["LarkspurAlerts", "Larkspur Labs"]);
    assert!(file(&generated, "DCR.json").contains("\"Custom-LarkspurAlerts\": {"));

    let none = Options { time: TimeMember::None, ..chosen };
    assert!(file(&generate(event, &none).unwrap(), "DCR.json").contains("now()"));
}

#[test]
fn mistakes_are_named() {
    let with = |change: fn(&mut Options)| {
        let mut options = options("Larkspur");
        change(&mut options);
        options
    };
    let cases = [
        ("{\"a\":}", with(|_| ()), "1:6"),
        ("[1, 2]", with(|_| ()), "object"),
        ("{}", with(|_| ()), "object"),
        ("{\"a\":1}", with(|options| options.product = Some(" ".to_owned())), "product"),
        ("{\"a\":1}", with(|options| options.product = Some("a<b".to_owned())), "product"),
        ("{\"a\":1}", with(|options| options.publisher = Some("[x]".to_owned())), "publisher"),
        ("{\"a\":1}", with(|options| options.table = Some("Larkspur".to_owned())), "_CL"),
        ("{\"a\":1}", with(|options| options.table = Some("1_CL".to_owned())), "letter"),
        ("{\"a\":1}", with(|options| options.connector_id = Some("a b".to_owned())), "id"),
        ("{\"a\":1}", with(|options| options.time = TimeMember::Named("b".to_owned())), "`b`"),
        ("{\"a\":\"x\"}", with(|options| options.time = TimeMember::Named("a".to_owned())), "no time"),
    ];
    for (event, options, expected) in cases {
        let error = generate(event, &options).expect_err(event);
        assert!(error.contains(expected), "{event}: {error}");
    }
}

#[test]
fn a_hyphen_in_a_name_leaves_the_author_an_address() {
    for (product, author) in [
        ("Larkspur-Guard", "Larkspur-Guard - support@larkspurguard.example"),
        ("Larkspur - Guard", "Larkspur Guard - support@larkspurguard.example"),
        ("Larkspur -", "Larkspur - support@larkspur.example"),
        ("-", "Product - support@product.example"),
    ] {
        let generated = generated(r#"{"a":1}"#, &options(product));
        let (_, data_file) =
            generated.files.iter().find(|(path, _)| path.contains("/Data/Solution_")).unwrap();
        let data_file: Value = serde_json::from_str(data_file).unwrap();
        assert_eq!(data_file["Author"], author, "{product}");
        assert_eq!(findings(&generated), "", "{product}");
    }
}

#[test]
fn the_files_read_as_people_write_them() {
    for case in snapshot::cases("generated") {
        let event = std::fs::read_to_string(case.join("event.json")).unwrap();
        let generated = generated(&event, &options("Larkspur"));
        let mut text = String::new();
        for (path, content) in &generated.files {
            text.push_str(&format!("==> {path}\n{content}\n"));
        }
        text.push_str(&format!("==> to do\n{}\n", generated.todo.join("\n")));
        snapshot::matches(&case.join("files.txt"), &text);
    }
}
