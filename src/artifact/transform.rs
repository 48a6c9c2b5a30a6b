//! The flows of a solution, followed from the stream through the transformation into the table.

use super::arm;
use super::dcr::{Dcr, Flow, Output, StreamNode};
use super::folder::File;
use super::resource;
use super::schema::{Column, ColumnType};
use super::solution::Solution;
use super::standard;
use super::table::{ColumnNode, Table, TableType};
use crate::finding::Edit;
use crate::json::{Value, string_or_null};
use crate::kql::opinion::Opinion;
use crate::kql::{self, Kind, OperatorVerdict, Outline, ProblemKind, Source};
use crate::text::Span;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// How much is analyzed in one solution: bytes of the transformations, and for each flow the columns of its stream.
/// The largest published solution needs a hundredth.
const WORK: usize = 4_000_000;

/// What a column counts for.
const PER_COLUMN: usize = 64;

/// A flow, followed from its stream into its table.
#[derive(Clone, Debug)]
pub struct Transform<'f> {
    /// The rule that it belongs to.
    pub dcr: Dcr<'f>,
    /// The flow.
    pub flow: Flow<'f>,
    /// The value of `transformKql`; `None` for a flow without one, whose rows pass as they are.
    pub value: Option<&'f Value>,
    /// The transformation; `source` for a flow without one.
    pub text: &'f str,
    /// The stream that it takes, where it is one that the rule declares with columns that can all be understood.
    pub stream: Option<StreamNode<'f>>,
    /// Whether other flows of the rule take the same stream: then a column can be meant for one of them.
    pub shares_stream: bool,
    /// The columns of the stream, as far as they are known.
    pub input: Rc<Vec<Column>>,
    /// What the transformation does.
    pub outline: Outline,
    /// The table that it leads to, where that is known.
    pub target: Option<Rc<Target<'f>>>,
    /// What Microsoft's language service says of the transformation, where it was asked.
    pub opinion: Option<&'f Opinion>,
}

/// A table that flows lead to.
#[derive(Debug)]
pub struct Target<'f> {
    /// The name.
    pub name: &'f str,
    /// The artifact that declares it; `None` for a table of Azure's own.
    pub table: Option<Table<'f>>,
    /// Whether all its columns are known.
    pub is_complete: bool,
    columns: HashMap<&'f str, TargetColumn<'f>>,
}

/// A column of a table that flows lead to.
#[derive(Clone, Copy, Debug)]
pub struct TargetColumn<'f> {
    /// The type, where it is one.
    pub kind: Option<Kind>,
    /// The column's declaration; `None` for a table of Azure's own.
    pub node: Option<ColumnNode<'f>>,
}

/// Whether a column of a transformation's output fits into the table's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The types are the same.
    Same,
    /// The types differ, but nobody documents whether Azure minds: both are numbers, for example.
    Doubtful,
    /// Azure refuses the rule.
    Wrong,
}

/// Whether Azure takes values of a type for a column of another.
///
/// Source: the error `InvalidTransformOutput`, "Types of transform output columns do not match the ones defined by the
/// output stream", as it is reported of pairs such as dynamic into string.
pub fn fit(made: Kind, column: Kind) -> Fit {
    let is_number = |kind| matches!(kind, Kind::Int | Kind::Long | Kind::Real | Kind::Decimal);
    match (made, column) {
        _ if made == column => Fit::Same,
        _ if is_number(made) && is_number(column) => Fit::Doubtful,
        (Kind::String, Kind::Guid) | (Kind::Guid, Kind::String) => Fit::Doubtful,
        // Tables have no such type, and any value can be dynamic.
        (Kind::Timespan, _) | (_, Kind::Dynamic) => Fit::Doubtful,
        _ => Fit::Wrong,
    }
}

