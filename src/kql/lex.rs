//! The tokens of a KQL text, and which brackets belong together.

use super::{Problem, ProblemKind, Problems};
use crate::text::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A bare name or a keyword: only its place tells which.
    Name,
    /// A string literal of any form.
    String,
    /// A whole number such as `1` or `0x1f`.
    Long,
    /// A number with a fraction or an exponent.
    Real,
    /// A number with a unit of time, such as `1sec`.
    Timespan,
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
    /// An operator, a separator, or a character that KQL has no use for.
    Sign,
}

/// A token: what it is, where, and its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub kind: TokenKind,
    pub span: Span,
    pub text: &'t str,
    /// For an opening bracket the index of its closing token, and the other way around; `None` without a partner.
    pub partner: Option<usize>,
}

/// The signs of more than one character.
const SIGNS: [&str; 10] = ["==", "=~", "=>", "!=", "!~", "<=", "<>", ">=", "..", "||"];

/// The units that make a number a timespan: those that the language service takes.
const UNITS: [&str; 34] = [
    "d",
    "day",
    "days",
    "h",
    "hr",
    "hrs",
    "hour",
    "hours",
    "m",
    "min",
    "minute",
    "minutes",
    "s",
    "sec",
    "second",
    "seconds",
    "ms",
    "milli",
    "millis",
    "millisec",
    "millisecond",
    "milliseconds",
    "micro",
    "micros",
    "microsec",
    "microsecond",
    "microseconds",
    "nano",
    "nanos",
    "nanosec",
    "nanosecond",
    "nanoseconds",
    "tick",
    "ticks",
];

/// Reads the whole text. Comments and white space are left out.
pub(super) fn tokens<'t>(text: &'t str, problems: &mut Problems) -> Vec<Token<'t>> {
    let mut lexer = Lexer { text, at: 0, problems };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next() {
        tokens.push(token);
    }
    pair(&mut tokens, problems);
    tokens
}

struct Lexer<'t, 'p> {
    text: &'t str,
    at: usize,
    problems: &'p mut Problems,
}

