use crate::artifact::folder::File;
use crate::artifact::notes::Notes;
use crate::artifact::solution::Solution;
use crate::artifact::version::Version;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF119",
    name: "release-notes-of-another-version",
    severity: Severity::Warning,
    page: include_str!("ccf119_release_notes_of_another_version.md"),
    check: Check::DataFile(check),
};

fn check(file: &File, solution: &Solution<'_>, report: &mut Report) {
    let [_] = solution.data_files.as_slice() else { return };
    let Some(value) = file.value().and_then(|value| value.find("/Version")) else { return };
    let Some(version) = value.as_str().and_then(Version::parse) else { return };
    let Some((notes, read)) = solution.notes.and_then(|notes| Some((notes, Notes::read(notes)?))) else {
        return;
    };
    let Some((cell, newest)) = read.newest().and_then(|row| Some((row.version, row.version.version()?)))
    else {
        return;
    };
    // Releases in a wrong order are another rule's.
    let ordered = read.releases.iter().all(|row| row.version.version().is_none_or(|other| other <= newest));
    if newest == version || !ordered {
        return;
    }
    if newest > version {
        report
            .at(
                file,
                value.span,
                format!("The version is {version}, but the release notes speak of {newest}."),
            )
            .help("Raise the version, and package the solution again.")
            .related(notes.id, cell.span, "the newest release note")
            .suggest(
                format!("Raise the version to {newest}"),
                edit::replace_string(file, value.span, &newest.to_string()),
            );
    } else {
        report
            .at(
                notes,
                cell.span,
                format!("The newest release note is of {newest}, but the version is {version}."),
            )
            .help(format!("Add a row for {version} at the top of the table."))
            .related(file.id, value.span, "the solution's version");
    }
}
