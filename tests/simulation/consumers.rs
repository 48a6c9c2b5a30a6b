//! The queue gives batches out, and consumers take them through the core. What is done with the core's answers is
//! `src/worker/queue.js` once more, line by line.

use std::collections::BTreeSet;

use ccf_edge::azure::Answer;
use ccf_edge::consume::{Consumer, Found, Incoming, Retention, Step, Verdict};
use ccf_edge::envelope::{self, Message};

use crate::faults::Mistake;
use crate::storage::{Object, Queued};
use crate::world::{Event, HOUR, Kind, MINUTE, SECOND, STRIDE, World};

/// A message that was given out so often is given up: the first time and 100 retries.
const MOST_ATTEMPTS: u32 = 101;
/// A consumer is ended after this time.
const WALL_CLOCK: i64 = 15 * MINUTE;
const PATIENCE: i64 = 10 * MINUTE;

/// A consumer and its batch.
pub struct Task {
    pub isolate: usize,
    generation: u32,
    started: i64,
    started_local: i64,
    consumer: Consumer,
    messages: Vec<Queued>,
    answer: Option<Answer>,
    object: Option<Found>,
    /// The deliveries of which rows have arrived by this task.
    arrived: BTreeSet<usize>,
    /// After how many steps the core traps.
    traps_in: Option<u32>,
    steps: u32,
}

impl World {
    /// Keeps a message until it may be given out.
    pub fn later(&mut self, visible_at: i64, queued: Queued) {
        self.queue.put(visible_at, queued);
        self.wake(visible_at);
    }

    fn wake(&mut self, visible_at: i64) {
        let time = visible_at.max(self.now).max(self.queue.still_until) + self.random.below(5 * SECOND);
        if self.queue.wakes_at.is_none_or(|known| time < known) {
            self.queue.wakes_at = Some(time);
            self.at(time, Event::GiveOut);
        }
    }

    /// The queue gives a batch to a consumer.
    pub fn give_out(&mut self, time: i64) {
        if self.queue.wakes_at != Some(time) {
            return;
        }
        self.queue.wakes_at = None;
        let now = self.now;
        if now < self.queue.still_until {
            return self.wake(now);
        }
        let dead = self.queue.messages.range(..=(now, u64::MAX)).next().is_some_and(|(_, first)| first.dead);
        let most = if self.random.chance(700) { 100 } else { 1 + self.random.below(20) };
        let mut keys = Vec::new();
        for (key, queued) in self.queue.messages.range(..=(now, u64::MAX)) {
            if queued.dead == dead && (keys.len() as i64) < most {
                keys.push(*key);
            }
        }
        let mut taken = Vec::new();
        for key in keys {
            let Some(mut queued) = self.queue.messages.remove(&key) else { continue };
            if queued.expires_at < now {
                self.dropped.push(queued);
                continue;
            }
            queued.incoming.attempts += 1;
            let once = !dead && !queued.twin;
            if once && self.strikes(self.mood.twice, "queue: gave a message to two consumers") {
                queued.twin = true;
                self.incident(queued.delivery, "the queue gave it twice");
                let again = now + self.random.below(2 * MINUTE);
                self.later(again, queued.clone());
            }
            taken.push(queued);
        }
        // The order is not the queue's.
        for index in (1..taken.len()).rev() {
            let other = self.random.below(index as i64 + 1) as usize;
            if other != index {
                taken.swap(index, other);
                self.tally.note("queue: mixed the order");
            }
        }
        if !taken.is_empty() {
            let isolate = self.an_isolate();
            if self.strikes(self.mood.crash, "consumer: died before it did anything") {
                taken.into_iter().for_each(|queued| self.back_after_death(queued));
            } else {
                self.consume(isolate, taken);
            }
        }
        if let Some((visible_at, _)) = self.queue.messages.keys().next().copied() {
            self.wake(visible_at);
        }
    }

