//! Shipments against the stand-in, in virtual time: what arrives, how often, and what the sender hears.

#[path = "support/azure.rs"]
mod azure;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use azure::{CLIENT, ENDPOINT, NOW, RULE, SECRET, STREAM, TENANT, answer, carry};
use ccf_edge::azure::ingest::{self, Obstacle};
use ccf_edge::azure::stand_in::{Cell, StandIn, StandInConfig};
use ccf_edge::azure::token::{Proof, TokenCache, TokenFailure};
use ccf_edge::azure::{Answer, Cloud, Secret};
use ccf_edge::batch::{Limits, RowBuffer};
use ccf_edge::config::CLIENT_SECRET;
use ccf_edge::deliver::{Client, Outcome, Shipment, Step, Undelivered, reply_status};

/// How long a request and its answer travel.
const TRAVEL_MS: i64 = 20;
/// How long a client waits for an answer.
const PATIENCE_MS: i64 = 10_000;

struct World {
    stand_in: StandIn,
    client: Client,
    now: i64,
}

impl World {
    fn new() -> Self {
        World::with(azure::config(), Limits::default())
    }

    fn with(config: StandInConfig, limits: Limits) -> Self {
        let tokens = TokenCache::new(Cloud::Public.authority(), Cloud::Public.scope(), azure::credentials());
        World { stand_in: StandIn::new(config), client: Client::new(tokens, limits), now: NOW }
    }

    fn fault(&mut self, text: &str) {
        self.stand_in.set_fault(self.now, text).expect("a fault");
    }

    fn send(&mut self, rows: RowBuffer) -> Outcome {
        self.send_all(vec![(0, rows)]).remove(0)
    }

    /// Sends shipments that start after so many milliseconds, all at the same time.
    fn send_all(&mut self, rows: Vec<(i64, RowBuffer)>) -> Vec<Outcome> {
        let url: Arc<str> = ingest::url(ENDPOINT, RULE, STREAM).into();
        let mut events = BinaryHeap::new();
        let mut answers: BTreeMap<usize, Answer> = BTreeMap::new();
        let mut outcomes: BTreeMap<usize, Outcome> = BTreeMap::new();
        let mut shipments = Vec::new();
        for (index, (start, rows)) in rows.into_iter().enumerate() {
            shipments.push(Shipment::new(Arc::clone(&url), rows));
            events.push(Reverse((self.now + start, index)));
        }
        let mut steps = 0;
        while let Some(Reverse((now, index))) = events.pop() {
            steps += 1;
            assert!(steps < 100_000, "the loop does not end");
            self.now = now;
            let shipment = &mut shipments[index];
            if let Some(answer) = answers.remove(&index) {
                shipment.answered(now, &answer, &mut self.client);
            }
            match shipment.next(now, &mut self.client) {
                Step::Send(request) | Step::Token(request) => {
                    let reply = carry(&mut self.stand_in, now, &request);
                    let late = i64::from(reply.delay_ms) > PATIENCE_MS;
                    let timeout = Answer::Failure { message: "timed out".to_owned() };
                    answers.insert(index, if late { timeout } else { answer(&reply) });
                    let delay = i64::from(reply.delay_ms).min(PATIENCE_MS);
                    events.push(Reverse((now + TRAVEL_MS + delay, index)));
                }
                Step::Wait { ms } => events.push(Reverse((now + i64::from(ms), index))),
                Step::Done(outcome) => {
                    let (status, retry_after) = reply_status(&outcome);
                    match &outcome {
                        Outcome::Delivered { .. } => assert_eq!((status, retry_after), (200, None)),
                        Outcome::Undelivered { .. } => assert!(
                            (status == 503 && retry_after.is_some_and(|seconds| seconds > 0))
                                || status == 413
                        ),
                    }
                    outcomes.insert(index, outcome);
                }
            }
        }
        outcomes.into_values().collect()
    }

