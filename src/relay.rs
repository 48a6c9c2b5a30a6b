//! The relay as a value: configuration, sources and schemas, ready to receive.
//!
//! A [`Relay`] is made once and kept. A delivery becomes a [`Passage`], which says step by step what the edge
//! has to do until there is a reply for the sender.

use crate::artifact::dcr;
use crate::artifact::schema::Schema;
use crate::azure::assertion::{Certificate, Signer};
use crate::azure::token::{ClientCredentials, Credential, Proof, TokenCache};
use crate::azure::{self, Answer, Request, ingest};
use crate::batch::{Limits, RowBuffer};
use crate::config::{self, ConfigError, HookConfig, Mode};
use crate::consume::Breaker;
use crate::deliver::{self, Client, Outcome, Shipment, Step};
use crate::envelope::{Claim, Envelope, LARGEST_MESSAGE, sha256};
use crate::heartbeat::{Heartbeat, MARKER};
use crate::json::{write_count, write_string};
use crate::mapping::jq::Variables;
use crate::mapping::loss::{Loss, NAMED_LOSSES};
use crate::mapping::plan::{HeaderNames, Mapping, MappingErrorReason, RECORD_INDEX, RowsError};
use crate::mapping::time;
use crate::metrics::{Labels, Numbers, Point};
use crate::scan::Scanner;
use crate::text::{LineIndex, Position, Span, nearest};
use crate::webhook::decode::open;
use crate::webhook::delivery::{Delivery, Field, Headers};
use crate::webhook::door::{Door, Ended};
use crate::webhook::handshake::Reply;
use crate::webhook::keyring::{Keyring, Lease, Wanted};
use crate::webhook::location::{self, Location};
use crate::webhook::rejection::Rejection;
use crate::webhook::secret::{Secret, Secrets};
use crate::webhook::source::{self, Form, Source};
use crate::webhook::verify::{self, Crypto, Verdict, Verified, verify, verify_with};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// When to come back when the queue does not take an event, in seconds.
const QUEUE_RETRY_S: &str = "10";

/// The header fields that are credentials for whomever they are sent to: no message holds them.
const CREDENTIALS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// What a sender hears when the queue did not take its event.
const UNQUEUED: &str = "The queue did not take the event; send this delivery again";

/// What a sender hears when Azure did not take its rows.
const UNDELIVERED: &str = "Azure did not take the rows; send this delivery again";

const RETRY_AFTER: &str = "retry-after";

/// When to come back after a key could not be fetched, in seconds: when the keyring asks again.
const KEY_RETRY_S: &str = "60";

/// How long to wait for somebody else's fetch before looking again, in milliseconds.
const LOOK_AGAIN_MS: u32 = 50;

/// How often an isolate asks the bucket whether a hook is armed, at most, in milliseconds: everybody can send what looks
/// like a hello. Whoever comes between is answered as at a hook that is not armed.
const HELLO_EVERY_MS: i64 = 1000;

/// What the log says of a secret that has come.
const SECRET_KEPT: &str = "the product's secret has come and waits for a day; `ccf-edge hello` takes it. Should you not expect one, delete the \
     object hello/<hook> from the bucket";

/// How much of what the platform says is logged, in characters.
const LOGGED_REASON: usize = 500;

/// How much of a name that a stranger chose is logged, in characters.
const LOGGED_NAME: usize = 128;

/// A configured relay.
pub struct Relay {
    hooks: Vec<Rc<Hook>>,
    client: Client,
    keyring: Keyring,
    breaker: Breaker,
    wanted: Option<config::Delivery>,
    waiting: Option<Waiting>,
    warnings: Vec<ConfigError>,
}

/// What a batch of the queue put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// When the oldest message of it came into the queue, in milliseconds since the Unix epoch.
    pub since: i64,
    /// When that message comes again. What becomes of it then, another isolate may learn.
    pub until: i64,
}

/// What the Worker is bound to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bindings {
    /// Whether there is a queue to send to.
    pub queue: bool,
    /// Whether there is a bucket.
    pub bucket: bool,
    /// Whether there is a window that remembers deliveries.
    pub dedupe: bool,
}

/// One configured endpoint, `POST /hooks/<name>`.
pub struct Hook {
    name: String,
    source: Source,
    secrets: Secrets,
    mapping: Mapping,
    stream: String,
    stream_url: Arc<str>,
    url: Option<String>,
    max_bytes: usize,
    headers: HeaderNames,
    /// Whether deliveries go to the queue.
    queued: bool,
    /// From when on the bucket may be asked whether the hook is armed, in milliseconds since the Unix epoch.
    hello_from: Cell<i64>,
    /// For how long a delivery is remembered, in seconds; none are without.
    window_s: Option<u32>,
    /// Whether a delivery without an id gets one made of its body: the stream has a column for records' numbers.
    identifies: bool,
    heartbeat: Option<Heartbeat>,
    numbering: Arc<str>,
}

impl Hook {
    /// The name in the path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of its source.
    pub fn source(&self) -> &str {
        &self.source.id
    }

    /// The stream that its rows go to.
    pub fn stream(&self) -> &str {
        &self.stream
    }

    /// The URL at which the sender believes to speak, where it is configured.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// The longest body that it takes, in bytes.
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// For how long a delivery is remembered once it is taken, in seconds; none are without.
    pub fn window_s(&self) -> Option<u32> {
        self.window_s
    }

    /// The headers that a [`Delivery`] for it has to carry.
    pub fn headers(&self) -> &HeaderNames {
        &self.headers
    }

    /// What the numbers of an event's records rest on: the digest of the expression that makes them.
    pub fn numbering(&self) -> &Arc<str> {
        &self.numbering
    }

    /// Whether its product makes the secret and sends it in a hello, for which the hook can be armed.
    pub fn sends_secret(&self) -> bool {
        self.source.sends_secret()
    }

    /// Whether its secret is still to come: no delivery verifies.
    pub fn awaits_secret(&self) -> bool {
        self.source.takes_secret() && self.secrets.is_empty()
    }

    /// The hello that a request is which did not verify, if the bucket may be asked about it.
    fn hello(&self, delivery: &Delivery, now: i64, crypto: &dyn Crypto) -> Option<Errand> {
        if now < self.hello_from.get() {
            return None;
        }
        let (secret, reply) = verify::hello(&self.source, &self.secrets, delivery, crypto)?;
        self.hello_from.set(now.saturating_add(HELLO_EVERY_MS));
        Some(Errand::Hello { secret, reply })
    }

    /// Where its rows are sent to: the [`ingest::url`] of its stream.
    pub fn stream_url(&self) -> &Arc<str> {
        &self.stream_url
    }

    /// Whether its deliveries go to the queue.
    pub fn is_queued(&self) -> bool {
        self.queued
    }

    /// Its heartbeat, if it has one.
    pub fn heartbeat(&self) -> Option<&Heartbeat> {
        self.heartbeat.as_ref()
    }

    /// Adds the rows of an event that was verified before, and what was lost on the way. Its freshness was checked when
    /// it arrived, and is not checked again however late this is.
    ///
    /// # Errors
    ///
    /// Why it has no rows, and none was added: it will not have any until the mapping or the source is changed.
    pub fn rows(
        &self,
        event: &Envelope<'_>,
        rows: &mut RowBuffer,
        losses: &mut Vec<Loss>,
    ) -> Result<(), Rejection> {
        let url = event.url.as_deref().unwrap_or_default();
        let delivery = Delivery { method: "POST", url, headers: event.headers.clone(), body: event.body };
        let facts = (event.delivery_id.as_deref(), event.event_type.as_deref(), event.received_at);
        let body = open(&self.source, &delivery, Cow::Borrowed(event.body), self.max_bytes)?;
        let before = rows.len();
        self.reshape(&delivery.headers, facts, &body, rows, losses).inspect_err(|_| rows.truncate(before))
    }

