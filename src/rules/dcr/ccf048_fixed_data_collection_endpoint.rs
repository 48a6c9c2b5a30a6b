use crate::artifact::arm::{Text, placeholders};
use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::offset_in_string;
use crate::rules::{Check, Report, Rule};
use crate::text::Span;

pub(super) const RULE: Rule = Rule {
    code: "CCF048",
    name: "fixed-data-collection-endpoint",
    severity: Severity::Warning,
    page: include_str!("ccf048_fixed_data_collection_endpoint.md"),
    check: Check::Dcr(check),
};

/// What the packager writes where the DCR names no endpoint: the one with the workspace's name.
const ENDPOINT: &str = "[concat('/subscriptions/',parameters('subscription'),'/resourceGroups/',parameters('resourceGroupName'),'/providers/Microsoft.Insights/dataCollectionEndpoints/',parameters('workspace'))]";

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    let Some(value) = dcr.resource.find("/properties/dataCollectionEndpointId") else { return };
    let Some(text) = value.as_str() else {
        report
            .at(
                file,
                value.span,
                format!("`dataCollectionEndpointId` is {}, not a string.", value.described()),
            )
            .severity(Severity::Error);
        return;
    };
    let (without, first_blanks) = without_blanks_in_quotes(text);
    if let Some((start, end)) = first_blanks {
        let blanks = Span {
            start: offset_in_string(&file.text, value.span, start),
            end: offset_in_string(&file.text, value.span, end),
        };
        report
            .at(file, blanks, "There are blanks inside this resource id.")
            .severity(Severity::Error)
            .help("Remove the blanks between the quotes.")
            .fix("Remove the blanks", edit::replace_string(file, value.span, &without));
        return;
    }
    let lower = text.to_ascii_lowercase();
    let message = match Text::of(text) {
        Text::Placeholder(_) => match placeholders(text).find(|placeholder| placeholder.is_found()) {
            Some(found) if found.span.start > 0 || found.span.end < text.len() => {
                "The packager drops what stands beside the placeholder."
            }
            _ => return,
        },
        Text::Literal(_) => "`dataCollectionEndpointId` names one endpoint, the same for every customer.",
        // What a reference means, if it means anything, is another question.
        Text::Expression(_) if lower.contains("variables(") => return,
        Text::Expression(_) if !lower.contains("parameters(") => {
            "`dataCollectionEndpointId` names one endpoint, the same for every customer."
        }
        Text::Expression(_) if lower.contains("/datacollectionendpoints") => return,
        Text::Expression(_) => "This expression does not name a data collection endpoint.",
        Text::Escaped(_) => {
            "`[[` leaves the expression to a template inside the package, which has no such names."
        }
    };
    let finding = report.at(file, value.span, message);
    if !dcr.resource.is_packaged() {
        finding.help("Name the endpoint with the template's parameters.");
    } else {
        finding
            .help("Remove `dataCollectionEndpointId`: the packager adds it. Or write the expression that it adds.")
            .suggest("Write the expression that the packager adds", edit::replace_string(file, value.span, ENDPOINT));
    }
}

/// A text without the blanks in its resource id, which stands between the quotes of an expression or is the text itself,
/// and where the first of them start and end.
fn without_blanks_in_quotes(text: &str) -> (String, Option<(usize, usize)>) {
    let mut quoted = matches!(Text::of(text), Text::Literal(_));
    let mut kept = String::with_capacity(text.len());
    let mut first: Option<(usize, usize)> = None;
    for (at, char) in text.char_indices() {
        quoted ^= char == '\'';
        if !(quoted && char.is_whitespace()) {
            kept.push(char);
            continue;
        }
        let end = at.saturating_add(char.len_utf8());
        first = match first {
            Some((start, before)) if before == at => Some((start, end)),
            None => Some((at, end)),
            other => other,
        };
    }
    (kept, first)
}
