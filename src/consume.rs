//! The consumer of the queue: a batch of messages in, a verdict for each out.
//!
//! It does no I/O. [`Consumer::next`] says what to do; whoever does it hands the answer to
//! [`Consumer::answered`] or [`Consumer::claimed`]. When it is done, every message has a [`Verdict`]: it was
//! delivered, it comes again later, or it is parked with its reason. There is no fourth way.
//!
//! Rows of all messages for a stream travel together in one [`Shipment`], so that calls are filled over the whole
//! batch. What is wrong with one message never delays another: what cannot be read or reshaped is parked
//! before anything is sent, and a row that Azure refuses is found by halving.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::azure::ingest::Obstacle;
use crate::azure::token::TokenFailure;
use crate::azure::{Answer, Request};
use crate::batch::RowBuffer;
use crate::deliver::{self, Outcome, Shipment, Undelivered};
use crate::envelope::{self, Claim, Envelope, Message, Only};
use crate::heartbeat::HEARTBEAT;
use crate::json::{write_count, write_string};
use crate::mapping::loss::{Loss, NAMED_LOSSES};
use crate::mapping::time;
use crate::metrics::{self, Labels, Numbers, Point};
use crate::relay::{Relay, Waiting};
use crate::webhook::rejection::Rejection;

/// A message as the queue gives it.
///
/// Debug shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The queue's id of the message.
    pub id: String,
    /// What [`envelope`] wrote.
    pub bytes: Vec<u8>,
    /// When it was put into the queue, in milliseconds since the Unix epoch.
    pub queued_at: i64,
    /// How often it was given to a consumer, this time included.
    pub attempts: u32,
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming")
            .field("id", &self.id)
            .field("bytes", &self.bytes.len())
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Send this and hand the answer to [`Consumer::answered`].
    Ask(Request<'static>),
    /// Read this object of the bucket and hand it to [`Consumer::claimed`].
    Claim {
        /// Its key.
        key: String,
    },
    /// Ask again after that many milliseconds.
    Wait(u32),
    /// Every message has its verdict.
    Done,
}

/// What reading an object of the bucket gave.
#[derive(Debug)]
pub enum Found {
    /// The object.
    Bytes(Vec<u8>),
    /// There is none.
    Nothing,
    /// The bucket did not answer.
    Failed,
}

/// What is to become of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Azure has its rows: acknowledge it.
    Ack,
    /// Let it come again after this time.
    Retry {
        /// The time in seconds.
        delay_s: u32,
    },
    /// Put it into the bucket, then acknowledge it.
    Park(Parked),
}

/// What is put into the bucket of a message that cannot be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Where: `parked/<hook>/<date>/<id>.json`. A message that is parked twice has one key.
    pub key: String,
    /// What: JSON with the reason and everything that sends the message again.
    pub document: Vec<u8>,
    /// What a list of the bucket shows of it: a JSON object of strings.
    pub summary: String,
    /// The object that has to be copied first, from where and to where.
    pub copy: Option<(String, String)>,
    /// Why.
    pub reason: &'static str,
}

/// How long messages last, and when they are taken out of harm's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// From this age on, in milliseconds, what fails again is parked.
    park_after_ms: i64,
}

impl Retention {
    /// 24 hours: the shortest that Cloudflare has, that of its free plan.
    pub const SHORTEST: Retention = Retention { park_after_ms: 22 * HOUR_MS };

    /// The queue keeps messages for so many hours. What nears that is parked two hours before, or a fourteenth of
    /// the time, whichever is more.
    pub fn hours(hours: u32) -> Retention {
        let all = i64::from(hours.max(1)).saturating_mul(HOUR_MS);
        Retention { park_after_ms: all.saturating_sub((all / 14).max(2 * HOUR_MS)).max(all / 2) }
    }
}

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How long Azure may take until a role assignment or a rule has taken effect.
const DEPLOYMENT_MS: i64 = 30 * MINUTE_MS;

/// A round is closed when its rows take this many bytes: an isolate has 128 MB for everything. The messages of a batch
/// together are shorter, so that only what lies in the bucket takes more than one.
const ROUND_BYTES: usize = 16 << 20;

/// Rows that fill no call wait for those of the next round, unless they take more than this.
const HELD_BYTES: usize = ROUND_BYTES / 2;

/// A batch that is not done after this time lets the rest come again: a consumer is cut off after 15 minutes.
const PATIENCE_MS: i64 = 10 * MINUTE_MS;

/// The longest delay of a message, in seconds: Cloudflare's limit of 12 hours.
const LONGEST_S: i64 = 43_200;

/// The longest detail in a summary, in characters: the metadata of an object may have 2 KB.
const SUMMARY_DETAIL: usize = 300;

