//! Which columns an event needs: names that stream and table can have, and types that lose nothing.

use super::{Column, TimeMember, identifier};
use crate::artifact::schema::ColumnType;
use crate::artifact::table::{is_leftover_column, is_reserved_column, is_standard_column};
use crate::json::{Kind, Value};
use crate::kql::times::{names_another, words};
use crate::mapping::coerce::coerce;
use crate::mapping::time::Instant;
use crate::text::quoted;
use std::collections::{HashMap, HashSet};

/// The most columns of a table, `TimeGenerated` included (rule CCF025).
const MOST_COLUMNS: usize = 500;

/// The longest name of a column (rule CCF022).
const LONGEST_NAME: usize = 45;

/// The column of every table that says when something happened.
pub(super) const TIME_GENERATED: &str = "TimeGenerated";

/// Names of members that say when the event happened, the surest first, without what tells cases apart.
const TIMES: [&str; 26] = [
    "timegenerated",
    "eventtime",
    "eventtimestamp",
    "timestamp",
    "time",
    "ts",
    "datetime",
    "occurredat",
    "occurred",
    "eventdate",
    "raisedat",
    "happenedat",
    "detectedat",
    "observedat",
    "loggedat",
    "createdat",
    "createdtime",
    "createdon",
    "creationtime",
    "created",
    "publishedat",
    "published",
    "sentat",
    "receivedat",
    "date",
    "when",
];

/// 2000-01-01 and 2100-01-01 in seconds since the Unix epoch: a number between them may be a time.
const PLAUSIBLE: std::ops::Range<i64> = 946_684_800..4_102_444_800;

/// The columns, and how they came about.
pub(super) struct Proposal {
    pub(super) columns: Vec<Column>,
    /// The index of the column that becomes `TimeGenerated`.
    pub(super) time: Option<usize>,
    /// What an author should know.
    pub(super) notes: Vec<String>,
}

/// A member of the events, with every value that it has there.
struct Found<'v> {
    name: &'v str,
    values: Vec<(&'v Value, &'v str)>,
}

pub(super) fn propose(text: &str, objects: &[&Value], time: &TimeMember) -> Result<Proposal, String> {
    let members = members(text, objects);
    let mut notes = Vec::new();
    let mut kinds: Vec<ColumnType> = members.iter().map(Found::kind).collect();
    let time = match time {
        TimeMember::None => None,
        TimeMember::Named(name) => Some(named_time(name, &members, &mut kinds)?),
        TimeMember::Guessed => guessed_time(&members, &kinds),
    };
    match time.and_then(|time| members.get(time)) {
        Some(member) => notes.push(format!("`TimeGenerated` is the event's {}.", quoted(member.name))),
        None => notes.push(
            "The event has no time of its own, so `TimeGenerated` is when Azure receives the row.".to_owned(),
        ),
    }
    let unknown: Vec<String> = members
        .iter()
        .filter(|member| member.known().next().is_none())
        .map(|member| quoted(member.name))
        .collect();
    if !unknown.is_empty() {
        notes.push(format!("Null in the sample, so their type is a guess: {}.", shortened(&unknown)));
    }

    // Without a time of its own the table needs `TimeGenerated` beside the others.
    let room = MOST_COLUMNS.saturating_sub(usize::from(time.is_none()));
    let whole = members.len() > room;
    let kept = if whole { room.saturating_sub(1) } else { members.len() };
    // The time has to be among those that are kept.
    let mut order: Vec<usize> = (0..members.len()).take(kept).collect();
    if let Some(time) = time.filter(|time| *time >= kept)
        && let Some(last) = order.last_mut()
    {
        *last = time;
    }
    let mut used = Used::default();
    if whole {
        used.table.insert("event".to_owned());
        used.stream.insert("event".to_owned());
        notes.push(format!(
            "The event has {} members, and a table has at most {MOST_COLUMNS} columns: the column `Event` holds the \
             whole event.",
            members.len()
        ));
    }
    let mut columns = Vec::new();
    for index in &order {
        let (Some(member), Some(kind)) = (members.get(*index), kinds.get(*index)) else { continue };
        columns.push(used.column(member.name, *kind, Some(*index) == time));
    }
    if whole {
        let name = "Event".to_owned();
        columns.push(Column { member: None, stream: name.clone(), table: name, kind: ColumnType::Dynamic });
    }
    let time = time.and_then(|time| order.iter().position(|index| *index == time));
    Ok(Proposal { columns, time, notes })
}

