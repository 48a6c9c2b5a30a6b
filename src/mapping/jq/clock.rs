//! jq's dates: seconds since the Unix epoch, and the "broken down time" that is an array of year, month from 0,
//! day, hours, minutes, seconds, weekday from Sunday and day of the year from 0. All in UTC.

use jaq_core::{Error, ValR};
use jaq_json::Val;
use jaq_std::ValT as _;

use super::value;
use crate::mapping::time::{Instant, TimeError, civil_from_days, days_from_civil, days_in_month};

type Result<T> = std::result::Result<T, Error<Val>>;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) fn from_date(text: &str) -> ValR<Val> {
    Instant::parse(text).map(seconds).map_err(|error| fail(text, error))
}

pub(super) fn to_date(value: &Val) -> ValR<Val> {
    let mut out = Vec::new();
    instant(value)?.write(&mut out);
    Ok(Val::utf8_str(out))
}

pub(super) fn gmtime(value: &Val) -> ValR<Val> {
    Ok(broken_down(instant(value)?))
}

pub(super) fn mktime(value: &Val) -> ValR<Val> {
    let (seconds, _) = from_broken_down(value)?.unix();
    Ok(Val::Num(value::number(&seconds.to_string())))
}

fn fail(text: &str, error: TimeError) -> Error<Val> {
    match error {
        TimeError::NotATime => Error::str(format_args!("`{text}` is not a date and time")),
        TimeError::OutOfRange => Error::str(format_args!("`{text}` is outside the years 1 to 9999")),
    }
}

/// The instant as a number of seconds, as an integer where it has no fraction.
fn seconds(instant: Instant) -> Val {
    let (seconds, ticks) = instant.unix();
    if ticks == 0 {
        return Val::Num(value::number(&seconds.to_string()));
    }
    #[allow(clippy::cast_precision_loss)] // jq's numbers are floats; this one has microseconds.
    Val::from(seconds as f64 + f64::from(ticks) / 1e7)
}

/// The instant that a number of seconds or a broken down time means.
fn instant(value: &Val) -> Result<Instant> {
    match value {
        Val::Num(number) => {
            let text = number.to_string();
            Instant::from_seconds(&text).map_err(|error| fail(&text, error))
        }
        _ => from_broken_down(value),
    }
}

fn broken_down(instant: Instant) -> Val {
    let (seconds, ticks) = instant.unix();
    let days = seconds.div_euclid(86_400);
    let second = seconds.rem_euclid(86_400);
    let (year, month, day) = civil_from_days(days);
    let number = |value: i64| Val::from(isize::try_from(value).unwrap_or_default());
    let whole = second % 60;
    let second_value = if ticks == 0 {
        number(whole)
    } else {
        Val::from(f64::from(u8::try_from(whole).unwrap_or_default()) + f64::from(ticks) / 1e7)
    };
    [
        number(year.into()),
        number(i64::from(month) - 1),
        number(day.into()),
        number(second / 3_600),
        number(second / 60 % 60),
        second_value,
        number((days + 4).rem_euclid(7)),
        number(days - days_from_civil(year, 1, 1)),
    ]
    .into_iter()
    .collect()
}

fn from_broken_down(value: &Val) -> Result<Instant> {
    let fail = || Error::str(format_args!("{value} is neither seconds nor a broken down time"));
    let Val::Arr(fields) = value else { return Err(fail()) };
    let [year, month, day, hour, minute, second, ..] = fields.as_slice() else { return Err(fail()) };
    let field = |value: &Val, least: u32, most: u32| {
        let value = value.as_isize().and_then(|value| u32::try_from(value).ok());
        value.filter(|value| (least..=most).contains(value)).ok_or_else(fail)
    };
    let (year, month) = (field(year, 1, 9999)?, field(month, 0, 11)? + 1);
    let day = field(day, 1, days_in_month(year, month))?;
    let (hour, minute) = (field(hour, 0, 23)?, field(minute, 0, 59)?);
    let second = second.as_f64().filter(|second| (0.0..61.0).contains(second)).ok_or_else(fail)?;
    let since_midnight = i64::from(hour) * 3_600 + i64::from(minute) * 60;
    // The casts cannot overflow: the second is within 0 and 61.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let (whole, ticks) = (second as i64, ((second.fract() * 1e7).round() as u32).min(9_999_999));
    Instant::from_unix(days_from_civil(year, month, day) * 86_400 + since_midnight + whole, ticks)
        .map_err(|_| fail())
}

