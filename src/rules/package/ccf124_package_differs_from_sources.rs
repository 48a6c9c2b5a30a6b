use super::ccf126_package_metadata_invalid::faults;
use crate::artifact::arm;
use crate::artifact::data_file;
use crate::artifact::folder::{File, FileId};
use crate::artifact::package::{self, Difference, Package};
use crate::artifact::resource::{Resource, Role, head};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};
use std::collections::{HashMap, HashSet};

pub(super) const RULE: Rule = Rule {
    code: "CCF124",
    name: "package-differs-from-sources",
    severity: Severity::Warning,
    page: include_str!("ccf124_package_differs_from_sources.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let Some(package) = Package::of(solution) else { return };
    versions(solution, &package, report);
    metadata(solution, &package, report);
    resources(solution, &package, report);
}

/// The version and the name of the data file, which become variables.
fn versions(solution: &Solution<'_>, package: &Package<'_>, report: &mut Report) {
    let [file] = solution.data_files.as_slice() else { return };
    for (variable, key, what) in
        [("_solutionVersion", "/Version", "version"), ("_solutionName", "/Name", "name")]
    {
        let packed = package.variable(variable).and_then(|value| Some((value, value.as_str()?)));
        let source =
            file.value().and_then(|value| value.find(key)).and_then(|value| Some((value, value.as_str()?)));
        let (Some((packed, theirs)), Some((source, ours))) = (packed, source) else { continue };
        if ours != theirs {
            let message =
                format!("The package has the {what} {}, the data file {}.", quoted(theirs), quoted(ours));
            report.at(package.file, packed.span, message).related(
                file.id,
                source.span,
                format!("the {what}"),
            );
        }
    }
}

/// What the solution's metadata says, which becomes a variable and members of the solution's own resource.
fn metadata(solution: &Solution<'_>, package: &Package<'_>, report: &mut Report) {
    let Some(file) = solution.metadata.filter(|file| is_sound(file)) else { return };
    let packed = package.variable("solutionId").and_then(|value| Some((value, value.as_str()?)));
    if let (Some((packed, theirs)), Some(ours)) = (packed, package::solution_id(file))
        && package::is_solution_id(theirs)
        && ours != theirs
    {
        let place = file.value().and_then(|value| value.member("offerId"));
        let message =
            format!("The package has the solution id {}, the metadata {}.", quoted(theirs), quoted(&ours));
        let place = place.map_or(Span::default(), |member| member.value.span);
        report.at(package.file, packed.span, message).related(file.id, place, "the metadata");
    }
    let Some(content) = package.content.and_then(|content| content.find("/properties")) else { return };
    for key in ["support", "categories", "providers", "firstPublishDate", "lastPublishDate"] {
        let (Some(ours), Some(theirs)) =
            (file.value().and_then(|value| value.member(key)), content.member(key))
        else {
            continue;
        };
        if !faults(content, key).is_empty() {
            // Wrong in itself, whatever the metadata has.
            continue;
        }
        if let Some(difference) = package::values_differ(&ours.value, &theirs.value, &[]) {
            let message = format!("The package has another `{key}` than the metadata.");
            report.at(package.file, difference.package, message).related(
                file.id,
                difference.source,
                "the metadata",
            );
        }
    }
}

/// The name by which a source and what became of it are paired.
fn key(resource: &Resource<'_>) -> Option<String> {
    let pointer = match resource.role {
        Role::Definition => "/properties/connectorUiConfig/id",
        Role::Connector => "/properties/dcrConfig/streamName",
        Role::Table | Role::Dcr => "/name",
    };
    Some(arm::literal(resource.find(pointer)?)?.to_ascii_lowercase())
}

fn resources(solution: &Solution<'_>, package: &Package<'_>, report: &mut Report) {
    let listed: Option<HashSet<_>> = match solution.data_files.as_slice() {
        [file] => Some(
            data_file::listed(file, solution)
                .iter()
                .filter_map(|path| path.file)
                .map(|file| file.id)
                .collect(),
        ),
        _ => None,
    };
    for role in Role::ALL {
        let sources: Vec<_> = solution
            .resources()
            .filter(|source| source.role == role && source.is_packaged() && is_sound(source.file))
            .collect();
        let mut packed: HashMap<String, Vec<&Resource<'_>>> = HashMap::new();
        for resource in package.of_role(role) {
            if let Some(key) = key(resource) {
                packed.entry(key).or_default().push(resource);
            }
        }
        // With one on each side there is no doubt which was made of which.
        let pair = match (sources.as_slice(), package.of_role(role).collect::<Vec<_>>().as_slice()) {
            ([source], [resource]) => Some((*source, *resource)),
            _ => None,
        };
        let mut ours = HashSet::new();
        for source in &sources {
            let key = key(source);
            let found = key.as_ref().and_then(|key| packed.get(key));
            match (found, pair) {
                (Some(found), _) => {
                    let mut differences = found.iter().map(|packed| package::difference(source, packed));
                    // A definition is there twice; of others with one name any may be made of this source.
                    let difference = match role {
                        Role::Definition => differences.find_map(|difference| difference),
                        _ => differences.collect::<Option<Vec<_>>>().and_then(|all| all.first().copied()),
                    };
                    if let Some(difference) = difference {
                        differs(package, source, &difference, report);
                    }
                }
                // The packager makes a name of one with a placeholder; else somebody renamed it.
                (None, Some((_, resource))) if key.is_none() || self::key(resource).is_none() => {
                    if let Some(difference) = package::difference(source, resource) {
                        differs(package, source, &difference, report);
                    }
                }
                (None, Some((_, resource))) => renamed(package, source, resource, report),
                (None, None) if key.is_some() => missing(package, source, listed.as_ref(), report),
                (None, None) => {}
            }
            ours.extend(key);
        }
        // What is left of a part of the sources that was taken away.
        let dangling =
            package.of_role(role).find(|resource| key(resource).is_some_and(|key| !ours.contains(&key)));
        if let Some(resource) = dangling.filter(|_| !sources.is_empty() && pair.is_none()) {
            let message = format!("The package has a {} that the sources do not have.", role.title());
            report.at(package.file, name_place(resource), message);
        }
    }
}

fn differs(package: &Package<'_>, source: &Resource<'_>, difference: &Difference, report: &mut Report) {
    let message =
        format!("The {} in the package differs from that of the sources here.", source.role.title());
    report.at(package.file, difference.package, message).related(
        source.id(),
        difference.source,
        "the source",
    );
}

fn renamed(package: &Package<'_>, source: &Resource<'_>, packed: &Resource<'_>, report: &mut Report) {
    let message =
        format!("The {} in the package has another name than that of the sources.", source.role.title());
    report.at(package.file, name_place(packed), message).related(
        source.id(),
        name_place(source),
        "the source",
    );
}

fn missing(
    package: &Package<'_>,
    source: &Resource<'_>,
    listed: Option<&HashSet<FileId>>,
    report: &mut Report,
) {
    // Only listed definitions are packaged, and of connectors and DCRs those that belong to one: other rules look at
    // that.
    let expected = match source.role {
        Role::Table => true,
        Role::Definition => listed.is_none_or(|listed| listed.contains(&source.id())),
        Role::Dcr | Role::Connector => false,
    };
    let named = package.of_role(source.role).all(|packed| key(packed).is_some());
    if expected && named {
        let message = format!("The package lacks a {} that the sources have.", source.role.title());
        let root = package.file.value();
        let place =
            root.and_then(|root| root.member("resources")).map_or(Span::default(), |member| member.key_span);
        report.at(package.file, place, message).related(source.id(), name_place(source), "the source");
    }
}

/// Where a resource says what it is called.
fn name_place(resource: &Resource<'_>) -> Span {
    let pointer = match resource.role {
        Role::Definition => "/properties/connectorUiConfig/id",
        Role::Connector => "/properties/dcrConfig/streamName",
        Role::Table | Role::Dcr => "/name",
    };
    resource.find(pointer).map_or(head(resource.value), |value: &Value| value.span)
}

/// Whether a file is JSON throughout: of another a part may be missing here.
fn is_sound(file: &File) -> bool {
    file.json.as_ref().is_some_and(|json| json.errors.is_empty())
}
