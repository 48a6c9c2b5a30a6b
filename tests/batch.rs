//! Packing: every row arrives once and in order, and no call is over a limit.

use std::io::Read;

use ccf_edge::batch::{Batch, Limits, Packed, Packer, RowBuffer, split};
use proptest::prelude::*;

/// What a receiver makes of a body.
fn unpack(batch: &Batch, rows: &RowBuffer) -> Vec<u8> {
    let body = batch.body(rows);
    if !batch.gzip {
        return body.to_vec();
    }
    let mut raw = Vec::new();
    flate2::read::GzDecoder::new(body).read_to_end(&mut raw).expect("a sound gzip stream");
    raw
}

/// Bytes that look random and are always the same.
fn noise(seed: u64, length: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Neither a quote nor a backslash.
            char::from(b'#' + (state % 57) as u8)
        })
        .collect()
}

/// A row like those of an audit log: much of it repeats from row to row.
fn event(index: usize) -> Vec<u8> {
    format!(
        r#"{{"TimeGenerated":"2026-11-23T01:{:02}:{:02}Z","EventType":"repository.visibility_change","Actor":"user-{}","Repository":"contoso/service-{}","Id":"{}"}}"#,
        index / 60 % 60,
        index % 60,
        index % 997,
        index % 89,
        noise(index as u64, 20),
    )
    .into_bytes()
}

fn buffer(rows: impl IntoIterator<Item = Vec<u8>>) -> RowBuffer {
    let mut buffer = RowBuffer::new();
    rows.into_iter().for_each(|row| buffer.push(&row));
    buffer
}

/// Checks the laws of packing and returns the batches and the rows that fit none.
fn check(rows: &RowBuffer, limits: Limits) -> (Vec<Batch>, Vec<usize>) {
    let packed = Packer::new(limits).pack(rows);
    let mut next = 0;
    let (mut batches, mut oversize) = (Vec::new(), Vec::new());
    for taken in packed {
        assert_eq!(taken.rows().start, next, "the rows are taken in order");
        next = taken.rows().end;
        match taken {
            Packed::Oversize { row } => oversize.push(row),
            Packed::Batch(batch) => {
                let raw = unpack(&batch, rows);
                assert!(batch.body(rows).len() <= limits.wire, "over the wire limit");
                assert!(raw.len() <= limits.raw, "over the raw limit");
                assert_eq!(raw.len(), batch.raw_bytes);
                let mut expected = RowBuffer::new();
                batch.rows.clone().for_each(|row| expected.push(rows.row(row).expect("a row")));
                assert!(raw == expected.array(), "a body is the array of its rows");
                batches.push(batch);
            }
        }
    }
    assert_eq!(next, rows.len(), "no row is forgotten");
    (batches, oversize)
}

#[test]
fn a_buffer_is_an_array_at_any_time() {
    let mut rows = RowBuffer::with_capacity(100);
    assert_eq!(rows.array(), b"[]");
    rows.push(b"{\"a\":1}");
    assert_eq!(rows.array(), b"[{\"a\":1}]");
    let failed = rows.write_row(|out| {
        out.extend_from_slice(b"{\"half");
        Err("no such column")
    });
    assert_eq!(failed, Err("no such column"));
    assert_eq!(rows.write_row(|_| Ok::<(), ()>(())), Ok(()));
    assert_eq!((rows.array(), rows.len()), (&b"[{\"a\":1}]"[..], 1));
    let mut others = buffer([b"{}".to_vec(), b"{\"b\":2}".to_vec()]);
    others.extend(&rows);
    others.extend(&RowBuffer::new());
    assert_eq!(others.array(), b"[{},{\"b\":2},{\"a\":1}]");
    assert_eq!(others.row(1), Some(&b"{\"b\":2}"[..]));
    assert_eq!(others.row(2), Some(&b"{\"a\":1}"[..]));
    assert_eq!((others.row(3), others.row(usize::MAX)), (None, None));
    let mut empty = RowBuffer::new();
    empty.extend(&others);
    assert_eq!(empty, others);
}

#[test]
fn a_small_delivery_travels_as_it_is() {
    let rows = buffer((0..5).map(event));
    let (batches, _) = check(&rows, Limits::default());
    assert_eq!(batches.len(), 1);
    assert!(!batches[0].gzip);
    assert!(std::ptr::eq(batches[0].body(&rows), rows.array()), "without a copy");
}

