use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::kql::{ProblemKind, Source};
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF050",
    name: "transform-without-source",
    severity: Severity::Error,
    page: include_str!("ccf050_transform_without_source.md"),
    check: Check::Solution(check),
};

/// What stands in the place of `source` where it was forgotten together with the first pipe.
const OPERATORS: [&str; 8] =
    ["where", "extend", "project", "project-away", "project-rename", "project-keep", "parse", "parse-where"];

fn check(solution: &Solution<'_>, report: &mut Report) {
    for dcr in &solution.dcrs {
        for value in dcr.flows().filter_map(|flow| flow.transform()) {
            if value.as_str().is_none() {
                let message = format!("`transformKql` is {}, not a text.", value.described());
                report
                    .at(dcr.resource.file, value.span, message)
                    .help("Write the transformation as a string, or leave it out.");
            }
        }
    }
    for transform in &solution.transforms {
        let file = transform.file();
        let text = transform.text;
        if transform.value.is_none() {
            report
                .at(
                    file,
                    head(transform.flow.value),
                    "This flow has no `transformKql`: its rows pass as they are.",
                )
                .severity(Severity::Info)
                .help("If that is meant, `\"transformKql\": \"source\"` says so.");
            continue;
        }
        if transform.outline.source == Source::Own {
            let message =
                "This transformation makes a row of its own instead of transforming those of the stream.";
            report
                .at(file, transform.whole(), message)
                .severity(Severity::Warning)
                .help("Begin with `source`: `source | extend …`.");
            continue;
        }
        let Some(problem) = transform.outline.broken() else { continue };
        match problem.kind {
            ProblemKind::NoQuery if text.trim().is_empty() => {
                report.at(file, transform.whole(), "This transformation is empty.");
            }
            ProblemKind::NoQuery => {
                let message = "This transformation has no query: only comments or `let` statements.";
                report.at(file, transform.whole(), message);
            }
            ProblemKind::NotSource => {
                let found = problem.span.of(text).unwrap_or_default();
                let operator = OPERATORS.iter().find(|name| found.eq_ignore_ascii_case(name));
                let (fix, title) = match (found, operator) {
                    ("", _) => (transform.replace(problem.span, "source "), "Put `source` ahead of it"),
                    (_, Some(_)) => {
                        let start = Span { start: problem.span.start, end: problem.span.start };
                        (transform.replace(start, "source | "), "Put `source |` ahead of it")
                    }
                    _ => (transform.replace(problem.span, "source"), "Write `source`"),
                };
                let message = match found {
                    "" => "This transformation begins with a pipe instead of `source`.".to_owned(),
                    _ => format!("This transformation begins with {} instead of `source`.", quoted(found)),
                };
                // An expression in its place can be anything.
                let replaced =
                    found.is_empty() || found.starts_with(|first: char| first.is_ascii_alphabetic());
                let finding = report.at(file, transform.place(problem.span), message);
                if replaced {
                    finding.suggest(title, fix);
                }
            }
            _ => {}
        }
    }
}
