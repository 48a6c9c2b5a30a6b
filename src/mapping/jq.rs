//! jq by jaq: what the compiled plan cannot run.
//!
//! The language is jq's as jaq runs it, without whatever reaches out of the event: no environment, no clock
//! (`now` is when the delivery was received), no further inputs, no modules, no way to end the process.

mod clock;
mod library;
mod value;

use jaq_core::data::{DataT, HasLut};
use jaq_core::load::{Arena, File, Loader, lex};
use jaq_core::{Compiler, Ctx, Filter, Lut, Vars, compile::Undefined};
use jaq_json::{Map, Val};

use crate::text::Span;
use crate::webhook::delivery::{Field, Headers};

/// The variables of an expression, in the order in which [`Variables`] gives their values.
const VARIABLES: [&str; 5] = ["$event", "$delivery", "$source", "$received", "$headers"];

/// The longest expression in bytes, the deepest nesting of its brackets and its most operators.
///
/// jaq reads, compiles and runs an expression by recursion; natively optimised, a stack of 1 MiB, as a Worker
/// has it, ends at about 370 nested objects and 750 operators.
const LONGEST_EXPRESSION: usize = 16_384;
const DEEPEST_EXPRESSION: usize = 64;
const MOST_OPERATORS: usize = 256;

/// The most bytes that all outputs of an expression may take together, 32 MiB.
const MOST_OUTPUT: usize = 32 << 20;

/// The longest message of a failed expression, in characters. jaq's messages quote whole values.
const LONGEST_MESSAGE: usize = 200;

/// A mistake in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JqError {
    /// Where, in bytes of the expression. Empty at the end of the expression.
    pub span: Span,
    /// What is wrong there, as a sentence without a full stop.
    pub message: String,
}

/// A compiled expression.
pub struct Program {
    filter: Filter<Kind>,
    uses_headers: bool,
}

/// What an expression can read beside the event.
#[derive(Clone, Copy, Debug)]
pub struct Variables<'a> {
    /// `$event`: the name of the event's type as the sender gives it.
    pub event: Option<&'a str>,
    /// `$delivery`: the sender's identifier of the delivery.
    pub delivery: Option<&'a str>,
    /// `$source`: the name of the source.
    pub source: &'a str,
    /// `$received`: when the delivery was received, as RFC 3339.
    pub received: &'a str,
    /// `$headers`: an object by name in lower case. A header that came more than once is null.
    pub headers: &'a Headers<'a>,
    /// `now`: when the delivery was received, in milliseconds since the Unix epoch.
    pub now_ms: i64,
}

/// An event, parsed once for any number of programs.
pub struct Input(Val);

/// What natively written filters see: values are jaq's, and the data is [`Data`].
struct Kind;

struct Data<'a> {
    lut: &'a Lut<Kind>,
    now_ms: i64,
}

impl DataT for Kind {
    type V<'a> = Val;
    type Data<'a> = &'a Data<'a>;
}

impl<'a> HasLut<'a, Kind> for &'a Data<'a> {
    fn lut(&self) -> &'a Lut<Kind> {
        self.lut
    }
}

/// Compiles an expression.
///
/// # Errors
///
/// Every mistake that was found, in the order of the expression: all of a kind, because a text that cannot be
/// read is not searched for unknown names.
pub fn compile(expression: &str) -> Result<Program, Vec<JqError>> {
    check_size(expression)?;
    let arena = Arena::default();
    let modules = Loader::new(library::definitions())
        .load(&arena, File { code: expression, path: () })
        .map_err(|errors| {
            use jaq_core::load::Error;
            let errors = errors.into_iter().flat_map(|(_, error)| match error {
                Error::Io(modules) => modules
                    .into_iter()
                    .map(|(path, _)| at(expression, path, "modules cannot be loaded here".to_owned()))
                    .collect(),
                Error::Lex(errors) => errors
                    .into_iter()
                    .map(|(expected, found)| lex_error(expression, &expected, found))
                    .collect(),
                Error::Parse(errors) => errors
                    .into_iter()
                    .map(|(expected, found)| parse_error(expression, expected.as_str(), found))
                    .collect::<Vec<_>>(),
            });
            in_order(errors.collect())
        })?;
    if expression.contains("import") {
        // jaq knows data imports, whose values would be further variables: there is nowhere to import from.
        let import = |import: jaq_core::load::Import<'_, &str, ()>| Err(import.path.to_string());
        jaq_core::load::import(&modules, import).map_err(|_| {
            vec![JqError {
                span: Span { start: 0, end: expression.len() },
                message: "data cannot be imported here".to_owned(),
            }]
        })?;
    }
    let filter = Compiler::default()
        .with_funs(library::functions())
        .with_global_vars(VARIABLES)
        .compile(modules)
        .map_err(|errors| {
            let errors = errors.into_iter().flat_map(|(_, errors)| errors);
            in_order(errors.map(|(name, kind)| undefined(expression, name, &kind)).collect())
        })?;
    Ok(Program { filter, uses_headers: expression.contains("$headers") })
}

