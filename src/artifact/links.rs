//! How the artifacts of a solution name each other: streams, tables, and texts that mention them.

use super::arm;
use super::dcr::{Dcr, StreamNode};
use super::solution::Solution;
use super::table::Table;
use crate::json::Value;
use crate::text::Span;
use std::collections::{HashMap, HashSet};

/// What the name of a custom stream begins with, and of an output stream that leads to a custom table.
///
/// Source: Microsoft, "Structure of a data collection rule".
pub const CUSTOM: &str = "Custom-";

/// The custom table that an output stream leads to: `Larkspur_CL` for `Custom-Larkspur_CL`.
pub fn custom_table(output_stream: &str) -> Option<&str> {
    output_stream.strip_prefix(CUSTOM)
}

/// A solution's tables by name.
#[derive(Debug)]
pub struct Tables<'s, 'f> {
    exact: HashMap<&'f str, &'s Table<'f>>,
    alike: HashMap<String, &'s Table<'f>>,
    /// The words in names that Azure has yet to evaluate.
    words: HashSet<&'f str>,
    nameless: bool,
}

impl<'s, 'f> Tables<'s, 'f> {
    /// The tables of a solution. Of several with one name the first counts.
    pub fn new(solution: &'s Solution<'f>) -> Self {
        let mut tables =
            Tables { exact: HashMap::new(), alike: HashMap::new(), words: HashSet::new(), nameless: false };
        for table in &solution.tables {
            let name = table.own_name();
            let schema_name = table.resource.literal("/properties/schema/name");
            for name in [name, schema_name].into_iter().flatten() {
                tables.alike.entry(folded(name)).or_insert(table);
            }
            match (name, table.resource.find("/name").and_then(Value::as_str)) {
                (Some(name), _) => drop(tables.exact.entry(name).or_insert(table)),
                (None, Some(text)) => tables.words.extend(text.split(|char| !is_word(char))),
                (None, None) => tables.nameless = true,
            }
        }
        tables
    }

    /// Whether one has exactly this name, or a name that Azure has yet to evaluate and that mentions it.
    pub fn has(&self, name: &str) -> bool {
        self.exact.contains_key(name) || self.words.contains(name)
    }

    /// The table whose name, or the name in whose schema, is the same but for case, a `Custom-` ahead of it and an
    /// `_CL` behind it.
    pub fn alike(&self, name: &str) -> Option<&'s Table<'f>> {
        self.alike.get(&folded(name)).copied()
    }

    /// Whether a table has no name at all.
    pub fn any_nameless(&self) -> bool {
        self.nameless
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &'f str> {
        self.exact.keys().copied()
    }
}

/// The streams that a solution's rules declare or use.
#[derive(Debug)]
pub struct Streams<'s, 'f> {
    declared: HashMap<&'f str, (&'s Dcr<'f>, StreamNode<'f>)>,
    by_lower: HashMap<String, &'f str>,
    by_folder: HashMap<(&'f str, String), &'s Dcr<'f>>,
    used: HashSet<String>,
    /// What streams are meant to be called whose names are wrong by themselves.
    meant: HashSet<String>,
}

impl<'s, 'f> Streams<'s, 'f> {
    /// The streams of a solution. Of several with one name the first counts.
    pub fn new(solution: &'s Solution<'f>) -> Self {
        let mut streams = Streams {
            declared: HashMap::new(),
            by_lower: HashMap::new(),
            by_folder: HashMap::new(),
            used: HashSet::new(),
            meant: HashSet::new(),
        };
        for dcr in &solution.dcrs {
            for stream in dcr.streams() {
                streams.declared.entry(stream.name()).or_insert((dcr, stream));
                let lower = stream.name().to_ascii_lowercase();
                streams.by_lower.entry(lower.clone()).or_insert(stream.name());
                streams.by_folder.entry((dcr.resource.file.directory(), lower)).or_insert(dcr);
                streams.meant.extend(stream.mended_name());
            }
            let used = dcr.flows().flat_map(|flow| flow.streams()).filter_map(arm::literal);
            streams.used.extend(used.map(str::to_ascii_lowercase));
        }
        streams
    }

