//! Asking Microsoft's language service for Kusto about the transformations in a folder, and taking its answers.
//!
//! The service is a JavaScript library, so that whoever calls this crate has to ask it.

use super::folder::{Folder, Opinions};
use super::solution::solutions;
use crate::json::{self, Dialect, Value};
use crate::kql::opinion::Opinion;
use std::collections::HashMap;

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
    let mut opinions = Opinions::new();
    for item in list.ok_or(NoOpinions)? {
        let member = |key: &str| item.get(key).and_then(Value::as_str);
        let file = member("file").and_then(|path| files.get(path));
        let value = file.and_then(|file| file.value()?.pointer(member("pointer")?));
        if let Some(((file, value), text)) = file.zip(value).zip(value.and_then(Value::as_str)) {
            opinions.insert((file.id, value.span.start), Opinion::read(item, text));
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
