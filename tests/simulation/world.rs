//! The world: its clock, its senders, what goes wrong and when, and the steps in which everything happens.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use ccf_edge::relay::Relay;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::azure::Azure;
use crate::consumers::Task;
use crate::faults::{Mistake, Tally};
use crate::operator::Replay;
use crate::random::Random;
use crate::settings::{HOOKS, OVERSIZE, REFUSED, SICKENING, Version, relay};
use crate::storage::{Bucket, Queue, Queued};

/// 2026-11-23T02:00:00Z
pub const START: i64 = 1_795_399_200_000;
pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;

/// How many numbers a delivery has for its records.
pub const STRIDE: i64 = 128;

/// What Azure thinks of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Refused,
    Oversize,
    /// Azure answers 500 as long as it is in the call.
    Sickening,
}

impl Kind {
    pub fn text(self, id: i64) -> String {
        match self {
            Kind::Plain => format!("t{id}"),
            Kind::Refused => REFUSED.to_owned(),
            Kind::Oversize => OVERSIZE.to_owned(),
            Kind::Sickening => SICKENING.to_owned(),
        }
    }
}

/// A delivery of a sender's.
pub struct Sent {
    pub hook: usize,
    pub body: Vec<u8>,
    pub signature: String,
    pub records: Vec<Kind>,
    /// The status with which the door has to refuse it.
    pub refused: Option<u16>,
    /// Whether the mapping makes nothing of it.
    pub odd: bool,
    /// Whether the core traps on it.
    pub traps: bool,
    pub acknowledged: bool,
    /// Whether something else than the relay damaged or removed its body.
    pub spoiled: bool,
    /// How often the door put it into the queue.
    pub queued: u32,
    /// What may have made its rows arrive once more, and how often.
    pub incidents: BTreeMap<&'static str, u32>,
}

/// How likely it is, in a thousand, that something goes wrong.
pub struct Mood {
    pub crash: i64,
    pub lossy: i64,
    pub bucket: i64,
    pub queue: i64,
    pub window: i64,
    pub twice: i64,
    pub damage: i64,
    /// Of clocks, at each step of a consumer.
    pub jumpy: i64,
}

pub struct Isolate {
    /// None as long as the configuration is broken.
    pub relay: Option<Relay>,
    pub version: Version,
    /// How far its clock is off.
    pub skew: i64,
    /// Counts its instances of the core.
    pub generation: u32,
}

impl Isolate {
    fn new(version: Version, skew: i64) -> Isolate {
        Isolate { relay: relay(version), version, skew, generation: 0 }
    }

