//! What Microsoft's language service for Kusto says of transformations: a second opinion, where somebody asked it.
//!
//! The service is a JavaScript library (npm, `@kusto/language-service-next`) and cannot be called from here: its
//! answers are handed in.

use super::Kind;
use crate::artifact::folder::{FileId, Folder};
use crate::artifact::solution::solutions;
use crate::json::{self, Dialect, Value};
use crate::text::{LineIndex, Span};
use std::collections::HashMap;

/// What the service says of one transformation.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Opinion {
    /// What it finds wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The columns that come out.
    pub columns: Vec<ResultColumn>,
}

/// Something that the service finds wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its code, such as `KS142`.
    pub code: String,
    /// Whether the service calls it an error.
    pub is_error: bool,
    /// What it says.
    pub message: String,
    /// Where: byte offsets in the text of the transformation.
    pub span: Span,
}

/// A column that comes out, for the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultColumn {
    /// Its name.
    pub name: String,
    /// Its type; `None` where the service does not know it.
    pub kind: Option<Kind>,
}

/// The opinions on the transformations of a folder.
#[derive(Clone, Debug, Default)]
pub struct Opinions {
    by_place: HashMap<(FileId, usize), Opinion>,
}

impl Opinions {
    /// Adds the opinion on the transformation whose value starts at the offset of the file.
    pub fn add(&mut self, file: FileId, start: usize, opinion: Opinion) {
        self.by_place.insert((file, start), opinion);
    }

    /// The opinion on the transformation whose value starts at the offset of the file.
    pub fn get(&self, file: FileId, start: usize) -> Option<&Opinion> {
        self.by_place.get(&(file, start))
    }
}

impl Opinion {
    /// Reads an opinion on `text` from `{"diagnostics":[{"code","severity","message","start","end"}],"columns":[{"name",
    /// "type"}]}`. The offsets count UTF-16 code units of `text`, as the service does; `severity` is `Error` for errors.
    pub fn read(value: &Value, text: &str) -> Opinion {
        let string =
            |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = |key: &str| value.get(key).and_then(Value::as_array).unwrap_or_default();
        let lines = LineIndex::new(text);
        let offset = |value: &Value, key: &str| match value.get(key).map(|value| &value.kind) {
            Some(json::Kind::Number(units)) => lines.byte_offset(text, units.parse().unwrap_or(0)),
            _ => 0,
        };
        let diagnostic = |value: &Value| {
            let (start, end) = (offset(value, "start"), offset(value, "end"));
            Diagnostic {
                code: string(value, "code"),
                is_error: string(value, "severity") == "Error",
                message: string(value, "message"),
                span: Span { start: start.min(end), end },
            }
        };
        let column = |value: &Value| ResultColumn {
            name: string(value, "name"),
            kind: value.get("type").and_then(Value::as_str).and_then(Kind::parse),
        };
        Opinion {
            diagnostics: list("diagnostics").iter().map(diagnostic).collect(),
            columns: list("columns").iter().map(column).collect(),
        }
    }
}

/// Why opinions cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoOpinions;

/// Reads opinions: a JSON array of `{"file","pointer"}`, which say where the transformation stands, and what
/// [`Opinion::read`] reads. Those on texts that the files do not have are left out.
///
/// # Errors
///
/// That the text is no JSON array.
pub fn read(folder: &Folder, text: &str) -> Result<Opinions, NoOpinions> {
    let parsed = json::parse(text, Dialect::Strict);
    let list = parsed.value.as_ref().filter(|_| parsed.errors.is_empty()).and_then(Value::as_array);
    let files: HashMap<&str, _> = folder.files().iter().map(|file| (file.path.as_str(), file)).collect();
    let mut opinions = Opinions::default();
    for item in list.ok_or(NoOpinions)? {
        let member = |key: &str| item.get(key).and_then(Value::as_str);
        let file = member("file").and_then(|path| files.get(path));
        let value = file.and_then(|file| file.value()?.pointer(member("pointer")?));
        if let Some(((file, value), text)) = file.zip(value).zip(value.and_then(Value::as_str)) {
            opinions.add(file.id, value.span.start, Opinion::read(item, text));
        }
    }
    Ok(opinions)
}

/// What to ask the service: a JSON array of `{"file","pointer","text","columns":[{"name","type"}]}`, one for each
/// transformation of a stream whose columns are known.
pub fn questions(folder: &Folder) -> String {
    let mut out = b"[".to_vec();
    for solution in &solutions(folder) {
        for transform in &solution.transforms {
            let Some(value) = transform.value.filter(|_| transform.stream.is_some()) else { continue };
            let file = transform.file();
            if out.len() > 1 {
                out.push(b',');
            }
            let members = [
                ("{\"file\":", file.path.as_str()),
                (",\"pointer\":", &file.pointer(value.span)),
                (",\"text\":", transform.text),
            ];
            for (key, text) in members {
                out.extend_from_slice(key.as_bytes());
                json::write_string(&mut out, text);
            }
            let mut separator: &[u8] = b",\"columns\":[";
            for column in transform.input.iter() {
                out.extend_from_slice(separator);
                out.extend_from_slice(b"{\"name\":");
                json::write_string(&mut out, &column.name);
                out.extend_from_slice(b",\"type\":");
                json::write_string(&mut out, column.kind.name());
                out.push(b'}');
                separator = b",";
            }
            out.extend_from_slice(b"]}");
        }
    }
    out.push(b']');
    String::from_utf8(out).unwrap_or_default()
}