    fn reshape(
        &self,
        headers: &Headers<'_>,
        (delivery, event, received_at): (Option<&str>, Option<&str>, i64),
        body: &[u8],
        rows: &mut RowBuffer,
        losses: &mut Vec<Loss>,
    ) -> Result<(), Rejection> {
        let mut received = Vec::with_capacity(24);
        time::write_rfc3339_millis(&mut received, received_at);
        let made = (self.identifies && delivery.is_none()).then(|| sha256(body));
        let variables = Variables {
            event,
            delivery: delivery.or(made.as_deref()),
            source: &self.source.id,
            received: std::str::from_utf8(&received).unwrap_or_default(),
            headers,
            now_ms: received_at,
        };
        self.mapping.rows(body, &variables, rows, losses).map_err(|error| match error {
            RowsError::Malformed(malformed) => {
                Rejection::BodyMalformed { offset: malformed.offset, message: malformed.expected }
            }
            RowsError::Events(_) => Rejection::EventsMissing,
            RowsError::TooLarge => Rejection::TooManyEvents,
        })
    }

    /// The envelope of a verified delivery: its raw body with what [`Hook::rows`] reads of the rest.
    fn envelope<'e>(&'e self, delivery: &'e Delivery<'_>, facts: &'e Facts, body: &'e [u8]) -> Envelope<'e> {
        let places = &self.source.auth.sig;
        let form = self.source.payload.form == Form::CloudEvents;
        let kept = |name: &str| {
            name == "content-encoding"
                || form && (name.starts_with("ce-") || name == "content-type")
                || self.shows(name)
        };
        let headers = filtered(&delivery.headers, kept);
        Envelope {
            hook: Cow::Borrowed(&self.name),
            source: Cow::Borrowed(&self.source.id),
            received_at: facts.received_at,
            delivery_id: facts.delivery_id.as_deref().map(Cow::Borrowed),
            event_type: facts.event_type.as_deref().map(Cow::Borrowed),
            url: self.source.door.map(|_| Cow::Owned(without_credentials(delivery.url, places))),
            headers,
            only: None,
            body,
        }
    }

    /// Whether the mapping sees a header. What proves the sender is not among `$headers` as a whole, since everybody who
    /// reads the table could then send.
    fn shows(&self, name: &str) -> bool {
        let proves = || self.source.auth.sig.iter().any(|place| place.header().as_deref() == Some(name));
        match self.mapping.headers() {
            HeaderNames::All => !CREDENTIALS.contains(&name) && !proves(),
            HeaderNames::Some(names) => names.iter().any(|wanted| wanted == name),
        }
    }

    /// By what the window knows a verified delivery again. There is nothing for one without an id: two events that are
    /// alike would be one.
    fn fingerprint(&self, delivery: &Delivery<'_>, facts: &Facts, body: &[u8]) -> Option<String> {
        (self.window_s.is_some() && facts.delivery_id.is_some())
            .then(|| self.envelope(delivery, facts, body).fingerprint())
    }
}

/// The header fields whose names are kept.
fn filtered<'h>(headers: &'h Headers<'_>, kept: impl Fn(&str) -> bool) -> Headers<'h> {
    let mut filtered = Headers::new();
    headers.iter().filter(|(name, _)| kept(name)).for_each(|(name, value)| filtered.push(name, value));
    filtered
}

/// A URL without the parameters that prove who sends.
fn without_credentials(url: &str, places: &[Location]) -> String {
    let Some((path, query)) = url.split_once('?') else { return url.to_owned() };
    let proves = |name: &str| {
        name == "token" || places.iter().any(|place| matches!(place, Location::Query(own) if own == name))
    };
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !proves(pair.split('=').next().unwrap_or_default())).collect();
    format!("{path}?{}", kept.join("&"))
}

impl Relay {
    /// Reads the configuration. `secret` looks a Worker secret up by its name.
    ///
    /// # Errors
    ///
    /// Every mistake of the two files and every missing secret, all at once.
    pub fn load(
        relay_json: &str,
        dcr_json: &str,
        secret: &dyn Fn(&str) -> Option<String>,
        mode: Mode,
    ) -> Result<Relay, Vec<ConfigError>> {
        let mut reader = Reader { mode, relay_json, lines: LineIndex::new(relay_json), errors: Vec::new() };
        let schemas = reader.schemas(dcr_json);
        let (config, errors) = config::read(relay_json, mode);
        reader.errors.extend(errors);
        let Some(config) = config else { return Err(reader.in_order()) };
        let endpoint = &config.azure;
        let credentials = reader.credentials(endpoint, secret);
        let hooks = config
            .hooks
            .iter()
            .filter_map(|hook| {
                let stream_url =
                    ingest::url(&endpoint.dce_endpoint, &endpoint.dcr_immutable_id, &hook.stream);
                reader.hook(hook, schemas.as_deref(), secret, stream_url.into())
            })
            .map(Rc::new)
            .collect();
        if !reader.errors.is_empty() {
            return Err(reader.in_order());
        }
        let client = ClientCredentials {
            tenant: endpoint.tenant_id.clone(),
            client_id: endpoint.client_id.clone(),
            credentials,
        };
        let tokens = TokenCache::new(&endpoint.authority, endpoint.cloud.scope(), client);
        Ok(Relay {
            hooks,
            client: Client::new(tokens, Limits::default()),
            keyring: Keyring::default(),
            breaker: Breaker::default(),
            wanted: config.delivery,
            waiting: None,
            warnings: Vec::new(),
        })
    }

    /// Lets certificates be used in place of client secrets, as [`TokenCache::sign_with`] says.
    ///
    /// # Errors
    ///
    /// The certificates whose private key is of no use to the signer.
    pub fn sign_with(mut self, signer: &'static dyn Signer) -> Result<Relay, Vec<ConfigError>> {
        let unusable =
            |name: String| bad_credential(&name, "has a private key that cannot be used: it is damaged");
        match self.client.tokens_mut().sign_with(signer) {
            Ok(()) => Ok(self),
            Err(names) => Err(names.into_iter().map(unusable).collect()),
        }
    }

    /// What to look at before a deployment: every mistake that shows without the secrets, and the names of the Worker
    /// secrets that the relay asks for.
    pub fn check(relay_json: &str, dcr_json: &str, mode: Mode) -> (Vec<ConfigError>, Vec<String>) {
        let asked = RefCell::new(Vec::new());
        let note = |name: &str| {
            let mut asked = asked.borrow_mut();
            if !asked.iter().any(|known| known == name) {
                asked.push(name.to_owned());
            }
            None
        };
        let errors = Relay::load(relay_json, dcr_json, &note, mode).err().unwrap_or_default();
        let errors = errors.into_iter().filter(|error| error.file != "secret").collect();
        (errors, asked.into_inner())
    }

