//! How to check: the levels of rules, and the findings that somebody has decided to live with.

use super::rule;
use crate::artifact::folder::Folder;
use crate::finding::{Finding, Severity};
use crate::json::{self, Dialect, Member, Value};
use crate::text::{Span, nearest, quoted};
use std::collections::BTreeMap;

/// What the user wants of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It does not run.
    Off,
    /// Its findings have this severity.
    At(Severity),
}

/// A decision to live with findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The code of the rule.
    pub code: &'static str,
    /// The path of the file, in which `*` stands for any text without `/` and `**` for any text; every file without one.
    pub file: Option<String>,
    /// The JSON Pointer of the place; it holds for everything below it too. The whole file without one.
    pub pointer: Option<String>,
    /// Why: whoever reads the configuration must be able to judge it.
    pub reason: String,
}

/// How to check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    levels: BTreeMap<&'static str, Level>,
    suppressions: Vec<Suppression>,
}

/// A mistake in the options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionsError {
    /// Where it stands in the text.
    pub span: Span,
    /// What is wrong and what to do, as a sentence without a full stop.
    pub message: String,
}

impl Options {
    /// The level of a rule, where it differs from the rule's own.
    pub fn level(&self, code: &str) -> Option<Level> {
        self.levels.get(code).copied()
    }

    /// Adds other options: their levels count where both have one, and the suppressions of both hold.
    pub fn extend(&mut self, other: Options) {
        self.levels.extend(other.levels);
        self.suppressions.extend(other.suppressions);
    }

    /// Whether a suppression holds for a finding.
    pub fn suppresses(&self, folder: &Folder, finding: &Finding) -> bool {
        self.suppressions.iter().any(|suppression| {
            let Some(file) = folder.file(finding.file) else { return false };
            let below = |pointer: &String| {
                let found = file.pointer(finding.span);
                found
                    .strip_prefix(pointer.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            suppression.code == finding.code
                && suppression.file.as_ref().is_none_or(|pattern| matches(pattern, &file.path))
                && suppression.pointer.as_ref().is_none_or(below)
        })
    }
}

/// Reads options: a JSON object, with comments if wanted, such as
///
/// ```json
/// {
///   "rules": { "CCF053": "off", "table-name-without-cl": "warning" },
///   "suppress": [{ "rule": "CCF022", "file": "**/table.json", "reason": "The names are the product's own." }]
/// }
/// ```
///
/// # Errors
///
/// Every mistake at once, in the order of the text: where it is not JSON, members and rules that do not exist, levels
/// other than `off`, `info`, `warning` and `error`, and a suppression without a reason.
pub fn read(text: &str) -> Result<Options, Vec<OptionsError>> {
    let parsed = json::parse(text, Dialect::Comments);
    let mut reader = Reader::default();
    for error in parsed.errors {
        reader.error(error.span, error.message);
    }
    if let (Some(value), true) = (&parsed.value, reader.errors.is_empty()) {
        reader.top(value);
    }
    reader.errors.sort_by_key(|error| error.span);
    if reader.errors.is_empty() { Ok(reader.options) } else { Err(reader.errors) }
}

#[derive(Default)]
struct Reader {
    options: Options,
    errors: Vec<OptionsError>,
}

impl Reader {
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(OptionsError { span, message: message.into() });
    }

    fn top(&mut self, value: &Value) {
        let Some(members) = value.as_object() else {
            return self.error(value.span, format!("expected an object, not {}", value.described()));
        };
        for member in members {
            match member.key.as_str() {
                "rules" => self.levels(&member.value),
                "suppress" => self.suppressions(&member.value),
                "$schema" => {}
                _ => self.unknown(member, &["rules", "suppress"]),
            }
        }
    }

    fn unknown(&mut self, member: &Member, known: &[&str]) {
        let hint = match nearest(&member.key, known.iter().copied()) {
            Some(name) => format!("write `{name}`"),
            None => format!("there are {}", list(known)),
        };
        self.error(member.key_span, format!("nothing is called {}: {hint}", quoted(&member.key)));
    }

    fn levels(&mut self, value: &Value) {
        let Some(members) = value.as_object() else {
            return self.error(value.span, "`rules` must be an object from a rule's code to its level");
        };
        for member in members {
            let code = self.code(&member.key, member.key_span);
            let level = member.value.as_str().and_then(|name| match name {
                "off" => Some(Level::Off),
                name => Severity::parse(name).map(Level::At),
            });
            if level.is_none() {
                self.error(
                    member.value.span,
                    "a rule's level is `\"off\"`, `\"info\"`, `\"warning\"` or `\"error\"`",
                );
            }
            if let (Some(code), Some(level)) = (code, level) {
                self.options.levels.insert(code, level);
            }
        }
    }

    fn code(&mut self, name: &str, span: Span) -> Option<&'static str> {
        let found = rule(name);
        if found.is_none() {
            let names: Vec<&str> = super::rules().flat_map(|rule| [rule.code, rule.name]).collect();
            let hint = match nearest(name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`ccf-edge rules` lists them".to_owned(),
            };
            self.error(span, format!("there is no rule {}: {hint}", quoted(name)));
        }
        found.map(|rule| rule.code)
    }

