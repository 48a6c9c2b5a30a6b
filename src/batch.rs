//! Rows become calls: JSON arrays within the limits of the Logs Ingestion API.
//!
//! A few rows travel as they are: the buffer that they were written to already is the array.
//! More are compressed, and a call is filled until the next row would take it over the limit.
//! The same rows always make the same bytes, so that a repeated call is the same call.

use std::borrow::Cow;
use std::ops::Range;

use crate::gzip::{self, Gzip};

/// Rows, each a JSON object, in one buffer that is a JSON array at any time.
#[derive(Clone, PartialEq, Eq)]
pub struct RowBuffer {
    /// `[`, the rows with commas between them, `]`.
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl RowBuffer {
    /// A buffer without rows.
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// A buffer without rows that has room for `bytes` bytes of them.
    pub fn with_capacity(bytes: usize) -> Self {
        let mut array = Vec::with_capacity(bytes.saturating_add(2));
        array.extend_from_slice(b"[]");
        RowBuffer { bytes: array, ends: Vec::new() }
    }

    /// Adds the row that `write` appends to the buffer that it is given.
    ///
    /// `write` must append one JSON object and leave the bytes before it alone. If it appends nothing, or
    /// fails, there is no new row.
    pub fn write_row<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        self.bytes.pop();
        let before = self.bytes.len();
        if !self.ends.is_empty() {
            self.bytes.push(b',');
        }
        let start = self.bytes.len();
        let result = write(&mut self.bytes);
        if result.is_ok() && self.bytes.len() > start {
            self.ends.push(self.bytes.len());
        } else {
            self.bytes.truncate(before);
        }
        self.bytes.push(b']');
        result
    }

    /// Adds a row that is already written: one JSON object.
    pub fn push(&mut self, row: &[u8]) {
        let Ok(()) = self.write_row(|out| {
            out.extend_from_slice(row);
            Ok::<(), std::convert::Infallible>(())
        });
    }

    /// Adds all rows of another buffer.
    pub fn extend(&mut self, other: &RowBuffer) {
        let Some(rows) = other.slice(0..other.len()) else { return };
        self.bytes.pop();
        if !self.ends.is_empty() {
            self.bytes.push(b',');
        }
        // The other's rows start behind its bracket.
        let base = self.bytes.len().saturating_sub(1);
        self.bytes.extend_from_slice(rows);
        self.bytes.push(b']');
        self.ends.extend(other.ends.iter().map(|end| end.saturating_add(base)));
    }

    /// Takes back every row from that index on.
    pub fn truncate(&mut self, rows: usize) {
        if rows < self.len() {
            let end = rows.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(1, |end| *end);
            self.ends.truncate(rows);
            self.bytes.truncate(end);
            self.bytes.push(b']');
        }
    }

    /// Forgets the rows before that index, so that it becomes 0.
    pub fn forget(&mut self, rows: usize) {
        let rows = rows.min(self.len());
        let Some(end) = rows.checked_sub(1).and_then(|last| self.ends.get(last)).copied() else { return };
        // With the last of them goes the comma behind it, which the bracket before the first makes up for.
        let gone = if rows == self.len() { end.saturating_sub(1) } else { end };
        self.bytes.drain(1..gone.saturating_add(1).min(self.bytes.len()));
        self.ends.drain(..rows);
        self.ends.iter_mut().for_each(|end| *end = end.saturating_sub(gone));
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The row of that index, from 0.
    pub fn row(&self, index: usize) -> Option<&[u8]> {
        self.slice(index..index.checked_add(1)?)
    }

    /// All rows as a JSON array.
    pub fn array(&self) -> &[u8] {
        &self.bytes
    }

    /// Where the row of that index starts.
    fn start(&self, index: usize) -> Option<usize> {
        match index.checked_sub(1) {
            None => Some(1),
            Some(previous) => self.ends.get(previous)?.checked_add(1),
        }
    }

    /// The rows of a range with commas between them; `None` if the range is empty or not in the buffer.
    fn slice(&self, rows: Range<usize>) -> Option<&[u8]> {
        let end = *self.ends.get(rows.end.checked_sub(1)?)?;
        self.bytes.get(self.start(rows.start)?..end)
    }
}

impl Default for RowBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for RowBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowBuffer").field("rows", &self.len()).field("bytes", &self.bytes.len()).finish()
    }
}

