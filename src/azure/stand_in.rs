//! Azure's side of the two conversations, for development, tests and simulation.
//!
//! [`StandIn`] is Entra's token endpoint and a data collection endpoint with one Data Collection Rule. It is
//! strict where Azure is strict and silent where Azure is silent: an unknown column vanishes, a value of
//! another type becomes null, a long text is cut, an old `TimeGenerated` is replaced, and a body that cannot be
//! read is answered with 204 and noted in `DCRLogErrors`. All of that is counted, so that a test sees it.
//!
//! What differs from Azure:
//!
//! - A rule's `transformKql` is not run: the rows are those that reach the stream.
//! - Which of several mistakes in one call Azure reports is not documented. Here the order is: path and
//!   version, length, token, throttling, permission, rule, stream, media type, content.
//! - The bodies of 401, 405, 415 and 429 are made up: Microsoft documents none of them.
//!
//! Sources: Microsoft, "Logs Ingestion API in Azure Monitor", "Azure Monitor service limits", "Standard columns
//! in Azure Monitor Logs", "Monitor data collection rules" and the identity platform's pages on client
//! credentials and error codes; the live tests of the Azure SDKs for what these leave out.

mod assertion;

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::artifact::schema::{Column, ColumnType, Schema};
use crate::azure::{Cloud, Secret};
use crate::json::{self, Dialect, Kind, Value};
use crate::mapping::time::{Instant, write_rfc3339_millis};

/// The longest body that the endpoint takes, in bytes on the wire.
const WIRE_LIMIT: usize = 1_048_576;
/// The longest field, in bytes. A longer one is cut.
const FIELD_LIMIT: usize = 65_536;
const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;
/// How long a repeated entry of `DCRLogErrors` is muted.
const MUTED_MS: i64 = 60 * MINUTE_MS;

/// What a stand-in is.
#[derive(Clone, Debug)]
pub struct StandInConfig {
    /// The cloud that it belongs to.
    pub cloud: Cloud,
    /// The directory that it knows.
    pub tenant: String,
    /// The application that it knows.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: Secret,
    /// When the secret ends, in milliseconds since the Unix epoch.
    pub secret_expires_ms: Option<i64>,
    /// Another secret that the application has.
    pub second_secret: Option<Secret>,
    /// The certificate that is registered with the application, in DER.
    pub certificate: Option<Vec<u8>>,
    /// The rule's immutable id.
    pub dcr_immutable_id: String,
    /// The streams that the rule declares.
    pub schemas: Vec<Schema>,
    /// For how long a token is good, in seconds.
    pub token_lifetime_s: u32,
    /// Whether content that cannot be read is refused with 400 `ContentDeserializationError` instead of being
    /// accepted and lost. Clients have met both.
    pub strict: bool,
    /// Whether the tables are of the Auxiliary plan, with its own rules.
    pub auxiliary: bool,
    /// The longest body after decompression, in bytes. A longer one is accepted and lost.
    pub raw_limit: usize,
    /// How many calls a minute the rule takes.
    pub calls_per_minute: u32,
    /// How many bytes a minute, after decompression, the rule takes.
    pub bytes_per_minute: u64,
}

impl StandInConfig {
    /// A stand-in with Azure's own limits.
    pub fn new(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: Secret,
        dcr_immutable_id: impl Into<String>,
        schemas: Vec<Schema>,
    ) -> Self {
        StandInConfig {
            cloud: Cloud::Public,
            tenant: tenant.into(),
            client_id: client_id.into(),
            client_secret,
            secret_expires_ms: None,
            second_secret: None,
            certificate: None,
            dcr_immutable_id: dcr_immutable_id.into(),
            schemas,
            token_lifetime_s: 3599,
            strict: false,
            auxiliary: false,
            raw_limit: 50 * 1_048_576,
            calls_per_minute: 12_000,
            bytes_per_minute: 2_000_000_000,
        }
    }
}

/// A request that came in.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    /// The method in upper case.
    pub method: &'a str,
    /// The path and what follows it.
    pub path_and_query: &'a str,
    /// The header fields; names in any case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body as it came.
    pub body: &'a [u8],
}

impl<'a> Incoming<'a> {
    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Whether the media type is that, whatever its parameters.
    fn is_of_type(&self, media_type: &str) -> bool {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().is_some_and(|found| found.trim().eq_ignore_ascii_case(media_type))
    }
}

/// What to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The header fields, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How long to wait before answering, in milliseconds.
    pub delay_ms: u32,
    /// Whether to close the connection instead of answering.
    pub drop_connection: bool,
}

/// A value in a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// No value.
    Null,
    /// A text.
    String(String),
    /// A 32-bit integer.
    Int(i32),
    /// A 64-bit integer.
    Long(i64),
    /// A floating-point number.
    Real(f64),
    /// A truth value.
    Boolean(bool),
    /// An instant.
    Datetime(Instant),
    /// Any JSON value, as its text.
    Dynamic(String),
}

