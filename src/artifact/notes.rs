//! The release notes of a solution: the Markdown table in `ReleaseNotes.md`.
//!
//! Source: the release notes of published solutions, which have the columns Version, Date Modified (DD-MM-YYYY) and
//! Change History, with the newest release first; GitHub Flavored Markdown for what a table is.

use super::folder::File;
use super::version::{Date, Version};
use crate::text::Span;

/// The table of releases.
#[derive(Clone, Debug)]
pub struct Notes<'f> {
    /// The cells of its first row: the titles of the columns.
    pub header: Vec<Cell<'f>>,
    /// Where the first row stands.
    pub header_span: Span,
    /// The releases in the order of the text.
    pub releases: Vec<Release<'f>>,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Release<'f> {
    /// Where the row stands, without blanks around it.
    pub span: Span,
    /// The cell below `Version`.
    pub version: Cell<'f>,
    /// The cell below the date's title; empty at the end of the row when the row has none.
    pub date: Cell<'f>,
    /// How many cells the row has.
    pub cells: usize,
}

/// What stands between two bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell<'f> {
    /// The text without blanks around it.
    pub text: &'f str,
    /// Where it stands.
    pub span: Span,
}

impl<'f> Notes<'f> {
    /// Reads the table of a file: the first whose first row has a cell `Version`, in bold or not. `None` without one.
    pub fn read(file: &'f File) -> Option<Notes<'f>> {
        let mut lines = lines(&file.text);
        let (header, header_span) = lines.by_ref().find_map(|(at, line)| {
            let header = cells(at, line);
            let found =
                line.contains('|') && header.iter().any(|cell| cell.plain().eq_ignore_ascii_case("version"));
            found.then(|| (header, trimmed(at, line).span))
        })?;
        let column =
            |title: &str| header.iter().position(|cell| cell.plain().to_ascii_lowercase().starts_with(title));
        let version_column = column("version").unwrap_or(0);
        let date_column = column("date").unwrap_or(1);
        let mut releases = Vec::new();
        for (at, line) in lines {
            let whole = trimmed(at, line);
            // What a cell breaks over several lines starts without a bar.
            let row =
                whole.text.starts_with('|') || (!starts_with_bar(&header, header_span) && line.contains('|'));
            if !row || is_delimiter(whole.text) {
                continue;
            }
            let cells = cells(at, line);
            let end = Cell { text: "", span: Span { start: whole.span.end, end: whole.span.end } };
            let cell = |column: usize| cells.get(column).copied().unwrap_or(end);
            releases.push(Release {
                span: whole.span,
                version: cell(version_column),
                date: cell(date_column),
                cells: cells.len(),
            });
        }
        Some(Notes { header, header_span, releases })
    }

    /// The newest release: the first row, by the order that all release notes have.
    pub fn newest(&self) -> Option<&Release<'f>> {
        self.releases.first()
    }
}

impl<'f> Cell<'f> {
    /// The text without the marks for bold and italics around it.
    pub fn plain(&self) -> &'f str {
        self.text.trim_matches(|char: char| matches!(char, '*' | '_') || char.is_whitespace())
    }

    /// The version that it has, in bold or not.
    pub fn version(&self) -> Option<Version> {
        Version::parse(self.plain())
    }

    /// The date `DD-MM-YYYY` that it has, in bold or not.
    pub fn date(&self) -> Option<Date> {
        Date::parse_day_first(self.plain())
    }
}

/// The lines with the offsets of their first bytes.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0_usize;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at = at.saturating_add(line.len());
        (start, line)
    })
}

/// The cells of a line. A bar behind a backslash separates nothing.
fn cells(at: usize, line: &str) -> Vec<Cell<'_>> {
    let whole = trimmed(at, line);
    let (at, row) = match whole.text.strip_prefix('|') {
        Some(row) => (whole.span.start.saturating_add(1), row),
        None => (whole.span.start, whole.text),
    };
    let mut cells = Vec::new();
    let mut start = 0_usize;
    let mut escaped = false;
    for (offset, byte) in row.bytes().enumerate() {
        if byte == b'|' && !escaped {
            cells.push(trimmed(at.saturating_add(start), row.get(start..offset).unwrap_or_default()));
            start = offset.saturating_add(1);
        }
        escaped = byte == b'\\' && !escaped;
    }
    let last = row.get(start..).unwrap_or_default();
    if !last.is_empty() {
        cells.push(trimmed(at.saturating_add(start), last));
    }
    cells
}

fn trimmed(at: usize, text: &str) -> Cell<'_> {
    let ahead = text.len().saturating_sub(text.trim_start().len());
    let text = text.trim();
    // All blanks trim from the front alone, so the end is right as well.
    let start = at.saturating_add(ahead);
    Cell { text, span: Span { start, end: start.saturating_add(text.len()) } }
}

fn starts_with_bar(header: &[Cell<'_>], span: Span) -> bool {
    header.first().is_none_or(|cell| cell.span.start > span.start)
}

fn is_delimiter(row: &str) -> bool {
    row.contains('-') && row.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t'))
}
