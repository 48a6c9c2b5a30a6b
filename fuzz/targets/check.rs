//! The validator: no file makes it panic, findings lie in their files, and fixes can be made.
//!
//! The input is a DCR, a table, a connector and a definition, separated by lines of `----`; what is missing is sound.

#![no_main]

use ccf_edge::artifact::folder::Folder;
use ccf_edge::edit;
use ccf_edge::report;
use ccf_edge::rules::{self, options::Options};
use libfuzzer_sys::fuzz_target;

const SOUND: [(&str, &str); 4] = [
    (
        "Data Connectors/Larkspur_ccf/DCR.json",
        include_str!("../../tests/fixtures/connectors/larkspur/Data Connectors/Larkspur_ccf/DCR.json"),
    ),
    (
        "Data Connectors/Larkspur_ccf/table.json",
        include_str!("../../tests/fixtures/connectors/larkspur/Data Connectors/Larkspur_ccf/table.json"),
    ),
    (
        "Data Connectors/Larkspur_ccf/dataConnector.json",
        include_str!(
            "../../tests/fixtures/connectors/larkspur/Data Connectors/Larkspur_ccf/dataConnector.json"
        ),
    ),
    (
        "Data Connectors/Larkspur_ccf/connectorDefinition.json",
        include_str!(
            "../../tests/fixtures/connectors/larkspur/Data Connectors/Larkspur_ccf/connectorDefinition.json"
        ),
    ),
];

fuzz_target!(|input: &[u8]| {
    let mut folder = Folder::new(Some("larkspur"));
    let text = String::from_utf8_lossy(input);
    let mut parts = text.split("\n----\n");
    for (path, sound) in SOUND {
        let part = parts.next().filter(|part| !part.is_empty()).unwrap_or(sound);
        folder.add(path, part.as_bytes());
    }
    let findings = rules::check(&folder, &Options::default()).findings;
    for finding in &findings {
        let file = folder.file(finding.file).expect("a file of the folder");
        assert!(finding.span.of(&file.text).is_some(), "{finding:?}");
        for edit in finding.fixes.iter().flat_map(|fix| &fix.edits) {
            let file = folder.file(edit.file).expect("a file of the folder");
            assert!(edit.span.of(&file.text).is_some(), "{finding:?}");
        }
    }
    let fixes: Vec<_> = findings.iter().filter_map(|finding| finding.fixes.first().cloned()).collect();
    edit::mend(&folder, &fixes);
    report::text::write(&folder, &findings, report::text::Colour::Never);
    report::json::write(&folder, &findings);
    report::sarif::write(&folder, &findings);
});
