//! Edits of JSON text that keep everything else as its author wrote it.

use crate::artifact::folder::{File, FileId, Folder};
use crate::finding::{Edit, Fix};
use crate::json::{Kind, Value, string_or_null};
use crate::text::Span;
use std::collections::BTreeMap;

/// Puts `text` in the place of a span.
pub fn replace(file: &File, span: Span, text: impl Into<String>) -> Vec<Edit> {
    vec![Edit { file: file.id, span, text: text.into() }]
}

/// Puts the JSON string for `text` in the place of a string, quotes included.
pub fn replace_string(file: &File, span: Span, text: &str) -> Vec<Edit> {
    replace(file, span, string_or_null(Some(text)))
}

/// Removes the member of an object, or the item of an array, that covers `span`, with the comma that goes with it.
/// `container` is the object or array. Nothing is removed when nothing in it covers the span.
pub fn remove(file: &File, container: &Value, span: Span) -> Vec<Edit> {
    let spans: Vec<Span> = match &container.kind {
        Kind::Object(members) => members
            .iter()
            .map(|member| Span { start: member.key_span.start, end: member.value.span.end })
            .collect(),
        Kind::Array(items) => items.iter().map(|item| item.span).collect(),
        _ => Vec::new(),
    };
    let Some(index) = spans.iter().position(|whole| whole.start <= span.start && span.end <= whole.end)
    else {
        return Vec::new();
    };
    let at = |index: usize| spans.get(index).copied();
    let Some(whole) = at(index) else { return Vec::new() };
    let gone = match (index.checked_sub(1).and_then(at), at(index.saturating_add(1))) {
        // With what stands ahead of it, so that the line goes as a whole.
        (Some(before), _) => Span { start: before.end, end: whole.end },
        (None, Some(after)) => Span { start: whole.start, end: after.start },
        (None, None) => Span {
            start: container.span.start.saturating_add(1),
            end: container.span.end.saturating_sub(1).max(container.span.start.saturating_add(1)),
        },
    };
    replace(file, gone, "")
}

/// Adds a member at the end of an object, or an item at the end of an array, indented as its neighbours are.
///
/// `entry` is the JSON text of the item, or of the member with its key. Nothing is added to anything else.
pub fn append(file: &File, container: &Value, entry: &str) -> Vec<Edit> {
    let last = match &container.kind {
        Kind::Object(members) => members.last().map(|member| (member.key_span.start, member.value.span.end)),
        Kind::Array(items) => items.last().map(|item| (item.span.start, item.span.end)),
        _ => return Vec::new(),
    };
    let (at, text) = match last {
        Some((start, end)) => {
            let line = line_ahead(&file.text, start);
            let separator = match line {
                Some(indent) => format!(",\n{indent}"),
                None => ", ".to_owned(),
            };
            (end, format!("{separator}{entry}"))
        }
        None => {
            let at = container.span.start.saturating_add(1);
            (at, entry.to_owned())
        }
    };
    replace(file, Span { start: at, end: at }, text)
}

/// The blanks ahead of an offset on its line, when only blanks stand there.
fn line_ahead(text: &str, offset: usize) -> Option<&str> {
    let ahead = text.get(..offset)?;
    let (_, indent) = ahead.rsplit_once('\n')?;
    indent.bytes().all(|byte| matches!(byte, b' ' | b'\t')).then_some(indent)
}

/// A text with edits made in it. The edits of other files are left out; where two overlap, the later one is.
///
/// Gives the new text, and how many of the edits were made.
pub fn apply(file: &File, edits: &[Edit]) -> (String, usize) {
    let mut edits: Vec<&Edit> = edits.iter().filter(|edit| edit.file == file.id).collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(file.text.len());
    let mut at = 0;
    let mut made = 0_usize;
    for edit in edits {
        let Some(kept) = file.text.get(at..edit.span.start) else { continue };
        if file.text.get(edit.span.start..edit.span.end).is_none() {
            continue;
        }
        out.push_str(kept);
        out.push_str(&edit.text);
        at = edit.span.end;
        made = made.saturating_add(1);
    }
    out.push_str(file.text.get(at..).unwrap_or_default());
    (out, made)
}

/// What became of a folder's files when fixes were made in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// The new texts of the files that changed.
    pub files: Vec<(FileId, String)>,
    /// How many of the fixes were made. The others touch what one of these changed: check again, then make them.
    pub made: usize,
}

/// Makes fixes, each as a whole or not at all. Of two that touch the same text the first is made.
pub fn mend(folder: &Folder, fixes: &[Fix]) -> Mended {
    let mut edits: BTreeMap<FileId, BTreeMap<Span, &Edit>> = BTreeMap::new();
    let mut made = 0_usize;
    for fix in fixes {
        let free = fix.edits.iter().all(|edit| {
            let Some(others) = edits.get(&edit.file) else { return true };
            // Spans are kept in order and apart, so only the neighbours can touch this one.
            let before = others.range(..=edit.span).next_back();
            let after = others.range(edit.span..).next();
            before.is_none_or(|(other, _)| other.end < edit.span.start)
                && after.is_none_or(|(other, _)| edit.span.end < other.start)
        });
        if !free || fix.edits.is_empty() {
            continue;
        }
        for edit in &fix.edits {
            edits.entry(edit.file).or_default().insert(edit.span, edit);
        }
        made = made.saturating_add(1);
    }
    let files = edits.iter().filter_map(|(id, edits)| {
        let file = folder.file(*id)?;
        let edits: Vec<Edit> = edits.values().map(|edit| (*edit).clone()).collect();
        Some((*id, apply(file, &edits).0))
    });
    Mended { files: files.collect(), made }
}
