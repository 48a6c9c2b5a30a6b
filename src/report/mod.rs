//! How findings look to people and to tools.

pub mod github;
pub mod json;
pub mod markdown;
pub mod sarif;
pub mod text;

use crate::artifact::folder::{File, Folder};
use crate::finding::Finding;
use crate::rules::rule;
use crate::text::{LineIndex, Position, Span};
use std::collections::BTreeMap;

/// Finds lines and columns in the files of a folder; each file's lines are counted once.
struct Places<'f> {
    folder: &'f Folder,
    lines: BTreeMap<usize, LineIndex>,
}

/// A span as tools want it.
struct Range {
    start: Position,
    end: Position,
    /// UTF-16 code units from the start of the text.
    from: usize,
    to: usize,
}

impl<'f> Places<'f> {
    fn new(folder: &'f Folder) -> Self {
        Places { folder, lines: BTreeMap::new() }
    }

    fn lines(&mut self, file: &File) -> &LineIndex {
        self.lines.entry(file.id.0).or_insert_with(|| LineIndex::new(&file.text))
    }

    fn range(&mut self, file: &File, span: Span) -> Range {
        let lines = self.lines(file);
        Range {
            start: lines.position(&file.text, span.start),
            end: lines.position(&file.text, span.end),
            from: lines.utf16_offset(&file.text, span.start),
            to: lines.utf16_offset(&file.text, span.end),
        }
    }
}

/// What to do about a finding, in Markdown: its own words, or those of its rule's page.
fn help(finding: &Finding) -> &str {
    match finding.help.as_str() {
        "" => rule(finding.code).map_or("", |rule| rule.help()),
        own => own,
    }
}

/// Why a finding matters, in Markdown.
fn why(finding: &Finding) -> &'static str {
    rule(finding.code).map_or("", |rule| rule.why())
}
