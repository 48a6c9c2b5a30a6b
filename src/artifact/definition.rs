//! A data connector definition: what the portal shows of a connector.
//!
//! Source: Microsoft's API description of `Microsoft.SecurityInsights/dataConnectorDefinitions`; published connectors.

use super::resource::Resource;
use crate::json::{Member, Value};

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

/// The values that the portal knows only after the deploy button has made the connector's resources, by the names that
/// `fillWith` has for them. A sender needs all five.
pub const PUSH_VALUES: [&str; 5] =
    ["TenantId", "ApplicationId", "ApplicationSecret", "DataCollectionEndpoint", "DataCollectionRuleId"];

/// The other values that `fillWith` knows.
///
/// Source: Microsoft, "Data connector definitions reference for the Codeless Connector Framework".
pub const OTHER_VALUES: [&str; 5] =
    ["WorkspaceId", "WorkspaceName", "PrimaryKey", "SubscriptionId", "MicrosoftAwsAccount"];

/// The button that makes a Push connector's table, rule and application.
pub const DEPLOY_BUTTON: &str = "DeployPushConnectorButton";

/// The same button of a preview of the portal; five published connectors have it.
pub const TEST_BUTTON: &str = "DeployPushConnectorButton_test";

/// The types of instructions that make sense on the page of a Push connector.
///
/// Source: Microsoft's reference, and the pages of the published Push connectors.
pub const PUSH_INSTRUCTIONS: [&str; 7] = [
    DEPLOY_BUTTON,
    TEST_BUTTON,
    "CopyableLabel",
    "Markdown",
    "InfoMessage",
    "InstructionStepsGroup",
    "InstallAgent",
];

/// The types of instructions that ask for what a connector needs to fetch data itself.
///
/// Source: Microsoft's reference for the first three; published connectors of other kinds for the rest.
pub const PULL_INSTRUCTIONS: [&str; 6] =
    ["OAuthForm", "Textbox", "ConnectionToggleButton", "Dropdown", "DataConnectorsGrid", "ContextPane"];

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

    /// The member `permissions` of the config, where it is an object that says something.
    pub fn permissions(&self) -> Option<&'f Member> {
        let member = self.config()?.member("permissions")?;
        member.value.as_object().is_some_and(|members| !members.is_empty()).then_some(member)
    }

    /// The member `instructionSteps` of the config, where it is an array with something in it.
    pub fn steps(&self) -> Option<&'f Member> {
        let member = self.config()?.member("instructionSteps")?;
        member.value.as_array().is_some_and(|steps| !steps.is_empty()).then_some(member)
    }

    /// The texts of its queries: of the graphs, the samples, the data types and the criteria for being connected.
    pub fn queries(&self) -> impl Iterator<Item = &'f Value> + use<'f> {
        const LISTS: [(&str, &str); 4] = [
            ("/graphQueries", "baseQuery"),
            ("/sampleQueries", "query"),
            ("/dataTypes", "lastDataReceivedQuery"),
            ("/connectivityCriteria", "value"),
        ];
        let definition = *self;
        let members = LISTS.into_iter().flat_map(move |(list, key)| {
            let items = definition.find(list).and_then(Value::as_array).unwrap_or_default();
            items.iter().filter_map(move |item| Some(&item.member(key)?.value))
        });
        members.flat_map(Value::descendants).filter(|value| value.as_str().is_some())
    }

    /// Every array of instructions, in the order of the text; those of inner steps and groups too.
    pub fn instruction_lists(&self) -> Vec<&'f Value> {
        let Some(steps) = self.find("/instructionSteps") else { return Vec::new() };
        // Groups hold their instructions at different depths; an instruction is what stands in an array `instructions`.
        let lists = steps.descendants().filter_map(|value| Some(&value.member("instructions")?.value));
        lists.filter(|list| list.as_array().is_some()).collect()
    }

    /// Every instruction of every step, in the order of the text; those of inner steps and groups too.
    pub fn instructions(&self) -> Vec<Instruction<'f>> {
        let lists = self.instruction_lists().into_iter().filter_map(Value::as_array);
        lists.flatten().map(|value| Instruction { value }).collect()
    }

    /// Whether its page makes it a Push connector's (`true`), another's (`false`), or says nothing of that.
    pub fn looks_like_push(&self) -> Option<bool> {
        let instructions = self.instructions();
        let is = |instruction: &Instruction<'_>, types: &[&str]| {
            let name = instruction.type_name().unwrap_or_default();
            types.iter().any(|known| known.eq_ignore_ascii_case(name))
        };
        let push = instructions.iter().any(|instruction| {
            instruction.is_deploy_button()
                || instruction.fill_with().iter().any(|(name, _)| PUSH_VALUES.contains(name))
        });
        let pull = instructions.iter().any(|instruction| is(instruction, &PULL_INSTRUCTIONS));
        if push { Some(true) } else { pull.then_some(false) }
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

    /// Whether it is the button that deploys a Push connector, that of the portal's preview too.
    pub fn is_deploy_button(&self) -> bool {
        let name = self.type_name().unwrap_or_default();
        [DEPLOY_BUTTON, TEST_BUTTON].iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// The names in `fillWith` with the strings that have them; of a string that should be a list, too.
    pub fn fill_with(&self) -> Vec<(&'f str, &'f Value)> {
        let Some(value) = self.parameter("fillWith") else { return Vec::new() };
        let items = value.as_array().unwrap_or(std::slice::from_ref(value));
        items.iter().filter_map(|item| Some((item.as_str()?, item))).collect()
    }
}

/// Whether a text can be the id of a definition.
///
/// Source: the pattern of the API description of `Microsoft.SecurityInsights/dataConnectorDefinitions`.
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_id_char)
}

/// Whether the id of a definition may have the character.
pub fn is_id_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-')
}
