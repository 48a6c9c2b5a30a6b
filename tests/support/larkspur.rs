//! The sound solution in `fixtures/connectors/larkspur`, and the roles that the tests of the rules call its files by.

use std::path::Path;

/// The files that people write, by role.
pub const SOURCES: [(&str, &str); 7] = [
    ("table", "Data Connectors/Larkspur_ccf/table.json"),
    ("dcr", "Data Connectors/Larkspur_ccf/DCR.json"),
    ("connector", "Data Connectors/Larkspur_ccf/dataConnector.json"),
    ("definition", "Data Connectors/Larkspur_ccf/connectorDefinition.json"),
    ("data-file", "Data/Solution_larkspur.json"),
    ("metadata", "SolutionMetadata.json"),
    ("notes", "ReleaseNotes.md"),
];

/// What the packager made of them, by role.
pub const PACKAGE: [(&str, &str); 3] = [
    ("main-template", "Package/mainTemplate.json"),
    ("ui-definition", "Package/createUiDefinition.json"),
    ("test-parameters", "Package/testParameters.json"),
];

/// The text of one of its files.
pub fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/connectors/larkspur").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
