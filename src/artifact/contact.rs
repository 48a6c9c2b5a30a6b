//! Addresses at which people can be reached, as Azure-Sentinel's checks accept them.
//!
//! Source: `.script/SolutionValidations/validSupportObject.ts` in Azure/Azure-Sentinel.

/// Whether a text is an e-mail address: something, an `@`, and a domain with a dot inside, without blanks.
pub fn is_email(text: &str) -> bool {
    let sound =
        |part: &str| !part.is_empty() && !part.contains(|char: char| char.is_whitespace() || char == '@');
    let Some((name, domain)) = text.split_once('@') else { return false };
    let parts = domain.rsplit_once('.');
    sound(name) && parts.is_some_and(|(left, right)| sound(left) && sound(right))
}

/// Whether a text is a web address: `http://` or `https://` and something without blanks.
pub fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}
