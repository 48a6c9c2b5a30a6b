//! The functions that an expression can call.
//!
//! Definitions come from jaq. What jaq writes natively behind its optional features is written here again, for
//! three reasons: those features come together, with a clock, the environment, a logger and a calendar library
//! with its time zones, twice the size of all the rest; some of their functions must not exist here; and some
//! panic on what a sender can choose.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jaq_core::load::parse::Def;
use jaq_core::native::{self, Fun, bome, unary, v};
use jaq_core::{Cv, Error, RunPtr, ValR};
use jaq_json::{Map, Val};
use jaq_std::ValT as _;
use regex_bites::{Regex, RegexBuilder};

use super::{Kind, clock, value};
use crate::mapping::number::Number;
use crate::text::nearest;

/// Definitions of jaq that are left out: what they call does not exist here, or stands in `library.jq`.
const LEFT_OUT: [&str; 16] = [
    "debug",
    "drem",
    "gamma",
    "halt",
    "halt_error",
    "logb",
    "nexttoward",
    "scalb",
    "scan",
    "scan_",
    "significand",
    "stderr",
    "tonumber",
    "toboolean",
    "@htmld",
    "@urid",
];

/// Native functions of jaq that are left out or replaced.
const REPLACED: [&str; 5] = ["env", "now", "halt", "fromjson", "tobytes"];

/// Functions of jq that do not exist here, and why.
const FORBIDDEN: [(&str, &str); 14] = [
    ("env", "it would expose the environment"),
    ("input", "an expression sees one event at a time"),
    ("inputs", "an expression sees one event at a time"),
    ("input_filename", "an event comes from no file"),
    ("input_line_number", "an event comes from no file"),
    ("halt", "an expression cannot end the process; use `empty` or `error`"),
    ("halt_error", "an expression cannot end the process; use `error`"),
    ("debug", "there is nowhere to print to"),
    ("stderr", "there is nowhere to print to"),
    ("localtime", "there is no local time zone; use `gmtime`"),
    ("strflocaltime", "there is no local time zone; use `strftime`"),
    ("mktime_local", "there is no local time zone; use `mktime`"),
    ("get_search_list", "modules cannot be loaded"),
    ("modulemeta", "modules cannot be loaded"),
];

/// Parsed once: that takes half as long as all the rest of compiling an expression.
static DEFINITIONS: LazyLock<Vec<Def<&'static str>>> = LazyLock::new(|| {
    let kept = |def: &Def<&'static str>| !LEFT_OUT.contains(&def.name);
    let own = jaq_core::load::parse(include_str!("library.jq"), |parser| parser.defs());
    let jaq = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    jaq.filter(kept).chain(own.unwrap_or_default()).collect()
});

pub(super) fn definitions() -> impl Iterator<Item = Def<&'static str>> {
    DEFINITIONS.iter().cloned()
}

pub(super) fn functions() -> impl Iterator<Item = Fun<Kind>> {
    let kept = |fun: &Fun<Kind>| !REPLACED.contains(&fun.0);
    let own =
        FUNCTIONS.iter().map(|(name, arguments, run)| native::run::<Kind>((*name, v(*arguments), *run)));
    jaq_core::funs().chain(jaq_std::base_funs()).chain(jaq_json::funs()).filter(kept).chain(own)
}

/// What to say of a function that does not exist.
pub(super) fn unknown_function(name: &str, arity: usize) -> String {
    if let Some((_, why)) = FORBIDDEN.iter().find(|(forbidden, _)| *forbidden == name) {
        return format!("`{name}` does not exist here: {why}");
    }
    let functions = functions().map(|(name, arguments, _)| (name, arguments.len()));
    let definitions = DEFINITIONS.iter().map(|def| (def.name, def.args.len()));
    let mut known: Vec<(&str, usize)> = functions.chain(definitions).collect();
    known.sort_unstable();
    known.dedup();
    let arities: Vec<String> =
        known.iter().filter(|(known, _)| *known == name).map(|(_, arity)| arity.to_string()).collect();
    match arities.split_last() {
        Some((last, [])) => format!("`{name}` takes {last} arguments, not {arity}"),
        Some((last, others)) => {
            format!("`{name}` takes {} or {last} arguments, not {arity}", others.join(", "))
        }
        None => match nearest(name, known.iter().map(|(known, _)| *known)) {
            Some(near) => format!("`{name}` is not defined; is `{near}` meant?"),
            None => format!("`{name}` is not defined"),
        },
    }
}

