//! A data connector definition: what the portal shows of a connector.
//!
//! Source: Microsoft's API description of `Microsoft.SecurityInsights/dataConnectorDefinitions`; published connectors.

use super::resource::Resource;
use crate::json::Value;

/// A data connector definition.
#[derive(Clone, Copy, Debug)]
pub struct Definition<'f> {
    /// The object that declares it.
    pub resource: Resource<'f>,
}

/// An instruction of a definition's steps: something the portal draws.
#[derive(Clone, Copy, Debug)]
pub struct Instruction<'f> {
    /// The whole object.
    pub value: &'f Value,
}

impl<'f> Definition<'f> {
    /// The value of `properties.connectorUiConfig`.
    pub fn config(&self) -> Option<&'f Value> {
        self.resource.find("/properties/connectorUiConfig")
    }

    /// A value inside `connectorUiConfig`.
    pub fn find(&self, pointer: &str) -> Option<&'f Value> {
        self.config()?.find(pointer)
    }

    /// The value of `connectorUiConfig.id`.
    pub fn id(&self) -> Option<&'f Value> {
        self.find("/id")
    }

    /// Every instruction of every step, in the order of the text; those of inner steps and groups too.
    pub fn instructions(&self) -> Vec<Instruction<'f>> {
        let Some(steps) = self.find("/instructionSteps") else { return Vec::new() };
        // Groups hold their instructions at different depths; an instruction is what stands in an array `instructions`.
        let lists = steps.descendants().filter_map(|value| value.member("instructions")?.value.as_array());
        lists.flatten().map(|value| Instruction { value }).collect()
    }
}

impl<'f> Instruction<'f> {
    /// The value of `type`.
    pub fn type_value(&self) -> Option<&'f Value> {
        self.value.find("/type")
    }

    /// The type, where it is a string: `CopyableLabel`, `Markdown` …
    pub fn type_name(&self) -> Option<&'f str> {
        self.type_value()?.as_str()
    }

    /// A value inside `parameters`.
    pub fn parameter(&self, name: &str) -> Option<&'f Value> {
        Some(&self.value.find("/parameters")?.member(name)?.value)
    }
}