    fn incoming(messages: &[Queued]) -> Vec<Incoming> {
        messages.iter().map(|queued| queued.incoming.clone()).collect()
    }

    /// Begins with a batch.
    fn consume(&mut self, at: usize, messages: Vec<Queued>) {
        let isolate = &self.isolates[at];
        let (local, generation) = (self.now + isolate.skew, isolate.generation);
        let renumbered: Vec<usize> = messages
            .iter()
            .filter(|queued| self.is_renumbered(queued, at))
            .filter_map(|queued| queued.delivery)
            .collect();
        for number in renumbered {
            self.incident(Some(number), "its records are numbered in another way by now");
        }
        let isolate = &self.isolates[at];
        let incoming = Self::incoming(&messages);
        let dead = messages.iter().all(|queued| queued.dead);
        let consumer = if dead {
            Consumer::park_all(incoming, "dead_letter", "The queue gave it up.", local)
        } else {
            let factor = if self.mistake == Some(Mistake::RetentionMisread) { 2 } else { 1 };
            let retention = Retention::hours(self.retention_hours * factor);
            let mut consumer = Consumer::new(incoming, retention, local, self.random.next());
            if isolate.relay.is_none() {
                consumer.put_off_all(local);
            }
            consumer
        };
        let trap = !dead && isolate.relay.is_some() && self.has_trap(&messages);
        let traps_in = trap.then(|| self.random.below(4) as u32);
        self.begin(at, generation, consumer, messages, traps_in);
    }

    /// Whether a message names records by numbers that another configuration gave them: then all of them are sent.
    fn is_renumbered(&self, queued: &Queued, at: usize) -> bool {
        let bytes = &queued.incoming.bytes;
        if !bytes.iter().take(1000).zip(bytes.iter().skip(1)).any(|pair| pair == (&b'"', &b'o')) {
            return false;
        }
        let (hook, only) = match envelope::read(bytes) {
            Ok(Message::Event(event)) => (event.hook.into_owned(), event.only),
            Ok(Message::Claim(claim)) => (claim.hook, claim.only),
            Err(_) => return false,
        };
        let hooks = self.isolates[at].relay.iter().flat_map(|relay| relay.hooks());
        let mut named = hooks.filter(|known| known.name() == hook);
        only.is_some_and(|only| named.any(|known| **known.numbering() != *only.by))
    }

    fn has_trap(&self, messages: &[Queued]) -> bool {
        messages.iter().filter_map(|queued| queued.delivery).any(|number| self.sent[number].traps)
    }

    fn begin(
        &mut self,
        isolate: usize,
        generation: u32,
        consumer: Consumer,
        messages: Vec<Queued>,
        traps_in: Option<u32>,
    ) {
        self.next_id += 1;
        let number = self.next_id;
        let task = Task {
            isolate,
            generation,
            started: self.now,
            started_local: self.now + self.isolates[isolate].skew,
            consumer,
            messages,
            answer: None,
            object: None,
            arrived: BTreeSet::new(),
            traps_in,
            steps: 0,
        };
        self.tasks.insert(number, task);
        self.at(self.now + 1, Event::Task(number));
    }