impl<'t> Lexer<'t, '_> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<Token<'t>> {
        self.skip_blanks();
        let start = self.at;
        let rest = self.rest();
        let first = rest.chars().next()?;
        let kind = match first {
            '(' | '[' | '{' => self.take(1, TokenKind::Open),
            ')' | ']' | '}' => self.take(1, TokenKind::Close),
            '0'..='9' => self.number(),
            '"' | '\'' => self.string(0, first, false),
            '@' if rest.starts_with("@\"") => self.string(1, '"', true),
            '@' if rest.starts_with("@'") => self.string(1, '\'', true),
            'h' | 'H' => self.name_or_hidden_string(rest),
            '`' if rest.starts_with("```") => self.block("```"),
            '~' if rest.starts_with("~~~") => self.block("~~~"),
            '_' | '$' => self.name(),
            _ if first.is_ascii_alphabetic() => self.name(),
            // `!has`, `!in`: the word belongs to the sign only when it follows at once.
            '!' if rest.chars().nth(1).is_some_and(|next| next.is_ascii_alphabetic()) => {
                self.at = self.at.saturating_add(1);
                self.name();
                TokenKind::Sign
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                // Two pipes are two tokens: nothing stands between them.
                Some(&"||") | None => self.take(first.len_utf8(), TokenKind::Sign),
                Some(sign) => self.take(sign.len(), TokenKind::Sign),
            },
        };
        let span = Span { start, end: self.at };
        Some(Token { kind, span, text: span.of(self.text).unwrap_or_default(), partner: None })
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len().saturating_sub(rest.trim_start().len());
            let rest = rest.trim_start();
            let comment = if rest.starts_with("//") { rest.find('\n').unwrap_or(rest.len()) } else { 0 };
            let comment = if rest.starts_with("/*") { self.block_comment(blank) } else { comment };
            self.at = self.at.saturating_add(blank).saturating_add(comment);
            if comment == 0 {
                return;
            }
        }
    }

    /// KQL has no such comment. Reading on inside it would only tell of more that is none.
    fn block_comment(&mut self, blank: usize) -> usize {
        let start = self.at.saturating_add(blank);
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest.find("*/").map_or(rest.len(), |end| end.saturating_add(2));
        self.problems.add(Span { start, end: start.saturating_add(length) }, ProblemKind::BlockComment);
        length
    }

    fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.at = self.at.saturating_add(length);
        kind
    }

    /// Goes past the characters that fit and tells how many bytes they have.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> usize {
        let rest = self.rest();
        let length = rest.find(|char| !fits(char)).unwrap_or(rest.len());
        self.at = self.at.saturating_add(length);
        length
    }

    fn name(&mut self) -> TokenKind {
        self.take_while(in_name);
        TokenKind::Name
    }

    /// `h"secret"` and `H@"secret"` are strings that Azure keeps out of its logs.
    fn name_or_hidden_string(&mut self, rest: &str) -> TokenKind {
        let mut after = rest.chars().skip(1);
        match (after.next(), after.next()) {
            (Some(quote @ ('"' | '\'')), _) => self.string(1, quote, false),
            (Some('@'), Some(quote @ ('"' | '\''))) => self.string(2, quote, true),
            _ => self.name(),
        }
    }

    /// A string on one line. In a verbatim one a doubled quote stands for one, and a backslash for itself.
    fn string(&mut self, prefix: usize, quote: char, verbatim: bool) -> TokenKind {
        let start = self.at;
        self.at = self.at.saturating_add(prefix).saturating_add(1);
        loop {
            self.take_while(|char| !matches!(char, '\n' | '\r' | '\\') && char != quote);
            let rest = self.rest();
            let mut chars = rest.chars();
            match chars.next() {
                Some('\\') if verbatim => self.at = self.at.saturating_add(1),
                Some('\\') => {
                    let length = escape(rest);
                    if length.is_none() {
                        let next = chars.next().map_or(0, char::len_utf8);
                        let end = self.at.saturating_add(1).saturating_add(next);
                        self.problems.add(Span { start: self.at, end }, ProblemKind::InvalidEscape);
                    }
                    self.at = self.at.saturating_add(length.unwrap_or(1));
                }
                Some(char) if char == quote => {
                    self.at = self.at.saturating_add(1);
                    if !(verbatim && chars.next() == Some(quote)) {
                        return TokenKind::String;
                    }
                    self.at = self.at.saturating_add(1);
                }
                // A line's end or the text's.
                _ => {
                    self.problems.add(Span { start, end: self.at }, ProblemKind::UnterminatedString);
                    return TokenKind::String;
                }
            }
        }
    }

    /// A string of any number of lines between three fences.
    fn block(&mut self, fence: &str) -> TokenKind {
        let start = self.at;
        let body = self.rest().get(fence.len()..).unwrap_or_default();
        match body.find(fence) {
            Some(length) => {
                self.at = self.at.saturating_add(length).saturating_add(fence.len().saturating_mul(2))
            }
            None => {
                self.at = self.text.len();
                self.problems.add(Span { start, end: self.at }, ProblemKind::UnterminatedString);
            }
        }
        TokenKind::String
    }

    fn number(&mut self) -> TokenKind {
        let rest = self.rest();
        if let Some(digits) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X"))
            && digits.starts_with(|char: char| char.is_ascii_hexdigit())
        {
            self.at = self.at.saturating_add(2);
            self.take_while(|char| char.is_ascii_hexdigit());
            return TokenKind::Long;
        }
        self.take_while(|char| char.is_ascii_digit());
        let mut kind = TokenKind::Long;
        // `1..5` is a range and `1.x` no number.
        let rest = self.rest();
        if let Some(fraction) = rest.strip_prefix('.')
            && !fraction.starts_with(|char: char| {
                char == '.' || (in_name(char) && !char.is_ascii_digit() && !matches!(char, 'e' | 'E'))
            })
        {
            self.at = self.at.saturating_add(1);
            self.take_while(|char| char.is_ascii_digit());
            kind = TokenKind::Real;
        }
        if let Some(exponent) = self.rest().strip_prefix(['e', 'E']) {
            let signed = usize::from(exponent.starts_with(['+', '-']));
            if exponent.chars().nth(signed).is_some_and(|digit| digit.is_ascii_digit()) {
                self.at = self.at.saturating_add(1).saturating_add(signed);
                self.take_while(|char| char.is_ascii_digit());
                kind = TokenKind::Real;
            }
        }
        let tail = self.rest();
        let unit = tail.get(..self.take_while(in_name)).unwrap_or_default();
        if unit.is_empty() {
            kind
        } else if UNITS.contains(&unit) {
            TokenKind::Timespan
        } else {
            // A name may begin with a digit.
            TokenKind::Name
        }
    }
}

