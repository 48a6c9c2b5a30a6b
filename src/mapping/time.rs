//! Instants: reading the ways in which senders write them, writing RFC 3339.
//!
//! A `datetime` of Azure counts steps of 100 ns from year 1 to year 9999, so does [`Instant`].
//! The calendar is the proleptic Gregorian one; the arithmetic follows Howard Hinnant,
//! "chrono-Compatible Low-Level Date Algorithms".

use super::number::{Number, Scaled};

const TICKS_PER_SECOND: i64 = 10_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// 0001-01-01T00:00:00Z in seconds since the Unix epoch.
const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z in seconds since the Unix epoch.
const LAST_SECOND: i64 = 253_402_300_799;

/// An instant of the years 1 to 9999, in steps of 100 ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    /// Steps of 100 ns since the Unix epoch.
    ticks: i64,
}

/// Why a text or number is not an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// It is written in no way that is known here.
    NotATime,
    /// It is outside the years 1 to 9999.
    OutOfRange,
}

impl Instant {
    /// An instant in milliseconds since the Unix epoch. One outside the years 1 to 9999 becomes the nearest.
    pub fn from_millis(ms: i64) -> Self {
        let ms = ms.clamp(FIRST_SECOND * 1_000, LAST_SECOND * 1_000 + 999);
        Instant { ticks: ms * (TICKS_PER_SECOND / 1_000) }
    }

    /// Seconds since the Unix epoch, rounded towards the past, and the steps of 100 ns since that second.
    pub fn unix(self) -> (i64, u32) {
        let ticks = u32::try_from(self.ticks.rem_euclid(TICKS_PER_SECOND)).unwrap_or_default();
        (self.ticks.div_euclid(TICKS_PER_SECOND), ticks)
    }

    /// An instant from seconds since the Unix epoch and steps of 100 ns since that second.
    ///
    /// # Errors
    ///
    /// [`TimeError::OutOfRange`] outside the years 1 to 9999.
    pub fn from_unix(seconds: i64, ticks: u32) -> Result<Self, TimeError> {
        if !(FIRST_SECOND..=LAST_SECOND).contains(&seconds) {
            return Err(TimeError::OutOfRange);
        }
        let ticks = i64::from(ticks).min(TICKS_PER_SECOND - 1);
        Ok(Instant { ticks: seconds * TICKS_PER_SECOND + ticks })
    }

    /// Reads a date and time as senders write it, or an epoch number in digits (see [`Instant::from_number`]).
    ///
    /// RFC 3339 and what is near to it: `T`, `t` or a space between date and time; seconds optional, with any
    /// number of fraction digits behind `.` or `,`, of which seven are kept; then `Z`, `z`, `UTC`, `GMT`,
    /// `+02:00`, `+0200` or `+02`, with or without a space before.
    /// No zone means UTC, no time means midnight, second 60 is the first of the next minute.
    ///
    /// # Errors
    ///
    /// [`TimeError`] when the text is no time or outside the years 1 to 9999.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let mut cursor = Cursor(text.as_bytes());
        let date = (|| {
            let year = cursor.digits(4)?;
            cursor.eat(b"-")?;
            let month = cursor.digits(2)?;
            cursor.eat(b"-")?;
            Some((year, month, cursor.digits(2)?))
        })();
        let Some((year, month, day)) = date else { return Self::from_number(text) };
        let not_a_time = || TimeError::NotATime;
        let mut seconds = 0;
        let mut ticks = 0;
        if cursor.eat(b"Tt ").is_some() {
            (seconds, ticks) = cursor.time_of_day().ok_or_else(not_a_time)?;
            seconds -= cursor.offset().ok_or_else(not_a_time)?;
        }
        if !cursor.0.is_empty()
            || !(1..=12).contains(&month)
            || !(1..=days_in_month(year, month)).contains(&day)
        {
            return Err(TimeError::NotATime);
        }
        Self::from_unix(days_from_civil(year, month, day) * SECONDS_PER_DAY + seconds, ticks)
    }

    /// Reads an epoch number, integer or decimal, written as JSON writes numbers.
    ///
    /// The unit follows from the magnitude `m` of the number:
    ///
    /// | magnitude         | unit         | positive numbers reach from    | to         |
    /// |-------------------|--------------|--------------------------------|------------|
    /// | `m` < 1e11        | seconds      | 1970-01-01                     | 5138-11-16 |
    /// | 1e11 <= `m` < 1e14 | milliseconds | 1973-03-03                     | 5138-11-16 |
    /// | 1e14 <= `m` < 1e17 | microseconds | 1973-03-03                     | 5138-11-16 |
    /// | 1e17 <= `m`        | nanoseconds  | 1973-03-03                     | 9999-12-31 |
    ///
    /// Digits below 100 ns are cut off.
    ///
    /// # Errors
    ///
    /// [`TimeError`] when the text is no number or the instant is outside the years 1 to 9999.
    pub fn from_number(text: &str) -> Result<Self, TimeError> {
        let number = Number::read(text).ok_or(TimeError::NotATime)?;
        let magnitude = match number.scaled(0) {
            Scaled::Exact(whole) | Scaled::Truncated(whole) => whole.unsigned_abs(),
            Scaled::TooLarge => return Err(TimeError::OutOfRange),
        };
        // The power of ten that makes steps of 100 ns of the unit.
        let power = match magnitude {
            0..100_000_000_000 => 7,
            100_000_000_000..100_000_000_000_000 => 4,
            100_000_000_000_000..100_000_000_000_000_000 => 1,
            _ => -2,
        };
        Self::from_scaled(text, number, power)
    }

    /// Reads seconds since the Unix epoch, integer or decimal, whatever their magnitude.
    ///
    /// # Errors
    ///
    /// [`TimeError`] when the text is no number or the instant is outside the years 1 to 9999.
    pub fn from_seconds(text: &str) -> Result<Self, TimeError> {
        Self::from_scaled(text, Number::read(text).ok_or(TimeError::NotATime)?, 7)
    }

    fn from_scaled(text: &str, number: Number<'_>, power: i64) -> Result<Self, TimeError> {
        let ticks = match number.scaled(power) {
            Scaled::Exact(ticks) => ticks,
            // Cut off towards the past, as with the digits of a text.
            Scaled::Truncated(ticks) if text.starts_with('-') => ticks - 1,
            Scaled::Truncated(ticks) => ticks,
            Scaled::TooLarge => return Err(TimeError::OutOfRange),
        };
        let per_second = i128::from(TICKS_PER_SECOND);
        let seconds = i64::try_from(ticks.div_euclid(per_second)).map_err(|_| TimeError::OutOfRange)?;
        Self::from_unix(seconds, u32::try_from(ticks.rem_euclid(per_second)).unwrap_or_default())
    }

    /// Appends the instant as RFC 3339 in UTC, such as `2024-02-29T12:34:56.789Z`: as many fraction digits as
    /// are needed, seven at most.
    pub fn write(self, out: &mut Vec<u8>) {
        self.write_date_time(out);
        let (_, mut ticks) = self.unix();
        if ticks != 0 {
            let mut digits = 7;
            while ticks % 10 == 0 {
                ticks /= 10;
                digits -= 1;
            }
            out.push(b'.');
            write_digits(out, ticks, digits);
        }
        out.push(b'Z');
    }

    fn write_date_time(self, out: &mut Vec<u8>) {
        let (seconds, _) = self.unix();
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let second = u32::try_from(seconds.rem_euclid(SECONDS_PER_DAY)).unwrap_or_default();
        write_digits(out, year, 4);
        out.push(b'-');
        write_digits(out, month, 2);
        out.push(b'-');
        write_digits(out, day, 2);
        out.push(b'T');
        write_digits(out, second / 3_600, 2);
        out.push(b':');
        write_digits(out, second / 60 % 60, 2);
        out.push(b':');
        write_digits(out, second % 60, 2);
    }
}

