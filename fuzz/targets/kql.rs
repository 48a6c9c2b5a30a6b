//! Transformations: no text makes the outline or the rules panic, what they point at lies in it, and fixes can be made.

#![no_main]

use ccf_edge::artifact::folder::Folder;
use ccf_edge::artifact::schema::{Column, ColumnType};
use ccf_edge::edit;
use ccf_edge::json::string_or_null;
use ccf_edge::kql;
use ccf_edge::rules::{self, options::Options};
use libfuzzer_sys::fuzz_target;

const DCR: &str =
    include_str!("../../tests/fixtures/connectors/larkspur/Data Connectors/Larkspur_ccf/DCR.json");
const TABLE: &str =
    include_str!("../../tests/fixtures/connectors/larkspur/Data Connectors/Larkspur_ccf/table.json");

fuzz_target!(|text: &str| {
    // As in the seeds, which are transformations of such a stream.
    let columns: Vec<Column> = [
        ("TimeGenerated", ColumnType::Datetime),
        ("Message", ColumnType::String),
        ("Count", ColumnType::Int),
        ("Bytes", ColumnType::Long),
        ("Score", ColumnType::Real),
        ("Blocked", ColumnType::Boolean),
        ("Event", ColumnType::Dynamic),
        ("src-ip", ColumnType::String),
    ]
    .map(|(name, kind)| Column { name: name.to_owned(), kind })
    .into();
    let outline = kql::analyze(text, &columns);
    let problems = outline.problems.iter().map(|problem| problem.span);
    let operators = outline.operators.iter().flat_map(|operator| [operator.span, operator.stage]);
    let calls = outline.calls.iter().map(|call| call.span);
    let reads = outline.reads.iter().map(|read| read.span);
    let parses = outline.parses.iter().map(|parse| parse.span);
    let dynamics = outline.dynamics.iter().flat_map(|literal| [literal.span, literal.content]);
    let made = outline.output.columns.iter().flat_map(|column| [column.span, column.expression]).flatten();
    let spans = problems.chain(operators).chain(calls).chain(reads).chain(parses).chain(dynamics).chain(made);
    for span in spans {
        assert!(span.of(text).is_some(), "{span:?} in {outline:?}");
    }

    let mut rule: serde_json::Value = serde_json::from_str(DCR).expect("the sound DCR");
    rule["properties"]["dataFlows"][0]["transformKql"] =
        serde_json::from_str(&string_or_null(Some(text))).expect("a string as the core writes it");
    let mut folder = Folder::new(None);
    folder.add("DCR.json", rule.to_string().as_bytes());
    folder.add("table.json", TABLE.as_bytes());
    let findings = rules::check(&folder, &Options::default()).findings;
    for finding in &findings {
        let file = folder.file(finding.file).expect("a file of the folder");
        assert!(finding.span.of(&file.text).is_some(), "{finding:?}");
        for fix in &finding.fixes {
            let mended = edit::mend(&folder, std::slice::from_ref(fix));
            assert!(mended.made <= 1, "{fix:?}");
            for (id, text) in mended.files {
                let name = &folder.file(id).expect("a file of the folder").path;
                assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{name}: {fix:?}");
            }
        }
    }
});
