//! What a transformation does: the outline of a `transformKql`, as far as it can be told without running it.
//!
//! A transformation is KQL that turns one row of a stream, the virtual table `source`, into at most one row of a
//! table. [`analyze`] lists its operators, the functions that it calls, the columns that it reads, and the columns
//! that come out with their types. It states facts; how bad they are is for rules to say. What it cannot know it
//! calls unknown: a type that is given is the one that Microsoft's language service gives.
//!
//! Sources: Microsoft, "Supported KQL features in Azure Monitor transformations" and "Kusto Query Language
//! overview"; Microsoft's language service for Kusto (npm, `@kusto/language-service-next`), against which the
//! results are tested.

mod analysis;
mod expression;
mod functions;
mod lex;
pub mod opinion;
mod scope;
pub mod times;

use crate::artifact::schema::{Column, ColumnType};
use crate::text::Span;

/// A column's name of letters, digits and `_` as KQL writes it: in brackets where it is a word of the language.
pub fn written_name(name: &str) -> String {
    if functions::reserved_for_names(name) || functions::reserved_for_values(name) {
        return format!("['{name}']");
    }
    name.to_owned()
}

/// The longest text that is looked at, in bytes. Azure takes about an eighth of it.
const LENGTH: usize = 128 * 1024;

/// How many problems are listed.
const PROBLEMS: usize = 100;

/// A scalar type of Kusto.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `string`
    String,
    /// `int`: 32 bits.
    Int,
    /// `long`: 64 bits.
    Long,
    /// `real`: an IEEE 754 double.
    Real,
    /// `decimal`: 128 bits.
    Decimal,
    /// `bool`
    Boolean,
    /// `datetime`
    Datetime,
    /// `timespan`
    Timespan,
    /// `dynamic`
    Dynamic,
    /// `guid`
    Guid,
}

impl Kind {
    /// The name that artifacts have for the type; KQL writes `boolean` as `bool`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::String => "string",
            Kind::Int => "int",
            Kind::Long => "long",
            Kind::Real => "real",
            Kind::Decimal => "decimal",
            Kind::Boolean => "boolean",
            Kind::Datetime => "datetime",
            Kind::Timespan => "timespan",
            Kind::Dynamic => "dynamic",
            Kind::Guid => "guid",
        }
    }

    /// The type that KQL has under the name, its aliases included.
    ///
    /// Source: Microsoft, "Scalar data types" of KQL, and the language service.
    fn parse(name: &str) -> Option<Kind> {
        Some(match name {
            "string" => Kind::String,
            "int" | "int32" => Kind::Int,
            "long" | "int64" => Kind::Long,
            "real" | "double" => Kind::Real,
            "decimal" => Kind::Decimal,
            "bool" | "boolean" => Kind::Boolean,
            "datetime" | "date" => Kind::Datetime,
            "timespan" | "time" => Kind::Timespan,
            "dynamic" => Kind::Dynamic,
            "guid" | "uuid" | "uniqueid" => Kind::Guid,
            _ => return None,
        })
    }
}

impl From<ColumnType> for Kind {
    fn from(column: ColumnType) -> Kind {
        match column {
            ColumnType::String => Kind::String,
            ColumnType::Int => Kind::Int,
            ColumnType::Long => Kind::Long,
            ColumnType::Real => Kind::Real,
            ColumnType::Boolean => Kind::Boolean,
            ColumnType::Datetime => Kind::Datetime,
            ColumnType::Dynamic => Kind::Dynamic,
        }
    }
}

