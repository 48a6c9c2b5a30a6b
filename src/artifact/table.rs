//! A custom table.
//!
//! Source: Microsoft's API description of `Microsoft.OperationalInsights/workspaces/tables`.

use super::resource::Resource;
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

    /// The columns, as far as `properties.schema.columns` is an array.
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

    /// The value of `type`, whatever it is.
    pub fn type_value(&self) -> Option<&'f Value> {
        Some(&self.value.member("type")?.value)
    }

    /// The type as it is written, where it is a string.
    pub fn type_name(&self) -> Option<&'f str> {
        self.type_value()?.as_str()
    }
}

/// The elements of a list of columns.
pub(super) fn columns(list: Option<&Value>) -> impl Iterator<Item = ColumnNode<'_>> {
    list.and_then(Value::as_array).unwrap_or_default().iter().map(|value| ColumnNode { value })
}
