//! Expressions: what they read and call, and the type of their value.

use super::analysis::{Analysis, Binding, Range, literal};
use super::functions::{self, Returns};
use super::lex::{Token, TokenKind};
use super::{Dynamic, Kind, Origin, ProblemKind, Verdict};
use crate::text::Span;

/// How deeply expressions may be nested. Published transforms stay under 10.
pub(super) const DEPTH: usize = 80;

/// The name that a column gets from an expression that is given none.
#[derive(Clone, Debug)]
pub(super) enum Name {
    /// The expression is this column.
    Column(String),
    /// The expression is a member of a column: `a.b` makes `a_b`.
    Path(String),
    /// The expression is a function of something of this name, which may or may not keep the name.
    Argument(String),
    /// A name that is not known.
    None,
}

/// What is known of an expression's value.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub kind: Option<Kind>,
    pub name: Name,
    pub origin: Origin,
    /// The text of a string literal.
    text: Option<String>,
    /// The type that `typeof(…)` names.
    type_name: Option<Kind>,
}

impl Value {
    fn of(kind: Option<Kind>) -> Value {
        Value { kind, name: Name::None, origin: Origin::Computed, text: None, type_name: None }
    }
}

// How tightly operators bind, found out by asking the language service; `or` is 1 and `and` 2. Two of one of the
// levels EQUALITY, RELATION and WORD cannot follow each other: `a == b == c` is no KQL.
const EQUALITY: u8 = 3;
const RELATION: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const WORD: u8 = 7;

/// An operator between two values: its name, its tokens and how tightly it binds.
struct Infix {
    name: String,
    span: Span,
    tokens: usize,
    level: u8,
}

impl<'t> Analysis<'t> {
    /// An expression whose operators bind tighter than `above`. Stops at the first token that does not belong to it.
    pub fn expression(&mut self, above: u8) -> Value {
        if self.depth >= DEPTH {
            if let Some(token) = self.peek() {
                self.problems.add(token.span, ProblemKind::TooDeep);
            }
            self.at = self.end;
            return Value::of(None);
        }
        self.depth = self.depth.saturating_add(1);
        let mut left = self.signed();
        // The highest level that may still follow: what binds tighter belongs to an operand.
        let mut highest = u8::MAX;
        while let Some(infix) = self.infix() {
            if infix.level <= above || infix.level > highest {
                break;
            }
            let chains = !matches!(infix.level, EQUALITY | RELATION | WORD);
            highest = if chains { infix.level } else { infix.level.saturating_sub(1) };
            self.at = self.at.saturating_add(infix.tokens);
            left = self.operation(left, &infix);
        }
        self.depth = self.depth.saturating_sub(1);
        left
    }

    /// The operator that stands next.
    fn infix(&self) -> Option<Infix> {
        let token = self.peek()?;
        let behind =
            self.tokens.get(self.at.saturating_add(1)).filter(|_| self.at.saturating_add(1) < self.end);
        let mut name = token.text.to_owned();
        let mut span = token.span;
        let mut tokens = 1;
        let level = match (token.kind, token.text) {
            (TokenKind::Name, "or") => 1,
            (TokenKind::Name, "and") => 2,
            (TokenKind::Sign, "==" | "!=" | "<>") => EQUALITY,
            (TokenKind::Sign, "=~" | "!~") => WORD,
            (TokenKind::Sign, "<" | "<=" | ">" | ">=") => RELATION,
            (TokenKind::Sign, "+" | "-") => SUM,
            (TokenKind::Sign, "*" | "/" | "%") => PRODUCT,
            (TokenKind::Name | TokenKind::Sign, "in" | "!in") => {
                if let Some(tilde) = behind.filter(|tilde| tilde.text == "~" && tilde.span.start == span.end)
                {
                    name.push('~');
                    span.end = tilde.span.end;
                    tokens = 2;
                }
                EQUALITY
            }
            (TokenKind::Name | TokenKind::Sign, "between" | "!between" | "has_any" | "has_all") => EQUALITY,
            (TokenKind::Name, "matches") => {
                let regex = behind.filter(|regex| regex.text == "regex")?;
                name = "matches regex".to_owned();
                span.end = regex.span.end;
                tokens = 2;
                WORD
            }
            (TokenKind::Name | TokenKind::Sign, word)
                if word.trim_start_matches('!').starts_with(|char: char| char.is_ascii_alphabetic())
                    && functions::comparison(word) != Verdict::Unknown =>
            {
                WORD
            }
            _ => return None,
        };
        Some(Infix { name, span, tokens, level })
    }

