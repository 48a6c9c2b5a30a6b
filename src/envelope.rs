//! The envelope: how a verified event waits in the queue.
//!
//! One message is one line of JSON, a line feed, and the raw body as it came. What is too large for a message
//! lies in the bucket in the same form, and the message is the line of a [`Claim`] on it.
//!
//! Nothing of it is a credential: the header that an event was verified by stays at the door.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::json::{self, write_string};
use crate::scan::{Malformed, Scanner, Start};
use crate::webhook::delivery::Headers;

/// The longest message, in bytes. Cloudflare Queues takes 128 KB of 1000 bytes, some 100 bytes of its own
/// included ("Queues limits"); the rest is a margin.
pub const LARGEST_MESSAGE: usize = 127_000;

/// Some records of an event, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// The numbers, from 0.
    pub records: Vec<usize>,
    /// What the numbers rest on: where [`Hook::numbering`](crate::relay::Hook::numbering) is another by now, they
    /// mean other records.
    pub by: String,
}

/// A verified event and what turning it into rows needs.
///
/// Debug shows neither headers nor body.
pub struct Envelope<'e> {
    /// The hook that it came to.
    pub hook: Cow<'e, str>,
    /// The source that it was verified as.
    pub source: Cow<'e, str>,
    /// When it arrived at the door, in milliseconds since the Unix epoch.
    pub received_at: i64,
    /// The sender's id of the delivery.
    pub delivery_id: Option<Cow<'e, str>>,
    /// The sender's word for what happened.
    pub event_type: Option<Cow<'e, str>>,
    /// The URL, where the protocol of the source reads it.
    pub url: Option<Cow<'e, str>>,
    /// The headers that the mapping reads.
    pub headers: Headers<'e>,
    /// Which of its records are still to be delivered; all where there is no list.
    pub only: Option<Only>,
    /// The body as it came over the wire.
    pub body: &'e [u8],
}

/// A message whose envelope lies in the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The hook that the event came to.
    pub hook: String,
    /// The sender's id of the delivery.
    pub delivery_id: Option<String>,
    /// When it arrived at the door, in milliseconds since the Unix epoch.
    pub received_at: i64,
    /// Where the envelope lies.
    pub key: String,
    /// How long it is, in bytes.
    pub length: usize,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Which of its records are still to be delivered; all where there is no list.
    pub only: Option<Only>,
}

/// What a message is.
#[derive(Debug)]
pub enum Message<'m> {
    /// The event itself.
    Event(Envelope<'m>),
    /// A claim on an event in the bucket.
    Claim(Claim),
}

impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("hook", &self.hook)
            .field("delivery_id", &self.delivery_id)
            .field("received_at", &self.received_at)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Envelope<'_> {
    /// The envelope as bytes.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body.len().saturating_add(512));
        out.extend_from_slice(b"{\"v\":1");
        text(&mut out, "hook", Some(&self.hook));
        text(&mut out, "source", Some(&self.source));
        number(&mut out, "received", self.received_at);
        text(&mut out, "delivery", self.delivery_id.as_deref());
        text(&mut out, "type", self.event_type.as_deref());
        text(&mut out, "url", self.url.as_deref());
        records(&mut out, self.only.as_ref());
        out.extend_from_slice(b",\"headers\":[");
        for (index, (name, value)) in self.headers.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"" } else { b"," });
            write_string(&mut out, name);
            out.push(b',');
            write_string(&mut out, value);
        }
        out.extend_from_slice(b"]}\n");
        out.extend_from_slice(self.body);
        out
    }

    /// What tells this event from every other: the SHA-256, in hexadecimal digits, of all that its rows are made of
    /// except the time at which it arrived. Two that have it in common make the same rows.
    ///
    /// The id alone would not do: many sources send it in a header that is not signed, so that a delivery could be
    /// suppressed by whoever sends another one under its id first.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        // Each part goes with its length, so that no two events are the same bytes.
        let mut part = |text: Option<&[u8]>| {
            hash.update(text.map_or(u64::MAX, |text| text.len() as u64).to_le_bytes());
            hash.update(text.unwrap_or_default());
        };
        let (id, kind, url) = (&self.delivery_id, &self.event_type, &self.url);
        for text in [Some(&self.hook), Some(&self.source), id.as_ref(), kind.as_ref(), url.as_ref()] {
            part(text.map(|text| text.as_bytes()));
        }
        for (name, value) in self.headers.iter() {
            part(Some(name.as_bytes()));
            part(Some(value.as_bytes()));
        }
        part(Some(self.body));
        hexadecimal(&hash.finalize())
    }
}

impl Claim {
    /// The claim on an envelope, as [`Envelope::write`] gave it, that lies under `key`.
    pub fn on(
        envelope: &[u8],
        key: String,
        hook: &str,
        delivery_id: Option<&str>,
        received_at: i64,
    ) -> Claim {
        Claim {
            hook: hook.to_owned(),
            delivery_id: delivery_id.map(str::to_owned),
            received_at,
            key,
            length: envelope.len(),
            sha256: sha256(envelope),
            only: None,
        }
    }

    /// The claim as a message.
    pub fn write(&self) -> Vec<u8> {
        let mut out = b"{\"v\":1".to_vec();
        text(&mut out, "hook", Some(&self.hook));
        text(&mut out, "delivery", self.delivery_id.as_deref());
        number(&mut out, "received", self.received_at);
        text(&mut out, "claim", Some(&self.key));
        number(&mut out, "length", i64::try_from(self.length).unwrap_or(i64::MAX));
        text(&mut out, "sha256", Some(&self.sha256));
        records(&mut out, self.only.as_ref());
        out.extend_from_slice(b"}\n");
        out
    }

