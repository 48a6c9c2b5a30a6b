use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::ProblemKind;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF057",
    name: "transform-with-broken-syntax",
    severity: Severity::Error,
    page: include_str!("ccf057_transform_with_broken_syntax.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = transform.file();
    let text = transform.text;
    let broken = transform.outline.broken();
    for problem in &transform.outline.problems {
        if report.is_full(file) {
            return;
        }
        // What comes of the first mistake is not reported; a bad escape is one of its own.
        let own = broken.is_some_and(|broken| std::ptr::eq(broken, problem));
        if !own && (problem.kind != ProblemKind::InvalidEscape || broken.is_some()) {
            continue;
        }
        let found = quoted(problem.span.of(text).unwrap_or_default());
        let (message, help) = match &problem.kind {
            ProblemKind::UnterminatedString => (
                "This string does not end on its line.".to_owned(),
                "Close it with the quote that it begins with. A quote inside is written with a backslash ahead of it.",
            ),
            ProblemKind::InvalidEscape => (
                format!("{found} is no escape sequence of a string."),
                "Put an `@` ahead of the string, as in `@\"\\d+\"`: then backslashes mean themselves. Or write each backslash twice.",
            ),
            ProblemKind::BlockComment => (
                "`/*` begins no comment in KQL.".to_owned(),
                "Write `//` ahead of every line of the comment.",
            ),
            ProblemKind::UnclosedBracket => {
                (format!("The bracket {found} is not closed."), "Add its partner.")
            }
            ProblemKind::StrayBracket => (
                format!("The bracket {found} has no partner ahead of it."),
                "Remove it, or open it where it belongs.",
            ),
            ProblemKind::TooDeep => (
                "Brackets or operators are nested too deeply to follow.".to_owned(),
                "Split the expression into several `extend` stages.",
            ),
            ProblemKind::TrailingPipe => (
                "This transformation ends with a pipe.".to_owned(),
                "Remove it, or write the operator behind it.",
            ),
            ProblemKind::EmptyStage => {
                ("Nothing stands between these two pipes.".to_owned(), "Remove one of the pipes.")
            }
            ProblemKind::EmptyStatement => {
                ("This semicolon has no statement ahead of it.".to_owned(), "Remove the semicolon.")
            }
            ProblemKind::SecondQuery => (
                "A second query begins here.".to_owned(),
                "A transformation is one query: put what follows the semicolon behind a pipe, or into a flow of its own.",
            ),
            _ => continue,
        };
        let finding = report.at(file, transform.place(problem.span), message);
        finding.help(help);
        if problem.kind == ProblemKind::TrailingPipe {
            finding.fix("Remove the pipe", transform.replace(trailing(text, problem.span), ""));
        }
        if problem.kind == ProblemKind::InvalidEscape {
            let start = Span { start: problem.span.start, end: problem.span.start };
            finding.suggest("Write the backslash twice", transform.replace(start, "\\"));
        }
    }
}

/// A pipe at the end with the blanks ahead of it.
fn trailing(text: &str, pipe: Span) -> Span {
    let ahead = text.get(..pipe.start).unwrap_or_default();
    let ahead = ahead.trim_end().trim_end_matches('|').trim_end();
    Span { start: ahead.len(), end: text.trim_end().len().max(pipe.end) }
}