    /// What stands behind an operator, and the type of the whole.
    fn operation(&mut self, left: Value, infix: &Infix) -> Value {
        let name = infix.name.as_str();
        if name.contains(|char: char| char.is_ascii_alphabetic()) && infix.level > 2 {
            self.call(name, infix.span, functions::comparison(name));
        }
        match name {
            "in" | "!in" | "in~" | "!in~" | "has_any" | "has_all" => {
                self.list();
                return Value::of(Some(Kind::Boolean));
            }
            "between" | "!between" => {
                self.bounds();
                return Value::of(Some(Kind::Boolean));
            }
            _ => {}
        }
        let right = self.expression(infix.level);
        let kind = match infix.level {
            SUM => sum(left.kind, right.kind, name == "-"),
            PRODUCT => product(left.kind, right.kind, name),
            _ => Some(Kind::Boolean),
        };
        Value::of(kind)
    }

    /// `(a, b, …)` behind `in`.
    fn list(&mut self) {
        if self.peek().is_none_or(|token| token.text != "(") {
            self.missing_or_unexpected();
            return;
        }
        self.arguments();
    }

    /// `(a .. b)` behind `between`.
    fn bounds(&mut self) {
        if self.peek().is_none_or(|token| token.text != "(") {
            self.missing_or_unexpected();
            return;
        }
        let end = self.end;
        let group = self.group(self.at);
        for part in self.split(group, "..") {
            self.enter(part);
            self.expression(0);
            self.finish();
        }
        self.enter(Range { from: group.to.saturating_add(1), to: end });
    }

    /// A value, with a sign before it or none.
    fn signed(&mut self) -> Value {
        let signed = self.skip("-") || self.skip("+");
        let value = self.primary();
        let value = self.members(value);
        if !signed {
            return value;
        }
        let kept = [Kind::Long, Kind::Real, Kind::Timespan, Kind::Decimal];
        Value::of(value.kind.filter(|kind| kept.contains(kind)))
    }

    fn primary(&mut self) -> Value {
        let Some(token) = self.peek() else {
            self.missing();
            return Value::of(None);
        };
        let start = self.at;
        self.at = self.at.saturating_add(1);
        match (token.kind, token.text) {
            (TokenKind::String, text) => {
                let mut value = Value::of(Some(Kind::String));
                value.text = Some(literal(text));
                // Literals side by side are one.
                while self.peek().is_some_and(|next| next.kind == TokenKind::String) {
                    self.at = self.at.saturating_add(1);
                }
                value
            }
            (TokenKind::Long, _) => Value::of(Some(Kind::Long)),
            (TokenKind::Real, _) => Value::of(Some(Kind::Real)),
            (TokenKind::Timespan, _) => Value::of(Some(Kind::Timespan)),
            (TokenKind::Open, "(") => {
                let end = self.end;
                let group = self.group(start);
                self.enter(group);
                let value = self.expression(0);
                self.finish();
                self.enter(Range { from: group.to.saturating_add(1).min(end), to: end });
                value
            }
            (TokenKind::Open, "[") => {
                self.at = start;
                match self.column_name() {
                    Some((name, span)) => self.reference(&name, span),
                    None => {
                        self.unexpected();
                        Value::of(None)
                    }
                }
            }
            (TokenKind::Name, name) if self.peek().is_some_and(|next| next.text == "(") => {
                self.function_call(name, token)
            }
            (TokenKind::Name, "true" | "false") => Value::of(Some(Kind::Boolean)),
            (TokenKind::Name, name) => {
                if functions::reserved_for_values(name) {
                    let operator =
                        matches!(name, "and" | "or") || functions::comparison(name) != Verdict::Unknown;
                    if operator && self.scope.get(name).is_none() {
                        self.at = start;
                        self.unexpected();
                        return Value::of(None);
                    }
                    self.problems.add(token.span, ProblemKind::NeedsBrackets { name: name.to_owned() });
                }
                self.reference(name, token.span)
            }
            // Every column: `where * has "x"`.
            (TokenKind::Sign, "*") if self.infix().is_some() => Value::of(None),
            _ => {
                self.at = start;
                self.unexpected();
                Value::of(None)
            }
        }
    }

