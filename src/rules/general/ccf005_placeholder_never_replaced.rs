use crate::artifact::arm::{self, Placeholder};
use crate::artifact::resource::{Resource, Role};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF005",
    name: "placeholder-never-replaced",
    severity: Severity::Error,
    page: include_str!("ccf005_placeholder_never_replaced.md"),
    check: Check::Resource(check),
};

/// Where the packager looks for placeholders; elsewhere CCF131 has its say.
fn places(role: Role) -> &'static [&'static str] {
    match role {
        Role::Dcr => &["/name", "/properties/dataCollectionEndpointId"],
        Role::Connector => &[
            "/name",
            "/properties/dcrConfig/dataCollectionEndpoint",
            "/properties/dcrConfig/dataCollectionRuleImmutableId",
            "/properties/auth/appId",
            "/properties/auth/servicePrincipalId",
        ],
        Role::Table | Role::Definition => &[],
    }
}

/// How many of one string are reported.
const SHOWN: usize = 10;

fn check(resource: &Resource<'_>, _: &Solution<'_>, report: &mut Report) {
    if !resource.is_packaged() {
        return;
    }
    for pointer in places(resource.role) {
        let Some(value) = resource.find(pointer) else { continue };
        let found = arm::placeholders(value.as_str().unwrap_or_default());
        let wrong = found.filter(|placeholder| !placeholder.is_found());
        for Placeholder { name, span } in wrong.take(SHOWN) {
            let whole = format!("{{{{{name}}}}}");
            let mended = camel(name);
            let place = arm::place(resource.file, value, span);
            let finding = report.at(
                resource.file,
                place,
                format!("The packager does not replace {}, so it stays in the package.", quoted(&whole)),
            );
            if mended.is_empty() {
                finding.help("Name what stands here, such as `{{appId}}`, with letters and digits only.");
            } else {
                let mended = format!("{{{{{mended}}}}}");
                finding
                    .help(format!("Write {}: letters and digits only, no blanks.", quoted(&mended)))
                    .fix(format!("Write {}", quoted(&mended)), edit::replace(resource.file, place, mended));
            }
        }
    }
}

/// A name with letters and digits only: `data_collection endpoint` becomes `dataCollectionEndpoint`.
fn camel(name: &str) -> String {
    let mut camel = String::new();
    let mut starts_word = false;
    for char in name.chars() {
        if !char.is_ascii_alphanumeric() {
            starts_word = !camel.is_empty();
        } else if std::mem::take(&mut starts_word) {
            camel.push(char.to_ascii_uppercase());
        } else {
            camel.push(char);
        }
    }
    camel
}