    /// Throws the core's instance away.
    pub fn restart(&mut self) {
        self.relay = relay(self.version);
        self.generation += 1;
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    Send(usize, u32),
    GiveOut,
    Task(u64),
    Fault,
    ReplayAll,
    Replay(u64),
    Mend(Version),
}

pub struct World {
    pub random: Random,
    pub now: i64,
    events: BinaryHeap<Reverse<(i64, u64, Event)>>,
    pub order: u64,
    pub mood: Mood,
    pub mistake: Option<Mistake>,
    /// All there ever were; a deployment lets the old ones end what they have begun.
    pub isolates: Vec<Isolate>,
    pub live: Vec<usize>,
    pub azure: Azure,
    pub queue: Queue,
    pub bucket: Bucket,
    /// The deliveries that the Durable Object remembers, and until when. What it has stored it keeps.
    pub window: BTreeMap<String, i64>,
    pub retention_hours: u32,
    /// Whether a dead letter counts its age from when it became one.
    pub dead_letters_are_young: bool,
    pub sent: Vec<Sent>,
    /// How often each record is in the tables, by its number.
    pub copies: Vec<u32>,
    pub tasks: BTreeMap<u64, Task>,
    pub replays: BTreeMap<u64, Replay>,
    /// How often each parked message was put into the queue again.
    pub replayed: BTreeMap<String, u32>,
    /// What the queue dropped because it was too old, or retried too often among the dead letters.
    pub dropped: Vec<Queued>,
    pub tally: Tally,
    pub next_id: u64,
    /// The delivery whose way is printed.
    pub followed: Option<usize>,
    storm_ends: i64,
    /// Whether everything parked is sent again in the end, with a mapping that mends what Azure refuses.
    pub mends: bool,
    /// How many times as many records as usual Azure takes offence at.
    offences: i64,
}

impl World {
    pub fn new(seed: u64, mistake: Option<Mistake>) -> World {
        let mut random = Random(seed);
        let retention_hours = if random.chance(800) { 24 } else { 336 };
        let storm = if retention_hours == 24 { 30 * HOUR } else { 15 * 24 * HOUR };
        let mut mood = |most: i64| if random.chance(500) { 0 } else { random.below(most) };
        let mood = Mood {
            crash: mood(60),
            lossy: mood(150),
            bucket: mood(300),
            queue: mood(200),
            window: mood(300),
            twice: mood(80),
            damage: mood(20),
            jumpy: mood(20) - 10,
        };
        World {
            now: START,
            events: BinaryHeap::new(),
            order: 0,
            mood,
            mistake,
            isolates: (0..3).map(|_| Isolate::new(Version::Usual, 0)).collect(),
            live: vec![0, 1, 2],
            azure: Azure::new(&mut random),
            queue: Queue::default(),
            bucket: Bucket::new(),
            window: BTreeMap::new(),
            retention_hours,
            dead_letters_are_young: random.chance(500),
            sent: Vec::new(),
            copies: Vec::new(),
            tasks: BTreeMap::new(),
            replays: BTreeMap::new(),
            replayed: BTreeMap::new(),
            dropped: Vec::new(),
            tally: Tally::default(),
            next_id: 0,
            followed: std::env::var("CCF_FOLLOW").ok().and_then(|number| number.parse().ok()),
            storm_ends: START + storm,
            mends: random.chance(300),
            offences: if random.chance(60) { 30 } else { 1 },
            random,
        }
    }

    pub fn at(&mut self, time: i64, event: Event) {
        self.order += 1;
        self.events.push(Reverse((time, self.order, event)));
    }

    /// Whether things still go wrong.
    pub fn stormy(&self) -> bool {
        self.now < self.storm_ends
    }

    /// Whether a fault strikes that does so that many times in a thousand.
    pub fn strikes(&mut self, per_mille: i64, fault: &'static str) -> bool {
        let strikes = self.stormy() && self.random.chance(per_mille);
        if strikes {
            self.tally.note(fault);
        }
        strikes
    }

    /// Prints what happens to the delivery that is followed.
    pub fn follow(&self, delivery: Option<usize>, what: impl FnOnce() -> String) {
        if delivery.is_some() && delivery == self.followed {
            let seconds = (self.now - START) / SECOND;
            println!("{:>4}:{:02}:{:02}  {}", seconds / 3600, seconds / 60 % 60, seconds % 60, what());
        }
    }

    /// Something happened that may make the rows of a delivery arrive once more.
    pub fn incident(&mut self, delivery: Option<usize>, cause: &'static str) {
        self.follow(delivery, || format!("may arrive once more: {cause}"));
        if let Some(sent) = delivery.and_then(|number| self.sent.get_mut(number)) {
            *sent.incidents.entry(cause).or_default() += 1;
        }
    }

    pub fn id(&mut self) -> String {
        self.next_id += 1;
        format!("{:016x}{:016x}", self.random.next(), self.next_id)
    }

    pub fn an_isolate(&mut self) -> usize {
        self.random.pick(&self.live)
    }

