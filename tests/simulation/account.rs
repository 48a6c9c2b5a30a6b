//! The account after a run: where every record of every delivery is.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ccf_edge::envelope::{self, Message};

use crate::faults::Tally;
use crate::settings::{Version, numbering};
use crate::storage::Object;
use crate::world::{Kind, STRIDE, World};

/// The reasons for which a message may be parked.
const REASONS: [&str; 10] = [
    "row_refused",
    "row_too_large",
    "events_missing",
    "unknown_hook",
    "expiring",
    "dead_letter",
    "trap",
    "claim_missing",
    "claim_damaged",
    "unreadable_message",
];

pub fn text_of<'d>(document: &'d serde_json::Value, name: &str) -> &'d str {
    document[name].as_str().expect("a text")
}

/// The message that a parked document holds.
pub fn message_of(document: &serde_json::Value) -> Vec<u8> {
    STANDARD.decode(text_of(document, "message")).expect("base64")
}

impl World {
    /// Checks that nothing is lost, nothing is made up and nothing is there twice without a cause. Adds the counts to
    /// the tally.
    pub fn check(&mut self) {
        assert!(self.queue.messages.is_empty() && self.tasks.is_empty() && self.replays.is_empty());
        let dropped: Vec<_> = self.dropped.iter().map(|queued| (&queued.incoming, queued.dead)).collect();
        assert!(dropped.is_empty(), "the queue dropped {dropped:?}");
        let mut counts = Tally::default();
        let parked = self.parked(&mut counts);
        for (number, sent) in self.sent.iter().enumerate() {
            let allowed = 1 + sent.incidents.values().sum::<u32>();
            for (id, kind) in (number as i64 * STRIDE..).zip(&sent.records) {
                let there = self.copies[id as usize];
                let safe = there > 0 || parked.contains(&id);
                assert!(
                    safe || sent.spoiled || !sent.acknowledged,
                    "record {id} of delivery {number}, which was acknowledged, is nowhere"
                );
                assert!(
                    there <= allowed,
                    "record {id} is there {there} times, for which there is no cause: {:?}",
                    sent.incidents
                );
                assert!(!sent.odd || there == 0, "{id} is of an odd event and arrived");
                assert!(self.mends || *kind == Kind::Plain || there == 0 || sent.incidents.len() < 9);
                let mendable = self.mends && !sent.odd && !sent.traps && !sent.spoiled;
                assert!(
                    there > 0 || !mendable || !sent.acknowledged,
                    "record {id} is not there although everything was mended and replayed"
                );
                if sent.acknowledged {
                    counts.note("events");
                    counts.add("events: in a table", u64::from(there > 0));
                    counts.add("events: parked only", u64::from(there == 0 && parked.contains(&id)));
                    counts.add("events: body spoiled by somebody else, and parked", u64::from(!safe));
                }
                counts.add("rows", u64::from(there));
                counts.add("duplicates", u64::from(there.saturating_sub(1)));
            }
            if sent.records.iter().enumerate().any(|(at, _)| self.copies[number * STRIDE as usize + at] > 1) {
                for (cause, times) in &sent.incidents {
                    counts.add(cause, u64::from(*times));
                }
            }
            counts.note("deliveries");
            counts.add("deliveries: acknowledged", u64::from(sent.acknowledged));
        }
        self.tally.merge(counts);
    }

    /// The records that are parked, and can be sent again.
    fn parked(&self, counts: &mut Tally) -> BTreeSet<i64> {
        let mut records = BTreeSet::new();
        let mut told = BTreeSet::new();
        for (key, object) in self.bucket.iter().filter(|(key, _)| key.ends_with(".json")) {
            let document: serde_json::Value = serde_json::from_slice(&object.bytes).expect("a document");
            let reason = text_of(&document, "reason");
            let Some(known) = REASONS.iter().find(|known| **known == reason) else {
                panic!("{key} is parked for {reason:?}");
            };
            counts.note(known);
            told.extend(object.delivery);
            let message = message_of(&document);
            // What is said to be without its body does not count as kept.
            if reason != "claim_missing" {
                self.recoverable(object, &message, &mut records);
            }
        }
        for (number, sent) in
            self.sent.iter().enumerate().filter(|(_, sent)| sent.spoiled && sent.acknowledged)
        {
            let ids = (number as i64 * STRIDE..).take(sent.records.len());
            let gone = |id: i64| self.copies[id as usize] == 0 && !records.contains(&id);
            let seen = told.contains(&number);
            assert!(seen || !ids.into_iter().any(gone), "nobody was told that a body was spoiled");
        }
        records
    }

    /// Adds the records that a parked message holds.
    fn recoverable(&self, object: &Object, message: &[u8], records: &mut BTreeSet<i64>) {
        let Some(number) = object.delivery else { return };
        let sent = &self.sent[number];
        let (body, only) = match envelope::read(message).expect("a message") {
            Message::Event(event) => (event.body.to_vec(), event.only),
            Message::Claim(claim) => {
                let Some(stored) = self.bucket.get(&claim.key) else { return };
                if !claim.fits(&stored.bytes) {
                    return;
                }
                match envelope::read(&stored.bytes) {
                    Ok(Message::Event(event)) => (event.body.to_vec(), claim.only),
                    _ => return,
                }
            }
        };
        assert!(body == sent.body, "a parked message holds another body than was sent");
        let first = number as i64 * STRIDE;
        let count = sent.records.len() as i64;
        match only {
            None => records.extend(first..first + count),
            Some(only) => {
                // The configuration by which they were numbered may have turned them around.
                let reversed = only.by == numbering(Version::Reversed);
                assert!(reversed || only.by == numbering(Version::Usual), "{only:?}");
                records.extend(only.records.iter().map(|record| {
                    let record = *record as i64;
                    first + if reversed { count - 1 - record } else { record }
                }));
            }
        }
    }
}

/// What a run came to, as text.
pub fn report(tally: &Tally) -> String {
    let mut groups: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for (what, count) in &tally.0 {
        let group = what.split_once(": ").map_or("", |(group, _)| group);
        groups.entry(group).or_default().push((what, *count));
    }
    let mut text = String::new();
    for (what, count) in groups.into_values().flatten() {
        text.push_str(&format!("{count:>10}  {what}\n"));
    }
    text
}
