use crate::artifact::data_file::{connectors_member, listed};
use crate::artifact::folder::{File, FileId};
use crate::artifact::resource::{Origin, Resource, Role};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF089",
    name: "listed-file-is-no-definition",
    severity: Severity::Error,
    page: include_str!("ccf089_listed_file_is_no_definition.md"),
    check: Check::DataFile(check),
};

fn check(file: &File, solution: &Solution<'_>, report: &mut Report) {
    let Some(member) = connectors_member(file) else { return };
    // What a file that is packaged as one resource is. Templates that embed resources are connectors of older kinds.
    let mut roles: HashMap<FileId, &Resource<'_>> = HashMap::new();
    for resource in solution.resources().filter(|resource| resource.origin != Origin::Template) {
        let role = roles.entry(resource.id()).or_insert(resource);
        if resource.role == Role::Definition {
            *role = resource;
        }
    }
    let paths = listed(file, solution);
    let resource = |id: FileId| roles.get(&id).copied();
    // Removing the last entry would leave no connector.
    let others = paths.iter().any(|path| {
        path.file.and_then(|found| resource(found.id)).is_some_and(|found| found.role == Role::Definition)
    });
    for path in &paths {
        if report.is_full(file) {
            return;
        }
        let Some(found) = path.file.and_then(|found| resource(found.id)) else { continue };
        if found.role == Role::Definition {
            continue;
        }
        let message =
            format!("{} is a {}, not a connector definition.", quoted(&path.path), found.role.title());
        let finding = report.at(file, path.span, message);
        finding.related(found.id(), found.head(), format!("the {}", found.role.title()));
        if others && member.value.as_array().is_some() {
            finding.suggest("Remove it from the list", edit::remove(file, &member.value, path.span));
        }
    }
}
