//! What comes out of a flow against the types of the table's columns.

use crate::artifact::transform::{Fit, Transform, fit};
use crate::finding::{Finding, Severity};
use crate::kql::{self, Kind, OutputColumn};
use crate::text::quoted;

/// How long an expression may be that is shown as an example, in bytes.
const SHORT: usize = 48;

/// A column that comes out with another type than the table's column has.
pub(in crate::rules) struct Mismatch<'t> {
    pub name: &'t str,
    pub made: Kind,
    pub wanted: Kind,
    pub fit: Fit,
}

/// Compares a column of type `made` with the table's column of that name, where both are known.
pub(in crate::rules) fn mismatch<'t>(
    transform: &Transform<'_>,
    name: &'t str,
    made: Option<Kind>,
) -> Option<Mismatch<'t>> {
    let of_table = transform.target.as_ref().and_then(|target| target.column(name)?.kind);
    // This one every table has, and it has the same type everywhere.
    let wanted = if name == "TimeGenerated" { Some(Kind::Datetime) } else { of_table };
    let (made, wanted) = made.zip(wanted)?;
    let fit = fit(made, wanted);
    (fit != Fit::Same).then_some(Mismatch { name, made, wanted, fit })
}

impl Mismatch<'_> {
    /// What is wrong: `what` says whose column it is, such as `the stream's column`.
    pub fn message(&self, transform: &Transform<'_>, what: &str) -> String {
        let (name, made, wanted) = (quoted(self.name), self.made.name(), self.wanted.name());
        match transform.target.as_ref() {
            Some(target) => {
                format!(
                    "{what} {name} has the type {made}, but in the table {} it has {wanted}.",
                    quoted(target.name)
                )
            }
            None => format!("{what} {name} has the type {made}, but in every table it has {wanted}."),
        }
    }

    /// Adds the other place, how bad it is, what to do, and a fix where a function converts the type.
    /// `column` is the column that comes out, where a transformation makes it.
    pub fn complete(&self, transform: &Transform<'_>, column: Option<&OutputColumn>, finding: &mut Finding) {
        if self.fit == Fit::Doubtful {
            finding.severity(Severity::Warning);
        }
        let target = transform.target.as_ref();
        let table = target.and_then(|target| Some((target.table?, target.column(self.name)?.node?)));
        if let Some((table, node)) = table {
            let place = node.type_value().unwrap_or(node.value).span;
            finding.related(table.resource.file.id, place, "the table's column");
        }
        let Some(function) = conversion(self.made, self.wanted) else {
            finding.help(format!(
                "Make it {} in the transformation, or change the table's column.",
                self.wanted.name()
            ));
            return;
        };
        let name = kql::name(self.name);
        let expression = column.and_then(|column| column.expression).and_then(|span| span.of(transform.text));
        let value = expression.filter(|text| text.len() <= SHORT).unwrap_or(&name);
        finding.help(format!(
            "Convert it in the transformation, as in `{name} = {function}({})`, or change the table's column.",
            quoted(value).trim_matches('`')
        ));
        let edits = match column.and_then(|column| column.expression) {
            Some(expression) => transform.wrap(expression, &format!("{function}("), ")"),
            None => transform.append(&format!("extend {name} = {function}({name})")),
        };
        if !edits.is_empty() {
            finding.suggest(format!("Convert it with `{function}`"), edits);
        }
    }
}

/// The function that makes a value of one type one of another without a further decision. A number is no time: it
/// counts in some unit.
fn conversion(made: Kind, wanted: Kind) -> Option<&'static str> {
    let is_number = matches!(made, Kind::Int | Kind::Long | Kind::Real | Kind::Decimal | Kind::Boolean);
    Some(match wanted {
        Kind::String => "tostring",
        Kind::Datetime if is_number => return None,
        Kind::Datetime => "todatetime",
        Kind::Int | Kind::Long | Kind::Real if made == Kind::Datetime => return None,
        Kind::Int => "toint",
        Kind::Long => "tolong",
        Kind::Real => "toreal",
        Kind::Boolean if matches!(made, Kind::Datetime | Kind::Timespan | Kind::Guid) => return None,
        Kind::Boolean => "tobool",
        Kind::Guid => "toguid",
        Kind::Dynamic if made == Kind::String => "parse_json",
        Kind::Dynamic => "todynamic",
        Kind::Decimal | Kind::Timespan => return None,
    })
}
