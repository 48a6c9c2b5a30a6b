//! Doors: protocols of their own, whose clients expect exact answers, so that whatever can write to them can
//! write here. Signatures, mapping and delivery are those of every other source.
//!
//! * Splunk's HTTP Event Collector (Splunk, "Set up and use HTTP Event Collector in Splunk Web", "Troubleshoot HTTP
//!   Event Collector": the table of statuses, codes and texts).
//! * The HTTP endpoint of Amazon Data Firehose (AWS, "Understand HTTP endpoint delivery request and response
//!   specifications").

use std::borrow::Cow;

use crate::json::{self, Dialect, Kind, Value, write_string};
use crate::scan::{Scanner, Start};

use super::delivery::{Delivery, Field};
use super::handshake::Reply;
use super::location::{self, Found, Location};
use super::rejection::Rejection;

/// The header with the channel of a Splunk client that wants acknowledgements.
pub(super) const SPLUNK_CHANNEL: &str = "x-splunk-request-channel";

const FIREHOSE_REQUEST: &str = "x-amz-firehose-request-id";

const EVENT_REQUIRED: &str = "an `event` in each object";
const EVENT_BLANK: &str = "an `event` that is not blank";
const ACKS: &str = "`acks` with numbers";

/// How many acknowledgements are asked for at once, and the longest request id, in characters.
const ACKS_AT_ONCE: usize = 10_000;
const LONGEST_ID: usize = 128;

/// A protocol with answers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Splunk's HTTP Event Collector.
    SplunkHec,
    /// The HTTP endpoint of Amazon Data Firehose.
    Firehose,
}

/// How a request at a door ended.
#[derive(Clone, Copy, Debug)]
pub enum Ended<'e> {
    /// Azure has its rows, or the queue the event.
    Taken,
    /// It was turned away.
    Rejected(&'e Rejection),
    /// Its rows did not arrive; the reason as a sentence.
    Undelivered(&'e str),
}

impl Door {
    pub(super) const NAMES: &'static [(&'static str, Option<Door>)] =
        &[("splunk-hec", Some(Door::SplunkHec)), ("firehose", Some(Door::Firehose))];

    /// The path that its clients have built in, outside of every hook's own.
    pub fn path(self) -> Option<&'static str> {
        match self {
            Door::SplunkHec => Some("/services/collector"),
            Door::Firehose => None,
        }
    }

    /// The headers that its answers repeat, in lower case.
    pub(super) fn headers(self) -> &'static [&'static str] {
        match self {
            Door::SplunkHec => &[SPLUNK_CHANNEL],
            Door::Firehose => &[FIREHOSE_REQUEST],
        }
    }

    /// What the answer has to refer to: the request of Firehose; for a client of Splunk that names a channel, a number
    /// under which it can ask for these events. `now` is in milliseconds since the Unix epoch.
    ///
    /// The number is made of the time and a checksum of the body, so that two requests within the same millisecond
    /// have different ones; it stays below 2^53, which is as far as JavaScript counts. Of a request's name only
    /// printable characters are repeated, and not too many: nobody has verified it.
    pub fn reference(self, delivery: &Delivery<'_>, now: i64) -> Option<String> {
        match self {
            Door::SplunkHec => {
                let query = Location::Query("channel".to_owned());
                let named = delivery.headers.get(SPLUNK_CHANNEL) != Field::Absent
                    || query.value(delivery, &[]) != Found::Absent;
                named.then(|| {
                    let mut checksum = flate2::Crc::new();
                    checksum.update(delivery.body);
                    now.saturating_mul(4096).saturating_add(i64::from(checksum.sum() % 4096)).to_string()
                })
            }
            Door::Firehose => match delivery.headers.get(FIREHOSE_REQUEST) {
                Field::Once(id) => Some(
                    id.chars().filter(|character| character.is_ascii_graphic()).take(LONGEST_ID).collect(),
                ),
                Field::Absent | Field::Repeated => None,
            },
        }
    }

    /// Answers a verified request that is no delivery: Splunk's question which events were indexed. They all
    /// are: a client gets the number of an event only when Azure has it.
    pub(super) fn inquiry(self, delivery: &Delivery<'_>) -> Option<Result<Reply, Rejection>> {
        let asks = self == Door::SplunkHec && location::path(delivery.url).ends_with("/ack");
        asks.then(|| acknowledged(delivery.body))
    }

    /// The JSON of an inflated body; `None` leaves it to the form of the source.
    pub(super) fn open(self, delivery: &Delivery<'_>, body: &[u8]) -> Option<Result<Vec<u8>, Rejection>> {
        match self {
            Door::Firehose => None,
            Door::SplunkHec => {
                let path = location::path(delivery.url);
                let path = path.strip_suffix("/1.0").unwrap_or(path);
                Some(if path.ends_with("/raw") { lines(delivery, body) } else { events(body) })
            }
        }
    }

    /// The answer. `now` is in milliseconds since the Unix epoch, `status` what any other source would hear.
    #[inline(never)]
    pub fn reply(self, reference: Option<&str>, status: u16, ended: Ended<'_>, now: i64) -> Reply {
        let mut body = Vec::new();
        let status = match self {
            Door::SplunkHec => {
                let (status, code, text) = match ended {
                    Ended::Taken => (200, 0, "Success"),
                    Ended::Undelivered(_) if status == 413 => (413, 27, "Request entity too large"),
                    Ended::Undelivered(_) => (503, 9, "Server is busy"),
                    Ended::Rejected(rejection) => splunk_code(rejection),
                };
                body.extend_from_slice(format!("{{\"text\":\"{text}\",\"code\":{code}").as_bytes());
                if let Some(number) = reference.filter(|_| code == 0) {
                    body.extend_from_slice(format!(",\"ackId\":{number}").as_bytes());
                }
                body.push(b'}');
                status
            }
            Door::Firehose => {
                body.extend_from_slice(b"{\"requestId\":");
                write_string(&mut body, reference.unwrap_or_default());
                body.extend_from_slice(format!(",\"timestamp\":{now}").as_bytes());
                let message = match ended {
                    Ended::Taken => None,
                    Ended::Rejected(rejection) => Some(Cow::Owned(rejection.detail())),
                    Ended::Undelivered(why) => Some(Cow::Borrowed(why)),
                };
                if let Some(message) = message {
                    body.extend_from_slice(b",\"errorMessage\":");
                    write_string(&mut body, &message);
                }
                body.push(b'}');
                // Only 200 is a success.
                if matches!(ended, Ended::Taken) { 200 } else { status }
            }
        };
        Reply { status, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body }
    }
}

