//! gzip for rows: fast, and always sure of its length.
//!
//! A call to Azure is filled with as many rows as fit, so what counts is to know after each row how long the result
//! will be, and to take a row back that went too far. A general compressor collects symbols first and writes them
//! later; this one writes each at once, with codes that are fixed from the start, so that its length is known to the
//! bit. Everything lies in one buffer already, so it needs no window of its own either.

use std::ops::Range;

/// The start of every member (RFC 1952, section 2.3): deflate, no name, no time, fastest, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

/// What comes behind the last row: the end of the array, the end of the block, and the checksum with the length.
pub(crate) const TAIL: usize = 16;

/// How far back a match may lie (RFC 1951, section 3.2.5).
const WINDOW: usize = 32_768;

/// The shortest match that is looked for, and the longest there is.
const SHORTEST: usize = 4;
const LONGEST: usize = 258;

/// How many places are remembered: one for each hash. With two bytes for each they fit the first cache of a processor
/// together with the text.
const HASH_BITS: u32 = 13;

/// The symbol that ends a block.
const END: usize = 256;

/// What a room is checked after, so that a huge row is given up early.
const PIECE: usize = 1 << 16;

/// A compressor for one array after another.
pub(crate) struct Gzip {
    codes: Box<Codes>,
    checksum: Checksum,
    /// Where each hash was seen last, as far as two bytes tell: what stands there is compared before it is used.
    heads: Box<[u16; 1 << HASH_BITS]>,
    /// Where the array begins in the text. No match may lie before it.
    start: usize,
    out: Vec<u8>,
    place: Place,
}

/// How far the output has come.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place {
    /// Whole bytes.
    bytes: usize,
    /// The bits behind them, fewer than eight, and how many.
    bits: u64,
    count: u32,
}

/// A code with its extra bits, ready to be written, and how many bits these are.
#[derive(Clone, Copy, Default)]
struct Code {
    bits: u32,
    count: u32,
}

/// The codes of all symbols.
struct Codes {
    literals: [Code; 256],
    /// For each length from 3 on.
    lengths: [Code; 256],
    distances: [Code; 32],
    end: Code,
}

impl Gzip {
    pub(crate) fn new() -> Gzip {
        Gzip {
            codes: Box::new(Codes::new()),
            checksum: Checksum::new(),
            heads: Box::new([0; 1 << HASH_BITS]),
            start: 0,
            out: Vec::new(),
            place: Place::default(),
        }
    }

    /// Begins an array whose first row stands at `start` of the text. `guess` is about how long the result will be.
    pub(crate) fn begin(&mut self, start: usize, guess: usize) {
        self.heads.fill(0);
        self.start = start;
        self.out = Vec::with_capacity(guess);
        self.out.extend_from_slice(&HEADER);
        self.out.resize(guess.max(64), 0);
        self.place = Place { bytes: HEADER.len(), bits: 0, count: 0 };
        let mut to = Writer::new(&mut self.out, self.place, TAIL);
        // The last block, with the fixed codes.
        to.write(0b011, 3);
        to.literal(&self.codes, b'[');
        self.place = to.place;
    }

    /// Where the output stands.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// How long the output is, without [`TAIL`].
    pub(crate) fn len(&self) -> usize {
        self.place.bytes.saturating_add(1)
    }

    /// Takes back everything behind a place.
    pub(crate) fn back(&mut self, place: Place) {
        self.place = place;
    }

    /// Compresses a part of `text`, which is the same for the whole array, up to `room` bytes of output.
    /// Whether that was enough.
    pub(crate) fn add(&mut self, text: &[u8], part: Range<usize>, room: usize) -> bool {
        let mut at = part.start;
        while at < part.end {
            let end = part.end.min(at.saturating_add(PIECE));
            self.piece(text, at, end);
            at = end;
            if self.len() > room {
                return false;
            }
        }
        true
    }

