//! The categories that a solution can have in the Content hub.
//!
//! Source: `.script/SolutionValidations/ValidDomainsVerticals.json` in Azure/Azure-Sentinel.

use crate::text::{nearest, squeezed};

/// The domains.
pub const DOMAINS: [&str; 23] = [
    "Application",
    "Cloud Provider",
    "Compliance",
    "DevOps",
    "Identity",
    "Internet of Things (IoT)",
    "IT Operations",
    "Migration",
    "Networking",
    "Platform",
    "Security - Others",
    "Security - Threat Intelligence",
    "Security - Threat Protection",
    "Security - 0-day Vulnerability",
    "Security - Automation (SOAR)",
    "Security - Cloud Security",
    "Security - Information Protection",
    "Security - Insider Threat",
    "Security - Network",
    "Security - Vulnerability Management",
    "Storage",
    "Training and Tutorials",
    "User Behavior (UEBA)",
];

/// The verticals: industries.
pub const VERTICALS: [&str; 6] =
    ["Aeronautics", "Education", "Finance", "Healthcare", "Manufacturing", "Retail"];

/// How a text stands to a list of categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It is in the list.
    Known,
    /// This one is meant: only the case, blanks or marks differ.
    Written(&'static str),
    /// This one is probably meant.
    Near(&'static str),
    /// It is like none of them.
    Unknown,
}

/// How `text` stands to a list of categories.
pub fn membership(text: &str, list: &[&'static str]) -> Membership {
    if list.contains(&text) {
        return Membership::Known;
    }
    let written = squeezed(text);
    if let Some(known) = list.iter().find(|known| squeezed(known) == written) {
        return Membership::Written(known);
    }
    match nearest(text, list.iter().copied()) {
        Some(known) => list
            .iter()
            .find(|item| **item == known)
            .map_or(Membership::Unknown, |item| Membership::Near(item)),
        None => Membership::Unknown,
    }
}
