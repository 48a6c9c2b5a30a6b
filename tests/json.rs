//! The JSON reader: what it accepts, what it says about the rest, and where.

use std::time::Instant;

use ccf_edge::json::{self, Dialect, Kind, Value};
use ccf_edge::text::{LineIndex, Position, Span};
use proptest::prelude::*;

/// The value as serde_json would have it.
fn plain(value: &Value) -> serde_json::Value {
    match &value.kind {
        Kind::Null => serde_json::Value::Null,
        Kind::Bool(bool) => (*bool).into(),
        Kind::Number(number) => serde_json::from_str(number).expect("a number"),
        Kind::String(text) => text.as_str().into(),
        Kind::Array(items) => items.iter().map(plain).collect(),
        Kind::Object(members) => {
            members.iter().map(|member| (member.key.clone(), plain(&member.value))).collect()
        }
    }
}

/// One line an error: `line:column-line:column message`.
fn shown(text: &str, dialect: Dialect) -> Vec<String> {
    let index = LineIndex::new(text);
    let place = |offset| {
        let Position { line, column } = index.position(text, offset);
        format!("{line}:{column}")
    };
    let errors = json::parse(text, dialect).errors;
    errors
        .iter()
        .map(|error| format!("{}-{} {}", place(error.span.start), place(error.span.end), error.message))
        .collect()
}

#[test]
fn sound_texts_have_the_value_that_other_readers_give_them() {
    let texts = [
        "null",
        " true\r\n",
        "\u{feff}false",
        "-0",
        "12345678901234567890123456789.000e-7",
        "1E5",
        r#""""#,
        r#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00é😀""#,
        "[]",
        "[ ]",
        "{}",
        r#"{"":[{},[],null]}"#,
        r#"{"a":1,"b":{"c":[true,false,null,"x",-1.5e+3]}}"#,
        "\"\u{7f}\u{2028}\"",
    ];
    for text in texts {
        for dialect in [Dialect::Strict, Dialect::Comments] {
            let parsed = json::parse(text, dialect);
            assert_eq!(parsed.errors, [], "{text}");
            let expected: serde_json::Value =
                serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
            assert_eq!(plain(&parsed.value.unwrap()), expected, "{text}");
        }
    }
}