/// Refuses what would take jaq too deep.
fn check_size(expression: &str) -> Result<(), Vec<JqError>> {
    let too_much =
        |start: usize, end: usize, message: String| Err(vec![JqError { span: Span { start, end }, message }]);
    if expression.len() > LONGEST_EXPRESSION {
        let message = format!("the expression is longer than {LONGEST_EXPRESSION} bytes");
        return too_much(LONGEST_EXPRESSION, expression.len(), message);
    }
    // What stands within strings and comments counts too: nobody comes near the limits.
    let mut depth: usize = 0;
    let mut operators: usize = 0;
    let mut word_start = None;
    for (at, byte) in expression.bytes().chain([b' ']).enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            // Each operator, and each word that begins a term, may take jaq a step deeper.
            b'|' | b',' | b'+' | b'-' | b'*' | b'/' | b'%' | b'=' | b'<' | b'>' => operators += 1,
            _ => {}
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            word_start.get_or_insert(at);
        } else if let Some(start) = word_start.take() {
            let word = expression.get(start..at).unwrap_or_default();
            operators += usize::from(matches!(
                word,
                "if" | "elif" | "try" | "def" | "reduce" | "foreach" | "label" | "and" | "or"
            ));
        }
        if depth > DEEPEST_EXPRESSION {
            let message = format!("the expression is nested deeper than {DEEPEST_EXPRESSION} levels");
            return too_much(at, at + 1, message);
        }
        if operators > MOST_OPERATORS {
            let message = format!("the expression has more than {MOST_OPERATORS} operators");
            return too_much(at, expression.len(), message);
        }
    }
    Ok(())
}

/// An error about `part`, which jaq gives as a slice of the expression.
fn at(expression: &str, part: &str, message: String) -> JqError {
    let start = (part.as_ptr() as usize).checked_sub(expression.as_ptr() as usize);
    let span = match start {
        Some(start) if start + part.len() <= expression.len() => Span { start, end: start + part.len() },
        _ => Span { start: 0, end: expression.len() },
    };
    JqError { span, message }
}

fn in_order(mut errors: Vec<JqError>) -> Vec<JqError> {
    errors.sort_by_key(|error| error.span);
    errors.dedup();
    errors
}

fn lex_error(expression: &str, expected: &lex::Expect<&str>, found: &str) -> JqError {
    let first = found.chars().next().map_or(0, char::len_utf8);
    let here = found.get(..first).unwrap_or_default();
    let but = if here.is_empty() { "but the expression ends".to_owned() } else { format!("not `{here}`") };
    let message = match expected {
        lex::Expect::Delim(open) => {
            let close = match *open {
                "(" => ")",
                "[" => "]",
                "{" => "}",
                other => other,
            };
            return at(expression, open, format!("`{open}` is not closed: `{close}` is missing"));
        }
        lex::Expect::Digit => format!("a digit was expected, {but}"),
        lex::Expect::Ident => format!("a name was expected, {but}"),
        lex::Expect::Escape => format!("an escape sequence was expected behind the backslash, {but}"),
        lex::Expect::Unicode => format!("four hexadecimal digits of a character were expected, {but}"),
        _ if matches!(here, ")" | "]" | "}") => format!("`{here}` closes nothing"),
        _ => format!("`{here}` has no meaning here"),
    };
    at(expression, here, message)
}

