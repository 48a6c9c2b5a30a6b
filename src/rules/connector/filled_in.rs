//! The four values of a data connector that the portal fills in when a customer connects.

use crate::artifact::arm::{Text, expression};
use crate::artifact::connector::Connector;
use crate::artifact::folder::File;
use crate::edit;
use crate::json::Value;
use crate::rules::Report;

/// What keeps the portal from filling in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    NotString,
    /// A text that means itself.
    Fixed,
    /// The right expression, with one bracket at its start.
    OneBracket,
    /// The expression of another value.
    Other,
}

/// Reports what is wrong with those members of a connector's `dcrConfig` or `auth` that are there. The portal knows the
/// object as a parameter of the same name.
pub(super) fn check(connector: &Connector<'_>, parameter: &str, names: [&str; 2], report: &mut Report) {
    // Only what passes through the packager is filled in by it.
    if !connector.is_push() || !connector.resource.is_packaged() {
        return;
    }
    for name in names {
        let Some(value) = connector.resource.find(&format!("/properties/{parameter}/{name}")) else {
            continue;
        };
        if let Some(flaw) = flaw(value, parameter, name) {
            tell(report, connector.resource.file, value, flaw, parameter, name);
        }
    }
}

/// What is wrong with a value, which should be the member `name` of the parameter `parameter`.
fn flaw(value: &Value, parameter: &str, name: &str) -> Option<Flaw> {
    let Some(text) = value.as_str() else { return Some(Flaw::NotString) };
    let (inner, right) = match Text::of(text) {
        Text::Placeholder(_) => return None,
        Text::Literal(_) => return Some(Flaw::Fixed),
        Text::Expression(inner) => (inner, Flaw::OneBracket),
        Text::Escaped(inner) => (inner, Flaw::Other),
    };
    // Names in expressions have no case, and `x['y']` is `x.y`.
    let squeezed: String = inner.chars().filter(|char| !char.is_whitespace()).collect();
    let squeezed = squeezed.to_ascii_lowercase().replace("['", ".").replace("']", "");
    let wanted = format!("parameters('{parameter}').{name}").to_ascii_lowercase();
    if squeezed.trim_end_matches(']') == wanted {
        return (right == Flaw::OneBracket).then_some(Flaw::OneBracket);
    }
    match expression(text) {
        // An expression that is not well-formed is a mistake of its own (CCF004).
        Some(expression) => expression.fault.is_none().then_some(Flaw::Other),
        None => Some(Flaw::Fixed),
    }
}

fn tell(report: &mut Report, file: &File, value: &Value, flaw: Flaw, parameter: &str, name: &str) {
    let wanted = format!("[[parameters('{parameter}').{name}]");
    let message = match flaw {
        Flaw::NotString => format!("`{name}` is {}, not a string.", value.described()),
        Flaw::Fixed => format!("`{name}` has a fixed value, the same for every customer."),
        Flaw::OneBracket => format!("The expression of `{name}` starts with one bracket instead of two."),
        Flaw::Other => format!("The expression of `{name}` is not `parameters('{parameter}').{name}`."),
    };
    let finding = report.at(file, value.span, message);
    finding.help(format!("Write `{wanted}`, or remove `{name}`: the packager adds it."));
    let edits = edit::replace_string(file, value.span, &wanted);
    match flaw {
        Flaw::OneBracket => finding.fix(format!("Write `{wanted}`"), edits),
        _ => finding.suggest(format!("Write `{wanted}`"), edits),
    };
}