    /// Decides between the queue and direct delivery: the queue where the Worker is bound to one, unless relay.json
    /// says `"delivery": "direct"`.
    ///
    /// # Errors
    ///
    /// What of the bindings is missing: a queue is of use with a bucket only, which takes what is too large for a
    /// message and what cannot be delivered.
    pub fn bind(mut self, bindings: Bindings) -> Result<Relay, Vec<ConfigError>> {
        let wanted = self.wanted;
        let error = |message: &str| {
            let message = message.to_owned();
            Err(vec![ConfigError { file: "wrangler.toml", position: None, code: "binding", message }])
        };
        if bindings.queue && !bindings.bucket {
            return error(
                "there is a queue but no bucket: bind an R2 bucket as `BUCKET`, for what is too large for a message \
                 and for what cannot be delivered",
            );
        }
        if wanted == Some(config::Delivery::Queue) && !bindings.queue {
            return error(
                "relay.json wants the queue, and there is none: bind a queue as `QUEUE` and an R2 bucket as `BUCKET`",
            );
        }
        let queued = bindings.queue && wanted != Some(config::Delivery::Direct);
        for hook in self.hooks.iter_mut().filter_map(Rc::get_mut) {
            hook.queued = queued;
            hook.hello_from = Cell::new(if bindings.bucket { i64::MIN } else { i64::MAX });
            if !bindings.dedupe && hook.window_s.take().is_some() {
                let message = format!(
                    "the hook `{}` wants `dedupe`, and there is nothing that remembers: bind the Durable Object class \
                     `Dedupe` as `DEDUPE`; until then its deliveries are taken as often as they come",
                    hook.name
                );
                let error = ConfigError { file: "wrangler.toml", position: None, code: "binding", message };
                self.warnings.push(error);
            }
        }
        Ok(self)
    }

    /// What is wrong and no reason to turn deliveries away.
    pub fn warnings(&self) -> &[ConfigError] {
        &self.warnings
    }

    /// Whether deliveries go to the queue.
    pub fn is_queued(&self) -> bool {
        self.hooks.iter().any(|hook| hook.queued)
    }

    /// What the consumers of this isolate know of the rule's state.
    pub fn breaker(&mut self) -> &mut Breaker {
        &mut self.breaker
    }

    /// What the last batch put off.
    pub fn waiting(&self) -> Option<Waiting> {
        self.waiting
    }

    /// Remembers what the last batch put off.
    pub fn note_waiting(&mut self, waiting: Option<Waiting>) {
        self.waiting = waiting;
    }

    /// The token, and the credentials that it comes by.
    pub fn tokens(&self) -> &TokenCache {
        self.client.tokens()
    }

    /// What deliveries have lately come to.
    pub fn health(&self) -> &deliver::Health {
        self.client.health()
    }

    /// The hooks in the order of relay.json.
    pub fn hooks(&self) -> &[Rc<Hook>] {
        &self.hooks
    }

    /// What the shipments of this relay share: the token.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// The keys that were fetched to verify deliveries.
    pub fn keyring(&mut self) -> &mut Keyring {
        &mut self.keyring
    }

    /// The hook that a request to a path outside of every hook's own is for, by its index: one with a door there,
    /// the one that takes its credentials where there are several; or one whose source says hello there.
    pub fn at_door(&self, delivery: &Delivery, now: i64, crypto: &dyn Crypto) -> Option<usize> {
        let path = location::path(delivery.url);
        let leads_to = |hook: &Hook| {
            let door = hook.source.door.and_then(Door::path).and_then(|door| path.strip_prefix(door));
            door.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || hook.source.greets_at(path)
        };
        let hooks = || self.hooks.iter().enumerate().filter(|(_, hook)| leads_to(hook));
        let takes = |hook: &Hook| verify(&hook.source, &hook.secrets, delivery, now, crypto).is_ok();
        let fits = if hooks().nth(1).is_some() { hooks().find(|(_, hook)| takes(hook)) } else { None };
        fits.or_else(|| hooks().next()).map(|(index, _)| index)
    }
}

/// A secret for Entra that cannot be used. Its name may be shown: it begins as the relay's own do.
#[inline(never)]
fn bad_credential(name: &str, problem: &str) -> ConfigError {
    let message = format!("the secret {name} {problem}; then run `npx wrangler secret put {name}`");
    ConfigError { file: "secret", position: None, code: "bad-secret", message }
}