impl Target<'_> {
    /// The column of exactly that name.
    pub fn column(&self, name: &str) -> Option<&TargetColumn<'_>> {
        self.columns.get(name)
    }

    /// The names of its columns, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().copied()
    }

    fn custom<'f>(name: &'f str, table: Table<'f>) -> Target<'f> {
        let mut columns = HashMap::new();
        let mut count = 0_usize;
        for node in table.columns() {
            count = count.saturating_add(1);
            let Some(name) = node.name_value().and_then(arm::literal) else { continue };
            let kind = node.type_name().and_then(TableType::read).map(|(kind, _)| match kind {
                TableType::Stream(kind) => Kind::from(kind),
                TableType::Guid => Kind::Guid,
            });
            columns.insert(name, TargetColumn { kind, node: Some(node) });
        }
        Target { name, table: Some(table), is_complete: count > 0 && columns.len() == count, columns }
    }

    fn standard(table: standard::StandardTable) -> Target<'static> {
        let column = |column: standard::StandardColumn| {
            (column.name, TargetColumn { kind: Some(Kind::from(column.kind)), node: None })
        };
        let columns = table.columns().map(column).collect();
        Target { name: table.name, table: None, is_complete: table.has_columns(), columns }
    }
}

impl<'f> Transform<'f> {
    /// The file that it is in.
    pub fn file(&self) -> &'f File {
        self.dcr.resource.file
    }

    /// The place in the file of a part of the transformation. Of a flow without one it is the `outputStream`.
    pub fn place(&self, part: Span) -> Span {
        match self.value {
            Some(value) => arm::place(self.file(), value, part),
            None => self.whole(),
        }
    }

    /// The place of the whole transformation.
    pub fn whole(&self) -> Span {
        let value = self.value.or(self.flow.output_stream());
        value.map_or(resource::head(self.flow.value), |value| value.span)
    }

    /// Puts `text` in the place of a part of the transformation.
    pub fn replace(&self, part: Span, text: &str) -> Vec<Edit> {
        let quoted = string_or_null(Some(text));
        let escaped = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default();
        vec![Edit { file: self.file().id, span: self.place(part), text: escaped.to_owned() }]
    }

    /// Puts `before` and `after` around a part of the transformation.
    pub fn wrap(&self, part: Span, before: &str, after: &str) -> Vec<Edit> {
        let mut edits = self.replace(Span { start: part.start, end: part.start }, before);
        edits.extend(self.replace(Span { start: part.end, end: part.end }, after));
        edits
    }

    /// Adds a stage at the end, such as `extend A = 1`. Nothing is added where the text ends with a comment or a
    /// semicolon, or where there is no text.
    pub fn append(&self, stage: &str) -> Vec<Edit> {
        let end = self.text.trim_end().len();
        let last = self.text.lines().next_back().unwrap_or_default();
        if self.value.is_none() || last.contains("//") || self.text.trim_end().ends_with(';') {
            return Vec::new();
        }
        self.replace(Span { start: end, end }, &format!(" | {stage}"))
    }

    /// What of the stream is the time of the event, as KQL, where one column is clearly it: `raised_at`, or
    /// `todatetime(time)` for text.
    pub fn event_time(&self) -> Option<String> {
        let times: Vec<&Column> = kql::times::event_times(&self.input).collect();
        let is = |kind| times.iter().filter(move |column| column.kind == kind);
        let own = is(ColumnType::Datetime).find(|column| column.name == "TimeGenerated");
        let mut datetimes = is(ColumnType::Datetime);
        let mut texts = is(ColumnType::String);
        match (own, datetimes.next(), datetimes.next(), texts.next(), times.len()) {
            (Some(own), ..) => Some(kql::name(&own.name)),
            (_, Some(only), None, ..) => Some(kql::name(&only.name)),
            (_, None, _, Some(only), 1) => Some(format!("todatetime({})", kql::name(&only.name))),
            _ => None,
        }
    }

    /// Whether it leaves the rows as they are: no operator works on them.
    pub fn passes_through(&self) -> bool {
        self.outline.operators.is_empty() && self.outline.source == Source::Stream
    }

    /// Whether what comes out can be judged: the stream is known, and the text is a query of it that works on single
    /// rows. What is wrong besides is for others to say.
    pub fn is_understood(&self) -> bool {
        let harmless = |problem: &kql::Problem| matches!(problem.kind, ProblemKind::NeedsBrackets { .. });
        let single = |operator: &kql::Operator| {
            matches!(operator.verdict, OperatorVerdict::Supported | OperatorVerdict::Undocumented)
        };
        self.stream.is_some()
            && self.outline.source == Source::Stream
            && self.outline.problems.iter().all(harmless)
            && self.outline.operators.iter().all(single)
    }
}

