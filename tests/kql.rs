//! Transformations: what the outline says of them, and that it says something of every text.

#[path = "support/outline.rs"]
mod outline;
mod snapshot;

use std::fs;
use std::path::Path;

use ccf_edge::artifact::schema::{Column, ColumnType};
use ccf_edge::kql::{self, Outline, ProblemKind, Source};
use proptest::prelude::*;
use serde_json::Value;

/// The JSON with each fact on a line of its own, without what is null.
fn pretty(outline: &Value) -> String {
    let mut outline = outline.clone();
    for fact in outline.as_object_mut().unwrap().values_mut().filter_map(Value::as_array_mut).flatten() {
        if let Some(fact) = fact.as_object_mut() {
            fact.retain(|_, value| !value.is_null());
        }
    }
    let mut text = String::from("{\n");
    let members = outline.as_object().expect("an object");
    for (number, (key, value)) in members.iter().enumerate() {
        let end = if number + 1 == members.len() { "" } else { "," };
        match value.as_array() {
            Some(facts) if !facts.is_empty() => {
                let facts: Vec<String> = facts.iter().map(|fact| format!("    {fact}")).collect();
                text.push_str(&format!("  \"{key}\": [\n{}\n  ]{end}\n", facts.join(",\n")));
            }
            _ => text.push_str(&format!("  \"{key}\": {value}{end}\n")),
        }
    }
    text.push_str("}\n");
    text
}

/// The columns of the fixtures' stream.
fn input() -> Vec<Column> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kql/stream.json");
    let stream: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    outline::columns(&stream["columns"])
}

#[test]
fn outlines_of_transformations() {
    let columns = input();
    for case in snapshot::cases("kql") {
        let text = fs::read_to_string(case.join("transform.kql")).unwrap();
        snapshot::matches(&case.join("outline.json"), &pretty(&outline::of(&text, &columns)));
    }
}

#[test]
fn columns_that_look_like_the_time_of_the_event() {
    let columns = |names: &[(&str, ColumnType)]| -> Vec<Column> {
        names.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect()
    };
    let times = [
        ("Seen", ColumnType::Datetime),
        ("@timestamp", ColumnType::String),
        ("event_time", ColumnType::String),
        ("createdAt", ColumnType::String),
        ("_time", ColumnType::Long),
        ("ts", ColumnType::Real),
        ("updated_at", ColumnType::Datetime),
        ("lastingEffect", ColumnType::Datetime),
    ];
    let others = [
        ("uptime", ColumnType::Long),
        ("last_update", ColumnType::Boolean),
        ("alerts", ColumnType::String),
        ("timezone", ColumnType::String),
        ("is_date", ColumnType::Boolean),
        ("expires_at", ColumnType::Datetime),
        ("validUntil", ColumnType::String),
        ("duedate", ColumnType::Datetime),
        ("lastLogin", ColumnType::Datetime),
        ("birth_date", ColumnType::Datetime),
        ("end_time", ColumnType::String),
    ];
    assert_eq!(kql::times::event_times(&columns(&times)).count(), times.len());
    assert_eq!(kql::times::event_times(&columns(&others)).next(), None);
}

/// What holds for every text: the places lie in it and in order, the problems are few, the columns have one name each.
fn check(text: &str, input: &[Column]) -> Outline {
    let outline = kql::analyze(text, input);
    let problems = outline.problems.iter().map(|problem| problem.span);
    let operators = outline.operators.iter().flat_map(|operator| [operator.span, operator.stage]);
    let calls = outline.calls.iter().map(|call| call.span);
    let reads = outline.reads.iter().map(|read| read.span);
    let dynamics = outline.dynamics.iter().flat_map(|literal| [literal.span, literal.content]);
    let made = outline.output.columns.iter().flat_map(|column| [column.span, column.expression]).flatten();
    for span in problems.chain(operators).chain(calls).chain(reads).chain(dynamics).chain(made) {
        assert!(span.of(text).is_some(), "{span:?} is no part of the text");
    }
    assert!(outline.problems.is_sorted_by_key(|problem| problem.span));
    assert!(outline.problems.len() <= 100);
    let mut names: Vec<&str> = outline.output.columns.iter().map(|column| column.name.as_str()).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "a column twice");
    outline
}

