//! The coercion of values to columns: the tables of `docs/coercion.md`, and the laws behind them.

use ccf_edge::artifact::schema::ColumnType;
use ccf_edge::mapping::coerce::{LONGEST_TEXT, coerce};
use ccf_edge::mapping::loss::LossReason;
use proptest::prelude::*;
use serde_json::{Value, json};

const TYPES: [(&str, ColumnType); 7] = [
    ("string", ColumnType::String),
    ("int", ColumnType::Int),
    ("long", ColumnType::Long),
    ("real", ColumnType::Real),
    ("boolean", ColumnType::Boolean),
    ("datetime", ColumnType::Datetime),
    ("dynamic", ColumnType::Dynamic),
];

fn coerced(raw: &str, to: ColumnType) -> (String, Option<LossReason>) {
    // What stands in the buffer already must stay.
    let mut out = b"before:".to_vec();
    let loss = coerce(raw, to, &mut out);
    let out = String::from_utf8(out).expect("UTF-8");
    (out.strip_prefix("before:").expect("the buffer's start").to_owned(), loss)
}

#[test]
fn the_tables_of_the_documentation_hold() {
    let page = include_str!("../docs/coercion.md");
    let mut rows = 0;
    let mut failures = Vec::new();
    let mut kind = None;
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            kind = TYPES.iter().find(|(name, _)| *name == heading).map(|(_, kind)| *kind);
        }
        let Some(row) = line.strip_prefix("| `") else { continue };
        let kind = kind.unwrap_or_else(|| panic!("a row outside a type's section: {line}"));
        let (value, rest) = row.split_once("` | `").expect("a value and what it becomes");
        let (becomes, loss) = rest.split_once("` |").expect("a loss");
        let loss = loss.trim_end_matches('|').trim();
        let (got, got_loss) = coerced(value, kind);
        let got_loss = got_loss.map(|loss| loss.to_string()).unwrap_or_default();
        if (got.as_str(), got_loss.as_str()) != (becomes, loss) {
            failures.push(format!("{kind:?} {value}: {got} ({got_loss}), not {becomes} ({loss})"));
        }
        rows += 1;
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(rows > 100, "only {rows} rows were read");
}

#[test]
fn long_texts_are_cut_at_a_character() {
    // One byte, so that the two-byte characters stand across the limit.
    let text = format!("x{}", "é".repeat(40_000));
    let raw = serde_json::to_string(&text).expect("JSON");
    let escaped = format!("\"x{}\"", "\\u00e9".repeat(40_000));
    for kind in [ColumnType::String, ColumnType::Dynamic] {
        for raw in [&raw, &escaped] {
            let (out, loss) = coerced(raw, kind);
            assert_eq!(loss, Some(LossReason::Cut { bytes: 80_001 }));
            let kept: String = serde_json::from_str(&out).expect("JSON");
            assert_eq!(kept.len(), LONGEST_TEXT - 1);
            assert!(text.starts_with(&kept));
        }
    }
    // An escaped text is not long because its escapes are.
    let (out, loss) = coerced(&format!("\"{}\"", "\\u00e9".repeat(32_768)), ColumnType::String);
    assert_eq!((out.len(), loss), (32_768 * 6 + 2, None));
    let (_, loss) = coerced(&format!("\"{}\"", "\\ud83d\\ude00".repeat(16_385)), ColumnType::String);
    assert_eq!(loss, Some(LossReason::Cut { bytes: 65_540 }));
}

#[test]
fn long_objects_become_the_start_of_their_text() {
    let value = json!({ "list": vec!["a\"b"; 20_000] });
    let compact = value.to_string();
    for kind in [ColumnType::String, ColumnType::Dynamic] {
        for raw in [compact.clone(), serde_json::to_string_pretty(&value).expect("JSON")] {
            let (out, loss) = coerced(&raw, kind);
            assert_eq!(loss, Some(LossReason::Cut { bytes: compact.len() }));
            let kept: String = serde_json::from_str(&out).expect("JSON");
            assert_eq!(kept, compact[..LONGEST_TEXT]);
        }
    }
    // White space alone does not make it long.
    let wide = format!("[1,{}2]", " ".repeat(70_000));
    assert_eq!(coerced(&wide, ColumnType::Dynamic), ("[1,2]".to_owned(), None));
    let number = format!("0.{}", "1".repeat(70_000));
    let (out, loss) = coerced(&number, ColumnType::String);
    assert_eq!((out.len(), loss), (LONGEST_TEXT + 2, Some(LossReason::Cut { bytes: 70_002 })));
}

fn conforms(value: &Value, kind: ColumnType) -> bool {
    match (kind, value) {
        (_, Value::Null) | (ColumnType::Dynamic, _) => true,
        (ColumnType::String, Value::String(text)) => text.len() <= LONGEST_TEXT,
        (ColumnType::Int, Value::Number(number)) => number.to_string().parse::<i32>().is_ok(),
        (ColumnType::Long, Value::Number(number)) => number.to_string().parse::<i64>().is_ok(),
        (ColumnType::Real, Value::Number(number)) => {
            number.to_string().parse::<f64>().is_ok_and(f64::is_finite)
        }
        (ColumnType::Boolean, Value::Bool(_)) => true,
        (ColumnType::Datetime, Value::String(text)) => {
            text.parse::<jiff::Timestamp>().is_ok() || text.starts_with("9999-12-31")
        }
        _ => false,
    }
}

fn json_value() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        "-?(0|[1-9][0-9]{0,21})",
        "-?(0|[1-9][0-9]{0,12})\\.[0-9]{1,12}",
        "-?[1-9](\\.[0-9]{1,4})?[eE][+-]?[0-9]{1,3}",
    ];
    let text = prop_oneof![
        any::<String>().prop_map(|text| json!(text).to_string()),
        "\"( |[a-z0-9é😀]|\\\\[nrtbf/\\\\\"]|\\\\u[0-9a-f]{4}|\\\\ud[89cd][0-9a-f]{2}){0,12}\"",
        number.clone().prop_map(|number| format!("\" {number}\"")),
        "\"[0-9]{4}-[01][0-9]-[0-3][0-9]([Tt ][0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|[+-]0[0-9]:?30)?)?\"",
        Just("\"True\"".to_owned()),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        number,
        text.clone(),
    ];
    leaf.prop_recursive(3, 20, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[ {}\n]", items.join(" ,\t"))),
            prop::collection::vec((text.clone(), inner), 0..4).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(key, value)| format!("{key} : {value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_comes_out_conforms_and_stays(raw in json_value()) {
        for (_, kind) in TYPES {
            let (out, loss) = coerced(&raw, kind);
            let value: Value = serde_json::from_str(&out).map_err(|error| {
                TestCaseError::fail(format!("{kind:?} {raw} -> {out}: {error}"))
            })?;
            prop_assert!(conforms(&value, kind), "{:?} {} -> {}", kind, raw, out);
            if !matches!(loss, None | Some(LossReason::Cut { .. })) {
                prop_assert_eq!(&out, "null");
            }
            prop_assert_eq!(coerced(&out, kind), (out.clone(), None));
        }
    }
}
