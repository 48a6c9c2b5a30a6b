//! The columns that are there at one place of a query.

use super::{Kind, Origin, OutputColumn};
use crate::artifact::schema::Column;
use crate::text::Span;
use std::collections::HashMap;

/// How many columns are kept track of. A table of Azure has at most 500.
const COLUMNS: usize = 2_000;

/// The columns of a table, in their order and by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    columns: Vec<OutputColumn>,
    index: HashMap<String, usize>,
    /// There may be further columns.
    pub open: bool,
}

impl Scope {
    /// The columns of a stream. Of two with one name, which no stream has, the first counts.
    pub fn of_stream(input: &[Column]) -> Scope {
        let mut scope = Scope::default();
        for column in input {
            if scope.get(&column.name).is_some() {
                continue;
            }
            scope.set(OutputColumn {
                name: column.name.clone(),
                kind: Some(Kind::from(column.kind)),
                certain: true,
                origin: Origin::Stream(column.name.clone()),
                span: None,
                expression: None,
            });
        }
        scope
    }

    /// Columns of which nothing is known.
    pub fn unknown() -> Scope {
        Scope { open: true, ..Scope::default() }
    }

    /// The columns in their order.
    pub fn columns(&self) -> &[OutputColumn] {
        &self.columns
    }

    /// The column of that name.
    pub fn get(&self, name: &str) -> Option<&OutputColumn> {
        self.columns.get(*self.index.get(name)?)
    }

    /// Puts a column in the place of that of the same name, else behind the others.
    pub fn set(&mut self, column: OutputColumn) {
        if let Some(place) = self.index.get(&column.name).and_then(|index| self.columns.get_mut(*index)) {
            *place = column;
        } else if self.columns.len() < COLUMNS {
            self.index.insert(column.name.clone(), self.columns.len());
            self.columns.push(column);
        } else {
            self.open = true;
        }
    }

    /// Keeps the columns that fit.
    pub fn retain(&mut self, fits: impl Fn(&str) -> bool) {
        self.columns.retain(|column| fits(&column.name));
        self.index_anew();
    }

    /// Gives columns new names; each keeps its place. `names` is from old to new, with the place of the text.
    pub fn rename(&mut self, names: &HashMap<String, (String, Span)>) {
        for column in &mut self.columns {
            if let Some((name, span)) = names.get(&column.name) {
                column.name.clone_from(name);
                column.span = Some(*span);
            }
        }
        self.index_anew();
    }

    /// Something unknown happened to the rows: every column may be gone or another, and new ones may be there.
    pub fn blur(&mut self) {
        self.open = true;
        for column in &mut self.columns {
            column.certain = false;
            column.kind = None;
            column.origin = Origin::Computed;
        }
    }

    fn index_anew(&mut self) {
        let names = self.columns.iter().enumerate();
        self.index = names.map(|(index, column)| (column.name.clone(), index)).collect();
    }
}

/// Whether the name fits the pattern, in which `*` stands for any characters.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut name) = name.strip_suffix(last) else {
        return false;
    };
    for part in middle.split('*') {
        let Some((_, behind)) = name.split_once(part) else {
            return false;
        };
        name = behind;
    }
    true
}
