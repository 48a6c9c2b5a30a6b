//! A stream's columns and their types: the hinge between a connector's artifacts and the relay's rows.

/// The type of a stream's column.
///
/// Source: Microsoft, "Structure of a data collection rule", `streamDeclarations`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// `string`: text.
    String,
    /// `int`: a 32-bit signed integer.
    Int,
    /// `long`: a 64-bit signed integer.
    Long,
    /// `real`: an IEEE 754 double.
    Real,
    /// `boolean`
    Boolean,
    /// `datetime`: a UTC instant in steps of 100 ns.
    Datetime,
    /// `dynamic`: any JSON value.
    Dynamic,
}

impl ColumnType {
    /// Every type.
    pub const ALL: [ColumnType; 7] = [
        ColumnType::String,
        ColumnType::Int,
        ColumnType::Long,
        ColumnType::Real,
        ColumnType::Boolean,
        ColumnType::Datetime,
        ColumnType::Dynamic,
    ];

    /// The name that a DCR has for the type.
    pub fn name(self) -> &'static str {
        match self {
            ColumnType::String => "string",
            ColumnType::Int => "int",
            ColumnType::Long => "long",
            ColumnType::Real => "real",
            ColumnType::Boolean => "boolean",
            ColumnType::Datetime => "datetime",
            ColumnType::Dynamic => "dynamic",
        }
    }

    /// The type of that name. Only the exact names count: Azure's API description lists them in lower case alone,
    /// and nothing says that the service takes others.
    pub fn parse(name: &str) -> Option<ColumnType> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What the author of a name that is no type most likely wanted: another case, or the name that tables, Kusto or
    /// another language has for the type.
    pub fn nearest(name: &str) -> Option<ColumnType> {
        let name = name.trim().to_ascii_lowercase();
        Self::parse(&name).or(match name.as_str() {
            "bool" => Some(ColumnType::Boolean),
            "guid" | "uuid" | "text" => Some(ColumnType::String),
            "integer" | "int32" => Some(ColumnType::Int),
            "int64" | "bigint" => Some(ColumnType::Long),
            "double" | "float" | "decimal" | "number" => Some(ColumnType::Real),
            "date" | "timestamp" => Some(ColumnType::Datetime),
            "object" | "array" | "json" => Some(ColumnType::Dynamic),
            _ => None,
        })
    }
}

/// A column of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name as declared.
    pub name: String,
    /// The declared type.
    pub kind: ColumnType,
}

/// A stream as a DCR declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The stream's name, such as `Custom-Contoso`.
    pub stream: String,
    /// Its columns in the order of their declaration.
    pub columns: Vec<Column>,
}