/// When a message comes again that failed at this age, in milliseconds, unless something says more exactly when.
///
/// Half its age, from 5 seconds to an hour, and up to eight hours after the first day: so a failure in passing
/// costs seconds, and the 100 retries of a queue last for its 14 days, whatever the first hour took of them.
pub fn back_off_ms(age_ms: i64) -> i64 {
    let most = if age_ms < DAY_MS { HOUR_MS } else { 8 * HOUR_MS };
    (age_ms / 2).clamp(5_000, most)
}

/// Whether the rule takes calls, as far as this isolate has seen. Without it each of hundreds of consumers would ask
/// a service that has said no.
#[derive(Debug, Default)]
pub struct Breaker {
    /// For the whole rule, and for streams of it that Azure does not know.
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    /// The stream; the whole rule where there is none.
    stream: Option<Arc<str>>,
    until: i64,
    failures: u32,
    /// Until when one batch is trying whether it is over.
    probing_until: i64,
    reason: Undelivered,
}

/// The longest time that the breaker stays open before the next try, in milliseconds.
const OPEN_MS: i64 = 5 * MINUTE_MS;
/// How long a try may take before another batch tries.
const PROBE_MS: i64 = 30_000;

impl Breaker {
    /// Why not to call now, and when it may be of use, in milliseconds; `None` lets the call pass.
    fn refuses(&mut self, now: i64, stream: &Arc<str>) -> Option<(Undelivered, u32)> {
        let concerns = |open: &Open| open.stream.as_ref().is_none_or(|own| own == stream);
        for open in self.open.iter().filter(|open| concerns(open)) {
            let until = if now < open.until { open.until } else { open.probing_until };
            if now < until {
                let wait = u32::try_from(until.saturating_sub(now)).unwrap_or(u32::MAX);
                return Some((open.reason.clone(), wait));
            }
        }
        // Nothing refuses it, so that it is the one that tries.
        for open in self.open.iter_mut().filter(|open| concerns(open)) {
            open.probing_until = now.saturating_add(PROBE_MS);
        }
        None
    }

    fn note(&mut self, now: i64, stream: &Arc<str>, outcome: &Outcome) {
        let (reason, retry_after_ms) = match outcome {
            Outcome::Undelivered { reason, retry_after_ms, .. } => (reason, *retry_after_ms),
            Outcome::Delivered { calls: 0, .. } => return,
            Outcome::Delivered { .. } => return self.close(stream),
        };
        let scope = match reason {
            // The rows are at fault, not the rule: it answered.
            Undelivered::Rows { .. } | Undelivered::Content { .. } => return self.close(stream),
            Undelivered::Azure(Obstacle::Rule { .. } | Obstacle::Refused { .. }) => Some(Arc::clone(stream)),
            // That this batch had much to do says nothing of the rule.
            Undelivered::Slow => return,
            Undelivered::Azure(_) | Undelivered::Token(_) => None,
        };
        let failures = self.open.iter().find(|open| open.stream == scope).map_or(0, |open| open.failures);
        let longer = if failures == 0 { 0 } else { 5_000_i64 << failures.min(7) >> 1 };
        let window = i64::from(retry_after_ms.unwrap_or(60_000)).max(longer.min(OPEN_MS));
        // What Azure says of a stream is the rule's answer.
        let answered = scope.is_some();
        self.open.retain(|open| open.stream != scope && !(answered && open.stream.is_none()));
        self.open.push(Open {
            stream: scope,
            until: now.saturating_add(window),
            failures: failures.saturating_add(1),
            probing_until: 0,
            reason: reason.clone(),
        });
    }

    fn close(&mut self, stream: &Arc<str>) {
        self.open.retain(|open| open.stream.as_ref().is_some_and(|own| own != stream));
    }
}

/// A batch of messages on its way.
pub struct Consumer {
    letters: Vec<Letter>,
    retention: Retention,
    started: i64,
    random: u64,
    /// The first message that no round has taken.
    next: usize,
    /// Whether a round is being filled.
    filling: bool,
    loads: Vec<Load>,
    calls: u32,
    rows: usize,
    losses: usize,
    /// What was lost, for the log.
    lost: Vec<Lost>,
    /// What kept rows from Azure, the worst of it.
    trouble: Option<(Undelivered, bool)>,
}

struct Letter {
    incoming: Incoming,
    claim: Option<Claim>,
    /// Whether the claimed body is gone, so that the next thing to read is whether the message is parked already.
    gone: bool,
    verdict: Option<Verdict>,
    tally: Tally,
}

/// What charts show of a message besides its verdict.
#[derive(Default)]
struct Tally {
    rows: usize,
    losses: usize,
    /// Why it comes again.
    code: &'static str,
}

/// A way in which values were lost: a hook's column and why.
struct Lost {
    hook: String,
    column: String,
    code: &'static str,
    /// One of the deliveries that had them.
    delivery: Option<String>,
    count: usize,
}

