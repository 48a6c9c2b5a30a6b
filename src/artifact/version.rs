//! Versions and calendar dates as solutions write them.

use crate::mapping::time::days_in_month;

/// A version of three numbers, such as `3.0.1`. A later one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number: 3 and above are packaged as content templates.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl Version {
    /// Reads `x.y.z`: three numbers of digits alone, with dots between them and nothing else.
    pub fn parse(text: &str) -> Option<Version> {
        let mut parts = text.split('.').map(number);
        let version = Version { major: parts.next()??, minor: parts.next()??, patch: parts.next()?? };
        parts.next().is_none().then_some(version)
    }
}

/// A day of the Gregorian calendar that exists. A later one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: u32,
    /// The month, from 1.
    pub month: u32,
    /// The day, from 1.
    pub day: u32,
}

impl Date {
    /// Reads a date as release notes have it: `DD-MM-YYYY`.
    pub fn parse_day_first(text: &str) -> Option<Date> {
        let (day, month, year) = three(text)?;
        Date::new(digits(year, 4)?, digits(month, 2)?, digits(day, 2)?)
    }

    /// Reads a date as solution metadata has it: `YYYY-MM-DD`.
    pub fn parse_iso(text: &str) -> Option<Date> {
        let (year, month, day) = three(text)?;
        Date::new(digits(year, 4)?, digits(month, 2)?, digits(day, 2)?)
    }

    /// The date, when the calendar has it.
    pub fn new(year: u32, month: u32, day: u32) -> Option<Date> {
        let exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        exists.then_some(Date { year, month, day })
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

fn number(text: &str) -> Option<u32> {
    // `parse` alone would take a plus sign.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn digits(text: &str, count: usize) -> Option<u32> {
    number(text).filter(|_| text.len() == count)
}

fn three(text: &str) -> Option<(&str, &str, &str)> {
    let mut parts = text.split('-');
    let three = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(three)
}
