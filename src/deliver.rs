//! The one loop of delivery: token, send, classify, split.
//!
//! It does no I/O: [`Shipment::next`] says what to do, whoever does it hands the answer to
//! [`Shipment::answered`]. It waits for nothing but a token that another shipment is fetching: when Azure is
//! not ready, the shipment ends, and who sent the rows, or the queue that holds them, tries again later.

use std::ops::Range;
use std::sync::Arc;

use crate::azure::ingest::{self, Obstacle, Verdict};
use crate::azure::token::{self, Acquire, CredentialId, TokenCache, TokenFailure, TokenId};
use crate::azure::{Answer, Request};
use crate::batch::{self, Batch, Packed, Packer, RowBuffer};

/// What the shipments of one isolate share.
pub struct Client {
    tokens: TokenCache,
    packer: Packer,
    health: Health,
}

/// What the shipments of one isolate have lately come to, stream by stream.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// The streams that rows were sent to.
    pub streams: Vec<StreamHealth>,
}

/// What the shipments for one stream have lately come to. Times are in milliseconds since the Unix epoch.
#[derive(Clone, Debug)]
pub struct StreamHealth {
    /// The stream's [`ingest::url`].
    pub url: Arc<str>,
    /// When it last took rows.
    pub delivered: Option<i64>,
    /// When rows last did not arrive, and why.
    pub error: Option<(i64, Undelivered)>,
}

impl Client {
    /// A client that has no token yet.
    pub fn new(tokens: TokenCache, limits: batch::Limits) -> Self {
        Client { tokens, packer: Packer::new(limits), health: Health::default() }
    }

    /// What packs its calls.
    pub fn packer(&mut self) -> &mut Packer {
        &mut self.packer
    }

    /// What its shipments have lately come to.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// The token that its shipments share, and the credentials.
    pub fn tokens(&self) -> &TokenCache {
        &self.tokens
    }

    /// The same, to be changed.
    pub fn tokens_mut(&mut self) -> &mut TokenCache {
        &mut self.tokens
    }
}

impl Health {
    /// What is known of a stream, if anything was sent to it.
    pub fn of(&self, url: &str) -> Option<&StreamHealth> {
        self.streams.iter().find(|stream| *stream.url == *url)
    }

    #[inline(never)]
    fn note(&mut self, now_ms: i64, url: &Arc<str>, error: Option<&Undelivered>) {
        let known = self.streams.iter().position(|stream| stream.url == *url);
        let at = known.unwrap_or(self.streams.len());
        if known.is_none() {
            self.streams.push(StreamHealth { url: Arc::clone(url), delivered: None, error: None });
        }
        let Some(stream) = self.streams.get_mut(at) else { return };
        match error {
            None => stream.delivered = Some(now_ms),
            Some(error) => stream.error = Some((now_ms, error.clone())),
        }
    }
}

/// What to do next.
#[derive(Debug)]
pub enum Step<'a> {
    /// Send this to the data collection endpoint and hand the answer to [`Shipment::answered`].
    Send(Request<'a>),
    /// Send this to Entra and hand the answer to [`Shipment::answered`].
    Token(Request<'a>),
    /// Ask again after that time.
    Wait {
        /// The time in milliseconds.
        ms: u32,
    },
    /// Nothing is left to do.
    Done(Outcome),
}

/// How a shipment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Azure took every row.
    Delivered {
        /// How many calls that took, refused ones included.
        calls: u32,
        /// How many rows there were.
        rows: usize,
    },
    /// Azure did not take every row.
    Undelivered {
        /// Why not.
        reason: Undelivered,
        /// The rows that Azure took nevertheless, in ascending order. Sending them again makes duplicates:
        /// Log Analytics removes none.
        delivered: Vec<Range<usize>>,
        /// When to try the others again, in milliseconds; `None` if that is of no use.
        retry_after_ms: Option<u32>,
    },
}

/// Why rows were not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// Azure cannot take the call, or will not.
    Azure(Obstacle),
    /// There is no token.
    Token(TokenFailure),
    /// Azure will never take certain rows. All others are delivered.
    Rows {
        /// The rows that fit no call, in ascending order.
        too_large: Vec<usize>,
        /// The rows that Azure cannot read, in ascending order.
        refused: Vec<usize>,
    },
    /// Azure refused so many parts of the shipment that it is pointless to go on looking for the rows now.
    Content {
        /// The rows that are known to fit no call, in the order in which they were found.
        too_large: Vec<usize>,
        /// The rows that Azure is known not to read, in the order in which they were found.
        refused: Vec<usize>,
    },
    /// It took too long, so that it was given up for now.
    Slow,
}