impl Lost {
    /// Counts a loss among the others. Only the first [`NAMED_LOSSES`] ways are kept.
    fn note(others: &mut Vec<Lost>, hook: &str, delivery: Option<&str>, loss: &Loss) {
        let Loss { column, reason, .. } = loss;
        let code = reason.code();
        let same = |lost: &&mut Lost| lost.hook == hook && lost.column == *column && lost.code == code;
        if let Some(known) = others.iter_mut().find(same) {
            known.count = known.count.saturating_add(1);
        } else if others.len() < NAMED_LOSSES {
            others.push(Lost {
                hook: hook.to_owned(),
                column: column.clone(),
                code,
                delivery: delivery.map(str::to_owned),
                count: 1,
            });
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"hook\":");
        write_string(out, &self.hook);
        if let Some(delivery) = &self.delivery {
            member(out, "delivery", delivery);
        }
        member(out, "column", &self.column);
        member(out, "code", self.code);
        out.extend_from_slice(b",\"count\":");
        write_count(out, self.count as u64);
        out.push(b'}');
    }
}

/// The rows for one stream.
struct Load {
    stream: Arc<str>,
    parts: Vec<Part>,
    shipment: Shipment,
    state: State,
}

#[derive(PartialEq, Eq)]
enum State {
    /// The breaker has not been asked.
    Waiting,
    /// Its full calls are being sent.
    Sending,
    /// What is left of it fills no call.
    Short,
    /// All of it is being sent.
    Whole,
    /// The breaker does not let it pass.
    Refused,
}

/// The rows of one message within a load.
struct Part {
    letter: usize,
    rows: Range<usize>,
    /// Which records of the message they are; all of them, in order, where there is no list.
    only: Option<Vec<usize>>,
    /// What the numbers of its records rest on.
    numbering: Arc<str>,
}

impl Consumer {
    /// A consumer of these messages. `random` spreads retries, so that they do not all come at once.
    pub fn new(messages: Vec<Incoming>, retention: Retention, now: i64, random: u64) -> Consumer {
        let letter =
            |incoming| Letter { incoming, claim: None, gone: false, verdict: None, tally: Tally::default() };
        let letters = messages.into_iter().map(letter).collect();
        Consumer {
            letters,
            retention,
            started: now,
            random,
            next: 0,
            filling: false,
            loads: Vec::new(),
            calls: 0,
            rows: 0,
            losses: 0,
            lost: Vec::new(),
            trouble: None,
        }
    }

    /// Parks every message of these with one reason: what the queue gave up, and what the core fails on.
    pub fn park_all(messages: Vec<Incoming>, reason: &'static str, detail: &str, now: i64) -> Consumer {
        let mut consumer = Consumer::new(messages, Retention::SHORTEST, now, 0);
        for letter in &mut consumer.letters {
            if let Ok(Message::Claim(claim)) = envelope::read(&letter.incoming.bytes) {
                letter.claim = Some(claim);
            }
            letter.verdict = Some(letter.park(reason, detail, None, now));
        }
        consumer.next = consumer.letters.len();
        consumer
    }

    /// Lets every message come again, by its age: there is no relay as long as its configuration has a mistake.
    pub fn put_off_all(&mut self, now: i64) {
        self.next = self.letters.len();
        for at in 0..self.letters.len() {
            let delay_ms = back_off_ms(self.age(now, at));
            self.put_off(now, at, "misconfigured", "Read /healthz and correct what it names.", delay_ms);
        }
    }

    /// What to do next. To be asked again after the wait is over or the request is answered, not before.
    pub fn next(&mut self, now: i64, relay: &mut Relay) -> Step {
        loop {
            if self.is_late(now) {
                self.give_up(now);
            }
            if !self.filling {
                if let Some(step) = self.ship(now, relay) {
                    return step;
                }
                if self.next >= self.letters.len() {
                    return Step::Done;
                }
                self.filling = true;
            }
            if let Some(step) = self.load(now, relay) {
                return step;
            }
            self.filling = false;
        }
    }

    fn is_late(&self, now: i64) -> bool {
        now.saturating_sub(self.started) > PATIENCE_MS
    }