/// Appends `now_ms` (milliseconds since the Unix epoch) as RFC 3339 in UTC with three fraction digits, such as
/// `2024-02-29T12:34:56.000Z`.
pub fn write_rfc3339_millis(out: &mut Vec<u8>, now_ms: i64) {
    let instant = Instant::from_millis(now_ms);
    instant.write_date_time(out);
    out.push(b'.');
    write_digits(out, instant.unix().1 / 10_000, 3);
    out.push(b'Z');
}

/// The bytes of a text that are still to be read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    /// One byte of `set`.
    fn eat(&mut self, set: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        if !set.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(*first)
    }

    fn eat_word(&mut self, word: &[u8]) -> bool {
        match self.0.strip_prefix(word) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let mut value = 0;
        for digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            value = value * 10 + u32::from(digit - b'0');
        }
        self.0 = rest;
        Some(value)
    }

    /// Seconds since midnight and steps of 100 ns since that second.
    fn time_of_day(&mut self) -> Option<(i64, u32)> {
        let hour = self.digits(2)?;
        self.eat(b":")?;
        let minute = self.digits(2)?;
        let mut second = 0;
        let mut ticks = 0;
        if self.eat(b":").is_some() {
            second = self.digits(2)?;
            if self.eat(b".,").is_some() {
                let mut weight = 1_000_000;
                let mut count = 0;
                while let Some(digit) = self.eat(b"0123456789") {
                    ticks += u32::from(digit - b'0') * weight;
                    weight /= 10;
                    count += 1;
                }
                if count == 0 {
                    return None;
                }
            }
        }
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        Some((i64::from(hour * 3_600 + minute * 60 + second), ticks))
    }

    /// The zone's offset from UTC in seconds.
    fn offset(&mut self) -> Option<i64> {
        if self.0.is_empty() {
            return Some(0);
        }
        self.eat(b" ");
        if self.eat(b"Zz").is_some() || self.eat_word(b"UTC") || self.eat_word(b"GMT") {
            return Some(0);
        }
        let sign = if self.eat(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.digits(2)?;
        let minutes = if self.eat(b":").is_some() { self.digits(2)? } else { self.digits(2).unwrap_or(0) };
        if hours > 23 || minutes > 59 {
            return None;
        }
        Some(sign * i64::from(hours * 3_600 + minutes * 60))
    }
}

fn write_digits(out: &mut Vec<u8>, value: u32, count: usize) {
    let mut digits = [b'0'; 8];
    let mut rest = value;
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    out.extend_from_slice(digits.get(8_usize.saturating_sub(count)..).unwrap_or_default());
}

pub(crate) fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days since the Unix epoch of a date (the year from 0, the month and day from 1).
pub(super) fn days_from_civil(year: u32, month: u32, day: u32) -> i64 {
    // Years start in March, so that the leap day is a year's last.
    let shifted = i64::from(month) + if month > 2 { -3 } else { 9 };
    let year = i64::from(year) - i64::from(month <= 2);
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The year, month and day of a day since the Unix epoch, for the years from 0 on.
pub(super) fn civil_from_days(days: i64) -> (u32, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let narrow = |value: i64| u32::try_from(value).unwrap_or_default();
    (narrow(year), narrow(month), narrow(day))
}
