//! The validator for JavaScript. `pkg/api.js` makes of it what `pkg/index.d.ts` promises.
//!
//! Texts cross the border, not objects; the JSON is written by the core.

use crate::artifact::folder::Folder;
use crate::artifact::opinion;
use crate::edit;
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::json::{self, Dialect, Kind, Value, string_or_null};
use crate::report::{self, text::Colour};
use crate::rules::options::{self, Options};
use crate::rules::{self, Checked};
use crate::text::{LineIndex, Position, Span};
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;

/// The files that are checked together.
#[wasm_bindgen]
pub struct Files {
    folder: Folder,
    options: Options,
    checked: Checked,
}

#[wasm_bindgen]
impl Files {
    /// No files yet. `name` is the name of the folder that their paths are relative to, where it is known.
    #[wasm_bindgen(constructor)]
    pub fn new(name: Option<String>) -> Files {
        Files {
            folder: Folder::new(name.as_deref()),
            options: Options::default(),
            checked: Checked::default(),
        }
    }

    /// Adds a file by its text.
    pub fn add_text(&mut self, path: &str, text: &str) {
        self.folder.add(path, text.as_bytes());
    }

    /// Adds a file by its bytes.
    pub fn add_bytes(&mut self, path: &str, bytes: &[u8]) {
        self.folder.add(path, bytes);
    }

    /// Reads options, described at [`options::read`], on top of those that were read before.
    ///
    /// # Errors
    ///
    /// Every mistake in the text, each on a line with its line and column.
    pub fn configure(&mut self, text: &str) -> Result<(), JsError> {
        match options::read(text) {
            Ok(options) => self.options.extend(options),
            Err(errors) => {
                let lines = LineIndex::new(text);
                let located = errors.iter().map(|error| {
                    let Position { line, column } = lines.position(text, error.span.start);
                    format!("{line}:{column}: {}", error.message)
                });
                return Err(JsError::new(&located.collect::<Vec<_>>().join("\n")));
            }
        }
        Ok(())
    }

    /// What to ask Microsoft's language service about the files' transformations, as [`opinion::questions`] writes it.
    pub fn questions(&self) -> String {
        opinion::questions(&self.folder)
    }

    /// Takes the service's answers, as [`opinion::read`] reads them, for the checks that follow.
    ///
    /// # Errors
    ///
    /// That `answers` is no JSON array.
    pub fn second_opinion(&mut self, answers: &str) -> Result<(), JsError> {
        match opinion::read(&self.folder, answers) {
            Ok(opinions) => self.folder.opinions = opinions,
            Err(opinion::NoOpinions) => return Err(JsError::new("the answers are no array")),
        }
        Ok(())
    }

    /// Checks the files.
    ///
    /// Gives a JSON object: `findings`, a JSON array as [`report::json::write`] writes it, and the numbers `suppressed`
    /// and `solutions`.
    pub fn check(&mut self) -> String {
        self.checked = rules::check(&self.folder, &self.options);
        let findings = report::json::write(&self.folder, &self.checked.findings);
        let Checked { suppressed, solutions, .. } = &self.checked;
        let suppressed = suppressed.len();
        format!("{{\"findings\":{findings},\"suppressed\":{suppressed},\"solutions\":{solutions}}}")
    }

    /// What the last check found, in the format `text`, `colour`, `github`, `sarif` or `markdown`; `undefined` for
    /// another format.
    pub fn report(&self, format: &str) -> Option<String> {
        let (folder, findings): (&Folder, &[Finding]) = (&self.folder, &self.checked.findings);
        Some(match format {
            "text" => report::text::write(folder, findings, Colour::Never),
            "colour" => report::text::write(folder, findings, Colour::Always),
            "github" => report::github::write(folder, findings),
            "sarif" => report::sarif::write(folder, findings),
            "markdown" => report::markdown::write(folder, findings),
            _ => return None,
        })
    }

    /// Makes the first fix of each finding that has a safe one, with `suggested` of each that has any.
    ///
    /// `findings` is a JSON array as [`check`](Files::check) gives it. Gives a JSON object: `files`, an object from the
    /// paths of the files that change to their new texts, and the number `made`.
    ///
    /// # Errors
    ///
    /// That `findings` is not such an array.
    pub fn fix(&self, findings: &str, suggested: bool) -> Result<String, JsError> {
        let parsed = json::parse(findings, Dialect::Strict);
        let findings = parsed.value.as_ref().filter(|_| parsed.errors.is_empty()).and_then(Value::as_array);
        let findings = findings.ok_or_else(|| JsError::new("the findings are no array"))?;
        let mut lines = BTreeMap::new();
        let fixes: Vec<Fix> =
            findings.iter().filter_map(|finding| self.first_fix(finding, suggested, &mut lines)).collect();
        let mended = edit::mend(&self.folder, &fixes);
        let files = mended.files.iter().filter_map(|(id, text)| {
            let path = &self.folder.file(*id)?.path;
            Some(format!("{}:{}", string_or_null(Some(path)), string_or_null(Some(text))))
        });
        let files = files.collect::<Vec<_>>().join(",");
        Ok(format!("{{\"files\":{{{files}}},\"made\":{}}}", mended.made))
    }
}

impl Files {
    fn first_fix(
        &self,
        finding: &Value,
        suggested: bool,
        lines: &mut BTreeMap<usize, LineIndex>,
    ) -> Option<Fix> {
        let fixes = finding.get("fixes")?.as_array()?;
        let is_safe = |fix: &&Value| matches!(fix.get("safe").map(|safe| &safe.kind), Some(Kind::Bool(true)));
        let fix = fixes.iter().find(is_safe).or_else(|| fixes.first().filter(|_| suggested))?;
        let edits = fix.get("edits")?.as_array()?.iter().map(|edit| {
            let path = edit.get("file")?.as_str()?;
            let file = self.folder.files().iter().find(|file| file.path == path)?;
            let index = lines.entry(file.id.0).or_insert_with(|| LineIndex::new(&file.text));
            let offset = |name: &str| match &edit.find(name)?.kind {
                Kind::Number(units) => Some(index.byte_offset(&file.text, units.parse().ok()?)),
                _ => None,
            };
            let span = Span { start: offset("/range/from")?, end: offset("/range/to")? };
            Some(Edit { file: file.id, span, text: edit.get("text")?.as_str()?.to_owned() })
        });
        let edits = edits.collect::<Option<Vec<Edit>>>()?;
        Some(Fix { title: String::new(), safety: Safety::Safe, edits })
    }
}

/// Every rule: a JSON array.
#[wasm_bindgen]
pub fn rules() -> String {
    let rules: Vec<String> = rules::rules().map(report::json::write_rule).collect();
    format!("[{}]", rules.join(","))
}

/// The page of a rule, in Markdown, by its code or its name; `undefined` when there is no such rule.
#[wasm_bindgen]
pub fn explain(rule: &str) -> Option<String> {
    rules::rule(rule).map(|rule| rule.page.to_owned())
}