/// Collects the mistakes that only both files and the secrets together show.
struct Reader<'r> {
    mode: Mode,
    relay_json: &'r str,
    lines: LineIndex,
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    #[inline(never)]
    fn error(&mut self, at: Span, code: &'static str, message: String) {
        let position = Some(self.lines.position(self.relay_json, at.start));
        self.errors.push(ConfigError { file: "relay.json", position, code, message });
    }

    /// The mistakes file by file, each from its top to its end.
    fn in_order(mut self) -> Vec<ConfigError> {
        self.errors.sort_by_key(|error| (error.file, error.position));
        self.errors
    }

    fn missing_secret(&mut self, name: &str, what: &str) {
        let message = format!(
            "the secret {name} is missing or empty: it holds {what}; run `npx wrangler secret put {name}`"
        );
        self.errors.push(ConfigError { file: "secret", position: None, code: "missing-secret", message });
    }

    /// What proves to Entra who the relay is: each secret is a client secret or, in PEM, a certificate with its key.
    #[inline(never)]
    fn credentials(
        &mut self,
        azure: &config::Azure,
        secret: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Credential> {
        let mut found = Vec::new();
        for name in &azure.secret {
            let Some(text) = secret(name).filter(|text| !text.is_empty()) else {
                self.missing_secret(
                    name,
                    "the client secret of the app registration, or a certificate with its key",
                );
                continue;
            };
            let dated = azure.expires.iter().find(|(of, ..)| of == name);
            let (proof, expires_ms) = if text.contains("-----BEGIN ") {
                if let Some((_, _, span)) = dated {
                    let message =
                        format!("{name} is a certificate, which says itself when it ends: remove its date");
                    self.error(*span, "invalid-value", message);
                }
                match Certificate::read(&text, azure.assertion) {
                    Ok(certificate) => {
                        let end = certificate.expires_ms();
                        (Proof::Certificate(certificate), Some(end))
                    }
                    Err(problem) => {
                        self.errors.push(bad_credential(name, problem));
                        continue;
                    }
                }
            } else {
                (Proof::Secret(azure::Secret::new(text)), dated.map(|(_, end, _)| *end))
            };
            found.push(Credential { name: name.clone(), proof, expires_ms });
        }
        found
    }

    fn schemas(&mut self, dcr_json: &str) -> Option<Vec<Schema>> {
        match dcr::read(dcr_json) {
            Ok(schemas) => Some(schemas),
            Err(errors) => {
                let lines = LineIndex::new(dcr_json);
                self.errors.extend(errors.into_iter().map(|error| ConfigError {
                    file: "DCR.json",
                    position: Some(lines.position(dcr_json, error.span.start)),
                    code: "dcr",
                    message: error.message,
                }));
                None
            }
        }
    }

    fn hook(
        &mut self,
        config: &HookConfig,
        schemas: Option<&[Schema]>,
        secret: &dyn Fn(&str) -> Option<String>,
        stream_url: Arc<str>,
    ) -> Option<Hook> {
        let source = self.source(config);
        let secrets = source.as_ref().and_then(|source| self.secrets(config, source, secret));
        let mapping =
            self.schema(config, schemas?).and_then(|schema| self.mapping(config, source.as_ref(), schema));
        let (source, mapping) = (source?, mapping?);
        if let Some((_, span)) = config.dedupe {
            self.window(&source, &mapping, span);
        }
        let stream = schemas.into_iter().flatten().find(|schema| schema.stream == config.stream);
        let identifies = stream.is_some_and(has_record_index);
        let heartbeat = stream.and_then(|schema| self.heartbeat(config, schema));
        let headers = match mapping.headers() {
            HeaderNames::All => HeaderNames::All,
            HeaderNames::Some(names) => {
                let mut all = source.headers();
                all.extend(names.iter().cloned());
                all.extend(["accept".to_owned(), "content-encoding".to_owned()]);
                all.sort();
                all.dedup();
                // The edge asks for headers by name, and of these it does not know the names.
                if all.iter().any(|name| name.ends_with('*')) {
                    HeaderNames::All
                } else {
                    HeaderNames::Some(all)
                }
            }
        };
        let events = config.events.as_ref().map(|events| events.text.as_str());
        let events = events.or(source.payload.events.as_deref()).unwrap_or_default();
        let numbering = sha256(events.as_bytes()).get(..16).unwrap_or_default().into();
        Some(Hook {
            name: config.name.clone(),
            max_bytes: config.max_bytes.min(source.payload.max_bytes.unwrap_or(usize::MAX)),
            source,
            secrets: secrets?,
            mapping,
            stream: config.stream.clone(),
            stream_url,
            url: config.url.clone(),
            headers,
            queued: false,
            hello_from: Cell::new(i64::MAX),
            window_s: config.dedupe.map(|(seconds, _)| seconds),
            identifies,
            heartbeat,
            numbering,
        })
    }

    /// Whether deliveries can be known again.
    fn window(&mut self, source: &Source, mapping: &Mapping, at: Span) {
        if source.delivery_id.is_empty() {
            let message = format!(
                "the source {} gives its deliveries no id, without which two events that are alike cannot be told from \
                 one that was sent twice: remove `dedupe`",
                source.id
            );
            self.error(at, "dedupe", message);
        }
        if *mapping.headers() == HeaderNames::All {
            let message = "`dedupe` knows no delivery again when a column reads all of `$headers`, some of which are \
                           others each time: read single ones as `$headers[\"name\"]`, or remove `dedupe`";
            self.error(at, "dedupe", message.to_owned());
        }
    }

    fn heartbeat(&mut self, config: &HookConfig, schema: &Schema) -> Option<Heartbeat> {
        let wanted = config.heartbeat.as_ref()?;
        let heartbeat = Heartbeat::new(schema, wanted.column.as_deref());
        if heartbeat.is_none() {
            let message = format!(
                "nothing would tell a heartbeat of the hook `{}` from its events: the stream `{}` has no column `{}` \
                 of the type string; declare it in DCR.json, or name another column of text, as in \
                 `\"heartbeat\": \"Message\"`",
                config.name,
                schema.stream,
                wanted.column.as_deref().unwrap_or(MARKER)
            );
            self.error(wanted.span, "heartbeat", message);
        }
        heartbeat
    }

    #[inline(never)]
    fn source(&mut self, config: &HookConfig) -> Option<Source> {
        let source = match source::preset(&config.source) {
            Some(Ok(source)) => source,
            // A test reads every preset, so this is a preset that was never tested.
            Some(Err(errors)) => {
                for error in errors {
                    self.error(config.source_span, "broken-source", error.message);
                }
                return None;
            }
            // The reader of relay.json has said that it is missing.
            None if config.source.is_empty() => return None,
            None => {
                let known: Vec<&str> = source::preset_ids().collect();
                let message = match nearest(&config.source, known.iter().copied()) {
                    Some(meant) => format!("there is no source `{}`; did you mean `{meant}`", config.source),
                    None => format!(
                        "there is no source `{}`; docs/sources.md names all {}",
                        config.source,
                        known.len()
                    ),
                };
                self.error(config.source_span, "unknown-source", message);
                return None;
            }
        };
        let values = self.values(config, &source)?;
        let source = match source::preset_for(&config.source, &values) {
            Some(Ok(source)) => source,
            Some(Err(errors)) => {
                for error in errors {
                    self.error(
                        config.source_span,
                        "config",
                        format!("a value in `config` does not fit: {}", error.message),
                    );
                }
                return None;
            }
            None => source,
        };
        let source = match &config.auth {
            None => source,
            Some(overrides) => match source.with_auth(overrides) {
                Ok(source) => source,
                Err(errors) => {
                    for error in errors {
                        self.error(error.span, "auth", error.message);
                    }
                    return None;
                }
            },
        };
        if let Some(url) = source.auth.jwt.jwks.as_ref().filter(|url| !url.starts_with("https://"))
            && self.mode == Mode::Production
        {
            let message = format!("the keys at {url} can be fetched with https:// only");
            self.error(config.source_span, "auth", message);
            return None;
        }
        Some(source)
    }

    /// What the hook's configuration says of what its source wants to know.
    #[inline(never)]
    fn values(&mut self, config: &HookConfig, source: &Source) -> Option<Vec<(String, String)>> {
        let mut sound = true;
        for (name, _, span) in &config.config {
            if !source.config.iter().any(|(known, _)| known == name) {
                sound = false;
                let known: Vec<&str> = source.config.iter().map(|(name, _)| name.as_str()).collect();
                let message = match nearest(name, known.iter().copied()) {
                    Some(meant) => {
                        format!("the source {} has no value of this name; did you mean `{meant}`", source.id)
                    }
                    None if known.is_empty() => {
                        format!("the source {} wants to know nothing: remove it", source.id)
                    }
                    None => format!(
                        "the source {} has no value of this name; it has {}",
                        source.id,
                        known.join(", ")
                    ),
                };
                self.error(*span, "unknown-value", message);
            }
        }
        for (name, what) in &source.config {
            if !config.config.iter().any(|(known, ..)| known == name) {
                sound = false;
                let message = format!(
                    "the source {} wants to know `{name}` of the hook `{}`: add it to the hook's `config`; it is {what}",
                    source.id, config.name
                );
                self.error(config.source_span, "missing-value", message);
            }
        }
        let known = config.config.iter().map(|(name, value, _)| Some((name.clone(), value.clone()?)));
        known.collect::<Option<_>>().filter(|_| sound)
    }

    #[inline(never)]
    fn secrets(
        &mut self,
        config: &HookConfig,
        source: &Source,
        secret: &dyn Fn(&str) -> Option<String>,
    ) -> Option<Secrets> {
        let mut values = Vec::new();
        // Nobody has to set what nothing is verified with; whoever names one is told so.
        let unasked = !source.takes_secret() && config.secret_span == config.name_span;
        let names = if unasked { &[] } else { config.secret.as_slice() };
        // What its product sends cannot be there before.
        let awaited = |name: &String| secret(name).is_none_or(|text| text.is_empty());
        if source.sends_secret() && names.iter().all(awaited) {
            return Some(Secrets::awaited());
        }
        for (index, name) in names.iter().enumerate() {
            match secret(name).filter(|text| !text.is_empty()) {
                Some(value) => values.push(value),
                None if *name == config::default_secret(&config.name) => self.missing_secret(
                    name,
                    &format!("what the hook `{}` verifies deliveries with", config.name),
                ),
                None => {
                    // The text is not repeated: somebody may have written a secret where its name belongs.
                    let message = format!(
                        "number {} of the secrets that the hook `{}` names is missing or empty: run \
                         `npx wrangler secret put` with its name",
                        index + 1,
                        config.name
                    );
                    self.errors.push(ConfigError {
                        file: "secret",
                        position: None,
                        code: "missing-secret",
                        message,
                    });
                }
            }
        }
        let mut named = Vec::new();
        for (name, what) in &source.named_secrets {
            let secret_name = config::named_secret(&config.name, name);
            match secret(&secret_name).filter(|text| !text.is_empty()) {
                Some(value) => named.push((name, value)),
                None => self.missing_secret(&secret_name, what),
            }
        }
        if values.len() < names.len() || named.len() < source.named_secrets.len() {
            return None;
        }
        let secrets = Secrets::new(source, values.iter().map(String::as_str));
        let all = |secrets| {
            named.iter().try_fold(secrets, |secrets: Secrets, (name, value)| secrets.with_named(name, value))
        };
        match secrets.and_then(all) {
            Ok(secrets) => Some(secrets),
            Err(error) => {
                // The error says which of them it is.
                let message = format!("the hook `{}` cannot use its secrets: {error}", config.name);
                self.errors.push(ConfigError { file: "secret", position: None, code: "bad-secret", message });
                None
            }
        }
    }

    fn schema<'s>(&mut self, config: &HookConfig, schemas: &'s [Schema]) -> Option<&'s Schema> {
        let found = schemas.iter().find(|schema| schema.stream == config.stream);
        if found.is_none() && !config.stream.is_empty() {
            let streams: Vec<&str> = schemas.iter().map(|schema| schema.stream.as_str()).collect();
            let message = format!(
                "DCR.json declares no stream `{}`; it declares {}",
                config.stream,
                streams.join(", ")
            );
            self.error(config.stream_span, "unknown-stream", message);
        }
        found
    }

    fn mapping(&mut self, config: &HookConfig, source: Option<&Source>, schema: &Schema) -> Option<Mapping> {
        let mut columns: Vec<(&str, &str)> = config
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.expression.text.as_str()))
            .collect();
        for column in &schema.columns {
            let name = column.name.as_str();
            let default = source.and_then(|source| source.default_column(name, config.events.is_some()));
            let default =
                default.or((name == "DeliveryId" && has_record_index(schema)).then_some("$delivery"));
            if let Some(default) = default.filter(|_| !columns.iter().any(|(own, _)| *own == name)) {
                columns.push((name, default));
            }
        }
        let events = config.events.as_ref().map(|events| events.text.as_str());
        let events = events.or_else(|| source.and_then(|source| source.payload.events.as_deref()));
        let errors = match Mapping::compile(schema, columns, events) {
            Ok(mapping) => return Some(mapping),
            Err(errors) => errors,
        };
        for error in errors {
            let column = config.columns.iter().find(|column| Some(&column.name) == error.column.as_ref());
            match (error.reason, column) {
                (MappingErrorReason::UnknownColumn(meant), Some(column)) => {
                    let names = schema.columns.iter().map(|column| column.name.as_str());
                    let meant = meant.or_else(|| nearest(&column.name, names).map(str::to_owned));
                    let hint = match meant {
                        Some(meant) => format!("did you mean `{meant}`"),
                        None => "declare it in DCR.json or remove it here".to_owned(),
                    };
                    let message =
                        format!("the stream `{}` has no column `{}`; {hint}", schema.stream, column.name);
                    self.error(column.name_span, "unknown-column", message);
                }
                (MappingErrorReason::Jq(reason), column) => {
                    let (what, span) = match (column, &config.events) {
                        (Some(column), _) => {
                            (format!("the column `{}`", column.name), column.expression.span)
                        }
                        // A test compiles the columns of every source, so this one was never tested.
                        (None, _) if error.column.is_some() => {
                            ("a column of its source".to_owned(), config.source_span)
                        }
                        (None, Some(events)) => ("`events`".to_owned(), events.span),
                        (None, None) => ("the `events` of its source".to_owned(), config.source_span),
                    };
                    let position: Position =
                        config::position_in_string(self.relay_json, span, reason.span.start);
                    let message = format!("{what} is not sound jq: {}", reason.message);
                    self.errors.push(ConfigError {
                        file: "relay.json",
                        position: Some(position),
                        code: "jq",
                        message,
                    });
                }
                (MappingErrorReason::UnknownColumn(_), None) => {}
            }
        }
        None
    }
}

