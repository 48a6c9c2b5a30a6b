use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::OperatorVerdict;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF051",
    name: "operator-not-for-transforms",
    severity: Severity::Error,
    page: include_str!("ccf051_operator_not_for_transforms.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = transform.file();
    let broken = transform.outline.broken().is_some();
    for operator in &transform.outline.operators {
        if report.is_full(file) {
            return;
        }
        let name = quoted(&operator.name);
        let place = transform.place(operator.span);
        match operator.verdict {
            OperatorVerdict::ManyRows => {
                let message =
                    format!("{name} works on several rows or tables, or gives several rows for one.");
                report.at(file, place, message);
            }
            OperatorVerdict::Undocumented => {
                let message =
                    format!("{name} is not among the operators that Microsoft lists for transformations.");
                report.at(file, place, message).severity(Severity::Warning);
            }
            // Where the text is broken before it the word may be anything.
            OperatorVerdict::Unknown if !broken => {
                let finding = report.at(file, place, format!("Kusto has no operator {name}."));
                finding.severity(Severity::Warning);
                if let Some(nearest) = operator.nearest {
                    finding
                        .help(format!(
                            "Did you mean {}? Operators are written in lower case.",
                            quoted(nearest)
                        ))
                        .suggest(
                            format!("Write {}", quoted(nearest)),
                            transform.replace(operator.span, nearest),
                        );
                }
            }
            // One that makes rows of its own is a misplaced word here.
            OperatorVerdict::Unknown | OperatorVerdict::Source | OperatorVerdict::Supported => {}
        }
    }
}