/// How large a call may be, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The body as it travels. Azure refuses more than 1,048,576 (413 `ContentLengthLimitExceeded`).
    pub wire: usize,
    /// The body before compression. Azure takes a call of more than 50 MiB and then loses it.
    pub raw: usize,
    /// A body smaller than this is not compressed.
    pub gzip_from: usize,
}

impl Default for Limits {
    /// `wire` is 1 MiB less 4 KiB of headroom for an intermediary that counts header fields too, the margin
    /// that OpenTelemetry's exporter keeps. Microsoft documents "1 MB for both compressed and uncompressed
    /// data"; what the service enforces is the length of the body on the wire.
    ///
    /// `raw` is what OpenTelemetry's exporter observed; whoever wants only what is documented sets 1,000,000.
    ///
    /// `gzip_from` is 12 KiB: with its header fields such a call still fits the ten segments that a new TCP
    /// connection sends before it waits (RFC 6928), so that compressing it would cost time and win none.
    fn default() -> Self {
        Limits { wire: 1_048_576 - 4096, raw: 50 * 1_048_576, gzip_from: 12 * 1024 }
    }
}

/// The body of one call.
#[derive(Clone, PartialEq, Eq)]
pub struct Batch {
    /// The body if it had to be made; `None` if it is the array of the whole buffer, as it is.
    made: Option<Vec<u8>>,
    /// Whether the body is compressed (`Content-Encoding: gzip`).
    pub gzip: bool,
    /// Which rows are in it.
    pub rows: Range<usize>,
    /// The length of the array before compression.
    pub raw_bytes: usize,
}

impl Batch {
    /// The body's bytes. `rows` is the buffer that the batch was packed from.
    pub fn body<'a>(&'a self, rows: &'a RowBuffer) -> &'a [u8] {
        self.made.as_deref().unwrap_or(rows.array())
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch")
            .field("gzip", &self.gzip)
            .field("rows", &self.rows)
            .field("raw_bytes", &self.raw_bytes)
            .finish_non_exhaustive()
    }
}

/// What the next rows of a buffer became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packed {
    /// A call with as many of the rows as fit.
    Batch(Batch),
    /// The first row fits no call, even alone and compressed.
    Oversize {
        /// The row's index in its buffer.
        row: usize,
    },
}

impl Packed {
    /// The rows that this took.
    pub fn rows(&self) -> Range<usize> {
        match self {
            Packed::Batch(batch) => batch.rows.clone(),
            Packed::Oversize { row } => *row..row.saturating_add(1),
        }
    }
}

/// Compresses an array to a gzip member as small as it can, however long that takes. An empty one is a failure.
pub type Squeeze = fn(&[u8]) -> Vec<u8>;

/// Packs rows into calls. One per isolate: it keeps its compressor from call to call.
pub struct Packer {
    limits: Limits,
    gzip: Option<Gzip>,
    squeeze: Option<Squeeze>,
}

impl Packer {
    /// A packer for calls within `limits`.
    pub fn new(limits: Limits) -> Self {
        #[cfg(feature = "pure-crypto")]
        let squeeze: Option<Squeeze> = Some(squeeze);
        #[cfg(not(feature = "pure-crypto"))]
        let squeeze = None;
        Packer { limits, gzip: None, squeeze }
    }

    /// Compresses by these means a row that fits no call otherwise: a host that has them saves the Worker's module a
    /// second compressor.
    pub fn squeeze_by(&mut self, squeeze: Squeeze) {
        self.squeeze = Some(squeeze);
    }

