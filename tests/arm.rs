//! Reading the strings of ARM templates: expressions with their mistakes, and the packager's placeholders.

use ccf_edge::artifact::arm::{self, FaultKind};
use proptest::prelude::*;

#[test]
fn mistakes_of_expressions_are_found_and_mended() {
    use FaultKind::{DoubleEnd, DoubleQuote, NoEnd, NotClosed, NotOpened, OpenQuote, Prose};
    let cases: &[(&str, FaultKind, &str, Option<&str>)] = &[
        ("[parameters('x')", NoEnd, ")", Some("[parameters('x')]")),
        ("[parameters('x') ", NoEnd, ")", Some("[parameters('x')]")),
        ("[[parameters('auth').appId", NoEnd, "d", Some("[[parameters('auth').appId]")),
        ("[[parameters('auth').appId]]", DoubleEnd, "]]", Some("[[parameters('auth').appId]")),
        ("[concat('a', parameters('x')]", NotClosed('('), "(", Some("[concat('a', parameters('x'))]")),
        ("[concat(concat(parameters('x')]", NotClosed('('), "(", None),
        ("[parameters('x'))]", NotOpened(')'), ")", Some("[parameters('x')]")),
        ("[parameters('x')]]", NotOpened(']'), "]", Some("[parameters('x')]")),
        ("[concat('it''s, 'b')]", OpenQuote, "'", None),
        ("[parameters('x]", OpenQuote, "'", None),
        ("[parameters(\"x\")]", DoubleQuote, "\"", None),
        ("[Your tenant]", Prose, "[Your tenant]", None),
        ("[]", Prose, "[]", None),
    ];
    for (text, kind, place, mended) in cases {
        let fault = arm::expression(text).unwrap_or_else(|| panic!("{text}")).fault;
        let fault = fault.unwrap_or_else(|| panic!("{text} is sound"));
        assert_eq!((fault.kind, fault.span.of(text)), (*kind, Some(*place)), "{text}");
        let repaired =
            fault.repair.map(|(gone, new)| format!("{}{new}{}", &text[..gone.start], &text[gone.end..]));
        assert_eq!(repaired.as_deref(), *mended, "{text}");
        if let Some(repaired) = repaired {
            assert_eq!(
                arm::expression(&repaired).and_then(|expression| expression.fault),
                None,
                "{repaired}"
            );
        }
    }
}

#[test]
fn sound_expressions_and_texts_are_let_be() {
    for text in [
        "[parameters('workspace')]",
        "[concat('it''s [fine] (really)', variables('x')[0], parameters('y').z)]",
        "[[parameters('auth').appId]",
        "[[concat(parameters('innerWorkspace'),'/x')]",
        "[[a text between brackets]",
        "[parameters('list')[0].name]",
        "[contoso.uniqueName(parameters('x'))]",
        "['text']",
        "[-1]",
    ] {
        let expression = arm::expression(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(expression.fault, None, "{text}");
    }
    for text in ["", "text", "[link](https://example.com)", "[deprecated] the old id", "a [b]", "[["] {
        assert_eq!(arm::expression(text), None, "{text}");
    }
}

#[test]
fn calls_are_read_with_their_only_argument() {
    let text = "[concat(parameters('a'), contoso.own('b'), variables('c')[0], resourceGroup().name)]";
    let expression = arm::expression(text).unwrap();
    let calls: Vec<_> =
        expression.calls.iter().map(|call| (call.name, call.argument.map(|(content, _)| content))).collect();
    assert_eq!(
        calls,
        [("concat", None), ("parameters", Some("a")), ("variables", Some("c")), ("resourceGroup", None)]
    );
    for call in &expression.calls {
        assert_eq!(call.span.of(text), Some(call.name));
        if let Some((content, span)) = call.argument {
            assert_eq!(span.of(text), Some(content));
        }
    }
}

#[test]
fn placeholders_are_read() {
    let names = |text| -> Vec<(String, bool)> {
        arm::placeholders(text)
            .inspect(|found| {
                assert_eq!(found.span.of(text), Some(format!("{{{{{}}}}}", found.name).as_str()))
            })
            .map(|found| (found.name.to_owned(), found.is_found()))
            .collect()
    };
    let is = |name: &str, found| (name.to_owned(), found);
    assert_eq!(names("{{appId}} and {{ app_id }}"), [is("appId", true), is(" app_id ", false)]);
    assert_eq!(names("{{ {{x}}"), [is("x", true)]);
    assert_eq!(names("{{}} {x} {{y}"), [is("", false)]);
}

proptest! {
    #[test]
    fn nothing_panics_and_spans_lie_in_the_text(text in r#"\[{0,2}[a-z('"\[\])., é{}]{0,24}\]{0,2}"#) {
        let mut spans: Vec<_> = arm::placeholders(&text).map(|placeholder| placeholder.span).collect();
        if let Some(expression) = arm::expression(&text) {
            spans.extend(expression.calls.iter().map(|call| call.span));
            spans.extend(expression.fault.map(|fault| fault.span));
            spans.extend(expression.fault.and_then(|fault| fault.repair).map(|(span, _)| span));
        }
        for span in spans {
            prop_assert!(span.of(&text).is_some(), "{:?} in {:?}", span, text);
        }
    }
}