/// Whether a stream asks for what tells duplicates apart.
fn has_record_index(schema: &Schema) -> bool {
    schema.columns.iter().any(|column| column.name == RECORD_INDEX)
}

/// What the edge has to do next for a [`Passage`].
pub enum Next<'p> {
    /// Send this and hand the answer to [`Passage::answered`].
    Ask(Request<'p>),
    /// Come back after that many milliseconds.
    Wait(u32),
    /// Put the event into the queue as [`Passage::message`] gives it, and tell [`Passage::queued`].
    Queue,
    /// Ask the window whether it knows [`Passage::fingerprint`], and tell [`Passage::recalled`].
    Recall,
    /// Nothing: [`Passage::reply`] has the sender's reply.
    Over,
}

/// One delivery on its way through the relay, from the door to the reply.
pub struct Passage {
    hook: Option<Rc<Hook>>,
    facts: Facts,
    errand: Option<Errand>,
    /// Whether it has waited for somebody else's fetch.
    waited: bool,
    shipment: Option<Shipment>,
    /// The envelope that is to be put into the queue.
    sealed: Option<Vec<u8>>,
    /// Whether the window was asked.
    recalled: bool,
    /// Whether the queue has the event, or Azure all of its rows.
    stored: bool,
    ending: Option<Ending>,
}

/// What has to be fetched before a delivery can be judged, or a handshake answered.
enum Errand {
    Key(Wanted),
    Visit { url: String, reply: Reply },
    Hello { secret: Secret, reply: Reply },
}

/// What the edge has to do for a [`Passage`] before [`Passage::next`] can go on.
#[derive(Debug, PartialEq, Eq)]
pub enum Fetch {
    /// Ask this, following no redirect, and hand the answer to [`Passage::fetched`].
    Ask(Wanted),
    /// Come back after that many milliseconds: somebody else asks.
    Wait(u32),
    /// Look in the bucket until when the hook is armed, and tell [`Passage::armed`].
    Hello,
    /// Take the delivery in again, with [`Passage::begin`]: the keyring has changed.
    Again,
}

/// What is known of a delivery.
struct Facts {
    delivery_id: Option<String>,
    event_type: Option<String>,
    verified: bool,
    received_at: i64,
    rows: usize,
    losses: Vec<Loss>,
    /// What the source wants to hear once Azure has the rows.
    ack: Option<Reply>,
    /// Whether the sender asks for JSON, as a person with curl may do.
    wants_receipt: bool,
    /// What an answer at a door refers to.
    reference: Option<String>,
    /// By what the window knows it again.
    fingerprint: Option<String>,
}

/// How a passage ended: what the sender hears, and what the log says.
struct Ending {
    reply: Reply,
    outcome: &'static str,
    code: Option<&'static str>,
    detail: Option<String>,
}