    fn piece(&mut self, text: &[u8], mut at: usize, end: usize) {
        let text = text.get(..end).unwrap_or_default();
        // No symbol takes more than fifteen bits for each of its bytes.
        let Gzip { codes, heads, start, .. } = self;
        let mut to = Writer::new(&mut self.out, self.place, 2 * end.saturating_sub(at));
        while let Some(word) = word(text, at) {
            // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
            let hash = word.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS);
            let Some(head) = heads.get_mut(hash as usize) else { break };
            // Two bytes tell a place from all others as far back as a match may lie, and further.
            let back = usize::from((at as u16).wrapping_sub(std::mem::replace(head, at as u16)));
            let seen = at.wrapping_sub(back);
            if back.wrapping_sub(1) < WINDOW.min(at.saturating_sub(*start))
                && self::word(text, seen) == Some(word)
            {
                let length = SHORTEST + same(text, seen + SHORTEST, at + SHORTEST);
                to.matched(codes, length, back);
                at += length;
            } else {
                to.literal(codes, word as u8);
                at += 1;
            }
        }
        for byte in text.get(at..).unwrap_or_default() {
            to.literal(codes, *byte);
        }
        self.place = to.place;
    }

    /// Ends the array and gives the member. `rows` is what was compressed of the text.
    pub(crate) fn finish(&mut self, rows: &[u8]) -> Vec<u8> {
        let mut to = Writer::new(&mut self.out, self.place, TAIL);
        to.literal(&self.codes, b']');
        let end = self.codes.end;
        to.write(u64::from(end.bits), end.count);
        // The rest of the last byte.
        to.write(0, (8 - to.place.count) % 8);
        let bytes = to.place.bytes;
        let mut out = std::mem::take(&mut self.out);
        out.truncate(bytes);
        let checksum = [b"[", rows, b"]"].into_iter().fold(!0, |crc, part| self.checksum.update(crc, part));
        out.extend_from_slice(&(!checksum).to_le_bytes());
        // Modulo 2^32 (RFC 1952, section 2.3.1).
        out.extend_from_slice(&(rows.len().wrapping_add(2) as u32).to_le_bytes());
        out
    }
}

/// Writes codes from a place on. It is a value of its own, so that the place can stay in registers.
struct Writer<'o> {
    out: &'o mut [u8],
    place: Place,
}

impl<'o> Writer<'o> {
    /// A writer of so many bytes at the most.
    fn new(out: &'o mut Vec<u8>, place: Place, most: usize) -> Writer<'o> {
        let needed = place.bytes.saturating_add(most).saturating_add(16);
        if out.len() < needed {
            out.resize(needed.max(out.len().saturating_mul(2)), 0);
        }
        Writer { out, place }
    }

    #[inline(always)]
    fn literal(&mut self, codes: &Codes, byte: u8) {
        if let Some(code) = codes.literals.get(usize::from(byte)) {
            self.write(u64::from(code.bits), code.count);
        }
    }

    #[inline(always)]
    fn matched(&mut self, codes: &Codes, length: usize, distance: usize) {
        let below = distance as u32 - 1;
        // Two codes for each power of two (RFC 1951, section 3.2.5).
        let extra = (31 - (below | 1).leading_zeros()).saturating_sub(1);
        let symbol = 2 * extra + (below >> extra);
        let (length, distance) =
            (codes.lengths.get((length - 3) & 255), codes.distances.get(symbol as usize & 31));
        if let (Some(length), Some(distance)) = (length, distance) {
            let more = u64::from(below & ((1 << extra) - 1)) << distance.count;
            let bits = u64::from(length.bits) | (u64::from(distance.bits) | more) << length.count;
            self.write(bits, length.count + distance.count + extra);
        }
    }

    /// Writes at most 56 bits.
    #[inline(always)]
    fn write(&mut self, bits: u64, count: u32) {
        let Place { bytes, bits: before, count: filled } = self.place;
        let (bits, count) = (before | bits << filled, filled + count);
        if let Some(space) = self.out.get_mut(bytes..).and_then(|rest| rest.first_chunk_mut()) {
            *space = bits.to_le_bytes();
        }
        self.place =
            Place { bytes: bytes + (count / 8) as usize, bits: bits >> (count & !7), count: count & 7 };
    }
}

/// CRC-32 (RFC 1952, section 8), sixteen bytes at a time: a table for each of them (Kounavis and Berry, "A systematic
/// approach to building high performance, software-based, CRC generators").
struct Checksum(Box<[[u32; 256]; 16]>);

impl Checksum {
    fn new() -> Checksum {
        let mut tables = Box::new([[0; 256]; 16]);
        let mut last = [0; 256];
        for (byte, entry) in (0..).zip(&mut last) {
            *entry = (0..8).fold(byte, |crc: u32, _| (crc >> 1) ^ ((crc & 1) * 0xedb8_8320));
        }
        let one = last;
        // The last byte of a block has the table of a byte alone, the one before it that of a byte and a zero.
        for table in tables.iter_mut().rev() {
            *table = last;
            last = last.map(|crc| (crc >> 8) ^ one.get(crc as usize & 255).copied().unwrap_or_default());
        }
        Checksum(tables)
    }

