//! What Cloudflare keeps: the queue with its dead letters, and the bucket.

use std::collections::BTreeMap;

use ccf_edge::consume::Incoming;

/// A message in the queue, with what only the simulation knows of it.
#[derive(Clone)]
pub struct Queued {
    pub incoming: Incoming,
    /// Which delivery it is of; none if it is none of the relay's.
    pub delivery: Option<usize>,
    /// Whether it is among the dead letters.
    pub dead: bool,
    /// From when on the queue drops it.
    pub expires_at: i64,
    /// Whether another consumer has, or had, the same message.
    pub twin: bool,
    /// How often a consumer died on it.
    pub deaths: u32,
}

/// Messages by the time from which on they may be given out.
#[derive(Default)]
pub struct Queue {
    pub messages: BTreeMap<(i64, u64), Queued>,
    order: u64,
    /// When the next batch is given out.
    pub wakes_at: Option<i64>,
    /// Until when it takes no more, because its backlog is full.
    pub full_until: i64,
    /// Until when it gives nothing out.
    pub still_until: i64,
}

impl Queue {
    pub fn put(&mut self, visible_at: i64, queued: Queued) {
        self.order += 1;
        self.messages.insert((visible_at, self.order), queued);
    }
}

/// An object in the bucket.
#[derive(Clone)]
pub struct Object {
    pub bytes: Vec<u8>,
    /// Which delivery it is of; none if it is none of the relay's.
    pub delivery: Option<usize>,
}

pub type Bucket = BTreeMap<String, Object>;