fn parse_error(expression: &str, expected: &str, found: &str) -> JqError {
    let article = match expected {
        "nothing" => {
            return at(
                expression,
                found,
                format!("the expression should have ended before `{}`", shorten(found)),
            );
        }
        "term" => "a value, such as a path or a function,".to_owned(),
        "variable" | "pattern" | "key" | "string" => format!("a {expected}"),
        "identifier" => "a name".to_owned(),
        "argument" => "an argument".to_owned(),
        "else or end" => "`else` or `end`".to_owned(),
        "comma or right bracket" => "`,` or `]`".to_owned(),
        "comma or right brace" => "`,` or `}`".to_owned(),
        "semicolon or right parenthesis" => "`;` or `)`".to_owned(),
        token => format!("`{token}`"),
    };
    let message = if found.is_empty() {
        format!("{article} was expected, but the expression ends")
    } else {
        format!("{article} was expected, not `{}`", shorten(found))
    };
    at(expression, found, message)
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(20) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn undefined(expression: &str, name: &str, kind: &Undefined) -> JqError {
    let message = match kind {
        Undefined::Filter(arity) => library::unknown_function(name, *arity),
        Undefined::Var if name == "$ENV" => {
            "`$ENV` does not exist here: it would expose the environment".to_owned()
        }
        Undefined::Var => {
            let (last, others) = VARIABLES.split_last().unwrap_or((&"", &[]));
            format!("`{name}` is not defined; there are {} and {last}", others.join(", "))
        }
        Undefined::Label => format!("no `label {name}` stands around this `break`"),
        _ => format!("the module `{name}` is not defined: modules cannot be loaded here"),
    };
    at(expression, name, message)
}

impl Input {
    /// Parses an event.
    ///
    /// # Errors
    ///
    /// A message when the text is not JSON or is nested deeper than [`crate::scan::MAX_DEPTH`].
    pub fn parse(json: &[u8]) -> Result<Input, String> {
        value::read(json).map(Input).map_err(|malformed| malformed.to_string())
    }
}

impl Program {
    /// Appends the first output as JSON text to `out`. False, and nothing appended, when there is none.
    ///
    /// # Errors
    ///
    /// The message with which the expression failed, or why its output is not JSON; nothing is appended.
    pub fn first(&self, input: &Input, variables: &Variables, out: &mut Vec<u8>) -> Result<bool, String> {
        let data = Data { lut: &self.filter.lut, now_ms: variables.now_ms };
        let start = out.len();
        match self.outputs(&data, input, variables).next() {
            None => Ok(false),
            Some(output) => {
                value::write(out, &output?).inspect_err(|_| out.truncate(start))?;
                Ok(true)
            }
        }
    }

    /// Every output as JSON text.
    ///
    /// # Errors
    ///
    /// The message with which the expression failed, why an output is not JSON, or that there are more than
    /// `limit` outputs or more than 32 MiB of them.
    pub fn all(&self, input: &Input, variables: &Variables, limit: usize) -> Result<Vec<Vec<u8>>, String> {
        let data = Data { lut: &self.filter.lut, now_ms: variables.now_ms };
        let mut outputs = Vec::new();
        let mut bytes = 0;
        for output in self.outputs(&data, input, variables) {
            if outputs.len() == limit {
                return Err(format!("the expression gives more than {limit} values"));
            }
            let mut out = Vec::new();
            value::write(&mut out, &output?)?;
            bytes += out.len() + size_of::<Vec<u8>>();
            if bytes > MOST_OUTPUT {
                return Err("the expression gives more than 32 MiB".to_owned());
            }
            outputs.push(out);
        }
        Ok(outputs)
    }

    fn outputs<'a>(
        &'a self,
        data: &'a Data<'a>,
        input: &Input,
        variables: &Variables,
    ) -> impl Iterator<Item = Result<Val, String>> + 'a {
        let text = |text: &str| Val::from(text.to_owned());
        let optional = |value: Option<&str>| value.map_or(Val::Null, text);
        let values = [
            optional(variables.event),
            optional(variables.delivery),
            text(variables.source),
            text(variables.received),
            if self.uses_headers { headers(variables.headers) } else { Val::Null },
        ];
        let context = Ctx::<Kind>::new(data, Vars::new(values));
        let outputs = self.filter.id.run((context, input.0.clone()));
        outputs.map(|output| {
            output.map_err(|exception| match exception.get_err() {
                Ok(error) => message(error),
                Err(_) => "the expression was left by a `break`".to_owned(),
            })
        })
    }
}

fn headers(headers: &Headers) -> Val {
    let mut object = Map::default();
    for (name, _) in headers.iter() {
        let value = match headers.get(name) {
            Field::Once(value) => Val::from(value.to_owned()),
            Field::Absent | Field::Repeated => Val::Null,
        };
        object.insert(Val::from(name.to_owned()), value);
    }
    Val::obj(object)
}

fn message(error: jaq_json::Error) -> String {
    let mut message = match error.into_val() {
        Val::TStr(text) => String::from_utf8_lossy(&text).into_owned(),
        value => value.to_string(),
    };
    if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}
