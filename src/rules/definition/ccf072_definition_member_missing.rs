use crate::artifact::definition::Definition;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::{Kind, Value};
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF072",
    name: "definition-member-missing",
    severity: Severity::Error,
    page: include_str!("ccf072_definition_member_missing.md"),
    check: Check::Definition(check),
};

/// What a required member of `connectorUiConfig` has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    List,
    Object,
}

/// Source: the API description of 2025-09-01, which names these eight as required.
const REQUIRED: [(&str, Shape); 8] = [
    ("title", Shape::Text),
    ("publisher", Shape::Text),
    ("descriptionMarkdown", Shape::Text),
    ("graphQueries", Shape::List),
    ("dataTypes", Shape::List),
    ("connectivityCriteria", Shape::List),
    ("permissions", Shape::Object),
    ("instructionSteps", Shape::List),
];

/// What may be missing.
const OPTIONAL: [(&str, Shape); 2] = [("sampleQueries", Shape::List), ("availability", Shape::Object)];

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let resource = &definition.resource;
    let file = resource.file;
    let Some(config) = definition.config() else {
        let parent = resource.find("/properties").unwrap_or(resource.value);
        report
            .at(file, head(parent), "The connector definition has no `properties.connectorUiConfig`.")
            .help("Describe the connector's page in `properties.connectorUiConfig`.");
        return;
    };
    if config.as_object().is_none() {
        let message = format!("`connectorUiConfig` is {}, not an object.", config.described());
        report.at(file, config.span, message);
        return;
    }
    for (name, shape) in REQUIRED {
        let Some(member) = config.member(name) else {
            let finding = report.at(file, head(config), format!("`connectorUiConfig` has no `{name}`."));
            // The connectors that CCF replaces have the same member under this name.
            if let Some(old) =
                config.member("connectivityCriterias").filter(|_| name == "connectivityCriteria")
            {
                finding.help("Rename `connectivityCriterias` to `connectivityCriteria`.").fix(
                    "Rename `connectivityCriterias` to `connectivityCriteria`",
                    edit::replace_string(file, old.key_span, name),
                );
            }
            continue;
        };
        let value = &member.value;
        if is_blank(value) {
            report.at(file, value.span, format!("`{name}` is empty."));
        } else if !shape.fits(value) {
            let message = format!("`{name}` is {}, not {}.", value.described(), shape.title());
            report.at(file, value.span, message);
        }
    }
    let tell = |value: &Value, name: &str, shape: Shape, report: &mut Report| {
        let message = format!("`{name}` is {}, not {}.", value.described(), shape.title());
        report.at(file, value.span, message);
    };
    for (name, shape) in OPTIONAL {
        let value = config.member(name).map(|member| &member.value);
        if let Some(value) = value.filter(|value| !shape.fits(value) && value.kind != Kind::Null) {
            tell(value, name, shape, report);
        }
    }
    let steps = config.member("instructionSteps").and_then(|member| member.value.as_array());
    for step in steps.unwrap_or_default() {
        for name in ["title", "description"] {
            let value = step.member(name).map(|member| &member.value);
            if let Some(value) = value.filter(|value| value.as_str().is_none() && value.kind != Kind::Null) {
                tell(value, name, Shape::Text, report);
            }
        }
    }
}

impl Shape {
    /// An expression may give anything.
    fn fits(self, value: &Value) -> bool {
        match self {
            Shape::Text => value.as_str().is_some(),
            Shape::List => {
                value.as_array().is_some() || value.as_str().is_some_and(|text| text.starts_with('['))
            }
            Shape::Object => {
                value.as_object().is_some() || value.as_str().is_some_and(|text| text.starts_with('['))
            }
        }
    }

    fn title(self) -> &'static str {
        match self {
            Shape::Text => "a string",
            Shape::List => "an array",
            Shape::Object => "an object",
        }
    }
}
