//! Expressions on jaq: what they give, how they fail, and what a hostile event cannot do.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;
use std::rc::Rc;

use ccf_edge::mapping::jq::{Input, Program, Variables, compile};
use ccf_edge::webhook::delivery::Headers;
use proptest::prelude::*;

/// The paragraphs of a fixture, without its comments.
fn paragraphs(fixture: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = |paragraph: &'static str| -> Vec<&str> {
        paragraph.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect()
    };
    let fixture: &'static str = Box::leak(fixture.to_owned().into_boxed_str());
    fixture.split("\n\n").map(lines).filter(|lines| !lines.is_empty())
}

fn with_variables<T>(f: impl FnOnce(&Variables) -> T) -> T {
    let mut headers = Headers::new();
    headers.push("X-Id", "one");
    headers.push("X-Twice", "one");
    headers.push("x-twice", "two");
    f(&Variables {
        event: Some("push"),
        delivery: Some("d-1"),
        source: "github",
        received: "2024-02-29T12:34:56.789Z",
        headers: &headers,
        now_ms: 1_709_210_096_789,
    })
}

/// The outputs, one a line; an error ends them.
fn run(expression: &str, input: &str) -> String {
    // Many inputs share few expressions.
    thread_local!(static PROGRAMS: RefCell<HashMap<String, Rc<Program>>> = RefCell::default());
    let program = PROGRAMS.with_borrow_mut(|programs| {
        let compiled = || compile(expression).unwrap_or_else(|errors| panic!("{expression}: {errors:?}"));
        Rc::clone(programs.entry(expression.to_owned()).or_insert_with(|| Rc::new(compiled())))
    });
    let input = Input::parse(input.as_bytes()).unwrap_or_else(|error| panic!("{input}: {error}"));
    with_variables(|variables| {
        let outputs = program.all(&input, variables, 100);
        let mut first = b"before:".to_vec();
        let is_first = program.first(&input, variables, &mut first);
        let first = String::from_utf8(first).expect("UTF-8");
        let first = first.strip_prefix("before:").expect("the buffer's start");
        match &outputs {
            Ok(outputs) => {
                let outputs: Vec<&str> =
                    outputs.iter().map(|output| std::str::from_utf8(output).expect("UTF-8")).collect();
                assert_eq!(is_first, Ok(!outputs.is_empty()), "{expression}");
                assert_eq!(first, outputs.first().copied().unwrap_or_default(), "{expression}");
                for output in &outputs {
                    serde_json::from_str::<serde_json::Value>(output).expect("strict JSON");
                }
                outputs.join("\n")
            }
            Err(error) => {
                if is_first.is_err() {
                    assert_eq!(first, "", "{expression}");
                }
                format!("error: {error}")
            }
        }
    })
}

