//! What the relay would do with a delivery: verification, events, rows, and what Azure would receive.
//!
//! A delivery goes through the same [`Relay`] and [`Passage`] as in the Worker, against an Azure that takes everything.
//! Nothing here fails on what is in a delivery, a DCR or an expression: every mistake is in the answer, at its place.

pub mod sign;

use crate::artifact::dcr;
use crate::artifact::schema::Schema;
use crate::azure::Answer;
use crate::config::{self, CLIENT_SECRET, Config, ConfigError, Mode};
use crate::json::{self, Dialect, Kind, Member, Value, string_or_null, write_string};
use crate::mapping::loss::Loss;
use crate::relay::{Fetch, Next, Passage, Relay};
use crate::text::{LineIndex, Position, Span};
use crate::webhook::handshake::Reply;
use crate::webhook::rejection::Rejection;
use crate::webhook::source::{self, Form, Method, Source};
use crate::webhook::verify::Crypto;
use sign::Parcel;
use std::collections::HashMap;
use std::io::Read as _;

/// What people read of every source, with samples: an object by id, made by `build.rs`.
const CATALOGUE: &str = include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"));

/// The name of the hook that is previewed.
const HOOK: &str = "preview";

/// The stream of the DCR that verification and the events run with.
const EVENTS_STREAM: &str = "Custom-Preview";

/// A DCR that keeps every event as it is.
const EVENTS_DCR: &str = r#"{"type":"Microsoft.Insights/dataCollectionRules","properties":{"streamDeclarations":{"Custom-Preview":{"columns":[{"name":"Event","type":"dynamic"}]}}}}"#;

/// What an Azure that never refuses answers to a request for a token.
const TOKEN: &str = r#"{"token_type":"Bearer","expires_in":3600,"access_token":"preview"}"#;

/// The most calls of one preview. A delivery has 25 MB, so there are never so many.
const MOST_CALLS: usize = 1000;

/// The longest body of a call once it is unpacked, in bytes.
const LONGEST_CALL: u64 = 64 << 20;

/// Members of relay.json that a preview looks at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HookSettings {
    /// Expressions by the names of columns.
    pub columns: Vec<(String, String)>,
    /// What makes several events of one delivery.
    pub events: Option<String>,
    /// The JSON text of `auth`.
    pub auth: Option<String>,
    /// The values of `config`.
    pub config: Vec<(String, String)>,
}

/// What is previewed.
#[derive(Clone, Default)]
pub struct Input {
    /// The id of the source.
    pub source: String,
    /// The secrets that the hook verifies with; without one nothing is verified.
    pub secrets: Vec<String>,
    /// Further secrets by the source's names for them.
    pub named_secrets: Vec<(String, String)>,
    /// The delivery.
    pub parcel: Parcel,
    /// The hook.
    pub hook: HookSettings,
    /// The text of DCR.json.
    pub dcr: String,
    /// The stream that rows go to; without it the first of the DCR.
    pub stream: Option<String>,
    /// When the delivery arrives, in milliseconds since the Unix epoch.
    pub now: i64,
}

/// A mistake and where it is.
struct Mistake {
    /// `column`, `events`, `relay`, `dcr` or `secret`.
    within: &'static str,
    name: Option<String>,
    at: Option<(usize, Position)>,
    code: &'static str,
    message: String,
}

/// How far a relay is loaded.
struct Loaded {
    relay: Option<Relay>,
    mistakes: Vec<Mistake>,
}

