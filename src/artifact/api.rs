//! The versions of Azure's APIs for the four resources.
//!
//! Sources: the packager `createSolutionV3` for what it writes; `Azure/bicep-types-az`, generated from Microsoft's API
//! descriptions, and Microsoft's page of the versions of data connectors, for what there is.

use super::resource::Role;

/// The version that the packager writes for a resource, whatever its file says.
pub fn packaged(role: Role) -> &'static str {
    match role {
        Role::Table => "2022-10-01",
        Role::Dcr => "2022-06-01",
        Role::Definition => "2022-09-01-preview",
        Role::Connector => "2023-02-01-preview",
    }
}

/// Whether a text has the form of a version: a date, and perhaps what kind of preview it is.
pub fn is_version(text: &str) -> bool {
    let (date, kind) = text.split_at_checked(10).unwrap_or((text, ""));
    let mut parts = date.split('-');
    let mut number = |digits: usize| {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| is_number)
    };
    let (year, month, day) = (number(4), number(2), number(2));
    let kind = kind
        .strip_prefix('-')
        .map(|kind| !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphabetic()));
    year.is_some_and(|year| (2014..2100).contains(&year))
        && month.is_some_and(|month| (1..=12).contains(&month))
        && day.is_some_and(|day| (1..=31).contains(&day))
        && (kind.unwrap_or(text.len() == 10))
}

/// Whether a version may exist. Where the list of the public versions is complete, what lies between its first and its
/// last but is not in it does not exist; private previews and what came after the list may.
pub fn is_known(role: Role, version: &str) -> bool {
    // The date of the first version, and the versions up to which the list is complete.
    let (first, listed): (&str, &[&str]) = match role {
        Role::Dcr => ("2019-11-01", &DCR),
        Role::Table => ("2020-03-01", &TABLE),
        Role::Connector => ("2019-01-01", &CONNECTOR),
        Role::Definition => ("2022-01-01", &[]),
    };
    let date = |version: &'static str| version.get(..10).unwrap_or(version);
    let inside = listed.first().is_some_and(|first| date(first) <= version)
        && listed.last().is_some_and(|last| version < date(last));
    let private = version.to_ascii_lowercase().ends_with("-privatepreview");
    let is_listed = listed.iter().any(|listed| listed.eq_ignore_ascii_case(version));
    private || is_listed || (!inside && version >= first)
}

const DCR: [&str; 6] =
    ["2019-11-01-preview", "2021-04-01", "2021-09-01-preview", "2022-06-01", "2023-03-11", "2024-03-11"];

const TABLE: [&str; 5] = ["2022-10-01", "2023-09-01", "2025-02-01", "2025-07-01", "2026-03-01"];

const CONNECTOR: [&str; 19] = [
    "2019-01-01-preview",
    "2020-01-01",
    "2021-03-01-preview",
    "2021-09-01-preview",
    "2021-10-01",
    "2021-10-01-preview",
    "2022-01-01-preview",
    "2022-04-01-preview",
    "2022-05-01-preview",
    "2022-06-01-preview",
    "2022-07-01-preview",
    "2022-08-01",
    "2022-08-01-preview",
    "2022-09-01-preview",
    "2022-10-01-preview",
    "2022-11-01",
    "2022-11-01-preview",
    "2022-12-01-preview",
    "2023-02-01-preview",
];
