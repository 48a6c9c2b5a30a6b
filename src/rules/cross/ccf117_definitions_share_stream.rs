use crate::artifact::arm;
use crate::artifact::definition::Definition;
use crate::artifact::folder::FileId;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF117",
    name: "definitions-share-stream",
    severity: Severity::Warning,
    page: include_str!("ccf117_definitions_share_stream.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let mut taken: HashMap<(&str, String), (*const Definition<'_>, FileId, Span)> = HashMap::new();
    for connector in solution.push_connectors().filter(|connector| connector.resource.is_packaged()) {
        let file = connector.resource.file;
        let definition = connector.definition_name().and_then(arm::literal);
        let Some(definition) = definition.and_then(|name| solution.definition(name)) else { continue };
        let Some(value) = connector.stream_name() else { continue };
        let Some(stream) = arm::literal(value).filter(|_| definition.resource.is_packaged()) else {
            continue;
        };
        let key = (file.directory(), stream.to_ascii_lowercase());
        let this = std::ptr::from_ref(definition);
        match taken.get(&key).copied() {
            None => drop(taken.insert(key, (this, file.id, value.span))),
            Some((other, ..)) if other == this => {}
            Some((_, other, place)) => {
                let message =
                    format!("The connectors of two definitions have the stream {}.", quoted(stream));
                report.at(file, value.span, message).related(
                    other,
                    place,
                    "the other definition's connector",
                );
            }
        }
    }
}
