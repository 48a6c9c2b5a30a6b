//! Which of the names of a solution another one is like.

use crate::text::nearest;

/// Among more names than this likeness says nothing.
const FEW: usize = 100;

/// The one of a few names that is like this one. Of several that are equally like it the first in the alphabet counts.
pub(super) fn nearest_of_few<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let mut known: Vec<&str> = known.take(FEW.saturating_add(1)).collect();
    if known.len() > FEW {
        return None;
    }
    known.sort_unstable();
    nearest(name, known)
}
