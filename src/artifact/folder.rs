//! The files of one or more connectors, read as far as they can be understood.

use crate::json::{self, Dialect, Kind, Parsed, Value};
use crate::kql::opinion::Opinion;
use crate::text::Span;
use std::collections::HashMap;

/// A file longer than this is not read: 16 MiB. The largest published package has 2 MB.
pub const FILE_LIMIT: usize = 16 << 20;

/// Which file of a [`Folder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub usize);

/// A file.
#[derive(Clone, Debug)]
pub struct File {
    /// Which file of its folder it is.
    pub id: FileId,
    /// Its path with `/` between the parts, relative to what was given to check.
    pub path: String,
    /// Its text. Where the bytes are no UTF-8 it has U+FFFD.
    pub text: String,
    /// What kept the content from being read as text, if something did.
    pub flaw: Option<Flaw>,
    /// What was read of a file whose name ends in `.json`.
    pub json: Option<Parsed>,
}

/// What kept a file's content from being read as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is longer than [`FILE_LIMIT`]; its length in bytes.
    TooLong(usize),
    /// It is no UTF-8 from this byte on.
    NotUtf8(usize),
}

impl File {
    /// The path's last part.
    pub fn name(&self) -> &str {
        split(&self.path).1
    }

    /// The path without its last part and without a `/` at the end; empty at the top.
    pub fn directory(&self) -> &str {
        split(&self.path).0
    }

    /// What the file's JSON says, as far as it could be understood.
    pub fn value(&self) -> Option<&Value> {
        self.json.as_ref()?.value.as_ref()
    }

    /// The JSON Pointer (RFC 6901) of the innermost value or member that covers a span; `""` is the whole file.
    pub fn pointer(&self, span: Span) -> String {
        let covers = |outer: Span| outer.start <= span.start && span.end <= outer.end;
        let mut pointer = String::new();
        let mut inside = self.value();
        while let Some(value) = inside {
            inside = match &value.kind {
                Kind::Object(members) => {
                    let index = members.partition_point(|member| member.key_span.start <= span.start);
                    let member = index.checked_sub(1).and_then(|index| members.get(index));
                    let member = member.filter(|member| covers(member.key_span) || covers(member.value.span));
                    if let Some(member) = member {
                        pointer.push('/');
                        pointer.push_str(&member.key.replace('~', "~0").replace('/', "~1"));
                    }
                    member.map(|member| &member.value).filter(|value| covers(value.span))
                }
                Kind::Array(items) => {
                    let index = items.partition_point(|item| item.span.start <= span.start).checked_sub(1);
                    let item = index.and_then(|index| Some((index, items.get(index)?)));
                    let item = item.filter(|(_, item)| covers(item.span));
                    if let Some((index, _)) = item {
                        pointer.push_str(&format!("/{index}"));
                    }
                    item.map(|(_, item)| item)
                }
                _ => None,
            };
        }
        pointer
    }
}

/// What Microsoft's language service says of transformations, by their file and where their value starts in its text.
pub type Opinions = HashMap<(FileId, usize), Opinion>;

/// The files that are checked together.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// The name of the folder that the paths are relative to, where it is known.
    pub name: Option<String>,
    /// What Microsoft's language service says of the transformations in the files, where it was asked.
    pub opinions: Opinions,
    files: Vec<File>,
}

impl Folder {
    /// A folder without files. `name` is its own name, where it is known: the packager compares it with the solution's.
    pub fn new(name: Option<&str>) -> Self {
        Folder { name: name.map(str::to_owned), opinions: Opinions::new(), files: Vec::new() }
    }

    /// Adds a file and reads it. A `\` between the path's parts counts as `/`; a leading `./` is left out.
    pub fn add(&mut self, path: &str, content: &[u8]) -> FileId {
        let id = FileId(self.files.len());
        let path = path.replace('\\', "/");
        let path = path.trim_start_matches("./").to_owned();
        let (text, flaw) = read(content);
        let is_json = path.to_ascii_lowercase().ends_with(".json") && !matches!(flaw, Some(Flaw::TooLong(_)));
        let json = is_json.then(|| json::parse(&text, Dialect::Strict));
        self.files.push(File { id, path, text, flaw, json });
        id
    }

    /// The files in the order in which they were added.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The file of that id.
    pub fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(id.0)
    }
}

fn read(content: &[u8]) -> (String, Option<Flaw>) {
    if content.len() > FILE_LIMIT {
        return (String::new(), Some(Flaw::TooLong(content.len())));
    }
    match std::str::from_utf8(content) {
        Ok(text) => (text.to_owned(), None),
        Err(error) => {
            (String::from_utf8_lossy(content).into_owned(), Some(Flaw::NotUtf8(error.valid_up_to())))
        }
    }
}

/// A path's directory and name.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
