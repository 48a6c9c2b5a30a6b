//! A custom table.
//!
//! Source: Microsoft's API description of `Microsoft.OperationalInsights/workspaces/tables`.

use super::arm;
use super::resource::{Origin, Resource};
use super::schema::ColumnType;
use crate::json::Value;

/// A custom table of the workspace.
#[derive(Clone, Copy, Debug)]
pub struct Table<'f> {
    /// The object that declares it.
    pub resource: Resource<'f>,
}

/// An element of a list of columns, whatever it is: tables and streams declare theirs alike.
#[derive(Clone, Copy, Debug)]
pub struct ColumnNode<'f> {
    /// The whole element.
    pub value: &'f Value,
}

impl<'f> Table<'f> {
    /// The name, where it is a string that means itself.
    pub fn name(&self) -> Option<&'f str> {
        self.resource.name()
    }

    /// The name without the workspace's, which a template writes ahead of it: `contoso/Larkspur_CL`.
    pub fn own_name(&self) -> Option<&'f str> {
        let name = self.name()?;
        match self.resource.origin {
            Origin::Template => name.rsplit('/').next(),
            _ => Some(name),
        }
    }

    /// The columns, as far as `properties.schema.columns` is an array: the first [`COLUMNS`] of them.
    pub fn columns(&self) -> impl Iterator<Item = ColumnNode<'f>> {
        columns(self.resource.find("/properties/schema/columns"))
    }

    /// The column of exactly that name.
    pub fn column(&self, name: &str) -> Option<ColumnNode<'f>> {
        self.columns().find(|column| column.name() == Some(name))
    }
}

impl<'f> ColumnNode<'f> {
    /// The value of `name`, whatever it is.
    pub fn name_value(&self) -> Option<&'f Value> {
        Some(&self.value.member("name")?.value)
    }

    /// The name, where it is a string.
    pub fn name(&self) -> Option<&'f str> {
        self.name_value()?.as_str()
    }

    /// The name, where it is a string that means itself.
    pub fn literal_name(&self) -> Option<&'f str> {
        self.name_value().and_then(arm::literal)
    }

    /// The type as it is written, where it is a string that means itself.
    pub fn literal_type(&self) -> Option<&'f str> {
        self.type_value().and_then(arm::literal)
    }

    /// The value of `type`, whatever it is.
    pub fn type_value(&self) -> Option<&'f Value> {
        Some(&self.value.member("type")?.value)
    }

    /// The type as it is written, where it is a string.
    pub fn type_name(&self) -> Option<&'f str> {
        self.type_value()?.as_str()
    }
}

/// The type of a table's column.
///
/// Source: Microsoft's API description of `Microsoft.OperationalInsights/workspaces/tables`, versions 2022-10-01 to
/// 2026-03-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableType {
    /// One that streams have too.
    Stream(ColumnType),
    /// `guid`, which streams do not have.
    Guid,
}

/// How a known type is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// As the API has it. It has `dateTime`, but everybody writes `datetime`: both count.
    Usual,
    /// `bool`, which the API does not list, but Microsoft's guide does.
    Bool,
    /// In another case.
    OtherCase,
}

impl TableType {
    /// The name to write.
    pub fn name(self) -> &'static str {
        match self {
            TableType::Stream(kind) => kind.name(),
            TableType::Guid => "guid",
        }
    }

    /// The names of all types, for messages.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ColumnType::ALL.into_iter().map(ColumnType::name).chain(["guid"])
    }

    /// The type that a name stands for, in any case, and how it is written.
    pub fn read(name: &str) -> Option<(TableType, Spelling)> {
        let lower = name.to_ascii_lowercase();
        let kind = match lower.as_str() {
            "guid" => TableType::Guid,
            "bool" => TableType::Stream(ColumnType::Boolean),
            _ => TableType::Stream(ColumnType::parse(&lower)?),
        };
        let spelling = match name {
            "bool" => Spelling::Bool,
            "dateTime" => Spelling::Usual,
            _ if name == kind.name() => Spelling::Usual,
            _ => Spelling::OtherCase,
        };
        Some((kind, spelling))
    }

    /// What the author of a name that is no type most likely wanted.
    pub fn nearest(name: &str) -> Option<TableType> {
        match name.trim().to_ascii_lowercase().as_str() {
            "uuid" | "guid" => Some(TableType::Guid),
            _ => ColumnType::nearest(name).map(TableType::Stream),
        }
    }
}

/// Whether every table of a workspace has a column of exactly that name, which Azure fills.
///
/// Source: Microsoft, "Standard columns in Azure Monitor Logs" and "Logs Ingestion API overview".
pub fn is_standard_column(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "TenantId",
        "Type",
        "_ResourceId",
        "_SubscriptionId",
        "_ItemId",
        "_BilledSize",
        "_IsBillable",
        "_TimeReceived",
    ];
    NAMES.contains(&name)
}

/// Whether Microsoft's documents call a column name reserved, in any case.
///
/// Sources: Microsoft, "Logs Ingestion API overview", this and earlier versions; AzLogDcrIngestPS.
pub fn is_reserved_column(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "TenantId",
        "Type",
        "_ResourceId",
        "_SubscriptionId",
        "_ItemId",
        "Id",
        "UniqueId",
        "Title",
        "Date",
        "Resource",
        "ResourceId",
        "ResourceName",
        "ResourceType",
        "SubscriptionId",
    ];
    NAMES.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}

/// Whether a column's name tells of a test: `test`, `tmp2`, `column1` and their like.
pub fn is_leftover_column(name: &str) -> bool {
    const ALONE: [&str; 6] = ["test", "tmp", "foo", "dummy", "asdf", "todo"];
    const NUMBERED: [&str; 3] = ["column", "newcolumn", "temp"];
    let lower = name.to_ascii_lowercase();
    let stem = lower.trim_end_matches(|char: char| char.is_ascii_digit());
    let is_numbered = stem.len() < lower.len();
    let stem = stem.trim_end_matches('_');
    ALONE.contains(&stem) || (is_numbered && NUMBERED.contains(&stem))
}

/// How many columns of one list are looked at: Azure takes a small part of that.
pub const COLUMNS: usize = 10_000;

/// The elements of a list of columns.
pub(super) fn columns(list: Option<&Value>) -> impl Iterator<Item = ColumnNode<'_>> {
    list.and_then(Value::as_array).unwrap_or_default().iter().take(COLUMNS).map(|value| ColumnNode { value })
}