/// A place that is not KQL, or that certainly fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: byte offsets in the text of the transformation. Empty where something is missing.
    pub span: Span,
    /// What.
    pub kind: ProblemKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The text is longer than anything that Azure takes, and was not looked at.
    TooLong,
    /// Brackets or operators are nested too deeply; what is further inside was not looked at.
    TooDeep,
    /// A string does not end on its line.
    UnterminatedString,
    /// A backslash in a string that begins no escape sequence. Regular expressions want `@"…"`.
    InvalidEscape,
    /// `/*`: KQL has comments with `//` only.
    BlockComment,
    /// An opening bracket without its partner.
    UnclosedBracket,
    /// A closing bracket without its partner.
    StrayBracket,
    /// Nothing but comments and `let` statements.
    NoQuery,
    /// A second query behind a semicolon.
    SecondQuery,
    /// A semicolon without a statement before it.
    EmptyStatement,
    /// The text ends with a pipe.
    TrailingPipe,
    /// Nothing between two pipes.
    EmptyStage,
    /// The query does not begin with `source`.
    NotSource,
    /// An expression, a name or a list is missing.
    Missing,
    /// A token that cannot stand here; what follows in the same place was not looked at.
    Unexpected {
        /// What KQL has for a habit from another language: `and` for `&&`.
        instead: Option<&'static str>,
    },
    /// A name that should be written `['name']`, because it is a word of KQL. Microsoft's language service refuses
    /// it without; whether Azure does so too is not documented.
    NeedsBrackets {
        /// The name.
        name: String,
    },
    /// A column is given twice.
    DuplicateColumn {
        /// The name.
        name: String,
    },
    /// A type that KQL does not have.
    UnknownType,
    /// A member is taken of a value that is not `dynamic`, such as a `string` that nobody parsed.
    NoMembers {
        /// The value's type.
        kind: Kind,
    },
    /// A column inside a literal such as `datetime(…)`: a conversion such as `todatetime(…)` was meant.
    NotLiteral {
        /// The conversion.
        conversion: &'static str,
    },
}

/// What transformations make of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorVerdict {
    /// Microsoft's page lists it.
    Supported,
    /// It makes rows of its own and can only stand first: `print`, `datatable`.
    Source,
    /// It works on single rows, but Microsoft's page does not list it.
    Undocumented,
    /// It works on several rows or several tables, or gives several rows for one.
    ManyRows,
    /// Kusto has no such operator, or a new one.
    Unknown,
}

/// An operator behind a pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Its name, such as `project-away`.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// From the name to the next pipe.
    pub stage: Span,
    /// Whether it may stand there.
    pub verdict: OperatorVerdict,
    /// For an unknown one the supported operator that was probably meant.
    pub nearest: Option<&'static str>,
}

/// What is known of a function, or of an operator that is a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Microsoft's page lists it.
    Documented,
    /// The page lacks it, but published connectors use it.
    Published,
    /// Kusto has it; the page lacks it, and no published connector was seen to use it.
    Undocumented,
    /// A `let` statement of the text makes it.
    Local,
    /// Kusto has no such function, or a new one.
    Unknown,
}

/// A function that is called, or an operator between two values that is a word, such as `has`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its name, such as `tostring` or `!in`.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// What is known of it.
    pub verdict: Verdict,
    /// For an unknown one the documented function that was probably meant.
    pub nearest: Option<&'static str>,
}

/// What a name refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A column that is there at this place.
    Column,
    /// Nothing: no column has this name here. Names are case-sensitive.
    Missing {
        /// The column that was probably meant.
        nearest: Option<String>,
    },
    /// Unknown, because an operator before it may have made the column.
    Undecided,
}

/// A column that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The name, without brackets and quotes.
    pub name: String,
    /// Where it stands, with brackets and quotes.
    pub span: Span,
    /// What it refers to.
    pub resolution: Resolution,
}

/// A `parse` and its relatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parse {
    /// Where the operator's name stands.
    pub span: Span,
    /// How many columns it makes.
    pub columns: usize,
}

/// A literal `dynamic(…)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dynamic {
    /// All of it.
    pub span: Span,
    /// What stands between the parentheses.
    pub content: Span,
}

/// Where a column's values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A column of the stream, as it is.
    Stream(String),
    /// `now()`: the time of processing.
    Now,
    /// A member of a dynamic value, without a conversion.
    Member,
    /// Text that `parse` cut out.
    Parsed,
    /// Any other expression.
    Computed,
}

/// A column that comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// Its type, where it is known.
    pub kind: Option<Kind>,
    /// Whether it comes out for certain under this name. Kusto makes up a name where the text gives none.
    pub certain: bool,
    /// Where its values come from.
    pub origin: Origin,
    /// Where the text makes it, or lists it; `None` for a column of the stream that passes through unnamed.
    pub span: Option<Span>,
    /// The expression that makes it, where the text gives that a name: what a conversion would go around.
    pub expression: Option<Span>,
}