    /// Sends what the round has. Between rounds, what is left of it and fills no call is kept for the next.
    fn ship(&mut self, now: i64, relay: &mut Relay) -> Option<Step> {
        let more = self.next < self.letters.len();
        let late = self.is_late(now);
        loop {
            let waits = |load: &Load| more && load.state == State::Short;
            // The one under way is the last: what is answered is its request.
            let Some(at) = self.loads.iter().rposition(|load| !waits(load)) else {
                if self.held() <= HELD_BYTES {
                    return None;
                }
                let largest = self.loads.iter_mut().max_by_key(|load| load.shipment.rows().array().len());
                largest?.state = State::Whole;
                continue;
            };
            let last = self.loads.len().saturating_sub(1);
            self.loads.swap(at, last);
            let load = self.loads.last_mut()?;
            if late {
                load.shipment.give_up();
            }
            if matches!(load.state, State::Waiting | State::Short)
                && let Some((reason, wait)) = relay.breaker().refuses(now, &load.stream)
            {
                load.shipment.stop(reason, Some(wait));
                load.state = State::Refused;
            }
            let client = relay.client();
            let step = match load.state {
                State::Waiting | State::Sending if more => {
                    load.state = State::Sending;
                    load.shipment.next_full(now, client)
                }
                State::Refused => Some(load.shipment.next(now, client)),
                _ => {
                    load.state = State::Whole;
                    Some(load.shipment.next(now, client))
                }
            };
            let outcome = match step {
                None => {
                    load.state = State::Short;
                    continue;
                }
                Some(deliver::Step::Send(request)) => {
                    self.calls = self.calls.saturating_add(1);
                    return Some(Step::Ask(request.into_owned()));
                }
                Some(deliver::Step::Token(request)) => return Some(Step::Ask(request.into_owned())),
                Some(deliver::Step::Wait { ms }) => return Some(Step::Wait(ms)),
                Some(deliver::Step::Done(outcome)) => outcome,
            };
            let load = self.loads.pop()?;
            // Where nothing was asked, nothing is learnt.
            if load.state != State::Refused {
                relay.breaker().note(now, &load.stream, &outcome);
            }
            self.settle(now, load, &outcome);
        }
    }

    /// How many bytes the rows take that are not sent.
    fn held(&self) -> usize {
        self.loads.iter().map(|load| load.shipment.rows().array().len()).sum()
    }

    /// Takes in the answer to the request of the last step.
    pub fn answered(&mut self, now: i64, answer: &Answer, relay: &mut Relay) {
        if let Some(load) = self.loads.last_mut() {
            load.shipment.answered(now, answer, relay.client());
        }
    }

    /// Takes in the object of the last [`Step::Claim`].
    pub fn claimed(&mut self, now: i64, found: Found, relay: &Relay) {
        let at = self.next;
        let Some(letter) = self.letters.get_mut(at) else { return };
        if matches!(found, Found::Nothing) && !letter.gone {
            // Whoever got this message before may have parked it, and must not be overruled.
            letter.gone = true;
            return;
        }
        let gone = letter.gone;
        self.next = at.saturating_add(1);
        let Some(claim) = self.letters.get(at).and_then(|letter| letter.claim.as_ref()) else { return };
        let damaged = |detail: &str| Sorted::Park("claim_damaged", detail.to_owned());
        let sorted = match found {
            Found::Failed => {
                let delay_ms = back_off_ms(self.age(now, at));
                return self.put_off(now, at, "bucket_unavailable", "The bucket did not answer.", delay_ms);
            }
            Found::Nothing => Sorted::Park(
                "claim_missing",
                "The body of this message is not in the bucket. It was delivered before if this message came twice; \
                 otherwise something else has removed it."
                    .to_owned(),
            ),
            Found::Bytes(_) if gone => return self.decide(at, Verdict::Ack),
            Found::Bytes(bytes) if !claim.fits(&bytes) => {
                damaged("The body in the bucket is not the one that was put there.")
            }
            Found::Bytes(bytes) => match envelope::read(&bytes) {
                Ok(Message::Event(mut event)) => {
                    event.only = claim.only.clone();
                    reshape(&event, at, relay, &mut self.loads, &mut self.lost)
                }
                _ => damaged("The body in the bucket is no envelope."),
            },
        };
        self.take(now, at, sorted);
    }

    /// Fills a round with the messages that come next. A step when one of them has to be fetched.
    fn load(&mut self, now: i64, relay: &Relay) -> Option<Step> {
        while self.held() < ROUND_BYTES {
            let at = self.next;
            let letter = self.letters.get_mut(at)?;
            let sorted = match envelope::read(&letter.incoming.bytes) {
                Ok(Message::Event(event)) => reshape(&event, at, relay, &mut self.loads, &mut self.lost),
                Ok(Message::Claim(claim)) => {
                    let key = if letter.gone {
                        let stem = stem(&claim.hook, claim.received_at, &letter.incoming.id);
                        format!("{stem}.json")
                    } else {
                        claim.key.clone()
                    };
                    letter.claim = Some(claim);
                    return Some(Step::Claim { key });
                }
                Err(what) => Sorted::Park(
                    "unreadable_message",
                    format!("This message is none of the relay's: {what}."),
                ),
            };
            self.next = at.saturating_add(1);
            self.take(now, at, sorted);
        }
        None
    }