impl Passage {
    fn new(hook: Option<&Rc<Hook>>, now: i64) -> Passage {
        let facts = Facts {
            delivery_id: None,
            event_type: None,
            verified: false,
            received_at: now,
            rows: 0,
            losses: Vec::new(),
            ack: None,
            wants_receipt: false,
            reference: None,
            fingerprint: None,
        };
        Passage {
            hook: hook.cloned(),
            facts,
            errand: None,
            waited: false,
            shipment: None,
            sealed: None,
            recalled: false,
            stored: false,
            ending: None,
        }
    }

    /// Takes a delivery in: verifies it, answers a handshake, or turns its events into rows.
    pub fn begin(
        hook: &Rc<Hook>,
        keyring: &Keyring,
        delivery: &Delivery,
        now: i64,
        crypto: &dyn Crypto,
    ) -> Passage {
        let mut passage = Passage::new(Some(hook), now);
        passage.facts.reference = hook.source.door.and_then(|door| door.reference(delivery, now));
        let verdict = verify_with(&hook.source, &hook.secrets, keyring, delivery, now, crypto);
        if !matches!(verdict, Ok(Verdict::Verified(_))) {
            passage.errand = hook.hello(delivery, now, crypto);
            if passage.errand.is_some() {
                return passage;
            }
        }
        match verdict {
            Ok(Verdict::NeedsKey(wanted)) => passage.errand = Some(Errand::Key(wanted)),
            Ok(Verdict::Visit { url, reply }) => passage.errand = Some(Errand::Visit { url, reply }),
            Ok(Verdict::Handshake(reply)) => {
                passage.ending = Some(Ending { reply, outcome: "handshake", code: None, detail: None });
            }
            Ok(Verdict::Verified(verified)) if hook.queued => {
                match passage.facts.seal(hook, delivery, verified) {
                    Ok(envelope) => passage.sealed = Some(envelope),
                    Err(rejection) => passage.reject(&rejection, now),
                }
            }
            Ok(Verdict::Verified(verified)) => match passage.facts.reshape(hook, delivery, verified) {
                Ok(rows) => passage.shipment = Some(Shipment::new(Arc::clone(&hook.stream_url), rows)),
                Err(rejection) => passage.reject(&rejection, now),
            },
            Err(rejection) => {
                passage.facts.delivery_id = claimed_id(&hook.source, delivery);
                let unproven = rejection.status() == 401 && hook.awaits_secret();
                passage.reject(if unproven { &Rejection::SecretAwaited } else { &rejection }, now);
            }
        }
        passage
    }

    fn reject(&mut self, rejection: &Rejection, now: i64) {
        let source = self.hook.as_deref().map(|hook| &hook.source);
        let mut ending = rejected(rejection, source);
        if let Some(door) = source.and_then(|source| source.door) {
            let status = ending.reply.status;
            let reply = door.reply(self.facts.reference.as_deref(), status, Ended::Rejected(rejection), now);
            ending.reply = Reply { headers: with_retry_after(reply.headers, &ending.reply.headers), ..reply };
        }
        self.ending = Some(ending);
    }

    /// What has to be fetched before this passage can go on; `None` when nothing has to be, or no more.
    #[inline(never)]
    pub fn errand(&mut self, now: i64, keyring: &mut Keyring) -> Option<Fetch> {
        match self.errand.as_ref().filter(|_| self.ending.is_none())? {
            Errand::Hello { .. } => Some(Fetch::Hello),
            Errand::Visit { url, .. } => Some(Fetch::Ask(Wanted { url: url.clone(), body: None })),
            // Somebody else has fetched it since.
            Errand::Key(wanted) if self.waited && keyring.settled(&wanted.url, now) => Some(Fetch::Again),
            Errand::Key(wanted) => match keyring.lease(&wanted.url, now) {
                Lease::Granted => Some(Fetch::Ask(wanted.clone())),
                Lease::Taken => {
                    self.waited = true;
                    Some(Fetch::Wait(LOOK_AGAIN_MS))
                }
                Lease::Denied => Some(Fetch::Again),
            },
        }
    }

    /// Takes in the answer to [`Fetch::Ask`]. After a key the delivery has to be taken in again; after a visit the
    /// passage is over.
    #[inline(never)]
    pub fn fetched(&mut self, now: i64, answer: &Answer, keyring: &mut Keyring) {
        let good = match answer {
            Answer::Response { status: 200..=299, body, .. } => Some(body.as_slice()),
            _ => None,
        };
        match self.errand.as_ref() {
            None | Some(Errand::Hello { .. }) => {}
            Some(Errand::Key(wanted)) => keyring.learn(&wanted.url, now, good),
            Some(Errand::Visit { reply, .. }) if good.is_some() => {
                let reply = reply.clone();
                self.ending = Some(Ending { reply, outcome: "handshake", code: None, detail: None });
            }
            Some(Errand::Visit { .. }) => self.reject(&Rejection::VisitFailed, now),
        }
    }

    /// Takes in until when the hook is armed, in milliseconds since the Unix epoch, 0 where it is not. Gives the secret
    /// to keep, for [`Passage::kept`]. Without one, or where somebody else was faster, the delivery has to be taken in
    /// again, and is judged as at a hook that is not armed.
    pub fn armed(&self, now: i64, until: i64) -> Option<&str> {
        let (Some(hook), Some(Errand::Hello { secret, .. })) = (&self.hook, &self.errand) else {
            return None;
        };
        hook.hello_from.set(now.saturating_add(HELLO_EVERY_MS));
        (now < until).then(|| secret.text())
    }

    /// Takes in that the secret of the hello lies in the bucket. The passage is over then.
    pub fn kept(&mut self) {
        if let Some(Errand::Hello { reply, .. }) = self.errand.take() {
            let detail = Some(SECRET_KEPT.to_owned());
            self.ending = Some(Ending { reply, outcome: "secret", code: None, detail });
        }
    }

    /// A delivery that is turned away before it is looked at. `hook` is the one it was meant for, if there is one.
    pub fn refuse(hook: Option<&Rc<Hook>>, rejection: &Rejection, now: i64) -> Passage {
        let mut passage = Passage::new(hook, now);
        passage.reject(rejection, now);
        passage
    }

    /// What to do next.
    pub fn next<'p>(&'p mut self, now: i64, client: &'p mut Client) -> Next<'p> {
        if self.ending.is_none() && self.facts.fingerprint.is_some() && !self.recalled {
            return Next::Recall;
        }
        if self.ending.is_none() && self.sealed.is_some() {
            return Next::Queue;
        }
        let (None, Some(shipment)) = (&self.ending, &mut self.shipment) else { return Next::Over };
        match shipment.next(now, client) {
            Step::Send(request) | Step::Token(request) => Next::Ask(request),
            Step::Wait { ms } => Next::Wait(ms),
            Step::Done(outcome) => {
                let ending = self.facts.arrived(&outcome);
                let failed = matches!(outcome, Outcome::Undelivered { .. }).then_some(UNDELIVERED);
                self.stored = failed.is_none();
                self.ending = Some(self.facts.at_door(self.hook.as_deref(), ending, failed, now));
                Next::Over
            }
        }
    }

    /// By what the window knows the delivery again: 64 hexadecimal digits.
    pub fn fingerprint(&self) -> Option<&str> {
        self.facts.fingerprint.as_deref()
    }