/// The columns that come out.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Output {
    /// The columns in their order.
    pub columns: Vec<OutputColumn>,
    /// Whether these are all. An operator that is not known may have made others.
    pub complete: bool,
}

impl Output {
    /// The column of that name. Names are case-sensitive.
    pub fn column(&self, name: &str) -> Option<&OutputColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What a query begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `source`, directly or by way of a `let`.
    Stream,
    /// `print` or `datatable`: the rows of the stream are not looked at.
    Own,
    /// Something else, or nothing.
    Other,
}

/// What a transformation does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// What is not KQL or certainly fails, in the order of the text.
    pub problems: Vec<Problem>,
    /// What the query begins with.
    pub source: Source,
    /// The operators in the order of the text, those in `let` statements included.
    pub operators: Vec<Operator>,
    /// The functions and word operators in the order of the text.
    pub calls: Vec<Call>,
    /// The columns that are read, in the order of the text.
    pub reads: Vec<Read>,
    /// Each `parse`.
    pub parses: Vec<Parse>,
    /// The literals of type `dynamic`.
    pub dynamics: Vec<Dynamic>,
    /// The columns that come out.
    pub output: Output,
}

impl Outline {
    /// The problem to solve first where the text cannot be read as a whole: others may be its echo.
    pub fn broken(&self) -> Option<&Problem> {
        let rank = |problem: &&Problem| match problem.kind {
            ProblemKind::TooLong | ProblemKind::UnterminatedString | ProblemKind::BlockComment => Some(0),
            ProblemKind::UnclosedBracket | ProblemKind::StrayBracket | ProblemKind::TooDeep => Some(1),
            ProblemKind::NoQuery
            | ProblemKind::SecondQuery
            | ProblemKind::EmptyStatement
            | ProblemKind::TrailingPipe
            | ProblemKind::EmptyStage
            | ProblemKind::NotSource
            | ProblemKind::Missing
            | ProblemKind::UnknownType
            | ProblemKind::Unexpected { .. } => Some(2),
            ProblemKind::InvalidEscape
            | ProblemKind::NeedsBrackets { .. }
            | ProblemKind::DuplicateColumn { .. }
            | ProblemKind::NoMembers { .. }
            | ProblemKind::NotLiteral { .. } => None,
        };
        let breaking = self.problems.iter().filter_map(|problem| Some((rank(&problem)?, problem)));
        breaking.min_by_key(|(rank, problem)| (*rank, problem.span)).map(|(_, problem)| problem)
    }

    /// The problems of a text that can be read as a whole: each concerns its own place only. None where it cannot.
    pub fn local_problems(&self) -> &[Problem] {
        if self.broken().is_some() { &[] } else { &self.problems }
    }
}

/// A column's name as KQL writes it: `Message`, `['src-ip']`.
pub fn name(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && !functions::reserved_for_names(name) && !functions::reserved_for_values(name) {
        return name.to_owned();
    }
    format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Outlines a transformation of the stream that has the `input` columns.
///
/// Never fails: what cannot be understood is a [`Problem`], and the rest is read on. An empty text is a query that
/// is missing; a flow without `transformKql` passes its rows on as `source` does.
pub fn analyze(text: &str, input: &[Column]) -> Outline {
    let mut problems = Problems::default();
    if text.len() > LENGTH {
        problems.add(Span { start: 0, end: text.len() }, ProblemKind::TooLong);
        return Outline {
            problems: problems.list,
            source: Source::Other,
            operators: Vec::new(),
            calls: Vec::new(),
            reads: Vec::new(),
            parses: Vec::new(),
            dynamics: Vec::new(),
            output: Output::default(),
        };
    }
    let tokens = lex::tokens(text, &mut problems);
    analysis::Analysis::new(&tokens, problems, input).run(text)
}

/// The problems found so far.
#[derive(Debug, Default)]
struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    fn add(&mut self, span: Span, kind: ProblemKind) {
        if self.list.len() < PROBLEMS {
            self.list.push(Problem { span, kind });
        }
    }

    /// In the order of the text, each place and kind once.
    fn sorted(mut self) -> Vec<Problem> {
        self.list.sort_by_key(|problem| problem.span);
        self.list.dedup();
        self.list
    }
}
