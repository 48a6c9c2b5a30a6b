use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF011",
    name: "table-name-without-cl",
    severity: Severity::Error,
    page: include_str!("ccf011_table_name_without_cl.md"),
    check: Check::Table(check),
};

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let (Some(name), Some(value)) = (table.name(), table.resource.find("/name")) else { return };
    // A name in a template may start with the workspace's: `contoso/Larkspur_CL`.
    if name.is_empty() || name.ends_with("_CL") {
        return;
    }
    let stem = match name.get(name.len().saturating_sub(3)..) {
        Some(suffix) if suffix.eq_ignore_ascii_case("_cl") => {
            name.get(..name.len().saturating_sub(3)).unwrap_or(name)
        }
        _ => name,
    };
    let mended = format!("{stem}_CL");
    let mut edits = edit::replace_string(table.resource.file, value.span, &mended);
    let schema_name = table.resource.find("/properties/schema/name");
    if let Some(schema_name) = schema_name.filter(|value| value.as_str() == Some(name)) {
        edits.extend(edit::replace_string(table.resource.file, schema_name.span, &mended));
    }
    report
        .at(
            table.resource.file,
            value.span,
            format!("The table's name {} does not end in `_CL`.", quoted(name)),
        )
        .help(format!(
            "Name it {}, and write that name in the DCR's `outputStream` and in the definition's queries too.",
            quoted(&mended)
        ))
        .suggest(format!("Rename the table to {}", quoted(&mended)), edits);
}