/// Status, code and text of Splunk's table.
fn splunk_code(rejection: &Rejection) -> (u16, u16, &'static str) {
    match rejection {
        Rejection::SignatureMissing => (401, 2, "Token is required"),
        Rejection::SignatureMalformed | Rejection::HeaderRepeated { .. } => (401, 3, "Invalid authorization"),
        Rejection::SignatureMismatch => (403, 4, "Invalid token"),
        Rejection::BodyMalformed { message, .. } if *message == EVENT_REQUIRED => {
            (400, 12, "Event field is required")
        }
        Rejection::BodyMalformed { message, .. } if *message == EVENT_BLANK => {
            (400, 13, "Event field cannot be blank")
        }
        Rejection::EventsMissing => (400, 5, "No data"),
        Rejection::TooLarge { .. } | Rejection::TooManyEvents => (413, 27, "Request entity too large"),
        Rejection::KeyUnavailable => (503, 9, "Server is busy"),
        Rejection::MethodNotAllowed { .. } | Rejection::UnknownHook => {
            (404, 404, "The requested URL was not found on this server.")
        }
        _ => (400, 6, "Invalid data format"),
    }
}

#[inline(never)]
fn acknowledged(body: &[u8]) -> Result<Reply, Rejection> {
    let wrong = Rejection::BodyMalformed { offset: 0, message: ACKS };
    let text = std::str::from_utf8(body).map_err(|_| wrong.clone())?;
    let parsed = json::parse(text, Dialect::Strict);
    let value = parsed.value.filter(|_| parsed.errors.is_empty());
    let acks = value.as_ref().and_then(|value| value.get("acks")).and_then(Value::as_array);
    let acks = acks.filter(|acks| acks.len() <= ACKS_AT_ONCE).ok_or(wrong.clone())?;
    let mut out = b"{\"acks\":{".to_vec();
    for (index, ack) in acks.iter().enumerate() {
        let Kind::Number(number) = &ack.kind else { return Err(wrong) };
        if index > 0 {
            out.push(b',');
        }
        write_string(&mut out, number);
        out.extend_from_slice(b":true");
    }
    out.extend_from_slice(b"}}");
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Ok(Reply { status: 200, headers, body: out })
}

/// Splunk's events, objects one after the other, as one array. Each has an `event` that is not blank.
#[inline(never)]
fn events(body: &[u8]) -> Result<Vec<u8>, Rejection> {
    let mut out = b"[".to_vec();
    let mut scanner = Scanner::new(body);
    scanner.white();
    while scanner.offset() < body.len() {
        let at = scanner.offset();
        if scanner.start()? != Start::Object {
            return Err(Rejection::BodyMalformed { offset: at, message: "an object" });
        }
        let object = scanner.skip()?;
        let mut members = Scanner::within(body, &object);
        let mut more = members.open(b'}')?;
        let mut event = None;
        while more {
            let key = members.key()?;
            let value = members.skip()?;
            if body.get(key) == Some(b"event") {
                event = body.get(value);
            }
            more = members.next(b'}')?;
        }
        match event {
            None | Some(b"null") => {
                return Err(Rejection::BodyMalformed { offset: at, message: EVENT_REQUIRED });
            }
            Some(b"\"\"") => return Err(Rejection::BodyMalformed { offset: at, message: EVENT_BLANK }),
            Some(_) => {}
        }
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(body.get(object).unwrap_or_default());
        scanner.white();
    }
    if out.len() == 1 {
        return Err(Rejection::EventsMissing);
    }
    out.push(b']');
    Ok(out)
}

/// Each line of a raw body as an event, with what the URL says of all of them.
#[inline(never)]
fn lines(delivery: &Delivery<'_>, body: &[u8]) -> Result<Vec<u8>, Rejection> {
    let mut common = Vec::new();
    for name in ["host", "index", "source", "sourcetype", "time"] {
        if let Found::Once(value) = Location::Query(name.to_owned()).value(delivery, &[]) {
            common.push(b',');
            write_string(&mut common, name);
            common.push(b':');
            write_string(&mut common, &value);
        }
    }
    let text = String::from_utf8_lossy(body);
    let mut out = b"[".to_vec();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"event\":");
        write_string(&mut out, line);
        out.extend_from_slice(&common);
        out.push(b'}');
    }
    if out.len() == 1 {
        return Err(Rejection::EventsMissing);
    }
    out.push(b']');
    Ok(out)
}
