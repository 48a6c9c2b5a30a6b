//! The door: verify, seal, store, answer; the sender sends again until it hears that its event is taken.

use ccf_edge::consume::Incoming;
use ccf_edge::envelope::{Envelope, LARGEST_MESSAGE};
use ccf_edge::relay::{Next, Passage};
use ccf_edge::webhook::delivery::{Delivery, Headers};
use ccf_edge::webhook::verify::PureCrypto;

use crate::faults::Mistake;
use crate::settings::{HOOKS, SOURCES, Version};
use crate::storage::{Object, Queued};
use crate::world::{Event, HOUR, MINUTE, SECOND, World};

/// Why the queue does not take a message.
pub enum Unsent {
    /// It has nothing.
    Refused,
    /// It has it all the same.
    Stored,
}

impl World {
    pub fn send(&mut self, number: usize, attempt: u32) {
        if self.passes(number) {
            self.follow(Some(number), || format!("acknowledged; records {:?}", self.sent[number].records));
            self.sent[number].acknowledged = true;
            return;
        }
        if attempt < 5 && self.sent[number].refused.is_none() {
            let time = self.now + 30 * SECOND + self.random.below(10 * MINUTE);
            self.at(time, Event::Send(number, attempt + 1));
        }
    }

    /// Whether the sender hears that its event is taken.
    fn passes(&mut self, number: usize) -> bool {
        let crash = self.mood.crash;
        if self.strikes(self.mood.lossy, "sender: a request never came to the door") {
            return false;
        }
        let id = self.id();
        let at = self.an_isolate();
        let isolate = &mut self.isolates[at];
        let (now, version) = (self.now + isolate.skew, isolate.version);
        let Some(relay) = &mut isolate.relay else {
            self.tally.note("door: asked while the configuration is broken");
            return false;
        };
        let sent = &self.sent[number];
        let Some(hook) = relay.hooks().iter().find(|hook| hook.name() == HOOKS[sent.hook]).cloned() else {
            return false;
        };
        let mut headers = Headers::new();
        headers.push("x-signature", sent.signature.as_str());
        headers.push("x-hub-signature-256", format!("sha256={}", sent.signature));
        headers.push("x-github-delivery", format!("delivery {number}"));
        let url = format!("https://relay.example/hooks/{}", HOOKS[sent.hook]);
        let delivery = Delivery { method: "POST", url: &url, headers, body: &sent.body };
        let mut passage = Passage::begin(&hook, relay.keyring(), &delivery, now, &PureCrypto);
        let mut next = passage.next(now, relay.client());
        if let Next::Recall = next {
            let fingerprint = passage.fingerprint().expect("a fingerprint").to_owned();
            let silent = self.strikes(self.mood.window, "window: did not answer");
            let known = !silent && self.window.get(&fingerprint).is_some_and(|until| *until > self.now);
            if self.mistake == Some(Mistake::RememberedWhenAsked) {
                self.window.insert(fingerprint, self.now + 24 * HOUR);
            }
            passage.recalled(now, known);
            if known {
                self.tally.note("window: knew a delivery");
                assert_eq!(passage.reply().expect("a reply").status, 202);
                return !self.strikes(self.mood.lossy, "sender: the reply was lost on its way back");
            }
            let relay = self.isolates[at].relay.as_mut().expect("a sound version");
            next = passage.next(now, relay.client());
        }
        let sent = &self.sent[number];
        match next {
            Next::Recall => panic!("it was asked"),
            Next::Queue => assert_eq!(sent.refused, None, "what is not sound is refused"),
            Next::Over => {
                let status = passage.reply().expect("a reply").status;
                if version != Version::HooksGone {
                    assert_eq!(Some(status), sent.refused, "{}", passage.log(now));
                }
                if self.mistake == Some(Mistake::RefusedIsQueued) {
                    let envelope = Envelope {
                        hook: HOOKS[sent.hook].into(),
                        source: SOURCES[sent.hook].into(),
                        received_at: now,
                        delivery_id: None,
                        event_type: None,
                        url: None,
                        headers: Headers::new(),
                        only: None,
                        body: &sent.body,
                    };
                    self.put(id, envelope.write(), Some(number), 0);
                }
                return false;
            }
            Next::Ask(_) | Next::Wait(_) => panic!("a queue is bound"),
        }
        if self.strikes(crash, "door: died after verification") {
            return false;
        }
        let (message, claim) = passage.message(&id);
        assert!(message.len() <= LARGEST_MESSAGE);
        let mut failure = None;
        if let Some((key, bytes)) = claim {
            let stays = self.random.chance(300);
            if self.strikes(self.mood.bucket, "bucket: put failed") {
                failure = Some("the bucket is out of order");
            }
            if failure.is_none() || stays {
                if failure.is_some() {
                    self.tally.note("bucket: put failed, but the object is there");
                }
                self.bucket.insert(key, Object { bytes, delivery: Some(number) });
            }
            if self.strikes(crash, "door: died after the bucket's put") {
                return false;
            }
        }
        if failure.is_none() {
            let answer = self.enqueue(id, message, Some(number));
            if !matches!(answer, Err(Unsent::Refused)) {
                self.sent[number].queued += 1;
                if self.sent[number].queued > 1 {
                    self.incident(Some(number), "the sender sent again what was stored");
                }
            }
            failure = answer.err().map(|_| "Queue is overloaded.");
        }
        if self.strikes(crash, "door: died after the queue's send") {
            return false;
        }
        passage.queued(now, failure);
        if let Some(fingerprint) = passage.to_remember().map(str::to_owned)
            && !self.strikes(self.mood.window, "window: was not told")
        {
            self.window.insert(fingerprint, self.now + 24 * HOUR);
        }
        let status = passage.reply().expect("a reply").status;
        assert_eq!(status, if failure.is_none() { 202 } else { 503 });
        if self.strikes(crash, "door: died before the answer")
            || self.strikes(self.mood.lossy, "sender: the reply was lost on its way back")
        {
            return false;
        }
        status == 202 || self.mistake == Some(Mistake::AnswerBeforeQueue)
    }