#[test]
fn mistakes_are_reported_with_their_place() {
    let table: &[(&str, &[&str])] = &[
        ("", &["1:1-1:1 expected a value, but the text is empty"]),
        (" \n ", &["2:2-2:2 expected a value, but the text is empty"]),
        ("]", &["1:1-1:2 expected a value"]),
        ("1 2", &["1:3-1:4 expected the end of the text: only one value may stand here"]),
        ("{}\n}", &["2:1-2:2 expected the end of the text: only one value may stand here"]),
        ("[1 2]", &["1:3-1:3 expected a comma or `]` after this item"]),
        ("{\"a\": 1\n \"b\": 2}", &["1:8-1:8 expected a comma or `}` after this member"]),
        ("[1; 2]", &["1:3-1:4 expected a comma or `]` after this item"]),
        ("[1;, 2]", &["1:3-1:4 expected a comma or `]` after this item"]),
        ("[1,]", &["1:3-1:4 a comma must not stand before `]`: remove it"]),
        ("{\"a\": 1,\n}", &["1:8-1:9 a comma must not stand before `}`: remove it"]),
        ("[,1]", &["1:2-1:3 expected an item before this comma"]),
        ("[1,,2]", &["1:4-1:5 expected an item before this comma"]),
        ("{,}", &["1:2-1:3 expected a member before this comma"]),
        ("{\"a\"}", &["1:5-1:5 expected a colon and a value after this key"]),
        ("{\"a\" 1}", &["1:5-1:5 expected a colon and a value after this key"]),
        ("{\"a\" = 1}", &["1:6-1:7 a colon must stand between a key and its value"]),
        ("{\"a\":}", &["1:6-1:6 expected a value after the colon"]),
        ("{\"a\":, \"b\": 1}", &["1:6-1:6 expected a value after the colon"]),
        ("{: 1}", &["1:2-1:2 expected a key in double quotes"]),
        ("{[1]}", &["1:2-1:2 expected a key in double quotes"]),
        ("{a: 1}", &["1:2-1:3 a key must be in double quotes"]),
        (
            "{'a': 'b'}",
            &[
                "1:2-1:5 a string must be in double quotes (\")",
                "1:7-1:10 a string must be in double quotes (\")",
            ],
        ),
        ("{“a”: 1}", &["1:2-1:5 a string must be in double quotes (\")"]),
        ("{\"a\": .b // .c}", &["1:7-1:15 expected a value; text must be in double quotes"]),
        ("[True, None]", &["1:2-1:6 write `true`", "1:8-1:12 JSON has no such value: write `null`"]),
        ("[", &["1:1-1:2 this `[` is never closed"]),
        ("{\"a\": [1", &["1:1-1:2 this `{` is never closed", "1:7-1:8 this `[` is never closed"]),
        (
            "{\"a\": [1, \"b\": 2}",
            &["1:7-1:8 this `[` is never closed", "1:14-1:15 expected a comma or `]` after this item"],
        ),
        ("{\"a\": [1}", &["1:7-1:8 this `[` is never closed"]),
        ("[1}", &["1:3-1:4 expected `]`, because `[` is open here"]),
        ("{\"a\": 1]", &["1:8-1:9 expected `}`, because `{` is open here"]),
        (
            "{\"a\": \"b,\n\"c\": 1}",
            &["1:7-1:9 this string has no closing quote on its line: add it, or write a line break as `\\n`"],
        ),
        (
            "\"a",
            &["1:1-1:3 this string has no closing quote on its line: add it, or write a line break as `\\n`"],
        ),
        (
            "\"a\tb\"",
            &["1:3-1:4 a control character must be written as an escape such as `\\t` or `\\u0000`"],
        ),
        (
            r#""\d \u12 \ué""#,
            &[
                "1:2-1:4 JSON has no such escape: write `\\\\` for a backslash",
                "1:5-1:7 JSON has no such escape: write `\\\\` for a backslash",
                "1:10-1:12 JSON has no such escape: write `\\\\` for a backslash",
            ],
        ),
        (
            "[01, -, 1., 1e, .5, +1, 0x10]",
            &[
                "1:2-1:4 a number must not start with a zero",
                "1:6-1:7 this is not a number; text must be in double quotes",
                "1:9-1:11 a digit must follow the decimal point",
                "1:13-1:15 this is not a number; text must be in double quotes",
                "1:17-1:19 expected a value; text must be in double quotes",
                "1:21-1:23 expected a value; text must be in double quotes",
                "1:25-1:29 this is not a number; text must be in double quotes",
            ],
        ),
        (
            "[1 /* a */, // b\n 2]",
            &[
                "1:4-1:11 JSON has no comments: remove this one",
                "1:13-1:17 JSON has no comments: remove this one",
            ],
        ),
        ("😀", &["1:1-1:3 expected a value; text must be in double quotes"]),
        ("[\"😀\" 1]", &["1:6-1:6 expected a comma or `]` after this item"]),
    ];
    for (text, expected) in table {
        assert_eq!(shown(text, Dialect::Strict), *expected, "{text}");
    }
}

#[test]
fn reading_goes_on_behind_a_mistake() {
    let text = "{\"a\": 1 \"b\": 'two', c: [1,,2 3], \"d\": , \"e\": {\"f\": \"g,\n}, \"h\": 5}";
    let parsed = json::parse(text, Dialect::Strict);
    assert_eq!(parsed.errors.len(), 8, "{:?}", parsed.errors);
    assert_eq!(
        plain(&parsed.value.unwrap()),
        serde_json::json!({"a": 1, "b": "two", "c": [1, 2, 3], "e": {"f": "g"}, "h": 5})
    );
}

