//! The four resources of a Push connector, wherever they stand: in a file, in an array, in an ARM template.

use super::arm;
use super::folder::{File, FileId};
use crate::json::{Member, Value};
use crate::text::Span;

/// What part a resource plays in a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A custom table of the workspace.
    Table,
    /// A Data Collection Rule.
    Dcr,
    /// A data connector definition: what the portal shows.
    Definition,
    /// A data connector: what ties the definition to the stream.
    Connector,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Table, Role::Dcr, Role::Definition, Role::Connector];

    /// The resource type that a source file has.
    pub fn resource_type(self) -> &'static str {
        match self {
            Role::Table => "Microsoft.OperationalInsights/workspaces/tables",
            Role::Dcr => "Microsoft.Insights/dataCollectionRules",
            Role::Definition => "Microsoft.SecurityInsights/dataConnectorDefinitions",
            Role::Connector => "Microsoft.SecurityInsights/dataConnectors",
        }
    }

    /// What people call it, for messages.
    pub fn title(self) -> &'static str {
        match self {
            Role::Table => "table",
            Role::Dcr => "DCR",
            Role::Definition => "connector definition",
            Role::Connector => "data connector",
        }
    }

    /// The role of a resource type. Azure and the packager compare types without regard to case; packages write the
    /// last two below `Microsoft.OperationalInsights/workspaces/providers/`.
    pub fn of(resource_type: &str) -> Option<Role> {
        const PROVIDERS: &str = "Microsoft.OperationalInsights/workspaces/providers/";
        let head = resource_type.get(..PROVIDERS.len()).filter(|head| head.eq_ignore_ascii_case(PROVIDERS));
        let last = resource_type.rsplit('/').next().unwrap_or_default();
        Self::ALL.into_iter().find(|role| {
            let known = role.resource_type();
            let inside = matches!(role, Role::Definition | Role::Connector)
                && head.is_some()
                && known.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case(last));
            known.eq_ignore_ascii_case(resource_type) || inside
        })
    }
}

/// Where a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is a file's only value, as the packager reads it.
    File,
    /// It is an item of the array that is the file's value.
    Array,
    /// It lies deeper, in a template that embeds it: the packager does not see it.
    Template,
}

/// A resource of a connector.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'f> {
    /// The file that it is in.
    pub file: &'f File,
    /// The object itself.
    pub value: &'f Value,
    /// What it is.
    pub role: Role,
    /// Where it stands.
    pub origin: Origin,
}

impl<'f> Resource<'f> {
    /// The id of its file.
    pub fn id(&self) -> FileId {
        self.file.id
    }

    /// The value at a JSON Pointer inside it. Names are compared as Azure and PowerShell do, without regard to case.
    pub fn find(&self, pointer: &str) -> Option<&'f Value> {
        self.value.find(pointer)
    }

    /// The member at a JSON Pointer inside it, with its key.
    pub fn member(&self, pointer: &str) -> Option<&'f Member> {
        let (parent, key) = pointer.rsplit_once('/')?;
        self.value.find(parent)?.member(key)
    }

    /// The text at a pointer, when it is a string that means itself: neither an ARM expression nor a placeholder.
    pub fn literal(&self, pointer: &str) -> Option<&'f str> {
        self.find(pointer).and_then(arm::literal)
    }

    /// The name, when it is a string that means itself.
    pub fn name(&self) -> Option<&'f str> {
        self.literal("/name")
    }

    /// Where to point when the resource lacks something: its opening brace.
    pub fn head(&self) -> Span {
        head(self.value)
    }
}

/// Where to point when an object or array lacks something: its opening bracket.
pub fn head(value: &Value) -> Span {
    Span { start: value.span.start, end: value.span.end.min(value.span.start.saturating_add(1)) }
}

/// Every resource in a file's value, in the order of the text. A resource inside another is not looked for.
pub fn resources(file: &File) -> Vec<Resource<'_>> {
    let Some(root) = file.value() else { return Vec::new() };
    find(root).into_iter().map(|(value, role, origin)| Resource { file, value, role, origin }).collect()
}

/// Every resource in a value.
pub fn find(root: &Value) -> Vec<(&Value, Role, Origin)> {
    let mut found = Vec::new();
    let mut left = vec![(root, 0_usize)];
    while let Some((value, depth)) = left.pop() {
        let role = value.member("type").and_then(|member| member.value.as_str()).and_then(Role::of);
        if let Some(role) = role {
            let top = std::ptr::eq(value, root);
            let item = depth == 1 && root.as_array().is_some();
            let origin = if top {
                Origin::File
            } else if item {
                Origin::Array
            } else {
                Origin::Template
            };
            found.push((value, role, origin));
            continue;
        }
        let below = depth.saturating_add(1);
        left.extend(value.as_array().unwrap_or_default().iter().rev().map(|item| (item, below)));
        left.extend(value.as_object().unwrap_or_default().iter().rev().map(|member| (&member.value, below)));
    }
    found
}
