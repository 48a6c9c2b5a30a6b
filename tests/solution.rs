//! Which files make up a solution, and what each is in it. A folder is written as lines `path: content`, where a
//! content is a word from [`content`] or JSON.

use ccf_edge::artifact::folder::{File, Folder};
use ccf_edge::artifact::solution::{Solution, solutions};

const TABLE: &str = r#"{ "type": "Microsoft.OperationalInsights/workspaces/tables", "name": "A_CL" }"#;
const DCR: &str = r#"{ "type": "Microsoft.Insights/dataCollectionRules", "name": "ADCR" }"#;
const DEFINITION: &str = r#"{ "type": "Microsoft.SecurityInsights/dataConnectorDefinitions", "name": "A" }"#;
const CONNECTOR: &str =
    r#"{ "type": "Microsoft.SecurityInsights/dataConnectors", "kind": "Push", "name": "A" }"#;

fn content(word: &str) -> String {
    match word {
        "table" => TABLE.to_owned(),
        "dcr" => DCR.to_owned(),
        "definition" => DEFINITION.to_owned(),
        "connector" => CONNECTOR.to_owned(),
        "data" => r#"{ "Name": "A", "Metadata": "SolutionMetadata.json", "Data Connectors": [] }"#.to_owned(),
        "metadata" => r#"{ "publisherId": "a", "offerId": "b" }"#.to_owned(),
        "tables" => format!("[{TABLE}, {TABLE}]"),
        "template" => {
            format!(r#"{{ "resources": [{DCR}, {{ "properties": {{ "mainTemplate": [{TABLE}] }} }}] }}"#)
        }
        other => other.to_owned(),
    }
}

fn folder(name: Option<&str>, lines: &str) -> Folder {
    let mut folder = Folder::new(name);
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (path, word) = line.split_once(": ").unwrap();
        folder.add(path, content(word).as_bytes());
    }
    folder
}

/// A line for every file that has a part: `root | role path`, role by role.
fn shown(folder: &Folder) -> String {
    let mut lines = Vec::new();
    for solution in solutions(folder) {
        let mut line = |role: &str, file: &File| {
            let root = if solution.root.is_empty() { "." } else { &solution.root };
            lines.push(format!("{root} | {role} {}", solution.relative(file)));
        };
        solution.tables.iter().for_each(|table| line("table", table.resource.file));
        solution.dcrs.iter().for_each(|dcr| line("dcr", dcr.resource.file));
        solution.definitions.iter().for_each(|definition| line("definition", definition.resource.file));
        solution.connectors.iter().for_each(|connector| line("connector", connector.resource.file));
        solution.data_files.iter().for_each(|file| line("data", file));
        solution.metadata.iter().for_each(|file| line("metadata", file));
        solution.notes.iter().for_each(|file| line("notes", file));
        solution.package.iter().for_each(|file| line("package", file));
        solution.others.iter().for_each(|file| line("other", file));
    }
    lines.join("\n")
}

#[track_caller]
fn reads(name: Option<&str>, lines: &str, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(shown(&folder(name, lines)), expected.join("\n"));
}

#[test]
fn a_solution_with_everything() {
    reads(
        Some("A"),
        "Data/Solution_A.json: data
         Data/system_generated_metadata.json: {}
         Data Connectors/A_ccf/t.json: table
         Data Connectors/A_ccf/d.json: dcr
         Data Connectors/A_ccf/p.json: connector
         Data Connectors/A_ccf/u.json: definition
         Data Connectors/A_ccf/typo.json: {}
         Data Connectors/AzureFunction/host.json: {}
         Data Connectors/logo.svg: <svg/>
         Logos/A.svg: <svg/>
         Package/mainTemplate.json: template
         Package/createUiDefinition.json: {}
         ReleaseNotes.md: notes
         SolutionMetadata.json: metadata
         Workbooks/w.json: {}",
        ". | table Data Connectors/A_ccf/t.json
        . | dcr Data Connectors/A_ccf/d.json
        . | definition Data Connectors/A_ccf/u.json
        . | connector Data Connectors/A_ccf/p.json
        . | data Data/Solution_A.json
        . | metadata SolutionMetadata.json
        . | notes ReleaseNotes.md
        . | package Package/createUiDefinition.json
        . | package Package/mainTemplate.json
        . | other Data Connectors/A_ccf/typo.json",
    );
}