    /// Counts what a message added to the round, or gives it its verdict.
    fn take(&mut self, now: i64, at: usize, sorted: Sorted) {
        let Some(letter) = self.letters.get_mut(at) else { return };
        match sorted {
            Sorted::Park(reason, detail) => letter.verdict = Some(letter.park(reason, &detail, None, now)),
            Sorted::Rows { rows: 0, .. } => letter.verdict = Some(Verdict::Ack),
            Sorted::Rows { rows, losses } => {
                letter.tally = Tally { rows, losses, code: "" };
                self.losses = self.losses.saturating_add(losses);
                self.rows = self.rows.saturating_add(rows);
            }
        }
    }

    /// Gives the messages of a load their verdicts.
    fn settle(&mut self, now: i64, load: Load, outcome: &Outcome) {
        let (reason, delivered, retry_after_ms) = match outcome {
            Outcome::Delivered { .. } => {
                for part in &load.parts {
                    self.decide(part.letter, Verdict::Ack);
                }
                return;
            }
            Outcome::Undelivered { reason, delivered, retry_after_ms } => {
                (reason, delivered, *retry_after_ms)
            }
        };
        let none = Vec::new();
        let (too_large, refused) = match reason {
            Undelivered::Rows { too_large, refused } | Undelivered::Content { too_large, refused } => {
                (too_large, refused)
            }
            Undelivered::Azure(_) | Undelivered::Token(_) | Undelivered::Slow => (&none, &none),
        };
        let mut lasts = false;
        for part in load.parts {
            let bad: Vec<usize> =
                part.rows.clone().filter(|row| too_large.contains(row) || refused.contains(row)).collect();
            let arrived = |row: usize| delivered.iter().any(|range| range.contains(&row));
            let rest = part.rows.clone().filter(|row| !bad.contains(row) && !arrived(*row)).count();
            if rest > 0 {
                let age = self.age(now, part.letter);
                let delay_ms = delay_ms(reason, age, retry_after_ms);
                lasts |= needs_a_person(reason, age);
                self.put_off(now, part.letter, reason.code(), &reason.what_to_check(), delay_ms);
            } else if bad.is_empty() {
                self.decide(part.letter, Verdict::Ack);
            } else {
                // All others of this message have arrived, so that only these are sent again.
                let record = |row: &usize| {
                    let index = row.checked_sub(part.rows.start)?;
                    part.only.as_ref().map_or(Some(index), |only| only.get(index).copied())
                };
                let records: Vec<usize> = bad.iter().filter_map(record).collect();
                let only = Only { records, by: part.numbering.to_string() };
                let large = bad.iter().any(|row| too_large.contains(row));
                let (code, detail) = if large {
                    ("row_too_large", "A row fits no call of 1 MB, even compressed: map fewer columns.")
                } else {
                    (
                        "row_refused",
                        "Azure cannot read a row: check the columns against the rule's stream, and that the table \
                         takes them.",
                    )
                };
                if let Some(letter) = self.letters.get_mut(part.letter) {
                    letter.verdict = Some(letter.park(code, detail, Some(only), now));
                }
            }
        }
        if self.trouble.as_ref().is_none_or(|(_, known)| lasts && !known) {
            self.trouble = Some((reason.clone(), lasts));
        }
    }

    fn decide(&mut self, at: usize, verdict: Verdict) {
        if let Some(letter) = self.letters.get_mut(at) {
            letter.verdict = Some(verdict);
        }
    }

    fn age(&self, now: i64, at: usize) -> i64 {
        let queued = self.letters.get(at).map_or(now, |letter| letter.incoming.queued_at);
        now.saturating_sub(queued).max(0)
    }

    /// Lets a message come again, or parks it when the queue would not keep it until then.
    fn put_off(&mut self, now: i64, at: usize, code: &'static str, check: &str, delay_ms: i64) {
        let age = self.age(now, at);
        let left = self.retention.park_after_ms.saturating_sub(age);
        let delay_ms = delay_ms.max(5_000);
        let jitter = i64::try_from(self.draw() % 1024).unwrap_or(0).saturating_mul(delay_ms) / 4096;
        let delay_ms = delay_ms.saturating_add(jitter).min(left.max(5_000));
        let Some(letter) = self.letters.get_mut(at) else { return };
        letter.tally.code = code;
        letter.verdict = Some(if left <= 0 {
            let detail = format!("It could not be delivered before the queue drops it ({code}). {check}");
            letter.park("expiring", &detail, None, now)
        } else {
            let seconds = delay_ms.saturating_add(999) / 1000;
            Verdict::Retry { delay_s: u32::try_from(seconds.min(LONGEST_S)).unwrap_or(5) }
        });
    }

    /// Lets all come again that no round has taken: this batch has taken too long.
    fn give_up(&mut self, now: i64) {
        for at in self.next..self.letters.len() {
            let delay_ms = back_off_ms(self.age(now, at));
            let reason = Undelivered::Slow;
            self.put_off(now, at, reason.code(), &reason.what_to_check(), delay_ms);
        }
        self.next = self.letters.len();
    }

