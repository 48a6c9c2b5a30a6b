//! The relay as a value: configuration, sources and schemas, ready to receive.
//!
//! A [`Relay`] is made once and kept. A delivery becomes a [`Passage`], which says step by step what the edge
//! has to do until there is a reply for the sender.

use crate::artifact::dcr;
use crate::artifact::schema::Schema;
use crate::azure::token::{ClientCredentials, TokenCache};
use crate::azure::{Answer, Request};
use crate::batch::{Limits, RowBuffer};
use crate::config::{self, Azure, ConfigError, HookConfig, Mode};
use crate::deliver::{Outcome, Shipment, Step, Target};
use crate::json;
use crate::mapping::jq::Variables;
use crate::mapping::loss::Loss;
use crate::mapping::plan::{HeaderNames, Mapping, MappingError, MappingErrorReason, RowsError};
use crate::mapping::time;
use crate::text::{LineIndex, Span};
use crate::webhook::decode::decode;
use crate::webhook::delivery::{Delivery, Field};
use crate::webhook::source::{self, Ack, Source};
use crate::webhook::verify::{self, Crypto, Rejection, Reply, Secrets, Verdict};
use std::rc::Rc;

/// The Worker secret that holds the client secret of the Entra application.
pub const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";

/// How many losses a reply and a log line spell out; all are counted.
const NAMED_LOSSES: usize = 20;

/// The longest `Retry-After` that a sender is told, in seconds.
const LONGEST_RETRY_S: u32 = 3600;

/// A configured relay.
pub struct Relay {
    hooks: Vec<Rc<Hook>>,
    tokens: TokenCache,
    limits: Limits,
}

/// One configured endpoint, `POST /hooks/<name>`.
pub struct Hook {
    name: String,
    source: Source,
    secrets: Secrets,
    mapping: Mapping,
    target: Rc<Target>,
    url: Option<String>,
    max_bytes: usize,
    headers: HeaderNames,
}

impl Relay {
    /// Reads the configuration. `secret` looks a Worker secret up by its name.
    ///
    /// # Errors
    ///
    /// Every mistake of the two files and every missing secret, all at once.
    pub fn load(
        relay_json: &str,
        dcr_json: &str,
        secret: &dyn Fn(&str) -> Option<String>,
        mode: Mode,
    ) -> Result<Relay, Vec<ConfigError>> {
        let _ = (relay_json, dcr_json, secret, mode);
        todo!()
    }
}
