use crate::artifact::arm::{self, Fault, FaultKind};
use crate::artifact::folder::File;
use crate::artifact::resource::Resource;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF004",
    name: "unbalanced-expression",
    severity: Severity::Error,
    page: include_str!("ccf004_unbalanced_expression.md"),
    check: Check::Resource(check),
};

fn check(resource: &Resource<'_>, _: &Solution<'_>, report: &mut Report) {
    for (value, text) in resource.strings() {
        if let Some(fault) = arm::expression(text).and_then(|expression| expression.fault) {
            tell(resource.file, value, text, fault, report);
        }
    }
}

fn tell(file: &File, value: &Value, text: &str, fault: Fault, report: &mut Report) {
    let whole = quoted(text);
    let (message, help, title) = match fault.kind {
        FaultKind::NoEnd => (
            format!("The expression {whole} does not end in `]`, so Azure takes it for a text."),
            "Add the missing `]` at its end.",
            "Add the missing `]`",
        ),
        FaultKind::DoubleEnd => (
            format!("The expression {whole} ends in `]]`."),
            "Only the opening bracket is doubled: end it in one `]`.",
            "Remove one `]`",
        ),
        FaultKind::NotClosed('(') => (
            "This `(` of the expression is not closed.".to_owned(),
            "Add the missing `)` where the function's arguments end.",
            "Add the missing `)`",
        ),
        FaultKind::NotClosed(_) => (
            "This `[` of the expression is not closed.".to_owned(),
            "Add the missing `]` behind the index.",
            "Add the missing `]`",
        ),
        FaultKind::NotOpened(sign) => (
            format!("This `{sign}` of the expression closes nothing that is open."),
            "Remove it, or add what it closes.",
            "Remove it",
        ),
        FaultKind::OpenQuote => (
            "The single quotes of this expression do not come in pairs: this last one opens a string without an end."
                .to_owned(),
            "Add the missing `'`; write a `'` inside a string twice.",
            "",
        ),
        FaultKind::DoubleQuote => (
            "A double quote stands in an expression.".to_owned(),
            "Put strings of expressions into single quotes: `parameters('workspace')`.",
            "",
        ),
        FaultKind::Prose => (
            format!("Azure takes {whole} for an expression, because it stands between brackets."),
            "If it is a text, leave the brackets out, or put a word ahead of the first or behind the last.",
            "",
        ),
    };
    let span = arm::place(file, value, fault.span);
    let finding = report.at(file, span, message);
    finding.help(help);
    if fault.kind == FaultKind::DoubleEnd {
        finding.severity(Severity::Warning);
    }
    if let Some((gone, new)) = fault.repair {
        finding.suggest(title, edit::replace(file, arm::place(file, value, gone), new));
    }
}