impl Cell {
    /// Appends the value as JSON.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Cell::Null => out.extend_from_slice(b"null"),
            Cell::String(text) => json::write_string(out, text),
            Cell::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Cell::Long(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Cell::Real(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Cell::Boolean(truth) => out.extend_from_slice(truth.to_string().as_bytes()),
            Cell::Datetime(instant) => {
                out.push(b'"');
                instant.write(out);
                out.push(b'"');
            }
            Cell::Dynamic(json) => out.extend_from_slice(json.as_bytes()),
        }
    }
}

/// A stream and the rows that reached it.
#[derive(Clone, Debug)]
pub struct Table {
    /// The stream's columns.
    pub schema: Schema,
    /// The rows, each with a cell for every column, in the order of their arrival.
    pub rows: Vec<Vec<Cell>>,
}

/// An entry of `DCRLogErrors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogError {
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// The stream.
    pub stream: String,
    /// What went wrong.
    pub message: String,
    /// How often it has happened since; repetitions are muted for an hour.
    pub repeated: u64,
}

/// What Azure's metrics and its table `DCRLogErrors` would say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Requests to the token endpoint.
    pub token_requests: u64,
    /// Tokens that were issued.
    pub tokens_issued: u64,
    /// Calls of the endpoint by their status; 0 stands for a dropped connection.
    pub calls: BTreeMap<u16, u64>,
    /// Rows that reached a table.
    pub rows_received: u64,
    /// Bytes of accepted bodies on the wire.
    pub bytes_received: u64,
    /// Bytes of accepted bodies after decompression.
    pub bytes_uncompressed: u64,
    /// Values without a column, by the name that they came under.
    pub columns_dropped: BTreeMap<String, u64>,
    /// Values that are null now because they did not fit their column, by the column's name.
    pub nulled: BTreeMap<String, u64>,
    /// Texts that were cut to 64 KB.
    pub truncated: u64,
    /// Instants in `TimeGenerated` that were replaced by the time of receipt.
    pub times_replaced: u64,
    /// The entries of `DCRLogErrors`.
    pub log_errors: Vec<LogError>,
}

/// Faults on demand.
#[derive(Clone, Debug, Default)]
struct Faults {
    throttle: u32,
    throttle_retry_after_s: u32,
    forbid_until: i64,
    rule_until: i64,
    stream_until: i64,
    lose_reply: u32,
    slow_ms: u32,
    error: (u16, u32),
    entra_throttle: u32,
    entra_down: u32,
    abort_oversize: bool,
    revoked: Revoked,
}

/// Which credentials were taken from the application.
#[derive(Clone, Copy, Debug, Default)]
struct Revoked {
    secret: bool,
    second_secret: bool,
    certificate: bool,
}

/// Entra and a data collection endpoint.
pub struct StandIn {
    config: StandInConfig,
    tables: Vec<Table>,
    metrics: Metrics,
    faults: Faults,
    /// How many requests there were; makes ids.
    requests: u64,
    /// The number of the next token, and the first that is still good.
    next_token: u64,
    first_token: u64,
    minute: Minute,
    /// The assertions that were accepted.
    seen: assertion::Seen,
}

/// What the current minute has seen.
#[derive(Default)]
struct Minute {
    start: i64,
    calls: u32,
    bytes: u64,
}

