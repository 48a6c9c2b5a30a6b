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
        let name = quoted(file.name());
        let title = resource.role.title();
        let rename = format!(
            "Give it a name that ends in `{word}.json`, and write it in the data file if it is listed there."
        );
        match said(file.name()) {
            Some(other) => report
                .at(
                    file,
                    resource.head(),
                    format!("The name {name} says {}, but this is a {title}.", other.title()),
                )
                .help(format!(
                    "Look at the content first: if the {} is missing, it belongs here. {rename}",
                    other.title()
                )),
            None => report
                .at(file, resource.head(), format!("The name {name} does not say that this is a {title}."))
                .help(rename),
        };
    }
}

/// The words in the names of published files.
fn words(role: Role) -> &'static [&'static str] {
    match role {
        Role::Table => &["table", "_cl.json"],
        Role::Dcr => &["dcr", "datacollectionrule"],
        Role::Definition => &["definition"],
        Role::Connector => &["connector", "poll", "push"],
    }
}

/// What a name says that a file is.
fn said(name: &str) -> Option<Role> {
    let name = name.to_ascii_lowercase();
    // `ConnectorDefinition` is a definition.
    let roles = [Role::Definition, Role::Dcr, Role::Connector, Role::Table];
    roles.into_iter().find(|role| words(*role).iter().any(|word| name.contains(word)))
}

fn is_usual(resource: &Resource<'_>) -> bool {
    let name = resource.file.name().to_ascii_lowercase();
    let words = words(resource.role);
    let table = || resource.name().is_some_and(|table| name.contains(&table.to_ascii_lowercase()));
    words.iter().any(|word| name.contains(word)) || (resource.role == Role::Table && table())
}