pub(super) fn strftime(value: &Val, format: &str) -> ValR<Val> {
    let instant = instant(value)?;
    let mut out = String::new();
    format_instant(&mut out, instant, format)?;
    Ok(Val::from(out))
}

fn format_instant(out: &mut String, instant: Instant, format: &str) -> Result<()> {
    use std::fmt::Write;
    let (seconds, ticks) = instant.unix();
    let days = seconds.div_euclid(86_400);
    let of_day = seconds.rem_euclid(86_400);
    let (year, month, day) = civil_from_days(days);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let weekday = (days + 4).rem_euclid(7);
    let day_of_year = days - days_from_civil(year, 1, 1);
    let name = |names: &[&'static str], index: i64| -> &'static str {
        usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
    };
    let month_name = name(&MONTHS, i64::from(month) - 1);
    let weekday_name = name(&WEEKDAYS, weekday);
    let short = |name: &'static str| name.get(..3).unwrap_or(name);
    let hour_12 = (hour + 11) % 12 + 1;
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        let directive = characters.next();
        let written = match directive {
            Some('Y') => write!(out, "{year:04}"),
            Some('C') => write!(out, "{:02}", year / 100),
            Some('y') => write!(out, "{:02}", year % 100),
            Some('m') => write!(out, "{month:02}"),
            Some('d') => write!(out, "{day:02}"),
            Some('e') => write!(out, "{day:2}"),
            Some('H') => write!(out, "{hour:02}"),
            Some('k') => write!(out, "{hour:2}"),
            Some('I') => write!(out, "{hour_12:02}"),
            Some('l') => write!(out, "{hour_12:2}"),
            Some('M') => write!(out, "{minute:02}"),
            Some('S') => write!(out, "{second:02}"),
            Some('f') => write!(out, "{:06}", ticks / 10),
            Some('p') => write!(out, "{}", if hour < 12 { "AM" } else { "PM" }),
            Some('P') => write!(out, "{}", if hour < 12 { "am" } else { "pm" }),
            Some('j') => write!(out, "{:03}", day_of_year + 1),
            Some('u') => write!(out, "{}", (weekday + 6) % 7 + 1),
            Some('w') => write!(out, "{weekday}"),
            Some('U') => write!(out, "{:02}", (day_of_year + 7 - weekday) / 7),
            Some('W') => write!(out, "{:02}", (day_of_year + 7 - (weekday + 6) % 7) / 7),
            Some('V' | 'G' | 'g') => {
                // The week of ISO 8601 belongs to the year of its Thursday.
                let thursday = days - (weekday + 6) % 7 + 3;
                let (week_year, _, _) = civil_from_days(thursday);
                let week = (thursday - days_from_civil(week_year, 1, 1)) / 7 + 1;
                match directive {
                    Some('V') => write!(out, "{week:02}"),
                    Some('G') => write!(out, "{week_year:04}"),
                    _ => write!(out, "{:02}", week_year % 100),
                }
            }
            Some('a') => write!(out, "{}", short(weekday_name)),
            Some('A') => write!(out, "{weekday_name}"),
            Some('b' | 'h') => write!(out, "{}", short(month_name)),
            Some('B') => write!(out, "{month_name}"),
            Some('s') => write!(out, "{seconds}"),
            Some('z') => write!(out, "+0000"),
            Some('Z') => write!(out, "UTC"),
            Some('n') => writeln!(out),
            Some('t') => write!(out, "\t"),
            Some('%') => write!(out, "%"),
            Some(other) => {
                let Some(long) = composed(other) else { return Err(unknown(directive)) };
                // What a composed directive stands for has no composed one: this is as deep as it goes.
                format_instant(out, instant, long)?;
                Ok(())
            }
            None => return Err(unknown(None)),
        };
        written.map_err(Error::str)?;
    }
    Ok(())
}