#[test]
fn hostile_texts_end_with_an_outline() {
    let many = |part: &str, bytes: usize| part.repeat(bytes / part.len());
    let input = input();
    for part in [
        "(",
        ")",
        "([{",
        "((1",
        "f(",
        "f(g,",
        "[",
        "{",
        "a.",
        "a[",
        "y[0]",
        "-",
        "not(",
        "iff(Blocked,1,",
        "1+",
        "\"",
        "'",
        "@\"",
        "```",
        "\\",
        "|",
        "||",
        "| extend a=1 ",
        "| project-away a*, *b ",
        "| project-away Message ",
        "| extend ab ",
        "| parse Message with A ",
        ";",
        "let f=(){",
        "let f=(){1};",
        "let a=source;a|",
        "source|extend A=|",
        "source|",
        "/*",
        "//",
        "//\n",
        ",",
        "nope,",
        "nope.x()",
        "é",
        "\u{1f600}",
        "\0",
        "dynamic(",
        "datetime(",
        "in (",
        "x between (1..",
        "=",
        "~",
        "!in~",
        "a-",
        "a - b - ",
        "['",
        "['x']",
        "\n",
        " ",
        "0",
        "0x",
        "1e",
        "h\"",
        "h",
        "(source|",
        "toscalar(source|",
    ] {
        for bytes in [24_000, 1_000_000] {
            let text = many(part, bytes);
            check(&text, &input);
            let outline = check(&format!("source | extend A = {text}"), &input);
            if bytes == 1_000_000 {
                assert_eq!(outline.source, Source::Other);
                assert!(matches!(outline.problems[..], [ref one] if one.kind == ProblemKind::TooLong));
            } else {
                check(&format!("source | project-away {text}"), &input);
                check(&format!("source | where {text}"), &input);
            }
        }
    }
    let columns: String = (0..9_000).map(|number| format!("c{number}=1,")).collect();
    check(&format!("source | extend {columns}"), &input);
    check(&format!("source | extend {columns} d=1 {}", many("| project-away c1, *x* ", 30_000)), &input);
    check(&format!("source | extend {columns} d=1 {}", many("| where zzz ", 30_000)), &input);
    let wide: Vec<Column> = (0..20_000)
        .map(|number| Column { name: format!("column{number}"), kind: ColumnType::String })
        .collect();
    check(&many("let t=source;", 100_000), &wide);
    check(&format!("source | where {}", many("nope + ", 100_000)), &wide);
    check(&format!("source | where {}1{}", many("(", 60), many(")", 60)), &input);
}

#[test]
fn nesting_within_reason_is_no_problem() {
    let depth = 45;
    let text = format!("source | extend A = {}1{}", "iff(Blocked, 1, ".repeat(depth), ")".repeat(depth));
    let outline = check(&text, &input());
    assert_eq!(outline.problems, []);
    assert_eq!(outline.output.column("A").and_then(|column| column.kind), Some(kql::Kind::Long));
}

/// Texts of the pieces that transformations are made of.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "source",
        "|",
        "extend",
        "project",
        "project-away",
        "project-rename",
        "project-keep",
        "parse",
        "where",
        "let",
        "=",
        "==",
        ",",
        ";",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ".",
        "..",
        "*",
        "-",
        "!in",
        "in",
        "~",
        "has",
        "between",
        "with",
        "kind",
        "regex",
        "matches",
        "Message",
        "Event",
        "Blocked",
        "A",
        "B",
        "1",
        "1.5",
        "2h",
        "\"x\"",
        "@'y'",
        "\"",
        "'",
        "tostring",
        "iff",
        "case",
        "now",
        "dynamic",
        "datetime",
        "print",
        "datatable",
        ":",
        "long",
        "and",
        "or",
        "typeof",
        "extract",
        "//",
        "\n",
        "as",
        "parse-kv",
        "é",
        "\\",
    ]);
    prop::collection::vec((piece, prop::sample::select(vec!["", " "])), 0..60)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, space)| [piece, space]).collect())
}

proptest! {
    #[test]
    fn any_text_has_an_outline(text in any::<String>(), tail in any::<String>()) {
        let input = input();
        check(&text, &input);
        check(&format!("source | extend A = {text} | where {tail}"), &input);
    }

    #[test]
    fn any_mix_of_words_has_an_outline(text in pieces()) {
        let input = input();
        check(&text, &input);
        check(&format!("source | {text}"), &input);
    }
}