    /// The declaration of exactly that name, with its rule.
    pub fn get(&self, name: &str) -> Option<(&'s Dcr<'f>, StreamNode<'f>)> {
        self.declared.get(name).copied()
    }

    /// The declared name that is the same but for case.
    pub fn in_any_case(&self, name: &str) -> Option<&'f str> {
        self.by_lower.get(&name.to_ascii_lowercase()).copied()
    }

    /// The rule that declares it, in any case: one in that folder, or else any.
    pub fn rule(&self, name: &str, folder: &'f str) -> Option<&'s Dcr<'f>> {
        let near = self.by_folder.get(&(folder, name.to_ascii_lowercase())).copied();
        near.or_else(|| Some(self.get(self.in_any_case(name)?)?.0))
    }

    /// Whether a flow takes it, declared or not, in any case.
    pub fn is_used(&self, name: &str) -> bool {
        self.used.contains(&name.to_ascii_lowercase())
    }

    /// Whether a stream is declared under a wrong name that is meant to be this one.
    pub fn is_meant(&self, name: &str) -> bool {
        self.meant.contains(name)
    }

    /// The names of the declared ones.
    pub fn names(&self) -> impl Iterator<Item = &'f str> {
        self.declared.keys().copied()
    }

    /// How many are declared.
    pub fn count(&self) -> usize {
        self.declared.len()
    }
}

/// A name in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention<'t> {
    /// The name.
    pub name: &'t str,
    /// Where it stands in the text.
    pub span: Span,
}

/// The custom streams that a text mentions, such as `Custom-Larkspur` in an address. A `Custom-` without a name behind
/// it is none.
pub fn mentioned_streams(text: &str) -> impl Iterator<Item = Mention<'_>> {
    text.match_indices(CUSTOM).filter_map(|(start, _)| {
        let ahead = text.get(..start)?.chars().next_back();
        if ahead.is_some_and(|char| is_word(char) || char == '-') {
            return None;
        }
        let rest = text.get(start..)?;
        let end = rest.find(|char| !is_word(char) && !matches!(char, '-' | '.')).unwrap_or(rest.len());
        let name = rest.get(..end)?.trim_end_matches(['-', '.']);
        let span = Span { start, end: start.saturating_add(name.len()) };
        (name.len() > CUSTOM.len()).then_some(Mention { name, span })
    })
}

/// The names ending in `_CL`, in any case, that stand in a KQL query outside of strings, comments and member accesses.
pub fn mentioned_tables(query: &str) -> Vec<Mention<'_>> {
    let mut found = Vec::new();
    let mut at = 0_usize;
    let mut before = ' ';
    while let Some(rest) = query.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else { break };
        let length = match first {
            '\'' | '"' => string_length(rest, first, before == '@'),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if is_word(first) => {
                let length = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
                let name = rest.get(..length).unwrap_or_default();
                let ends = name.len() > 3 && name.to_ascii_lowercase().ends_with("_cl");
                if ends && !matches!(before, '.' | '-') {
                    found.push(Mention { name, span: Span { start: at, end: at.saturating_add(length) } });
                }
                length
            }
            _ => first.len_utf8(),
        };
        before = first;
        at = at.saturating_add(length.max(1));
    }
    found
}

/// The bytes of a KQL string that `text` starts with, quotes included. An open string ends with its line.
fn string_length(text: &str, quote: char, verbatim: bool) -> usize {
    let mut escaped = false;
    for (offset, char) in text.char_indices().skip(1) {
        if char == '\n' {
            return offset;
        }
        if char == quote && !escaped {
            return offset.saturating_add(1);
        }
        escaped = char == '\\' && !escaped && !verbatim;
    }
    text.len()
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

/// A name of a table or stream without what people get wrong: the case, a `Custom-` ahead of it, an `_CL` behind it.
fn folded(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let bare = lower.strip_prefix("custom-").unwrap_or(&lower);
    bare.strip_suffix("_cl").unwrap_or(bare).to_owned()
}