#[test]
fn comments_and_trailing_commas_belong_to_the_other_dialect() {
    let text = "// first\n{ /* x\n */ \"a\": [1, 2,], // \"b\": 1\n \"url\": \"https://a/*b*/\", } // last";
    let parsed = json::parse(text, Dialect::Comments);
    assert_eq!(parsed.errors, []);
    assert_eq!(plain(&parsed.value.unwrap()), serde_json::json!({"a": [1, 2], "url": "https://a/*b*/"}));
    assert_eq!(shown("[1,,]", Dialect::Comments), ["1:4-1:5 expected an item before this comma"]);
    assert_eq!(shown("[,]", Dialect::Comments), ["1:2-1:3 expected an item before this comma"]);
    assert_eq!(
        shown("1 /* x", Dialect::Comments),
        ["1:3-1:5 this comment is never closed: end it with `*/`"]
    );
}

#[test]
fn duplicate_keys_survive_and_the_last_counts() {
    let value = json::parse(r#"{"a": 1, "b": 2, "\u0061": 3}"#, Dialect::Strict).value.unwrap();
    assert_eq!(value.as_object().unwrap().len(), 3);
    assert_eq!(value.get("a").unwrap().kind, Kind::Number("3".to_owned()));
}

#[test]
fn pointers_lead_where_rfc_6901_says() {
    let text = r#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, " ": 7, "~1": 9}"#;
    let value = json::parse(text, Dialect::Strict).value.unwrap();
    let number = |text: &str| Some(Kind::Number(text.to_owned()));
    for (pointer, expected) in [
        ("", Some(value.kind.clone())),
        ("/foo/0", Some(Kind::String("bar".to_owned()))),
        ("/", number("0")),
        ("/a~1b", number("1")),
        ("/m~0n", number("8")),
        ("/ ", number("7")),
        ("/~01", number("9")),
        ("/foo/00", None),
        ("/foo/+1", None),
        ("/foo/2", None),
        ("/foo/0/x", None),
        ("foo", None),
    ] {
        assert_eq!(value.pointer(pointer).map(|value| value.kind.clone()), expected, "{pointer}");
    }
}

#[test]
fn lone_surrogates_become_the_replacement_character() {
    let value = json::parse(r#""\ud800x\udc00\ud83d\ud83d\ude00\ud83d\u0041""#, Dialect::Strict);
    assert_eq!(value.errors, []);
    assert_eq!(value.value.unwrap().as_str(), Some("\u{fffd}x\u{fffd}\u{fffd}😀\u{fffd}A"));
}

#[test]
fn offsets_in_a_decoded_string_lead_back_to_the_text() {
    // One pair a character: its offset in the value, its offset behind the opening quote.
    let text = r#"["a\n\u00e9😀\ud83d\ude00\"z"]"#;
    let value = json::parse(text, Dialect::Strict).value.unwrap();
    let string = &value.as_array().unwrap()[0];
    let content = Span { start: string.span.start + 1, end: string.span.end - 1 };
    for (decoded, raw) in
        [(0, 0), (1, 1), (2, 3), (3, 3), (4, 9), (8, 13), (12, 25), (13, 27), (14, 28), (99, 28)]
    {
        assert_eq!(json::offset_in_string(text, content, decoded), content.start + raw, "{decoded}");
        assert_eq!(json::offset_in_string(text, string.span, decoded), content.start + raw, "{decoded}");
    }
}

#[test]
fn positions_count_lines_and_utf16_units() {
    let text = "\u{feff}ab\r\né😀x\n\n";
    let index = LineIndex::new(text);
    for (offset, line, column) in [
        (0, 1, 1),
        (3, 1, 1),
        (5, 1, 3),
        (6, 1, 4),
        (7, 2, 1),
        (8, 2, 1),
        (9, 2, 2),
        (13, 2, 4),
        (14, 2, 5),
        (15, 3, 1),
        (16, 4, 1),
        (99, 4, 1),
    ] {
        assert_eq!(index.position(text, offset), Position { line, column }, "{offset}");
    }
}

#[test]
fn nesting_has_a_limit_and_reading_goes_on_behind_it() {
    let nested = |depth: usize| format!("[{}{},7]", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert_eq!(json::parse(&nested(200), Dialect::Strict).errors, []);
    let parsed = json::parse(&nested(201), Dialect::Strict);
    let [error] = parsed.errors.as_slice() else { panic!("{:?}", parsed.errors) };
    assert_eq!((error.span.start, error.message.contains("nested too deeply")), (200, true));
    assert_eq!(parsed.value.unwrap().pointer("/1").unwrap().kind, Kind::Number("7".to_owned()));
}

/// Texts that cost careless readers quadratic time or their stack. Each has about 10 MB in release builds.
#[test]
fn hostile_texts_are_read_in_linear_time() {
    let size = if cfg!(debug_assertions) { 100_000 } else { 10_000_000 };
    let texts: Vec<(&str, String)> = vec![
        ("open brackets", "[".repeat(size)),
        ("open objects", "{\"a\":".repeat(size / 5)),
        ("closed nesting", "[".repeat(size / 2) + &"]".repeat(size / 2)),
        ("many nestings", ("[".repeat(300) + &"]".repeat(300) + ",").repeat(size / 601)),
        ("alternating brackets", "[{".repeat(size / 2)),
        ("wrong brackets", "[}".repeat(size / 2)),
        ("wrong brackets in an array", format!("[{}", "[}{]".repeat(size / 4))),
        ("keys", format!("{{{}}}", "\"k\":1,".repeat(size / 6))),
        ("items", format!("[{}1]", "1,".repeat(size / 2))),
        ("a long string", format!("\"{}\"", "x".repeat(size))),
        ("escapes", format!("\"{}\"", "\\u00e9".repeat(size / 6))),
        ("bad escapes", format!("\"{}\"", "\\u".repeat(size / 2))),
        ("quotes", "\"".repeat(size)),
        ("quotes and lines", "\",\n".repeat(size / 3)),
        ("single quotes", format!("[{}", "'".repeat(size))),
        ("comments", "/**/".repeat(size / 4)),
        ("open comments", "/*".repeat(size / 2)),
        ("slashes", format!("[1{}", "/".repeat(size))),
        ("slashes nested", "[/".repeat(size / 2)),
        ("control characters", format!("\"{}\"", "\u{1}".repeat(size))),
        ("commas", format!("[{}", ",".repeat(size))),
        ("colons", format!("{{{}", ":".repeat(size))),
        ("letters", "a ".repeat(size / 2)),
        ("stray text", format!("[1{}", ";1".repeat(size / 2))),
        ("blanks before a comma", format!("[\"{},", " ".repeat(size))),
        ("digits", "1".repeat(size)),
    ];
    for (name, text) in &texts {
        for dialect in [Dialect::Strict, Dialect::Comments] {
            #[allow(clippy::disallowed_methods)] // A test may look at the clock.
            let start = Instant::now();
            let parsed = json::parse(text, dialect);
            let index = LineIndex::new(text);
            assert!(parsed.errors.len() <= 100, "{name}");
            for error in &parsed.errors {
                assert!(error.span.start <= error.span.end && error.span.end <= text.len(), "{name}");
                index.position(text, error.span.end);
            }
            drop(parsed);
            // The bar is 1 s; a test must also pass on a busy machine.
            assert!(start.elapsed().as_secs() < 5, "{name} took {:?}", start.elapsed());
            if std::env::var_os("SHOW_TIMES").is_some() {
                println!("{name} {dialect:?} {:?}", start.elapsed());
            }
        }
    }
}

/// JSON-like soup: close enough to JSON to reach every recovery.
fn soup() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "'", "\\", "\\u", "\\ud83d", "\\u00e9", "1", "-",
        "0.5e", " ", "\n", "//", "/*", "*/", "true", "nul", "é", "😀", "\u{feff}", "\u{2003}", "“", ";", "=",
        "\t", "\r", "\0", ".b",
    ]);
    prop::collection::vec(parts, 0..40).prop_map(|parts| parts.concat())
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Every value's text is read alone as the same value, and every key's as the same string.
fn spans_hold(text: &str, value: &Value) {
    let alone = value.span.of(text).expect("a span lies on characters");
    let parsed = json::parse(alone, Dialect::Strict);
    assert_eq!(parsed.errors, []);
    assert_eq!(plain(&parsed.value.unwrap()), plain(value));
    for item in value.as_array().unwrap_or_default() {
        spans_hold(text, item);
    }
    for member in value.as_object().unwrap_or_default() {
        let key = json::parse(member.key_span.of(text).unwrap(), Dialect::Strict);
        assert_eq!(key.value.unwrap().as_str(), Some(member.key.as_str()));
        spans_hold(text, &member.value);
    }
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_with_the_same_value(value in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.unwrap();
        let parsed = json::parse(&text, Dialect::Strict);
        prop_assert_eq!(&parsed.errors, &[]);
        let read = parsed.value.unwrap();
        prop_assert_eq!(plain(&read), value);
        spans_hold(&text, &read);
    }

    #[test]
    fn both_readers_accept_the_same_texts(text in soup()) {
        let parsed = json::parse(&text, Dialect::Strict);
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
            prop_assert_eq!(&parsed.errors, &[]);
            prop_assert_eq!(plain(&parsed.value.unwrap()), value);
        } else if !text.contains("\\ud83d") && !text.starts_with('\u{feff}') {
            // Lone surrogates and the byte order mark are what only this reader accepts.
            prop_assert!(!parsed.errors.is_empty());
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in prop_oneof![any::<String>(), soup()]) {
        for dialect in [Dialect::Strict, Dialect::Comments] {
            let parsed = json::parse(&text, dialect);
            prop_assert!(parsed.value.is_some() || !parsed.errors.is_empty());
            for error in &parsed.errors {
                prop_assert!(error.span.of(&text).is_some(), "{:?}", error);
            }
            let sorted = parsed.errors.is_sorted_by_key(|error| error.span);
            prop_assert!(sorted);
        }
    }

    #[test]
    fn every_offset_of_a_string_leads_back(value in any::<String>()) {
        let text = serde_json::to_string(&value).unwrap();
        let span = Span { start: 0, end: text.len() };
        let ends = value.char_indices().map(|(offset, _)| offset).chain([value.len()]);
        for offset in ends {
            let back = json::offset_in_string(&text, span, offset);
            let head = format!("{}\"", &text[..back]);
            prop_assert_eq!(serde_json::from_str::<String>(&head).unwrap(), &value[..offset]);
        }
    }

    #[test]
    fn written_strings_are_read_back(value in any::<String>()) {
        let mut out = Vec::new();
        json::write_string(&mut out, &value);
        let parsed = json::parse(std::str::from_utf8(&out).unwrap(), Dialect::Strict);
        prop_assert_eq!(&parsed.errors, &[]);
        prop_assert_eq!(parsed.value.unwrap().kind, Kind::String(value));
    }

    #[test]
    fn positions_agree_with_counting(text in "(a|é|😀|\n|\r){0,6}(aé😀b){0,300}(a|\n|😀){0,6}", at in any::<prop::sample::Index>()) {
        let offset = at.index(text.len() + 1);
        let floor = (0..=offset).rev().find(|offset| text.is_char_boundary(*offset)).unwrap();
        let head = &text[..floor];
        let line = head.matches('\n').count() + 1;
        let column = head.rsplit('\n').next().unwrap().encode_utf16().count() + 1;
        prop_assert_eq!(LineIndex::new(&text).position(&text, offset), Position { line, column });
    }
}