/// The problem with a token request: the AADSTS number, `error`, the status, the text.
struct EntraError(u32, &'static str, u16, String);

/// The problem with a call: the status, the code, the message, the seconds of `Retry-After`.
struct CallError(u16, &'static str, String, Option<i64>);

/// How an accepted call ends.
enum Accepted {
    Stored,
    /// The rows are stored, the answer is lost.
    ReplyLost,
}

impl StandIn {
    /// A stand-in with empty tables.
    pub fn new(config: StandInConfig) -> Self {
        let tables = config.schemas.iter().map(|schema| Table { schema: schema.clone(), rows: Vec::new() });
        StandIn {
            tables: tables.collect(),
            config,
            metrics: Metrics::default(),
            faults: Faults::default(),
            requests: 0,
            next_token: 1,
            first_token: 1,
            minute: Minute::default(),
            seen: assertion::Seen::new(),
        }
    }

    /// The tables in the order of the rule's declarations.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The table of a stream.
    pub fn table(&self, stream: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.schema.stream == stream)
    }

    /// The counters.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The rows of a stream from the one of index `from` on, as a JSON array of objects; `[]` if there is no
    /// such stream.
    pub fn rows_json(&self, stream: &str, from: usize) -> Vec<u8> {
        let mut out = vec![b'['];
        let rows = self.table(stream).into_iter().flat_map(|table| {
            table.rows.iter().skip(from).map(move |row| table.schema.columns.iter().zip(row))
        });
        for (index, cells) in rows.enumerate() {
            out.extend_from_slice(if index == 0 { b"{" } else { b",{" });
            for (index, (column, cell)) in cells.enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                json::write_string(&mut out, &column.name);
                out.push(b':');
                cell.write(&mut out);
            }
            out.push(b'}');
        }
        out.push(b']');
        out
    }

    /// The counters as a JSON object whose members are named as the fields of [`Metrics`].
    pub fn metrics_json(&self) -> Vec<u8> {
        let metrics = &self.metrics;
        let mut out = vec![b'{'];
        let mut member = |name: &str, value: &[u8]| {
            if out.len() > 1 {
                out.push(b',');
            }
            json::write_string(&mut out, name);
            out.push(b':');
            out.extend_from_slice(value);
        };
        for (name, count) in [
            ("token_requests", metrics.token_requests),
            ("tokens_issued", metrics.tokens_issued),
            ("rows_received", metrics.rows_received),
            ("bytes_received", metrics.bytes_received),
            ("bytes_uncompressed", metrics.bytes_uncompressed),
            ("truncated", metrics.truncated),
            ("times_replaced", metrics.times_replaced),
        ] {
            member(name, count.to_string().as_bytes());
        }
        let counts = |map: Vec<(String, u64)>| {
            let mut out = vec![b'{'];
            for (index, (name, count)) in map.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                json::write_string(&mut out, name);
                out.extend_from_slice(format!(":{count}").as_bytes());
            }
            out.push(b'}');
            out
        };
        let owned = |map: &BTreeMap<String, u64>| map.iter().map(|(name, n)| (name.clone(), *n)).collect();
        member("calls", &counts(metrics.calls.iter().map(|(code, n)| (code.to_string(), *n)).collect()));
        member("columns_dropped", &counts(owned(&metrics.columns_dropped)));
        member("nulled", &counts(owned(&metrics.nulled)));
        let mut errors = vec![b'['];
        for (index, error) in metrics.log_errors.iter().enumerate() {
            errors.extend_from_slice(if index == 0 { b"{\"time\":\"" } else { b",{\"time\":\"" });
            write_rfc3339_millis(&mut errors, error.at_ms);
            errors.extend_from_slice(b"\",\"stream\":");
            json::write_string(&mut errors, &error.stream);
            errors.extend_from_slice(b",\"message\":");
            json::write_string(&mut errors, &error.message);
            errors.extend_from_slice(format!(",\"repeated\":{}}}", error.repeated).as_bytes());
        }
        errors.push(b']');
        member("log_errors", &errors);
        out.push(b'}');
        out
    }

    /// Makes something go wrong from now on. Times are like `30s`, `2m` or `500ms`.
    ///
    /// | text | what happens |
    /// |---|---|
    /// | `throttle=3`, `throttle=3/30s` | 429 for three calls, with a `Retry-After` of 1 or 30 seconds |
    /// | `forbid=30m` | 403 for half an hour, as after a role assignment |
    /// | `no-rule=10m` | 404 for ten minutes, as after a deployment |
    /// | `no-stream=10m` | 400 `InvalidStream` for ten minutes, as after a change of the rule |
    /// | `expire` | no token that was issued so far is good any longer |
    /// | `lose-reply=1` | one call is accepted, and the connection closed before the answer |
    /// | `slow=2s` | every answer of the endpoint takes two seconds |
    /// | `error=503x5` | 503 for five calls |
    /// | `entra-throttle=2` | Entra answers 429 twice, in plain text, with a `Retry-After` of 60 seconds |
    /// | `entra-down=2` | Entra closes two connections |
    /// | `revoke=secret`, `revoke=second-secret`, `revoke=certificate` | Entra does not take this credential any more |
    /// | `abort-oversize` | a call that is too large is not answered but cut off |
    /// | `off` | all faults end |
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn set_fault(&mut self, now_ms: i64, text: &str) -> Result<(), String> {
        let (name, value) = text.trim().split_once('=').unwrap_or((text.trim(), ""));
        let count =
            || value.parse::<u32>().map_err(|_| format!("`{name}` needs a number, such as `{name}=3`"));
        let time =
            || milliseconds(value).ok_or_else(|| format!("`{name}` needs a time, such as `{name}=30s`"));
        let until = || Ok::<i64, String>(now_ms.saturating_add(i64::from(time()?)));
        let faults = &mut self.faults;
        match name {
            "throttle" => {
                let (calls, after) = value.split_once('/').unwrap_or((value, "1s"));
                let wanted =
                    || "`throttle` needs a number of calls, such as `throttle=3` or `throttle=3/30s`";
                faults.throttle = calls.parse().map_err(|_| wanted())?;
                faults.throttle_retry_after_s = milliseconds(after).ok_or_else(wanted)?.div_ceil(1000);
            }
            "forbid" => faults.forbid_until = until()?,
            "no-rule" => faults.rule_until = until()?,
            "no-stream" => faults.stream_until = until()?,
            "lose-reply" => faults.lose_reply = count()?,
            "slow" => faults.slow_ms = time()?,
            "error" => {
                let parsed = value.split_once('x').unwrap_or((value, "1"));
                let status = parsed.0.parse::<u16>().ok().filter(|status| (400..600).contains(status));
                let (Some(status), Ok(calls)) = (status, parsed.1.parse()) else {
                    return Err(
                        "`error` needs a status and a number of calls, such as `error=503x5`".to_owned()
                    );
                };
                faults.error = (status, calls);
            }
            "entra-throttle" => faults.entra_throttle = count()?,
            "entra-down" => faults.entra_down = count()?,
            "revoke" => match value {
                "secret" => faults.revoked.secret = true,
                "second-secret" => faults.revoked.second_secret = true,
                "certificate" => faults.revoked.certificate = true,
                _ => {
                    return Err("`revoke` needs `secret`, `second-secret` or `certificate`".to_owned());
                }
            },
            "expire" | "abort-oversize" | "off" if !value.is_empty() => {
                return Err(format!("`{name}` takes no value"));
            }
            "expire" => self.first_token = self.next_token,
            "abort-oversize" => faults.abort_oversize = true,
            "off" => *faults = Faults::default(),
            _ => {
                return Err(format!(
                    "there is no fault `{name}`; there are throttle, forbid, no-rule, no-stream, expire, \
                     lose-reply, slow, error, entra-throttle, entra-down, revoke, abort-oversize and off"
                ));
            }
        }
        Ok(())
    }

    /// Answers a request.
    pub fn handle(&mut self, now_ms: i64, incoming: Incoming<'_>) -> Reply {
        self.requests = self.requests.wrapping_add(1);
        let (path, query) = incoming.path_and_query.split_once('?').unwrap_or((incoming.path_and_query, ""));
        let segments: Vec<&str> = path.split('/').collect();
        match segments.as_slice() {
            ["", tenant, "oauth2", "v2.0", "token"] => self.entra(now_ms, tenant, &incoming),
            ["", "dataCollectionRules", dcr, "streams", stream] => {
                let result = self.call(now_ms, dcr, stream, query, &incoming);
                self.finish_call(result)
            }
            _ => {
                let message = "There is neither a token endpoint nor a stream at this path.".to_owned();
                self.finish_call(Err(Some(CallError(404, "NotFound", message, None))))
            }
        }
    }

    /// A GUID that is another one for every request and use.
    fn id(&self, purpose: u16) -> String {
        format!("{purpose:08x}-0000-4000-8000-{:012x}", self.requests & 0xffff_ffff_ffff)
    }

    fn entra(&mut self, now_ms: i64, tenant: &str, incoming: &Incoming<'_>) -> Reply {
        self.metrics.token_requests += 1;
        let mut reply = Reply {
            status: 200,
            headers: vec![
                ("content-type", "application/json; charset=utf-8".to_owned()),
                ("cache-control", "no-store, no-cache".to_owned()),
                ("x-ms-request-id", self.id(1)),
            ],
            body: Vec::new(),
            delay_ms: 0,
            drop_connection: false,
        };
        if take(&mut self.faults.entra_down) {
            reply.drop_connection = true;
            return reply;
        }
        if take(&mut self.faults.entra_throttle) {
            reply.status = 429;
            reply.headers = vec![("content-type", "text/plain".to_owned()), ("retry-after", "60".to_owned())];
            reply.body = b"Too Many Requests".to_vec();
            return reply;
        }
        match self.issue(now_ms, tenant, incoming) {
            Ok(token) => {
                self.metrics.tokens_issued += 1;
                let life = self.config.token_lifetime_s;
                reply.body = format!(
                    r#"{{"token_type":"Bearer","expires_in":{life},"ext_expires_in":{life},"access_token":"{token}"}}"#
                )
                .into_bytes();
            }
            Err(EntraError(number, error, status, text)) => {
                let mut time = Vec::new();
                write_rfc3339_millis(&mut time, now_ms);
                let time = String::from_utf8(time).unwrap_or_default().replace('T', " ");
                let time = time.split_once('.').map_or(String::new(), |(seconds, _)| format!("{seconds}Z"));
                let (trace, correlation) = (self.id(2), self.id(3));
                reply.status = status;
                reply.body = format!(r#"{{"error":"{error}","error_description":"#).into_bytes();
                let description = format!(
                    "AADSTS{number}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}"
                );
                json::write_string(&mut reply.body, &description);
                reply.body.extend_from_slice(
                    format!(
                        r#","error_codes":[{number}],"timestamp":"{time}","trace_id":"{trace}","correlation_id":"{correlation}","error_uri":"https://login.microsoftonline.com/error?code={number}"}}"#
                    )
                    .as_bytes(),
                );
            }
        }
        reply
    }

    /// Checks a token request in the order tenant, form, grant, application, secret, scope.
    fn issue(&mut self, now_ms: i64, tenant: &str, incoming: &Incoming<'_>) -> Result<String, EntraError> {
        let error =
            |number, error, status, text: &str| Err(EntraError(number, error, status, text.to_owned()));
        let tenant = decode(tenant).unwrap_or_default();
        if !tenant.eq_ignore_ascii_case(&self.config.tenant) {
            let guid = tenant.len() == 36
                && tenant.split('-').map(str::len).eq([8, 4, 4, 4, 12])
                && tenant.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
            if !guid && !tenant.contains('.') {
                let text = format!(
                    "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."
                );
                return Err(EntraError(900_023, "invalid_request", 400, text));
            }
            let text = format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
            );
            return Err(EntraError(90_002, "invalid_request", 400, text));
        }
        if incoming.method != "POST" {
            return error(900_561, "invalid_request", 405, "The endpoint only accepts POST requests.");
        }
        let text = std::str::from_utf8(incoming.body).unwrap_or("%");
        let Some(form) = form(text).filter(|_| incoming.is_of_type("application/x-www-form-urlencoded"))
        else {
            let text = "Cannot parse the request: it is not a form, or a field occurs twice.";
            return error(9_002_313, "invalid_request", 400, text);
        };
        let field = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let missing = |name: &str| {
            let text = format!("The request body must contain the following parameter: '{name}'.");
            EntraError(900_144, "invalid_request", 400, text)
        };
        let grant = field("grant_type").ok_or_else(|| missing("grant_type"))?;
        if grant != "client_credentials" {
            let text = "The app requested an unsupported grant type.";
            return error(70_003, "unsupported_grant_type", 400, text);
        }
        let basic = incoming.header("authorization").and_then(basic);
        let (client_id, secret) = match &basic {
            Some((client_id, secret)) => (Some(client_id.as_str()), Some(secret.as_str())),
            None => (field("client_id"), field("client_secret")),
        };
        let client_id = client_id.ok_or_else(|| missing("client_id"))?;
        if !client_id.eq_ignore_ascii_case(&self.config.client_id) {
            let text = format!("Application with identifier '{client_id}' was not found in the directory.");
            return Err(EntraError(700_016, "unauthorized_client", 400, text));
        }
        let revoked = self.faults.revoked;
        if let Some(secret) = secret {
            let first = secret == self.config.client_secret.expose() && !revoked.secret;
            let second = self.config.second_secret.as_ref().filter(|_| !revoked.second_secret);
            if !first && second.map(Secret::expose) != Some(secret) {
                let text = "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.";
                return error(7_000_215, "invalid_client", 401, text);
            }
            if first && self.config.secret_expires_ms.is_some_and(|end| now_ms >= end) {
                let text = format!("The provided client secret keys for app '{client_id}' are expired.");
                return Err(EntraError(7_000_222, "invalid_client", 401, text));
            }
        } else if let Some(token) = field("client_assertion") {
            let expected = assertion::Expected {
                certificate: self.config.certificate.as_deref().filter(|_| !revoked.certificate),
                authority: self.config.cloud.authority(),
                client_id,
            };
            let kind = field("client_assertion_type");
            assertion::check(now_ms, incoming, kind, token, &expected, &mut self.seen)?;
        } else {
            let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
            return error(7_000_218, "invalid_client", 401, text);
        }
        let scope = field("scope").ok_or_else(|| missing("scope"))?;
        if scope.contains(' ') {
            return error(70_011, "invalid_scope", 400, "The provided value for scope names more than one.");
        }
        let Some(resource) = scope.strip_suffix("/.default") else {
            let text = "The provided value for scope is not valid: client credential flows must have a scope value with /.default suffixed to the resource identifier.";
            return error(1_002_012, "invalid_scope", 400, text);
        };
        // Both spellings lead to the same resource.
        let resource = resource.strip_suffix('/').unwrap_or(resource);
        let Some(audience) = AUDIENCES.iter().position(|known| *known == resource) else {
            let text = format!("The resource principal named '{resource}' was not found in the tenant.");
            return Err(EntraError(500_011, "invalid_resource", 400, text));
        };
        let end = now_ms.saturating_add(i64::from(self.config.token_lifetime_s) * 1000);
        let token = self.sign(audience, end, self.next_token);
        self.next_token += 1;
        Ok(token)
    }

    /// The token of that audience, end and number.
    fn sign(&self, audience: usize, end_ms: i64, number: u64) -> String {
        let claims = format!("stand-in.{audience}.{end_ms}.{number}");
        let mut hex = String::new();
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.config.client_secret.expose().as_bytes()) {
            mac.update(self.config.tenant.as_bytes());
            mac.update(claims.as_bytes());
            for byte in mac.finalize().into_bytes() {
                hex.push_str(&format!("{byte:02x}"));
            }
        }
        format!("{claims}.{hex}")
    }

    /// Whether a token is one of this stand-in's that is good now and for this endpoint.
    fn check_token(&self, now_ms: i64, token: &str) -> Result<(), &'static str> {
        let parts: Vec<&str> = token.split('.').collect();
        let ["stand-in", audience, end, number, _] = parts.as_slice() else {
            return Err("The token is malformed.");
        };
        let (Ok(audience), Ok(end), Ok(number)) = (audience.parse(), end.parse(), number.parse()) else {
            return Err("The token is malformed.");
        };
        if token != self.sign(audience, end, number) {
            return Err("The token's signature is invalid.");
        }
        let scope = self.config.cloud.scope();
        if AUDIENCES.get(audience).copied() != scope.strip_suffix("/.default") {
            return Err("The token has an invalid audience.");
        }
        if now_ms >= end || number < self.first_token {
            return Err("The token has expired.");
        }
        Ok(())
    }

    /// A call of the endpoint. `Err(None)` is a connection that is cut off.
    fn call(
        &mut self,
        now_ms: i64,
        dcr: &str,
        stream: &str,
        query: &str,
        incoming: &Incoming<'_>,
    ) -> Result<Accepted, Option<CallError>> {
        let error =
            |status, code, message: &str| Err(Some(CallError(status, code, message.to_owned(), None)));
        if incoming.method != "POST" {
            return error(405, "MethodNotAllowed", "The method must be POST.");
        }
        let query = form(query).unwrap_or_default();
        match query.get("api-version").map(String::as_str) {
            Some("2023-01-01" | "2021-11-01-preview") => {}
            Some(_) => return error(400, "InvalidApiVersion", "The api-version is not supported."),
            None => {
                return error(
                    400,
                    "MissingApiVersionParameter",
                    "The api-version query parameter is required.",
                );
            }
        }
        let length = incoming.body.len();
        if length > WIRE_LIMIT {
            if self.faults.abort_oversize {
                return Err(None);
            }
            let message = format!(
                "Maximum allowed content length: {WIRE_LIMIT} bytes (1 MB). Provided content length: {length} bytes."
            );
            return error(413, "ContentLengthLimitExceeded", &message);
        }
        if length == 0 {
            return error(400, "InvalidContentLength", "Content-Length must be greater than zero.");
        }
        let authorization = incoming.header("authorization").unwrap_or_default();
        let (scheme, token) = authorization.split_once(' ').unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return error(401, "InvalidAuthenticationToken", "The authorization header is missing.");
        }
        if let Err(message) = self.check_token(now_ms, token.trim()) {
            return error(401, "InvalidAuthenticationToken", message);
        }
        if take(&mut self.faults.error.1) {
            return error(self.faults.error.0, "InternalServerError", "A fault was asked for.");
        }
        self.throttle(now_ms)?;
        if now_ms < self.faults.forbid_until {
            let message = format!(
                "The authentication token provided does not have access to ingest data for the data collection rule with immutable Id '{dcr}' PipelineAccessResult: AccessGranted: False, IsRbacPresent: False, IsDcrDceBindingValid: , DcrArmId: , Message: Required authorization action was not found for tenantId {} objectId 00000000-0000-0000-0000-000000000000 on resourceId  ConfigurationId: .",
                self.config.tenant
            );
            return error(403, "OperationFailed", &message);
        }
        if dcr != self.config.dcr_immutable_id || now_ms < self.faults.rule_until {
            let message = format!("Data collection rule with immutable Id '{dcr}' not found.");
            return error(404, "NotFound", &message);
        }
        let stream = decode(stream).unwrap_or_default();
        let found = self.tables.iter().position(|table| table.schema.stream == stream);
        let Some(index) = found.filter(|_| now_ms >= self.faults.stream_until) else {
            let message = format!(
                "The stream {stream} was not configured in the data collection rule with immutable Id {dcr}."
            );
            return error(400, "InvalidStream", &message);
        };
        if !incoming.is_of_type("application/json") {
            return error(415, "UnsupportedMediaType", "The content type must be application/json.");
        }
        match self.content(now_ms, index, incoming) {
            Ok(()) => {}
            Err(Content::Refused(code, message)) => return error(400, code, message),
            Err(Content::Throttled) => return self.throttled(now_ms),
            Err(Content::Lost(message)) if self.config.strict => {
                return error(400, "ContentDeserializationError", message);
            }
            Err(Content::Lost(message)) => self.log_error(now_ms, stream, message),
        }
        if take(&mut self.faults.lose_reply) { Ok(Accepted::ReplyLost) } else { Ok(Accepted::Stored) }
    }

    /// Counts a call against the rule's minute.
    fn throttle(&mut self, now_ms: i64) -> Result<(), Option<CallError>> {
        if take(&mut self.faults.throttle) {
            let seconds = i64::from(self.faults.throttle_retry_after_s);
            let message = "A fault was asked for.".to_owned();
            return Err(Some(CallError(429, "TooManyRequests", message, Some(seconds))));
        }
        if now_ms.saturating_sub(self.minute.start) >= MINUTE_MS || now_ms < self.minute.start {
            self.minute = Minute { start: now_ms, calls: 0, bytes: 0 };
        }
        if self.minute.calls >= self.config.calls_per_minute {
            return self.throttled(now_ms);
        }
        self.minute.calls += 1;
        Ok(())
    }

    /// 429 until the minute is over.
    fn throttled<T>(&self, now_ms: i64) -> Result<T, Option<CallError>> {
        let left = self.minute.start.saturating_add(MINUTE_MS).saturating_sub(now_ms);
        let message = "The limits of the data collection rule are exceeded.".to_owned();
        Err(Some(CallError(429, "TooManyRequests", message, Some(left.div_euclid(1000) + 1))))
    }

    fn log_error(&mut self, now_ms: i64, stream: String, message: &str) {
        let muted = self.metrics.log_errors.iter_mut().rev().find(|error| {
            error.stream == stream
                && error.message == message
                && now_ms.saturating_sub(error.at_ms) < MUTED_MS
        });
        match muted {
            Some(error) => error.repeated += 1,
            None => {
                let message = message.to_owned();
                self.metrics.log_errors.push(LogError { at_ms: now_ms, stream, message, repeated: 0 });
            }
        }
    }

    /// Reads a body into the table of that index.
    fn content(&mut self, now_ms: i64, index: usize, incoming: &Incoming<'_>) -> Result<(), Content> {
        let mut unzipped = Vec::new();
        let gzip = incoming.header("content-encoding").is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let raw = if gzip {
            let limit = (self.config.raw_limit as u64).saturating_add(1);
            flate2::read::GzDecoder::new(incoming.body)
                .take(limit)
                .read_to_end(&mut unzipped)
                .map_err(|_| Content::Lost("Compressed data in invalid."))?;
            &unzipped
        } else {
            incoming.body
        };
        if raw.len() > self.config.raw_limit {
            return Err(Content::Lost("PayloadSizeLimitExceeded: the decompressed payload is above 50 MiB."));
        }
        let bytes = self.minute.bytes.saturating_add(raw.len() as u64);
        if bytes > self.config.bytes_per_minute {
            return Err(Content::Throttled);
        }
        self.minute.bytes = bytes;
        let text = std::str::from_utf8(raw).map_err(|_| Content::Lost("The payload is not UTF-8."))?;
        let parsed = json::parse(text, Dialect::Strict);
        let value = parsed.value.filter(|_| parsed.errors.is_empty());
        let value = value.ok_or(Content::Lost("The payload is not valid JSON."))?;
        let not_objects = Content::Lost("The payload is not an array of objects.");
        let Some(items) =
            value.as_array().filter(|items| items.iter().all(|item| item.as_object().is_some()))
        else {
            return Err(not_objects);
        };
        let Some(schema) = self.tables.get(index).map(|table| table.schema.clone()) else {
            return Err(not_objects);
        };
        if self.config.auxiliary {
            check_auxiliary(&schema, items)?;
        }
        let rows: Vec<_> = items.iter().map(|item| self.row(now_ms, text, &schema, item)).collect();
        self.metrics.rows_received += rows.len() as u64;
        self.metrics.bytes_received += incoming.body.len() as u64;
        self.metrics.bytes_uncompressed += raw.len() as u64;
        if let Some(table) = self.tables.get_mut(index) {
            table.rows.extend(rows);
        }
        Ok(())
    }

    /// Makes a row of an item, the way Azure does it: in silence.
    fn row(&mut self, now_ms: i64, text: &str, schema: &Schema, item: &Value) -> Vec<Cell> {
        for member in item.as_object().unwrap_or_default() {
            if !schema.columns.iter().any(|column| column.name == member.key) {
                *self.metrics.columns_dropped.entry(member.key.clone()).or_default() += 1;
            }
        }
        let mut row = Vec::with_capacity(schema.columns.len());
        for column in &schema.columns {
            let mut cell = match item.get(&column.name).filter(|value| value.kind != Kind::Null) {
                None => Cell::Null,
                Some(value) => {
                    let cell = cell(column.kind, text, value);
                    if cell == Cell::Null {
                        *self.metrics.nulled.entry(column.name.clone()).or_default() += 1;
                    }
                    cell
                }
            };
            if let Cell::String(text) | Cell::Dynamic(text) = &cell
                && text.len() > FIELD_LIMIT
            {
                self.metrics.truncated += 1;
                let cut = text.get(..text.floor_char_boundary(FIELD_LIMIT)).unwrap_or_default();
                cell = Cell::String(cut.to_owned());
            }
            if is_time_generated(column) {
                let receipt = Instant::from_millis(now_ms);
                let earliest = Instant::from_millis(now_ms.saturating_sub(2 * DAY_MS));
                let latest = Instant::from_millis(now_ms.saturating_add(DAY_MS));
                match cell {
                    Cell::Datetime(given) if (earliest..=latest).contains(&given) => {}
                    Cell::Datetime(_) => {
                        self.metrics.times_replaced += 1;
                        cell = Cell::Datetime(receipt);
                    }
                    _ => cell = Cell::Datetime(receipt),
                }
            }
            row.push(cell);
        }
        row
    }

    /// The answer to a call.
    fn finish_call(&mut self, result: Result<Accepted, Option<CallError>>) -> Reply {
        let mut reply = Reply {
            status: 204,
            headers: vec![("x-ms-request-id", self.id(4))],
            body: Vec::new(),
            delay_ms: self.faults.slow_ms,
            drop_connection: false,
        };
        match result {
            Ok(Accepted::Stored) => {}
            Ok(Accepted::ReplyLost) | Err(None) => reply.drop_connection = true,
            Err(Some(CallError(status, code, message, retry_after))) => {
                reply.status = status;
                reply.headers.push(("content-type", "application/json".to_owned()));
                reply.headers.push(("x-ms-error-code", code.to_owned()));
                if let Some(seconds) = retry_after {
                    reply.headers.push(("retry-after", seconds.to_string()));
                }
                reply.body = format!(r#"{{"error":{{"code":"{code}","message":"#).into_bytes();
                json::write_string(&mut reply.body, &message);
                reply.body.extend_from_slice(b"}}");
            }
        }
        let status = if reply.drop_connection { 0 } else { reply.status };
        *self.metrics.calls.entry(status).or_default() += 1;
        reply
    }
}