fn in_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '$')
}

/// How long the escape sequence is that the text begins with; `None` when it is none.
///
/// Source: Microsoft, "The string data type" of KQL, and the language service.
fn escape(text: &str) -> Option<usize> {
    let mut chars = text.chars().skip(1);
    let hex = |from: usize, count: usize| {
        let digits = text.chars().skip(from).take(count);
        let sound = digits.clone().count() == count && digits.clone().all(|digit| digit.is_ascii_hexdigit());
        sound.then_some(from.saturating_add(count))
    };
    match chars.next()? {
        '\'' | '"' | '\\' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' => Some(2),
        '0'..='7' => {
            Some(chars.take(2).take_while(|digit| matches!(digit, '0'..='7')).count().saturating_add(2))
        }
        'x' => hex(2, 2),
        'u' => hex(2, 4),
        'U' => hex(2, 8),
        _ => None,
    }
}

/// Finds each bracket's partner and reports those that have none.
fn pair(tokens: &mut [Token<'_>], problems: &mut Problems) {
    let mut open: Vec<(usize, Span, &str)> = Vec::new();
    // How many of each kind are open, so that a stray bracket need not be searched for.
    let mut counts = [0_usize; 3];
    let mut pairs = Vec::new();
    let mut found: Vec<Problem> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Open => {
                open.push((index, token.span, token.text));
                if let Some(count) = counts.get_mut(shape(token.text)) {
                    *count = count.saturating_add(1);
                }
            }
            TokenKind::Close => {
                if counts.get(shape(token.text)).copied().unwrap_or(0) == 0 {
                    found.push(Problem { span: token.span, kind: ProblemKind::StrayBracket });
                    continue;
                }
                while let Some((opening, span, text)) = open.pop() {
                    if let Some(count) = counts.get_mut(shape(text)) {
                        *count = count.saturating_sub(1);
                    }
                    if shape(text) == shape(token.text) {
                        pairs.push((opening, index));
                        break;
                    }
                    found.push(Problem { span, kind: ProblemKind::UnclosedBracket });
                }
            }
            _ => {}
        }
    }
    let unclosed = open.into_iter().map(|(_, span, _)| Problem { span, kind: ProblemKind::UnclosedBracket });
    found.extend(unclosed);
    found.sort_by_key(|problem| problem.span);
    for problem in found {
        problems.add(problem.span, problem.kind);
    }
    for (opening, closing) in pairs {
        if let Some(token) = tokens.get_mut(opening) {
            token.partner = Some(closing);
        }
        if let Some(token) = tokens.get_mut(closing) {
            token.partner = Some(opening);
        }
    }
}

fn shape(bracket: &str) -> usize {
    match bracket {
        "(" | ")" => 0,
        "[" | "]" => 1,
        _ => 2,
    }
}