    /// A name that is no call.
    fn reference(&mut self, name: &str, span: Span) -> Value {
        if self.scope.get(name).is_none() {
            match self.lets.get(name) {
                Some(Binding::Value(kind)) => return Value::of(*kind),
                Some(_) => return Value::of(None),
                None => {}
            }
        }
        match self.read(name, span) {
            Some(column) => Value {
                kind: column.kind,
                name: Name::Column(column.name),
                origin: column.origin,
                text: None,
                type_name: None,
            },
            // Under what name a member of something unknown comes out is not known either.
            None if self.peek().is_some_and(|next| matches!(next.text, "." | "[")) => Value::of(None),
            None => Value { name: Name::Column(name.to_owned()), ..Value::of(None) },
        }
    }

    /// `.member`, `['member']` and `[0]` behind a value.
    fn members(&mut self, mut value: Value) -> Value {
        loop {
            let Some(token) = self.peek() else { return value };
            let start = self.at;
            let suffix = match token.text {
                "." if token.kind == TokenKind::Sign => {
                    self.at = self.at.saturating_add(1);
                    match self.peek() {
                        Some(next) if next.kind == TokenKind::Name => {
                            self.at = self.at.saturating_add(1);
                            if functions::reserved_for_values(next.text) {
                                let name = next.text.to_owned();
                                self.problems.add(next.span, ProblemKind::NeedsBrackets { name });
                            }
                            if self.peek().is_some_and(|open| open.text == "(") {
                                self.function_call(next.text, next);
                                value = Value::of(None);
                                continue;
                            }
                            Some(next.text.to_owned())
                        }
                        Some(next) if next.text == "[" => self.element(),
                        _ => {
                            self.missing_or_unexpected();
                            return Value::of(None);
                        }
                    }
                }
                "[" if token.kind == TokenKind::Open => self.element(),
                _ => return value,
            };
            if let Some(kind) = value.kind.filter(|kind| *kind != Kind::Dynamic) {
                let end = self.at.checked_sub(1).and_then(|last| self.tokens.get(last));
                let end = end.map_or(token.span.end, |token| token.span.end);
                let span = Span { start: self.tokens.get(start).map_or(0, |token| token.span.start), end };
                self.problems.add(span, ProblemKind::NoMembers { kind });
            }
            let kind = value.kind.filter(|kind| *kind == Kind::Dynamic);
            // Under what name a member of something else than `dynamic` comes out is not known.
            let name = match (value.name, suffix.filter(|_| kind.is_some())) {
                (Name::Column(name) | Name::Path(name), Some(member)) => Name::Path(name + "_" + &member),
                (Name::Argument(name), Some(member)) => Name::Argument(name + "_" + &member),
                _ => Name::None,
            };
            value = Value { kind, name, origin: Origin::Member, text: None, type_name: None };
        }
    }

    /// `['member']`, `[0]` or `[expression]`; gives what it adds to the name.
    fn element(&mut self) -> Option<String> {
        let end = self.end;
        let group = self.group(self.at);
        let single =
            self.tokens.get(group.from).filter(|_| group.to == group.from.saturating_add(1)).copied();
        self.enter(group);
        let value = self.expression(0);
        self.finish();
        self.enter(Range { from: group.to.saturating_add(1).min(end), to: end });
        match single.map(|token| token.kind) {
            Some(TokenKind::Long) => single.map(|token| token.text.to_owned()),
            Some(TokenKind::String) => value.text,
            _ => None,
        }
    }

