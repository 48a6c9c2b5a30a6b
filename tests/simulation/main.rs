//! No event is lost: senders, door, queue, consumers, operators, Entra, the data collection endpoint and the bucket in
//! virtual time, from one seed, with every fault that Azure and Cloudflare are known for.
//!
//! The code that is tried is the relay's own: `relay`, `envelope`, `consume`, `deliver`, `batch`. Only the world around
//! it is made up:
//!
//! | file | what it makes up |
//! |---|---|
//! | `world` | the clock, the senders, what goes wrong and when |
//! | `settings` | the relay's files in the versions that are deployed |
//! | `door` | requests, and the way into the queue |
//! | `storage` | the queue with its dead letters, and the bucket |
//! | `consumers` | batches, and the Worker's half of a consumer (`src/worker/queue.js`) |
//! | `operator` | replays of what is parked (`src/worker/admin.js`) |
//! | `azure` | Entra, the data collection endpoint, and the network before them |
//! | `faults` | the names of all faults, and mistakes that are planted to try the checks |
//! | `account` | what has to hold when all is over |
//!
//! After each run every record of every event that a sender was told is taken is in a table or parked, nothing is in a
//! table that was not sent, and there are not more copies than there were causes for them.
//!
//! A failing seed prints itself. `CCF_SIMULATION=17 cargo test --test simulation` runs that one alone, and
//! `CCF_SIMULATION=0..5000` a range; with `CCF_FOLLOW=3 … -- --nocapture` the way of the fourth delivery is printed.
//! Plain `cargo test` tries few seeds; `npm test -- --only simulation` a million events, in an optimised build.

mod account;
mod azure;
mod consumers;
mod door;
mod faults;
mod operator;
mod random;
mod settings;
mod storage;
mod world;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use faults::{FAULTS, Mistake, Tally};
use world::World;

/// The seeds of plain `cargo test`.
const FEW: Range<u64> = 0..40;
/// So many seeds are enough that every kind of fault has to strike.
const ENOUGH: u64 = 2000;
/// How many deliveries a seed has.
const DELIVERIES: usize = 40;

/// One world from its beginning to its end.
fn run(seed: u64, mistake: Option<Mistake>) -> World {
    let mut world = World::new(seed, mistake);
    world.run(DELIVERIES);
    world.check();
    world
}

fn seeds() -> Range<u64> {
    let number = |text: &str| text.parse().expect("CCF_SIMULATION is a seed or a range of seeds");
    match std::env::var("CCF_SIMULATION") {
        Err(_) => FEW,
        Ok(text) => match text.split_once("..") {
            Some((start, end)) => number(start)..number(end),
            None => number(&text)..number(&text) + 1,
        },
    }
}

#[test]
fn no_acknowledged_event_is_lost() {
    let seeds = seeds();
    let next = AtomicU64::new(seeds.start);
    let total = Mutex::new(Tally::default());
    let work = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            match std::panic::catch_unwind(|| run(seed, None).tally) {
                Ok(counts) => tally.merge(counts),
                Err(panic) => {
                    eprintln!("seed {seed} fails: CCF_SIMULATION={seed} cargo test --test simulation");
                    std::panic::resume_unwind(panic);
                }
            }
        }
        total.lock().expect("no panic").merge(tally);
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let tally = total.into_inner().expect("no panic");
    let count = seeds.end - seeds.start;
    println!("{count:>10}  seeds\n{}", account::report(&tally));
    if count >= ENOUGH {
        // What never happened was not tried.
        let never: Vec<_> = FAULTS.iter().filter(|fault| !tally.0.contains_key(*fault)).collect();
        assert!(never.is_empty(), "never happened: {never:?}");
    }
}

#[test]
fn a_seed_replays_exactly() {
    let trace = |seed| {
        let world = run(seed, None);
        let bucket: Vec<_> = world.bucket.into_iter().map(|(key, object)| (key, object.bytes)).collect();
        (world.copies, bucket, world.now, world.order, world.tally.0)
    };
    for seed in 0..5 {
        assert!(trace(seed) == trace(seed), "seed {seed}");
    }
}

/// The checks see what they are for: a mistake of whoever drives the relay is found within the usual seeds.
#[test]
fn planted_mistakes_are_found() {
    let seeds = 0..ENOUGH;
    // Only this thread's panics are expected.
    let loud = std::panic::take_hook();
    let own = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() != own {
            loud(panic);
        }
    }));
    let mut found = Vec::new();
    for mistake in Mistake::ALL {
        let seed = seeds.clone().find(|seed| std::panic::catch_unwind(|| run(*seed, Some(mistake))).is_err());
        found.push((mistake, seed));
    }
    drop(std::panic::take_hook());
    for (mistake, seed) in &found {
        println!("{mistake:?}: found by seed {seed:?}");
    }
    assert!(found.iter().all(|(_, seed)| seed.is_some()));
}
