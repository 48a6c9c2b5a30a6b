//! The faults by name, how often each struck, and the mistakes that are planted to see whether the checks find them.

use std::collections::BTreeMap;

/// Every kind of fault. A run of the usual size asserts that each of them happened.
pub const FAULTS: [&str; 78] = [
    // Senders.
    "sender: a request never came to the door",
    "sender: the reply was lost on its way back",
    "sender: wrong signature",
    "sender: no JSON",
    "sender: an event of which the mapping makes nothing",
    "sender: a body too large for a message",
    "sender: an event without records",
    // The door.
    "door: died after verification",
    "door: died after the bucket's put",
    "door: died after the queue's send",
    "door: died before the answer",
    "door: asked while the configuration is broken",
    // The queue.
    "queue: send failed",
    "queue: send failed, but the message is there",
    "queue: send hung until the door gave it up",
    "queue: the backlog was full",
    "queue: gave a message to two consumers",
    "queue: mixed the order",
    "queue: stood still for an hour",
    "queue: gave a message up after all its retries",
    "queue: held a message that is none of the relay's",
    // The bucket.
    "bucket: get failed",
    "bucket: put failed",
    "bucket: put failed, but the object is there",
    "bucket: delete failed",
    "bucket: an object was damaged",
    "bucket: an object was missing",
    "bucket: a read gave damaged bytes",
    // The window against duplicates.
    "window: did not answer",
    "window: was not told",
    "window: knew a delivery",
    // Consumers.
    "consumer: died before it did anything",
    "consumer: died before a request",
    "consumer: died before an answer was read",
    "consumer: died before a claim was read",
    "consumer: died after a claim was read",
    "consumer: died before parking",
    "consumer: died after parking",
    "consumer: died before spent bodies were deleted",
    "consumer: died before its verdicts counted",
    "consumer: its isolate was evicted",
    "consumer: the core trapped",
    "consumer: the core trapped after rows had left",
    "consumer: another message trapped its core",
    "consumer: ended after 15 minutes",
    "consumer: gave up after its 10 minutes of patience",
    "consumer: clock jumped forward",
    "consumer: clock jumped back",
    // Configuration.
    "operator: deployed another configuration",
    "operator: deployed a broken configuration",
    "operator: replayed a parked message",
    "operator: replayed everything",
    "operator: replayed a message twice",
    "operator: replay failed at the queue",
    "operator: died between send and delete",
    // Azure.
    "Azure: no connection",
    "Azure: took the rows, and the reply was lost",
    "Azure: took the rows and answered after more than 20 s",
    "Azure: 401",
    "Azure: 403",
    "Azure: 404",
    "Azure: InvalidStream",
    "Azure: 413 for a row",
    "Azure: 400 for a row",
    "Azure: 500 for a row",
    "Azure: 429",
    "Azure: 5xx",
    "Azure: Retry-After of another century",
    "Azure: Retry-After as a date",
    "Azure: Retry-After missing or garbled",
    "Azure: an answer that is none of the API's",
    // Entra.
    "Entra: no connection",
    "Entra: 429 in plain text",
    "Entra: the secret is wrong",
    "Entra: the secret has expired",
    "Entra: 5xx",
    "Entra: an answer without a token",
    "Entra: a token that is good for seconds",
];

/// How often what happened.
#[derive(Default)]
pub struct Tally(pub BTreeMap<&'static str, u64>);

impl Tally {
    pub fn note(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    pub fn add(&mut self, what: &'static str, count: u64) {
        *self.0.entry(what).or_default() += count;
    }

    pub fn merge(&mut self, other: Tally) {
        other.0.into_iter().for_each(|(what, count)| self.add(what, count));
    }
}

/// A mistake that whoever drives the relay could make. The checks have to find each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The door answers 202 without waiting for the queue.
    AnswerBeforeQueue,
    /// The window remembers a delivery when it is asked for it.
    RememberedWhenAsked,
    /// The door puts into the queue what it has just refused.
    RefusedIsQueued,
    /// The consumer acknowledges its messages before Azure has answered.
    AckBeforeAnswer,
    /// A message is acknowledged although it could not be parked.
    AckWhenParkFailed,
    /// A message that could not be parked waits for half its age, however near its end is.
    ParkAgainTooLate,
    /// The body of a large message is deleted before its verdict is known.
    BodyDeletedTooEarly,
    /// One message that is parked takes the rest of its batch with it.
    NeighboursDropped,
    /// The consumer believes that the queue keeps messages twice as long as it does.
    RetentionMisread,
    /// A message that has arrived comes again.
    DeliveredComesAgain,
    /// A parked message is deleted before the queue has it again.
    ReplayDeletesFirst,
    /// A large message is parked without its body.
    ParkedWithoutBody,
}

impl Mistake {
    pub const ALL: [Mistake; 12] = [
        Mistake::AnswerBeforeQueue,
        Mistake::RememberedWhenAsked,
        Mistake::RefusedIsQueued,
        Mistake::AckBeforeAnswer,
        Mistake::AckWhenParkFailed,
        Mistake::ParkAgainTooLate,
        Mistake::BodyDeletedTooEarly,
        Mistake::NeighboursDropped,
        Mistake::RetentionMisread,
        Mistake::DeliveredComesAgain,
        Mistake::ReplayDeletesFirst,
        Mistake::ParkedWithoutBody,
    ];
}
