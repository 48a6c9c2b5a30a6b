//! The permissions, instructions and release notes of published connectors: no rule may call them wrong.
//!
//! Only these parts are known of them, so each is put into a definition whose other members are sound.

use ccf_edge::artifact::folder::Folder;
use ccf_edge::finding::{Finding, Severity};
use ccf_edge::report::text::{self, Colour};
use ccf_edge::rules::{self, options::Options};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The folder of derived parts, where it can be had.
fn derived() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let corpus = std::env::var_os("CCF_CORPUS").map_or_else(beside, PathBuf::from);
    let derived = corpus.join("derived");
    if !derived.is_dir() {
        eprintln!("no corpus of published connectors: CCF_CORPUS names none");
        return None;
    }
    Some(derived)
}

/// Every file of a name below a directory.
fn find(directory: &Path, name: &str, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            find(&path, name, found);
        } else if path.file_name().is_some_and(|last| last == name) {
            found.push(path);
        }
    }
}

fn definition(mut config: Value) -> String {
    let rest = json!({
        "graphQueries": [{ "metricName": "Events", "legend": "Events_CL", "baseQuery": "Events_CL" }],
        "dataTypes": [{ "name": "Events_CL", "lastDataReceivedQuery": "Events_CL | summarize Time = max(TimeGenerated)" }],
        "connectivityCriteria": [{ "type": "HasDataConnectors" }],
    });
    config.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let definition = json!({
        "type": "Microsoft.SecurityInsights/dataConnectorDefinitions",
        "name": config["id"],
        "kind": "Customizable",
        "properties": { "connectorUiConfig": config },
    });
    format!("{definition:#}\n")
}

/// The findings of one file that stands alone, as a terminal shows them, and how many are errors.
fn shown(path: &str, content: &str) -> (String, usize) {
    let mut folder = Folder::new(None);
    folder.add(path, content.as_bytes());
    let findings: Vec<Finding> = rules::check(&folder, &Options::default()).findings;
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    (text::write(&folder, &findings, Colour::Never), errors)
}

fn assert_no_error(name: &str, path: &str, read: impl Fn(&Path) -> String) {
    let Some(derived) = derived() else { return };
    let mut paths = Vec::new();
    find(&derived, name, &mut paths);
    assert!(!paths.is_empty(), "no {name} in {}", derived.display());
    let mut wrong = Vec::new();
    for found in paths {
        let (text, errors) = shown(path, &read(&found));
        if errors > 0 {
            wrong.push(format!("{}:\n{text}", found.display()));
        } else if std::env::var_os("SHOW").is_some() && !text.is_empty() {
            eprintln!("{}:\n{text}", found.display());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn published_permissions_and_instructions_have_no_error() {
    assert_no_error("connectorUiConfig.partial.json", "connectorDefinition.json", |path| {
        let config = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        definition(config)
    });
}

#[test]
fn published_release_notes_have_no_error() {
    assert_no_error("ReleaseNotes.body.md", "ReleaseNotes.md", |path| std::fs::read_to_string(path).unwrap());
}
