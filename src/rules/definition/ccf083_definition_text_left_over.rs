use crate::artifact::definition::Definition;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::{Kind, Value, offset_in_string};
use crate::rules::{Check, Report, Rule};
use crate::text::Span;

pub(super) const RULE: Rule = Rule {
    code: "CCF083",
    name: "definition-text-left-over",
    severity: Severity::Warning,
    page: include_str!("ccf083_definition_text_left_over.md"),
    check: Check::Definition(check),
};

/// Names of other products and of none: the guide to CCF Push connectors, its first connectors and Microsoft's
/// documentation have them.
const NAMES: [&str; 4] = ["Jamf", "Contoso", "Fabrikam", "Lorem ipsum"];

/// Those among them that are a product: its own connector speaks of it.
const REAL: [&str; 1] = ["Jamf"];

/// What authors leave for later.
const LATER: [&str; 3] = ["TODO", "TBD", "FIXME"];

const OLD_NAME: &str = "Azure Sentinel";

/// How often one text is told the same.
const PER_TEXT: usize = 8;

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let Some(config) = definition.config() else { return };
    check_availability(definition, report);
    check_table_name(definition, config, report);
    let file = definition.resource.file;
    let own: String = ["/id", "/title", "/publisher"]
        .iter()
        .filter_map(|pointer| definition.find(pointer)?.as_str())
        .map(|text| text.to_ascii_lowercase() + "\n")
        .collect();
    let is_own = |name: &str| REAL.contains(&name) && own.contains(&name.to_ascii_lowercase());
    let others: Vec<&str> = NAMES.into_iter().filter(|name| !is_own(name)).collect();
    for value in config.descendants() {
        let Some(text) = value.as_str() else { continue };
        if report.is_full(file) {
            return;
        }
        let span = |start: usize, word: &str| Span {
            start: offset_in_string(&file.text, value.span, start),
            end: offset_in_string(&file.text, value.span, start.saturating_add(word.len())),
        };
        for start in words(text, OLD_NAME, true).take(PER_TEXT) {
            let span = span(start, OLD_NAME);
            report
                .at(file, span, "Azure Sentinel is called Microsoft Sentinel today.")
                .help("Write `Microsoft Sentinel`: reviewers refuse the old name.")
                .suggest(
                    "Change it to `Microsoft Sentinel`",
                    edit::replace(file, span, "Microsoft Sentinel"),
                );
        }
        for name in &others {
            if let Some(start) = words(text, name, false).next() {
                let message = format!("This text speaks of {name}, which is not this connector's product.");
                report
                    .at(file, span(start, name), message)
                    .help("Say what holds for the product that the title names.");
            }
        }
        for word in LATER {
            if let Some(start) = words(text, word, true).next() {
                report
                    .at(file, span(start, word), format!("This text still has a {word}."))
                    .help("Write what is to stand here.");
            }
        }
    }
}

fn check_availability(definition: &Definition<'_>, report: &mut Report) {
    let file = definition.resource.file;
    if let Some(status) = definition.find("/availability/status") {
        let known = matches!(&status.kind, Kind::Number(number) if ["0", "1", "2", "3", "4"].contains(&number.as_str()));
        if !known {
            report
                .at(file, status.span, "The availability's `status` is not a whole number from 0 to 4.")
                .help("Write 1, which stands for available.");
        }
    }
    if let Some(preview) = definition.find("/availability/isPreview")
        && !matches!(preview.kind, Kind::Bool(_))
    {
        let message = format!("`isPreview` is {}, not true or false.", preview.described());
        let finding = report.at(file, preview.span, message);
        finding.help("Write true for a preview, else false.");
        if let Some(text @ ("true" | "false")) = preview.as_str() {
            finding.fix("Remove the quotes", edit::replace(file, preview.span, text));
        }
    }
}

/// The portal puts `graphQueriesTableName` into the queries.
fn check_table_name(definition: &Definition<'_>, config: &Value, report: &mut Report) {
    let file = definition.resource.file;
    if config.member("graphQueriesTableName").is_some() {
        return;
    }
    const MARK: &str = "{{graphQueriesTableName}}";
    let mut uses =
        config.descendants().filter(|value| value.as_str().is_some_and(|text| text.contains(MARK)));
    let Some(first) = uses.next() else { return };
    let start = first.as_str().and_then(|text| text.find(MARK)).unwrap_or(0);
    let span = Span {
        start: offset_in_string(&file.text, first.span, start),
        end: offset_in_string(&file.text, first.span, start.saturating_add(MARK.len())),
    };
    let rest = match uses.count() {
        0 => String::new(),
        1 => " One more text uses it.".to_owned(),
        more => format!(" {more} more texts use it."),
    };
    report
        .at(file, span, format!("`connectorUiConfig` has no `graphQueriesTableName`.{rest}"))
        .severity(Severity::Error)
        .help("Add `\"graphQueriesTableName\": \"<table>_CL\"`, or write the table's name in the queries.");
}

/// Where a word stands in a text, not as a part of another word, an address or a path.
fn words<'t>(text: &'t str, word: &'t str, with_case: bool) -> impl Iterator<Item = usize> {
    let lower = if with_case { text.to_owned() } else { text.to_ascii_lowercase() };
    let wanted = if with_case { word.to_owned() } else { word.to_ascii_lowercase() };
    let starts: Vec<usize> = lower.match_indices(&wanted).map(|(start, _)| start).collect();
    let glued = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '/' | '@' | '=');
    starts.into_iter().filter(move |start| {
        let before = text.get(..*start).and_then(|text| text.chars().next_back());
        let mut after = text.get(start.saturating_add(word.len())..).unwrap_or_default().chars();
        let (next, second) = (after.next(), after.next());
        let is_address = next == Some('.') && second.is_some_and(char::is_alphanumeric);
        !before.is_some_and(|char| glued(char) || char == '.') && !next.is_some_and(glued) && !is_address
    })
}