    /// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    /// Whether there is no message.
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// What is to become of the message of that index. A message without a verdict comes again.
    pub fn verdict(&self, at: usize) -> Verdict {
        let verdict = self.letters.get(at).and_then(|letter| letter.verdict.clone());
        verdict.unwrap_or(Verdict::Retry { delay_s: 60 })
    }

    /// The object that is of no use any more once the verdict is carried out: the body that the message claimed.
    pub fn spent(&self, at: usize) -> Option<&str> {
        let letter = self.letters.get(at)?;
        let kept = matches!(letter.verdict, None | Some(Verdict::Retry { .. }));
        letter.claim.as_ref().filter(|_| !kept).map(|claim| claim.key.as_str())
    }

    /// How many messages claim an object of the bucket, as far as they were read.
    pub fn claims(&self) -> usize {
        self.letters.iter().filter(|letter| letter.claim.is_some()).count()
    }

    /// When the oldest message that comes again was put into the queue, in milliseconds since the Unix epoch.
    pub fn waiting_since(&self) -> Option<i64> {
        self.waiting(0).map(|waiting| waiting.since)
    }

    /// What of the oldest message that comes again is known.
    pub fn waiting(&self, now: i64) -> Option<Waiting> {
        let waiting = self.letters.iter().filter_map(|letter| {
            let Some(Verdict::Retry { delay_s }) = letter.verdict else { return None };
            let until = now.saturating_add(i64::from(delay_s).saturating_mul(1000));
            Some(Waiting { since: letter.incoming.queued_at, until })
        });
        waiting.min_by_key(|waiting| waiting.since)
    }

    /// What charts are made of: the batch, and its messages by hook and by what became of them.
    pub fn points(&self, now: i64, relay: &Relay) -> Vec<Point> {
        let ms = u64::try_from(now.saturating_sub(self.started)).unwrap_or(0);
        let labels = Labels { kind: "batch", outcome: "done", ..Labels::default() };
        let (rows, losses) = (self.rows as u64, self.losses as u64);
        let numbers = Numbers { count: 1, rows, losses, ms, longest_ms: ms, calls: self.calls.into() };
        let mut points = vec![Point { labels, numbers }];
        for (at, letter) in self.letters.iter().enumerate() {
            let (hook, source) = match envelope::read(&letter.incoming.bytes) {
                Ok(Message::Event(event)) => (event.hook.into_owned(), Some(event.source.into_owned())),
                Ok(Message::Claim(claim)) => (claim.hook, None),
                Err(_) => (String::new(), None),
            };
            let known = relay.hooks().iter().find(|known| known.name() == hook);
            let Tally { rows, losses, code } = letter.tally;
            let (outcome, code) = match &letter.verdict {
                Some(Verdict::Ack) => ("delivered", ""),
                Some(Verdict::Park(parked)) => ("parked", parked.reason),
                Some(Verdict::Retry { .. }) | None => ("retried", code),
            };
            let labels = Labels {
                kind: "message",
                source: source.or_else(|| Some(known?.source().to_owned())).unwrap_or_default(),
                stream: known.map(|known| known.stream().to_owned()).unwrap_or_default(),
                hook,
                outcome,
                code,
            };
            let ms = u64::try_from(self.age(now, at)).unwrap_or(0);
            let (rows, losses) = (rows as u64, losses as u64);
            metrics::add(
                &mut points,
                labels,
                Numbers { count: 1, rows, losses, ms, longest_ms: ms, calls: 0 },
            );
        }
        points
    }

    /// How loud the line of [`Consumer::log`] is: 0 for information, 1 for a warning, 2 where a person has to act.
    pub fn severity(&self) -> u8 {
        let parked = self.letters.iter().any(|letter| matches!(letter.verdict, Some(Verdict::Park(_))));
        match &self.trouble {
            _ if parked => 2,
            Some((_, true)) => 2,
            Some(_) => 1,
            None => u8::from(self.waiting_since().is_some()),
        }
    }

