//! The package that the packager made of a solution, and how it may differ from the sources.
//!
//! Source: `createSolutionV3` in Azure/Azure-Sentinel, `common/createCCPConnector.ps1` and `common/commonFunctions.ps1`;
//! published packages.

use super::arm;
use super::folder::File;
use super::resource::{self, Resource, Role, head};
use super::solution::Solution;
use crate::json::{Kind, Member, Value};
use crate::text::Span;
use std::collections::HashMap;

/// What the packager wrote into `Package/mainTemplate.json`.
#[derive(Clone, Debug)]
pub struct Package<'f> {
    /// The template's file.
    pub file: &'f File,
    /// The four resources of connectors, in the order of the text. Definitions are there twice.
    pub resources: Vec<Resource<'f>>,
    /// The solution's own resource: what the content hub shows.
    pub content: Option<&'f Value>,
}

impl<'f> Package<'f> {
    /// Reads a solution's package, where its template is JSON.
    pub fn of(solution: &Solution<'f>) -> Option<Package<'f>> {
        let file = template(solution)?;
        // Of a text that is not sound JSON a part may be missing here.
        let root = file.json.as_ref().filter(|json| json.errors.is_empty())?.value.as_ref()?;
        let found = resource::find(root).into_iter();
        let resources = found.map(|(value, role, origin)| Resource { file, value, role, origin }).collect();
        let outer = root.find("/resources").and_then(Value::as_array).unwrap_or_default();
        let content = outer.iter().find(|value| {
            let kind = value.find("/type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
            kind.ends_with("/contentpackages")
        });
        Some(Package { file, resources, content })
    }

    /// The value of a variable.
    pub fn variable(&self, name: &str) -> Option<&'f Value> {
        Some(&self.file.value()?.find("/variables")?.member(name)?.value)
    }

    /// The resources of a role.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = &Resource<'f>> {
        self.resources.iter().filter(move |resource| resource.role == role)
    }
}

/// The file of the package's template.
pub fn template<'f>(solution: &Solution<'f>) -> Option<&'f File> {
    file(solution, "mainTemplate.json")
}

/// The file of that name directly in `Package`.
pub fn file<'f>(solution: &Solution<'f>, name: &str) -> Option<&'f File> {
    let path = format!("Package/{name}");
    solution.package.iter().copied().find(|file| solution.relative(file).eq_ignore_ascii_case(&path))
}

/// A place where a package says something else than the source, and the packager cannot be the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where in the source.
    pub source: Span,
    /// Where in the package.
    pub package: Span,
}

/// What the packager fills in or replaces in a DCR and in a data connector, whatever the source has.
const FILLED: [&str; 6] = [
    "workspaceresourceid",
    "datacollectionendpointid",
    "datacollectionendpoint",
    "datacollectionruleimmutableid",
    "appid",
    "serviceprincipalid",
];

/// The first difference between the `properties` of a source and of what the package made of it.
///
/// What the packager does, and what reading and writing JSON in PowerShell may do, counts as equal: placeholders,
/// values that it fills in, empty values that it removes or replaces by variables, times and numbers written in another
/// way, an array of one item and the item.
pub fn difference(source: &Resource<'_>, packed: &Resource<'_>) -> Option<Difference> {
    let (from, to) = match (source.find("/properties"), packed.find("/properties")) {
        (Some(from), Some(to)) => (from, to),
        (None, None) => return None,
        (from, to) => {
            let source = from.map_or(source.head(), head);
            return Some(Difference { source, package: to.map_or(packed.head(), head) });
        }
    };
    values_differ(from, to, if matches!(source.role, Role::Dcr | Role::Connector) { &FILLED } else { &[] })
}