    /// Packs all rows of a buffer.
    pub fn pack(&mut self, rows: &RowBuffer) -> Vec<Packed> {
        let mut packed = Vec::new();
        let mut next = 0;
        while let Some(taken) = self.pack_next(rows, next..rows.len()) {
            next = taken.rows().end;
            packed.push(taken);
        }
        packed
    }

    /// Packs as many of the rows of `range` into one call as fit, from its first on.
    /// `None` if there are none.
    pub fn pack_next(&mut self, rows: &RowBuffer, range: Range<usize>) -> Option<Packed> {
        let range = range.start..range.end.min(rows.len());
        let raw_bytes = rows.slice(range.clone())?.len().checked_add(2)?;
        if raw_bytes < self.limits.gzip_from && raw_bytes <= self.limits.wire.min(self.limits.raw) {
            return plain(rows, range).map(Packed::Batch);
        }
        let gzip = self.gzip.get_or_insert_with(Gzip::new);
        if let Some(batch) = compressed(gzip, self.limits, rows, range.clone()) {
            return Some(Packed::Batch(batch));
        }
        // The first row alone does not fit. That is rare enough to try what costs more.
        let row = range.start;
        let alone = row..row.checked_add(1)?;
        let raw_bytes = rows.row(row)?.len().checked_add(2)?;
        if raw_bytes <= self.limits.wire.min(self.limits.raw) {
            return plain(rows, alone).map(Packed::Batch);
        }
        let squeeze = self.squeeze.filter(|_| raw_bytes <= self.limits.raw);
        let array = match rows.len() {
            1 => Cow::Borrowed(rows.array()),
            _ => Cow::Owned([b"[", rows.row(row)?, b"]"].concat()),
        };
        let made = squeeze.map(|squeeze| squeeze(&array));
        Some(match made.filter(|made| !made.is_empty() && made.len() <= self.limits.wire) {
            Some(made) => Packed::Batch(Batch { made: Some(made), gzip: true, rows: alone, raw_bytes }),
            None => Packed::Oversize { row },
        })
    }
}

/// Halves a batch that Azure took offence at; `None` if it has a single row.
pub fn split(rows: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    if rows.len() < 2 {
        return None;
    }
    let middle = rows.start + rows.len() / 2;
    Some((rows.start..middle, middle..rows.end))
}

/// The rows of a range as they are.
fn plain(rows: &RowBuffer, range: Range<usize>) -> Option<Batch> {
    let slice = rows.slice(range.clone())?;
    let made = (range != (0..rows.len())).then(|| [b"[", slice, b"]"].concat());
    Some(Batch { made, gzip: false, rows: range, raw_bytes: slice.len() + 2 })
}

/// As many of the rows of `range` as fit compressed; `None` if the first alone does not.
fn compressed(gzip: &mut Gzip, limits: Limits, rows: &RowBuffer, range: Range<usize>) -> Option<Batch> {
    let room = limits.wire.checked_sub(gzip::TAIL)?;
    let start = rows.start(range.start)?;
    let raw_end = start.saturating_add(limits.raw.checked_sub(2)?);
    gzip.begin(start, room.min(rows.slice(range.clone())?.len() / 4));

    let mut done = start;
    let mut next = range.start;
    for end in rows.ends.get(range.clone())? {
        let before = gzip.place();
        // With a comma before it, a later row starts where the one before it ended.
        if *end > raw_end || !gzip.add(&rows.bytes, done..*end, room) {
            gzip.back(before);
            break;
        }
        (done, next) = (*end, next.checked_add(1)?);
    }
    let array = rows.slice(range.start..next)?;
    let made = gzip.finish(array);
    Some(Batch { made: Some(made), gzip: true, rows: range.start..next, raw_bytes: array.len() + 2 })
}

/// The best that zlib can do.
#[cfg(feature = "pure-crypto")]
fn squeeze(array: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let mut member = Vec::new();
    let read = flate2::read::GzEncoder::new(array, flate2::Compression::best()).read_to_end(&mut member);
    read.map(|_| member).unwrap_or_default()
}
