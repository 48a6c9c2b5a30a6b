use crate::artifact::data_file::{Listed, connectors_member, listed};
use crate::artifact::folder::{File, FileId};
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::{Value, string_or_null};
use crate::rules::{Check, Report, Rule};
use crate::text::{quoted, squeezed};
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "CCF088",
    name: "connector-list-broken",
    severity: Severity::Error,
    page: include_str!("ccf088_connector_list_broken.md"),
    check: Check::DataFile(check),
};

fn check(file: &File, solution: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    // The packager reads only files that hold nothing but a definition.
    let definitions: Vec<&File> =
        solution.push_definitions().map(|definition| definition.resource.file).collect();
    let Some(member) = connectors_member(file) else {
        if !definitions.is_empty() {
            report_missing(file, root, &definitions, solution, report);
        }
        return;
    };
    let value = &member.value;
    let paths = listed(file, solution);
    let is_text = value.as_str().is_some_and(|text| text.trim_start().starts_with('['));
    if value.as_array().is_none() && !is_text {
        let message = format!("`Data Connectors` is {}, not an array of paths.", value.described());
        let finding = report.at(file, value.span, message);
        if value.as_str().is_some_and(|text| !text.is_empty())
            && let Some(text) = value.span.of(&file.text)
        {
            finding
                .suggest("Put the path into an array", edit::replace(file, value.span, format!("[{text}]")));
        }
        return;
    }
    for item in value.as_array().unwrap_or_default() {
        if item.as_str().is_none() {
            let message = format!("This entry of `Data Connectors` is {}, not a path.", item.described());
            report.at(file, item.span, message);
        }
    }
    // What a data file alone names cannot be looked up.
    if solution.resources().next().is_none() && solution.others.is_empty() {
        return;
    }
    let known: HashSet<FileId> = paths.iter().filter_map(|path| Some(path.file?.id)).collect();
    let left_out: Vec<&File> = definitions.into_iter().filter(|file| !known.contains(&file.id)).collect();
    let mut broken = false;
    for path in paths.iter().filter(|path| path.file.is_none()) {
        broken = true;
        report_path(file, path, &left_out, value, solution, report);
    }
    // A path that leads nowhere was most likely to lead to it.
    if broken {
        return;
    }
    for definition in left_out {
        let path = solution.relative(definition);
        let finding =
            report.at(file, member.key_span, format!("`Data Connectors` does not list {}.", quoted(path)));
        finding
            .severity(Severity::Warning)
            .help("Add the path of the definition: without it the connector is not in the package.")
            .related(definition.id, definition.value().map(head).unwrap_or_default(), "this definition");
        if value.as_array().is_some() {
            finding.suggest("Add its path", edit::append(file, value, &string_or_null(Some(path))));
        }
    }
}

fn report_missing(
    file: &File,
    root: &Value,
    definitions: &[&File],
    solution: &Solution<'_>,
    report: &mut Report,
) {
    let members = root.as_object().unwrap_or_default();
    // `DataConnectors` and the like: near enough to be meant.
    let meant = members.iter().find(|member| {
        let key = squeezed(&member.key);
        key == "dataconnectors" || key == "dataconnector" || key == "connectors"
    });
    if let Some(meant) = meant {
        let message =
            format!("The list of connectors is called `Data Connectors`, not {}.", quoted(&meant.key));
        report
            .at(file, meant.key_span, message)
            .fix("Rename it", edit::replace_string(file, meant.key_span, "Data Connectors"));
        return;
    }
    let paths: Vec<String> =
        definitions.iter().take(100).map(|file| string_or_null(Some(solution.relative(file)))).collect();
    let entry = format!("\"Data Connectors\": [{}]", paths.join(", "));
    report
        .at(file, head(root), "The data file has no `Data Connectors`.")
        .suggest("Add the list", edit::append(file, root, &entry));
}

fn report_path(
    file: &File,
    path: &Listed<'_>,
    left_out: &[&File],
    list: &Value,
    solution: &Solution<'_>,
    report: &mut Report,
) {
    let as_written = path.text.replace('\\', "/");
    if path.text.trim().is_empty() {
        report.at(file, path.span, "This path is empty.");
        return;
    }
    // The packager removes the solution's name wherever it stands ahead of a slash.
    if !report.is_full(file) && solution.at(&as_written).is_some() {
        let message =
            format!("The packager reads the path {} as {}.", quoted(&path.text), quoted(&path.path));
        report.at(file, path.span, message).help(
            "Rename the folder of the connector: the packager takes the solution's name out of the path, which may \
             stand only at its start.",
        );
        return;
    }
    let finding = report.at(file, path.span, format!("There is no file {}.", quoted(&path.path)));
    if let [only] = left_out
        && !is_blank(list)
        && list.as_array().is_some()
    {
        let meant = solution.relative(only);
        finding
            .related(only.id, only.value().map(head).unwrap_or_default(), "a definition that is not listed")
            .suggest(format!("Change it to {}", quoted(meant)), edit::replace_string(file, path.span, meant));
    }
}
