use crate::artifact::folder::File;
use crate::artifact::resource::{Resource, Role, head};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::{nearest, quoted};
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "CCF003",
    name: "unknown-type",
    severity: Severity::Error,
    page: include_str!("ccf003_unknown_type.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    for file in &solution.others {
        let Some(root) = file.value() else { continue };
        match root.as_array() {
            Some(items) => items.iter().for_each(|item| unread(file, item, report)),
            None => unread(file, root, report),
        }
    }
    let mut seen = HashSet::new();
    for resource in solution.resources() {
        if seen.insert(resource.id()) {
            in_array(resource.file, report);
        }
        if resource.is_packaged() {
            packed_type(resource, report);
        }
    }
}

/// The items beside a resource in its array.
fn in_array(file: &File, report: &mut Report) {
    let items = file.value().and_then(Value::as_array).unwrap_or_default();
    let others = items.iter().filter(|item| role_by_type(item).is_none());
    others.for_each(|item| unread(file, item, report));
}

fn role_by_type(value: &Value) -> Option<Role> {
    value.member("type")?.value.as_str().and_then(Role::of)
}

/// An object that the packager passes by, where its type or its shape says what it should be.
fn unread(file: &File, object: &Value, report: &mut Report) {
    if object.as_object().is_none() || report.is_full(file) {
        return;
    }
    let member = object.member("type");
    let written = member.map(|member| &member.value);
    let text = written.and_then(Value::as_str);
    // A type of another provider is left alone, whatever the object looks like.
    let misspelt = text.and_then(nearest_role);
    let is_foreign = text.is_some_and(|text| !text.trim().is_empty() && misspelt.is_none());
    let shape = role_by_shape(object);
    let role = match (misspelt, shape, is_foreign) {
        (Some(role), ..) | (None, Some(role), false) => role,
        _ => return,
    };
    let (title, wanted) = (role.title(), role.resource_type());
    let passed_by = format!("the packager passes this {title} by");
    let entry = format!("\"type\": \"{wanted}\"");
    match (member, written, text) {
        (Some(_), Some(value), Some(text)) if !text.trim().is_empty() => {
            report
                .at(file, value.span, format!("{} is no resource type, so {passed_by}.", quoted(text)))
                .help(format!("Write {}.", quoted(wanted)))
                .suggest(format!("Write {}", quoted(wanted)), edit::replace_string(file, value.span, wanted));
        }
        (Some(_), Some(value), _) => {
            report
                .at(file, value.span, format!("`type` names no resource type, so {passed_by}."))
                .help(format!("By its content this is a {title}: write {}.", quoted(wanted)))
                .suggest(format!("Write {}", quoted(wanted)), edit::replace_string(file, value.span, wanted));
        }
        _ => {
            report
                .at(file, head(object), format!("This object has no `type`, so {passed_by}."))
                .help(format!("By its content this is a {title}: add `{entry}`."))
                .suggest(format!("Add `{entry}`"), edit::append(file, object, &entry));
        }
    }
}

/// The role whose type a text was probably meant to be: the last part decides, and the provider must fit.
fn nearest_role(text: &str) -> Option<Role> {
    let name = |kind: &'static str| kind.rsplit('/').next().unwrap_or(kind);
    let known = Role::ALL.map(|role| name(role.resource_type()));
    let last = text.rsplit('/').next().unwrap_or(text);
    let found = nearest(last, known).filter(|name| {
        // A part of a name is not enough: `rules` is not `dataCollectionRules`.
        last.len().saturating_add(3) >= name.len()
    })?;
    let provider = |text: &str| text.split('/').next().unwrap_or_default().to_ascii_lowercase();
    let role = Role::ALL.into_iter().find(|role| name(role.resource_type()) == found)?;
    let same = nearest(&provider(text), [provider(role.resource_type()).as_str()]).is_some();
    (same || !text.contains('/')).then_some(role)
}

/// What an object is by its members: those that no other of the four has.
fn role_by_shape(object: &Value) -> Option<Role> {
    let has = |pointer: &str| object.find(pointer).is_some();
    if has("/properties/streamDeclarations") || has("/properties/dataFlows") {
        Some(Role::Dcr)
    } else if has("/properties/connectorUiConfig") {
        Some(Role::Definition)
    } else if has("/properties/dcrConfig") || has("/properties/connectorDefinitionName") {
        Some(Role::Connector)
    } else if has("/properties/schema/columns") {
        Some(Role::Table)
    } else {
        None
    }
}

/// In a package the two Sentinel resources have another type, which the packager does not look for in sources.
fn packed_type(resource: &Resource<'_>, report: &mut Report) {
    let Some(value) = resource.find("/type") else { return };
    let Some(text) = value.as_str() else { return };
    let wanted = resource.role.resource_type();
    if text.eq_ignore_ascii_case(wanted) {
        return;
    }
    report
        .at(
            resource.file,
            value.span,
            format!(
                "{} is the type of a {} in a package: in a source file the packager passes it by.",
                quoted(text),
                resource.role.title()
            ),
        )
        .help(format!("Write {}.", quoted(wanted)))
        .fix(format!("Write {}", quoted(wanted)), edit::replace_string(resource.file, value.span, wanted));
}