fn members<'v>(text: &'v str, objects: &[&'v Value]) -> Vec<Found<'v>> {
    let mut members: Vec<Found> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for object in objects {
        for member in object.as_object().unwrap_or_default() {
            let index = *known.entry(&member.key).or_insert_with(|| {
                members.push(Found { name: &member.key, values: Vec::new() });
                members.len().saturating_sub(1)
            });
            let raw = member.value.span.of(text).unwrap_or("null");
            if let Some(found) = members.get_mut(index) {
                found.values.push((&member.value, raw));
            }
        }
    }
    members
}

impl Found<'_> {
    /// The values that say something of the type.
    fn known(&self) -> impl Iterator<Item = (&Value, &str)> {
        self.values.iter().filter(|(value, _)| value.kind != Kind::Null).map(|(value, raw)| (*value, *raw))
    }

    fn kind(&self) -> ColumnType {
        let all = |is: fn(&Kind) -> bool| self.known().all(|(value, _)| is(&value.kind));
        if self.known().next().is_none() {
            // Whatever comes later is text without loss.
            return ColumnType::String;
        }
        let kind = if all(|kind| matches!(kind, Kind::String(_))) {
            let time = self.known().all(|(value, _)| value.as_str().is_some_and(|text| self.is_time(text)));
            if time { ColumnType::Datetime } else { ColumnType::String }
        } else if all(|kind| matches!(kind, Kind::Bool(_))) {
            ColumnType::Boolean
        } else if all(|kind| matches!(kind, Kind::Number(_))) {
            let time = self.is_called_time() && self.known().all(|(_, raw)| is_plausible(raw));
            // An `int` of today is too small for tomorrow's number.
            let kinds = [ColumnType::Datetime, ColumnType::Long, ColumnType::Real];
            let fits = kinds.into_iter().skip(usize::from(!time)).find(|kind| self.fits(*kind));
            fits.unwrap_or(ColumnType::String)
        } else {
            ColumnType::Dynamic
        };
        if self.fits(kind) { kind } else { ColumnType::Dynamic }
    }

    /// Whether a column of that type takes every value without loss.
    fn fits(&self, kind: ColumnType) -> bool {
        let mut scratch = Vec::new();
        self.values.iter().all(|(_, raw)| {
            scratch.clear();
            coerce(raw, kind, &mut scratch).is_none()
        })
    }

    /// Whether a text is a date and time, or a date in a member whose name says that it is a time.
    fn is_time(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let dated = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
        let timed =
            matches!(bytes.get(10), Some(b'T' | b't' | b' ')) || (bytes.len() == 10 && self.is_called_time());
        dated && timed && Instant::parse(text).is_ok()
    }

    /// Whether the name says that it is a time.
    fn is_called_time(&self) -> bool {
        let words = words(self.name);
        let is = |word: &String| {
            matches!(word.as_str(), "time" | "timestamp" | "ts" | "date" | "datetime" | "epoch")
        };
        words.iter().any(is) || words.last().is_some_and(|word| matches!(word.as_str(), "at" | "when" | "on"))
    }
}

fn is_plausible(number: &str) -> bool {
    Instant::from_number(number).is_ok_and(|instant| PLAUSIBLE.contains(&instant.unix().0))
}