    /// Takes in whether the window knows the delivery. Then it was taken before, and the passage is over. A window that
    /// does not answer knows nothing: it may cost a duplicate, never an event.
    pub fn recalled(&mut self, now: i64, known: bool) {
        self.recalled = true;
        if known {
            (self.sealed, self.shipment, self.facts.rows) = (None, None, 0);
            self.facts.losses.clear();
            let queued = self.hook.as_deref().is_some_and(|hook| hook.queued);
            let ending = self.facts.success("duplicate", if queued { 202 } else { 200 });
            self.ending = Some(self.facts.at_door(self.hook.as_deref(), ending, None, now));
        }
    }

    /// What the window is to remember: [`Passage::fingerprint`], but only once the queue has the event or Azure all of
    /// its rows. Whatever remembers it earlier makes the relay refuse to take an event that it does not have.
    pub fn to_remember(&self) -> Option<&str> {
        self.fingerprint().filter(|_| self.stored)
    }

    /// What to put into the queue after [`Next::Queue`], and before it, if the event is too large for a message, into
    /// the bucket: a key and an object. `id` is unique for this delivery, such as a random UUID.
    pub fn message(&mut self, id: &str) -> (Vec<u8>, Option<(String, Vec<u8>)>) {
        let envelope = self.sealed.take().unwrap_or_default();
        if envelope.len() <= LARGEST_MESSAGE {
            return (envelope, None);
        }
        let hook = self.hook.as_deref().map_or("", |hook| &hook.name);
        let key = format!("claims/{hook}/{id}");
        let delivery_id = self.facts.delivery_id.as_deref();
        let claim = Claim::on(&envelope, key.clone(), hook, delivery_id, self.facts.received_at);
        (claim.write(), Some((key, envelope)))
    }

    /// Takes in whether the queue has the event, and why not. The passage is over then.
    pub fn queued(&mut self, now: i64, failure: Option<&str>) {
        self.sealed = None;
        self.stored = failure.is_none();
        let ending = match failure {
            None => self.facts.success("queued", 202),
            Some(why) => {
                let mut reply = problem(503, "queue_unavailable", UNQUEUED);
                reply.headers.push((RETRY_AFTER.to_owned(), QUEUE_RETRY_S.to_owned()));
                let detail = Some(why.chars().take(LOGGED_REASON).collect());
                Ending { reply, outcome: "undelivered", code: Some("queue_unavailable"), detail }
            }
        };
        self.ending = Some(self.facts.at_door(self.hook.as_deref(), ending, failure.map(|_| UNQUEUED), now));
    }

    /// Takes in the answer to the request that [`Passage::next`] gave last.
    pub fn answered(&mut self, now: i64, answer: &Answer, client: &mut Client) {
        if let Some(shipment) = &mut self.shipment {
            shipment.answered(now, answer, client);
        }
    }

    /// The sender's reply. None until [`Passage::next`] has said that the passage is over.
    pub fn reply(&self) -> Option<&Reply> {
        self.ending.as_ref().map(|ending| &ending.reply)
    }

    /// Whether the sender has proved who it is, with an event and not with a handshake.
    pub fn is_verified(&self) -> bool {
        self.facts.verified
    }

    /// The sender's id of the delivery, once it is verified.
    pub fn delivery_id(&self) -> Option<&str> {
        self.facts.delivery_id.as_deref()
    }

    /// The sender's word for what happened, once it is verified.
    pub fn event_type(&self) -> Option<&str> {
        self.facts.event_type.as_deref()
    }

    /// The rows that the delivery became.
    pub fn rows(&self) -> Option<&RowBuffer> {
        self.shipment.as_ref().map(Shipment::rows)
    }

    /// What its mapping lost.
    pub fn losses(&self) -> &[Loss] {
        &self.facts.losses
    }

    /// Why the delivery was turned away or not delivered: a code and a sentence.
    pub fn refusal(&self) -> Option<(&'static str, &str)> {
        let ending = self.ending.as_ref()?;
        Some((ending.code?, ending.detail.as_deref().unwrap_or_default()))
    }

    /// The URL that a handshake asks to visit.
    pub fn visits(&self) -> Option<&str> {
        match &self.errand {
            Some(Errand::Visit { url, .. }) => Some(url),
            _ => None,
        }
    }

    /// What charts are made of: the numbers of the log line.
    pub fn point(&self, now: i64) -> Point {
        let hook = self.hook.as_deref();
        let ending = self.ending.as_ref();
        let ms = u64::try_from(now.saturating_sub(self.facts.received_at)).unwrap_or(0);
        Point {
            labels: Labels {
                kind: "delivery",
                hook: hook.map(|hook| hook.name.clone()).unwrap_or_default(),
                source: hook.map(|hook| hook.source.id.clone()).unwrap_or_default(),
                stream: hook.map(|hook| hook.stream.clone()).unwrap_or_default(),
                outcome: ending.map_or("", |ending| ending.outcome),
                code: ending.and_then(|ending| ending.code).unwrap_or_default(),
            },
            numbers: Numbers {
                count: 1,
                rows: self.facts.rows as u64,
                losses: self.facts.losses.len() as u64,
                ms,
                longest_ms: ms,
                calls: 0,
            },
        }
    }

    /// The line that is logged of this delivery: JSON, so that nothing in it can forge a line.
    ///
    /// It has the hook, the delivery's id and what became of it, never the body or a secret.
    pub fn log(&self, now: i64) -> String {
        let Facts { delivery_id, event_type, received_at, rows, losses, .. } = &self.facts;
        let hook = self.hook.as_deref();
        let ending = self.ending.as_ref();
        let mut out = Vec::with_capacity(320);
        out.extend_from_slice(b"{\"log\":\"delivery\"");
        for (name, value) in [
            ("hook", hook.map(|hook| hook.name.as_str())),
            ("source", hook.map(|hook| hook.source.id.as_str())),
            ("delivery", delivery_id.as_deref()),
            ("type", event_type.as_deref()),
            ("outcome", ending.map(|ending| ending.outcome)),
            ("code", ending.and_then(|ending| ending.code)),
            ("detail", ending.and_then(|ending| ending.detail.as_deref())),
        ] {
            if value.is_some() {
                out.push(b',');
                member(&mut out, name, value);
            }
        }
        let status = ending.map_or(0, |ending| ending.reply.status);
        let ms = now.saturating_sub(*received_at);
        let ms = u64::try_from(ms).unwrap_or_default();
        for (name, count) in [
            (&b",\"status\":"[..], u64::from(status)),
            (b",\"rows\":", *rows as u64),
            (b",\"losses\":", losses.len() as u64),
            (b",\"ms\":", ms),
        ] {
            out.extend_from_slice(name);
            write_count(&mut out, count);
        }
        // The sentence of a loss may hold values of the event; its code does not.
        write_losses(&mut out, losses, |out, loss| member(out, "code", Some(loss.reason.code())));
        out.push(b'}');
        // Everything in it was a text before.
        String::from_utf8(out).unwrap_or_default()
    }
}

impl Facts {
    fn reshape(
        &mut self,
        hook: &Hook,
        delivery: &Delivery,
        verified: Verified,
    ) -> Result<RowBuffer, Rejection> {
        self.delivery_id = verified.delivery_id().map(str::to_owned);
        self.event_type = verified.event_type().map(str::to_owned);
        self.verified = true;
        self.fingerprint = hook.fingerprint(delivery, self, verified.body());
        let body = open(&hook.source, delivery, verified.into_body(), hook.max_bytes)?;
        let facts = (self.delivery_id.as_deref(), self.event_type.as_deref(), self.received_at);
        let mut rows = RowBuffer::with_capacity(1024);
        // Most mappings read single headers, which need no copy.
        let whole = *hook.mapping.headers() == HeaderNames::All;
        let shown = whole.then(|| filtered(&delivery.headers, |name| hook.shows(name)));
        hook.reshape(shown.as_ref().unwrap_or(&delivery.headers), facts, &body, &mut rows, &mut self.losses)?;
        self.rows = rows.len();
        self.taken(hook, delivery, &body);
        Ok(rows)
    }

