use crate::artifact::definition::Definition;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF074",
    name: "connectivity-criterion-unknown",
    severity: Severity::Error,
    page: include_str!("ccf074_connectivity_criterion_unknown.md"),
    check: Check::Definition(check),
};

const QUERY: &str = "IsConnectedQuery";
const CONNECTORS: &str = "HasDataConnectors";

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    let criteria = definition.find("/connectivityCriteria").and_then(Value::as_array);
    for criterion in criteria.unwrap_or_default() {
        if criterion.as_object().is_none() {
            let message =
                format!("This criterion is {}, not an object with a `type`.", criterion.described());
            report.at(file, criterion.span, message);
            continue;
        }
        let Some(kind) = criterion.find("/type") else {
            report.at(file, head(criterion), "This criterion has no `type`.");
            continue;
        };
        match kind.as_str() {
            Some(text) if text.eq_ignore_ascii_case(QUERY) => check_queries(definition, criterion, report),
            Some(text) if text.eq_ignore_ascii_case(CONNECTORS) => {}
            Some(text) => {
                let message = format!("No criterion has the type {}.", quoted(text));
                let finding = report.at(file, kind.span, message);
                if let Some(meant) = nearest(text, [QUERY, CONNECTORS]) {
                    finding.suggest(
                        format!("Change it to `{meant}`"),
                        edit::replace_string(file, kind.span, meant),
                    );
                }
            }
            None => {
                let message = format!("The criterion's `type` is {}, not a string.", kind.described());
                report.at(file, kind.span, message);
            }
        }
    }
}

fn check_queries(definition: &Definition<'_>, criterion: &Value, report: &mut Report) {
    let file = definition.resource.file;
    let Some(value) = criterion.find("/value") else {
        report.at(file, head(criterion), "The criterion `IsConnectedQuery` has no `value`: no query.");
        return;
    };
    if is_blank(value) {
        report.at(file, value.span, "The criterion's `value` has no query.");
        return;
    }
    let Some(queries) = value.as_array() else {
        let message = format!("The criterion's `value` is {}, not an array of queries.", value.described());
        let finding = report.at(file, value.span, message);
        if value.as_str().is_some()
            && let Some(text) = value.span.of(&file.text)
        {
            finding.fix("Put the query into an array", edit::replace(file, value.span, format!("[{text}]")));
        }
        return;
    };
    for query in queries {
        if query.as_str().is_none() {
            let message = format!("This query is {}, not a string.", query.described());
            report.at(file, query.span, message);
        } else if is_blank(query) {
            report.at(file, query.span, "This query is empty.");
        }
    }
}
