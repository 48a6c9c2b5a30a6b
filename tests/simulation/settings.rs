//! The relay's files in the versions that operators deploy.

use ccf_edge::config::Mode;
use ccf_edge::relay::{Bindings, Relay};

pub const TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
pub const CLIENT: &str = "00001111-aaaa-2222-bbbb-3333cccc4444";
pub const RULE: &str = "dcr-0123456789abcdef0123456789abcdef";
pub const STREAMS: [&str; 2] = ["Custom-A", "Custom-B"];
pub const HOOKS: [&str; 2] = ["a", "b"];
/// What the hooks take deliveries from. That of the first gives them an id, so that the window can remember them.
pub const SOURCES: [&str; 2] = ["github", "hmac"];

pub const DCR: &str = r#"{ "type": "Microsoft.Insights/dataCollectionRules", "properties": { "streamDeclarations": {
  "Custom-A": { "columns": [{ "name": "Id", "type": "long" }, { "name": "Text", "type": "string" }] },
  "Custom-B": { "columns": [{ "name": "Id", "type": "long" }, { "name": "Text", "type": "string" }] }
} } }"#;

/// What Azure takes offence at, as the text of a record.
pub const REFUSED: &str = "refused";
pub const OVERSIZE: &str = "oversize";
pub const SICKENING: &str = "sickening";

/// What is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    Usual,
    /// The records come in the other order, so that their numbers are others.
    Reversed,
    /// `events` leads nowhere.
    EventsBroken,
    /// One hook is gone, the other is of another source.
    HooksGone,
    /// The rows of the second hook go to the stream of the first.
    StreamRenamed,
    /// A column that the stream has not: the relay does not start.
    Misconfigured,
    /// The mapping mends what Azure takes offence at.
    Mended,
}

impl Version {
    pub const ALL: [Version; 7] = [
        Version::Usual,
        Version::Reversed,
        Version::EventsBroken,
        Version::HooksGone,
        Version::StreamRenamed,
        Version::Misconfigured,
        Version::Mended,
    ];
}

/// A new instance of the relay; none if the configuration is broken.
pub fn relay(version: Version) -> Option<Relay> {
    let events = match version {
        Version::Reversed => "[.events[]] | reverse | .[]",
        Version::EventsBroken => ".nothing[]",
        _ => ".events[]",
    };
    let columns = match version {
        Version::Mended => {
            r#""Id": ".id", "Text": ".text | if startswith(\"t\") then . else \"mended\" end""#
        }
        Version::Misconfigured => r#""Id": ".id", "Txet": ".text""#,
        _ => r#""Id": ".id", "Text": ".text""#,
    };
    let hook = |name: &str, source: &str, stream: &str| {
        let dedupe = if source == SOURCES[0] { r#", "dedupe": "24h""# } else { "" };
        format!(
            r#""{name}": {{ "source": "{source}", "events": "{events}", "columns": {{ {columns} }}, "stream": "{stream}"{dedupe} }}"#
        )
    };
    let [first, second] = SOURCES;
    let hooks = match version {
        Version::HooksGone => hook("b", "bearer", STREAMS[1]),
        Version::StreamRenamed => {
            format!("{},{}", hook("a", first, STREAMS[0]), hook("b", second, STREAMS[0]))
        }
        _ => format!("{},{}", hook("a", first, STREAMS[0]), hook("b", second, STREAMS[1])),
    };
    let config = format!(
        r#"{{
  "azure": {{
    "tenant_id": "{TENANT}", "client_id": "{CLIENT}", "dcr_immutable_id": "{RULE}", "stream_name": "{}",
    "dce_endpoint": "https://contoso-5kyl.westeurope-1.ingest.monitor.azure.com"
  }},
  "hooks": {{ {hooks} }}
}}"#,
        STREAMS[0]
    );
    let secret = |name: &str| Some(format!("the-secret-{name}"));
    let relay = Relay::load(&config, DCR, &secret, Mode::Production)
        .and_then(|relay| relay.bind(Bindings { queue: true, bucket: true, dedupe: true }));
    match relay {
        Ok(relay) => Some(relay),
        Err(errors) => {
            assert_eq!(version, Version::Misconfigured, "{errors:?}");
            None
        }
    }
}

/// What the numbers of records rest on with a version.
pub fn numbering(version: Version) -> String {
    let relay = relay(version).expect("a sound version");
    relay.hooks().first().expect("a hook").numbering().to_string()
}
