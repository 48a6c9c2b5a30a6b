//! The lists of names in a flow.

use crate::artifact::dcr::Flow;
use crate::artifact::folder::File;
use crate::artifact::resource::head;
use crate::rules::Report;

/// Reports what keeps the member `list` of a flow, such as `streams`, from being an array with something in it.
pub(super) fn check_list(file: &File, flow: &Flow<'_>, list: &str, report: &mut Report) {
    let (span, message) = match flow.value.member(list).map(|member| &member.value) {
        None => (head(flow.value), format!("This flow has no `{list}`.")),
        Some(value) => match value.as_array() {
            Some([]) => (value.span, format!("This flow's `{list}` are empty.")),
            Some(_) => return,
            None => (value.span, format!("`{list}` is {}, not an array of names.", value.described())),
        },
    };
    report.at(file, span, message);
}