    /// One step of a batch.
    pub fn step(&mut self, number: u64) {
        let Some(mut task) = self.tasks.remove(&number) else { return };
        if self.now - task.started > WALL_CLOCK {
            self.tally.note("consumer: ended after 15 minutes");
            return self.died(task, "a consumer was ended");
        }
        let fault = match (&task.answer, &task.object) {
            (Some(_), _) => "consumer: died before an answer was read",
            (_, Some(_)) => "consumer: died after a claim was read",
            _ => "consumer: died before a request",
        };
        if self.strikes(self.mood.crash, fault) {
            let isolate = task.isolate;
            self.died(task, "a consumer died");
            if self.random.chance(200) {
                self.evict(isolate);
            }
            return;
        }
        if self.stormy() && self.random.chance(self.mood.crash / 8) {
            // It waits for something that never comes.
            self.at(task.started + WALL_CLOCK + SECOND, Event::Task(number));
            self.tasks.insert(number, task);
            return;
        }
        if self.stormy() && self.random.chance(self.mood.jumpy) {
            self.jump(task.isolate);
        }
        let isolate = &mut self.isolates[task.isolate];
        if isolate.generation != task.generation {
            self.tally.note("consumer: another message trapped its core");
            return self.aborted(task);
        }
        task.steps += 1;
        if task.traps_in.is_some_and(|steps| task.steps > steps) {
            return self.trapped(task);
        }
        let local = self.now + isolate.skew;
        let Some(relay) = &mut isolate.relay else { return self.carry_out(task) };
        if let Some(answer) = task.answer.take() {
            task.consumer.answered(local, &answer, relay);
        }
        if let Some(found) = task.object.take() {
            task.consumer.claimed(local, found, relay);
        }
        match task.consumer.next(local, relay) {
            Step::Done if task.traps_in.is_some() => return self.trapped(task),
            Step::Done => {
                if local - task.started_local > PATIENCE {
                    self.tally.note("consumer: gave up after its 10 minutes of patience");
                }
                return self.carry_out(task);
            }
            Step::Wait(ms) => self.at(self.now + i64::from(ms), Event::Task(number)),
            Step::Claim { key } => {
                if self.strikes(self.mood.crash, "consumer: died before a claim was read") {
                    return self.died(task, "a consumer died");
                }
                task.object = Some(self.read(&key));
                if self.mistake == Some(Mistake::BodyDeletedTooEarly) {
                    self.bucket.remove(&key);
                }
                self.at(self.now + 20, Event::Task(number));
            }
            Step::Ask(request) => {
                let lossy = if self.stormy() { self.mood.lossy } else { 0 };
                let outcome = self.azure.ask(self.now, &mut self.random, &request, lossy);
                outcome.faults.into_iter().for_each(|fault| self.tally.note(fault));
                for (id, text) in outcome.stored {
                    task.arrived.insert(self.arrive(id, &text));
                }
                task.answer = Some(outcome.answer);
                self.at(self.now + outcome.after, Event::Task(number));
                let call = request.url.contains("/dataCollectionRules/");
                if call && self.mistake == Some(Mistake::AckBeforeAnswer) && task.arrived.is_empty() {
                    return;
                }
            }
        }
        self.tasks.insert(number, task);
    }

    fn read(&mut self, key: &str) -> Found {
        if self.strikes(self.mood.bucket, "bucket: get failed") {
            return Found::Failed;
        }
        let Some(mut bytes) = self.bucket.get(key).map(|object| object.bytes.clone()) else {
            return Found::Nothing;
        };
        if !key.ends_with(".json") && self.strikes(self.mood.damage, "bucket: a read gave damaged bytes") {
            bytes.truncate(bytes.len() / 2);
        }
        Found::Bytes(bytes)
    }

    /// A row is in a table: of which delivery it is.
    fn arrive(&mut self, id: i64, text: &str) -> usize {
        let (number, index) = ((id / STRIDE) as usize, (id % STRIDE) as usize);
        let sent = self.sent.get(number);
        let kind = sent.and_then(|sent| sent.records.get(index)).copied();
        let Some(kind) = kind else { panic!("record {id} was never sent") };
        let refused = self.sent[number].refused;
        assert_eq!(refused, None, "record {id} of a refused delivery arrived");
        let mended = kind != Kind::Plain && text == "mended";
        assert!(mended || text == kind.text(id), "record {id} arrived as {text:?}");
        self.follow(Some(number), || format!("record {id} arrived"));
        self.copies[id as usize] += 1;
        number
    }

