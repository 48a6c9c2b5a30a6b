//! Columns that a flow brings and its table does not have.

use crate::artifact::resource::head;
use crate::artifact::transform::Target;
use crate::finding::Finding;
use crate::text::{nearest, quoted};

/// With more columns than this a similar name says nothing.
const FEW: usize = 600;

/// The column of the table that is the same but for case, or was probably meant.
pub(super) fn alike<'t>(target: &'t Target<'_>, name: &str) -> Option<&'t str> {
    let mut names: Vec<&str> = target.names().take(FEW.saturating_add(1)).collect();
    if names.len() > FEW {
        return None;
    }
    names.sort_unstable();
    let same = names.iter().copied().find(|known| known.eq_ignore_ascii_case(name));
    same.or_else(|| nearest(name, names))
}

/// Says which of the table's columns was probably meant, and points at them.
pub(super) fn missing(target: &Target<'_>, name: &str, finding: &mut Finding) {
    if let Some(alike) = alike(target, name) {
        finding.help(format!(
            "Did you mean the table's column {}? Else add the column to the table.",
            quoted(alike)
        ));
    }
    point_at(target, finding);
}

/// Points at the table's columns.
pub(super) fn point_at(target: &Target<'_>, finding: &mut Finding) {
    if let Some(table) = target.table {
        let columns = table.resource.find("/properties/schema/columns").map(head);
        finding.related(
            table.resource.file.id,
            columns.unwrap_or(table.resource.head()),
            "the table's columns",
        );
    }
}