/// What Entra issues tokens for here: Azure Monitor in three clouds, and one that is none of the endpoint's.
const AUDIENCES: [&str; 4] = [
    "https://monitor.azure.com",
    "https://monitor.azure.us",
    "https://monitor.azure.cn",
    "https://management.azure.com",
];

/// Why content did not reach its table.
enum Content {
    /// The call is accepted all the same, or refused by a strict stand-in.
    Lost(&'static str),
    /// The call is refused with that code and message.
    Refused(&'static str, &'static str),
    Throttled,
}

fn is_time_generated(column: &Column) -> bool {
    column.name == "TimeGenerated" && column.kind == ColumnType::Datetime
}

/// What only the Auxiliary plan refuses.
fn check_auxiliary(schema: &Schema, items: &[Value]) -> Result<(), Content> {
    let mut times: Option<(i64, i64)> = None;
    for item in items {
        for column in &schema.columns {
            let value = item.get(&column.name).map(|value| &value.kind);
            let nested = matches!(value, Some(Kind::Array(_) | Kind::Object(_)));
            if nested && column.kind != ColumnType::Dynamic {
                return Err(Content::Refused("InvalidRequest", "malformed JSON"));
            }
            if let Some(Kind::String(text)) = value
                && is_time_generated(column)
                && let Some(instant) = datetime(text)
            {
                let (seconds, _) = instant.unix();
                let (first, last) = times.unwrap_or((seconds, seconds));
                times = Some((first.min(seconds), last.max(seconds)));
            }
        }
    }
    if times.is_some_and(|(first, last)| last - first > 30 * 60) {
        return Err(Content::Refused(
            "RecordsTimeRangeIsMoreThan30Minutes",
            "The time duration between DataEndTime and DataStartTime should be within the range of 0 to 30 minutes.",
        ));
    }
    Ok(())
}

/// A value as its column holds it; null if it does not fit. `text` is the text that the value stands in.
fn cell(kind: ColumnType, text: &str, value: &Value) -> Cell {
    match (kind, &value.kind) {
        (ColumnType::Dynamic, _) => text
            .get(value.span.start..value.span.end)
            .map_or(Cell::Null, |json| Cell::Dynamic(json.to_owned())),
        (ColumnType::String, Kind::String(text)) => Cell::String(text.clone()),
        (ColumnType::Int, Kind::Number(digits)) => digits.parse().map_or(Cell::Null, Cell::Int),
        (ColumnType::Long, Kind::Number(digits)) => digits.parse().map_or(Cell::Null, Cell::Long),
        (ColumnType::Real, Kind::Number(digits)) => {
            digits.parse().ok().filter(|number: &f64| number.is_finite()).map_or(Cell::Null, Cell::Real)
        }
        (ColumnType::Boolean, Kind::Bool(truth)) => Cell::Boolean(*truth),
        (ColumnType::Datetime, Kind::String(text)) => datetime(text).map_or(Cell::Null, Cell::Datetime),
        _ => Cell::Null,
    }
}

/// Reads the two ways of writing an instant that Microsoft documents: `2021-12-08T23:51:14.1104269Z` and
/// `2023-11-14 15:10:02`. More may work in Azure; a client that relies on it is on its own.
fn datetime(text: &str) -> Option<Instant> {
    let shape = |text: &str| {
        text.len() == 19
            && text.bytes().enumerate().all(|(index, byte)| match index {
                4 | 7 => byte == b'-',
                10 => matches!(byte, b'T' | b' '),
                13 | 16 => byte == b':',
                _ => byte.is_ascii_digit(),
            })
    };
    let (seconds, rest) = text.split_at_checked(19)?;
    let fraction = rest.strip_suffix('Z').unwrap_or(rest);
    let sound = fraction.is_empty()
        || fraction.strip_prefix('.').is_some_and(|digits| {
            (1..=7).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
    if shape(seconds) && sound { Instant::parse(text).ok() } else { None }
}

/// Takes one from a counter; whether there was one.
fn take(count: &mut u32) -> bool {
    let left = count.checked_sub(1);
    *count = left.unwrap_or(0);
    left.is_some()
}

/// A time such as `30s`, `2m` or `500ms`.
fn milliseconds(text: &str) -> Option<u32> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(split)?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(factor)
}

/// Resolves percent-encoding.
fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

/// Reads a form; `None` if it is malformed or a field occurs twice.
fn form(text: &str) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(&name.replace('+', " "))?, decode(&value.replace('+', " "))?);
        if fields.insert(name, value).is_some() {
            return None;
        }
    }
    Some(fields)
}

/// The client id and secret of HTTP Basic, which RFC 6749 has form-encoded before they are joined.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (client_id, secret) = joined.split_once(':')?;
    Some((decode(&client_id.replace('+', " "))?, decode(&secret.replace('+', " "))?))
}
