use crate::artifact::folder::File;
use crate::artifact::resource::{Resource, Role};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF133",
    name: "misspelt-member",
    severity: Severity::Warning,
    page: include_str!("ccf133_misspelt_member.md"),
    check: Check::Resource(check),
};

/// The members that an object may have.
struct Shape {
    /// Those that may be missing: a slip in one of them goes unnoticed.
    optional: &'static [&'static str],
    /// The others. Where one of these is missing another rule says so.
    others: &'static [&'static str],
}

const TABLE: Shape = Shape {
    optional: &["plan", "retentionInDays", "totalRetentionInDays"],
    others: &[
        "schema",
        "restoredLogs",
        "searchResults",
        "provisioningState",
        "resultStatistics",
        "lastPlanModifiedDate",
        "archiveRetentionInDays",
        "retentionInDaysAsDefault",
        "totalRetentionInDaysAsDefault",
    ],
};

const SCHEMA: Shape = Shape {
    optional: &["description", "displayName"],
    others: &[
        "name",
        "columns",
        "categories",
        "labels",
        "solutions",
        "source",
        "standardColumns",
        "tableSubType",
        "tableType",
    ],
};

const COLUMN: Shape = Shape {
    optional: &["description", "displayName", "dataTypeHint"],
    others: &["name", "type", "isDefaultDisplay", "isHidden"],
};

const DCR: Shape = Shape {
    optional: &["dataCollectionEndpointId", "description", "dataSources"],
    others: &[
        "streamDeclarations",
        "destinations",
        "dataFlows",
        "directDataSources",
        "agentSettings",
        "references",
        "ingestionQuotas",
        "immutableId",
        "endpoints",
        "metadata",
        "provisioningState",
        "dataImports",
    ],
};

const FLOW: Shape = Shape {
    optional: &["transformKql"],
    others: &["streams", "destinations", "outputStream", "builtInTransform", "captureOverflow"],
};

const DCR_CONFIG: Shape = Shape {
    optional: &["dataCollectionEndpoint", "dataCollectionRuleImmutableId"],
    others: &["streamName", "dataCollectionRuleId", "dataCollectionEndpointId"],
};

const AUTH: Shape = Shape { optional: &["appId", "servicePrincipalId"], others: &["type"] };

/// How many members of one object are compared with the known ones: a larger object is none that a person wrote.
const MOST: usize = 30;

fn check(resource: &Resource<'_>, _: &Solution<'_>, report: &mut Report) {
    let mut tell = |pointer: &str, shape: &Shape| {
        if let Some(object) = resource.find(pointer) {
            misspelt(resource.file, object, shape, report);
        }
    };
    match resource.role {
        Role::Table => {
            tell("/properties", &TABLE);
            tell("/properties/schema", &SCHEMA);
            items(resource, "/properties/schema/columns").for_each(|column| {
                misspelt(resource.file, column, &COLUMN, report);
            });
        }
        Role::Dcr => {
            tell("/properties", &DCR);
            items(resource, "/properties/dataFlows").for_each(|flow| {
                misspelt(resource.file, flow, &FLOW, report);
            });
        }
        Role::Connector => {
            tell("/properties/dcrConfig", &DCR_CONFIG);
            tell("/properties/auth", &AUTH);
        }
        Role::Definition => {}
    }
}

/// The items of a list, up to more than a table may have columns.
fn items<'f>(resource: &Resource<'f>, pointer: &str) -> impl Iterator<Item = &'f Value> {
    resource.find(pointer).and_then(Value::as_array).unwrap_or_default().iter().take(1000)
}

fn misspelt(file: &File, object: &Value, shape: &Shape, report: &mut Report) {
    let members = object.as_object().unwrap_or_default();
    if members.len() > MOST {
        return;
    }
    let known = || shape.optional.iter().chain(shape.others).copied();
    for member in members {
        if known().any(|known| known.eq_ignore_ascii_case(&member.key)) {
            continue;
        }
        let near = nearest(&member.key, known()).filter(|near| shape.optional.contains(near));
        let Some(near) = near.filter(|near| object.member(near).is_none()) else { continue };
        report
            .at(file, member.key_span, format!("{} is no member of this object.", quoted(&member.key)))
            .help(format!("Write `{near}`, if that is meant; else remove it."))
            .suggest(format!("Write `{near}`"), edit::replace_string(file, member.key_span, near));
    }
}
