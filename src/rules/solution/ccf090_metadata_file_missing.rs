use crate::artifact::folder::File;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::string_or_null;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF090",
    name: "metadata-file-missing",
    severity: Severity::Error,
    page: include_str!("ccf090_metadata_file_missing.md"),
    check: Check::DataFile(check),
};

fn check(file: &File, solution: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    let usual = solution.metadata.map_or("SolutionMetadata.json", |metadata| solution.relative(metadata));
    let Some(value) = root.find("/Metadata") else {
        let entry = format!("\"Metadata\": {}", string_or_null(Some(usual)));
        report
            .at(file, head(root), "The data file has no `Metadata`.")
            .suggest(format!("Add {}", quoted(usual)), edit::append(file, root, &entry));
        return;
    };
    let message = match value.as_str() {
        None => format!("`Metadata` is {}, not the path of a file.", value.described()),
        Some(_) if is_blank(value) => "`Metadata` is empty.".to_owned(),
        // What a data file alone names cannot be looked up.
        Some(path) if !solution.is_part() && solution.at(&path.replace('\\', "/")).is_none() => {
            format!("There is no file {}.", quoted(path))
        }
        Some(_) => return,
    };
    let finding = report.at(file, value.span, message);
    if let Some(metadata) = solution.metadata {
        let path = solution.relative(metadata);
        finding
            .related(metadata.id, metadata.value().map(head).unwrap_or_default(), "the solution's metadata")
            .suggest(format!("Change it to {}", quoted(path)), edit::replace_string(file, value.span, path));
    }
}
