//! Azure's own tables that take rows from the Logs Ingestion API: a flow reaches them as `Microsoft-<table>`.
//!
//! Source: Microsoft's table reference and its list of tables that support ingestion-time transformations through the
//! API, as indexed by oshezaf/sentinelninja on 14 August 2026. Published rules name at least one table that the list
//! lacks, so a name that is not here is doubtful, not wrong.

use super::schema::ColumnType;
use std::sync::LazyLock;

/// The tables. The head of the file says how it is written.
const TABLES: &str = include_str!("standard_tables.txt");

/// A table of Azure's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandardTable {
    /// The name, such as `CommonSecurityLog`.
    pub name: &'static str,
    /// The lines with its columns; empty when they are not known.
    lines: &'static str,
}

/// A column of one of Azure's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandardColumn {
    /// The name, such as `TimeGenerated`.
    pub name: &'static str,
    /// The type. None of these tables has a column of type `guid`.
    pub kind: ColumnType,
}

/// The table of that name, which is compared without regard to case: [`StandardTable::name`] has the right one.
pub fn table(name: &str) -> Option<StandardTable> {
    tables().find(|table| table.name.eq_ignore_ascii_case(name))
}

/// Every table, in the order of their names.
pub fn tables() -> impl Iterator<Item = StandardTable> {
    static INDEX: LazyLock<Vec<StandardTable>> = LazyLock::new(|| read(TABLES));
    INDEX.iter().copied()
}

fn read(mut rest: &'static str) -> Vec<StandardTable> {
    let mut tables = Vec::new();
    while let Some((name, below)) = rest.split_once('\n') {
        rest = below;
        if name.starts_with('#') {
            continue;
        }
        // Its columns reach to the next line of one word.
        let columns = below.split_inclusive('\n').take_while(|line| line.contains(' '));
        let length = columns.map(str::len).sum();
        let (lines, after) = below.split_at_checked(length).unwrap_or((below, ""));
        rest = after;
        tables.push(StandardTable { name, lines });
    }
    tables
}

impl StandardTable {
    /// Whether its columns are known.
    pub fn has_columns(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Its columns, those that Azure fills in itself too (`Type`, `_BilledSize` …). None when they are not known.
    pub fn columns(&self) -> impl Iterator<Item = StandardColumn> + use<> {
        self.lines.lines().flat_map(|line| {
            let (kind, names) = line.split_once(' ').unwrap_or_default();
            let kind = ColumnType::parse(kind);
            names.split(' ').filter_map(move |name| Some(StandardColumn { name, kind: kind? }))
        })
    }
}
