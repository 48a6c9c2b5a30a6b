use crate::artifact::data_file;
use crate::artifact::definition::Definition;
use crate::artifact::folder::{File, FileId};
use crate::artifact::resource::Role;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::string_or_null;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "CCF150",
    name: "definition-not-listed",
    severity: Severity::Warning,
    page: include_str!("ccf150_definition_not_listed.md"),
    check: Check::DataFile(check),
};

fn check(data_file: &File, solution: &Solution<'_>, report: &mut Report) {
    let Some(member) = data_file::connectors_member(data_file).filter(|_| solution.data_files.len() == 1) else {
        return;
    };
    let listed: HashSet<FileId> = match data_file::listed(data_file, solution) {
        // An entry that leads to nothing may be meant for what is missing.
        paths if paths.is_empty() || paths.iter().any(|path| path.file.is_none()) => return,
        paths => paths.iter().filter_map(|path| path.file).map(|file| file.id).collect(),
    };
    let id_of = |definition: &Definition<'_>| Some(definition.id()?.as_str()?.to_ascii_lowercase());
    let packaged = |definition: &&Definition<'_>| listed.contains(&definition.resource.id());
    let ids: HashSet<String> = solution.definitions.iter().filter(packaged).filter_map(id_of).collect();
    // So may one that leads to another part of a connector.
    if solution.resources().any(|part| part.role != Role::Definition && listed.contains(&part.id())) {
        return;
    }
    for definition in solution.push_definitions().filter(|definition| definition.resource.is_packaged()) {
        let file = definition.resource.file;
        let Some(value) = definition.id() else { continue };
        // A second definition with the id of a listed one is another rule's.
        if listed.contains(&file.id) || id_of(definition).is_none_or(|id| ids.contains(&id)) {
            continue;
        }
        let path = solution.relative(file);
        let message = format!("The data file does not list this definition, {}.", quoted(path));
        report.at(file, value.span, message).related(data_file.id, member.key_span, "the list").suggest(
            format!("Add {} to the list", quoted(path)),
            edit::append(data_file, &member.value, &string_or_null(Some(path))),
        );
    }
}