    /// Sends a message to the queue, as far as that is well.
    pub fn enqueue(&mut self, id: String, bytes: Vec<u8>, delivery: Option<usize>) -> Result<(), Unsent> {
        if self.now < self.queue.full_until {
            self.tally.note("queue: the backlog was full");
            return Err(Unsent::Refused);
        }
        if !self.stormy() || !self.random.chance(self.mood.queue) {
            self.put(id, bytes, delivery, 5 * SECOND);
            return Ok(());
        }
        match self.random.below(4) {
            0 => {
                self.tally.note("queue: send failed, but the message is there");
                self.put(id, bytes, delivery, 5 * SECOND);
                Err(Unsent::Stored)
            }
            1 => {
                self.tally.note("queue: send hung until the door gave it up");
                self.put(id, bytes, delivery, MINUTE);
                Err(Unsent::Stored)
            }
            _ => {
                self.tally.note("queue: send failed");
                Err(Unsent::Refused)
            }
        }
    }

    /// Puts a message into the queue, to be given out within `within`.
    fn put(&mut self, id: String, bytes: Vec<u8>, delivery: Option<usize>, within: i64) {
        self.follow(delivery, || format!("queued as {id}"));
        let incoming = Incoming { id, bytes, queued_at: self.now, attempts: 0 };
        let expires_at = self.now + i64::from(self.retention_hours) * HOUR;
        let visible_at = self.now + self.random.below(within);
        self.later(
            visible_at,
            Queued { incoming, delivery, dead: false, expires_at, twin: false, deaths: 0 },
        );
    }

    /// Somebody else writes to the queue.
    pub fn foreign_message(&mut self) {
        self.tally.note("queue: held a message that is none of the relay's");
        let id = self.id();
        let text = self.random.pick(&[
            "",
            "hello",
            "{\"v\":2}\n",
            "{\"v\":1,\"hook\":\"a\",\"received\":",
            "\u{7f}\n\n",
        ]);
        self.put(id, text.as_bytes().to_vec(), None, SECOND);
    }
}