    /// How often each id arrived.
    fn arrived(&self) -> BTreeMap<i64, usize> {
        let mut counts = BTreeMap::new();
        for row in &self.stand_in.table(STREAM).expect("the table").rows {
            if let Cell::Long(id) = row[1] {
                *counts.entry(id).or_default() += 1;
            }
        }
        counts
    }

    fn tokens(&self) -> u64 {
        self.stand_in.metrics().token_requests
    }

    fn wait(&mut self, ms: i64) {
        self.now += ms;
    }
}

fn row(id: i64) -> Vec<u8> {
    format!(r#"{{"TimeGenerated":"2026-11-23T01:59:00Z","Id":{id},"Text":"row {id}"}}"#).into_bytes()
}

fn rows(ids: std::ops::Range<i64>) -> RowBuffer {
    let mut buffer = RowBuffer::new();
    ids.for_each(|id| buffer.push(&row(id)));
    buffer
}

/// Every id of the range that often, and nothing else.
fn times(ids: std::ops::Range<i64>, count: usize) -> BTreeMap<i64, usize> {
    ids.map(|id| (id, count)).collect()
}

fn undelivered(outcome: Outcome) -> (Undelivered, usize, Option<u32>) {
    match outcome {
        Outcome::Undelivered { reason, delivered, retry_after_ms } => {
            assert!(!reason.what_to_check().is_empty());
            assert!(!reason.what_to_check().contains(SECRET));
            (reason, delivered.iter().map(|range| range.len()).sum(), retry_after_ms)
        }
        Outcome::Delivered { .. } => panic!("it was delivered"),
    }
}

#[test]
fn rows_arrive_once() {
    let mut world = World::new();
    assert_eq!(world.send(rows(0..1)), Outcome::Delivered { calls: 1, rows: 1 });
    assert_eq!(world.send(rows(1..4)), Outcome::Delivered { calls: 1, rows: 3 });
    assert_eq!(world.send(rows(4..4)), Outcome::Delivered { calls: 0, rows: 0 });
    assert_eq!((world.arrived(), world.tokens()), (times(0..4, 1), 1));
}

#[test]
fn many_rows_take_several_calls() {
    let limits = Limits { wire: 20_000, raw: 1_000_000, gzip_from: 1_000 };
    let mut world = World::with(azure::config(), limits);
    let outcome = world.send(rows(0..10_000));
    assert!(matches!(outcome, Outcome::Delivered { calls: 2.., rows: 10_000 }), "{outcome:?}");
    assert_eq!((world.arrived(), world.tokens()), (times(0..10_000, 1), 1));
}

/// A fault ends the shipment; when the time that it names is over, the same rows go through.
#[test]
fn faults_end_the_shipment_and_pass() {
    struct Case {
        fault: &'static str,
        code: &'static str,
        permanent: bool,
        retry_after_ms: u32,
        /// How often the rows have arrived when the second attempt has succeeded.
        arrivals: usize,
    }
    let case =
        |fault, code, retry_after_ms| Case { fault, code, permanent: false, retry_after_ms, arrivals: 1 };
    for case in [
        case("throttle=1/7s", "azure_throttled", 7_000),
        case("error=500", "azure_unavailable", 5_000),
        case("error=503x1", "azure_unavailable", 5_000),
        case("error=408x1", "azure_unavailable", 5_000),
        case("forbid=30s", "azure_permission", 60_000),
        case("no-rule=30s", "azure_rule", 60_000),
        case("no-stream=30s", "azure_rule", 60_000),
        case("entra-throttle=1", "entra_unavailable", 60_000),
        case("entra-down=1", "entra_unavailable", 5_000),
        Case { arrivals: 2, ..case("lose-reply=1", "azure_unreachable", 5_000) },
        Case { permanent: true, ..case("error=405x1", "azure_refused", 300_000) },
    ] {
        let mut world = World::new();
        world.fault(case.fault);
        let outcome = world.send(rows(0..3));
        assert_eq!(reply_status(&outcome), (503, Some(case.retry_after_ms / 1000)), "{}", case.fault);
        let (reason, delivered, retry_after_ms) = undelivered(outcome);
        assert_eq!((reason.code(), reason.is_permanent()), (case.code, case.permanent), "{}", case.fault);
        assert_eq!(delivered, 0);
        assert_eq!(retry_after_ms, (!case.permanent).then_some(case.retry_after_ms), "{}", case.fault);
        world.wait(i64::from(case.retry_after_ms));
        assert!(matches!(world.send(rows(0..3)), Outcome::Delivered { calls: 1, rows: 3 }), "{}", case.fault);
        assert_eq!(world.arrived(), times(0..3, case.arrivals), "{}", case.fault);
        assert!(world.tokens() <= 2);
    }
}

#[test]
fn a_slow_answer_is_waited_for_and_a_lost_one_is_not() {
    let mut world = World::new();
    world.fault("slow=2s");
    assert!(matches!(world.send(rows(0..1)), Outcome::Delivered { .. }));
    world.fault("slow=1m");
    let (reason, ..) = undelivered(world.send(rows(1..2)));
    assert_eq!(reason, Undelivered::Azure(Obstacle::Unreachable("timed out".to_owned())));
    world.fault("off");
    assert!(matches!(world.send(rows(1..2)), Outcome::Delivered { .. }));
    assert_eq!(world.arrived(), [(0, 1), (1, 2)].into(), "at least once");
}

#[test]
fn what_stands_in_the_way_midway_leaves_the_rest() {
    let limits = Limits { wire: 2_000, raw: 2_000, gzip_from: 10_000 };
    let config = StandInConfig { calls_per_minute: 3, ..azure::config() };
    let mut world = World::with(config, limits);
    let outcome = world.send(rows(0..200));
    let Outcome::Undelivered { reason, delivered, retry_after_ms } = outcome else { panic!() };
    assert_eq!(reason.code(), "azure_throttled");
    assert_eq!(retry_after_ms, Some(60_000), "the rest of the minute");
    let count = delivered.last().expect("some were delivered").end;
    assert!(count < 200);
    assert_eq!(world.arrived(), times(0..count as i64, 1));
}

#[test]
fn one_token_serves_all_who_ask_at_once() {
    let mut world = World::new();
    let crowd = |first: i64| (0..100).map(|i| (i % 7, rows(first + i..first + i + 1))).collect::<Vec<_>>();
    let all_delivered = |outcomes: Vec<Outcome>| {
        assert_eq!(outcomes.len(), 100);
        outcomes.iter().for_each(|outcome| assert!(matches!(outcome, Outcome::Delivered { .. })));
    };
    let outcomes = world.send_all(crowd(0));
    all_delivered(outcomes);
    assert_eq!(world.tokens(), 1, "a cold cache");
    world.fault("expire");
    let outcomes = world.send_all(crowd(100));
    all_delivered(outcomes);
    assert_eq!(world.tokens(), 2, "a hundred refusals");
    world.wait(3_599_000 - 200_000);
    let outcomes = world.send_all(crowd(200));
    all_delivered(outcomes);
    assert_eq!(world.tokens(), 3, "shortly before the end");
    world.wait(10 * 3_600_000);
    let outcomes = world.send_all(crowd(300));
    all_delivered(outcomes);
    assert_eq!(world.tokens(), 4, "long after the end");
    assert_eq!(world.arrived(), times(0..400, 1));
}

#[test]
fn short_lived_tokens_are_used_while_they_live() {
    let mut world = World::with(StandInConfig { token_lifetime_s: 4, ..azure::config() }, Limits::default());
    let outcomes = world.send_all((0..100).map(|i| (i * 100, rows(i..i + 1))).collect());
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Delivered { .. })));
    assert_eq!(world.stand_in.metrics().calls.get(&401), None, "none was used after its end");
    assert!((3..=6).contains(&world.tokens()), "{} tokens in ten seconds", world.tokens());
}