/// The first difference between a value of a source and what the package made of it. `filled` names, in lower case, the
/// members that the packager fills in.
pub fn values_differ(from: &Value, to: &Value, filled: &[&str]) -> Option<Difference> {
    let mut left = vec![(from, to)];
    while let Some((from, to)) = left.pop() {
        match (&from.kind, &to.kind) {
            (Kind::Object(ours), Kind::Object(theirs)) => {
                let is_filled = |key: &str| filled.contains(&key);
                let by_key = |members: &'_ [Member]| -> HashMap<String, usize> {
                    let keys = members.iter().enumerate();
                    keys.map(|(index, member)| (member.key.to_ascii_lowercase(), index)).collect()
                };
                let (our_keys, their_keys) = (by_key(ours), by_key(theirs));
                let mut inner = Vec::new();
                for member in ours {
                    let key = member.key.to_ascii_lowercase();
                    if is_filled(&key) {
                        continue;
                    }
                    match their_keys.get(&key).and_then(|index| theirs.get(*index)) {
                        Some(their) => inner.push((&member.value, &their.value)),
                        None if is_empty(&member.value) => {}
                        None => return Some(Difference { source: member.key_span, package: head(to) }),
                    }
                }
                let added = theirs.iter().find(|member| {
                    let key = member.key.to_ascii_lowercase();
                    !our_keys.contains_key(&key) && !is_filled(&key) && !is_empty(&member.value)
                });
                if let Some(added) = added {
                    return Some(Difference { source: head(from), package: added.key_span });
                }
                left.extend(inner.into_iter().rev());
            }
            (Kind::Array(ours), Kind::Array(theirs)) if ours.len() == theirs.len() => {
                left.extend(ours.iter().zip(theirs).rev());
            }
            _ if scalar_equal(from, to) || (is_empty(from) && is_empty(to)) => {}
            (Kind::Array(ours), Kind::Object(_) | Kind::String(_)) if ours.len() == 1 => {
                left.extend(ours.iter().map(|item| (item, to)));
            }
            (Kind::Object(_) | Kind::String(_), Kind::Array(theirs)) if theirs.len() == 1 => {
                left.extend(theirs.iter().map(|item| (from, item)));
            }
            (Kind::Array(_) | Kind::Object(_), Kind::Array(_) | Kind::Object(_)) => {
                return Some(Difference { source: head(from), package: head(to) });
            }
            _ => return Some(Difference { source: from.span, package: to.span }),
        }
    }
    None
}

/// Whether the packager may remove a value, or put one of its variables for empty values in its place.
fn is_empty(value: &Value) -> bool {
    value.descendants().all(|inside| match &inside.kind {
        Kind::Null | Kind::Array(_) | Kind::Object(_) => true,
        Kind::String(text) => {
            let variable = ["blanks", "TemplateEmptyArray", "TemplateEmptyObject"];
            text.is_empty() || variable.iter().any(|name| *text == format!("[variables('{name}')]"))
        }
        Kind::Bool(_) | Kind::Number(_) => false,
    })
}

fn scalar_equal(from: &Value, to: &Value) -> bool {
    match (&from.kind, &to.kind) {
        (Kind::String(from), Kind::String(to)) => {
            let lines = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
            arm::placeholders(from).next().is_some()
                || from == to
                || (is_time(from) && is_time(to))
                || lines(from) == lines(to)
        }
        (Kind::Number(from), Kind::Number(to)) => {
            from == to || normal(from).zip(normal(to)).is_none_or(|(from, to)| from == to)
        }
        (Kind::Bool(from), Kind::Bool(to)) => from == to,
        _ => false,
    }
}

/// A number in one form for all the ways to write it, such as `1.50` and `15e-1`: its sign, its digits without zeros at
/// either end, and the power of ten that they are times.
///
/// `None` for one of more digits than a double keeps: the packager may have rounded it.
fn normal(number: &str) -> Option<(bool, String, i64)> {
    let (magnitude, negative) = number.strip_prefix('-').map_or((number, false), |rest| (rest, true));
    let (decimal, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_end_matches('0');
    let zeros = i64::try_from(all.len().checked_sub(digits.len())?).ok()?;
    let behind_point = i64::try_from(fraction.len()).ok()?;
    let digits = digits.trim_start_matches('0');
    let power = match digits {
        "" => 0,
        _ => exponent.parse::<i64>().ok()?.checked_add(zeros)?.checked_sub(behind_point)?,
    };
    (digits.len() <= 15).then(|| (negative, digits.to_owned(), power))
}

/// Whether PowerShell may read a text as a time, and write the time in another way: `2026-09-01T…`
fn is_time(text: &str) -> bool {
    let shape = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    shape.take(11).eq(*b"0000-00-00T")
}

/// Whether a text has the form of a solution's id, `<publisher>.<offer>` in lower case.
///
/// Source: `.script/tests` of Azure/Azure-Sentinel, `validSolutionID.ts`.
pub fn is_solution_id(id: &str) -> bool {
    let parts = id.split_once('.');
    parts.is_some_and(|(publisher, offer)| {
        !publisher.is_empty()
            && !offer.is_empty()
            && !offer.contains('.')
            && !id.bytes().any(|byte| byte.is_ascii_uppercase())
    })
}

/// The id that the packager makes of a solution's metadata.
pub fn solution_id(metadata: &File) -> Option<String> {
    let part = |key| metadata.value()?.find(key)?.as_str();
    Some(format!("{}.{}", part("/publisherId")?, part("/offerId")?))
}
