//! Texts with placeholders: what is signed (`{timestamp}.{body}`), and what a handshake is answered with.

use super::location::Location;
use super::source::{Encoding, Hash};

/// What a template is for, which decides what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// What the sender signs: `{body}`, `{timestamp}`, `{method}`, `{url}` and locations.
    Content,
    /// The key that it signs with: `{timestamp}` and `{secret}`.
    Key,
    /// What a handshake is answered with: locations, and `{hmac-HASH-ENCODING:LOCATION}`.
    Answer,
    /// What a delivery is acknowledged with: locations.
    Acknowledgement,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// This text.
    Text(String),
    /// The body as it came over the wire.
    Body,
    /// The timestamp as it was written.
    Timestamp,
    /// The request's method in upper case.
    Method,
    /// The URL at which the sender believes to speak.
    Url,
    /// The hook's secret.
    Secret,
    /// What stands at a location.
    Value(Location),
    /// The HMAC of what stands at a location, under the hook's secret.
    Mac {
        /// The HMAC's hash.
        hash: Hash,
        /// How the HMAC is written.
        encoding: Encoding,
        /// What is authenticated.
        of: Location,
    },
}

/// A text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Template {
    /// The pieces in their order.
    pub parts: Vec<Part>,
}

impl Template {
    /// Reads a template; the error says which placeholder is wrong and why.
    pub fn read(text: &str, purpose: Use) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let (name, behind) = after.split_once('}').ok_or("a `{` has no `}`")?;
            parts.push(placeholder(name, purpose)?);
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        if parts.iter().filter(|part| matches!(part, Part::Body)).count() > 1 {
            return Err("`{body}` stands twice".to_owned());
        }
        Ok(Template { parts })
    }

    /// The body alone.
    pub fn body() -> Template {
        Template { parts: vec![Part::Body] }
    }

    /// Whether a piece is this one.
    pub fn has(&self, wanted: &Part) -> bool {
        self.parts.contains(wanted)
    }

    /// The locations that are read.
    pub fn locations(&self) -> impl Iterator<Item = &Location> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value(location) | Part::Mac { of: location, .. } => Some(location),
            Part::Text(_) | Part::Body | Part::Timestamp | Part::Method | Part::Url | Part::Secret => None,
        })
    }
}

fn placeholder(name: &str, purpose: Use) -> Result<Part, String> {
    let part = match name {
        "body" => Part::Body,
        "timestamp" => Part::Timestamp,
        "method" => Part::Method,
        "url" => Part::Url,
        "secret" => Part::Secret,
        // A value of the hook's configuration that is not known yet: a source is first read without a hook.
        _ if name.starts_with("config:") => Part::Text(format!("{{{name}}}")),
        _ => match name.strip_prefix("hmac-") {
            Some(mac) => {
                let (how, of) =
                    mac.split_once(':').ok_or_else(|| format!("`{{{name}}}` names no location"))?;
                let (hash, encoding) = how
                    .split_once('-')
                    .and_then(|(hash, encoding)| Some((Hash::named(hash)?, Encoding::named(encoding)?)))
                    .ok_or_else(|| format!("`{{{name}}}` is no HMAC: write {{hmac-sha256-hex:LOCATION}}"))?;
                Part::Mac { hash, encoding, of: Location::read(of)? }
            }
            None => Part::Value(Location::read(name).map_err(|_| format!("`{{{name}}}` is no placeholder"))?),
        },
    };
    let fits = match part {
        Part::Text(_) => true,
        Part::Body | Part::Method | Part::Url => purpose == Use::Content,
        Part::Timestamp => matches!(purpose, Use::Content | Use::Key),
        Part::Secret => purpose == Use::Key,
        Part::Value(Location::NumberedHeader(_)) => false,
        Part::Value(_) => purpose != Use::Key,
        Part::Mac { .. } => purpose == Use::Answer,
    };
    if fits { Ok(part) } else { Err(format!("`{{{name}}}` cannot stand here")) }
}
