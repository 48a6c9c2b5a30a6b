//! The part of jq that the compiled plan runs: paths, indices, chains of `//`, literals and variables.
//!
//! jaq's own parser reads the expression, so there is one language; what is recognised here is a shape of its
//! syntax tree. Everything else is left to [`super::jq`].

use crate::json;
use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Term};
use jaq_core::path::{Opt, Part, Path as JqPath};

/// An expression that the plan runs: the first of these that is neither null nor false, else the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain(pub(super) Vec<Operand>);

/// One operand of a chain of `//`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// A value of the event, such as `.sender.login`.
    Path(Path),
    /// JSON text that is the same for every event.
    Literal(String),
    /// A variable, such as `$event`.
    Variable(Variable),
    /// One header, such as `$headers["x-request-id"]`.
    Header(String),
}

/// The variables that hold one string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    Event,
    Delivery,
    Source,
    Received,
}

/// The way from an event to one of its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) steps: Vec<Step>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) access: Access,
    /// Whether `?` follows: a value that cannot be accessed so gives nothing instead of an error.
    pub(super) optional: bool,
}

/// How a step reaches into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// The member of an object.
    Key(String),
    /// The element of an array, from 0.
    Index(usize),
}

/// The longest path that the plan follows; it walks along a path by recursion.
const MAX_STEPS: usize = 32;

/// How one delivery becomes several events, where the plan can tell: paths with `[]` between or behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fan {
    /// Each but the last path leads to a container whose values are iterated; the last leads on from each of
    /// them to the event.
    pub(super) paths: Vec<Path>,
}

type JqTerm<'a> = Term<&'a str>;

fn parse(expression: &str) -> Option<JqTerm<'_>> {
    jaq_core::load::parse(expression, |parser| parser.term())
}

/// Recognises an expression that the plan runs. None where only jaq can, or where it is no jq at all.
pub(super) fn chain(expression: &str) -> Option<Chain> {
    let term = parse(expression)?;
    let mut operands = Vec::new();
    // `//` is associative on operands with one output, so the tree can be read from left to right.
    let mut rest = vec![&term];
    while let Some(term) = rest.pop() {
        match term {
            Term::BinOp(left, BinaryOp::Alt, right) => rest.extend([&**right, &**left]),
            term => operands.push(operand(term)?),
        }
    }
    Some(Chain(operands))
}

/// Recognises an `events` expression such as `.data.events[]`.
pub(super) fn fan(expression: &str) -> Option<Fan> {
    let term = parse(expression)?;
    let mut fan = Fan { paths: vec![Path::default()] };
    let parts = match &term {
        Term::Id => return Some(fan),
        Term::Path(base, JqPath(parts)) if matches!(**base, Term::Id) => parts,
        _ => return None,
    };
    for (part, opt) in parts {
        match part {
            Part::Range(None, None) if matches!(opt, Opt::Essential) => fan.paths.push(Path::default()),
            Part::Index(index) => fan.paths.last_mut()?.steps.push(step(index, opt)?),
            Part::Range(..) => return None,
        }
    }
    fan.paths.iter().all(|path| path.steps.len() <= MAX_STEPS).then_some(fan)
}

fn operand(term: &JqTerm) -> Option<Operand> {
    match term {
        Term::Id => Some(Operand::Path(Path::default())),
        Term::Num(text) => integer(text).map(Operand::Literal),
        Term::Str(None, parts) => Some(Operand::Literal(json::string_or_null(Some(&string(parts)?)))),
        Term::Call(name @ ("null" | "true" | "false"), arguments) if arguments.is_empty() => {
            Some(Operand::Literal((*name).to_owned()))
        }
        Term::Var(name) => variable(name).map(Operand::Variable),
        Term::Path(base, JqPath(parts)) => match **base {
            Term::Id => {
                let steps = parts
                    .iter()
                    .map(|(part, opt)| match part {
                        Part::Index(index) => step(index, opt),
                        Part::Range(..) => None,
                    })
                    .collect::<Option<Vec<_>>>()?;
                (steps.len() <= MAX_STEPS).then_some(Operand::Path(Path { steps }))
            }
            Term::Var("$headers") => match parts.as_slice() {
                [(Part::Index(Term::Str(None, name)), _)] => Some(Operand::Header(string(name)?)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn step(index: &JqTerm, opt: &Opt) -> Option<Step> {
    let access = match index {
        Term::Str(None, parts) => Access::Key(string(parts)?),
        Term::Num(text) => {
            integer(text)?;
            Access::Index(text.parse().ok()?)
        }
        _ => return None,
    };
    Some(Step { access, optional: matches!(opt, Opt::Optional) })
}

/// A plain integer that every reader writes in the same way: no sign, fraction, exponent or leading zero.
fn integer(text: &str) -> Option<String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    (plain && text.len() <= 9).then(|| text.to_owned())
}

fn string(parts: &[StrPart<&str, JqTerm>]) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        match part {
            StrPart::Str(part) => text.push_str(part),
            StrPart::Char(part) => text.push(*part),
            StrPart::Term(_) => return None,
        }
    }
    Some(text)
}

fn variable(name: &str) -> Option<Variable> {
    match name {
        "$event" => Some(Variable::Event),
        "$delivery" => Some(Variable::Delivery),
        "$source" => Some(Variable::Source),
        "$received" => Some(Variable::Received),
        _ => None,
    }
}
