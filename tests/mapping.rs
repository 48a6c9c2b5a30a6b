//! Expressions over events: what the plan finds, that jaq finds the same, and what is lost on the way.

use ccf_edge::artifact::schema::{Column, ColumnType, Schema};
use ccf_edge::batch::RowBuffer;
use ccf_edge::mapping::jq::Variables;
use ccf_edge::mapping::loss::Loss;
use ccf_edge::mapping::plan::{HeaderNames, Mapping, MappingErrorReason, RowsError};
use ccf_edge::webhook::delivery::Headers;
use proptest::prelude::*;
use serde_json::{Value, json};

fn schema(columns: &[(&str, ColumnType)]) -> Schema {
    let columns =
        columns.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect();
    Schema { stream: "Custom-Test".to_owned(), columns }
}

fn run(mapping: &Mapping, body: &[u8]) -> Result<(Vec<Value>, Vec<Loss>), RowsError> {
    let mut headers = Headers::new();
    headers.push("X-Request-Id", "r-1");
    headers.push("x-twice", "a");
    headers.push("x-twice", "b");
    let variables = Variables {
        event: Some("push"),
        delivery: None,
        source: "github",
        received: "2026-11-23T01:02:03.004Z",
        headers: &headers,
        now_ms: 1_795_395_723_004,
    };
    let mut rows = RowBuffer::new();
    let mut losses = Vec::new();
    mapping.rows(body, &variables, &mut rows, &mut losses)?;
    let rows = serde_json::from_slice(rows.array()).expect("the rows are a JSON array");
    Ok((rows, losses))
}