    /// A consumer ended without a verdict: its messages come again after the queue's own `retry_delay`.
    pub fn died(&mut self, task: Task, cause: &'static str) {
        for queued in task.messages {
            if queued.delivery.is_some_and(|number| task.arrived.contains(&number)) {
                self.incident(queued.delivery, cause);
            }
            self.back_after_death(queued);
        }
    }

    fn back_after_death(&mut self, mut queued: Queued) {
        self.follow(queued.delivery, || format!("the consumer of {} died", queued.incoming.id));
        queued.deaths += 1;
        let delay = if queued.dead { 6 * HOUR } else { MINUTE };
        self.back(delay, queued);
    }

    /// Another message made the core start afresh: all come again in five seconds.
    fn aborted(&mut self, task: Task) {
        for mut queued in task.messages {
            if queued.delivery.is_some_and(|number| task.arrived.contains(&number)) {
                self.incident(queued.delivery, "another message trapped its core");
            }
            queued.deaths += 1;
            self.back(5 * SECOND, queued);
        }
    }

    /// The core traps on a message of this batch: it is found by halving and parked alone.
    fn trapped(&mut self, mut task: Task) {
        let again: Vec<Option<usize>> = task
            .messages
            .iter()
            .map(|queued| queued.delivery.filter(|number| task.arrived.contains(number)))
            .collect();
        let any = again.iter().any(Option::is_some);
        again.into_iter().for_each(|delivery| self.incident(delivery, "the core trapped"));
        self.tally.note(match any {
            true => "consumer: the core trapped after rows had left",
            false => "consumer: the core trapped",
        });
        self.isolates[task.isolate].restart();
        let generation = self.isolates[task.isolate].generation;
        if task.messages.len() > 1 {
            let second = task.messages.split_off(task.messages.len() / 2);
            for half in [task.messages, second] {
                self.consume(task.isolate, half);
            }
            return;
        }
        let local = self.now + self.isolates[task.isolate].skew;
        let incoming = Self::incoming(&task.messages);
        let consumer = Consumer::park_all(incoming, "trap", "The relay failed on it.", local);
        self.begin(task.isolate, generation, consumer, task.messages, None);
    }

    /// Puts a message back, or among the dead letters.
    fn back(&mut self, delay: i64, mut queued: Queued) {
        if queued.incoming.attempts >= MOST_ATTEMPTS {
            if queued.dead {
                return self.dropped.push(queued);
            }
            self.tally.note("queue: gave a message up after all its retries");
            assert!(queued.deaths > 0, "the retries of a message do not last for the retention");
            queued.dead = true;
            queued.incoming.attempts = 0;
            if self.dead_letters_are_young {
                queued.incoming.queued_at = self.now;
            }
            queued.expires_at = self.now + i64::from(self.retention_hours) * HOUR;
            return self.later(self.now, queued);
        }
        self.later(self.now + delay, queued);
    }

    /// Puts back what could not be parked: `later` of `queue.js`.
    fn not_parked(&mut self, mut queued: Queued) {
        let age = self.now - queued.incoming.queued_at;
        let left = i64::from(self.retention_hours) * HOUR - age;
        let delay = if queued.dead {
            HOUR
        } else if self.mistake == Some(Mistake::ParkAgainTooLate) {
            age / 2
        } else {
            (age / 2).min(left / 4)
        };
        queued.deaths += 1;
        self.back(delay.clamp(MINUTE, 6 * HOUR), queued);
    }