/// The directives that stand for several.
fn composed(directive: char) -> Option<&'static str> {
    Some(match directive {
        'F' => "%Y-%m-%d",
        'T' | 'X' => "%H:%M:%S",
        'D' | 'x' => "%m/%d/%y",
        'R' => "%H:%M",
        'r' => "%I:%M:%S %p",
        'c' => "%a %b %e %H:%M:%S %Y",
        _ => return None,
    })
}

fn unknown(directive: Option<char>) -> Error<Val> {
    match directive {
        Some(directive) => Error::str(format_args!("`%{directive}` is not a directive for dates here")),
        None => Error::str("the format ends with a single `%`"),
    }
}

/// What has been read of a date.
#[derive(Default)]
struct Parsed {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    ticks: u32,
    afternoon: Option<bool>,
    offset: i64,
    epoch: Option<i64>,
}

/// Unlike jq, `%z` counts: the broken down time is in UTC whatever the text's zone is.
pub(super) fn strptime(text: &str, format: &str) -> ValR<Val> {
    let fail = || Error::str(format_args!("`{text}` does not match the format `{format}`"));
    let mut parsed = Parsed::default();
    let rest = parse(text, format, &mut parsed)?.ok_or_else(fail)?;
    if !rest.is_empty() {
        return Err(fail());
    }
    if let Some(epoch) = parsed.epoch {
        return Instant::from_unix(epoch, parsed.ticks).map(broken_down).map_err(|_| fail());
    }
    let year = parsed.year.unwrap_or(1900);
    let (month, day) = match (parsed.month, parsed.day, parsed.day_of_year) {
        (None, None, Some(day_of_year)) => {
            let (of_year, month, day) =
                civil_from_days(days_from_civil(year, 1, 1) + i64::from(day_of_year) - 1);
            if of_year != year {
                return Err(fail());
            }
            (month, day)
        }
        (month, day, _) => (month.unwrap_or(1), day.unwrap_or(1)),
    };
    let hour = match parsed.afternoon {
        Some(_) if !(1..=12).contains(&parsed.hour) => return Err(fail()),
        Some(afternoon) => parsed.hour % 12 + if afternoon { 12 } else { 0 },
        None => parsed.hour,
    };
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && parsed.minute < 60
        && parsed.second <= 60;
    if !in_range {
        return Err(fail());
    }
    let of_day = i64::from(hour * 3_600 + parsed.minute * 60 + parsed.second);
    let seconds = days_from_civil(year, month, day) * 86_400 + of_day - parsed.offset;
    Instant::from_unix(seconds, parsed.ticks).map(broken_down).map_err(|_| fail())
}

