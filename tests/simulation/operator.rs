//! Operators send parked messages again: `src/worker/admin.js` once more.

use crate::account::message_of;
use crate::door::Unsent;
use crate::faults::Mistake;
use crate::storage::Object;
use crate::world::{Event, SECOND, World};

/// A request to send one parked message again.
pub struct Replay {
    key: String,
    /// The object, once it is read; gone again once it is sent.
    object: Option<Object>,
    sent: bool,
}

impl World {
    fn parked_keys(&self) -> Vec<String> {
        self.bucket.keys().filter(|key| key.ends_with(".json")).cloned().collect()
    }

    /// Sends everything again.
    pub fn replay_all(&mut self) {
        for key in self.parked_keys() {
            self.ask_for(key);
        }
    }

    /// Sends one again, or the same one by two people at once.
    pub fn replay_some(&mut self) {
        let keys = self.parked_keys();
        if keys.is_empty() {
            return;
        }
        let key = &keys[self.random.below(keys.len() as i64) as usize];
        self.tally.note("operator: replayed a parked message");
        self.ask_for(key.clone());
        if self.random.chance(300) {
            self.ask_for(key.clone());
        }
    }

    fn ask_for(&mut self, key: String) {
        self.next_id += 1;
        let number = self.next_id;
        self.replays.insert(number, Replay { key, object: None, sent: false });
        let time = self.now + self.random.below(2 * SECOND);
        self.at(time, Event::Replay(number));
    }

    /// Read it, send it, delete it: one step at a time.
    pub fn replay(&mut self, number: u64) {
        let Some(mut replay) = self.replays.remove(&number) else { return };
        if replay.sent {
            if self.strikes(self.mood.crash, "operator: died between send and delete")
                || self.strikes(self.mood.bucket, "bucket: delete failed")
            {
                return;
            }
            let object = self.bucket.remove(&replay.key);
            self.follow(object.and_then(|object| object.delivery), || {
                format!("replayed and deleted {}", replay.key)
            });
            return;
        }
        match replay.object.take() {
            None => {
                if self.strikes(self.mood.bucket, "bucket: get failed") {
                    return;
                }
                let Some(object) = self.bucket.get(&replay.key).cloned() else { return };
                if self.mistake == Some(Mistake::ReplayDeletesFirst) {
                    self.bucket.remove(&replay.key);
                }
                replay.object = Some(object);
            }
            Some(object) => {
                let document: serde_json::Value = serde_json::from_slice(&object.bytes).expect("a document");
                let bytes = message_of(&document);
                let times = self.replayed.entry(replay.key.clone()).or_default();
                *times += 1;
                if *times > 1 {
                    self.tally.note("operator: replayed a message twice");
                    self.incident(object.delivery, "an operator sent it again twice");
                }
                let id = self.id();
                match self.enqueue(id, bytes, object.delivery) {
                    Ok(()) => replay.sent = true,
                    Err(Unsent::Refused | Unsent::Stored) => {
                        self.tally.note("operator: replay failed at the queue");
                        return;
                    }
                }
            }
        }
        self.replays.insert(number, replay);
        let time = self.now + self.random.below(5 * SECOND);
        self.at(time, Event::Replay(number));
    }
}