#[test]
fn calls_are_filled() {
    let limits = Limits::default();
    let mixed = |i: usize| match i % 3 {
        0 => event(i),
        1 => format!("{{\"n\":\"{}\"}}", noise(i as u64, 3000)).into_bytes(),
        _ => format!("{{\"n\":\"{}\"}}", "спасибо ".repeat(i % 40)).into_bytes(),
    };
    for (name, rows) in [
        ("audit events", buffer((0..60_000).map(event))),
        ("noise", buffer((0..2_600).map(|i| format!("{{\"n\":\"{}\"}}", noise(i, 1000)).into_bytes()))),
        ("large noise", buffer((0..80).map(|i| format!("{{\"n\":\"{}\"}}", noise(i, 40_000)).into_bytes()))),
        ("of all kinds", buffer((0..6_000).map(mixed))),
    ] {
        let (batches, oversize) = check(&rows, limits);
        assert!(oversize.is_empty());
        assert!(batches.len() > 2, "{name}: enough rows for more than two calls");
        let (_, full) = batches.split_last().expect("batches");
        for batch in full {
            let filled = batch.body(&rows).len() as f64 / limits.wire as f64;
            assert!(filled >= 0.95, "{name}: a call is filled to {filled:.3}");
        }
    }
}

#[test]
fn what_compresses_well_is_bounded_by_its_length_before() {
    let limits = Limits::default();
    let row = format!("{{\"n\":\"{}\"}}", "0".repeat(20_000)).into_bytes();
    let rows = buffer((0..3_000).map(|_| row.clone()));
    let (batches, _) = check(&rows, limits);
    let (_, full) = batches.split_last().expect("batches");
    assert_eq!(full.len(), 1);
    for batch in full {
        let filled = batch.raw_bytes as f64 / limits.raw as f64;
        assert!(filled >= 0.95, "a call is filled to {filled:.3}");
    }
}

#[test]
fn rows_are_taken_back_and_forgotten() {
    let three = || buffer([b"{}".to_vec(), b"{\"b\":2}".to_vec(), b"{\"c\":3}".to_vec()]);
    for (rows, kept, left) in [
        (0, "[]", r#"[{},{"b":2},{"c":3}]"#),
        (1, "[{}]", r#"[{"b":2},{"c":3}]"#),
        (2, r#"[{},{"b":2}]"#, r#"[{"c":3}]"#),
        (3, r#"[{},{"b":2},{"c":3}]"#, "[]"),
        (9, r#"[{},{"b":2},{"c":3}]"#, "[]"),
    ] {
        let (mut short, mut later) = (three(), three());
        short.truncate(rows);
        later.forget(rows);
        assert_eq!(String::from_utf8_lossy(short.array()), kept, "{rows}");
        assert_eq!(String::from_utf8_lossy(later.array()), left, "{rows}");
        for mut buffer in [short, later] {
            let more = buffer.len();
            buffer.push(b"{\"d\":4}");
            assert_eq!((buffer.len(), buffer.row(more)), (more + 1, Some(&b"{\"d\":4}"[..])));
        }
    }
}

#[test]
fn the_same_rows_make_the_same_bytes() {
    let rows = buffer((0..3_000).map(event));
    let others = buffer((0..3_000).map(|i| event(i * 7 + 3)));
    let mut packer = Packer::new(Limits::default());
    let first = packer.pack(&rows);
    packer.pack(&others);
    assert_eq!(first, packer.pack(&rows), "whatever the compressor did before");
}

#[test]
fn a_row_that_fits_no_call_is_named() {
    let limits = Limits { wire: 10_000, raw: 50_000, gzip_from: 1_000 };
    let object = |text: &str| format!("{{\"t\":\"{text}\"}}").into_bytes();
    let hex: String = noise(9, 12_000).bytes().map(|byte| char::from(b'a' + byte % 16)).collect();
    let rows = buffer([
        event(1),
        object(&noise(1, 15_000)),   // too large, compressed or not
        object(&"x".repeat(40_000)), // compresses
        object(&"x".repeat(60_000)), // compresses, but is over the raw limit
        object(&noise(2, 9_900)),    // fits only as it is
        object(&hex),                // fits only with the best compression
        event(2),
    ]);
    let (_, oversize) = check(&rows, limits);
    assert_eq!(oversize, [1, 3]);
}

#[test]
fn batches_are_halved_down_to_one_row() {
    assert_eq!(split(&(3..3)), None);
    assert_eq!(split(&(3..4)), None);
    assert_eq!(split(&(3..5)), Some((3..4, 4..5)));
    assert_eq!(split(&(0..7)), Some((0..3, 3..7)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn every_row_arrives_once_and_in_order(
        sizes in prop::collection::vec((0usize..3000, 0usize..400, any::<u64>()), 0..60),
        wire in 60usize..6000,
        raw in 60usize..20_000,
        gzip_from in 0usize..4000,
    ) {
        let rows = buffer(sizes.into_iter().map(|(random, same, seed)| {
            format!("{{\"a\":\"{}{}\"}}", noise(seed, random), "s".repeat(same)).into_bytes()
        }));
        let limits = Limits { wire, raw, gzip_from };
        let (_, oversize) = check(&rows, limits);
        for row in oversize {
            prop_assert!(rows.row(row).expect("a row").len() + 2 > wire.min(raw), "it would fit as it is");
        }
    }
}
