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
