//! Items of a solution's categories that are in no list.

use crate::artifact::category::Membership;
use crate::artifact::folder::File;
use crate::edit;
use crate::finding::Finding;
use crate::json::Value;

/// Offers what is meant in the place of the item. Gives whether that can be told.
pub(super) fn offer(finding: &mut Finding, file: &File, item: &Value, membership: Membership) -> bool {
    let (Membership::Written(meant) | Membership::Near(meant)) = membership else { return false };
    let title = format!("Change it to `{meant}`");
    let edits = edit::replace_string(file, item.span, meant);
    match membership {
        Membership::Written(_) => finding.fix(title, edits),
        _ => finding.suggest(title, edits),
    };
    true
}
