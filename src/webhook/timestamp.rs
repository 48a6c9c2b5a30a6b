//! The time that a sender signs, read strictly: what one reader takes for a number and another does not is a
//! way around the window.

use super::source::TimestampUnit;

/// The time in milliseconds since the Unix epoch; `None` when it is not written in this unit.
pub(super) fn read(text: &str, unit: TimestampUnit) -> Option<i64> {
    match unit {
        TimestampUnit::Seconds => whole(text)?.checked_mul(1000),
        TimestampUnit::Milliseconds => whole(text),
        TimestampUnit::Rfc3339 => rfc3339(text),
    }
}

/// Plain digits: no sign, no blank, no fraction.
fn whole(text: &str) -> Option<i64> {
    let plain = (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// `2020-01-01T00:00:00.123-07:00` as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6) has it.
/// Digits behind the milliseconds are cut off.
fn rfc3339(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let (year, month, day) = three(date, "-")?;
    let rest = rest.strip_prefix(['T', 't'])?;
    let (time, rest) = rest.split_at_checked(8)?;
    let (hour, minute, second) = three(time, ":")?;
    let (fraction, offset) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|digit: char| !digit.is_ascii_digit())?;
            rest.split_at_checked(end).filter(|(fraction, _)| !fraction.is_empty())?
        }
        None => ("", rest),
    };
    let milliseconds = format!("{fraction:0<3}").get(..3)?.parse::<i64>().ok()?;
    let offset = match offset {
        "Z" | "z" => 0,
        _ => {
            let (sign, rest) = offset.split_at_checked(1)?;
            let (hours, minutes) = rest.split_once(':')?;
            let (hours, minutes) = (two(hours)?, two(minutes)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let minutes = hours * 60 + minutes;
            match sign {
                "+" => minutes,
                "-" => -minutes,
                _ => return None,
            }
        }
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=days_in_month).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970-01-01 with years that begin in March
    // (https://howardhinnant.github.io/date_algorithms.html#days_from_civil).
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    Some((((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + milliseconds)
}

/// Three numbers with a mark between them: the first of four or two digits, the others of two.
fn three(text: &str, mark: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(mark);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = first.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || parts.next().is_some() {
        return None;
    }
    Some((first.parse().ok()?, two(second)?, two(third)?))
}

fn two(text: &str) -> Option<i64> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}
