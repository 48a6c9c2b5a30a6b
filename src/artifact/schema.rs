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