type Result<T> = std::result::Result<T, Error<Val>>;

/// Name, number of arguments and implementation.
const FUNCTIONS: [(&str, usize, RunPtr<Kind>); 30] = [
    ("fromjson", 0, |cv| bome(from_json(&cv.1))),
    ("tonumber", 0, |cv| bome(to_number(cv.1))),
    ("toboolean", 0, |cv| bome(to_boolean(cv.1))),
    ("escape_html", 0, |cv| bome(text(&cv.1).map(|text| Val::from(escape_html(&text))))),
    ("encode_uri", 0, |cv| bome(text(&cv.1).map(|text| Val::from(encode_uri(&text))))),
    ("encode_base64", 0, |cv| bome(cv.1.try_as_utf8_bytes().map(|bytes| Val::from(STANDARD.encode(bytes))))),
    ("decode_base64", 0, |cv| bome(decode_base64(&cv.1))),
    ("matches", 2, |cv| bome(regex(cv, false, true))),
    ("split_matches", 2, |cv| bome(regex(cv, true, true))),
    ("split_", 2, |cv| bome(regex(cv, true, false))),
    ("now", 0, |cv| {
        let now_ms = cv.0.data().now_ms;
        #[allow(clippy::cast_precision_loss)] // Milliseconds have 13 digits, a float has 15.
        bome(Ok(Val::from(now_ms as f64 / 1e3)))
    }),
    ("fromdateiso8601", 0, |cv| bome(text(&cv.1).and_then(|text| clock::from_date(&text)))),
    ("todateiso8601", 0, |cv| bome(clock::to_date(&cv.1))),
    ("gmtime", 0, |cv| bome(clock::gmtime(&cv.1))),
    ("mktime", 0, |cv| bome(clock::mktime(&cv.1))),
    ("strftime", 1, |cv| unary(cv, |value, format| clock::strftime(&value, &text(&format)?))),
    ("strptime", 1, |cv| unary(cv, |value, format| clock::strptime(&text(&value)?, &text(&format)?))),
    ("exp", 0, |cv| bome(float(&cv.1, f64::exp))),
    ("exp2", 0, |cv| bome(float(&cv.1, f64::exp2))),
    ("exp10", 0, |cv| bome(float(&cv.1, |x| 10_f64.powf(x)))),
    ("fabs", 0, |cv| bome(float(&cv.1, f64::abs))),
    ("log", 0, |cv| bome(float(&cv.1, f64::ln))),
    ("log2", 0, |cv| bome(float(&cv.1, f64::log2))),
    ("log10", 0, |cv| bome(float(&cv.1, f64::log10))),
    ("sqrt", 0, |cv| bome(float(&cv.1, f64::sqrt))),
    ("cbrt", 0, |cv| bome(float(&cv.1, f64::cbrt))),
    ("trunc", 0, |cv| bome(float(&cv.1, f64::trunc))),
    ("rint", 0, |cv| bome(float(&cv.1, f64::round_ties_even))),
    ("nearbyint", 0, |cv| bome(float(&cv.1, f64::round_ties_even))),
    ("pow", 2, |mut cv| {
        let (exponent, base) = (cv.0.pop_var(), cv.0.pop_var());
        bome(to_float(&exponent).and_then(|exponent| float(&base, |base| base.powf(exponent))))
    }),
];

/// The text of a string. Bytes that are not UTF-8 become U+FFFD.
fn text(value: &Val) -> Result<String> {
    value.try_as_utf8_bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

fn to_float(value: &Val) -> Result<f64> {
    value.as_f64().ok_or_else(|| Error::typ(value.clone(), "number"))
}

fn float(value: &Val, f: impl Fn(f64) -> f64) -> ValR<Val> {
    to_float(value).map(|x| Val::from(f(x)))
}

/// Strict and bounded in depth, unlike jaq's: the text is a sender's.
fn from_json(value: &Val) -> ValR<Val> {
    value::read(value.try_as_utf8_bytes()?)
        .map_err(|malformed| Error::str(format_args!("cannot parse {value} as JSON: {malformed}")))
}

fn to_number(value: Val) -> ValR<Val> {
    if matches!(value, Val::Num(_)) {
        return Ok(value);
    }
    let text = text(&value).unwrap_or_default();
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    // jq takes `007` and `.5`, JSON does not.
    let digits = digits.trim_start_matches('0');
    let zero = if digits.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "0" };
    let number = format!("{sign}{zero}{digits}");
    if text.is_empty() || digits == "." || Number::read(&number).is_none() || text.ends_with(['+', '-']) {
        return Err(Error::str(format_args!("cannot parse {value} as a number")));
    }
    Ok(Val::Num(value::number(&number)))
}