impl Undelivered {
    /// A stable name for logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Undelivered::Azure(obstacle) => obstacle.code(),
            Undelivered::Token(TokenFailure::Unavailable(_)) => "entra_unavailable",
            Undelivered::Token(TokenFailure::Configuration(_)) => "entra_configuration",
            Undelivered::Token(TokenFailure::Unauthorized) => "azure_unauthorized",
            Undelivered::Rows { too_large, .. } if !too_large.is_empty() => "row_too_large",
            Undelivered::Rows { .. } => "row_refused",
            Undelivered::Content { .. } => "content_refused",
            Undelivered::Slow => "slow",
        }
    }

    /// What happened, and what the operator should look at.
    pub fn what_to_check(&self) -> String {
        match self {
            Undelivered::Azure(obstacle) => obstacle.what_to_check(),
            Undelivered::Token(TokenFailure::Unavailable(message) | TokenFailure::Configuration(message)) => {
                message.clone()
            }
            Undelivered::Token(TokenFailure::Unauthorized) => {
                "Azure refused a token that Entra had just issued (401). Check that tenant_id and dce_endpoint \
                 belong to the same cloud."
                    .to_owned()
            }
            Undelivered::Rows { too_large, refused } => {
                let large = if too_large.is_empty() {
                    String::new()
                } else {
                    format!("{} row(s) fit no call of 1 MB, even compressed: map fewer columns. ", too_large.len())
                };
                let bad = if refused.is_empty() {
                    String::new()
                } else {
                    format!(
                        "Azure cannot read {} row(s): check the columns against the rule's stream. ",
                        refused.len()
                    )
                };
                format!("{large}{bad}The other rows are delivered.")
            }
            Undelivered::Content { .. } => "Azure cannot read the rows: check the columns against the rule's stream, and \
                                     that the table takes them."
                .to_owned(),
            Undelivered::Slow => "The batch took too long.".to_owned(),
        }
    }

    /// Whether trying again is of no use before a person has changed something.
    pub fn is_permanent(&self) -> bool {
        match self {
            Undelivered::Azure(obstacle) => obstacle.is_permanent(),
            Undelivered::Token(TokenFailure::Unavailable(_)) | Undelivered::Slow => false,
            Undelivered::Token(_) | Undelivered::Rows { .. } | Undelivered::Content { .. } => true,
        }
    }
}

/// The status that the sender of a webhook hears, and the seconds of its `Retry-After`.
///
/// 200 only if Azure took every row. 413 if a row is too large: the sender need not try again.
/// Everything else is 503: the event is not lost while its sender keeps trying.
pub fn reply_status(outcome: &Outcome) -> (u16, Option<u32>) {
    match outcome {
        Outcome::Delivered { .. } => (200, None),
        Outcome::Undelivered { reason: Undelivered::Rows { refused, .. }, .. } if refused.is_empty() => {
            (413, None)
        }
        Outcome::Undelivered { retry_after_ms, .. } => {
            (503, Some(retry_after_ms.unwrap_or(LATER_MS).div_ceil(1000).max(1)))
        }
    }
}

/// When a sender may try again what waits for a person.
const LATER_MS: u32 = 300_000;

/// How many refused calls a shipment makes on its search for the rows that Azure cannot read. Ten single rows
/// among a thousand are found; a table that takes none does not cost thousands of calls.
const SEARCH_CALLS: u32 = 128;

/// The rows of one delivery, or of one batch of a queue, on their way to a stream.
pub struct Shipment {
    url: Arc<str>,
    rows: RowBuffer,
    /// How many rows were sent and forgotten before the first that is still there.
    forgotten: usize,
    /// The first row that no call has had yet.
    untried: usize,
    /// What is still to be packed and sent; the next part is last.
    parts: Vec<Range<usize>>,
    /// The call that is under way or must be made again.
    call: Option<Batch>,
    state: State,
    /// Whether the current call was refused with 401 before.
    unauthorized: bool,
    calls: u32,
    search_calls: u32,
    delivered: Vec<Range<usize>>,
    too_large: Vec<usize>,
    refused: Vec<usize>,
}

enum State {
    Idle,
    Fetching(CredentialId),
    Sending(TokenId),
    Stopped { reason: Undelivered, retry_after_ms: Option<u32> },
}