impl Input {
    /// Reads everything but the body, which is not text: a JSON object as `PreviewInput` in `pkg/preview.d.ts`, with
    /// `secret` always an array and `now` always there.
    ///
    /// # Errors
    ///
    /// Which member is of the wrong type.
    pub fn read(settings: &str, body: &[u8]) -> Result<Input, String> {
        let parsed = json::parse(settings, Dialect::Strict);
        let root = parsed.value.filter(|_| parsed.errors.is_empty()).ok_or("the settings are no JSON")?;
        let empty = Value { span: Span::default(), kind: Kind::Object(Vec::new()) };
        let hook = present(&root, "relay").unwrap_or(&empty);
        let number = match present(&root, "now").map(|now| &now.kind) {
            Some(Kind::Number(digits)) => digits.parse::<f64>().ok(),
            _ => None,
        };
        Ok(Input {
            source: text_at(&root, "source")?.unwrap_or_default(),
            secrets: match present(&root, "secret") {
                None => Vec::new(),
                Some(secrets) => texts(secrets.as_array().ok_or("`secret` has to be an array")?, "secret")?,
            },
            named_secrets: texts_by_name(&root, "namedSecrets")?,
            parcel: Parcel {
                method: text_at(&root, "method")?.unwrap_or_else(|| "POST".to_owned()),
                url: text_at(&root, "url")?
                    .unwrap_or_else(|| "https://relay.example/hooks/preview".to_owned()),
                headers: headers(&root)?,
                body: body.to_vec(),
            },
            hook: HookSettings {
                columns: texts_by_name(hook, "columns")?,
                events: text_at(hook, "events")?,
                auth: present(hook, "auth").and_then(|auth| auth.span.of(settings)).map(str::to_owned),
                config: texts_by_name(hook, "config")?,
            },
            dcr: text_at(&root, "dcr")?.unwrap_or_default(),
            stream: text_at(&root, "stream")?,
            now: number.ok_or("`now` has to be a number")? as i64,
        })
    }
}

fn present<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.get(name).filter(|value| value.kind != Kind::Null)
}

fn text_at(value: &Value, name: &str) -> Result<Option<String>, String> {
    let text =
        |value: &Value| value.as_str().map(str::to_owned).ok_or(format!("`{name}` has to be a string"));
    present(value, name).map(text).transpose()
}

fn texts(items: &[Value], name: &str) -> Result<Vec<String>, String> {
    let text = |item: &Value| item.as_str().map(str::to_owned).ok_or(format!("`{name}` has to hold strings"));
    items.iter().map(text).collect()
}

fn texts_by_name(value: &Value, name: &str) -> Result<Vec<(String, String)>, String> {
    let Some(value) = present(value, name) else { return Ok(Vec::new()) };
    let members = value.as_object().ok_or(format!("`{name}` has to be an object"))?;
    let text = |member: &Member| {
        let text = member.value.as_str().ok_or(format!("`{name}.{}` has to be a string", member.key))?;
        Ok((member.key.clone(), text.to_owned()))
    };
    members.iter().map(text).collect()
}

fn headers(root: &Value) -> Result<Vec<(String, String)>, String> {
    const WANTED: &str = "`headers` has to be an array of pairs of strings";
    let fields = present(root, "headers").map_or(Some(&[][..]), Value::as_array).ok_or(WANTED)?;
    let pair = |field: &Value| match texts(field.as_array()?, "headers").ok()?.as_slice() {
        [name, value] => Some((name.clone(), value.clone())),
        _ => None,
    };
    fields.iter().map(|field| pair(field).ok_or(WANTED.to_owned())).collect()
}

