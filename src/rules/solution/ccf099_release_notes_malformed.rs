use crate::artifact::folder::File;
use crate::artifact::notes::{Notes, Release};
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::artifact::version::Version;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF099",
    name: "release-notes-malformed",
    severity: Severity::Warning,
    page: include_str!("ccf099_release_notes_malformed.md"),
    check: Check::Solution(check),
};

/// The columns that every table of release notes has.
const COLUMNS: usize = 3;

fn check(solution: &Solution<'_>, report: &mut Report) {
    let Some(file) = solution.notes else {
        if let Some(data_file) = solution.data_files.first().filter(|_| !solution.is_part()) {
            report
                .at(
                    data_file,
                    data_file.value().map(head).unwrap_or_default(),
                    "The solution has no `ReleaseNotes.md`.",
                )
                .help("Write `ReleaseNotes.md` into the solution's folder, with a table of releases.");
        }
        return;
    };
    let Some(notes) = Notes::read(file) else {
        report.at(file, Span::default(), "The release notes have no table of releases.");
        return;
    };
    if notes.header.len() < COLUMNS {
        let message = format!("The table has {} columns, not three.", notes.header.len());
        report.at(file, notes.header_span, message);
    }
    if notes.releases.is_empty() {
        report.at(file, notes.header_span, "The table has no release.");
    }
    let mut above: Option<(Version, Span)> = None;
    for release in &notes.releases {
        if report.is_full(file) {
            return;
        }
        // In a table of fewer columns nobody knows which is the date.
        if notes.header.len() >= COLUMNS {
            check_date(file, release, report);
        }
        let cell = release.version;
        let Some(version) = cell.version() else {
            let message = match cell.plain() {
                "" => "This release has no version.".to_owned(),
                text => format!("The version {} is not three numbers with dots between them.", quoted(text)),
            };
            report.at(file, if cell.text.is_empty() { release.span } else { cell.span }, message);
            continue;
        };
        if let Some((newer, span)) = above
            && newer <= version
        {
            let message = if newer == version {
                format!("Version {version} stands in the table twice.")
            } else {
                format!("Version {version} stands below the older version {newer}.")
            };
            report.at(file, cell.span, message).related(file.id, span, "the version above");
        }
        above = Some((version, cell.span));
    }
}

fn check_date(file: &File, release: &Release<'_>, report: &mut Report) {
    let cell = release.date;
    if cell.date().is_some() {
        return;
    }
    let message = match cell.plain() {
        "" => "This release has no date.".to_owned(),
        "DD-MM-YYYY" => "The date of this release was never filled in.".to_owned(),
        text => format!("{} is no date `DD-MM-YYYY`.", quoted(text)),
    };
    report.at(file, if cell.text.is_empty() { release.span } else { cell.span }, message);
}