    /// A call or a typed literal such as `datetime(2024-01-31)`. The next token is the parenthesis.
    fn function_call(&mut self, name: &str, token: Token<'t>) -> Value {
        let typed = !matches!(name, "string" | "boolean");
        if let Some(kind) = Kind::parse(name).filter(|_| typed) {
            return self.typed_literal(kind, token);
        }
        if name == "typeof" {
            let end = self.end;
            let group = self.group(self.at);
            self.enter(Range { from: group.to.saturating_add(1).min(end), to: end });
            let named = self.tokens.get(group.from).filter(|_| group.from < group.to);
            let kind = named.and_then(|token| Kind::parse(token.text));
            return Value { type_name: kind, ..Value::of(None) };
        }
        if let Some(binding) = self.lets.get(name) {
            let kind = match binding {
                Binding::Function(kind) => Some(*kind),
                Binding::Table(_) => Some(None),
                Binding::Value(_) => None,
            };
            if let Some(kind) = kind {
                self.call(name, token.span, Verdict::Local);
                self.arguments();
                return Value::of(kind);
            }
        }
        let (verdict, returns) = functions::function(name);
        self.call(name, token.span, verdict);
        let values = self.arguments();
        let mut value = Value::of(self.result(returns, &values));
        if name == "now" && values.is_empty() {
            value.origin = Origin::Now;
        }
        // Many functions pass the name of their first argument on. Which ones is not documented.
        let first = values.into_iter().next().map(|first| first.name);
        value.name = match first {
            Some(Name::Column(name)) if self.scope.get(&name).is_some() => Name::Argument(name),
            Some(Name::Path(name) | Name::Argument(name)) => Name::Argument(name),
            _ => Name::None,
        };
        value
    }

    fn typed_literal(&mut self, kind: Kind, token: Token<'t>) -> Value {
        let end = self.end;
        let open = self.peek().map_or(token.span, |open| open.span);
        let group = self.group(self.at);
        self.enter(Range { from: group.to.saturating_add(1).min(end), to: end });
        let last = self.tokens.get(group.to).filter(|_| group.to < end);
        let before = group.to.checked_sub(1).and_then(|before| self.tokens.get(before)).unwrap_or(&token);
        let content = Span { start: open.end, end: last.map_or(before.span.end, |last| last.span.start) };
        let span = Span { start: token.span.start, end: last.map_or(content.end, |last| last.span.end) };
        if kind == Kind::Dynamic {
            self.dynamics.push(Dynamic { span, content });
        }
        let inner = self.tokens.get(group.from).filter(|_| group.from < group.to);
        let column =
            inner.is_some_and(|inner| inner.kind == TokenKind::Name && self.scope.get(inner.text).is_some());
        if column {
            let conversion = conversion(kind);
            self.problems.add(span, ProblemKind::NotLiteral { conversion });
        }
        Value::of(Some(kind))
    }

    /// The values between the parentheses that stand next.
    fn arguments(&mut self) -> Vec<Value> {
        let end = self.end;
        let group = self.group(self.at);
        let mut values = Vec::new();
        if group.from < group.to {
            for part in self.split(group, ",") {
                if self.is_table(part) {
                    // A query in place of a value; its operators count, its columns do not.
                    let scope = std::mem::take(&mut self.scope);
                    self.pipeline(part);
                    self.scope = scope;
                    values.push(Value::of(None));
                    continue;
                }
                self.enter(part);
                values.push(self.expression(0));
                self.finish();
            }
        }
        self.enter(Range { from: group.to.saturating_add(1).min(end), to: end });
        values
    }