/// Previews a delivery. Gives a JSON object; `pkg/preview.d.ts` describes it as `Preview`.
pub fn preview(input: &Input, crypto: &dyn Crypto) -> String {
    let mut mistakes = Vec::new();
    let takes_secret =
        source::preset(&input.source).and_then(Result::ok).is_some_and(|source| source.takes_secret());
    let unchecked = takes_secret && input.secrets.is_empty();

    // Who sends, and which events there are. It depends on neither DCR nor columns.
    let events_hook = |events: Option<&String>| HookSettings {
        columns: vec![("Event".to_owned(), ".".to_owned())],
        events: events.cloned(),
        ..input.hook.clone()
    };
    let judge = |hook: &HookSettings, is_open: bool, mistakes: &mut Vec<Mistake>| {
        let mut loaded = input.load(hook, EVENTS_DCR, EVENTS_STREAM, is_open);
        mistakes.append(&mut loaded.mistakes);
        loaded.relay
    };
    let mut relay = judge(&events_hook(input.hook.events.as_ref()), unchecked, &mut mistakes);
    let mut events = input.hook.events.as_ref();
    if relay.is_none() && mistakes.iter().all(|mistake| mistake.within == "events") {
        events = None;
        relay = judge(&events_hook(None), unchecked, &mut Vec::new());
    }
    let strict = relay.map(|mut relay| input.pass(&mut relay, crypto));
    let verified = strict.as_ref().is_some_and(|(passage, _)| passage.is_verified());
    let is_open = unchecked || !verified;
    // A wrong signature, or a secret that is none, does not hide what the events are.
    let opened = (!verified && !unchecked)
        .then(|| judge(&events_hook(events), true, &mut Vec::new()))
        .flatten()
        .map(|mut relay| input.pass(&mut relay, crypto).0);
    let seen = opened.as_ref().or(strict.as_ref().map(|(passage, _)| passage));

    // The rows.
    let (schemas, dcr_mistakes) = read_dcr(&input.dcr);
    mistakes.extend(dcr_mistakes);
    let schema = match &input.stream {
        None => schemas.first(),
        Some(name) => schemas.iter().find(|schema| schema.stream == *name),
    };
    if let (Some(name), None, false) = (&input.stream, schema, schemas.is_empty()) {
        mistakes.push(Mistake {
            within: "relay",
            name: None,
            at: None,
            code: "unknown-stream",
            message: format!("DCR.json declares no stream `{name}`"),
        });
    }
    let rows = schema.and_then(|schema| input.rows(schema, events, is_open, crypto, &mut mistakes));

    let mut out = Object::new();
    out.raw("verification", &verification(strict.as_ref().map(|(passage, url)| (passage, url)), unchecked));
    out.text("deliveryId", seen.and_then(Passage::delivery_id));
    out.text("eventType", seen.and_then(Passage::event_type));
    let passage = rows.as_ref().map(|rows| &rows.passage).or(seen);
    let refusal = passage.filter(|passage| passage.is_verified()).and_then(Passage::refusal);
    out.raw(
        "refused",
        &refusal.map_or("null".to_owned(), |(code, reason)| {
            let mut refused = Object::new();
            refused.text("code", Some(code));
            refused.text("reason", Some(reason));
            refused.finish()
        }),
    );
    out.raw("events", &array(seen.map(events_of).unwrap_or_default().iter().map(|event| quoted(event))));
    out.raw("columns", &schema.map_or("[]".to_owned(), |schema| input.columns(schema)));
    out.raw(
        "rows",
        &rows.as_ref().zip(schema).map_or("[]".to_owned(), |(rows, schema)| cells(&rows.passage, schema)),
    );
    out.raw("losses", &rows.as_ref().map_or(0, |rows| rows.passage.losses().len()).to_string());
    out.raw("requests", &array(rows.iter().flat_map(|rows| &rows.calls).map(Call::json)));
    let log = match (&rows, verified) {
        (Some(rows), true) => Some(rows.passage.log(input.now)),
        _ => strict.as_ref().map(|(passage, _)| passage.log(input.now)),
    };
    out.text("log", log.as_deref());
    out.raw("errors", &array(mistakes.iter().map(Mistake::json)));
    out.finish()
}

/// The rows of a delivery and the calls that would carry them.
struct Rows {
    passage: Passage,
    calls: Vec<Call>,
}

/// One call of Azure.
struct Call {
    from: usize,
    to: usize,
    json: String,
    sent: usize,
    gzip: bool,
}

impl Call {
    fn json(&self) -> String {
        let mut out = Object::new();
        out.raw("from", &self.from.to_string());
        out.raw("to", &self.to.to_string());
        out.text("json", Some(&self.json));
        out.raw("bytes", &self.json.len().to_string());
        out.raw("sentBytes", &self.sent.to_string());
        out.raw("gzip", if self.gzip { "true" } else { "false" });
        out.finish()
    }
}

