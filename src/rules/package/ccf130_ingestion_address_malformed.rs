use crate::artifact::arm;
use crate::artifact::definition::Definition;
use crate::artifact::links::CUSTOM;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF130",
    name: "ingestion-address-malformed",
    severity: Severity::Error,
    page: include_str!("ccf130_ingestion_address_malformed.md"),
    check: Check::Definition(check),
};

/// The versions of the Logs Ingestion API.
///
/// Source: Microsoft, "Logs Ingestion API in Azure Monitor"; the API descriptions in Azure/azure-rest-api-specs.
const VERSIONS: [&str; 2] = ["2023-01-01", "2021-11-01-preview"];

/// What leads to the rule in an address of the Logs Ingestion API.
const RULE_PATH: &str = "/dataCollectionRules/";

/// More places than this are not looked for.
const MOST: usize = 100;

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    let Some(config) = definition.config() else { return };
    let strings = config.descendants().filter_map(|value| Some((value, value.as_str()?)));
    let addresses = strings.flat_map(|(value, text)| {
        text.match_indices(RULE_PATH).filter_map(move |(at, _)| {
            let rest = text.get(at.saturating_add(RULE_PATH.len())..)?;
            Some((value, Address::read(rest, at.saturating_add(RULE_PATH.len()))?))
        })
    });
    for (value, address) in addresses.take(MOST) {
        let place = |span| arm::place(file, value, span);
        if is_rule_id(address.rule.text) {
            let message = format!("The rule {} is that of one deployment.", quoted(address.rule.text));
            report.at(file, place(address.rule.span), message).severity(Severity::Warning).help(
                "Write a gap to fill, such as `{DCR immutable ID}`: every customer has a rule of their own.",
            );
        }
        let stream = address.stream;
        let known = stream.text.starts_with(CUSTOM) || stream.text.starts_with("Microsoft-");
        if !known && stream.text.to_ascii_lowercase().ends_with("_cl") {
            report
                .at(
                    file,
                    place(stream.span),
                    format!("{} is the name of a table, not of a stream.", quoted(stream.text)),
                )
                .help("Write the name of the stream, `Custom-…`, as the DCR declares it.");
        }
        match address.version {
            None => {
                report
                    .at(file, place(stream.span), "The address lacks `?api-version=2023-01-01`.")
                    .severity(Severity::Warning);
            }
            Some(version) if !is_gap(version.text) && !VERSIONS.contains(&version.text) => {
                let message = format!("The Logs Ingestion API has no version {}.", quoted(version.text));
                report.at(file, place(version.span), message).help("Write `2023-01-01`.");
            }
            Some(_) => {}
        }
    }
}

/// A part of a text.
#[derive(Clone, Copy)]
struct Part<'t> {
    text: &'t str,
    span: Span,
}

/// What is said of an address: `…/dataCollectionRules/<rule>/streams/<stream>?api-version=<version>`.
struct Address<'t> {
    rule: Part<'t>,
    stream: Part<'t>,
    version: Option<Part<'t>>,
}

impl<'t> Address<'t> {
    /// Reads what stands behind `/dataCollectionRules/`; `None` when it is no address of the Logs Ingestion API.
    fn read(rest: &'t str, at: usize) -> Option<Address<'t>> {
        let part = |text: &'t str, from: usize| {
            let start = at.saturating_add(from);
            Part { text, span: Span { start, end: start.saturating_add(text.len()) } }
        };
        // A rule's id is short; a gap to fill may have blanks in it.
        let (rule, _) = rest.split_once('/').filter(|(rule, _)| rule.len() <= 100 && !rule.contains('\n'))?;
        let from = rule.len().saturating_add(1);
        let tail = rest.get(from..)?.strip_prefix("streams/")?;
        let from = from.saturating_add("streams/".len());
        let length = end_of(tail);
        let stream = part(tail.get(..length)?, from);
        let query = tail.get(length..).and_then(|tail| tail.strip_prefix('?'));
        let version = query.and_then(|query| {
            let offset = query
                .find("api-version=")
                .filter(|offset| *offset < 100)?
                .saturating_add("api-version=".len());
            let tail = query.get(offset..)?;
            let text = tail.get(..end_of(tail))?;
            Some(part(text, from.saturating_add(length).saturating_add(1).saturating_add(offset)))
        });
        Some(Address { rule: part(rule, 0), stream, version })
    }
}

/// Where a name in an address ends. A gap to fill, in brackets of some kind, belongs to it whole.
fn end_of(text: &str) -> usize {
    let close = match text.chars().next() {
        Some('<') => '>',
        Some('{') => '}',
        Some('[') => ']',
        _ => {
            let ends =
                |char: char| !(char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '$' | '%'));
            let name = text.get(..text.find(ends).unwrap_or(text.len())).unwrap_or_default();
            // A full stop at the end is that of the sentence.
            return name.trim_end_matches('.').len();
        }
    };
    text.find(close).map_or(text.len(), |end| end.saturating_add(1))
}

/// Whether this is a rule's immutable id.
fn is_rule_id(text: &str) -> bool {
    let digits = text.strip_prefix("dcr-").unwrap_or_default();
    // One digit repeated, or x in all places, is a gap to fill.
    let varied = digits.bytes().any(|byte| Some(byte) != digits.bytes().next());
    digits.len() == 32 && varied && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_gap(text: &str) -> bool {
    !text.starts_with(|char: char| char.is_ascii_digit())
}
