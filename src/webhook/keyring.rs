//! Keys that have to be fetched before a delivery can be judged, without fetching anything.
//!
//! [`verify_with`](super::verify::verify_with) looks into a [`Keyring`]; where the key is not there it answers
//! [`Verdict::NeedsKey`](super::verify::Verdict::NeedsKey). The edge then asks for a [`Lease`], fetches,
//! hands the answer to [`Keyring::learn`] and verifies again. So one request of an isolate fetches while the others wait,
//! and strangers cannot make the relay hammer anyone: what failed is not asked for again for a minute, a set
//! without the named key not for five, and each host is asked a bounded number of times a minute.
//!
//! Where a key is fetched from is decided by the source alone: a fixed URL, or one of the delivery's whose host
//! and path the source pins.

use std::fmt;

use super::public_key::PublicKey;

/// The longest answer that is read, in bytes. The largest set of a known issuer (Microsoft Entra) has about 30 KB.
pub const LONGEST_ANSWER: usize = 64 * 1024;

/// How long keys are used before they are asked for again, in milliseconds: an issuer that withdraws a key
/// is believed after an hour.
const FRESH_MS: i64 = 3_600_000;

/// How long keys are used when their issuer does not answer, in milliseconds.
const STALE_MS: i64 = 24 * FRESH_MS;

/// How long nobody asks again after a failure, in milliseconds.
const FAILED_MS: i64 = 60_000;

/// How long a set is believed that has not the named key, in milliseconds.
const UNKNOWN_ID_MS: i64 = 300_000;

/// How long whoever fetches has for it, in milliseconds. A request may be cancelled on the way.
const LEASE_MS: i64 = 10_000;

/// How often one host is asked at most within [`BUDGET_MS`].
const BUDGET: u32 = 10;

/// The time that the budget is for, in milliseconds.
const BUDGET_MS: i64 = 60_000;

/// How many answers are kept.
const ENTRIES: usize = 64;

/// A key that is needed: what to ask, and whom.
#[derive(Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where it is. A fragment, which no request carries, tells several answers of one address apart.
    pub url: String,
    /// The JSON to POST; without one it is a GET. It may hold a secret.
    pub body: Option<Vec<u8>>,
}

/// Debug shows no body, which may hold a secret.
impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Who may fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// You: fetch it, and hand the answer to [`Keyring::learn`].
    Granted,
    /// Somebody else does: look again a little later.
    Taken,
    /// Nobody now: the host was asked too often. Verifying again says so.
    Denied,
}

/// What the keyring has.
pub(super) enum Lookup<'k> {
    /// The keys that may be meant; none when the issuer has no such key.
    Keys(Vec<&'k PublicKey>),
    /// Nothing, or nothing that is fresh: it has to be fetched.
    Missing,
    /// Nothing, and asking for it failed a moment ago.
    Unavailable,
}

/// The keys that were fetched.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    entries: Vec<Entry>,
    budgets: Vec<Budget>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    url: String,
    keys: Vec<PublicKey>,
    /// When the keys came; without keys no time.
    learned: i64,
    failed: Option<i64>,
    leased_until: i64,
}

#[derive(Clone, Debug)]
struct Budget {
    origin: String,
    since: i64,
    left: u32,
}

impl Keyring {
    /// The keys from this address, those of the name if one is given.
    #[inline(never)]
    pub(super) fn look_up(&self, url: &str, id: Option<&str>, now: i64) -> Lookup<'_> {
        let Some(entry) = self.entries.iter().find(|entry| entry.url == url) else { return Lookup::Missing };
        let failed = entry.failed.is_some_and(|at| now.saturating_sub(at) < FAILED_MS);
        let age = now.saturating_sub(entry.learned);
        if entry.keys.is_empty() || age >= STALE_MS || (age >= FRESH_MS && !failed) {
            return if failed { Lookup::Unavailable } else { Lookup::Missing };
        }
        let meant = |key: &&PublicKey| id.is_none() || key.id.as_deref() == id;
        let keys: Vec<&PublicKey> = entry.keys.iter().filter(meant).collect();
        if keys.is_empty() && age >= UNKNOWN_ID_MS && !failed {
            return Lookup::Missing;
        }
        Lookup::Keys(keys)
    }

    /// Asks for leave to fetch; `now` is in milliseconds since the Unix epoch.
    #[inline(never)]
    pub fn lease(&mut self, url: &str, now: i64) -> Lease {
        if self.entries.iter().any(|entry| entry.url == url && entry.leased_until > now) {
            return Lease::Taken;
        }
        if self.spend(url, now) {
            self.update(url, |entry| entry.leased_until = now.saturating_add(LEASE_MS));
            Lease::Granted
        } else {
            self.update(url, |entry| entry.failed = Some(now));
            Lease::Denied
        }
    }

    /// Whether a delivery that waits for somebody else's fetch can be verified again.
    pub fn settled(&self, url: &str, now: i64) -> bool {
        !self.entries.iter().any(|entry| entry.url == url && entry.leased_until > now)
    }

    /// Takes in an answer with the status 200, or that there was none.
    #[inline(never)]
    pub fn learn(&mut self, url: &str, now: i64, answer: Option<&[u8]>) {
        let text = answer.filter(|answer| answer.len() <= LONGEST_ANSWER);
        let text = text.and_then(|answer| std::str::from_utf8(answer).ok());
        let keys = text.map(PublicKey::read_all).unwrap_or_default();
        self.update(url, |entry| {
            entry.leased_until = i64::MIN;
            if keys.is_empty() {
                entry.failed = Some(now);
            } else {
                entry.keys = keys;
                entry.learned = now;
                entry.failed = None;
            }
        });
    }

    /// Changes what is known of an address.
    #[inline(never)]
    fn update(&mut self, url: &str, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.url == url) {
            return change(entry);
        }
        if self.entries.len() >= ENTRIES {
            // What strangers made up fails and goes first; keys are kept as long as there is room.
            let oldest = self.entries.iter().enumerate().min_by_key(|(_, entry)| {
                (!entry.keys.is_empty(), entry.learned, entry.failed, entry.leased_until)
            });
            if let Some((at, _)) = oldest {
                self.entries.swap_remove(at);
            }
        }
        let mut entry = Entry { url: url.to_owned(), leased_until: i64::MIN, ..Entry::default() };
        change(&mut entry);
        self.entries.push(entry);
    }

    fn spend(&mut self, url: &str, now: i64) -> bool {
        let origin = origin(url);
        self.budgets.retain(|budget| now.saturating_sub(budget.since) < BUDGET_MS);
        match self.budgets.iter_mut().find(|budget| budget.origin == origin) {
            Some(budget) if budget.left == 0 => false,
            Some(budget) => {
                budget.left = budget.left.saturating_sub(1);
                true
            }
            None => {
                self.budgets.push(Budget { origin: origin.to_owned(), since: now, left: BUDGET - 1 });
                true
            }
        }
    }
}

/// Scheme and host of a URL.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at.saturating_add(3));
    let end = url.get(host..).and_then(|rest| rest.find(['/', '?', '#'])).map(|at| host.saturating_add(at));
    url.get(..end.unwrap_or(url.len())).unwrap_or(url)
}
