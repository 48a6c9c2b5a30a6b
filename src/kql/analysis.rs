//! Statements and operators: how the columns go from stage to stage.

use super::expression::{DEPTH, Name, Value};
use super::functions;
use super::lex::{Token, TokenKind};
use super::scope::{Scope, fits};
use super::{
    Call, Dynamic, Kind, Operator, OperatorVerdict, Origin, Outline, Output, OutputColumn, Parse,
    ProblemKind, Problems, Read, Resolution, Source, Verdict,
};
use crate::artifact::schema::Column;
use crate::text::{Span, nearest};
use std::collections::{HashMap, HashSet};

/// How many steps may go into work that is not linear by itself, such as dropping columns again and again. Beyond
/// them the columns are unknown.
const WORK: usize = 500_000;

/// For how many names that are not known a similar one is looked for.
const HINTS: usize = 20;

/// What a `let` statement or a parameter names.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    /// A scalar.
    Value(Option<Kind>),
    /// A function of scalars, by its result.
    Function(Option<Kind>),
    /// A table, or a function that gives one.
    Table(Scope),
}

/// A range of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub from: usize,
    pub to: usize,
}

/// The state of an analysis. The tokens from `at` to `end` are those of the part that is being read.
pub(super) struct Analysis<'t> {
    pub tokens: &'t [Token<'t>],
    pub at: usize,
    pub end: usize,
    pub depth: usize,
    pub scope: Scope,
    pub lets: HashMap<String, Binding>,
    pub problems: Problems,
    pub calls: Vec<Call>,
    pub dynamics: Vec<Dynamic>,
    stream: Scope,
    source: Option<Source>,
    operators: Vec<Operator>,
    reads: Vec<Read>,
    parses: Vec<Parse>,
    work: usize,
    hints: usize,
}

