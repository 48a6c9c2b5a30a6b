//! What must come out the same in wasm as natively. `npm test -- --only wasm` runs these on Node as wasm,
//! `cargo test` runs them as they are.

use ccf_edge::json;
use wasm_bindgen_test::wasm_bindgen_test;

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