impl Input {
    /// Loads a relay of one hook. `is_open` verifies nothing.
    fn load(&self, hook: &HookSettings, dcr: &str, stream: &str, is_open: bool) -> Loaded {
        let mut mistakes = Vec::new();
        let text = self.relay_json(hook, stream, is_open);
        let named = |name: &str| config::named_secret(HOOK, name);
        let secret = |wanted: &str| {
            let number = wanted.strip_prefix("SECRET_").and_then(|number| number.parse::<usize>().ok());
            match number {
                Some(number) => self.secrets.get(number).cloned(),
                None if wanted == CLIENT_SECRET => Some(HOOK.to_owned()),
                None => {
                    let given = self.named_secrets.iter().find(|(name, _)| named(name) == wanted);
                    // Only a handshake asks for it.
                    Some(given.map_or_else(|| HOOK.to_owned(), |(_, value)| value.clone()))
                }
            }
        };
        let relay = match Relay::load(&text, dcr, &secret, Mode::Development) {
            Ok(relay) => Some(relay),
            Err(errors) => {
                let (config, _) = config::read(&text, Mode::Development);
                mistakes.extend(errors.into_iter().map(|error| located(error, &text, config.as_ref(), hook)));
                None
            }
        };
        Loaded { relay, mistakes }
    }