    /// Runs until nothing is left to happen.
    pub fn run(&mut self, deliveries: usize) {
        self.copies = vec![0; deliveries * STRIDE as usize];
        for number in 0..deliveries {
            let sent = self.delivery(number);
            self.sent.push(sent);
            // They come in bursts, so that batches are full.
            let burst = self.random.below(4) * 7 * HOUR;
            let time = START + burst + self.random.below(5 * MINUTE);
            self.at(time, Event::Send(number, 0));
        }
        let storm = self.storm_ends - START;
        for _ in 0..self.random.below(30) {
            // Most at the times at which there is something to disturb.
            let time = if self.random.chance(700) {
                self.random.below(4) * 7 * HOUR + self.random.below(20 * MINUTE)
            } else {
                self.random.below(storm - HOUR)
            };
            self.at(START + time, Event::Fault);
        }
        let end = self.storm_ends;
        self.at(end, Event::Mend(Version::Usual));
        if self.mends {
            // Only what has come to rest is sent again: nothing waits longer than a retention.
            let settled = end + i64::from(self.retention_hours + 1) * HOUR;
            self.at(settled, Event::Mend(Version::Mended));
            self.at(settled + MINUTE, Event::ReplayAll);
        }
        let mut steps = 0_u32;
        while let Some(Reverse((time, _, event))) = self.events.pop() {
            steps += 1;
            let waiting = self.queue.messages.len();
            assert!(steps < 3_000_000, "the world does not come to rest: {waiting} messages wait");
            self.now = self.now.max(time);
            match event {
                Event::Send(number, attempt) => self.send(number, attempt),
                Event::GiveOut => self.give_out(time),
                Event::Task(task) => self.step(task),
                Event::Fault => self.fault(),
                Event::ReplayAll => self.replay_all(),
                Event::Replay(replay) => self.replay(replay),
                Event::Mend(version) => self.mend(version),
            }
        }
    }

