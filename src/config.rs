//! relay.json: what the operator writes.
//!
//! Reading reports every mistake at once and never repeats a value that might be a secret.
//! What needs more than the text alone is checked by [`crate::relay`] with the spans that stand here: whether the source
//! exists, whether the DCR has the stream and the columns, whether an expression is sound, whether a secret is there.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use crate::azure::Cloud;
use crate::azure::assertion::Algorithm;
use crate::json::{self, Dialect, Kind, Member, Value};
use crate::mapping::time::Instant;
use crate::text::{LineIndex, Position, Span, nearest, quoted, squeezed};

/// The name of the Worker secret that holds what proves to Entra who the relay is, unless `azure` names others.
pub const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";

/// How the names of all of the relay's own secrets begin: they are never a hook's, and may be shown.
const OWN: &str = "AZURE_CLIENT_";

/// The largest delivery that a hook can accept, in bytes, and what it accepts unless told otherwise: 25 MiB, which is
/// what the largest payloads of GitHub have (GitHub, "Webhook events and payloads", payload cap).
pub const MAX_BYTES: usize = 26_214_400;

/// The shortest and the longest time for which deliveries can be remembered, in seconds: a minute and a week.
pub const WINDOW_S: RangeInclusive<u32> = 60..=604_800;

/// How many errors are reported of one text.
const ERRORS: usize = 100;

/// Where the relay runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// On the internet: rows go to Azure's hosts and nowhere else.
    Production,
    /// On the developer's machine: `dce_endpoint` may also be a loopback address, where local Azure listens.
    Development,
}

/// A mistake of the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file: `relay.json` or `DCR.json`; or `secret` for what no file holds.
    pub file: &'static str,
    /// Where in the file, if it is in one.
    pub position: Option<Position>,
    /// The kind of the mistake, stable, for machines.
    ///
    /// [`read`] gives `syntax`, `wrong-type`, `unknown-member`, `missing-member`, `duplicate-key`, `placeholder`,
    /// `invalid-value`, `secret-in-config`, `no-hook`, and `shared-secret`.
    pub code: &'static str,
    /// What is wrong, where, and what to do, as a sentence without a full stop.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file)?;
        if let Some(Position { line, column }) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ConfigError {}

/// A configuration as it is written in relay.json.
///
/// When [`read`] reports errors beside it, it is good for further checking and for nothing else: texts that are
/// missing or wrong are empty, and hooks or columns that could not be read are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where the rows go.
    pub azure: Azure,
    /// Who may send, in the order of the text.
    pub hooks: Vec<HookConfig>,
    /// How events reach Azure; `None` leaves it to what the Worker is bound to.
    pub delivery: Option<Delivery>,
}

/// How events reach Azure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// By way of a queue: the sender hears 202 when the queue has the event.
    Queue,
    /// At once: the sender hears 200 when Azure has the rows.
    Direct,
}

/// What a connector page in Microsoft Sentinel gives to copy, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Azure {
    /// The Entra tenant: a GUID or a domain.
    pub tenant_id: String,
    /// The application (client) ID of the app registration: a GUID.
    pub client_id: String,
    /// The origin of the data collection endpoint in lower case, without a slash at its end.
    pub dce_endpoint: String,
    /// The immutable ID of the Data Collection Rule: `dcr-` and 32 hexadecimal digits.
    pub dcr_immutable_id: String,
    /// The stream that rows go to unless a hook names another one, such as `Custom-Contoso`.
    pub stream_name: String,
    /// The cloud that the endpoint belongs to; for a loopback endpoint the public one.
    pub cloud: Cloud,
    /// The origin that issues tokens: the cloud's, or the endpoint itself where that is loopback, since local Azure
    /// serves both.
    pub authority: String,
    /// The names of the Worker secrets that hold client secrets and certificates, in the order in which they are tried.
    pub secret: Vec<String>,
    /// When client secrets end, by the names of their Worker secrets, in milliseconds since the Unix epoch; and where in
    /// the text that stands.
    pub expires: Vec<(String, i64, Span)>,
    /// How assertions are signed, where a secret is a certificate.
    pub assertion: Algorithm,
}

/// A jq expression and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// The expression, with JSON's escapes resolved.
    pub text: String,
    /// The content of the JSON string, without its quotes: what [`position_in_string`] wants.
    pub span: Span,
}

/// A column's expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnConfig {
    /// The name of the stream's column.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// What gives the column its value.
    pub expression: Expression,
}