/// A stream as flows find it.
struct Input<'f> {
    stream: StreamNode<'f>,
    columns: Rc<Vec<Column>>,
    is_complete: bool,
}

impl<'f> Input<'f> {
    fn new(stream: StreamNode<'f>) -> Self {
        let mut names = HashSet::new();
        let mut is_complete = true;
        let mut columns = Vec::new();
        for node in stream.columns() {
            let name = node.name_value().and_then(arm::literal).filter(|name| !name.trim().is_empty());
            let kind = node.type_name().and_then(ColumnType::parse);
            match (name, kind) {
                (Some(name), Some(kind)) if names.insert(name) => {
                    columns.push(Column { name: name.to_owned(), kind });
                }
                _ => is_complete = false,
            }
        }
        Input { stream, is_complete: is_complete && !columns.is_empty(), columns: Rc::new(columns) }
    }
}

/// The flows of a solution in the order of its rules. Left out are those whose `transformKql` is no string that means
/// itself, and the last ones of a solution with far too many.
pub fn transforms<'f>(solution: &Solution<'f>) -> Vec<Transform<'f>> {
    let mut tables = HashMap::new();
    for table in &solution.tables {
        if let Some(name) = table.own_name() {
            tables.entry(name).or_insert(*table);
        }
    }
    let mut targets: HashMap<Output<'f>, Option<Rc<Target<'f>>>> = HashMap::new();
    let mut found = Vec::new();
    let mut left = WORK;
    for dcr in &solution.dcrs {
        let mut declared: HashMap<&str, StreamNode<'f>> = HashMap::new();
        for stream in dcr.streams() {
            declared.entry(stream.name()).or_insert(stream);
        }
        let mut inputs: HashMap<&str, Input<'f>> = HashMap::new();
        let mut takers: HashMap<&str, usize> = HashMap::new();
        for name in dcr.flows().flat_map(|flow| flow.streams()).filter_map(arm::literal) {
            let count = takers.entry(name).or_default();
            *count = count.saturating_add(1);
        }
        for flow in dcr.flows().filter(|flow| flow.value.as_object().is_some()) {
            let value = flow.transform();
            let text = match value {
                Some(value) => arm::literal(value),
                None => Some("source"),
            };
            let Some(text) = text else { continue };
            let mut names = flow.streams();
            let single = match (names.next().and_then(arm::literal), names.next()) {
                (Some(name), None) => declared.get(name).copied(),
                _ => None,
            };
            let input =
                single.map(|stream| inputs.entry(stream.name()).or_insert_with(|| Input::new(stream)));
            let columns = input.as_ref().map(|input| Rc::clone(&input.columns)).unwrap_or_default();
            let work = text.len().saturating_add(columns.len().saturating_mul(PER_COLUMN));
            let Some(rest) = left.checked_sub(work) else { return found };
            left = rest;
            let target = flow.output().and_then(|output| {
                let known = targets.entry(output).or_insert_with(|| match output {
                    Output::Custom(name) => {
                        tables.get(name).map(|table| Rc::new(Target::custom(name, *table)))
                    }
                    Output::Standard(name) => {
                        standard::table(name).map(|table| Rc::new(Target::standard(table)))
                    }
                });
                known.clone()
            });
            found.push(Transform {
                dcr: *dcr,
                flow,
                value,
                text,
                shares_stream: single
                    .is_some_and(|stream| takers.get(stream.name()).is_some_and(|count| *count > 1)),
                stream: input.filter(|input| input.is_complete).map(|input| input.stream),
                outline: kql::analyze(text, &columns),
                input: columns,
                target,
                opinion: value.and_then(|value| {
                    solution.folder.opinions.get(&(dcr.resource.file.id, value.span.start))
                }),
            });
        }
    }
    found
}
