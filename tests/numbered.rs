//! Values under numbers: each number leads to its value, until that is taken or forgotten.

use ccf_edge::numbered::{FORGOTTEN_MS, Numbered};

const NOW: i64 = 1_795_392_000_000;

#[test]
fn a_number_leads_to_its_value_until_that_is_taken() {
    let mut numbered = Numbered::new();
    let numbers: Vec<u32> = (0..100).map(|value| numbered.keep(value, NOW)).collect();
    for (value, number) in numbers.iter().enumerate() {
        assert_eq!(numbered.get(*number).copied(), Some(value));
    }
    for (value, number) in numbers.iter().enumerate() {
        assert_eq!(numbered.take(*number).as_deref().copied(), Some(value));
        assert!(numbered.get(*number).is_none() && numbered.take(*number).is_none());
    }
}

#[test]
fn an_old_number_does_not_lead_to_what_has_its_place_now() {
    let mut numbered = Numbered::new();
    let mut old = Vec::new();
    for value in 0..1000 {
        let number = numbered.keep(value, NOW);
        assert!(!old.contains(&number));
        assert!(numbered.take(number).is_some());
        old.push(number);
    }
    let number = numbered.keep(1000, NOW);
    assert!(old.iter().all(|old| numbered.get(*old).is_none()));
    assert_eq!(numbered.get(number).copied(), Some(1000));
}

#[test]
fn what_nobody_asks_for_is_forgotten_after_a_time_and_no_sooner() {
    let mut numbered = Numbered::new();
    let first = numbered.keep("first", NOW);
    let second = numbered.keep("second", NOW + 120_000);
    numbered.keep("third", NOW + FORGOTTEN_MS);
    assert_eq!(
        (numbered.get(first).copied(), numbered.get(second).copied()),
        (Some("first"), Some("second"))
    );
    let fourth = numbered.keep("fourth", NOW + FORGOTTEN_MS + 60_001);
    assert!(numbered.get(first).is_none() && numbered.take(first).is_none());
    assert_eq!(
        (numbered.get(second).copied(), numbered.get(fourth).copied()),
        (Some("second"), Some("fourth"))
    );
}

#[test]
fn one_more_than_there_is_room_for_is_dropped_and_room_comes_again() {
    let mut numbered = Numbered::new();
    let numbers: Vec<u32> = (0..65_535).map(|value| numbered.keep(value, NOW)).collect();
    let extra = numbered.keep(65_535, NOW);
    assert!(numbered.get(extra).is_none() && numbered.take(extra).is_none());
    assert_eq!(numbered.take(numbers[7]).as_deref().copied(), Some(7));
    let number = numbered.keep(65_536, NOW);
    assert_eq!(numbered.get(number).copied(), Some(65_536));
    assert_eq!(numbered.get(numbers[65_534]).copied(), Some(65_534));
}
