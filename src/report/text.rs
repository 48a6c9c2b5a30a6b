//! Findings for a terminal: each with the lines that it is about.

use super::{Places, help, why};
use crate::artifact::folder::{File, FileId, Folder};
use crate::finding::{Finding, Safety, Severity};
use crate::rules::rule;
use crate::text::{Position, Span};
use std::collections::HashMap;
use std::fmt::Write;

/// Whether escape sequences for colours may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Never,
    /// ANSI escape sequences.
    Always,
}

/// How many characters of a line are shown; minified files have lines of many thousand.
const WIDTH: usize = 120;

/// Writes findings, each with its place, the line, why it matters and what to do.
pub fn write(folder: &Folder, findings: &[Finding], colour: Colour) -> String {
    let mut hidden: HashMap<FileId, Vec<Span>> = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.hidden) {
        hidden.entry(finding.file).or_default().push(finding.span);
    }
    let mut writer = Writer { places: Places::new(folder), hidden, colour, out: String::new() };
    for finding in findings {
        writer.finding(finding);
    }
    writer.out
}

struct Writer<'f> {
    places: Places<'f>,
    /// What may be a secret: no frame shows it, whatever it is about.
    hidden: HashMap<FileId, Vec<Span>>,
    colour: Colour,
    out: String,
}

impl Writer<'_> {
    fn finding(&mut self, finding: &Finding) {
        let folder = self.places.folder;
        let Some(file) = folder.file(finding.file) else { return };
        let name = rule(finding.code).map_or("", |rule| rule.name);
        let head = format!("{}[{}]", finding.severity.name(), finding.code);
        let head = self.paint(severity_colour(finding.severity), &head);
        _ = writeln!(self.out, "{head} {name}");
        let colour = severity_colour(finding.severity);
        self.frame(file, finding.span, "-->", &finding.message, colour);
        for label in &finding.related {
            if let Some(file) = folder.file(label.file) {
                self.frame(file, label.span, ":::", &label.message, BLUE);
            }
        }
        self.note("why", why(finding));
        self.note("help", help(finding));
        for fix in &finding.fixes {
            let name = match fix.safety {
                Safety::Safe => "fix",
                Safety::Suggested => "suggested fix",
            };
            self.note(name, &fix.title);
        }
        self.out.push('\n');
    }

    fn frame(&mut self, file: &File, span: Span, arrow: &str, message: &str, colour: &str) {
        let lines = self.places.lines(file);
        let Position { line, column } = lines.position(&file.text, span.start);
        let whole = lines.line(&file.text, span.start);
        let margin = " ".repeat(line.to_string().len());
        let bar = self.paint(BLUE, "|");
        _ = writeln!(self.out, "{margin}{} {}:{line}:{column}", self.paint(BLUE, arrow), file.path);
        let hidden = self.hidden.get(&file.id).map(Vec::as_slice).unwrap_or_default();
        let Excerpt { text, ahead, marked } = excerpt(&file.text, whole, span, hidden);
        if text.trim().is_empty() {
            _ = writeln!(self.out, "{margin} {bar} {message}");
            return;
        }
        let number = self.paint(BLUE, &line.to_string());
        _ = writeln!(self.out, "{margin} {bar}");
        _ = writeln!(self.out, "{number} {bar} {text}");
        let marks = self.paint(colour, &format!("{} {message}", "^".repeat(marked.max(1))));
        _ = writeln!(self.out, "{margin} {bar} {}{marks}", " ".repeat(ahead));
    }

    fn note(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let first = lines.next().unwrap_or_default();
        let name = self.paint(BOLD, name);
        _ = writeln!(self.out, "  = {name}: {first}");
        for line in lines {
            _ = writeln!(self.out, "    {line}");
        }
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        match self.colour {
            Colour::Never => text.to_owned(),
            Colour::Always => format!("\u{1b}[{colour}m{text}\u{1b}[0m"),
        }
    }
}

const BOLD: &str = "1";
const BLUE: &str = "1;34";

fn severity_colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Info => "1;36",
    }
}

/// The part of a line that is shown.
struct Excerpt {
    text: String,
    /// How many characters stand ahead of the span.
    ahead: usize,
    /// How many characters of the span stand on the line.
    marked: usize,
}

/// What is shown of `line` for a span that starts on it. It never walks the whole line, which in a minified file is the
/// whole text.
fn excerpt(text: &str, line: Span, span: Span, hidden: &[Span]) -> Excerpt {
    let whole = line.of(text).unwrap_or_default().trim_end_matches('\r');
    let (before, after) =
        whole.split_at_checked(span.start.saturating_sub(line.start)).unwrap_or((whole, ""));
    // A long line is cut so that the place is in sight.
    let is_long = whole.chars().nth(WIDTH).is_some();
    let near = before.char_indices().rev().nth((WIDTH / 3).saturating_sub(1)).map(|(offset, _)| offset);
    let cut = near.filter(|_| is_long).unwrap_or(0);
    let ahead = before.get(cut..).unwrap_or_default().chars().count();
    let room = WIDTH.saturating_sub(ahead);
    let marked = after.get(..span.end.saturating_sub(span.start)).unwrap_or(after);
    // Control characters have no place on a terminal, and a tab has no width of its own.
    let visible = |(offset, char): (usize, char)| {
        let at = line.start.saturating_add(cut).saturating_add(offset);
        if hidden.iter().any(|hidden| (hidden.start..hidden.end).contains(&at)) {
            '*'
        } else if char.is_control() {
            ' '
        } else {
            char
        }
    };
    let rest = whole.get(cut..).unwrap_or_default();
    let shown: String = rest.char_indices().take(WIDTH).map(visible).collect();
    let lead = if cut > 0 { "…" } else { "" };
    Excerpt {
        text: format!("{lead}{}", shown.trim_end()),
        ahead: ahead.saturating_add(lead.chars().count()),
        marked: marked.chars().take(room).count(),
    }
}