    fn delivery(&mut self, number: usize) -> Sent {
        let random = &mut self.random;
        let count = match random.below(20) {
            0 => 0,
            1..=5 => 1,
            6..=15 => 1 + random.below(12),
            _ => 20 + random.below(60),
        };
        let records: Vec<Kind> = (0..count)
            .map(|_| match random.below(6000) / self.offences {
                0..=8 => Kind::Refused,
                9..=16 => Kind::Oversize,
                17 if random.chance(300) => Kind::Sickening,
                _ => Kind::Plain,
            })
            .collect();
        let events: Vec<String> = (number as i64 * STRIDE..)
            .zip(&records)
            .map(|(id, kind)| format!(r#"{{"id":{id},"text":"{}"}}"#, kind.text(id)))
            .collect();
        let events = events.join(",");
        let mut sent = Sent {
            hook: usize::from(random.chance(300)),
            body: format!(r#"{{"events":[{events}]}}"#).into_bytes(),
            signature: String::new(),
            records,
            refused: None,
            odd: false,
            traps: random.chance(8),
            acknowledged: false,
            spoiled: false,
            queued: 0,
            incidents: BTreeMap::new(),
        };
        match random.below(300) {
            0..=4 => {
                sent.body = format!(r#"{{"odd":{number}}}"#).into_bytes();
                sent.odd = true;
                self.tally.note("sender: an event of which the mapping makes nothing");
            }
            5..=7 => {
                sent.body = format!(r#"{{"events":[{events}"#).into_bytes();
                sent.refused = Some(400);
                self.tally.note("sender: no JSON");
            }
            8..=10 => {
                sent.refused = Some(401);
                self.tally.note("sender: wrong signature");
            }
            11..=14 => {
                let padding = "x".repeat(130_000);
                sent.body = format!(r#"{{"padding":"{padding}","events":[{events}]}}"#).into_bytes();
                self.tally.note("sender: a body too large for a message");
            }
            _ if sent.records.is_empty() => self.tally.note("sender: an event without records"),
            _ => {}
        }
        let key = match sent.refused {
            Some(401) => "somebody else's key".to_owned(),
            _ => format!("the-secret-HOOK_{}_SECRET", HOOKS[sent.hook].to_ascii_uppercase()),
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key");
        mac.update(&sent.body);
        sent.signature = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        sent
    }

    /// Something goes wrong for a while, or somebody does something.
    fn fault(&mut self) {
        const OF_THE_STAND_IN: [&str; 15] = [
            "throttle=5",
            "throttle=40/30s",
            "throttle=4000/60s",
            "forbid=30m",
            "forbid=300m",
            "forbid=1620m",
            "forbid=21600m",
            "no-rule=10m",
            "no-rule=1620m",
            "no-stream=20m",
            "expire",
            "lose-reply=3",
            "error=503x20",
            "error=500x300",
            "entra-throttle=3",
        ];
        let now = self.now;
        match self.random.below(44) {
            index @ 0..15 => {
                self.azure.stand_in.set_fault(now, OF_THE_STAND_IN[index as usize]).expect("a fault");
            }
            15 => self.azure.stand_in.set_fault(now, "entra-down=5").expect("a fault"),
            16..20 => self.azure.stand_in.set_fault(now, "off").expect("a fault"),
            20 => self.azure.secret_wrong_until = now + self.random.below(3 * HOUR),
            21 => self.azure.secret_expired_until = now + self.random.pick(&[HOUR, 26 * HOUR, 72 * HOUR]),
            22..24 => self.azure.slow_until = now + 3 * HOUR,
            24 => self.azure.garbage_until = now + HOUR,
            25..28 => {
                let isolate = self.an_isolate();
                self.jump(isolate);
            }
            28..30 => {
                let isolate = self.an_isolate();
                self.evict(isolate);
            }
            30..33 => {
                let version = self.random.pick(&Version::ALL);
                self.tally.note(match version {
                    Version::Misconfigured => "operator: deployed a broken configuration",
                    _ => "operator: deployed another configuration",
                });
                self.deploy(version);
            }
            33..35 => self.deploy(Version::Usual),
            35 => self.queue.full_until = now + self.random.below(2 * HOUR),
            36 => {
                self.tally.note("queue: stood still for an hour");
                self.queue.still_until = now + HOUR;
            }
            37 => self.foreign_message(),
            38 => self.spoil(),
            39 => {
                self.tally.note("operator: replayed everything");
                self.replay_all();
            }
            _ => self.replay_some(),
        }
    }

    /// The end of the storm, or the day on which the mapping is mended.
    fn mend(&mut self, version: Version) {
        self.azure.stand_in.set_fault(self.now, "off").expect("a fault");
        self.azure.secret_wrong_until = 0;
        self.azure.secret_expired_until = 0;
        self.azure.slow_until = 0;
        self.azure.garbage_until = 0;
        self.queue.full_until = 0;
        self.deploy(version);
    }

    /// New isolates take over; the old ones end what they have begun.
    fn deploy(&mut self, version: Version) {
        let first = self.isolates.len();
        self.isolates.extend((0..3).map(|_| Isolate::new(version, 0)));
        self.live = (first..first + 3).collect();
    }

    pub fn jump(&mut self, isolate: usize) {
        let skew = self.random.below(HOUR) - HOUR / 2;
        let forward = skew > self.isolates[isolate].skew;
        self.tally.note(match forward {
            true => "consumer: clock jumped forward",
            false => "consumer: clock jumped back",
        });
        self.isolates[isolate].skew = skew;
    }

    /// An isolate is gone with everything that it knows and does.
    pub fn evict(&mut self, isolate: usize) {
        let lost: Vec<u64> = self
            .tasks
            .iter()
            .filter(|(_, task)| task.isolate == isolate)
            .map(|(number, _)| *number)
            .collect();
        for number in lost {
            if let Some(task) = self.tasks.remove(&number) {
                self.tally.note("consumer: its isolate was evicted");
                self.died(task, "its isolate was evicted");
            }
        }
        self.isolates[isolate].restart();
    }

    /// An object in the bucket is damaged or removed by something else.
    fn spoil(&mut self) {
        let bodies: Vec<String> = self
            .bucket
            .iter()
            .filter(|(key, object)| !key.ends_with(".json") && object.delivery.is_some())
            .map(|(key, _)| key.clone())
            .collect();
        if bodies.is_empty() {
            return;
        }
        let key = &bodies[self.random.below(bodies.len() as i64) as usize];
        let damaged = self.random.chance(500);
        if let Some(object) = self.bucket.get_mut(key) {
            if let Some(number) = object.delivery {
                self.sent[number].spoiled = true;
            }
            if damaged {
                let middle = object.bytes.len() / 2;
                object.bytes[middle] ^= 1;
                self.tally.note("bucket: an object was damaged");
            } else {
                self.bucket.remove(key);
                self.tally.note("bucket: an object was missing");
            }
        }
    }
}