/// A hook as it is configured.
#[derive(Clone, Debug, PartialEq)]
pub struct HookConfig {
    /// The last part of the path `/hooks/<name>`.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The id of the source whose deliveries come here; empty when it is missing.
    pub source: String,
    /// Where the source stands.
    pub source_span: Span,
    /// Members that replace those of the source's scheme: an object.
    pub auth: Option<Value>,
    /// What the source wants to know of this hook, such as a topic, and where each name stands; no value where it is
    /// wrong, which is among the errors.
    pub config: Vec<(String, Option<String>, Span)>,
    /// The names of the Worker secrets that a delivery may be signed with; more than one while a secret is rotated.
    pub secret: Vec<String>,
    /// Where the secrets are named; the hook's name where they follow from it.
    pub secret_span: Span,
    /// The expressions of the columns, in the order of the text.
    pub columns: Vec<ColumnConfig>,
    /// The expression that makes several events of one delivery.
    pub events: Option<Expression>,
    /// The stream that the rows go to; empty when it is missing or wrong.
    pub stream: String,
    /// Where the stream is named: here or in `azure`.
    pub stream_span: Span,
    /// The largest delivery that is accepted, in bytes.
    pub max_bytes: usize,
    /// The URL that the sender sees, for sources that sign it.
    pub url: Option<String>,
    /// For how long a delivery is remembered, so that it is not taken twice, in seconds; and where that stands.
    pub dedupe: Option<(u32, Span)>,
    /// Whether it has a heartbeat.
    pub heartbeat: Option<HeartbeatConfig>,
}

/// A hook's heartbeat as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeartbeatConfig {
    /// The column that tells heartbeats from events, where one is named.
    pub column: Option<String>,
    /// Where it is configured.
    pub span: Span,
}

/// The name of the Worker secret that a hook has unless it names others: `HOOK_<NAME>_SECRET`.
pub fn default_secret(hook: &str) -> String {
    format!("HOOK_{}_SECRET", hook.to_ascii_uppercase().replace('-', "_"))
}

/// The name of the Worker secret of a hook that its source calls `{secret:NAME}`: `HOOK_<HOOK>_<NAME>`.
pub fn named_secret(hook: &str, name: &str) -> String {
    format!("HOOK_{}_{}", hook, name).to_ascii_uppercase().replace('-', "_")
}

/// Where in relay.json a byte of a string's value stands, whatever escapes the string has.
///
/// `string_span` is the span of the JSON string or of its content, `decoded_offset` a byte offset in its value.
pub fn position_in_string(relay_text: &str, string_span: Span, decoded_offset: usize) -> Position {
    let offset = json::offset_in_string(relay_text, string_span, decoded_offset);
    LineIndex::new(relay_text).position(relay_text, offset)
}

/// Reads relay.json: JSON in which comments and trailing commas are allowed.
///
/// Gives the configuration as far as it could be understood, and every mistake in the order of the text (at most 100).
/// The configuration may be used only if there is no mistake.
pub fn read(relay_json: &str, mode: Mode) -> (Option<Config>, Vec<ConfigError>) {
    let parsed = json::parse(relay_json, Dialect::Comments);
    let mut reader = Reader { mode, broken: !parsed.errors.is_empty(), errors: Vec::new() };
    for error in parsed.errors {
        reader.error(error.span, "syntax", error.message);
    }
    let config = parsed.value.as_ref().and_then(|value| reader.top(value));
    reader.errors.sort_by_key(|(offset, ..)| *offset);
    let index = LineIndex::new(relay_json);
    let located = |(offset, code, message)| ConfigError {
        file: "relay.json",
        position: Some(index.position(relay_json, offset)),
        code,
        message,
    };
    (config, reader.errors.into_iter().map(located).collect())
}

/// The members of the top.
const TOP: [&str; 4] = ["$schema", "azure", "hooks", "delivery"];

/// The members of a hook.
const HOOK: [&str; 11] = [
    "source",
    "auth",
    "config",
    "secret",
    "columns",
    "events",
    "stream",
    "max_bytes",
    "url",
    "dedupe",
    "heartbeat",
];

/// What of `azure` is wanted, and how people find it.
struct Field {
    name: &'static str,
    /// Under which name the portal shows it.
    origin: &'static str,
    /// The shape that it has.
    shape: &'static str,
    sound: fn(&str) -> bool,
}

const TENANT: Field = Field {
    name: "tenant_id",
    origin: "the Directory (tenant) ID of the app registration",
    shape: "a GUID such as `aaaabbbb-0000-cccc-1111-dddd2222eeee`, or a domain of the tenant such as \
            `contoso.onmicrosoft.com`",
    sound: |text| is_guid(text) || is_domain(text),
};

const CLIENT: Field = Field {
    name: "client_id",
    origin: "the Application (client) ID of the app registration",
    shape: "a GUID such as `00001111-aaaa-2222-bbbb-3333cccc4444`",
    sound: is_guid,
};

