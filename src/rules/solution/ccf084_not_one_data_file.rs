use crate::artifact::folder::File;
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF084",
    name: "not-one-data-file",
    severity: Severity::Error,
    page: include_str!("ccf084_not_one_data_file.md"),
    check: Check::Solution(check),
};

/// What the packager leaves out when it takes the files in `Data` for data files.
const LEFT_OUT: [&str; 3] = ["parameters.json", "parameter.json", "system_generated_metadata.json"];

fn check(solution: &Solution<'_>, report: &mut Report) {
    let in_data = |file: &&&File| {
        let first = solution.relative(file).split_once('/').map(|(first, _)| first);
        first.is_some_and(|first| first.eq_ignore_ascii_case("Data"))
            && !LEFT_OUT.iter().any(|name| file.name().eq_ignore_ascii_case(name))
    };
    let inside: Vec<&&File> = solution.files.iter().filter(in_data).collect();
    if let [first, rest @ ..] = inside.as_slice() {
        for file in rest {
            let message = format!("Besides {} this is one more file in `Data`.", quoted(first.name()));
            report.at(file, start(file), message).severity(Severity::Warning).related(
                first.id,
                start(first),
                "the first file",
            );
        }
        return;
    }
    if solution.is_part() {
        return;
    }
    if let Some(file) = solution.data_files.first() {
        report.at(file, start(file), "The solution's data file is not in the folder `Data`.").help(
            "Move it to `Data`, below the solution's folder, under a name such as `Solution_<name>.json`.",
        );
        return;
    }
    // Without anything that only a whole solution has, it is a connector's folder alone.
    let witness = solution.metadata.or(solution.notes).or_else(|| solution.package.first().copied());
    if let Some(file) = witness {
        report.at(file, start(file), "The solution has no data file: there is none in the folder `Data`.");
    }
}

fn start(file: &File) -> Span {
    file.value().map(head).unwrap_or_default()
}
