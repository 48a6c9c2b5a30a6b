//! A data connector of kind Push: what ties a definition to a stream.
//!
//! No public API version describes the kind `Push`; what is known comes from published connectors and the packager.

use super::resource::Resource;
use crate::json::Value;

/// A data connector.
#[derive(Clone, Copy, Debug)]
pub struct Connector<'f> {
    /// The object that declares it.
    pub resource: Resource<'f>,
}

impl<'f> Connector<'f> {
    /// The value of `kind`.
    pub fn kind(&self) -> Option<&'f Value> {
        self.resource.find("/kind")
    }

    /// Whether its kind is Push, in any case, or missing.
    pub fn is_push(&self) -> bool {
        let kind = self.kind().and_then(Value::as_str);
        kind.is_none_or(|kind| kind.eq_ignore_ascii_case("push"))
    }

    /// The value of `properties.connectorDefinitionName`: the id of its definition.
    pub fn definition_name(&self) -> Option<&'f Value> {
        self.resource.find("/properties/connectorDefinitionName")
    }

    /// The value of `properties.dcrConfig.streamName`.
    pub fn stream_name(&self) -> Option<&'f Value> {
        self.resource.find("/properties/dcrConfig/streamName")
    }
}