    /// The relay.json of the hook, on one line.
    fn relay_json(&self, hook: &HookSettings, stream: &str, is_open: bool) -> String {
        let by_name = |pairs: &[(String, String)]| {
            let mut object = Object::new();
            pairs.iter().for_each(|(name, value)| object.text(name, Some(value)));
            object.finish()
        };
        let mut members = Object::new();
        members.text("source", Some(&self.source));
        members.raw("columns", &by_name(&hook.columns));
        if let Some(events) = &hook.events {
            members.text("events", Some(events));
        }
        if !hook.config.is_empty() {
            members.raw("config", &by_name(&hook.config));
        }
        match &hook.auth {
            _ if is_open => members.raw("auth", r#"{"method":"none"}"#),
            Some(auth) => members.raw("auth", auth),
            None => {}
        }
        if !is_open && !self.secrets.is_empty() {
            let names = (0..self.secrets.len()).map(|number| quoted(&format!("SECRET_{number}")));
            members.raw("secret", &array(names));
        }
        let mut hooks = Object::new();
        hooks.raw(HOOK, &members.finish());
        let mut azure = Object::new();
        azure.text("tenant_id", Some("aaaabbbb-0000-cccc-1111-dddd2222eeee"));
        azure.text("client_id", Some("00001111-aaaa-2222-bbbb-3333cccc4444"));
        azure.text("dce_endpoint", Some("http://127.0.0.1"));
        azure.text("dcr_immutable_id", Some("dcr-00000000000000000000000000000000"));
        azure.text("stream_name", Some(stream));
        let mut relay = Object::new();
        relay.raw("azure", &azure.finish());
        relay.raw("hooks", &hooks.finish());
        relay.finish()
    }

    /// Takes the delivery in, and says which key it would fetch first.
    fn pass(&self, relay: &mut Relay, crypto: &dyn Crypto) -> (Passage, Option<String>) {
        let Some(hook) = relay.hooks().first().cloned() else {
            // A relay that was loaded has the one hook that it was given.
            return (Passage::refuse(None, &Rejection::SignatureMissing, self.now), None);
        };
        let delivery = self.parcel.delivery();
        let mut passage = Passage::begin(&hook, relay.keyring(), &delivery, self.now, crypto);
        let fetch = passage.errand(self.now, relay.keyring());
        let url = match fetch {
            Some(Fetch::Ask(wanted)) => Some(wanted.url),
            _ => None,
        };
        (passage, url)
    }

    /// The rows of the schema's stream. A column with a mistake becomes null, so that the others can be seen.
    fn rows(
        &self,
        schema: &Schema,
        events: Option<&String>,
        is_open: bool,
        crypto: &dyn Crypto,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Rows> {
        let mut hook = HookSettings { events: events.cloned(), ..self.hook.clone() };
        let Loaded { mut relay, mistakes: found } = self.load(&hook, &self.dcr, &schema.stream, is_open);
        if relay.is_none() {
            let wrong = |name: &String| {
                found.iter().any(|mistake| mistake.within == "column" && mistake.name.as_ref() == Some(name))
            };
            hook.columns.retain(|(name, _)| schema.columns.iter().any(|column| column.name == *name));
            for (_, expression) in hook.columns.iter_mut().filter(|(name, _)| wrong(name)) {
                "null".clone_into(expression);
            }
            relay = self.load(&hook, &self.dcr, &schema.stream, is_open).relay;
            // Everything else was said when the sender was judged.
            mistakes.extend(found.into_iter().filter(|mistake| mistake.within == "column"));
        }
        let mut relay = relay?;
        let (mut passage, _) = self.pass(&mut relay, crypto);
        let calls = self.calls(&mut relay, &mut passage);
        Some(Rows { passage, calls })
    }

    /// The calls that an Azure would see that takes everything.
    fn calls(&self, relay: &mut Relay, passage: &mut Passage) -> Vec<Call> {
        let mut calls: Vec<Call> = Vec::new();
        for _ in 0..MOST_CALLS {
            let answer = match passage.next(self.now, relay.client()) {
                // The preview's relay has no queue.
                Next::Over | Next::Queue | Next::Recall => break,
                Next::Wait(_) => continue,
                Next::Ask(request) if !request.url.contains("/dataCollectionRules/") => {
                    Answer::Response { status: 200, retry_after: None, body: TOKEN.as_bytes().to_vec() }
                }
                Next::Ask(request) => {
                    let gzip = request.headers.iter().any(|(name, _)| *name == "content-encoding");
                    let mut json = String::new();
                    if gzip {
                        let decoder = flate2::read::GzDecoder::new(request.body.as_ref());
                        // What the packer has packed can be unpacked.
                        let _ = decoder.take(LONGEST_CALL).read_to_string(&mut json);
                    } else {
                        json = String::from_utf8_lossy(&request.body).into_owned();
                    }
                    calls.push(Call { from: 0, to: 0, json, sent: request.body.len(), gzip });
                    Answer::Response { status: 204, retry_after: None, body: Vec::new() }
                }
            };
            passage.answered(self.now, &answer, relay.client());
        }
        let mut next = 0_usize;
        for call in &mut calls {
            call.from = next;
            // Brackets, and commas between the rows.
            let mut left = call.json.len().saturating_sub(1);
            while let Some(row) = passage.rows().and_then(|rows| rows.row(next)) {
                // A row that fits no call stands in none.
                if left < row.len().saturating_add(1) {
                    break;
                }
                left = left.saturating_sub(row.len().saturating_add(1));
                next = next.saturating_add(1);
            }
            call.to = next;
        }
        calls
    }

    fn columns(&self, schema: &Schema) -> String {
        let source = source::preset(&self.source).and_then(Result::ok);
        let own_events = self.hook.events.is_some();
        array(schema.columns.iter().map(|column| {
            let own = self.hook.columns.iter().rfind(|(name, _)| *name == column.name);
            let default = source.as_ref().and_then(|source| source.default_column(&column.name, own_events));
            let (from, expression) = match (own, default) {
                (Some((_, expression)), _) => ("hook", Some(expression.as_str())),
                (None, Some(expression)) => ("source", Some(expression)),
                (None, None) => ("name", None),
            };
            let mut out = Object::new();
            out.text("name", Some(&column.name));
            out.text("type", Some(column.kind.name()));
            out.text("from", Some(from));
            out.text("expression", expression);
            out.finish()
        }))
    }
}

fn verification(strict: Option<(&Passage, &Option<String>)>, unchecked: bool) -> String {
    let Some((passage, url)) = strict else { return "null".to_owned() };
    let mut out = Object::new();
    match (passage.reply(), passage.refusal(), url) {
        _ if passage.is_verified() => {
            out.text("state", Some(if unchecked { "unchecked" } else { "verified" }));
        }
        (Some(reply), Some((code, reason)), _) => {
            out.text("state", Some("rejected"));
            out.text("code", Some(code));
            out.text("reason", Some(reason));
            out.raw("reply", &reply_json(reply));
        }
        (Some(reply), None, _) => {
            out.text("state", Some("handshake"));
            out.raw("reply", &reply_json(reply));
        }
        (None, _, url) => {
            out.text("state", Some(if passage.visits().is_some() { "visit" } else { "needs-key" }));
            out.text("url", passage.visits().or(url.as_deref()).or(Some("")));
        }
    }
    out.finish()
}

fn reply_json(reply: &Reply) -> String {
    let mut out = Object::new();
    out.raw("status", &reply.status.to_string());
    out.raw("headers", &pairs(&reply.headers));
    out.text("body", Some(&String::from_utf8_lossy(&reply.body)));
    out.finish()
}

/// What the rows of [`EVENTS_DCR`] hold.
fn events_of(passage: &Passage) -> Vec<String> {
    let Some(rows) = passage.rows() else { return Vec::new() };
    let row = |index| {
        let text = std::str::from_utf8(rows.row(index)?).ok()?;
        Some(text.strip_prefix("{\"Event\":")?.strip_suffix('}')?.to_owned())
    };
    (0..rows.len()).map(|index| row(index).unwrap_or_else(|| "null".to_owned())).collect()
}

/// The cells of every row in the order of the schema's columns.
fn cells(passage: &Passage, schema: &Schema) -> String {
    let Some(rows) = passage.rows() else { return "[]".to_owned() };
    let losses: HashMap<(usize, &str), &Loss> =
        passage.losses().iter().map(|loss| ((loss.row, loss.column.as_str()), loss)).collect();
    array((0..rows.len()).map(|index| {
        let text = rows.row(index).and_then(|row| std::str::from_utf8(row).ok()).unwrap_or("{}");
        let row = json::parse(text, Dialect::Strict).value;
        array(schema.columns.iter().map(|column| {
            let value = row.as_ref().and_then(|row| row.get(&column.name));
            let mut cell = Object::new();
            cell.text("json", value.and_then(|value| value.span.of(text)));
            let loss = losses.get(&(index, column.name.as_str()));
            cell.raw(
                "loss",
                &loss.map_or("null".to_owned(), |loss| {
                    let mut out = Object::new();
                    out.text("code", Some(loss.reason.code()));
                    out.text("reason", Some(&loss.reason.to_string()));
                    out.finish()
                }),
            );
            cell.finish()
        }))
    }))
}

fn read_dcr(text: &str) -> (Vec<Schema>, Vec<Mistake>) {
    match dcr::read(text) {
        Ok(schemas) => (schemas, Vec::new()),
        Err(errors) => {
            let lines = LineIndex::new(text);
            let mistakes = errors.into_iter().map(|error| Mistake {
                within: "dcr",
                name: None,
                at: Some((
                    lines.utf16_offset(text, error.span.start),
                    lines.position(text, error.span.start),
                )),
                code: "dcr",
                message: error.message,
            });
            (Vec::new(), mistakes.collect())
        }
    }
}

/// Where a mistake of the relay.json that was made here stands in what it was made of.
fn located(error: ConfigError, text: &str, config: Option<&Config>, hook: &HookSettings) -> Mistake {
    let mut mistake =
        Mistake { within: "relay", name: None, at: None, code: error.code, message: error.message };
    if error.file == "secret" {
        mistake.within = "secret";
        return mistake;
    }
    let (Some(position), Some(read)) = (error.position, config.and_then(|config| config.hooks.first()))
    else {
        return mistake;
    };
    // All of it is one line.
    let offset = LineIndex::new(text).byte_offset(text, position.column.saturating_sub(1));
    let covers = |span: Span| span.start <= offset && offset <= span.end;
    let within = |span: Span, expression: &str| {
        let before = text.get(span.start..offset).map(|raw| json::unescape(raw).len()).unwrap_or_default();
        let lines = LineIndex::new(expression);
        Some((lines.utf16_offset(expression, before), lines.position(expression, before)))
    };
    let column =
        read.columns.iter().find(|column| covers(column.expression.span) || covers(column.name_span));
    if let Some(column) = column {
        mistake.within = "column";
        mistake.name = Some(column.name.clone());
        if covers(column.expression.span) {
            mistake.at = within(column.expression.span, &column.expression.text);
        }
    } else if let Some(events) = read.events.as_ref().filter(|events| covers(events.span)) {
        mistake.within = "events";
        mistake.at = within(events.span, hook.events.as_deref().unwrap_or(&events.text));
    }
    mistake
}

impl Mistake {
    fn json(&self) -> String {
        let mut out = Object::new();
        out.text("in", Some(self.within));
        out.text("name", self.name.as_deref());
        let number = |number: Option<usize>| number.map_or("null".to_owned(), |number| number.to_string());
        out.raw("offset", &number(self.at.map(|(offset, _)| offset)));
        out.raw("line", &number(self.at.map(|(_, position)| position.line)));
        out.raw("column", &number(self.at.map(|(_, position)| position.column)));
        out.text("code", Some(self.code));
        out.text("message", Some(&self.message));
        out.finish()
    }
}

/// Every source: a JSON array; `pkg/preview.d.ts` describes its elements as `SourceInfo`.
pub fn sources() -> String {
    let catalogue = json::parse(CATALOGUE, Dialect::Strict).value;
    array(source::preset_ids().filter_map(|id| {
        let source = source::preset(id)?.ok()?;
        let entry = catalogue.as_ref()?.get(id)?;
        let mut out = Object::new();
        out.text("id", Some(id));
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        out.text("name", text("name"));
        out.text("category", text("category"));
        out.raw("docs", entry.get("docs").and_then(|docs| docs.span.of(CATALOGUE)).unwrap_or("[]"));
        out.text("setup", text("setup"));
        out.text("notes", text("notes"));
        out.text("secret", text("secret").or(Some("none")));
        out.text("method", Some(method(&source)));
        out.raw("signs", if sign::can_sign(&source) { "true" } else { "false" });
        out.text("exampleSecret", sign::example_secret(&source).as_deref());
        out.raw("config", &by_name(&source.config));
        out.raw("namedSecrets", &by_name(&source.named_secrets));
        out.raw("columns", &by_name(&default_columns(&source)));
        out.text("events", source.payload.events.as_deref());
        let samples = entry.get("samples").and_then(Value::as_object).unwrap_or_default();
        out.raw("samples", &array(samples.iter().map(|sample| quoted(&sample.key))));
        Some(out.finish())
    }))
}

/// The columns that a source fills: its own, and what fits every source.
fn default_columns(source: &Source) -> Vec<(String, String)> {
    const EVERY: [&str; 4] = ["EventTime", "EventType", "DeliveryId", "Event"];
    let mut columns: Vec<(String, String)> = source.columns.clone();
    for name in EVERY {
        let known = columns.iter().any(|(known, _)| known == name);
        if let Some(expression) = source.default_column(name, false).filter(|_| !known) {
            columns.push((name.to_owned(), expression.to_owned()));
        }
    }
    columns
}

fn method(source: &Source) -> &'static str {
    match source.auth.method {
        Method::Hmac => "hmac",
        Method::Token => "token",
        Method::Basic => "basic",
        Method::Ed25519 => "ed25519",
        Method::EcdsaP256 => "ecdsa_p256",
        Method::RsaPkcs1 => "rsa_pkcs1",
        Method::Jwt => "jwt",
        Method::Native => "native",
        Method::None => "none",
    }
}

/// A made-up delivery of a source, its first without a name: a JSON object with `name`, `method`, `headers` and `body`.
pub fn sample(id: &str, name: Option<&str>) -> Option<String> {
    let catalogue = json::parse(CATALOGUE, Dialect::Strict).value?;
    let form = source::preset(id)?.ok()?.payload.form;
    let samples = catalogue.get(id)?.get("samples")?.as_object()?;
    let sample = match name {
        None => samples.first(),
        Some(name) => samples.iter().find(|sample| sample.key == name),
    }?;
    let mut headers: Vec<(String, String)> = Vec::new();
    for member in sample.value.get("headers").and_then(Value::as_object).unwrap_or_default() {
        headers.push((member.key.clone(), member.value.as_str()?.to_owned()));
    }
    let body = sample.value.get("body")?;
    let raw = |value: &Value| value.span.of(CATALOGUE).unwrap_or_default().to_owned();
    let body = match (&body.kind, form) {
        (Kind::String(text), _) => text.clone(),
        (Kind::Array(lines), Form::Ndjson) => lines.iter().map(|line| raw(line) + "\n").collect(),
        _ => raw(body),
    };
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        let kind = match form {
            Form::Form | Form::Fields => "application/x-www-form-urlencoded",
            Form::Ndjson => "application/x-ndjson",
            Form::Json | Form::CloudEvents => "application/json",
            Form::Jwt => "application/jwt",
        };
        headers.push(("content-type".to_owned(), kind.to_owned()));
    }
    let mut out = Object::new();
    out.text("name", Some(&sample.key));
    out.text("method", Some("POST"));
    out.raw("headers", &pairs(&headers));
    out.text("body", Some(&body));
    Some(out.finish())
}