    fn suppressions(&mut self, value: &Value) {
        let Some(items) = value.as_array() else {
            return self.error(value.span, "`suppress` must be an array of objects with `rule` and `reason`");
        };
        for item in items {
            self.suppression(item);
        }
    }

    fn suppression(&mut self, item: &Value) {
        let Some(members) = item.as_object() else {
            return self.error(item.span, "a suppression is an object with `rule` and `reason`");
        };
        let mut texts: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
        for member in members {
            let known = ["rule", "file", "pointer", "reason"];
            match (known.contains(&member.key.as_str()), member.value.as_str()) {
                (false, _) => self.unknown(member, &known),
                (true, None) => {
                    self.error(member.value.span, format!("{} must be a string", quoted(&member.key)));
                }
                (true, Some(text)) => {
                    texts.insert(&member.key, (text, member.value.span));
                }
            }
        }
        let reason = texts.get("reason").map(|(text, _)| text.trim()).unwrap_or_default();
        if reason.is_empty() {
            self.error(item.span, "a suppression needs a `reason`: say why the finding may stay");
        }
        let Some((rule, span)) = texts.get("rule").copied() else {
            return self.error(item.span, "a suppression needs a `rule`: its code or its name");
        };
        let Some(code) = self.code(rule, span) else { return };
        let text = |name: &str| texts.get(name).map(|(text, _)| (*text).to_owned());
        self.options.suppressions.push(Suppression {
            code,
            file: text("file"),
            pointer: text("pointer"),
            reason: reason.to_owned(),
        });
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a path fits a pattern: `*` is any text without `/`, `**` any text, `**/` any folders or none.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    // The classic walk with one place to come back to for each kind of star; it never tries more than all pairs.
    let mut reached = vec![false; path.len().saturating_add(1)];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    let mut rest = pattern;
    while let Some((&byte, after)) = rest.split_first() {
        let mut next = vec![false; reached.len()];
        if let Some(tail) = rest.strip_prefix(b"**") {
            let folders = tail.strip_prefix(b"/");
            let mut open = false;
            for (index, (was, is)) in reached.iter().zip(next.iter_mut()).enumerate() {
                let start = index.checked_sub(1).and_then(|index| path.get(index)) == Some(&b'/');
                *is = *was || (open && (folders.is_none() || start));
                open = open || *was;
            }
            rest = folders.unwrap_or(tail);
        } else {
            let mut open = false;
            for (index, is) in next.iter_mut().enumerate() {
                let was = reached.get(index).copied().unwrap_or(false);
                let ahead = index.checked_sub(1);
                let before = ahead.and_then(|index| path.get(index)).copied();
                *is = if byte == b'*' {
                    open = was || (open && before != Some(b'/'));
                    open
                } else {
                    before == Some(byte) && ahead.and_then(|index| reached.get(index)) == Some(&true)
                };
            }
            rest = after;
        }
        reached = next;
    }
    reached.last() == Some(&true)
}