impl<'t> Analysis<'t> {
    pub fn new(tokens: &'t [Token<'t>], problems: Problems, input: &[Column]) -> Self {
        Analysis {
            tokens,
            at: 0,
            end: tokens.len(),
            depth: 0,
            scope: Scope::default(),
            lets: HashMap::new(),
            problems,
            calls: Vec::new(),
            dynamics: Vec::new(),
            stream: Scope::of_stream(input),
            source: None,
            operators: Vec::new(),
            reads: Vec::new(),
            parses: Vec::new(),
            work: 0,
            hints: 0,
        }
    }

    /// Reads the whole text.
    pub fn run(mut self, text: &str) -> Outline {
        let all = Range { from: 0, to: self.tokens.len() };
        let output = self.statements(all);
        let source = match output {
            Some(_) => self.source.unwrap_or(Source::Other),
            None => {
                let end = text.trim_end().len();
                self.problems.add(Span { start: end, end }, ProblemKind::NoQuery);
                Source::Other
            }
        };
        let output = output.map(|scope| Output { complete: !scope.open, columns: scope.columns().to_vec() });
        // A dotted call is met behind its first argument.
        self.calls.sort_by_key(|call| call.span);
        self.reads.sort_by_key(|read| read.span);
        Outline {
            problems: self.problems.sorted(),
            source,
            operators: self.operators,
            calls: self.calls,
            reads: self.reads,
            parses: self.parses,
            dynamics: self.dynamics,
            output: output.unwrap_or_default(),
        }
    }

    /// The statements of a query or of a function's body; gives the columns of the query among them.
    fn statements(&mut self, range: Range) -> Option<Scope> {
        let mut query = None;
        let statements = self.split(range, ";");
        let count = statements.len();
        for (number, statement) in statements.into_iter().enumerate() {
            let last = number.saturating_add(1) == count;
            match self.tokens.get(statement.from) {
                _ if statement.from >= statement.to => {
                    if !last {
                        self.problem_at(statement.from, ProblemKind::EmptyStatement);
                    }
                }
                Some(token) if token.text == "let" && statement.to.saturating_sub(statement.from) > 1 => {
                    self.let_statement(statement);
                }
                Some(token) if query.is_some() => self.problems.add(token.span, ProblemKind::SecondQuery),
                _ => query = Some(self.pipeline(statement)),
            }
        }
        query
    }

    /// `let name = value`, where the value may be a scalar, a table or a function.
    fn let_statement(&mut self, range: Range) {
        self.enter(range);
        self.at = self.at.saturating_add(1);
        let Some((name, _)) = self.column_name() else {
            self.unexpected();
            return;
        };
        if !self.skip("=") {
            self.missing();
            return;
        }
        let value = Range { from: self.at, to: range.to };
        let binding = if let Some(body) = self.function_body(value) {
            self.function(value, body)
        } else if self.is_table(value) {
            Binding::Table(self.pipeline(value))
        } else {
            // A scalar of a `let` sees no columns.
            self.scope = Scope::default();
            self.enter(value);
            let value = self.expression(0);
            self.finish();
            Binding::Value(value.kind)
        };
        self.lets.insert(name, binding);
    }

    /// The braces of `(parameters) { body }`.
    fn function_body(&self, value: Range) -> Option<Range> {
        let open = self.tokens.get(value.from).filter(|token| token.text == "(")?;
        let brace = open.partner?.saturating_add(1);
        let body = self.tokens.get(brace).filter(|token| brace < value.to && token.text == "{")?;
        Some(Range { from: brace.saturating_add(1), to: body.partner.unwrap_or(value.to) })
    }

    /// A function's result, for parameters of the types that it declares.
    fn function(&mut self, value: Range, body: Range) -> Binding {
        if self.depth >= DEPTH {
            self.problem_at(body.from, ProblemKind::TooDeep);
            return Binding::Function(None);
        }
        if !self.spend(self.lets.len()) {
            return Binding::Function(None);
        }
        self.depth = self.depth.saturating_add(1);
        let outer = self.lets.clone();
        let parameters = self.group(value.from);
        for parameter in self.split(parameters, ",") {
            self.enter(parameter);
            let Some((name, _)) = self.column_name() else { continue };
            let kind = if self.skip(":") { self.type_name() } else { None };
            // A default value is a literal.
            self.lets.insert(name, Binding::Value(kind));
        }
        let statements = self.split(body, ";");
        let result = statements.iter().rev().find(|statement| statement.from < statement.to).copied();
        for statement in statements {
            if Some(statement) == result {
                break;
            }
            if self.tokens.get(statement.from).is_some_and(|token| token.text == "let") {
                self.let_statement(statement);
            }
        }
        let binding = match result {
            None => Binding::Function(None),
            Some(result) if self.is_table(result) => Binding::Table(self.pipeline(result)),
            Some(result) => {
                self.scope = Scope::default();
                self.enter(result);
                let value = self.expression(0);
                self.finish();
                Binding::Function(value.kind)
            }
        };
        self.lets = outer;
        self.depth = self.depth.saturating_sub(1);
        binding
    }

    /// Whether the tokens are a query rather than a scalar.
    pub fn is_table(&self, mut range: Range) -> bool {
        // Parentheses around all of it do not count.
        for _ in 0..DEPTH {
            let Some(first) = self.tokens.get(range.from).filter(|_| range.from < range.to) else {
                return false;
            };
            let group = self.group(range.from);
            if first.text == "(" && group.to.saturating_add(1) == range.to {
                range = group;
                continue;
            }
            let named = match first.text {
                "source" => range.to.saturating_sub(range.from) == 1,
                "print" | "datatable" => true,
                name => matches!(self.lets.get(name), Some(Binding::Table(_))),
            };
            return named || self.split(range, "|").len() > 1;
        }
        false
    }

    /// A query: a source and the operators behind its pipes. Gives the columns that come out.
    pub fn pipeline(&mut self, range: Range) -> Scope {
        let stages = self.split(range, "|");
        let count = stages.len();
        let mut torn = false;
        for (number, stage) in stages.into_iter().enumerate() {
            let last = number.saturating_add(1) == count;
            if number == 0 {
                self.scope = self.source(stage);
            } else if stage.from < stage.to {
                // Behind `||` the condition goes on.
                let goes_on = std::mem::take(&mut torn) && !self.begins_with_operator(stage);
                if !goes_on {
                    self.stage(stage);
                }
            } else if let Some(or) = self.double_pipe(stage) {
                self.problems.add(or, ProblemKind::Unexpected { instead: Some("or") });
                torn = true;
            } else {
                let kind = if last { ProblemKind::TrailingPipe } else { ProblemKind::EmptyStage };
                self.problem_at(stage.from.saturating_sub(1), kind);
            }
        }
        std::mem::take(&mut self.scope)
    }

    /// The two pipes around an empty stage, where they stand side by side.
    fn double_pipe(&self, stage: Range) -> Option<Span> {
        let first = self.tokens.get(stage.from.checked_sub(1)?)?;
        let second = self.tokens.get(stage.to).filter(|second| second.text == "|")?;
        (first.span.end == second.span.start)
            .then_some(Span { start: first.span.start, end: second.span.end })
    }

    fn begins_with_operator(&mut self, stage: Range) -> bool {
        self.enter(stage);
        let (name, _) = self.hyphenated();
        functions::operator(&name) != OperatorVerdict::Unknown
    }

    /// What stands before the first pipe.
    fn source(&mut self, range: Range) -> Scope {
        self.enter(range);
        let first = self.peek();
        let next = range.from.saturating_add(1);
        let (scope, source) = match first {
            Some(token) if token.text == "source" && token.kind == TokenKind::Name => {
                self.at = next;
                let stream = self.stream.columns().len();
                let scope = if self.spend(stream) { self.stream.clone() } else { Scope::unknown() };
                (scope, Source::Stream)
            }
            Some(token) if token.text == "print" => {
                self.at = next;
                self.scope = Scope::default();
                (self.print(Range { from: next, to: range.to }), Source::Own)
            }
            Some(token) if token.text == "datatable" => {
                self.at = next;
                (self.datatable(), Source::Own)
            }
            Some(token) if token.text == "(" && self.depth < DEPTH => {
                let group = self.group(range.from);
                self.depth = self.depth.saturating_add(1);
                let scope = self.pipeline(group);
                self.depth = self.depth.saturating_sub(1);
                self.enter(Range { from: group.to.saturating_add(1), to: range.to });
                (scope, self.source.unwrap_or(Source::Other))
            }
            Some(token) if matches!(self.lets.get(token.text), Some(Binding::Table(_))) => {
                self.at = next;
                if self.peek().is_some_and(|open| open.text == "(") {
                    self.at = self.group(self.at).to.saturating_add(1);
                }
                let columns = match self.lets.get(token.text) {
                    Some(Binding::Table(scope)) => scope.columns().len(),
                    _ => 0,
                };
                let affordable = self.spend(columns);
                let table = match self.lets.get(token.text) {
                    Some(Binding::Table(scope)) if affordable => scope.clone(),
                    _ => Scope::unknown(),
                };
                (table, self.source.unwrap_or(Source::Other))
            }
            found => {
                let end = self.tokens.get(range.from).map_or(0, |token| token.span.start);
                let span = found.map_or(Span { start: end, end }, |token| token.span);
                self.problems.add(span, ProblemKind::NotSource);
                self.at = self.end;
                let stream = self.stream.columns().len();
                let mut scope = if self.spend(stream) { self.stream.clone() } else { Scope::unknown() };
                scope.blur();
                (scope, Source::Other)
            }
        };
        self.finish();
        self.source = Some(source);
        scope
    }

    /// `print a = 1, 2`: a column without a name is called after its place.
    fn print(&mut self, range: Range) -> Scope {
        let mut scope = Scope::default();
        for (number, item) in self.split(range, ",").into_iter().enumerate() {
            let Some(mut column) = self.item(item) else { continue };
            if column.name.is_empty() {
                column.name = format!("print_{number}");
                column.certain = true;
            }
            scope.set(column);
        }
        self.at = range.to;
        self.end = range.to;
        scope
    }

    /// `datatable (name: type, …) [ values ]`
    fn datatable(&mut self) -> Scope {
        let mut scope = Scope::default();
        let end = self.end;
        if self.peek().is_none_or(|token| token.text != "(") {
            self.missing();
            return scope;
        }
        let group = self.group(self.at);
        let columns = self.declared(group);
        for column in columns {
            scope.set(column);
        }
        self.enter(Range { from: group.to.saturating_add(1), to: end });
        if self.peek().is_some_and(|token| token.text == "[") {
            self.at = self.group(self.at).to.saturating_add(1);
        }
        scope
    }

    /// `name: type, …`
    fn declared(&mut self, range: Range) -> Vec<OutputColumn> {
        let mut columns = Vec::new();
        for part in self.split(range, ",") {
            self.enter(part);
            let Some(column) = self.parsed_column() else {
                self.missing();
                continue;
            };
            columns.push(column);
        }
        columns
    }

    /// `name: type`, or the name of a text.
    fn parsed_column(&mut self) -> Option<OutputColumn> {
        let (name, span) = self.column_name()?;
        let kind = if self.skip(":") { self.type_name() } else { Some(Kind::String) };
        Some(OutputColumn {
            name,
            kind,
            certain: true,
            origin: Origin::Parsed,
            span: Some(span),
            expression: None,
        })
    }

    /// An operator behind a pipe.
    fn stage(&mut self, range: Range) {
        self.enter(range);
        let Some(first) = self.peek() else { return };
        if first.kind != TokenKind::Name {
            self.unexpected();
            self.scope.blur();
            return;
        }
        let (name, span) = self.hyphenated();
        let last = range.to.saturating_sub(1);
        let end = self.tokens.get(last).map_or(span.end, |token| token.span.end);
        let verdict = functions::operator(&name);
        let near = match verdict {
            OperatorVerdict::Unknown => self.hint(&name, &functions::OPERATORS),
            _ => None,
        };
        let stage = Span { start: span.start, end };
        self.operators.push(Operator { name: name.clone(), span, stage, verdict, nearest: near });
        self.spend(1);
        let rest = Range { from: self.at, to: range.to };
        match name.as_str() {
            "where" | "filter" => {
                self.expression(0);
                self.finish();
            }
            "extend" => self.extend(rest),
            "project" => self.project(rest),
            "project-away" => self.drop_or_keep(rest, false),
            "project-keep" => self.drop_or_keep(rest, true),
            "project-rename" => self.rename(rest),
            "parse" | "parse-where" => self.parse(span, rest),
            "parse-kv" => self.parse_key_values(span, rest),
            "project-reorder" => self.reorder(rest),
            // These leave the columns as they are.
            "as" | "take" | "limit" | "sample" | "sort" | "order" | "top" | "serialize" | "consume"
            | "assert-schema" => {}
            "print" | "datatable" => {
                self.problems.add(span, ProblemKind::Unexpected { instead: None });
                self.scope.blur();
            }
            _ => self.scope.blur(),
        }
    }

    fn extend(&mut self, range: Range) {
        for column in self.items(range) {
            // A name that Kusto makes up, such as `Column1`: what it is, and whether the column replaces another one.
            self.scope.open |= !column.certain;
            let there = self.scope.get(&column.name).is_some();
            if !column.certain && there {
                self.scope.set(OutputColumn { kind: None, ..column });
            } else if !column.name.is_empty() {
                self.scope.set(column);
            }
        }
    }

    fn project(&mut self, range: Range) {
        // Without a list no column is left; Kusto takes that.
        let columns = if range.from < range.to { self.items(range) } else { Vec::new() };
        let mut scope = Scope::default();
        for column in columns {
            scope.open |= !column.certain;
            if !column.name.is_empty() {
                scope.set(column);
            }
        }
        self.scope = scope;
    }

    /// The items of `extend` and `project`: `name = expression, …`. All are evaluated before any of them is there.
    fn items(&mut self, range: Range) -> Vec<OutputColumn> {
        let mut names = HashSet::new();
        let mut columns = Vec::new();
        if range.from >= range.to {
            self.enter(range);
            self.missing();
            return columns;
        }
        for item in self.split(range, ",") {
            let Some(mut column) = self.item(item) else { continue };
            let again = !column.name.is_empty() && !names.insert(column.name.clone());
            if again && column.origin == Origin::Member && column.expression.is_none() {
                // Kusto makes up another name for the second one.
                column.name.clear();
                column.certain = false;
            } else if again && column.certain {
                let kind = ProblemKind::DuplicateColumn { name: column.name };
                self.problems.add(column.span.unwrap_or_default(), kind);
                continue;
            }
            columns.push(column);
        }
        columns
    }

    /// One item. Its name is empty where Kusto makes one up that is not known.
    fn item(&mut self, range: Range) -> Option<OutputColumn> {
        self.enter(range);
        if range.from >= range.to {
            self.missing();
            return None;
        }
        let target = self.target(range);
        let from = self.at;
        if target.is_none() && self.is_list_of_targets(range) {
            self.scope.open = true;
            return None;
        }
        let value = self.expression(0);
        self.finish();
        let start = self.tokens.get(range.from)?.span.start;
        let end = self.tokens.get(range.to.saturating_sub(1))?.span.end;
        // Nothing may stand behind the `=`.
        let first = self.tokens.get(from).filter(|_| from < range.to);
        let expression = first.map(|token| Span { start: token.span.start, end });
        let Value { kind, name, origin, .. } = value;
        let mut column = OutputColumn {
            name: String::new(),
            kind,
            certain: true,
            origin,
            span: Some(Span { start, end }),
            expression: None,
        };
        match (target, name) {
            (Some(name), _) => {
                column.name = name;
                column.expression = expression;
            }
            (None, Name::Column(name)) => {
                // The column as it is: the place that made it says more than this one.
                let before = self.scope.get(&name);
                column.span = before.and_then(|before| before.span).or(column.span);
                column.expression = before.and_then(|before| before.expression);
                column.name = name;
            }
            (None, Name::Path(name)) => column.name = name,
            (None, Name::Argument(name)) => {
                column.name = name;
                column.certain = false;
            }
            (None, Name::None) => column.certain = false,
        }
        Some(column)
    }

    /// The name before `=`.
    fn target(&mut self, range: Range) -> Option<String> {
        let start = self.at;
        let bracketed = self.peek()?.kind == TokenKind::Open;
        let named = if bracketed { self.column_name() } else { Some(self.hyphenated()) };
        if let Some((name, span)) = named
            && self.skip("=")
        {
            if !bracketed && (name.contains('-') || functions::reserved_for_names(&name)) {
                self.problems.add(span, ProblemKind::NeedsBrackets { name: name.clone() });
            }
            return Some(name);
        }
        self.enter(Range { from: start, to: range.to });
        None
    }

    /// `(a, b) = …`, for functions that give several columns.
    fn is_list_of_targets(&self, range: Range) -> bool {
        let open = self.tokens.get(range.from).filter(|token| token.text == "(");
        let behind = open.and_then(|open| open.partner).map(|close| close.saturating_add(1));
        let behind = behind.filter(|behind| *behind < range.to).and_then(|behind| self.tokens.get(behind));
        behind.is_some_and(|token| token.text == "=")
    }

    /// `project-away` and `project-keep`: names, and patterns with `*`.
    fn drop_or_keep(&mut self, range: Range, keep: bool) {
        let (names, patterns) = self.names_and_patterns(range);
        let columns = self.scope.columns().len();
        if !self.spend(columns.saturating_mul(patterns.len().saturating_add(1))) {
            return;
        }
        let listed = |name: &str| names.contains(name) || patterns.iter().any(|pattern| fits(pattern, name));
        self.scope.retain(|name| listed(name) == keep);
        if keep && patterns.is_empty() && !self.scope.columns().is_empty() {
            // Every column is named.
            self.scope.open = false;
        }
    }

    /// `project-reorder`: the order of columns means nothing to a table.
    fn reorder(&mut self, range: Range) {
        self.names_and_patterns(range);
    }

    fn names_and_patterns(&mut self, range: Range) -> (HashSet<String>, Vec<String>) {
        let mut names = HashSet::new();
        let mut patterns = Vec::new();
        if range.from >= range.to {
            self.enter(range);
            self.missing();
            return (names, patterns);
        }
        for item in self.split(range, ",") {
            self.enter(item);
            let Some(first) = self.peek() else {
                self.missing();
                continue;
            };
            if first.kind == TokenKind::Open {
                match self.column_name() {
                    Some((name, span)) => {
                        self.read(&name, span);
                        names.insert(name);
                    }
                    None => self.unexpected(),
                }
                continue;
            }
            // The parts of a pattern stand side by side: `*Time`, `d*`.
            let mut pattern = String::new();
            let mut end = first.span.start;
            while let Some(token) = self.peek() {
                let part = token.kind == TokenKind::Name || token.text == "*";
                if !part || token.span.start != end {
                    break;
                }
                pattern.push_str(token.text);
                end = token.span.end;
                self.at = self.at.saturating_add(1);
            }
            let span = Span { start: first.span.start, end };
            if !pattern.contains('*') {
                if !pattern.is_empty() {
                    self.read(&pattern, span);
                    names.insert(pattern);
                }
            } else {
                let known = self.spend(self.scope.columns().len());
                if !known || !self.scope.columns().iter().any(|column| fits(&pattern, &column.name)) {
                    let resolution = if self.scope.open {
                        Resolution::Undecided
                    } else {
                        Resolution::Missing { nearest: None }
                    };
                    self.reads.push(Read { name: pattern.clone(), span, resolution });
                }
                patterns.push(pattern);
            }
            if matches!(self.peek(), Some(token) if matches!(token.text, "asc" | "desc" | "granny-asc" | "granny-desc"))
            {
                self.at = self.end;
            }
            self.finish();
        }
        (names, patterns)
    }

    fn rename(&mut self, range: Range) {
        let mut renamed: HashMap<String, (String, Span)> = HashMap::new();
        let mut taken = HashSet::new();
        if range.from >= range.to {
            self.enter(range);
            self.missing();
        }
        for item in self.split(range, ",") {
            self.enter(item);
            let start = self.peek().map_or(0, |token| token.span.start);
            let Some(name) = self.target(item) else {
                if self.at < self.end {
                    self.unexpected();
                } else {
                    self.missing();
                }
                continue;
            };
            let Some((old, span)) = self.column_name() else {
                if self.at < self.end {
                    self.unexpected();
                } else {
                    self.missing();
                }
                continue;
            };
            self.finish();
            self.read(&old, span);
            let all = Span { start, end: span.end };
            let there = self.scope.get(&name).is_some() && !renamed.contains_key(&name) && name != old;
            if there || !taken.insert(name.clone()) {
                self.problems.add(all, ProblemKind::DuplicateColumn { name });
                continue;
            }
            if self.scope.get(&old).is_some() {
                renamed.insert(old, (name, all));
            } else {
                let origin = Origin::Computed;
                self.scope.set(OutputColumn {
                    name,
                    kind: None,
                    certain: false,
                    origin,
                    span: Some(all),
                    expression: None,
                });
            }
        }
        if self.spend(self.scope.columns().len()) {
            self.scope.rename(&renamed);
        }
    }

    /// `parse [kind=…] [flags=…] expression with * "text" Column:type …`
    fn parse(&mut self, operator: Span, range: Range) {
        self.enter(range);
        for option in ["kind", "flags"] {
            let next = self.tokens.get(self.at.saturating_add(1)).is_some_and(|token| token.text == "=");
            if next && self.skip(option) {
                // Its `=` and its value.
                self.at = self.at.saturating_add(2).min(self.end);
            }
        }
        let from = self.at;
        let with = self.find(Range { from, to: range.to }, "with");
        self.enter(Range { from, to: with.unwrap_or(range.to) });
        self.expression(0);
        self.finish();
        let mut columns = Vec::new();
        let pattern = with.map_or(range.to, |with| with.saturating_add(1));
        self.enter(Range { from: pattern, to: range.to });
        if self.at >= self.end {
            self.missing();
        }
        while let Some(token) = self.peek() {
            if token.text == "*" || token.kind == TokenKind::String {
                self.at = self.at.saturating_add(1);
                continue;
            }
            let Some(column) = self.parsed_column() else {
                self.unexpected();
                break;
            };
            columns.push(column);
        }
        self.made(operator, columns);
    }

    /// `parse-kv expression as (Column:type, …) [with (…)]`
    fn parse_key_values(&mut self, operator: Span, range: Range) {
        let Some(list) = self.find(range, "as") else {
            self.enter(range);
            self.expression(0);
            self.missing();
            return;
        };
        self.enter(Range { from: range.from, to: list });
        self.expression(0);
        self.finish();
        let open = list.saturating_add(1);
        self.enter(Range { from: open, to: range.to });
        if self.peek().is_none_or(|token| token.text != "(") {
            self.missing();
            return;
        }
        let group = self.group(open);
        let columns = self.declared(group);
        self.made(operator, columns);
    }

    fn made(&mut self, span: Span, columns: Vec<OutputColumn>) {
        self.parses.push(Parse { span, columns: columns.len() });
        let mut names = HashSet::new();
        for column in columns {
            if names.insert(column.name.clone()) {
                // What becomes of a column that was there is not documented: for the language service both are.
                let before = self.scope.get(&column.name).map(|before| before.kind);
                self.scope.open |= before.is_some();
                let kind = column.kind.filter(|kind| before.is_none_or(|before| before == Some(*kind)));
                self.scope.set(OutputColumn { kind, ..column });
            } else {
                let kind = ProblemKind::DuplicateColumn { name: column.name };
                self.problems.add(column.span.unwrap_or_default(), kind);
            }
        }
    }

    /// Notes that a column is read, and gives it.
    pub fn read(&mut self, name: &str, span: Span) -> Option<OutputColumn> {
        let column = self.scope.get(name).cloned();
        let resolution = if column.is_some() {
            Resolution::Column
        } else if self.scope.open {
            Resolution::Undecided
        } else {
            self.hints = self.hints.saturating_add(1);
            let known = self.scope.columns().iter().map(|column| column.name.as_str());
            let near = if self.hints <= HINTS { nearest(name, known) } else { None };
            Resolution::Missing { nearest: near.map(str::to_owned) }
        };
        self.reads.push(Read { name: name.to_owned(), span, resolution });
        column
    }

    /// Notes that a function is called, or that a word stands between two values.
    pub fn call(&mut self, name: &str, span: Span, verdict: Verdict) {
        let nearest = match verdict {
            Verdict::Unknown => self.hint(name, &functions::DOCUMENTED),
            _ => None,
        };
        self.calls.push(Call { name: name.to_owned(), span, verdict, nearest });
    }

    fn hint(&mut self, name: &str, known: &'static [&'static str]) -> Option<&'static str> {
        self.hints = self.hints.saturating_add(1);
        if self.hints > HINTS {
            return None;
        }
        nearest(name, known.iter().copied())
            .and_then(|near| known.iter().copied().find(|known| *known == near))
    }

    /// Whether that many steps may still be made. If not, the columns are unknown from here on.
    fn spend(&mut self, steps: usize) -> bool {
        self.work = self.work.saturating_add(steps);
        if self.work <= WORK {
            return true;
        }
        self.scope = Scope::unknown();
        false
    }

    // Tokens.

    /// Reads on in a part of the tokens.
    pub fn enter(&mut self, range: Range) {
        self.at = range.from;
        self.end = range.to;
    }

    /// The token to read next.
    pub fn peek(&self) -> Option<Token<'t>> {
        if self.at < self.end { self.tokens.get(self.at).copied() } else { None }
    }

    /// Goes past the token if it is this one.
    pub fn skip(&mut self, text: &str) -> bool {
        let there = self.peek().is_some_and(|token| token.text == text && token.kind != TokenKind::String);
        if there {
            self.at = self.at.saturating_add(1);
        }
        there
    }

    /// What stands between the bracket at `open` and its partner; without a partner all up to the end.
    pub fn group(&self, open: usize) -> Range {
        let token = self.tokens.get(open).filter(|token| token.kind == TokenKind::Open);
        let to = token.and_then(|token| token.partner).unwrap_or(self.end);
        Range { from: open.saturating_add(1), to }
    }

    /// The parts between the separators that stand in no brackets. One part at least.
    pub fn split(&self, range: Range, separator: &str) -> Vec<Range> {
        let mut parts = Vec::new();
        let mut from = range.from;
        let mut at = range.from;
        while let Some(token) = self.tokens.get(at).filter(|_| at < range.to) {
            if token.kind == TokenKind::Sign && token.text == separator {
                parts.push(Range { from, to: at });
                from = at.saturating_add(1);
            }
            at = next_sibling(token, at);
        }
        parts.push(Range { from: from.min(range.to), to: range.to });
        parts
    }

    /// The first such word that stands in no brackets.
    fn find(&self, range: Range, word: &str) -> Option<usize> {
        let mut at = range.from;
        while let Some(token) = self.tokens.get(at).filter(|_| at < range.to) {
            if token.kind == TokenKind::Name && token.text == word {
                return Some(at);
            }
            at = next_sibling(token, at);
        }
        None
    }

    /// `name`, `['name']` or `["name"]`.
    pub fn column_name(&mut self) -> Option<(String, Span)> {
        let token = self.peek()?;
        if token.kind == TokenKind::Name {
            self.at = self.at.saturating_add(1);
            return Some((token.text.to_owned(), token.span));
        }
        let close = token.partner.filter(|close| *close == self.at.saturating_add(2))?;
        let inner =
            self.tokens.get(self.at.saturating_add(1)).filter(|inner| inner.kind == TokenKind::String)?;
        if token.text != "[" {
            return None;
        }
        let end = self.tokens.get(close)?.span.end;
        self.at = close.saturating_add(1);
        Some((literal(inner.text), Span { start: token.span.start, end }))
    }

    /// A name of several words, such as `project-away`, whose parts stand side by side.
    fn hyphenated(&mut self) -> (String, Span) {
        let Some(first) = self.peek().filter(|token| token.kind == TokenKind::Name) else {
            return (String::new(), Span::default());
        };
        self.at = self.at.saturating_add(1);
        let mut name = first.text.to_owned();
        let mut span = first.span;
        while let Some(hyphen) = self.peek()
            && hyphen.text == "-"
            && hyphen.span.start == span.end
            && let Some(word) = self.tokens.get(self.at.saturating_add(1)).filter(|_| self.at < self.end)
            && word.kind == TokenKind::Name
            && word.span.start == hyphen.span.end
            && self.at.saturating_add(1) < self.end
        {
            name.push('-');
            name.push_str(word.text);
            span.end = word.span.end;
            self.at = self.at.saturating_add(2);
        }
        (name, span)
    }

    /// A type behind a colon.
    fn type_name(&mut self) -> Option<Kind> {
        let Some(token) = self.peek() else {
            self.missing();
            return None;
        };
        self.at = self.at.saturating_add(1);
        let kind = Kind::parse(token.text);
        if kind.is_none() {
            self.problems.add(token.span, ProblemKind::UnknownType);
        }
        kind
    }

    // Problems.

    /// Nothing may be left of the part.
    pub fn finish(&mut self) {
        if self.at < self.end {
            self.unexpected();
        }
    }

    /// The next token cannot stand there. What is left of the part is not read.
    pub fn unexpected(&mut self) {
        match self.peek() {
            // A bracket without a partner has been reported.
            Some(token) if token.kind == TokenKind::Close && token.partner.is_none() => {}
            Some(token) => {
                let next = self.tokens.get(self.at.saturating_add(1));
                let next = next.filter(|next| next.span.start == token.span.end).map(|next| next.text);
                let instead = habit(token.text, next);
                self.problems.add(token.span, ProblemKind::Unexpected { instead });
            }
            None => {}
        }
        self.at = self.end;
    }

    /// Something should stand here.
    pub fn missing(&mut self) {
        let before = self.at.checked_sub(1).and_then(|before| self.tokens.get(before));
        let end = before.map_or(0, |token| token.span.end);
        // A part that an unclosed bracket ends has been reported.
        self.problems.add(Span { start: end, end }, ProblemKind::Missing);
        self.at = self.end;
    }

    fn problem_at(&mut self, token: usize, kind: ProblemKind) {
        let span = self.tokens.get(token).map(|token| token.span).unwrap_or_default();
        self.problems.add(span, kind);
    }
}