/// Signs the delivery of an input with its first secret, as [`sign::sign`] does.
///
/// # Errors
///
/// Why it cannot be signed.
pub fn signed(input: &Input, crypto: &dyn Crypto) -> Result<Parcel, String> {
    let source = match source::preset_for(&input.source, &input.hook.config) {
        None => return Err(format!("there is no source `{}`", input.source)),
        Some(source) => source.map_err(|errors| said(errors.iter().map(|error| &error.message)))?,
    };
    let source = match &input.hook.auth {
        None => source,
        Some(auth) => {
            let auth = json::parse(auth, Dialect::Strict).value.ok_or("`auth` is no JSON")?;
            source.with_auth(&auth).map_err(|errors| said(errors.iter().map(|error| &error.message)))?
        }
    };
    let secret = input.secrets.first().ok_or("a secret is needed to sign with")?;
    sign::sign(&source, secret, input.parcel.clone(), input.now, crypto)
}

fn said<'m>(messages: impl Iterator<Item = &'m String>) -> String {
    messages.cloned().collect::<Vec<_>>().join("; ")
}

fn by_name(pairs: &[(String, String)]) -> String {
    let mut out = Object::new();
    pairs.iter().for_each(|(name, value)| out.text(name, Some(value)));
    out.finish()
}

fn pairs(pairs: &[(String, String)]) -> String {
    array(pairs.iter().map(|(name, value)| format!("[{},{}]", quoted(name), quoted(value))))
}

fn quoted(text: &str) -> String {
    string_or_null(Some(text))
}

fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// A JSON object that is being written.
struct Object(Vec<u8>);

impl Object {
    fn new() -> Self {
        Object(vec![b'{'])
    }

    fn raw(&mut self, name: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        write_string(&mut self.0, name);
        self.0.push(b':');
        self.0.extend_from_slice(json.as_bytes());
    }

    fn text(&mut self, name: &str, text: Option<&str>) {
        self.raw(name, &string_or_null(text));
    }

    fn finish(mut self) -> String {
        self.0.push(b'}');
        String::from_utf8_lossy(&self.0).into_owned()
    }
}