fn named_time(name: &str, members: &[Found], kinds: &mut [ColumnType]) -> Result<usize, String> {
    let Some(index) = members.iter().position(|member| member.name == name) else {
        return Err(format!("the event has no member {} that could say when it happened", quoted(name)));
    };
    let member = members.get(index).filter(|member| {
        let scalar = |(value, _): (&Value, _)| matches!(value.kind, Kind::String(_) | Kind::Number(_));
        let blank = |(value, _): (&Value, _)| value.as_str().is_some_and(|text| text.trim().is_empty());
        member.fits(ColumnType::Datetime)
            && member.known().all(scalar)
            && !member.known().any(blank)
            && member.known().next().is_some()
    });
    match (member, kinds.get_mut(index)) {
        (Some(_), Some(kind)) => {
            *kind = ColumnType::Datetime;
            Ok(index)
        }
        _ => Err(format!(
            "{} is no time: write it as in `2026-11-23T06:00:00Z` or as an epoch number",
            quoted(name)
        )),
    }
}

/// The member that says when the event happened: one of a known name, or else the first that does not say when
/// something else happened, those of a change behind the others.
fn guessed_time(members: &[Found], kinds: &[ColumnType]) -> Option<usize> {
    let times = members.iter().zip(kinds).enumerate().filter(|(_, (_, kind))| **kind == ColumnType::Datetime);
    let ranked = times.filter_map(|(index, (member, _))| {
        let words = words(member.name);
        let known = TIMES.iter().position(|name| *name == words.concat());
        let changed = words.iter().any(|word| matches!(word.as_str(), "updated" | "modified"));
        let rank = match known {
            Some(known) => known,
            None if names_another(member.name) => return None,
            None => TIMES.len() + usize::from(changed),
        };
        Some((rank, index))
    });
    ranked.min().map(|(_, index)| index)
}

/// The names that are taken, in lower case: KQL tells cases apart, but people and PowerShell do not.
struct Used {
    stream: HashSet<String>,
    table: HashSet<String>,
}

impl Default for Used {
    fn default() -> Self {
        let time = || HashSet::from([TIME_GENERATED.to_ascii_lowercase()]);
        Used { stream: time(), table: time() }
    }
}

impl Used {
    fn column(&mut self, member: &str, kind: ColumnType, is_time: bool) -> Column {
        let table = if is_time { TIME_GENERATED.to_owned() } else { self.table_name(member) };
        let free = |used: &HashSet<String>, name: &str| !used.contains(&name.to_ascii_lowercase());
        let is_own = is_plain(member) && !is_standard_column(member) && free(&self.stream, member);
        let stream = if is_own || (is_time && member == TIME_GENERATED) {
            member.to_owned()
        } else if free(&self.stream, &table) {
            table.clone()
        } else {
            let base = if is_time { "EventTime" } else { &table };
            numbered(base, |name| free(&self.stream, name))
        };
        self.stream.insert(stream.to_ascii_lowercase());
        self.table.insert(table.to_ascii_lowercase());
        Column { member: Some(member.to_owned()), stream, table, kind }
    }

    fn table_name(&self, member: &str) -> String {
        let mut name = identifier(member, "Field", LONGEST_NAME);
        if is_standard_column(&name) || is_reserved_column(&name) {
            name.insert_str(0, "Event");
        }
        if is_leftover_column(&name) {
            name.push_str("Value");
        }
        let sound = |name: &str| {
            !self.table.contains(&name.to_ascii_lowercase())
                && !is_reserved_column(name)
                && !is_leftover_column(name)
        };
        numbered(&name, sound)
    }
}

/// The name, or the first with a number behind it that is free.
fn numbered(name: &str, free: impl Fn(&str) -> bool) -> String {
    if name.len() <= LONGEST_NAME && free(name) {
        return name.to_owned();
    }
    let numbers = (2_usize..).map(|number| {
        let number = format!("_{number}");
        let room = LONGEST_NAME.saturating_sub(number.len());
        // All names are ASCII.
        format!("{}{number}", name.get(..room).unwrap_or(name))
    });
    let mut numbers = numbers.filter(|name| free(name));
    numbers.next().unwrap_or_default()
}

/// Whether a stream can have the name and KQL writes it as it is.
fn is_plain(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The first names of a list, and how many there are besides.
fn shortened(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