/// The value of one dynamic column with this expression, and how many losses there were.
fn one(expression: &str, body: &str) -> (Value, usize) {
    let mapping =
        Mapping::compile(&schema(&[("Out", ColumnType::Dynamic)]), [("Out", expression)], Some("."))
            .unwrap_or_else(|errors| panic!("{expression}: {errors:?}"));
    let (mut rows, losses) = run(&mapping, body.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(rows.len(), 1, "{expression}");
    (rows.remove(0)["Out"].take(), losses.len())
}

#[test]
fn paths_reach_values() {
    let body = r#"{"a":{"b":[10,{"c":"x"}],"n":null,"s":"text"},"z":false,"a b":1,"\u0061\u0301":2,"e":{}}"#;
    for (expression, wanted, losses) in [
        (".", serde_json::from_str(body).expect("sound"), 0),
        (".a.b", json!([10, {"c": "x"}]), 0),
        (".a.b[0]", json!(10), 0),
        (".a.b[1].c", json!("x"), 0),
        (".a.b[7]", json!(null), 0),
        (".a.n.deeper[3].still", json!(null), 0),
        (".missing.deeper", json!(null), 0),
        (".e.x", json!(null), 0),
        (r#"."a b""#, json!(1), 0),
        (r#".["a b"]"#, json!(1), 0),
        (".\"a\u{301}\"", json!(2), 0),
        (r#"."\u0061\u0301""#, json!(2), 0),
        (".a.s.x", json!(null), 1),
        (".a.b.c", json!(null), 1),
        (".a.s[0]", json!(null), 1),
        (".a[0]", json!(null), 0),
        (".a.s.x?", json!(null), 0),
        (".a.s.x? // 5", json!(5), 0),
        (".a.s.x // 5", json!(null), 1),
        (".z", json!(false), 0),
        (".z // .a.n // .a.s", json!("text"), 0),
        (".z // .a.n", json!(null), 0),
        (".a.n // .z", json!(false), 0),
        (r#".missing // "it's \"here\"""#, json!("it's \"here\""), 0),
        (".missing // true", json!(true), 0),
        ("$event", json!("push"), 0),
        ("$delivery", json!(null), 0),
        ("$delivery // $source", json!("github"), 0),
        ("$received", json!("2026-11-23T01:02:03.004Z"), 0),
        (r#"$headers["x-request-id"]"#, json!("r-1"), 0),
        (r#"$headers["x-none"] // "none""#, json!("none"), 0),
        (r#"$headers["x-twice"]"#, json!(null), 0),
        (r#"[.a.b[] | tostring] | join("+")"#, json!(r#"10+{"c":"x"}"#), 0),
        (r#""\(.a.s) of \($event)""#, json!("text of push"), 0),
        (".a.b[-1].c", json!("x"), 0),
        ("empty", json!(null), 0),
        ("error(\"no\")", json!(null), 1),
    ] {
        assert_eq!(one(expression, body), (wanted, losses), "{expression}");
    }
}

#[test]
fn a_key_that_occurs_twice_counts_as_jq_counts_it() {
    for (expression, body) in [
        (".a", r#"{"a":1,"a":2}"#),
        (".a.b", r#"{"a":{"b":1},"a":{"c":2}}"#),
        (".a.b", r#"{"a":{"b":1},"a":null}"#),
        (".a.b", r#"{"a":5,"a":{"b":1}}"#),
    ] {
        assert_eq!(
            one(expression, body),
            one(&format!("({expression}) | ."), body),
            "{expression} of {body}"
        );
    }
}

#[test]
fn columns_are_filled_by_name() {
    let schema = schema(&[
        ("SourceIP", ColumnType::String),
        ("user_name", ColumnType::String),
        ("Count", ColumnType::Int),
        ("Absent", ColumnType::String),
    ]);
    let mapping = Mapping::compile(&schema, [], None).expect("compiles");
    for (body, wanted) in [
        (json!({"source_ip": "1.1.1.1"}), json!({"SourceIP": "1.1.1.1"})),
        (json!({"sourceIp": "1.1.1.1"}), json!({"SourceIP": "1.1.1.1"})),
        (json!({"SourceIP": "1.1.1.1"}), json!({"SourceIP": "1.1.1.1"})),
        (json!({"source-ip": "1.1.1.1"}), json!({"SourceIP": "1.1.1.1"})),
        (json!({"source_ip": "1", "SourceIP": "2", "sourceIp": "3"}), json!({"SourceIP": "2"})),
        (json!({"source_ip": "1", "sourceIp": "3"}), json!({"SourceIP": "1"})),
        (json!({"UserName": "ada", "COUNT": "7"}), json!({"user_name": "ada", "Count": 7})),
        (json!({"nested": {"Count": 1}}), json!({})),
    ] {
        let (rows, losses) = run(&mapping, body.to_string().as_bytes()).expect("rows");
        assert_eq!(rows, [wanted], "{body}");
        assert!(losses.is_empty());
    }
}

#[test]
fn one_delivery_becomes_many_rows() {
    let schema = schema(&[("Id", ColumnType::Int), ("Of", ColumnType::String)]);
    for (events, body, wanted) in [
        (None, json!([{"id": 1}, {"id": 2}]), json!([1, 2])),
        (None, json!({"id": 1}), json!([1])),
        (None, json!([]), json!([])),
        (Some("."), json!({"id": 3}), json!([3])),
        (Some(".[]"), json!([{"id": 1}, {"id": 2}]), json!([1, 2])),
        (Some(".data.events[]"), json!({"data": {"events": [{"id": 1}, {"id": 2}]}, "x": 1}), json!([1, 2])),
        (Some(".items[].item"), json!({"items": [{"item": {"id": 4}}, {"item": {"id": 5}}]}), json!([4, 5])),
        (
            Some(".a[].b[]"),
            json!({"a": [{"b": [{"id": 1}]}, {"b": []}, {"b": [{"id": 2}, {"id": 3}]}]}),
            json!([1, 2, 3]),
        ),
        (Some(".by_name[]"), json!({"by_name": {"x": {"id": 1}, "y": {"id": 2}}}), json!([1, 2])),
        (
            Some(".alerts[] | select(.id > 1)"),
            json!({"alerts": [{"id": 1}, {"id": 2}, {"id": 3}]}),
            json!([2, 3]),
        ),
        (Some(".event"), json!({"event": {"id": 9}}), json!([9])),
    ] {
        let mapping = Mapping::compile(&schema, [("Id", ".id")], events).expect("compiles");
        let (rows, _) =
            run(&mapping, body.to_string().as_bytes()).unwrap_or_else(|e| panic!("{events:?}: {e}"));
        let ids: Vec<&Value> = rows.iter().map(|row| &row["Id"]).collect();
        assert_eq!(json!(ids), wanted, "{events:?} of {body}");
    }
}

#[test]
fn a_body_without_the_events_says_so() {
    let schema = schema(&[("Id", ColumnType::Int)]);
    for (events, body) in
        [(".data.events[]", r#"{"data":{}}"#), (".data.events[]", r#"{"data":5}"#), (".a[]", r#"{"a":"x"}"#)]
    {
        for events in [events.to_owned(), format!("{events} | .")] {
            let mapping = Mapping::compile(&schema, [("Id", ".id")], Some(&events)).expect("compiles");
            let result = run(&mapping, body.as_bytes());
            assert!(matches!(result, Err(RowsError::Events(_))), "{events} of {body}: {result:?}");
        }
    }
}

#[test]
fn mistakes_are_told_all_at_once() {
    let schema = schema(&[("SourceIP", ColumnType::String), ("Other", ColumnType::String)]);
    let columns = [("source_ip", ".a"), ("nothing", ".b | ("), ("Other", ".a | frobnicate")];
    let errors = Mapping::compile(&schema, columns, Some(".[")).err().expect("has errors");
    assert_eq!(errors.len(), 5, "{errors:?}");
    assert_eq!(errors[0].reason, MappingErrorReason::UnknownColumn(Some("SourceIP".to_owned())));
    assert_eq!(errors[1].reason, MappingErrorReason::UnknownColumn(None));
    assert!(matches!(errors[2].reason, MappingErrorReason::Jq(_)), "{errors:?}");
    let MappingErrorReason::Jq(error) = &errors[3].reason else { panic!("{errors:?}") };
    assert_eq!((error.span.start, error.span.end), (5, 15));
    assert_eq!(errors[4].column, None);
}

#[test]
fn only_the_headers_that_are_read_are_wanted() {
    let schema = schema(&[("A", ColumnType::String), ("B", ColumnType::Dynamic)]);
    let named =
        Mapping::compile(&schema, [("A", r#"$headers["x-a"] // $headers.y"#)], None).expect("compiles");
    assert_eq!(*named.headers(), HeaderNames::Some(vec!["x-a".to_owned(), "y".to_owned()]));
    let all = Mapping::compile(&schema, [("B", "$headers")], None).expect("compiles");
    assert_eq!(*all.headers(), HeaderNames::All);
}

#[test]
fn a_bomb_of_tiny_events_is_refused() {
    let schema = schema(&[("AColumnWithALongName", ColumnType::String)]);
    let mapping = Mapping::compile(&schema, [("AColumnWithALongName", ".x")], None).expect("compiles");
    let mut body = b"[1".to_vec();
    body.extend(b",1".repeat(1 << 21));
    body.push(b']');
    assert_eq!(run(&mapping, &body), Err(RowsError::TooLarge));
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let schema = schema(&[("Out", ColumnType::Dynamic)]);
    let mapping = Mapping::compile(&schema, [("Out", ".a")], None).expect("compiles");
    for depth in [99, 100, 100_000] {
        let body = format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(run(&mapping, body.as_bytes()).is_ok(), depth == 99, "{depth}");
        let open = "[".repeat(depth);
        assert!(matches!(run(&mapping, open.as_bytes()), Err(RowsError::Malformed(_))));
    }
}

/// Sound and unsound JSON that people and programs write.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\\u00e9\\n\"",
        "\"\\x\"",
        "\"long enough for a word\"",
        "1",
        "-0.5e+3",
        "01",
        "1.",
        "-",
        "true",
        "nul",
        "null",
        " ",
        "\n",
        "\"é\"",
        "\u{1}",
        "\"\u{1}\"",
        "\"",
        "\\",
        "\u{feff}",
    ]);
    prop_oneof![
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat().into_bytes()),
        (value(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(value, at, byte)| {
            let mut text = value.to_string().into_bytes();
            let at = at.index(text.len());
            text[at] = byte;
            text
        }),
        value().prop_map(|value| serde_json::to_vec_pretty(&value).expect("prints")),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1000i32..1000).prop_map(|n| json!(f64::from(n) / 8.0)),
        "[a-c\"\\\\\u{1}-\u{1f}é\u{1f600}/]{0,12}".prop_map(Value::from),
        // Longer than what the scanner looks at in one go, with what stops it anywhere.
        "[a-c]{20,70}[\"\\\\\u{1}é]{0,2}[a-c]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-d]{1,2}", inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Expressions of the shapes that the plan runs.
fn expression() -> impl Strategy<Value = String> {
    let step = prop_oneof![
        "[a-d]{1,2}".prop_map(|key| format!(".{key}")),
        "[a-d]{1,2}".prop_map(|key| format!(".\"{key}\"")),
        (0usize..4).prop_map(|index| format!(".[{index}]")),
    ];
    let step =
        (step, prop::sample::select(vec!["", "", "", "?"])).prop_map(|(step, optional)| step + optional);
    let operand = prop_oneof![
        6 => prop::collection::vec(step, 1..4).prop_map(|steps| steps.concat()),
        1 => Just(".".to_owned()),
        1 => prop::sample::select(vec!["null", "false", "true", "0", "17", "\"te\\nxt\"", "$event", "$delivery"])
            .prop_map(str::to_owned),
        1 => Just("$headers[\"x-request-id\"]".to_owned()),
    ];
    prop::collection::vec(operand, 1..4).prop_map(|operands| operands.join(" // "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// The plan and jaq give the same value and the same number of losses for every expression that both run.
    #[test]
    fn the_plan_agrees_with_jaq(expression in expression(), value in value()) {
        let body = value.to_string();
        let plan = one(&expression, &body);
        // Behind a pipe the same expression is no longer of a shape that the plan runs.
        let jaq = one(&format!("({expression}) | ."), &body);
        prop_assert_eq!(plan, jaq, "{} of {}", expression, body);
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The body is checked to its last byte, also where no column looks.
    #[test]
    fn what_is_not_json_is_refused(text in texts()) {
        let sound = std::str::from_utf8(&text)
            .is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
        let mapping = Mapping::compile(&schema(&[("Out", ColumnType::Int)]), [("Out", ".nobody.asks")], Some("."))
            .expect("compiles");
        let accepted = !matches!(run(&mapping, &text), Err(RowsError::Malformed(_)));
        prop_assert_eq!(accepted, sound, "{:?}", String::from_utf8_lossy(&text));
    }
}
