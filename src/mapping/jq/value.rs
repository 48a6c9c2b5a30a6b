//! Values between JSON text and jaq, strict both ways: jaq's own reader and writer know more than JSON.

use std::io::Write;

use jaq_json::{Map, Num, Rc, Val};

use crate::json;
use crate::mapping::number::Number;
use crate::scan::{MAX_DEPTH, Malformed, Scanner, Start};

/// The longest integer that becomes a big integer, in digits. Reading one takes the square of its length; longer
/// ones keep their digits as text.
const LONGEST_INTEGER: usize = 1_000;

/// Reads exactly one JSON value. Of members with the same key the last counts; a surrogate without its partner
/// becomes U+FFFD.
pub(super) fn read(text: &[u8]) -> Result<Val, Malformed> {
    let mut scanner = Scanner::new(text);
    scanner.white();
    let value = read_value(text, &mut scanner)?;
    scanner.end()?;
    Ok(value)
}

/// The scanner refuses nesting beyond [`MAX_DEPTH`], so that the recursion ends there.
fn read_value(text: &[u8], scanner: &mut Scanner) -> Result<Val, Malformed> {
    let slice =
        |range| text.get(range).and_then(|bytes: &[u8]| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    Ok(match scanner.start()? {
        Start::Object => {
            let mut object = Map::default();
            let mut more = scanner.open(b'}')?;
            while more {
                let key = json::unescape(slice(scanner.key()?)).into_owned();
                object.insert(Val::from(key), read_value(text, scanner)?);
                more = scanner.next(b'}')?;
            }
            Val::obj(object)
        }
        Start::Array => {
            let mut array = Vec::new();
            let mut more = scanner.open(b']')?;
            while more {
                array.push(read_value(text, scanner)?);
                more = scanner.next(b']')?;
            }
            array.into_iter().collect()
        }
        Start::Null | Start::Scalar => {
            let scalar = slice(scanner.skip()?);
            match scalar {
                "null" => Val::Null,
                "true" => Val::Bool(true),
                "false" => Val::Bool(false),
                _ => match scalar.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                    Some(content) => Val::from(json::unescape(content).into_owned()),
                    None => Val::Num(number(scalar)),
                },
            }
        }
    })
}

/// A number, given its JSON text, without the loss of a digit.
pub(super) fn number(text: &str) -> Num {
    let integer = if text.len() <= LONGEST_INTEGER { Num::from_str_radix(text, 10) } else { None };
    integer.unwrap_or_else(|| Num::Dec(Rc::new(text.to_owned())))
}

/// Appends a value as JSON text.
///
/// Bytes that are not UTF-8 become U+FFFD, as in jq. What JSON has no text for is an error with its name.
pub(super) fn write(out: &mut Vec<u8>, value: &Val) -> Result<(), String> {
    write_value(out, value, 0)
}

fn write_value(out: &mut Vec<u8>, value: &Val, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("the output is nested deeper than {MAX_DEPTH} levels"));
    }
    match value {
        Val::Null => out.extend_from_slice(b"null"),
        Val::Bool(true) => out.extend_from_slice(b"true"),
        Val::Bool(false) => out.extend_from_slice(b"false"),
        Val::Num(number) => write_number(out, number)?,
        Val::TStr(text) => json::write_string(out, &String::from_utf8_lossy(text)),
        Val::BStr(_) => return Err("the output has a byte string, for which JSON has no text".to_owned()),
        Val::Arr(array) => {
            out.push(b'[');
            for (index, entry) in array.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(out, entry, depth + 1)?;
            }
            out.push(b']');
        }
        Val::Obj(object) => {
            out.push(b'{');
            for (index, (key, entry)) in object.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                let Val::TStr(key) = key else {
                    return Err("the output has an object with a key that is not a string".to_owned());
                };
                json::write_string(out, &String::from_utf8_lossy(key));
                out.push(b':');
                write_value(out, entry, depth + 1)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_number(out: &mut Vec<u8>, number: &Num) -> Result<(), String> {
    let float = match number {
        Num::Int(_) | Num::BigInt(_) => None,
        Num::Float(float) => Some(*float),
        // Literals of the expression come as they are written there.
        Num::Dec(text) if Number::read(text).is_some() => None,
        Num::Dec(text) => Some(text.parse().unwrap_or(f64::NAN)),
    };
    match float {
        None => write!(out, "{number}").map_err(|error| error.to_string()),
        Some(float) if float.is_finite() => {
            write!(out, "{}", Num::Float(float)).map_err(|error| error.to_string())
        }
        Some(float) if float.is_nan() => {
            Err("the output is not a number (NaN), for which JSON has no text".to_owned())
        }
        Some(_) => Err("the output is infinite, for which JSON has no text".to_owned()),
    }
}
