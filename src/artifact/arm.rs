//! The strings of ARM templates: expressions, the escape of expressions, and the packager's placeholders.
//!
//! Source: Microsoft, "Syntax and expressions in Azure Resource Manager templates"; the packager's
//! `createCCPConnector.ps1` for the placeholders.

use crate::json::Value;

/// What a string in an artifact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'t> {
    /// It means itself.
    Literal(&'t str),
    /// `[…]`: Azure evaluates what stands between the brackets when the template is deployed.
    Expression(&'t str),
    /// `[[…]`: a package deploys it as the expression `[…]` of the template that it contains.
    Escaped(&'t str),
    /// It has a `{{…}}` that the packager replaces.
    Placeholder(&'t str),
}

impl<'t> Text<'t> {
    /// What `text` is.
    pub fn of(text: &'t str) -> Text<'t> {
        if text.contains("{{") && text.contains("}}") {
            Text::Placeholder(text)
        } else if let Some(inner) = text.strip_prefix("[[") {
            Text::Escaped(inner)
        } else if let Some(inner) = text.strip_prefix('[') {
            Text::Expression(inner)
        } else {
            Text::Literal(text)
        }
    }
}

/// The text of a string that means itself.
pub fn literal(value: &Value) -> Option<&str> {
    match Text::of(value.as_str()?) {
        Text::Literal(text) => Some(text),
        _ => None,
    }
}

/// What stands ahead of, in and behind the first placeholder of a text that the packager would replace.
pub fn first_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let mut start = 0;
    loop {
        let (ahead, rest) = text.get(start..)?.split_once("{{")?;
        let at = start.saturating_add(ahead.len());
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, behind) = rest.split_at_checked(length)?;
        if let (false, Some(behind)) = (name.is_empty(), behind.strip_prefix("}}")) {
            return Some((text.get(..at)?, name, behind));
        }
        start = at.saturating_add(1);
    }
}

/// Whether a GUID stands somewhere in a text, such as the id of a subscription.
pub fn has_guid(text: &str) -> bool {
    // Its groups of hexadecimal digits, which hyphens part.
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    text.split(|char: char| !char.is_ascii_hexdigit() && char != '-')
        .any(|word| word.len() == 36 && word.split('-').map(str::len).eq(GROUPS))
}