    /// Does what the verdicts say.
    fn carry_out(&mut self, task: Task) {
        let (crash, fails) = (self.mood.crash, self.mood.bucket);
        let mut spent = Vec::new();
        // What the queue hears when the handler ends.
        let mut back: Vec<(usize, Option<i64>)> = Vec::new();
        let mut parked_now = BTreeSet::new();
        for (index, queued) in task.messages.iter().enumerate() {
            self.follow(queued.delivery, || match task.consumer.verdict(index) {
                Verdict::Park(parked) => {
                    format!("parked for {}: {} {:?}", parked.reason, parked.key, parked.copy)
                }
                verdict => format!("{} {verdict:?}", queued.incoming.id),
            });
            match task.consumer.verdict(index) {
                Verdict::Ack if self.mistake == Some(Mistake::DeliveredComesAgain) => {
                    back.push((index, Some(MINUTE)));
                    continue;
                }
                Verdict::Ack => {}
                Verdict::Retry { delay_s } => {
                    assert!((5..=43_200).contains(&delay_s), "{delay_s}");
                    back.push((index, Some(i64::from(delay_s) * SECOND)));
                    continue;
                }
                Verdict::Park(parked) => {
                    if self.strikes(crash, "consumer: died before parking") {
                        return self.died_parking(task, &parked_now);
                    }
                    if parked.reason == "expiring" {
                        let age = self.now - queued.incoming.queued_at;
                        let least = i64::from(self.retention_hours) * HOUR * 5 / 6;
                        assert!(age > least, "parked as expiring at the age of {age}");
                    }
                    let failed = self.strikes(fails, "bucket: put failed");
                    let stays = failed && self.random.chance(200);
                    if !failed || stays {
                        let with_body = self.mistake != Some(Mistake::ParkedWithoutBody);
                        if let Some((from, to)) = parked.copy.as_ref().filter(|_| with_body)
                            && let Some(object) = self.bucket.get(from).cloned()
                        {
                            self.bucket.insert(to.clone(), object);
                        }
                        let delivery = queued.delivery;
                        let object = Object { bytes: parked.document, delivery };
                        self.bucket.insert(parked.key, object);
                        parked_now.insert(index);
                    }
                    if stays {
                        self.tally.note("bucket: put failed, but the object is there");
                        self.incident(queued.delivery, "it is parked and comes again");
                    }
                    if failed && self.mistake != Some(Mistake::AckWhenParkFailed) {
                        back.push((index, None));
                        continue;
                    }
                    if self.strikes(crash, "consumer: died after parking") {
                        return self.died_parking(task, &parked_now);
                    }
                    // What has arrived of it besides comes again when it is replayed.
                    let whole = !matches!(parked.reason, "row_refused" | "row_too_large");
                    if whole && queued.delivery.is_some_and(|number| task.arrived.contains(&number)) {
                        self.incident(queued.delivery, "a part of it arrived");
                    }
                    if self.mistake == Some(Mistake::NeighboursDropped) {
                        back.clear();
                        break;
                    }
                }
            }
            spent.extend(task.consumer.spent(index).map(str::to_owned));
        }
        if self.strikes(crash, "consumer: died before spent bodies were deleted") {
            return self.died_parking(task, &parked_now);
        }
        for key in &spent {
            let delivery = self.bucket.get(key).and_then(|object| object.delivery);
            self.follow(delivery, || format!("{key} is spent"));
        }
        if !spent.is_empty() && !self.strikes(fails, "bucket: delete failed") {
            spent.iter().for_each(|key| drop(self.bucket.remove(key)));
        }
        if self.strikes(crash, "consumer: died before its verdicts counted") {
            return self.died_parking(task, &parked_now);
        }
        for (index, delay) in back {
            let queued = task.messages[index].clone();
            if queued.delivery.is_some_and(|number| task.arrived.contains(&number))
                && self.mistake != Some(Mistake::DeliveredComesAgain)
            {
                self.incident(queued.delivery, "a part of it arrived");
            }
            match delay {
                Some(delay) => self.back(delay, queued),
                None => self.not_parked(queued),
            }
        }
    }

    /// The consumer died when some of its messages were parked already.
    fn died_parking(&mut self, task: Task, parked: &BTreeSet<usize>) {
        for index in parked {
            self.incident(task.messages[*index].delivery, "it is parked and comes again");
        }
        self.died(task, "a consumer died");
    }
}
