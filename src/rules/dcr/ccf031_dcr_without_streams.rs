use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF031",
    name: "dcr-without-streams",
    severity: Severity::Error,
    page: include_str!("ccf031_dcr_without_streams.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    let declarations = dcr.resource.find("/properties/streamDeclarations");
    if let Some(value) = declarations
        && value.as_object().is_none()
    {
        report.at(
            file,
            value.span,
            format!(
                "`streamDeclarations` is {}, not an object with a member for each stream.",
                value.described()
            ),
        );
        return;
    }
    if declarations.and_then(Value::as_object).is_some_and(|members| !members.is_empty()) {
        return;
    }
    // A rule that takes in nothing but Azure's own streams has none to declare.
    let mut streams = dcr.flows().flat_map(|flow| flow.streams()).peekable();
    if streams.peek().is_some()
        && streams.all(|stream| stream.as_str().is_some_and(|name| name.starts_with("Microsoft-")))
    {
        return;
    }
    let (span, message) = match declarations {
        Some(value) => (value.span, "`streamDeclarations` declares no stream."),
        None => {
            let properties = dcr.resource.member("/properties");
            let span = properties.map_or(dcr.resource.head(), |member| member.key_span);
            (span, "The DCR declares no stream: `properties.streamDeclarations` is missing.")
        }
    };
    report.at(file, span, message).help(
        "Declare the stream that the product sends to: `\"streamDeclarations\": { \"Custom-<product>\": { \"columns\": [{ \"name\": …, \"type\": … }] } }`.",
    );
}