fn to_boolean(value: Val) -> ValR<Val> {
    match &value {
        Val::Bool(_) => Ok(value),
        Val::TStr(text) if ***text == *b"true" => Ok(Val::Bool(true)),
        Val::TStr(text) if ***text == *b"false" => Ok(Val::Bool(false)),
        _ => Err(Error::str(format_args!("cannot parse {value} as a boolean"))),
    }
}

fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// Percent-encodes all but the unreserved characters of RFC 3986, section 2.3.
fn encode_uri(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 0xf] {
                out.push(char::from(HEX.get(usize::from(nibble)).copied().unwrap_or(b'0')));
            }
        }
    }
    out
}

/// With or without padding, as jq does it.
fn decode_base64(value: &Val) -> ValR<Val> {
    use base64::alphabet;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let bytes = value.try_as_utf8_bytes()?;
    LENIENT
        .decode(bytes)
        .map(|bytes| Val::from(String::from_utf8_lossy(&bytes).into_owned()))
        .map_err(|error| Error::str(format_args!("cannot decode {value} as base64: {error}")))
}

/// The texts between the matches, the matches with their groups, or both in turn.
fn regex(mut cv: Cv<'_, Kind>, between: bool, matches: bool) -> ValR<Val> {
    let flags = text(&cv.0.pop_var())?;
    let pattern = text(&cv.0.pop_var())?;
    let haystack = text(&cv.1)?;
    let mut builder = RegexBuilder::new(&pattern);
    let (mut global, mut skip_empty) = (false, false);
    for flag in flags.chars() {
        match flag {
            'g' => global = true,
            'n' => skip_empty = true,
            'i' => _ = builder.case_insensitive(true),
            'm' => _ = builder.multi_line(true),
            'x' => _ = builder.ignore_whitespace(true),
            's' => _ = builder.dot_matches_new_line(true),
            'p' => _ = builder.dot_matches_new_line(true).multi_line(true),
            'l' => _ = builder.swap_greed(true),
            _ => return Err(Error::str(format_args!("`{flag}` is not a flag of a regular expression"))),
        }
    }
    let regex: Regex = builder
        .build()
        .map_err(|error| Error::str(format_args!("`{pattern}` is not a regular expression: {error}")))?;

    let mut out = Vec::new();
    let mut behind = 0;
    // The offset of the last match, in bytes and in characters.
    let (mut byte, mut character) = (0, 0);
    for captures in regex.captures_iter(&haystack) {
        let Some(whole) = captures.get(0) else { continue };
        if skip_empty && whole.as_str().is_empty() {
            continue;
        }
        let count = |from: usize, to: usize| haystack.get(from..to).unwrap_or_default().chars().count();
        character += count(byte, whole.start());
        byte = whole.start();
        if between {
            out.push(Val::from(haystack.get(behind..whole.start()).unwrap_or_default().to_owned()));
            behind = whole.end();
        }
        if matches {
            let groups = captures.iter().zip(regex.capture_names()).map(|(group, name)| {
                let (offset, length, string) = match group {
                    Some(group) => {
                        let text = group.as_str();
                        let offset = isize::try_from(character + count(byte, group.start()));
                        (offset.unwrap_or(isize::MAX), text.chars().count(), Val::from(text.to_owned()))
                    }
                    None => (-1, 0, Val::Null),
                };
                let mut object = Map::default();
                object.insert(Val::from("offset".to_owned()), Val::from(offset));
                object.insert(Val::from("length".to_owned()), Val::from(length));
                object.insert(Val::from("string".to_owned()), string);
                if let Some(name) = name {
                    object.insert(Val::from("name".to_owned()), Val::from(name.to_owned()));
                }
                Val::obj(object)
            });
            out.push(groups.collect());
        }
        if !global {
            break;
        }
    }
    if between {
        out.push(Val::from(haystack.get(behind..).unwrap_or_default().to_owned()));
    }
    Ok(out.into_iter().collect())
}