#[test]
fn a_lease_passes_on_when_its_holder_is_gone() {
    let mut world = World::new();
    let url: Arc<str> = ingest::url(ENDPOINT, RULE, STREAM).into();
    let mut gone = Shipment::new(url, rows(0..1));
    assert!(matches!(gone.next(NOW, &mut world.client), Step::Token(_)));
    drop(gone);
    let outcome = world.send(rows(1..2));
    assert_eq!(outcome, Outcome::Delivered { calls: 1, rows: 1 });
    assert!((10_000..11_000).contains(&(world.now - NOW)), "after {} ms", world.now - NOW);
}

#[test]
fn an_outage_of_entra_is_not_hammered() {
    for (fault, seconds, most) in [("entra-throttle=1000", 120, 3), ("entra-down=1000", 20, 5)] {
        let mut world = World::new();
        world.fault(fault);
        let outcomes = world.send_all((0..seconds * 10).map(|i| (i * 100, rows(i..i + 1))).collect());
        for outcome in outcomes {
            assert_eq!(undelivered(outcome).0.code(), "entra_unavailable");
        }
        assert!(world.tokens() <= most, "{fault}: {} requests", world.tokens());
    }
}

#[test]
fn a_wrong_secret_says_what_to_do_and_is_not_hammered() {
    let mut world = World::new();
    let wrong = azure::having([(CLIENT_SECRET, Proof::Secret(Secret::new("another")))]);
    let tokens = TokenCache::new(Cloud::Public.authority(), Cloud::Public.scope(), wrong);
    world.client = Client::new(tokens, Limits::default());
    for outcome in world.send_all((0..100).map(|i| (i * 100, rows(i..i + 1))).collect()) {
        let (reason, _, retry_after_ms) = undelivered(outcome);
        assert_eq!((reason.code(), reason.is_permanent()), ("entra_configuration", true));
        assert!(reason.what_to_check().contains("AADSTS7000215"));
        assert!(reason.what_to_check().contains("wrangler secret put AZURE_CLIENT_SECRET"));
        assert!(retry_after_ms.is_some_and(|ms| ms <= 30_000));
    }
    assert_eq!(world.tokens(), 1);
}

