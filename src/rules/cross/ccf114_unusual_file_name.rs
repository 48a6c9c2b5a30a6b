use crate::artifact::resource::{Resource, Role};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF114",
    name: "unusual-file-name",
    severity: Severity::Info,
    page: include_str!("ccf114_unusual_file_name.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    if solution.is_part() {
        return;
    }
    let mut last = None;
    for resource in solution.resources().filter(|resource| resource.is_packaged()) {
        let file = resource.file;
        // The resources of an array follow each other.
        if is_usual(resource) || last.replace(file.id) == Some(file.id) {
            continue;
        }
        let word = match resource.role {
            Role::Table => "Table",
            Role::Dcr => "DCR",
            Role::Definition => "ConnectorDefinition",
            Role::Connector => "DataConnector",
        };
        let message = format!("The name {} does not say that this is a {}.", quoted(file.name()), resource.role.title());
        report
            .at(file, resource.head(), message)
            .help(format!("Give it a name that ends in `{word}.json`, and write it in the data file if it is listed there."));
    }
}

fn is_usual(resource: &Resource<'_>) -> bool {
    let name = resource.file.name().to_ascii_lowercase();
    let words: &[&str] = match resource.role {
        Role::Table => &["table", "_cl.json"],
        Role::Dcr => &["dcr", "datacollectionrule"],
        Role::Definition => &["definition"],
        Role::Connector => &["connector", "poll", "push"],
    };
    let table = || resource.name().is_some_and(|table| name.contains(&table.to_ascii_lowercase()));
    words.iter().any(|word| name.contains(word)) || (resource.role == Role::Table && table())
}