const DCE: Field = Field {
    name: "dce_endpoint",
    origin: "the Logs Ingestion URI of the data collection endpoint",
    shape: "the origin of a data collection endpoint",
    // Its own function says more exactly what is wrong.
    sound: |_| true,
};

const RULE: Field = Field {
    name: "dcr_immutable_id",
    origin: "the immutable ID of the Data Collection Rule",
    shape: "`dcr-` and 32 hexadecimal digits, as `immutableId` in the JSON view of the Data Collection Rule shows it \
            (the resource ID and the name of the rule are something else)",
    sound: |text| {
        let digits = text.strip_prefix("dcr-").unwrap_or_default();
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    },
};

const STREAM: Field = Field {
    name: "stream_name",
    origin: "the name of the stream as the Data Collection Rule declares it",
    shape: STREAM_SHAPE,
    sound: is_stream,
};

const STREAM_SHAPE: &str = "the name of a stream: `Custom-` or `Microsoft-`, then letters, digits, `_` and `-`, as \
                            `streamDeclarations` in the DCR has it";

/// The members of `azure`, first those that connector pages give to copy.
const AZURE: [&str; 8] =
    [TENANT.name, CLIENT.name, DCE.name, RULE.name, STREAM.name, "secret", "secret_expires", "assertion"];

struct Reader {
    mode: Mode,
    /// Whether the text is not sound JSON. Then a member that is missing may stand in the broken part.
    broken: bool,
    errors: Vec<(usize, &'static str, String)>,
}

impl Reader {
    fn error(&mut self, span: Span, code: &'static str, message: impl Into<String>) {
        if self.errors.len() < ERRORS {
            self.errors.push((span.start, code, message.into()));
        }
    }

    fn wrong_type(&mut self, value: &Value, what: &str, wanted: &str) {
        let message = format!("{what} must be {wanted}, not {}", value.described());
        self.error(value.span, "wrong-type", message);
    }

    fn missing(&mut self, span: Span, message: String) {
        if !self.broken {
            self.error(span, "missing-member", message);
        }
    }

    fn top(&mut self, value: &Value) -> Option<Config> {
        self.duplicates(value);
        let Some(members) = value.as_object() else {
            self.wrong_type(value, "relay.json", "an object with `azure` and `hooks`");
            return None;
        };
        let meant = self.unknown_members(members.iter(), &TOP, "relay.json");
        if let Some(schema) = value.get("$schema").filter(|schema| schema.as_str().is_none()) {
            self.wrong_type(schema, "`$schema`", "a string");
        }
        let mut delivery = None;
        if let Some(value) = value.get("delivery") {
            delivery = match value.as_str() {
                Some("queue") => Some(Delivery::Queue),
                Some("direct") => Some(Delivery::Direct),
                _ => {
                    self.error(value.span, "invalid-value", "`delivery` must be `queue` or `direct`");
                    None
                }
            };
        }
        let head = Span { start: value.span.start, end: value.span.start };
        let (mut azure, mut stream_span) = (Azure::unknown(), head);
        if let Some(member) = last(members, "azure") {
            (azure, stream_span) = self.azure(member);
        } else if !meant.contains(&"azure") {
            let names: Vec<_> = AZURE.iter().take(5).map(|name| format!("`{name}`")).collect();
            let names = names.join(", ");
            self.missing(head, format!("`azure` is missing: add it with {names} from the connector page"));
        }
        let mut hooks = Vec::new();
        if let Some(member) = last(members, "hooks") {
            hooks = self.hooks(member, &azure, stream_span);
        } else if !meant.contains(&"hooks") {
            let example = r#""hooks": { "github": { "source": "github" } }"#;
            self.missing(
                head,
                format!("`hooks` is missing: add it with at least one hook, such as `{example}`"),
            );
        }
        Some(Config { azure, hooks, delivery })
    }

    /// Reports every key that stands twice in an object.
    fn duplicates(&mut self, value: &Value) {
        let mut left = vec![value];
        while let Some(value) = left.pop() {
            left.extend(value.as_array().unwrap_or_default());
            let mut keys = HashSet::new();
            for member in value.as_object().unwrap_or_default() {
                left.push(&member.value);
                if !keys.insert(member.key.as_str()) {
                    let message = format!(
                        "{} is written here a second time: remove one of the two",
                        quoted(&member.key)
                    );
                    self.error(member.key_span, "duplicate-key", message);
                }
            }
        }
    }