#[test]
fn a_token_for_something_else_is_tried_twice() {
    let mut world = World::new();
    let scope = "https://management.azure.com/.default";
    let tokens = TokenCache::new(Cloud::Public.authority(), scope, azure::credentials());
    world.client = Client::new(tokens, Limits::default());
    for attempt in 0..20 {
        let (reason, ..) = undelivered(world.send(rows(0..1)));
        assert_eq!(reason, Undelivered::Token(TokenFailure::Unauthorized), "attempt {attempt}");
        world.wait(1000);
    }
    assert_eq!(world.tokens(), 2);
    assert_eq!(world.stand_in.metrics().calls, [(401, 2)].into());
}

#[test]
fn a_row_that_azure_cannot_read_does_not_keep_its_neighbours() {
    let strict = || StandInConfig { strict: true, ..azure::config() };
    let mut world = World::with(strict(), Limits::default());
    let mut buffer = rows(0..20);
    buffer.push(b"{\"Id\":");
    buffer.extend(&rows(20..900));
    buffer.push(b"7");
    let outcome = world.send(buffer);
    assert_eq!(reply_status(&outcome), (503, Some(300)));
    let (reason, delivered, _) = undelivered(outcome);
    assert_eq!(reason, Undelivered::Rows { too_large: vec![], refused: vec![20, 901] });
    assert_eq!((reason.code(), reason.is_permanent()), ("row_refused", true));
    assert_eq!((delivered, world.arrived()), (900, times(0..900, 1)));

    // A table that takes nothing does not cost a call for every row.
    let mut world = World::with(strict(), Limits::default());
    let mut buffer = RowBuffer::new();
    (0..2_000).for_each(|_| buffer.push(b"{\"Id\":"));
    let (reason, delivered, _) = undelivered(world.send(buffer));
    assert_eq!((reason.code(), delivered), ("content_refused", 0));
    assert!(matches!(reason, Undelivered::Content { refused, .. } if !refused.is_empty()));
    assert!(world.stand_in.metrics().calls[&400] < 200);
}