    /// The envelope of a delivery. Its body is read to its end, so that its sender hears of it now if it is no JSON;
    /// what the mapping makes of it can be mended later, without the sender.
    fn seal(&mut self, hook: &Hook, delivery: &Delivery, verified: Verified) -> Result<Vec<u8>, Rejection> {
        self.delivery_id = verified.delivery_id().map(str::to_owned);
        self.event_type = verified.event_type().map(str::to_owned);
        self.verified = true;
        let raw = verified.into_body();
        let body = open(&hook.source, delivery, Cow::Borrowed(&raw), hook.max_bytes)?;
        let mut scanner = Scanner::new(&body);
        scanner.white();
        scanner.skip()?;
        scanner.end()?;
        self.taken(hook, delivery, &body);
        self.fingerprint = hook.fingerprint(delivery, self, &raw);
        Ok(hook.envelope(delivery, self, &raw).write())
    }

    /// What the sender will hear if all goes well.
    fn taken(&mut self, hook: &Hook, delivery: &Delivery, body: &[u8]) {
        self.wants_receipt = matches!(
            delivery.headers.get("accept"),
            Field::Once(accept) if accept.contains("application/json")
        );
        self.ack = hook.source.ack.as_ref().map(|ack| ack.acknowledge(delivery, body));
    }

    /// The ending with the reply in the words of the source's door, if it has one. `failed` is why the event was not
    /// taken.
    fn at_door(&self, hook: Option<&Hook>, ending: Ending, failed: Option<&str>, now: i64) -> Ending {
        let Some(door) = hook.and_then(|hook| hook.source.door) else { return ending };
        let ended = failed.map_or(Ended::Taken, Ended::Undelivered);
        let reply = door.reply(self.reference.as_deref(), ending.reply.status, ended, now);
        Ending {
            reply: Reply { headers: with_retry_after(reply.headers, &ending.reply.headers), ..reply },
            ..ending
        }
    }

    fn arrived(&self, outcome: &Outcome) -> Ending {
        let Outcome::Undelivered { reason, .. } = outcome else {
            return self.success("delivered", 200);
        };
        let (status, retry_after_s) = deliver::reply_status(outcome);
        // What Azure says is the operator's affair and stands in the log; the sender hears whether to come back.
        let detail = match status {
            413 => "a row of this delivery is larger than Azure takes",
            _ => UNDELIVERED,
        };
        let mut reply = problem(status, reason.code(), detail);
        if let Some(seconds) = retry_after_s {
            reply.headers.push((RETRY_AFTER.to_owned(), seconds.to_string()));
        }
        let (code, detail) = (Some(reason.code()), Some(reason.what_to_check()));
        Ending { reply, outcome: "undelivered", code, detail }
    }

    /// The ending of a delivery that is taken, in the words of its source.
    fn success(&self, outcome: &'static str, status: u16) -> Ending {
        // A product has no use for a body and its logs have no room; what was lost is told to everybody.
        let reply = match &self.ack {
            Some(ack) => ack.clone(),
            None if self.wants_receipt || !self.losses.is_empty() => {
                json_reply(status, self.receipt(outcome))
            }
            None => Reply { status, headers: Vec::new(), body: Vec::new() },
        };
        Ending { reply, outcome, code: None, detail: None }
    }

    /// What a person with curl reads once Azure has the rows, or the queue the event.
    fn receipt(&self, outcome: &str) -> Vec<u8> {
        let mut out = b"{".to_vec();
        member(&mut out, "delivery", self.delivery_id.as_deref());
        if outcome != "delivered" {
            out.push(b',');
            write_string(&mut out, outcome);
            out.extend_from_slice(b":true}");
            return out;
        }
        out.extend_from_slice(format!(",\"rows\":{},\"losses\":{}", self.rows, self.losses.len()).as_bytes());
        write_losses(&mut out, &self.losses, |out, loss| {
            member(out, "reason", Some(&loss.reason.to_string()));
        });
        out.push(b'}');
        out
    }
}

/// Appends the first losses, if there are any, as the member `lost`; `reason` writes what to say of each.
fn write_losses(out: &mut Vec<u8>, losses: &[Loss], reason: impl Fn(&mut Vec<u8>, &Loss)) {
    if losses.is_empty() {
        return;
    }
    out.extend_from_slice(b",\"lost\":[");
    for (index, loss) in losses.iter().take(NAMED_LOSSES).enumerate() {
        let comma = if index == 0 { "" } else { "," };
        out.extend_from_slice(format!("{comma}{{\"row\":{},", loss.row).as_bytes());
        member(out, "column", Some(&loss.column));
        out.push(b',');
        reason(out, loss);
        out.push(b'}');
    }
    out.push(b']');
}

/// The id that an unverified delivery claims in a header, shortened.
fn claimed_id(source: &Source, delivery: &Delivery) -> Option<String> {
    source.delivery_id.iter().filter_map(|location| location.header()).find_map(|name| {
        match delivery.headers.get(&name) {
            Field::Once(value) => Some(value.chars().take(LOGGED_NAME).collect()),
            _ => None,
        }
    })
}

fn rejected(rejection: &Rejection, source: Option<&Source>) -> Ending {
    let status = source.map_or(rejection.status(), |source| rejection.status_for(source));
    let mut reply = problem(status, rejection.code(), &rejection.detail());
    match rejection {
        Rejection::MethodNotAllowed { allow } => reply.headers.push(("allow".to_owned(), allow.clone())),
        Rejection::KeyUnavailable | Rejection::SecretAwaited | Rejection::VisitFailed => {
            reply.headers.push((RETRY_AFTER.to_owned(), KEY_RETRY_S.to_owned()));
        }
        _ => {}
    }
    Ending { reply, outcome: "rejected", code: Some(rejection.code()), detail: Some(rejection.detail()) }
}

/// The headers of an answer at a door, with when to come back if that is known.
fn with_retry_after(mut headers: Vec<(String, String)>, known: &[(String, String)]) -> Vec<(String, String)> {
    headers.extend(known.iter().filter(|(name, _)| name == RETRY_AFTER).cloned());
    headers
}

/// A problem document, as RFC 9457 defines it, with a stable `code`.
pub fn problem(status: u16, code: &str, detail: &str) -> Reply {
    let mut body = format!("{{\"status\":{status},").into_bytes();
    member(&mut body, "code", Some(code));
    body.push(b',');
    member(&mut body, "detail", Some(detail));
    body.push(b'}');
    let content_type = ("content-type".to_owned(), "application/problem+json".to_owned());
    Reply { status, headers: vec![content_type], body }
}

/// A reply whose body is JSON.
pub fn json_reply(status: u16, body: Vec<u8>) -> Reply {
    Reply { status, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body }
}

fn member(out: &mut Vec<u8>, name: &str, value: Option<&str>) {
    write_string(out, name);
    out.push(b':');
    match value {
        Some(value) => write_string(out, value),
        None => out.extend_from_slice(b"null"),
    }
}