impl Shipment {
    /// Puts rows on their way to the stream whose [`ingest::url`] is given.
    pub fn new(url: Arc<str>, rows: RowBuffer) -> Self {
        let all = 0..rows.len();
        Shipment {
            url,
            rows,
            forgotten: 0,
            untried: 0,
            parts: vec![all],
            call: None,
            state: State::Idle,
            unauthorized: false,
            calls: 0,
            search_calls: 0,
            delivered: Vec::new(),
            too_large: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// The rows, whatever became of them, except those that [`Shipment::next_full`] has done with.
    pub fn rows(&self) -> &RowBuffer {
        &self.rows
    }

    /// Adds the rows that `write` adds to the buffer that it is given. Gives them as a range among all that this
    /// shipment has had.
    pub fn add<R>(&mut self, write: impl FnOnce(&mut RowBuffer) -> R) -> (R, Range<usize>) {
        let before = self.rows.len();
        let written = write(&mut self.rows);
        let after = self.rows.len();
        match self.parts.first_mut() {
            Some(last) if last.end == before => last.end = after,
            _ => self.parts.insert(0, before..after),
        }
        (written, self.forgotten.saturating_add(before)..self.forgotten.saturating_add(after))
    }

    /// What to do next. To be asked again after the wait is over or the request is answered, not before.
    pub fn next<'a>(&'a mut self, now_ms: i64, client: &'a mut Client) -> Step<'a> {
        self.pack(client, false);
        self.send(now_ms, client)
    }

    /// The same as long as there is enough for a full call. `None` when more rows can be added to those that are left;
    /// the others are forgotten.
    pub fn next_full<'a>(&'a mut self, now_ms: i64, client: &'a mut Client) -> Option<Step<'a>> {
        self.pack(client, true).then(|| self.send(now_ms, client))
    }

    /// Ends it: the rows that are left are not sent.
    pub fn stop(&mut self, reason: Undelivered, retry_after_ms: Option<u32>) {
        self.state = State::Stopped { reason, retry_after_ms };
    }

    /// Makes the next call where there is none. With `hold`, rows that are left and fill no call wait for more, and this
    /// gives false.
    fn pack(&mut self, client: &mut Client, hold: bool) -> bool {
        if matches!(self.state, State::Stopped { .. }) {
            return true;
        }
        while self.call.is_none() {
            let part = self.parts.pop().unwrap_or_default();
            let Some(packed) = client.packer.pack_next(&self.rows, part.clone()) else {
                if !self.parts.is_empty() {
                    continue;
                }
                if hold {
                    self.forget(self.rows.len());
                }
                return !hold;
            };
            let rest = packed.rows().end..part.end;
            match packed {
                Packed::Batch(batch) => {
                    let last = rest.is_empty() && self.parts.is_empty();
                    if hold && last && batch.rows.start >= self.untried {
                        self.forget(part.start);
                        return false;
                    }
                    self.call = Some(batch);
                }
                Packed::Oversize { row } => self.too_large.push(self.forgotten.saturating_add(row)),
            }
            self.parts.push(rest);
        }
        true
    }

    /// Forgets the rows before this one, all of which are done with, and has the others still to send.
    fn forget(&mut self, rows: usize) {
        self.rows.forget(rows);
        self.forgotten = self.forgotten.saturating_add(rows);
        self.untried = self.untried.saturating_sub(rows);
        let left = 0..self.rows.len();
        self.parts = vec![left];
    }

    fn send<'a>(&'a mut self, now_ms: i64, client: &'a mut Client) -> Step<'a> {
        if matches!(self.state, State::Stopped { .. }) || self.call.is_none() {
            return Step::Done(self.outcome());
        }
        match client.tokens.acquire(now_ms) {
            Acquire::Use { authorization, token } => {
                let Some(call) = &self.call else { return Step::Done(self.outcome()) };
                self.state = State::Sending(token);
                Step::Send(ingest::request(&self.url, authorization, call.body(&self.rows), call.gzip))
            }
            Acquire::Fetch { request, with } => {
                self.state = State::Fetching(with);
                Step::Token(request)
            }
            Acquire::Wait { ms } => Step::Wait { ms },
            Acquire::Failed { failure, retry_after_ms } => {
                let (reason, retry_after_ms) = (Undelivered::Token(failure), Some(retry_after_ms));
                client.health.note(now_ms, &self.url, Some(&reason));
                self.state = State::Stopped { reason, retry_after_ms };
                Step::Done(self.outcome())
            }
        }
    }

    /// Takes in the answer to the request of the last step.
    pub fn answered(&mut self, now_ms: i64, answer: &Answer, client: &mut Client) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Fetching(with) => {
                let answer = token::read(answer, client.tokens.name(with));
                client.tokens.store(now_ms, with, answer);
            }
            State::Sending(token) => self.sent(now_ms, token, ingest::classify(answer), client),
            // Nothing is under way: an answer that comes twice changes nothing.
            state @ (State::Idle | State::Stopped { .. }) => self.state = state,
        }
    }

