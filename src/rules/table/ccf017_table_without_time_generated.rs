use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::schema::ColumnType;
use crate::artifact::table::TableType;
use crate::edit;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF017",
    name: "table-without-time-generated",
    severity: Severity::Error,
    page: include_str!("ccf017_table_without_time_generated.md"),
    check: Check::Table(check),
};

const NAME: &str = "TimeGenerated";

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = table.resource.file;
    let Some(list) = table.resource.find("/properties/schema/columns") else { return };
    // CCF016 says what is wrong with such a list.
    if list.as_array().is_none_or(|items| items.is_empty()) {
        return;
    }
    if let Some(column) = table.column(NAME) {
        let (Some(value), Some(text)) = (column.type_value(), column.type_name()) else { return };
        // CCF018 names the type that was meant where it is none, CCF020 another case.
        let Some((kind, _)) = TableType::read(text) else { return };
        if kind != TableType::Stream(ColumnType::Datetime) {
            report
                .at(
                    file,
                    value.span,
                    format!("`TimeGenerated` has the type {}, not `datetime`.", quoted(text)),
                )
                .help("Write `datetime`, and let the DCR's transformation make one of the event's time.")
                .suggest("Write `datetime`", edit::replace_string(file, value.span, "datetime"));
        }
        return;
    }
    let other = table
        .columns()
        .find(|column| column.name().is_some_and(|name| name.trim().eq_ignore_ascii_case(NAME)));
    if let Some((value, name)) = other.and_then(|column| Some((column.name_value()?, column.name()?))) {
        report
            .at(file, value.span, format!("The table has {} in place of `TimeGenerated`.", quoted(name)))
            .help("Write `TimeGenerated`: names of columns are case-sensitive.")
            .suggest("Write `TimeGenerated`", edit::replace_string(file, value.span, NAME));
        return;
    }
    // In a template a name may be an expression, which may give this one.
    if table.columns().any(|column| column.name().is_some() && column.literal_name().is_none()) {
        return;
    }
    let Some(member) = table.resource.member("/properties/schema/columns") else { return };
    let entry = "{ \"name\": \"TimeGenerated\", \"type\": \"datetime\" }";
    report
        .at(file, member.key_span, "The table has no column `TimeGenerated`.")
        .suggest("Add the column `TimeGenerated`", edit::append(file, list, entry));
}
