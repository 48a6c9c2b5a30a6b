use crate::artifact::folder::File;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::string_or_null;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF085",
    name: "name-differs-from-folder",
    severity: Severity::Error,
    page: include_str!("ccf085_name_differs_from_folder.md"),
    check: Check::DataFile(check),
};

fn check(file: &File, solution: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    let folder = solution.folder_name().filter(|name| !name.is_empty());
    let Some(value) = root.find("/Name") else {
        let finding = report.at(file, head(root), "The data file has no `Name`.");
        if let Some(folder) = folder {
            let entry = format!("\"Name\": {}", string_or_null(Some(folder)));
            finding.suggest(
                format!("Add the folder's name, {}", quoted(folder)),
                edit::append(file, root, &entry),
            );
        }
        return;
    };
    let (span, message, severity) = match (value.as_str(), folder) {
        (None, _) => (value.span, format!("`Name` is {}, not a string.", value.described()), Severity::Error),
        (Some(_), _) if is_blank(value) => (value.span, "`Name` is empty.".to_owned(), Severity::Error),
        (Some(name), Some(folder)) if name != folder => {
            let same = name.eq_ignore_ascii_case(folder);
            let how = if same { "has another case than" } else { "is not that of" };
            let message =
                format!("The name {} {how} the solution's folder, {}.", quoted(name), quoted(folder));
            (value.span, message, if same { Severity::Warning } else { Severity::Error })
        }
        _ => return,
    };
    let finding = report.at(file, span, message);
    finding.severity(severity);
    if let Some(folder) = folder {
        finding.suggest(
            format!("Change the name to {}", quoted(folder)),
            edit::replace_string(file, span, folder),
        );
    }
}