    /// Reports members that nobody reads. Gives the names that they were probably meant to be.
    fn unknown_members<'v>(
        &mut self,
        members: impl Iterator<Item = &'v Member>,
        known: &'static [&'static str],
        place: &str,
    ) -> Vec<&'static str> {
        let mut meant = Vec::new();
        for member in members.filter(|member| !known.contains(&member.key.as_str())) {
            let name = quoted(&member.key);
            let message = match nearest(&member.key, known.iter().copied()) {
                Some(known) => {
                    meant.push(known);
                    format!("{place} has no member {name}: did you mean `{known}`?")
                }
                None => {
                    let known = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                    format!("{place} has no member {name}: remove it; the members are {known}")
                }
            };
            self.error(member.key_span, "unknown-member", message);
        }
        meant
    }

    /// The target, and where its stream is named.
    fn azure(&mut self, azure: &Member) -> (Azure, Span) {
        let mut found = Azure::unknown();
        let Some(members) = azure.value.as_object() else {
            self.wrong_type(&azure.value, "`azure`", "an object");
            return (found, azure.key_span);
        };
        let (secrets, others): (Vec<_>, Vec<_>) = members
            .iter()
            .partition(|member| is_secret_name(&member.key) && !AZURE.contains(&member.key.as_str()));
        for member in secrets {
            let message = format!(
                "{} must not stand in relay.json: remove it here, run `npx wrangler secret put {CLIENT_SECRET}` and \
                 paste the value there; if this file was ever shared, create a new client secret",
                quoted(&member.key)
            );
            self.error(member.key_span, "secret-in-config", message);
        }
        let meant = self.unknown_members(others.into_iter(), &AZURE, "`azure`");
        let mut text = |field: &Field| self.azure_field(azure, field, &meant);
        let tenant_id = text(&TENANT);
        let client_id = text(&CLIENT);
        let dce_endpoint = text(&DCE);
        let dcr_immutable_id = text(&RULE);
        let stream_name = text(&STREAM);
        if let Some((text, span)) = dce_endpoint {
            match endpoint(text, self.mode) {
                Ok(endpoint) => {
                    found.cloud = endpoint.cloud;
                    found.authority = endpoint.authority;
                    found.dce_endpoint = endpoint.origin;
                }
                Err(message) => self.error(span, "invalid-value", message),
            }
        }
        let owned = |found: Option<(&str, Span)>| found.map_or_else(String::new, |(text, _)| text.to_owned());
        found.tenant_id = owned(tenant_id);
        found.client_id = owned(client_id);
        found.dcr_immutable_id = owned(dcr_immutable_id);
        found.stream_name = owned(stream_name);
        if let Some(value) = azure.value.get("secret") {
            found.secret = self.secrets(value, CLIENT_SECRET, true);
        }
        if let Some(value) = azure.value.get("secret_expires") {
            found.expires = self.expires(value, &found.secret);
        }
        if let Some(value) = azure.value.get("assertion") {
            found.assertion = match value.as_str() {
                Some("PS256") => Algorithm::Ps256,
                Some("RS256") => Algorithm::Rs256,
                _ => {
                    self.error(value.span, "invalid-value", "`assertion` must be `PS256` or `RS256`");
                    Algorithm::default()
                }
            };
        }
        (found, stream_name.map_or(azure.key_span, |(_, span)| span))
    }

    fn azure_field<'v>(
        &mut self,
        azure: &'v Member,
        field: &Field,
        meant: &[&str],
    ) -> Option<(&'v str, Span)> {
        let Field { name, origin, shape, sound } = field;
        let Some(value) = azure.value.get(name) else {
            if !meant.contains(name) {
                let message = format!("`azure` lacks `{name}`: add {origin}; the connector page shows it");
                self.missing(azure.key_span, message);
            }
            return None;
        };
        let Some(text) = value.as_str() else {
            self.wrong_type(value, &format!("`{name}`"), "a string");
            return None;
        };
        if is_placeholder(text) {
            let message =
                format!("`{name}` is still a placeholder: put {origin} here; the connector page shows it");
            self.error(value.span, "placeholder", message);
            return None;
        }
        if !sound(text) {
            self.error(value.span, "invalid-value", format!("`{name}` must be {shape}"));
            return None;
        }
        Some((text, value.span))
    }

    fn hooks(&mut self, hooks: &Member, azure: &Azure, stream_span: Span) -> Vec<HookConfig> {
        let Some(members) = hooks.value.as_object() else {
            self.wrong_type(&hooks.value, "`hooks`", "an object with a member for each hook");
            return Vec::new();
        };
        if members.is_empty() && !self.broken {
            let example = r#""github": { "source": "github" }"#;
            let message = format!("`hooks` is empty: add at least one hook, such as `{example}`");
            self.error(hooks.key_span, "no-hook", message);
        }
        let mut found = Vec::new();
        // Two hooks whose names differ only in `-` and `_` would share a secret without anyone having said so.
        let mut defaults: HashMap<String, &str> = HashMap::new();
        for member in members {
            if !is_hook_name(&member.key) {
                let message = format!(
                    "{} cannot be the name of a hook: it must have 1 to 64 lower-case letters, digits, `_` and `-` and \
                     start with a letter or digit, since it is a part of the URL `/hooks/<name>`",
                    quoted(&member.key)
                );
                self.error(member.key_span, "invalid-value", message);
            }
            let Some(hook) = self.hook(member, azure, stream_span) else { continue };
            if hook.secret_span == hook.name_span
                && let [secret] = hook.secret.as_slice()
                && let Some(other) = defaults.insert(secret.clone(), &member.key)
                && other != member.key
            {
                let message = format!(
                    "the hooks {} and {} would share the secret `{secret}`: give one of them another with `secret`",
                    quoted(other),
                    quoted(&member.key)
                );
                self.error(member.key_span, "shared-secret", message);
            }
            found.push(hook);
        }
        found
    }

    fn hook(&mut self, hook: &Member, azure: &Azure, stream_span: Span) -> Option<HookConfig> {
        let name = quoted(&hook.key);
        let Some(members) = hook.value.as_object() else {
            self.wrong_type(
                &hook.value,
                &format!("the hook {name}"),
                r#"an object such as `{ "source": "github" }`"#,
            );
            return None;
        };
        let meant = self.unknown_members(members.iter(), &HOOK, &format!("the hook {name}"));
        let mut found = HookConfig {
            name: hook.key.clone(),
            name_span: hook.key_span,
            source: String::new(),
            source_span: hook.key_span,
            auth: None,
            config: Vec::new(),
            secret: vec![default_secret(&hook.key)],
            secret_span: hook.key_span,
            columns: Vec::new(),
            events: None,
            stream: azure.stream_name.clone(),
            stream_span,
            max_bytes: MAX_BYTES,
            url: None,
            dedupe: None,
            heartbeat: None,
        };
        if let Some(value) = hook.value.get("source") {
            found.source_span = value.span;
            match value.as_str() {
                None => self.wrong_type(value, "`source`", "a string"),
                Some(text) if is_placeholder(text) => {
                    let message =
                        "`source` is still a placeholder: put the id of a source here, such as `github`";
                    self.error(value.span, "placeholder", message);
                }
                Some(text) => found.source = text.to_owned(),
            }
        } else if !meant.contains(&"source") {
            let message =
                format!("the hook {name} lacks `source`: name the product that sends here, such as `github`");
            self.missing(hook.key_span, message);
        }
        if let Some(value) = hook.value.get("auth") {
            match value.as_object() {
                None => {
                    self.wrong_type(value, "`auth`", "an object with the members of the scheme to replace")
                }
                Some(_) => found.auth = Some(value.clone()),
            }
        }
        if let Some(value) = hook.value.get("config") {
            found.config = self.values(value);
        }
        if let Some(value) = hook.value.get("secret") {
            found.secret_span = value.span;
            let usable = is_hook_name(&hook.key);
            let example = if usable { default_secret(&hook.key) } else { "HOOK_NAME_SECRET".to_owned() };
            found.secret = self.secrets(value, &example, false);
        }
        if let Some(value) = hook.value.get("columns") {
            found.columns = self.columns(value);
        }
        if let Some(value) = hook.value.get("events") {
            found.events = self.expression(value, "`events`");
        }
        if let Some(value) = hook.value.get("stream") {
            found.stream_span = value.span;
            found.stream = self.stream(value);
        }
        if let Some(value) = hook.value.get("max_bytes") {
            found.max_bytes = self.max_bytes(value);
        }
        if let Some(value) = hook.value.get("url") {
            found.url = self.url(value);
        }
        if let Some(value) = hook.value.get("dedupe") {
            found.dedupe = self.dedupe(value).map(|seconds| (seconds, value.span));
        }
        if let Some(value) = hook.value.get("heartbeat") {
            found.heartbeat = match &value.kind {
                Kind::Bool(false) => None,
                Kind::Bool(true) => Some(HeartbeatConfig { column: None, span: value.span }),
                Kind::String(name) => Some(HeartbeatConfig { column: Some(name.clone()), span: value.span }),
                _ => {
                    self.wrong_type(
                        value,
                        "`heartbeat`",
                        "`true`, or the name of the column that tells heartbeats from events",
                    );
                    None
                }
            };
        }
        Some(found)
    }

    /// What a source wants to know of its hook: names and texts.
    fn values(&mut self, value: &Value) -> Vec<(String, Option<String>, Span)> {
        let Some(members) = value.as_object() else {
            self.wrong_type(value, "`config`", "an object with the values that the source wants to know");
            return Vec::new();
        };
        let mut found = Vec::new();
        for member in members {
            let name = quoted(&member.key);
            let mut sound = None;
            match member.value.as_str() {
                None => self.wrong_type(&member.value, &format!("the value {name} in `config`"), "a string"),
                Some(text) if is_placeholder(text) => {
                    let message = format!("{name} is still a placeholder: put the value here");
                    self.error(member.value.span, "placeholder", message);
                }
                // They would begin a placeholder of the source's.
                Some(text) if text.contains(['{', '}']) => {
                    self.error(
                        member.value.span,
                        "invalid-value",
                        format!("{name} must not have braces in it"),
                    );
                }
                Some(text) => sound = Some(text.to_owned()),
            }
            found.push((member.key.clone(), sound, member.key_span));
        }
        found
    }

    /// When client secrets end: a date for each name.
    #[inline(never)]
    fn expires(&mut self, value: &Value, secrets: &[String]) -> Vec<(String, i64, Span)> {
        let Some(members) = value.as_object() else {
            let wanted = "an object with a date for the name of each client secret, such as \
                          `{ \"AZURE_CLIENT_SECRET\": \"2027-05-31\" }`";
            self.wrong_type(value, "`secret_expires`", wanted);
            return Vec::new();
        };
        let mut found = Vec::new();
        for member in members {
            let date = member.value.as_str().filter(|date| date.len() == 10);
            let end = date.and_then(|date| Instant::parse(&format!("{date}T00:00:00Z")).ok());
            if !secrets.contains(&member.key) {
                let names: Vec<_> = secrets.iter().map(|name| format!("`{name}`")).collect();
                // The name itself is not repeated: somebody may have written a secret where its name belongs.
                let message = format!(
                    "`secret_expires` takes the names of the relay's own secrets, which are {}: correct this one, or \
                     name it in `secret`",
                    names.join(", ")
                );
                self.error(member.key_span, "unknown-member", message);
            } else if let Some(end) = end {
                found.push((member.key.clone(), end.unix().0.saturating_mul(1000), member.key_span));
            } else {
                let message = "the end of a client secret must be a date such as `2027-05-31`, as Entra shows it under \
                               Certificates & secrets";
                self.error(member.value.span, "invalid-value", message);
            }
        }
        found
    }

    /// The names of secrets: one, or a list. `own` says that they are the relay's own, and not a hook's.
    #[inline(never)]
    fn secrets(&mut self, value: &Value, example: &str, own: bool) -> Vec<String> {
        let one = std::slice::from_ref(value);
        let names = match &value.kind {
            Kind::String(_) => one,
            Kind::Array(names) if !names.is_empty() => names.as_slice(),
            _ => {
                let wanted = format!("the name of a Worker secret such as `{example}`, or a list of names");
                if value.as_array().is_some() {
                    self.error(
                        value.span,
                        "invalid-value",
                        format!("`secret` must be {wanted}; this list is empty"),
                    );
                } else {
                    self.wrong_type(value, "`secret`", &wanted);
                }
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for name in names {
            match name.as_str() {
                None => self.wrong_type(name, "the name of a secret", "a string"),
                Some(text) if is_secret_reference(text) && text.starts_with(OWN) == own => {
                    found.push(text.to_owned());
                }
                Some(text) if is_secret_reference(text) => {
                    let message = if own {
                        format!(
                            "the names of the relay's own secrets begin with `{OWN}`: name this one `{example}_2` or \
                             the like"
                        )
                    } else {
                        format!(
                            "`{OWN}…` are the relay's own secrets for Azure: a hook needs one of its own, such as \
                             `{example}`"
                        )
                    };
                    self.error(name.span, "invalid-value", message);
                }
                Some(_) => {
                    let message = format!(
                        "`secret` takes the name of a Worker secret in capitals, not its value: write `{example}` here, \
                         run `npx wrangler secret put {example}` and paste the value there; if a secret stood in this \
                         file, create a new one"
                    );
                    self.error(name.span, "secret-in-config", message);
                }
            }
        }
        found
    }

    fn columns(&mut self, value: &Value) -> Vec<ColumnConfig> {
        let Some(members) = value.as_object() else {
            self.wrong_type(value, "`columns`", "an object with a jq expression for each column");
            return Vec::new();
        };
        let mut found = Vec::new();
        for member in members {
            let name = quoted(&member.key);
            if member.key.trim().is_empty() {
                self.error(
                    member.key_span,
                    "invalid-value",
                    "a column needs a name: that of a column of the DCR",
                );
            }
            if let Some(expression) = self.expression(&member.value, &format!("the column {name}")) {
                found.push(ColumnConfig { name: member.key.clone(), name_span: member.key_span, expression });
            }
        }
        found
    }

    fn expression(&mut self, value: &Value, what: &str) -> Option<Expression> {
        let advice = match &value.kind {
            Kind::String(text) if text.trim().is_empty() => {
                let message = format!("{what} has an empty jq expression: write one, or remove the member");
                self.error(value.span, "invalid-value", message);
                return None;
            }
            Kind::String(text) => {
                // Inside the quotes.
                let span = Span {
                    start: value.span.start.saturating_add(1),
                    end: value.span.end.saturating_sub(1).max(value.span.start.saturating_add(1)),
                };
                return Some(Expression { text: text.clone(), span });
            }
            Kind::Number(number) if number.len() <= 40 => format!("put the number in quotes, `\"{number}\"`"),
            Kind::Number(_) => "put the number in quotes".to_owned(),
            Kind::Bool(bool) => format!("put it in quotes, `\"{bool}\"`"),
            Kind::Null => "put it in quotes, `\"null\"`".to_owned(),
            Kind::Array(_) | Kind::Object(_) => "put it in quotes as a jq expression".to_owned(),
        };
        let message =
            format!("{what} needs a string with a jq expression, not {}: {advice}", value.described());
        self.error(value.span, "wrong-type", message);
        None
    }

    fn stream(&mut self, value: &Value) -> String {
        match value.as_str() {
            None => self.wrong_type(value, "`stream`", "a string"),
            Some(text) if is_stream(text) => return text.to_owned(),
            Some(text) if is_placeholder(text) => {
                let message =
                    "`stream` is still a placeholder: put the name of a stream of the DCR here, or remove it";
                self.error(value.span, "placeholder", message);
            }
            Some(_) => self.error(value.span, "invalid-value", format!("`stream` must be {STREAM_SHAPE}")),
        }
        String::new()
    }

    fn max_bytes(&mut self, value: &Value) -> usize {
        match &value.kind {
            Kind::Number(number) => match number.parse::<usize>() {
                Ok(bytes @ 1..=MAX_BYTES) => return bytes,
                _ => {
                    let message = format!(
                        "`max_bytes` must be a whole number from 1 to {MAX_BYTES} (25 MiB), which is the default"
                    );
                    self.error(value.span, "invalid-value", message);
                }
            },
            _ => self.wrong_type(value, "`max_bytes`", "a number of bytes"),
        }
        MAX_BYTES
    }

    /// A time such as `24h`, in seconds.
    fn dedupe(&mut self, value: &Value) -> Option<u32> {
        let Some(text) = value.as_str() else {
            self.wrong_type(value, "`dedupe`", "a time such as `\"24h\"`");
            return None;
        };
        let of = |unit: char, seconds: u32| {
            let digits = text.strip_suffix(unit)?;
            let whole = digits.starts_with(|first: char| first.is_ascii_digit());
            digits.parse::<u32>().ok()?.checked_mul(seconds).filter(|_| whole)
        };
        let seconds = of('m', 60).or_else(|| of('h', 3_600)).or_else(|| of('d', 86_400));
        let found = seconds.filter(|seconds| WINDOW_S.contains(seconds));
        if found.is_none() {
            let message = "`dedupe` must be how long deliveries are remembered, from `1m` to `7d`: a whole number and \
                           `m`, `h` or `d`, such as `24h`";
            self.error(value.span, "invalid-value", message);
        }
        found
    }

    fn url(&mut self, value: &Value) -> Option<String> {
        let Some(text) = value.as_str() else {
            self.wrong_type(value, "`url`", "a string");
            return None;
        };
        if is_placeholder(text) {
            let message =
                "`url` is still a placeholder: put the URL here that the sender was given, or remove it";
            self.error(value.span, "placeholder", message);
            return None;
        }
        let plain = text.strip_prefix("https://").or_else(|| {
            let local = self.mode == Mode::Development;
            text.strip_prefix("http://").filter(|_| local)
        });
        let host = plain.and_then(|plain| plain.split(['/', '?']).next()).unwrap_or_default();
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#' && byte != b'\\');
        if host.is_empty() || host.contains('@') || !printable {
            let message = "`url` must be the whole URL that the sender was given, such as \
                           `https://relay.example.com/hooks/github`: with `https://`, without a user name, blanks or \
                           a fragment";
            self.error(value.span, "invalid-value", message);
            return None;
        }
        Some(text.to_owned())
    }
}

impl Azure {
    /// What is known before anything is read.
    fn unknown() -> Self {
        Azure {
            tenant_id: String::new(),
            client_id: String::new(),
            dce_endpoint: String::new(),
            dcr_immutable_id: String::new(),
            stream_name: String::new(),
            cloud: Cloud::Public,
            authority: Cloud::Public.authority().to_owned(),
            secret: vec![CLIENT_SECRET.to_owned()],
            expires: Vec::new(),
            assertion: Algorithm::default(),
        }
    }
}

/// A data collection endpoint that may see a token.
struct Endpoint {
    origin: String,
    cloud: Cloud,
    authority: String,
}

/// Reads `dce_endpoint`. Only Azure's hosts pass, because whoever receives the rows receives the token too.
fn endpoint(text: &str, mode: Mode) -> Result<Endpoint, String> {
    const NAME: &str = "`dce_endpoint`";
    const EXAMPLE: &str = "`https://my-dce-5kyl.eastus-1.ingest.monitor.azure.com`";
    let whole = text.to_ascii_lowercase();
    let (scheme, rest) = whole
        .split_once("://")
        .ok_or_else(|| format!("{NAME} must be a URL with `https://`, such as {EXAMPLE}"))?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
    if authority.contains('@') {
        return Err(format!("{NAME} must not have a user name or password in it: write it like {EXAMPLE}"));
    }
    if !matches!(behind, "" | "/") {
        return Err(format!(
            "{NAME} ends with the host: remove everything behind it, so that it looks like {EXAMPLE}"
        ));
    }
    let (host, port) = split_port(authority);
    if is_loopback(host) {
        if mode == Mode::Production {
            return Err(format!(
                "{NAME} is a loopback address, which only works in development: put the Logs Ingestion URI of the \
                 data collection endpoint here, such as {EXAMPLE}"
            ));
        }
        if !matches!(scheme, "http" | "https") {
            return Err(format!(
                "{NAME} must be a URL with `http://` or `https://`, such as `http://127.0.0.1:8790`"
            ));
        }
        let port = match port {
            None => String::new(),
            Some(port) => match port.parse::<u16>() {
                Ok(number @ 1..) if port.bytes().all(|byte| byte.is_ascii_digit()) => format!(":{number}"),
                _ => return Err(format!("{NAME} has no usable port: it must be a number from 1 to 65535")),
            },
        };
        let origin = format!("{scheme}://{host}{port}");
        return Ok(Endpoint { authority: origin.clone(), origin, cloud: Cloud::Public });
    }
    let Some(cloud) = Cloud::of_dce_host(host) else {
        let hosts = Cloud::ALL.map(|cloud| format!("`*{}`", cloud.dce_suffix())).join(", ");
        return Err(format!(
            "{NAME} is no data collection endpoint of Azure, and rows and tokens go nowhere else: its host must be \
             one of {hosts}; copy the Logs Ingestion URI from the connector page"
        ));
    };
    if scheme != "https" {
        return Err(format!("{NAME} must start with `https://`, such as {EXAMPLE}"));
    }
    if port.is_some() {
        return Err(format!("{NAME} must not have a port: write it like {EXAMPLE}"));
    }
    Ok(Endpoint { origin: format!("https://{host}"), cloud, authority: cloud.authority().to_owned() })
}

/// Host and port of a URL's authority; an IPv6 address keeps its brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// Whether a host is this machine: 127.0.0.0/8, `::1` or `localhost` (RFC 6890, RFC 6761).
fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn is_guid(text: &str) -> bool {
    let groups = text.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Whether a text is a DNS name with at least two labels (RFC 1123).
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let sound = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        sound && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let top_is_a_name =
        text.rsplit('.').next().is_some_and(|top| top.bytes().any(|byte| byte.is_ascii_alphabetic()));
    text.len() <= 253 && text.contains('.') && top_is_a_name && text.split('.').all(label)
}

/// Whether a text can be a stream's name. It becomes a part of a URL's path.
fn is_stream(text: &str) -> bool {
    let name = text.strip_prefix("Custom-").or_else(|| text.strip_prefix("Microsoft-")).unwrap_or_default();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_hook_name(text: &str) -> bool {
    let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(sound) && !text.starts_with(['_', '-'])
}

/// Whether a text is the name of a Worker secret, rather than a secret.
fn is_secret_reference(text: &str) -> bool {
    let sound = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.starts_with(|first: char| first.is_ascii_uppercase()) && text.bytes().all(sound)
}

/// Whether a member of `azure` is the client secret under one of the names that people give it.
fn is_secret_name(key: &str) -> bool {
    let key = squeezed(key);
    key.contains("secret") || key.contains("password")
}

/// Whether a text was never filled in.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    text.is_empty()
        || text.contains(['<', '>', '…'])
        || text.contains("...")
        || text.contains("{{")
        || lower.starts_with("your-")
        || lower.starts_with("your_")
        || lower.starts_with("xxxxxxxx-")
        || matches!(lower.as_str(), "todo" | "changeme")
}

/// The last member of that name: of duplicates it counts.
fn last<'v>(members: &'v [Member], key: &str) -> Option<&'v Member> {
    members.iter().rev().find(|member| member.key == key)
}