/// The token behind this one; behind a group's end for the bracket that opens it.
fn next_sibling(token: &Token<'_>, at: usize) -> usize {
    let end = if token.kind == TokenKind::Open { token.partner } else { None };
    end.unwrap_or(at).saturating_add(1)
}

/// What KQL has for something that other languages write so.
fn habit(text: &str, next: Option<&str>) -> Option<&'static str> {
    match text {
        "=" => Some("=="),
        "&" if next == Some("&") => Some("and"),
        "!" => Some("not(…)"),
        "?" => Some("iff(…)"),
        _ => {
            let words =
                ["and", "or", "has", "contains", "startswith", "endswith", "in", "between", "matches"];
            words.into_iter().find(|word| *word != text && word.eq_ignore_ascii_case(text))
        }
    }
}

/// What a string literal stands for, as far as names need it.
pub(super) fn literal(text: &str) -> String {
    let text = text.strip_prefix(['h', 'H']).unwrap_or(text);
    let (verbatim, text) = text.strip_prefix('@').map_or((false, text), |text| (true, text));
    let mut chars = text.chars();
    let Some(quote) = chars.next() else { return String::new() };
    let body = chars.as_str();
    let body = body.strip_suffix(quote).unwrap_or(body);
    if verbatim {
        let doubled: String = [quote, quote].iter().collect();
        return body.replace(&doubled, &quote.to_string());
    }
    let mut value = String::new();
    let mut chars = body.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => value.extend(chars.next()),
            _ => value.push(char),
        }
    }
    value
}