    fn update(&self, mut crc: u32, bytes: &[u8]) -> u32 {
        let (blocks, rest) = bytes.as_chunks::<16>();
        for block in blocks {
            let block = (u128::from_le_bytes(*block) ^ u128::from(crc)).to_le_bytes();
            crc = 0;
            for (table, byte) in self.0.iter().zip(block) {
                crc ^= table.get(usize::from(byte)).copied().unwrap_or_default();
            }
        }
        let [.., one] = &*self.0;
        for byte in rest {
            crc = (crc >> 8) ^ one.get((crc as u8 ^ byte) as usize).copied().unwrap_or_default();
        }
        crc
    }
}

/// The four bytes at a place.
#[inline(always)]
fn word(text: &[u8], at: usize) -> Option<u32> {
    text.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

/// How many bytes are the same behind the start of a match, up to the longest there is.
#[inline(always)]
fn same(text: &[u8], old: usize, new: usize) -> usize {
    let most = LONGEST - SHORTEST;
    let new = text.get(new..).unwrap_or_default();
    let new = new.get(..most).unwrap_or(new);
    let old = text.get(old..).unwrap_or_default();
    let mut length = 0;
    for (left, right) in old.as_chunks::<8>().0.iter().zip(new.as_chunks::<8>().0) {
        let differ = u64::from_le_bytes(*left) ^ u64::from_le_bytes(*right);
        if differ != 0 {
            return length + differ.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = |bytes: &'_ [u8]| -> u64 {
        let mut word = [0; 8];
        word.iter_mut().zip(bytes.get(length..).unwrap_or_default()).for_each(|(to, from)| *to = *from);
        u64::from_le_bytes(word)
    };
    let differ = rest(old) ^ rest(new);
    let left = new.len() - length;
    length + left.min(if differ == 0 { 8 } else { differ.trailing_zeros() as usize / 8 })
}

impl Codes {
    fn new() -> Codes {
        // The fixed codes (RFC 1951, section 3.2.6).
        let bits = |symbol: usize| match symbol {
            0..144 => 8,
            144..256 => 9,
            256..280 => 7,
            _ => 8,
        };
        let symbols = canonical::<288>(std::array::from_fn(bits));
        let distances = canonical::<32>([5; 32]);
        let symbol = |index: usize| symbols.get(index).copied().unwrap_or_default();
        let lengths = std::array::from_fn(|length| {
            // Four codes for each power of two, and one of its own for the longest (section 3.2.5).
            let extra = (length as u32 | 1).ilog2().saturating_sub(2);
            let (index, more) = match length {
                255 => (285, 0),
                _ if extra == 0 => (257 + length, 0),
                _ => (257 + 4 * extra as usize + (length >> extra), length as u32 & ((1 << extra) - 1)),
            };
            let Code { bits, count } = symbol(index);
            Code { bits: bits | more << count, count: count + if index == 285 { 0 } else { extra } }
        });
        Codes { literals: std::array::from_fn(symbol), lengths, distances, end: symbol(END) }
    }
}

/// The codes of these lengths (RFC 1951, section 3.2.2), with the bit first that is written first.
fn canonical<const N: usize>(lengths: [u32; N]) -> [Code; N] {
    let mut codes = [Code::default(); N];
    let mut next = 0_u32;
    for length in 1..16 {
        for (code, _) in codes.iter_mut().zip(lengths).filter(|(_, own)| *own == length) {
            *code = Code { bits: next.reverse_bits() >> (32 - length), count: length };
            next += 1;
        }
        next <<= 1;
    }
    codes
}
