//! What Microsoft's language service for Kusto says of transformations: a second opinion, where somebody asked it.
//!
//! The service is a JavaScript library (npm, `@kusto/language-service-next`) and cannot be called from here: its
//! answers are handed in.

use super::Kind;
use crate::json::{self, Value};
use crate::text::{LineIndex, Span};

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