    /// Ends it between two calls: what is not delivered by now is to be sent another time.
    pub fn give_up(&mut self) {
        let over = self.call.is_none() && self.parts.iter().all(Range::is_empty);
        if over || matches!(self.state, State::Stopped { .. }) {
            return;
        }
        let (too_large, refused) = (self.too_large.clone(), self.refused.clone());
        let reason = match too_large.is_empty() && refused.is_empty() {
            true => Undelivered::Slow,
            false => Undelivered::Content { too_large, refused },
        };
        self.state = State::Stopped { reason, retry_after_ms: None };
    }

    fn sent(&mut self, now_ms: i64, token: TokenId, verdict: Verdict, client: &mut Client) {
        let Some(call) = self.call.take() else { return };
        self.calls = self.calls.saturating_add(1);
        self.untried = self.untried.max(call.rows.end);
        let among_all = |row: usize| self.forgotten.saturating_add(row);
        let all = among_all(call.rows.start)..among_all(call.rows.end);
        if verdict != Verdict::RefreshToken {
            self.unauthorized = false;
        }
        match verdict {
            Verdict::Done => {
                client.health.note(now_ms, &self.url, None);
                self.delivered.push(all);
            }
            Verdict::RefreshToken if self.unauthorized => {
                let retry_after_ms = Some(client.tokens.reject_new(now_ms, token));
                let reason = Undelivered::Token(TokenFailure::Unauthorized);
                client.health.note(now_ms, &self.url, Some(&reason));
                self.state = State::Stopped { reason, retry_after_ms };
            }
            Verdict::RefreshToken => {
                client.tokens.reject(token);
                self.unauthorized = true;
                self.call = Some(call);
            }
            Verdict::Split { too_large } => {
                // Halving what is too large ends soon; only what stays too large alone belongs to a search.
                if !too_large || call.rows.len() < 2 {
                    self.search_calls = self.search_calls.saturating_add(1);
                }
                match batch::split(&call.rows) {
                    Some(_) if self.search_calls > SEARCH_CALLS => {
                        let (too_large, refused) = (self.too_large.clone(), self.refused.clone());
                        let reason = Undelivered::Content { too_large, refused };
                        client.health.note(now_ms, &self.url, Some(&reason));
                        self.state = State::Stopped { reason, retry_after_ms: None };
                    }
                    Some((first, second)) => self.parts.extend([second, first]),
                    None if too_large => self.too_large.extend(all),
                    None => self.refused.extend(all),
                }
                let known = !self.too_large.is_empty() || !self.refused.is_empty();
                if known && !matches!(self.state, State::Stopped { .. }) {
                    let (too_large, refused) = (self.too_large.clone(), self.refused.clone());
                    let reason = Undelivered::Rows { too_large, refused };
                    client.health.note(now_ms, &self.url, Some(&reason));
                }
            }
            Verdict::Stop { obstacle, retry_after_ms } => {
                let retry_after_ms = (!obstacle.is_permanent()).then_some(retry_after_ms);
                let reason = Undelivered::Azure(obstacle);
                client.health.note(now_ms, &self.url, Some(&reason));
                self.state = State::Stopped { reason, retry_after_ms };
            }
        }
    }

    /// How it ended.
    fn outcome(&self) -> Outcome {
        let (reason, retry_after_ms) = match &self.state {
            State::Stopped { reason, retry_after_ms } => (reason.clone(), *retry_after_ms),
            _ if self.too_large.is_empty() && self.refused.is_empty() => {
                let rows = self.forgotten.saturating_add(self.rows.len());
                return Outcome::Delivered { calls: self.calls, rows };
            }
            _ => {
                let (too_large, refused) = (self.too_large.clone(), self.refused.clone());
                (Undelivered::Rows { too_large, refused }, None)
            }
        };
        Outcome::Undelivered { reason, delivered: self.delivered.clone(), retry_after_ms }
    }
}