#[test]
fn a_repository_has_many_solutions_and_those_about_something_else_are_left_out() {
    reads(
        None,
        "Solutions/A/Data Connectors/A_ccf/d.json: dcr
         Solutions/A/SolutionMetadata.json: metadata
         Solutions/B/Data/Solution_B.json: data
         Solutions/B/Data Connectors/B.json: definition
         Solutions/B/Data Connectors/B_ccf/d.json: dcr
         Solutions/Old/Data/Solution_Old.json: data
         Solutions/Old/Data Connectors/Old.json: { \"id\": \"Old\", \"connectivityCriterias\": [] }
         Solutions/Typo/Data Connectors/Typo.json: { \"properties\": { \"streamDeclarations\": {} } }
         package.json: {}",
        "Solutions/A | dcr Data Connectors/A_ccf/d.json
         Solutions/A | metadata SolutionMetadata.json
         Solutions/B | dcr Data Connectors/B_ccf/d.json
         Solutions/B | definition Data Connectors/B.json
         Solutions/B | data Data/Solution_B.json
         Solutions/Typo | other Data Connectors/Typo.json",
    );
}

#[test]
fn a_flat_folder_is_a_solution_with_its_data_file_and_metadata() {
    reads(
        Some("A"),
        "DCR.json: dcr
         ReleaseNotes.md: notes
         Solution_A.json: data
         meta.json: metadata
         connectorDefinition.json: definition",
        ". | dcr DCR.json
        . | definition connectorDefinition.json
        . | data Solution_A.json
        . | metadata meta.json
        . | notes ReleaseNotes.md",
    );
}

#[test]
fn folders_of_parts_without_a_marker_are_one_solution() {
    reads(
        None,
        "connector/dcr/d.json: dcr
         connector/tables/t.json: table
         connector/ui/u.json: definition
         docs/readme.json: {}",
        "connector | table tables/t.json
         connector | dcr dcr/d.json
         connector | definition ui/u.json",
    );
}

#[test]
fn folders_that_are_whole_connectors_are_solutions_of_their_own() {
    reads(
        None,
        "a/d.json: dcr
         a/u.json: definition
         b/d.json: dcr
         b/tables/t.json: table
         b/u.json: definition",
        "a | dcr d.json
         a | definition u.json
         b | table tables/t.json
         b | dcr d.json
         b | definition u.json",
    );
}

#[test]
fn a_connector_beside_marked_solutions_is_not_passed_over() {
    reads(
        None,
        "Solutions/A/Data Connectors/A_ccf/d.json: dcr
         draft/d.json: dcr",
        "Solutions/A | dcr Data Connectors/A_ccf/d.json
         draft | dcr d.json",
    );
}

#[test]
fn metadata_in_a_wrong_folder_does_not_take_the_data_file_away() {
    reads(
        None,
        "A/Data/SolutionMetadata.json: metadata
         A/Data/Solution_A.json: data
         A/Data Connectors/d.json: dcr",
        "A | dcr Data Connectors/d.json
         A | data Data/SolutionMetadata.json
         A | data Data/Solution_A.json
         A | metadata Data/SolutionMetadata.json",
    );
}

#[test]
fn only_the_connectors_of_a_solution() {
    reads(
        Some("Data Connectors"),
        "A_ccf/d.json: dcr
         A_ccf/u.json: definition
         B_ccf/d.json: dcr
         B_ccf/u.json: definition
         C_ccf/typo.json: {}",
        ". | dcr A_ccf/d.json
         . | dcr B_ccf/d.json
         . | definition A_ccf/u.json
         . | definition B_ccf/u.json
         . | other C_ccf/typo.json",
    );
}

#[test]
fn one_file_alone() {
    reads(None, "A_DCR.json: dcr", ". | dcr A_DCR.json");
    reads(None, "deep/in/A_DCR.json: dcr", "deep/in | dcr A_DCR.json");
    reads(None, "typo.json: { \"properties\": { \"dataFlows\": [] } }", ". | other typo.json");
    reads(None, "event.json: { \"name\": \"A\" }", "");
    reads(None, "notes.txt: none", "");
    let broken = folder(None, "a.json: {\nb.json: {");
    assert_eq!(solutions(&broken)[0].files.len(), 2, "files that cannot be read are not passed over");
}

#[test]
fn resources_in_an_array_and_in_a_template() {
    reads(None, "tables.json: tables", ". | table tables.json\n. | table tables.json");
    reads(None, "azuredeploy.json: template", ". | table azuredeploy.json\n. | dcr azuredeploy.json");
}

#[test]
fn only_the_packagers_package_is_a_package() {
    reads(
        None,
        "package/connector/d.json: dcr
         package/connector/u.json: definition",
        "package/connector | dcr d.json
         package/connector | definition u.json",
    );
    reads(Some("A"), "Package/mainTemplate.json: template", ". | package Package/mainTemplate.json");
    reads(None, "A/Package/mainTemplate.json: template", "A | package Package/mainTemplate.json");
}

#[test]
fn nothing_to_read_is_no_solution() {
    reads(Some("empty"), "", "");
}

#[test]
fn paths_and_names() {
    let repository = folder(
        Some("repository"),
        "Solutions/A/Data Connectors/A_ccf/d.json: dcr
         Solutions/A/Logos/A.svg: <svg/>",
    );
    let solution: &Solution<'_> = &solutions(&repository)[0];
    assert_eq!(solution.folder_name(), Some("A"));
    assert_eq!(
        solution.at("data connectors/a_CCF/D.json").unwrap().path,
        "Solutions/A/Data Connectors/A_ccf/d.json"
    );
    assert!(solution.at("Logos/A.svg").is_some());
    assert!(solution.at("d.json").is_none());
    let connectors = folder(Some("Data Connectors"), "A_ccf/d.json: dcr");
    assert_eq!(solutions(&connectors)[0].folder_name(), None);
}

#[test]
fn a_solution_of_which_one_kind_was_given_is_a_part() {
    for (lines, part) in [
        ("t.json: table", true),
        ("t.json: table\nu.json: table", true),
        ("t.json: table\nd.json: dcr", false),
        ("Package/mainTemplate.json: template", true),
    ] {
        assert_eq!(solutions(&folder(None, lines))[0].is_part(), part, "{lines}");
    }
}

#[test]
fn a_folder_with_very_many_files_is_read_in_linear_time() {
    let mut folder = Folder::new(None);
    for number in 0..20_000 {
        folder.add(&format!("s{number}/Data Connectors/d.json"), DCR.as_bytes());
    }
    assert_eq!(solutions(&folder).len(), 20_000);
}