    /// Whether these are the bytes that were claimed.
    pub fn fits(&self, envelope: &[u8]) -> bool {
        envelope.len() == self.length && sha256(envelope) == self.sha256
    }
}

/// Reads a message, or what a claim led to.
///
/// # Errors
///
/// What is wrong with it; this never quotes it.
pub fn read(bytes: &[u8]) -> Result<Message<'_>, &'static str> {
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or("it has no line of JSON at its start")?;
    let (line, rest) = bytes.split_at_checked(end).ok_or("it has no line of JSON at its start")?;
    let head = Head::read(line).map_err(|_| "its first line is no JSON")?;
    if head.version != Some(1) {
        return Err("it is of another version of the relay");
    }
    let hook = head.hook.ok_or("it names no hook")?;
    let received_at = head.received.ok_or("it does not say when it was received")?;
    let delivery_id = head.delivery;
    let only = head.only.map(|records| Only { records, by: head.by.unwrap_or_default().into_owned() });
    if let Some(key) = head.claim {
        let length = head.length.and_then(|length| usize::try_from(length).ok());
        let (length, sha256) = length.zip(head.sha256).ok_or("its claim is not complete")?;
        return Ok(Message::Claim(Claim {
            hook: hook.into_owned(),
            delivery_id: delivery_id.map(Cow::into_owned),
            received_at,
            key: key.into_owned(),
            length,
            sha256: sha256.into_owned(),
            only,
        }));
    }
    Ok(Message::Event(Envelope {
        hook,
        source: head.source.ok_or("it does not say as what it was verified")?,
        received_at,
        delivery_id,
        event_type: head.kind,
        url: head.url,
        headers: head.headers,
        only,
        body: rest.get(1..).unwrap_or_default(),
    }))
}

/// What the line of a message says. A batch has a hundred of them, so it is read in one pass.
#[derive(Default)]
struct Head<'m> {
    version: Option<i64>,
    hook: Option<Cow<'m, str>>,
    source: Option<Cow<'m, str>>,
    received: Option<i64>,
    delivery: Option<Cow<'m, str>>,
    kind: Option<Cow<'m, str>>,
    url: Option<Cow<'m, str>>,
    headers: Headers<'m>,
    only: Option<Vec<usize>>,
    by: Option<Cow<'m, str>>,
    claim: Option<Cow<'m, str>>,
    length: Option<i64>,
    sha256: Option<Cow<'m, str>>,
}

impl<'m> Head<'m> {
    fn read(line: &'m [u8]) -> Result<Head<'m>, Malformed> {
        let mut head = Head::default();
        let mut scanner = Scanner::new(line);
        scanner.white();
        if scanner.start()? == Start::Object {
            let mut more = scanner.open(b'}')?;
            while more {
                let key = line.get(scanner.key()?).unwrap_or_default();
                let value = line.get(scanner.skip()?).unwrap_or_default();
                match key {
                    b"v" => head.version = integer(value),
                    b"hook" => head.hook = string(value),
                    b"source" => head.source = string(value),
                    b"received" => head.received = integer(value),
                    b"delivery" => head.delivery = string(value),
                    b"type" => head.kind = string(value),
                    b"url" => head.url = string(value),
                    b"headers" => {
                        let mut fields = elements(value)?.into_iter().map(string);
                        while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
                            if let (Some(name), Some(value)) = (name, value) {
                                head.headers.push(name, value);
                            }
                        }
                    }
                    b"only" if value.starts_with(b"[") => {
                        let records = elements(value)?;
                        let number = |record| usize::try_from(integer(record)?).ok();
                        head.only = Some(records.into_iter().filter_map(number).collect());
                    }
                    b"by" => head.by = string(value),
                    b"claim" => head.claim = string(value),
                    b"length" => head.length = integer(value),
                    b"sha256" => head.sha256 = string(value),
                    _ => {}
                }
                more = scanner.next(b'}')?;
            }
        } else {
            scanner.skip()?;
        }
        scanner.end()?;
        Ok(head)
    }
}

/// The elements of an array that a scanner has passed; none of anything else.
fn elements(array: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let mut scanner = Scanner::new(array);
    let mut elements = Vec::new();
    let mut more = scanner.start()? == Start::Array && scanner.open(b']')?;
    while more {
        elements.push(array.get(scanner.skip()?).unwrap_or_default());
        more = scanner.next(b']')?;
    }
    Ok(elements)
}

fn integer(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// The text of a JSON string.
fn string(value: &[u8]) -> Option<Cow<'_, str>> {
    let text = std::str::from_utf8(value).ok()?.strip_prefix('"')?.strip_suffix('"')?;
    Some(json::unescape(text))
}

fn text(out: &mut Vec<u8>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.push(b',');
        write_string(out, name);
        out.push(b':');
        write_string(out, value);
    }
}

fn number(out: &mut Vec<u8>, name: &str, value: i64) {
    out.push(b',');
    write_string(out, name);
    out.extend_from_slice(format!(":{value}").as_bytes());
}

fn records(out: &mut Vec<u8>, only: Option<&Only>) {
    let Some(only) = only else { return };
    out.extend_from_slice(b",\"only\":[");
    for (index, record) in only.records.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        out.extend_from_slice(format!("{comma}{record}").as_bytes());
    }
    out.push(b']');
    text(out, "by", Some(&only.by));
}

/// The SHA-256 in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in bytes {
        for digit in [byte >> 4, byte & 0xf] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}
