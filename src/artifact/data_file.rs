//! A solution's data file: what the packager is told to package.
//!
//! Source: `createSolutionV3` in Azure/Azure-Sentinel, `V3/createSolutionV3.ps1` and `common/get-ccp-details.ps1`.

use super::folder::File;
use super::solution::Solution;
use crate::json::{self, Dialect, Member, Value};
use crate::text::Span;
use std::collections::HashMap;

/// A path in the list `Data Connectors`.
#[derive(Clone, Debug)]
pub struct Listed<'f> {
    /// Where it stands.
    pub span: Span,
    /// As it is written.
    pub text: String,
    /// The path relative to the solution's folder, as the packager makes it: without `Solutions/` and the name.
    pub path: String,
    /// The file that it leads to.
    pub file: Option<&'f File>,
}

/// The member that lists the connectors. The packager finds it without regard to case.
pub fn connectors_member(file: &File) -> Option<&Member> {
    file.value()?.member("Data Connectors")
}

/// The paths that the member lists. They stand in an array, or in a string that holds the array as JSON; what is no
/// path is left out.
pub fn listed<'f>(file: &File, solution: &Solution<'f>) -> Vec<Listed<'f>> {
    let Some(member) = connectors_member(file) else { return Vec::new() };
    let name = file.value().and_then(|value| value.find("/Name")).and_then(Value::as_str);
    let paths: Vec<(Span, String)> = match (member.value.as_array(), member.value.as_str()) {
        (Some(items), _) => {
            items.iter().filter_map(|item| Some((item.span, item.as_str()?.to_owned()))).collect()
        }
        (None, Some(text)) => {
            let inner = json::parse(text, Dialect::Strict).value;
            let items = inner.as_ref().and_then(Value::as_array).unwrap_or_default();
            items.iter().filter_map(|item| Some((member.value.span, item.as_str()?.to_owned()))).collect()
        }
        _ => Vec::new(),
    };
    let files: HashMap<String, &'f File> =
        solution.files.iter().map(|file| (solution.relative(file).to_ascii_lowercase(), *file)).collect();
    let resolve = |(span, text): (Span, String)| {
        let path = relative(&text, name);
        let file = files.get(&path.to_ascii_lowercase()).copied();
        Listed { span, text, path, file }
    };
    paths.into_iter().map(resolve).collect()
}

fn relative(text: &str, name: Option<&str>) -> String {
    let path = text.replace('\\', "/").replace("Solutions/", "");
    let path = match name.filter(|name| !name.is_empty()) {
        Some(name) => path.replace(&format!("{name}/"), ""),
        None => path,
    };
    path.trim_start_matches("./").trim_start_matches('/').to_owned()
}
