//! Instants against a calendar library.

use ccf_edge::mapping::time::{Instant, TimeError, write_rfc3339_millis};
use jiff::Timestamp;
use proptest::prelude::*;

fn written(instant: Instant) -> String {
    let mut out = Vec::new();
    instant.write(&mut out);
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn texts_that_are_no_time_are_refused() {
    for text in [
        "",
        "2024",
        "soon",
        "2024-1-01",
        "2024-13-01",
        "2024-00-10",
        "2024-04-31",
        "1900-02-29",
        "2024-02-30",
        "2024-02-29T",
        "2024-02-29T1:00",
        "2024-02-29T12:60:00Z",
        "2024-02-29T12:00:61Z",
        "2024-02-29T12:00:00.Z",
        "2024-02-29T12:00:00+24:00",
        "2024-02-29T12:00:00+01:60",
        "2024-02-29T12:00:00+1",
        "2024-02-29T12:00:00 ",
        "2024-02-29T12:00:00Zulu",
        "2024-02-29T12:00:00+01:",
        "2024-02-29X12:00:00Z",
        "24-02-29",
        "+2024-02-29",
        "2024-02-29T12:00:00Z ",
        "é024-02-29",
        "99999-01-01",
    ] {
        if text == "2024" {
            // Four digits are a number: seconds.
            assert_eq!(Instant::parse(text).map(written).as_deref(), Ok("1970-01-01T00:33:44Z"));
        } else {
            assert_eq!(Instant::parse(text), Err(TimeError::NotATime), "{text}");
        }
    }
}

#[test]
fn now_is_written_with_milliseconds() {
    for (now_ms, text) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_709_210_096_007, "2024-02-29T12:34:56.007Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (i64::MAX, "9999-12-31T23:59:59.999Z"),
        (i64::MIN, "0001-01-01T00:00:00.000Z"),
    ] {
        let mut out = Vec::new();
        write_rfc3339_millis(&mut out, now_ms);
        assert_eq!(String::from_utf8(out).as_deref(), Ok(text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The library's timestamps end a day before ours do.
    #[test]
    fn reading_and_writing_agree_with_a_calendar_library(
        seconds in -62_135_596_800_i64..=253_402_207_200,
        ticks in prop_oneof![Just(0_u32), 0_u32..10_000_000],
        offset_minutes in -1_439_i32..=1_439,
    ) {
        let timestamp = Timestamp::new(seconds, 0).expect("in range")
            .checked_add(jiff::SignedDuration::from_nanos(i64::from(ticks) * 100)).expect("in range");
        let instant = Instant::from_unix(seconds, ticks).expect("in range");
        prop_assert_eq!(instant.unix(), (seconds, ticks));
        prop_assert_eq!(written(instant), timestamp.to_string());

        let offset = jiff::tz::Offset::from_seconds(offset_minutes * 60).expect("an offset");
        let local = timestamp.display_with_offset(offset).to_string();
        // A local year outside 1 to 9999 is no four-digit year.
        prop_assume!(!local.starts_with('-') && !local.starts_with("0000"));
        prop_assert_eq!(Instant::parse(&local), Ok(instant), "{}", local);
        prop_assert_eq!(Instant::parse(&local.replace('T', " ")), Ok(instant));

        let epoch = format!("{seconds}.{ticks:07}");
        if seconds.abs() < 100_000_000_000 && seconds >= 0 {
            prop_assert_eq!(Instant::from_number(&epoch), Ok(instant));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = Instant::parse(&text);
        let _ = Instant::from_number(&text);
    }

    #[test]
    fn no_number_makes_it_panic(text in "-?[0-9]{1,30}(\\.[0-9]{0,30})?([eE][+-]?[0-9]{1,12})?") {
        if let Ok(instant) = Instant::from_number(&text) {
            prop_assert_eq!(Instant::parse(&written(instant)), Ok(instant));
        }
    }
}