    /// The line that is logged of this batch: JSON with counts, which columns lost values, and why rows did not arrive and
    /// what to check. Of a loss it has the code alone, since its sentence may hold values of the event.
    pub fn log(&self, now: i64) -> String {
        let (mut acked, mut retried, mut parked) = (0_u32, 0_u32, 0_u32);
        let mut reasons: Vec<&str> = Vec::new();
        for letter in &self.letters {
            match &letter.verdict {
                Some(Verdict::Ack) => acked += 1,
                Some(Verdict::Park(doc)) => {
                    parked += 1;
                    if !reasons.contains(&doc.reason) {
                        reasons.push(doc.reason);
                    }
                }
                Some(Verdict::Retry { .. }) | None => retried += 1,
            }
        }
        let mut out = format!(
            "{{\"log\":\"batch\",\"messages\":{},\"acked\":{acked},\"retried\":{retried},\"parked\":{parked},\
             \"rows\":{},\"losses\":{},\"calls\":{},\"ms\":{}",
            self.letters.len(),
            self.rows,
            self.losses,
            self.calls,
            now.saturating_sub(self.started)
        )
        .into_bytes();
        for (index, reason) in reasons.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b",\"reasons\":[" } else { b"," });
            write_string(&mut out, reason);
        }
        if !reasons.is_empty() {
            out.push(b']');
        }
        for (index, lost) in self.lost.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b",\"lost\":[" } else { b"," });
            lost.write(&mut out);
        }
        if !self.lost.is_empty() {
            out.push(b']');
        }
        if let Some((reason, _)) = &self.trouble {
            member(&mut out, "code", reason.code());
            member(&mut out, "detail", &reason.what_to_check());
        }
        out.push(b'}');
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// What a message turned out to be.
enum Sorted {
    /// So many rows of it are in the load of its stream, and so many values were lost.
    Rows {
        rows: usize,
        losses: usize,
    },
    Park(&'static str, String),
}

/// Adds the rows of an event, or the row of a heartbeat, to those of its stream; `letter` is the message's index.
fn reshape(
    event: &Envelope<'_>,
    letter: usize,
    relay: &Relay,
    loads: &mut Vec<Load>,
    lost: &mut Vec<Lost>,
) -> Sorted {
    let beats = event.source == HEARTBEAT;
    let mut named = relay.hooks().iter().filter(|hook| hook.name() == event.hook);
    let known = named.find(|hook| match beats {
        true => hook.heartbeat().is_some(),
        false => hook.source() == event.source,
    });
    let Some(hook) = known else {
        if beats {
            // Nobody misses that of a hook which has none any more.
            return Sorted::Rows { rows: 0, losses: 0 };
        }
        let detail =
            format!("relay.json has no hook `{}` with the source `{}` any more.", event.hook, event.source);
        return Sorted::Park("unknown_hook", detail);
    };
    let stream = hook.stream_url();
    let known = loads.iter_mut().rposition(|load| load.stream == *stream);
    let mut fresh = None;
    let load = match known.and_then(|at| loads.get_mut(at)) {
        Some(load) => load,
        None => fresh.insert(Load {
            stream: Arc::clone(stream),
            parts: Vec::new(),
            shipment: Shipment::new(Arc::clone(stream), RowBuffer::new()),
            state: State::Waiting,
        }),
    };
    let mut losses = Vec::new();
    // Where records are made in another way than when they were numbered, the numbers mean others.
    let only = event.only.as_ref().filter(|only| *only.by == **hook.numbering());
    let mut only = only.map(|only| only.records.clone());
    let (result, rows) = load.shipment.add(|rows| {
        if let Some(beat) = hook.heartbeat().filter(|_| beats) {
            beat.row(rows, event.delivery_id.as_deref().unwrap_or_default(), event.received_at);
            return Ok(());
        }
        let before = rows.len();
        hook.rows(event, rows, &mut losses)?;
        only =
            only.take().filter(|only| only.iter().all(|record| *record < rows.len().saturating_sub(before)));
        if let Some(records) = &only {
            let mut picked = RowBuffer::new();
            let numbers = records.iter().filter_map(|record| rows.row(before.checked_add(*record)?));
            numbers.for_each(|row| picked.push(row));
            rows.truncate(before);
            rows.extend(&picked);
        }
        Ok::<(), Rejection>(())
    });
    if let Err(rejection) = result {
        return Sorted::Park(rejection.code(), rejection.detail());
    }
    let count = rows.len();
    if count > 0 {
        load.state = State::Waiting;
        load.parts.push(Part { letter, rows, only, numbering: Arc::clone(hook.numbering()) });
        loads.extend(fresh);
    }
    for loss in &losses {
        Lost::note(lost, hook.name(), event.delivery_id.as_deref(), loss);
    }
    Sorted::Rows { rows: count, losses: losses.len() }
}

/// When what failed for this reason at this age comes again, in milliseconds, before jitter.
fn delay_ms(reason: &Undelivered, age_ms: i64, retry_after_ms: Option<u32>) -> i64 {
    let own = match reason {
        // The service is well, and the next window may have room.
        Undelivered::Azure(Obstacle::Throttled) if age_ms < HOUR_MS => {
            (age_ms / 2).clamp(5_000, 5 * MINUTE_MS)
        }
        Undelivered::Azure(Obstacle::Permission | Obstacle::Rule { .. }) if age_ms < DEPLOYMENT_MS => {
            MINUTE_MS
        }
        _ => back_off_ms(age_ms),
    };
    own.max(i64::from(retry_after_ms.unwrap_or(0)))
}

/// Whether it is time that a person looks at it.
fn needs_a_person(reason: &Undelivered, age_ms: i64) -> bool {
    match reason {
        Undelivered::Azure(Obstacle::Permission | Obstacle::Rule { .. }) => age_ms >= DEPLOYMENT_MS,
        Undelivered::Token(TokenFailure::Unavailable(_)) => age_ms >= HOUR_MS,
        Undelivered::Azure(Obstacle::Refused { .. }) | Undelivered::Token(_) => true,
        Undelivered::Rows { .. } | Undelivered::Content { .. } => true,
        Undelivered::Azure(_) | Undelivered::Slow => age_ms >= HOUR_MS,
    }
}

impl Letter {
    /// The verdict that parks this message. `only` are the records that are left of it.
    fn park(&self, reason: &'static str, detail: &str, only: Option<Only>, now: i64) -> Verdict {
        let Incoming { id, bytes, queued_at, attempts } = &self.incoming;
        let message = envelope::read(bytes);
        let (hook, delivery, received_at) = match &message {
            Ok(Message::Event(event)) => (&*event.hook, event.delivery_id.as_deref(), event.received_at),
            Ok(Message::Claim(claim)) => (&*claim.hook, claim.delivery_id.as_deref(), claim.received_at),
            Err(_) => ("unknown", None, *queued_at),
        };
        let hook = sound(hook);
        let received = instant(received_at);
        let stem = stem(hook, received_at, id);
        let key = format!("{stem}.json");

        let (mut copy, mut body) = (None, None);
        let again = match &message {
            Ok(Message::Claim(claim)) => {
                let to = format!("{stem}.body");
                body = Some(to.clone());
                if claim.key != to {
                    copy = Some((claim.key.clone(), to.clone()));
                }
                let only = only.clone().or_else(|| claim.only.clone());
                Claim { key: to, only, ..claim.clone() }.write()
            }
            Ok(Message::Event(_)) => match (envelope::read(bytes), &only) {
                (Ok(Message::Event(event)), Some(only)) => {
                    Envelope { only: Some(only.clone()), ..event }.write()
                }
                _ => bytes.clone(),
            },
            Err(_) => bytes.clone(),
        };

        let mut document = b"{\"parked\":1".to_vec();
        let mut summary = b"{\"v\":\"1\"".to_vec();
        let parked_at = instant(now);
        let queued = instant(*queued_at);
        for (name, value) in [
            ("reason", Some(reason)),
            ("hook", Some(hook)),
            ("delivery", delivery),
            ("received_at", Some(&*received)),
            ("queued_at", Some(&*queued)),
            ("parked_at", Some(&*parked_at)),
        ] {
            let Some(value) = value else { continue };
            member(&mut document, name, value);
            // The metadata of an object are header fields.
            let plain: String = value.chars().filter(|c| c.is_ascii_graphic()).take(128).collect();
            member(&mut summary, name, &plain);
        }
        document.extend_from_slice(format!(",\"attempts\":{attempts}").as_bytes());
        member(&mut document, "detail", detail);
        member(&mut summary, "detail", &plain(detail, SUMMARY_DETAIL));
        if let Some(only) = &only {
            document.extend_from_slice(format!(",\"records\":{:?}", only.records).as_bytes());
        }
        if let Some(body) = &body {
            member(&mut document, "body", body);
        }
        member(&mut document, "message", &STANDARD.encode(&again));
        document.push(b'}');
        summary.push(b'}');
        let summary = String::from_utf8_lossy(&summary).into_owned();
        Verdict::Park(Parked { key, document, summary, copy, reason })
    }
}

/// A hook's name if it is one, as it has to be in a key.
fn sound(hook: &str) -> &str {
    let sound = !hook.is_empty()
        && hook.len() <= 64
        && hook.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if sound { hook } else { "unknown" }
}

/// Where a message is parked, without the ending.
fn stem(hook: &str, received_at: i64, id: &str) -> String {
    let hook = sound(hook);
    let id: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(80).collect();
    let received = instant(received_at);
    let date = received.get(..10).unwrap_or("undated");
    format!("parked/{hook}/{date}/{id}")
}

/// An instant as text, such as `2026-11-23T02:00:00.000Z`.
pub(crate) fn instant(ms: i64) -> String {
    let mut out = Vec::with_capacity(24);
    time::write_rfc3339_millis(&mut out, ms);
    String::from_utf8_lossy(&out).into_owned()
}

/// What of a text may stand in the metadata of an object: they are header fields.
pub(crate) fn plain(text: &str, most: usize) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(most).collect()
}

/// Appends a member of an object that is not its first.
pub(crate) fn member(out: &mut Vec<u8>, name: &str, value: &str) {
    out.push(b',');
    write_string(out, name);
    out.push(b':');
    write_string(out, value);
}
