use crate::artifact::definition::Definition;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::{Kind, Value};
use crate::rules::required::{Owner, text_flaw};
use crate::rules::{Check, Report, Rule};
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF081",
    name: "resource-permission-incomplete",
    severity: Severity::Error,
    page: include_str!("ccf081_resource_permission_incomplete.md"),
    check: Check::Definition(check),
};

const WORKSPACES: &str = "Microsoft.OperationalInsights/workspaces";

/// Source: Microsoft's reference of connector definitions.
const PROVIDERS: [&str; 6] = [
    WORKSPACES,
    "Microsoft.OperationalInsights/solutions",
    "Microsoft.OperationalInsights/workspaces/datasources",
    "microsoft.aadiam/diagnosticSettings",
    "Microsoft.OperationalInsights/workspaces/sharedKeys",
    "Microsoft.Authorization/policyAssignments",
];

const SCOPES: [&str; 3] = ["Workspace", "ResourceGroup", "Subscription"];

const ACTIONS: [&str; 4] = ["read", "write", "delete", "action"];

const TEXTS: [&str; 4] = ["provider", "providerDisplayName", "permissionsDisplayText", "scope"];

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    // Missing or empty permissions are CCF072's.
    let Some(permissions) = definition.permissions() else { return };
    let list = permissions.value.member("resourceProvider");
    let entries = list.and_then(|list| list.value.as_array());
    if let Some(list) = list.filter(|_| entries.is_none()) {
        let message = format!("`resourceProvider` is {}, not an array.", list.value.described());
        report.at(file, list.value.span, message);
        return;
    }
    let entries = entries.unwrap_or_default();
    for entry in entries {
        if report.is_full(file) {
            return;
        }
        check_entry(definition, entry, report);
    }
    let is_workspace = |entry: &Value| {
        let provider = entry.find("/provider").and_then(Value::as_str);
        // What is misspelled counts: it has its own finding.
        provider.is_none_or(|name| nearest(name, PROVIDERS).is_none_or(|nearest| nearest == WORKSPACES))
    };
    if !entries.iter().take(100).any(is_workspace) {
        let span = list.map_or(permissions.key_span, |list| list.key_span);
        report
            .at(file, span, "The permissions do not say that the workspace must be writable.")
            .severity(Severity::Warning);
    }
}

fn check_entry(definition: &Definition<'_>, entry: &Value, report: &mut Report) {
    let file = definition.resource.file;
    if entry.as_object().is_none() {
        let message = format!("This entry of `resourceProvider` is {}, not an object.", entry.described());
        report.at(file, entry.span, message);
        return;
    }
    for name in TEXTS {
        if let Some((span, message)) = text_flaw(entry, name, Owner::This("permission")) {
            report.at(file, span, message);
        }
    }
    let provider = entry.find("/provider").filter(|value| !is_blank(value));
    let provider = provider.and_then(|value| Some((value, value.as_str()?)));
    if let Some((value, name)) = provider.filter(|(_, name)| !is_one_of(&PROVIDERS, name)) {
        let message = format!("{} is not a resource provider that the portal checks.", quoted(name));
        let finding = report.at(file, value.span, message);
        finding.severity(Severity::Warning);
        if let Some(meant) = nearest(name, PROVIDERS) {
            finding.suggest(format!("Change it to `{meant}`"), edit::replace_string(file, value.span, meant));
        }
    }
    let scope = entry.find("/scope").filter(|value| !is_blank(value));
    if let Some((value, name)) = scope.and_then(|value| Some((value, value.as_str()?)))
        && !SCOPES.contains(&name)
    {
        let known = SCOPES.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let message = match known {
            Some(known) => format!("The scope {} differs from `{known}` in its case.", quoted(name)),
            None => format!("There is no scope {}.", quoted(name)),
        };
        let finding = report.at(file, value.span, message);
        if let Some(known) = known {
            finding.severity(Severity::Warning);
            finding.fix(format!("Change it to `{known}`"), edit::replace_string(file, value.span, known));
        } else {
            finding.help("The scope is `Workspace`, `ResourceGroup` or `Subscription`.");
            if let Some(meant) = nearest(name, SCOPES) {
                finding.suggest(
                    format!("Change it to `{meant}`"),
                    edit::replace_string(file, value.span, meant),
                );
            }
        }
    }
    let is_workspace = provider.is_some_and(|(_, name)| name.eq_ignore_ascii_case(WORKSPACES));
    check_actions(definition, entry, is_workspace, report);
}

fn check_actions(definition: &Definition<'_>, entry: &Value, is_workspace: bool, report: &mut Report) {
    let file = definition.resource.file;
    let Some(required) = entry.member("requiredPermissions") else {
        report.at(file, head(entry), "This permission has no `requiredPermissions`.");
        return;
    };
    let Some(members) = required.value.as_object() else {
        let message = format!("`requiredPermissions` is {}, not an object.", required.value.described());
        report.at(file, required.value.span, message);
        return;
    };
    for member in members {
        if report.is_full(file) {
            return;
        }
        if !is_one_of(&ACTIONS, &member.key) {
            let message = format!("There is no permission {}.", quoted(&member.key));
            let finding = report.at(file, member.key_span, message);
            finding
                .severity(Severity::Warning)
                .help("A permission is `read`, `write`, `delete` or `action`.");
            if let Some(meant) = nearest(&member.key, ACTIONS) {
                let title = format!("Change it to `{meant}`");
                finding.suggest(title, edit::replace_string(file, member.key_span, meant));
            }
        } else if !matches!(member.value.kind, Kind::Bool(_)) {
            let message = format!("`{}` is {}, not true or false.", member.key, member.value.described());
            let finding = report.at(file, member.value.span, message);
            if let Some(text @ ("true" | "false")) = member.value.as_str() {
                finding.fix("Remove the quotes", edit::replace(file, member.value.span, text));
            }
        }
    }
    let asks = |name: &str| {
        required.value.member(name).is_some_and(|member| member.value.kind != Kind::Bool(false))
            // A misspelled one has its own finding.
            || members.iter().take(8).any(|member| {
                !is_one_of(&ACTIONS, &member.key) && nearest(&member.key, ACTIONS) == Some(name)
            })
    };
    let missing: Vec<&str> =
        ["read", "write"].into_iter().filter(|name| is_workspace && !asks(name)).collect();
    if let [first, rest @ ..] = missing.as_slice() {
        let names = rest.iter().fold(format!("`{first}`"), |names, name| format!("{names} and `{name}`"));
        let message = format!("The permissions on the workspace do not ask for {names}.");
        report.at(file, required.key_span, message).severity(Severity::Warning);
    }
}

fn is_one_of(known: &[&str], name: &str) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(name))
}