    fn result(&self, returns: Returns, values: &[Value]) -> Option<Kind> {
        let kind = |index: usize| values.get(index).and_then(|value: &Value| value.kind);
        match returns {
            Returns::Kind(kind) => Some(kind),
            Returns::Common => common(values.iter()),
            Returns::Ordered => common(values.iter()).filter(|kind| *kind != Kind::Dynamic),
            Returns::Branches => common(values.get(1..3)?.iter()),
            Returns::Cases => {
                // Conditions and values in turn; the last one is the value for none of them.
                let (last, pairs) = values.split_last()?;
                common(pairs.iter().skip(1).step_by(2).chain([last]))
            }
            Returns::Rounded => match (kind(0)?, values.get(1).map(|value| value.kind)) {
                (Kind::Long, None | Some(Some(Kind::Long | Kind::Int))) => Some(Kind::Long),
                (Kind::Real, None | Some(Some(Kind::Long | Kind::Int | Kind::Real))) => Some(Kind::Real),
                (Kind::Datetime, Some(Some(Kind::Timespan))) => Some(Kind::Datetime),
                (Kind::Timespan, None | Some(Some(Kind::Timespan))) => Some(Kind::Timespan),
                _ => None,
            },
            Returns::Real => kind(0).filter(|kind| *kind == Kind::Real && values.len() < 3),
            Returns::Typeof if values.len() > 3 => values.last()?.type_name,
            Returns::Typeof => Some(Kind::String),
            Returns::Default => {
                let column = self.scope.get(values.first()?.text.as_deref()?);
                let default = kind(1)?;
                match column {
                    Some(column) => column.kind.filter(|kind| *kind == default),
                    None if self.scope.open => None,
                    None => Some(default),
                }
            }
            Returns::Unknown => None,
        }
    }

    fn missing_or_unexpected(&mut self) {
        if self.at < self.end { self.unexpected() } else { self.missing() }
    }
}

/// The type that several values have in common: the same, or the widest of numbers.
fn common<'v>(mut values: impl Iterator<Item = &'v Value>) -> Option<Kind> {
    let first = values.next()?.kind?;
    values.try_fold(first, |before, value| {
        let kind = value.kind?;
        if kind == before { Some(kind) } else { wider(before, kind) }
    })
}

/// The wider one of two types of numbers.
fn wider(left: Kind, right: Kind) -> Option<Kind> {
    match (left, right) {
        (Kind::Real, Kind::Int | Kind::Long | Kind::Real) | (Kind::Int | Kind::Long, Kind::Real) => {
            Some(Kind::Real)
        }
        (Kind::Int | Kind::Long, Kind::Long) | (Kind::Long, Kind::Int) => Some(Kind::Long),
        _ => None,
    }
}

/// The type of arithmetic with two numbers: that of two `int` is `long`.
fn number(left: Kind, right: Kind) -> Option<Kind> {
    if (left, right) == (Kind::Int, Kind::Int) { Some(Kind::Long) } else { wider(left, right) }
}

/// Source: Microsoft, "Numerical operators" and "Datetime / timespan arithmetic".
fn sum(left: Option<Kind>, right: Option<Kind>, minus: bool) -> Option<Kind> {
    match (left?, right?) {
        (Kind::Datetime, Kind::Timespan) => Some(Kind::Datetime),
        (Kind::Timespan, Kind::Datetime) if !minus => Some(Kind::Datetime),
        (Kind::Datetime, Kind::Datetime) if minus => Some(Kind::Timespan),
        (Kind::Timespan, Kind::Timespan) => Some(Kind::Timespan),
        (left, right) => number(left, right),
    }
}

/// Source: the same.
fn product(left: Option<Kind>, right: Option<Kind>, sign: &str) -> Option<Kind> {
    let is_number = |kind| matches!(kind, Kind::Int | Kind::Long | Kind::Real);
    match (left?, right?, sign) {
        (Kind::Timespan, Kind::Timespan, "/") => Some(Kind::Real),
        (Kind::Timespan, Kind::Timespan, "%") => Some(Kind::Timespan),
        (Kind::Timespan, right, "*" | "/") if is_number(right) => Some(Kind::Timespan),
        (left, Kind::Timespan, "*") if is_number(left) => Some(Kind::Timespan),
        (left, right, _) => number(left, right),
    }
}

/// The function that converts to the type.
fn conversion(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "tostring",
        Kind::Int => "toint",
        Kind::Long => "tolong",
        Kind::Real => "toreal",
        Kind::Decimal => "todecimal",
        Kind::Boolean => "tobool",
        Kind::Datetime => "todatetime",
        Kind::Timespan => "totimespan",
        Kind::Dynamic => "parse_json",
        Kind::Guid => "toguid",
    }
}