#[test]
fn a_call_that_azure_finds_too_large_is_halved() {
    // As if Azure took less than is known.
    let limits = Limits { wire: 5_000_000, raw: 5_000_000, gzip_from: 5_000_000 };
    let mut world = World::with(azure::config(), limits);
    let mut buffer = rows(0..20_000);
    buffer.push(format!(r#"{{"Id":-1,"Text":"{}"}}"#, "x".repeat(1_100_000)).as_bytes());
    buffer.extend(&rows(20_000..30_000));
    let outcome = world.send(buffer);
    assert_eq!(reply_status(&outcome), (413, None));
    let (reason, delivered, _) = undelivered(outcome);
    assert_eq!(reason, Undelivered::Rows { too_large: vec![20_000], refused: vec![] });
    assert_eq!((delivered, world.arrived()), (30_000, times(0..30_000, 1)));
}

#[test]
fn a_row_that_fits_no_call_is_not_sent() {
    let mut world = World::with(azure::config(), Limits { wire: 500, raw: 600, gzip_from: 500 });
    let mut buffer = rows(0..2);
    buffer.push(format!(r#"{{"Id":-1,"Text":"{}"}}"#, "x".repeat(700)).as_bytes());
    buffer.extend(&rows(2..4));
    let outcome = world.send(buffer);
    assert_eq!(reply_status(&outcome), (413, None));
    let (reason, delivered, _) = undelivered(outcome);
    assert_eq!((reason.code(), delivered), ("row_too_large", 4));
    assert_eq!(world.arrived(), times(0..4, 1));
}

#[test]
fn an_auxiliary_table_gets_calls_of_half_an_hour() {
    let mut world = World::with(StandInConfig { auxiliary: true, ..azure::config() }, Limits::default());
    let mut buffer = RowBuffer::new();
    for id in 0..8 {
        let (hour, minute) = (id / 4, id % 4 * 15);
        let row = format!(r#"{{"TimeGenerated":"2026-11-23T0{hour}:{minute:02}:00Z","Id":{id}}}"#);
        buffer.push(row.as_bytes());
    }
    assert!(matches!(world.send(buffer), Outcome::Delivered { rows: 8, .. }));
    assert_eq!(world.arrived(), times(0..8, 1));
}

#[test]
fn nothing_shows_a_secret() {
    let mut world = World::new();
    let url: Arc<str> = ingest::url(ENDPOINT, RULE, STREAM).into();
    let mut shipment = Shipment::new(url, rows(0..1));
    let mut shown = format!("{:?}", azure::credentials());
    let mut secrets = vec![SECRET.to_owned()];
    loop {
        let step = shipment.next(NOW, &mut world.client);
        shown += &format!("{step:?}");
        let (Step::Send(request) | Step::Token(request)) = step else { break };
        let answer = answer(&carry(&mut world.stand_in, NOW, &request));
        shown += &format!("{answer:?}{:?}", ccf_edge::azure::token::read(&answer, CLIENT_SECRET));
        if let Answer::Response { body, .. } = &answer
            && let Ok(body) = serde_json::from_slice::<serde_json::Value>(body)
        {
            secrets.push(body["access_token"].as_str().expect("a token").to_owned());
        }
        shipment.answered(NOW, &answer, &mut world.client);
    }
    let mut tokens = TokenCache::new(Cloud::Public.authority(), Cloud::Public.scope(), azure::credentials());
    shown += &format!("{:?}", tokens.acquire(NOW));
    shown += &format!("{tokens:?}");
    assert_eq!(secrets.len(), 2);
    for secret in secrets {
        assert!(!shown.contains(&secret), "{shown}");
    }
    assert!(shown.contains(TENANT) && shown.contains(CLIENT));
}
