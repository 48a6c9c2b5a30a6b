//! Files that are no text: they are findings, and the files beside them are read nevertheless.

use ccf_edge::artifact::folder::{FILE_LIMIT, Folder};
use ccf_edge::finding::Severity;
use ccf_edge::rules::{self, Options};

const TABLE: &str = r#"{
  "name": "Larkspur_CL",
  "type": "Microsoft.OperationalInsights/workspaces/tables",
  "properties": { "schema": { "name": "Larkspur_CL", "columns": [{ "name": "TimeGenerated", "type": "datetime" }] } }
}"#;

fn findings(content: &[u8]) -> Vec<(&'static str, Severity, usize)> {
    let mut folder = Folder::new(Some("larkspur"));
    folder.add("Data Connectors/Larkspur_ccf/table.json", TABLE.as_bytes());
    folder.add("Data Connectors/Larkspur_ccf/other.json", content);
    let findings = rules::check(&folder, &Options::default());
    findings.iter().map(|finding| (finding.code, finding.severity, finding.span.start)).collect()
}

#[test]
fn bytes_that_are_no_utf8_are_an_error_where_they_stand() {
    assert_eq!(findings(b"{ \"a\": \"\xff\" }"), [("CCF001", Severity::Error, 8)]);
}

#[test]
fn a_file_beyond_the_limit_is_an_error() {
    assert_eq!(findings(&vec![b' '; FILE_LIMIT + 1]), [("CCF001", Severity::Error, 0)]);
}

#[test]
fn an_empty_file_is_an_error() {
    assert_eq!(findings(b""), [("CCF001", Severity::Error, 0)]);
}