#[test]
fn expressions_give_their_outputs() {
    let mut failures = Vec::new();
    let mut count = 0;
    for case in paragraphs(include_str!("fixtures/jq/expressions.test")) {
        let [expression, input, expected @ ..] = case.as_slice() else { panic!("not a case: {case:?}") };
        // Outputs before an error are not told: a row is whole or it is not.
        let error = expected.iter().find(|line| line.starts_with("error: "));
        let expected = error.map_or_else(|| expected.join("\n"), |error| (*error).to_owned());
        let got = run(expression, input);
        if got != expected {
            failures.push(format!("{expression}\n{input}\ngives\n{got}\nnot\n{expected}"));
        }
        count += 1;
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(count > 80, "only {count} cases were read");
}

#[test]
fn mistakes_are_shown_where_they_stand() {
    let mut failures = Vec::new();
    for case in paragraphs(include_str!("fixtures/jq/mistakes.test")) {
        let [expression, ..] = case.as_slice() else { panic!("not a case: {case:?}") };
        let errors = compile(expression).err().unwrap_or_default();
        let mut marks = String::new();
        let mut messages = String::new();
        for error in errors {
            let before = expression[..error.span.start].chars().count();
            let marked = expression[error.span.start..error.span.end].chars().count().max(1);
            let gap = before.saturating_sub(marks.chars().count());
            write!(marks, "{}{}", " ".repeat(gap), "^".repeat(marked)).expect("a string");
            write!(messages, "\n{}", error.message).expect("a string");
        }
        let got = format!("{expression}\n{marks}{messages}");
        if got != case.join("\n") {
            failures.push(format!("{got}\nnot\n{}", case.join("\n")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// A Worker's stack is 1 MiB. Code that is not optimised takes six times as much of it.
fn on_a_small_stack(f: impl FnOnce() + Send + 'static) {
    let size = if cfg!(debug_assertions) { 6 << 20 } else { 1 << 20 };
    let thread = std::thread::Builder::new().stack_size(size).spawn(f).expect("a thread");
    thread.join().expect("no panic");
}

#[test]
fn deep_events_are_refused() {
    on_a_small_stack(|| {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(Input::parse(nested(256).as_bytes()).is_ok());
            assert!(Input::parse(nested(10_000).as_bytes()).is_err());
            // All that recurses over a value: copy, compare, print, search.
            let deep = Input::parse(nested(255).as_bytes()).expect("not too deep");
            let program = compile("[., .] | .[0] == .[1], (tojson | length > 0), ([..] | length), walk(.)")
                .expect("sound");
            with_variables(|variables| {
                assert_eq!(program.all(&deep, variables, 9).map(|outputs| outputs.len()), Ok(4));
            });
            let text = serde_json::to_string(&nested(10_000)).expect("JSON");
            let error = run("fromjson", &text);
            assert!(error.starts_with("error: cannot parse"), "{error}");
            assert!(error.ends_with('…') && error.chars().count() < 250, "{error}");
        }
        let error = run("reduce range(300) as $i (0; [.])", "null");
        assert_eq!(error, "error: the output is nested deeper than 256 levels");
    });
}

#[test]
fn deep_and_long_expressions_are_refused() {
    on_a_small_stack(|| {
        let many = |part: &str, end: &str| format!("{}.{}", part.repeat(300), end.repeat(300));
        for expression in [
            many("(", ")"),
            many("[", "]"),
            many("{a:", "}"),
            "(".repeat(20_000),
            "-".repeat(600) + "1",
            many(".|", "") + &"|.".repeat(400),
            many("if . then ", " end") + &many("try ", ""),
            "def f: ".repeat(600),
        ] {
            assert!(compile(&expression).is_err(), "{expression}");
        }
        // As deep and long as they may be, they neither take the stack nor fail.
        for expression in [
            format!("{}.{}", "(".repeat(64), ")".repeat(64)),
            format!("{}.{}", "[".repeat(64), "]".repeat(64)),
            format!("{}1{}", "{a:".repeat(64), "}".repeat(64)),
            format!(".{}", "|.".repeat(256)),
            format!(".{}", ",.".repeat(256)),
            format!("1{}", "+1".repeat(250)),
            format!("{}1", "-".repeat(256)),
            format!("{}.", "try ".repeat(256)),
            format!("{}.{}", "if . then ".repeat(160), " end".repeat(160)),
            format!("{}.", ". as $x|".repeat(160)),
            format!("{}.{}", "def f: ".repeat(256), "; .".repeat(256)),
            vec![".a"; 128].join("//"),
            format!("{}.{}", "reduce . as $x (0; ".repeat(60), ")".repeat(60)),
            format!("{}.", "label $x | ".repeat(120)),
            format!("{}1{}", "\"\\(".repeat(64), ")\"".repeat(64)),
            format!(".{}", "[0]?".repeat(2_000)),
        ] {
            let program = compile(&expression).unwrap_or_else(|errors| panic!("{expression}: {errors:?}"));
            let input = Input::parse(b"null").expect("JSON");
            with_variables(|variables| program.all(&input, variables, 1_000).map(|_| ())).ok();
        }
    });
}

#[test]
fn outputs_are_limited() {
    let input = Input::parse(b"\"xxxxxxxxxxxxxxxx\"").expect("JSON");
    with_variables(|variables| {
        let all = |expression: &str, limit| compile(expression).expect("sound").all(&input, variables, limit);
        assert_eq!(all("range(3)", 3).map(|outputs| outputs.len()), Ok(3));
        assert_eq!(all("range(3)", 2), Err("the expression gives more than 2 values".to_owned()));
        assert_eq!(all("repeat(1)", 1_000), Err("the expression gives more than 1000 values".to_owned()));
        assert_eq!(
            all(". * 65536 | repeat(.)", usize::MAX),
            Err("the expression gives more than 32 MiB".to_owned())
        );
    });
}

#[test]
fn only_strict_json_is_read() {
    for text in [
        "",
        "nan",
        "NaN",
        "Infinity",
        "[1,]",
        "{'a':1}",
        "01",
        "+1",
        "1 2",
        "# x\n1",
        "b\"x\"",
        "{1:2}",
        "\"\u{1}\"",
    ] {
        assert!(Input::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Input::parse(b"\"\xff\"").is_err());
    // A number with very many digits takes no longer than its text.
    let digits = "7".repeat(1_000_000);
    assert_eq!(run(".", &digits), digits);
    assert_eq!(run(".", "{\"a\":1,\"a\":2}"), "{\"a\":2}");
}

proptest! {
    /// What is read and written again is the same value; serde_json says so.
    #[test]
    fn values_survive(text in "\\PC*", number in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?") {
        let value = serde_json::json!({ "text": text, "list": [text, null, true], text.clone(): 1 });
        let json = value.to_string();
        let back: serde_json::Value = serde_json::from_str(&run(".", &json)).expect("JSON");
        prop_assert_eq!(back, value);
        let written = run(".", &number);
        if number != "-0" {
            prop_assert_eq!(written, number);
        }
    }

    #[test]
    fn no_expression_makes_it_panic(expression in "([.|,/+()\\[\\]{}\"\\\\$a-f:;?@ ]|if |then |end |as |test|try |def |reduce |1){0,20}") {
        let Ok(program) = compile(&expression) else { return Ok(()) };
        let input = Input::parse(b"{\"a\":[1,\"b\"]}").expect("JSON");
        let _ = with_variables(|variables| program.all(&input, variables, 50));
    }

    #[test]
    fn no_date_makes_it_panic(value in any::<f64>(), text in "\\PC{0,20}", format in "([%a-zA-Z0-9: -]|%[a-zA-Z]){0,8}") {
        let input = serde_json::json!([value, text, format]).to_string();
        let expressions = [
            ".[0] | todate", ".[0] | gmtime | mktime", ".[2] as $f | .[0] | strftime($f)",
            ".[2] as $f | .[1] | strptime($f)", ".[1] | fromdate", ".[1] | tonumber",
            ".[2] as $f | .[0] | gmtime | strftime($f) | strptime($f)",
        ];
        for expression in expressions {
            let _ = run(expression, &input);
        }
    }
}