/// What is left of the text behind what the format matches; none where it does not match.
fn parse<'t>(text: &'t str, format: &str, parsed: &mut Parsed) -> Result<Option<&'t str>> {
    let mut rest = text;
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if character != '%' {
            let Some(behind) = rest.strip_prefix(character) else { return Ok(None) };
            rest = behind;
            continue;
        }
        let directive = characters.next();
        let behind = match directive {
            Some('Y') => digits(rest, 4, &mut parsed.year),
            Some('m') => digits(rest, 2, &mut parsed.month),
            Some('d' | 'e') => digits(rest.trim_start(), 2, &mut parsed.day),
            Some('j') => digits(rest, 3, &mut parsed.day_of_year),
            Some('y') => {
                let mut short = None;
                let behind = digits(rest, 2, &mut short);
                // POSIX: 69 to 99 are of the 20th century.
                parsed.year = short.map(|year| if year < 69 { 2000 + year } else { 1900 + year });
                behind
            }
            Some('H' | 'k' | 'I' | 'l') => field(rest.trim_start(), &mut parsed.hour),
            Some('M') => field(rest, &mut parsed.minute),
            Some('S') => field(rest, &mut parsed.second),
            Some('f') => fraction(rest, &mut parsed.ticks),
            Some('p' | 'P') => {
                let (half, behind) = rest.split_at_checked(2).unwrap_or(("", rest));
                parsed.afternoon = Some(half.eq_ignore_ascii_case("pm"));
                (half.eq_ignore_ascii_case("am") || half.eq_ignore_ascii_case("pm")).then_some(behind)
            }
            Some('b' | 'B' | 'h') => named(rest, &MONTHS).map(|(index, behind)| {
                parsed.month = Some(index + 1);
                behind
            }),
            Some('a' | 'A') => named(rest, &WEEKDAYS).map(|(_, behind)| behind),
            Some('s') => {
                let end = rest
                    .bytes()
                    .enumerate()
                    .take_while(|(at, byte)| byte.is_ascii_digit() || (*at == 0 && *byte == b'-'));
                let (number, behind) = rest.split_at_checked(end.count()).unwrap_or((rest, ""));
                parsed.epoch = number.parse().ok();
                parsed.epoch.map(|_| behind)
            }
            Some('z') => offset(rest, &mut parsed.offset),
            Some('Z') => {
                let behind = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic());
                let zone = rest.strip_suffix(behind).unwrap_or_default();
                // Any other name would need a database of time zones.
                matches!(zone, "UTC" | "GMT" | "Z" | "UT").then_some(behind)
            }
            Some('n' | 't') => Some(rest.trim_start()),
            Some('%') => rest.strip_prefix('%'),
            Some(other) => {
                let Some(long) = composed(other) else { return Err(unknown(directive)) };
                parse(rest, long, parsed)?
            }
            None => return Err(unknown(None)),
        };
        let Some(behind) = behind else { return Ok(None) };
        rest = behind;
    }
    Ok(Some(rest))
}

/// Up to `most` digits, at least one.
fn digits<'t>(text: &'t str, most: usize, into: &mut Option<u32>) -> Option<&'t str> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, behind) = text.split_at_checked(count)?;
    *into = Some(digits.parse().ok()?);
    Some(behind)
}

fn field<'t>(text: &'t str, into: &mut u32) -> Option<&'t str> {
    let mut value = None;
    let behind = digits(text, 2, &mut value)?;
    *into = value?;
    Some(behind)
}

/// Any number of digits behind the point, of which seven count.
fn fraction<'t>(text: &'t str, ticks: &mut u32) -> Option<&'t str> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, behind) = text.split_at_checked(count)?;
    let padded = digits.bytes().chain(std::iter::repeat(b'0')).take(7);
    *ticks = padded.fold(0, |ticks, digit| ticks * 10 + u32::from(digit - b'0'));
    (count > 0).then_some(behind)
}

/// One of the names, whole or its first three letters, in any case.
fn named<'t>(text: &'t str, names: &[&str]) -> Option<(u32, &'t str)> {
    names.iter().zip(0..).find_map(|(name, index)| {
        [name.len(), 3].into_iter().find_map(|length| {
            let (head, behind) = text.split_at_checked(length)?;
            head.eq_ignore_ascii_case(name.get(..length)?).then_some((index, behind))
        })
    })
}

/// `Z`, `+02`, `+0200` or `+02:00`.
fn offset<'t>(text: &'t str, into: &mut i64) -> Option<&'t str> {
    if let Some(behind) = text.strip_prefix(['Z', 'z']) {
        *into = 0;
        return Some(behind);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (mut hours, mut minutes) = (None, None);
    let rest = digits(rest, 2, &mut hours)?;
    let rest = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 2, &mut minutes)?,
        None => digits(rest, 2, &mut minutes).unwrap_or(rest),
    };
    let (hours, minutes) = (hours?, minutes.unwrap_or(0));
    *into = sign * i64::from(hours * 3_600 + minutes * 60);
    (hours < 24 && minutes < 60).then_some(rest)
}
