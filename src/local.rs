//! Local Azure, the check of a relay's configuration, and the preview of a delivery, for JavaScript.
//!
//! Texts cross the border, not objects; the JSON is written by the core. An error is thrown as an `Error` whose
//! message says what is wrong.

use crate::artifact::dcr;
use crate::azure::Secret;
use crate::azure::stand_in::{Incoming, Reply, StandIn, StandInConfig};
use crate::config::{self, Mode};
use crate::generate::{self, Generated, TimeMember};
use crate::json::{self, Dialect, Kind, Value, string_or_null, write_string};
use crate::preview::sign::Parcel;
use crate::preview::{self, Input};
use crate::relay::Relay;
use crate::text::{LineIndex, Position};
use crate::webhook::public_key::pem;
use crate::webhook::verify::PureCrypto;
use wasm_bindgen::prelude::*;

/// Local Azure: [`StandIn`] for `scripts/azure.mjs`, which has the sockets and the clock.
#[wasm_bindgen]
pub struct LocalAzure {
    stand_in: StandIn,
}

#[wasm_bindgen]
impl LocalAzure {
    /// A stand-in with empty tables for the streams that `dcr`, the text of a DCR.json, declares.
    ///
    /// `settings` is a JSON object with the texts `tenant_id`, `client_id`, `client_secret` and `dcr_immutable_id`,
    /// and if wanted with the texts `second_secret` and `certificate` (in PEM), the number `token_lifetime_s` and the truth
    /// value `strict`.
    ///
    /// # Errors
    ///
    /// Every mistake in the two texts.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str, dcr: &str) -> Result<LocalAzure, JsError> {
        stand_in(settings, dcr).map(|stand_in| LocalAzure { stand_in }).map_err(|text| JsError::new(&text))
    }

    /// Answers a request. `now` is in milliseconds since 1970; `headers` has two lines for each field, its name and
    /// its value.
    pub fn handle(
        &mut self,
        now: f64,
        method: &str,
        path_and_query: &str,
        headers: &str,
        body: &[u8],
    ) -> LocalReply {
        let mut lines = headers.split('\n');
        let mut fields = Vec::new();
        while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
            fields.push((name, value));
        }
        let incoming = Incoming { method, path_and_query, headers: &fields, body };
        LocalReply { reply: self.stand_in.handle(now as i64, incoming) }
    }

    /// The rows of a stream from the one of index `from` on: a JSON array of objects.
    pub fn rows(&self, stream: &str, from: usize) -> String {
        text(self.stand_in.rows_json(stream, from))
    }

    /// The names of the streams: a JSON array.
    pub fn streams(&self) -> String {
        array(self.stand_in.tables(), |out, table| write_string(out, &table.schema.stream))
    }

    /// The columns of a stream: a JSON array of objects with `name` and `type`.
    pub fn columns(&self, stream: &str) -> String {
        let columns = self.stand_in.table(stream).map_or(&[][..], |table| &table.schema.columns);
        array(columns, |out, column| {
            out.push(b'{');
            member(out, "name", &column.name);
            out.push(b',');
            member(out, "type", column.kind.name());
            out.push(b'}');
        })
    }

    /// The counters: a JSON object, described at [`Metrics`](crate::azure::stand_in::Metrics).
    pub fn metrics(&self) -> String {
        text(self.stand_in.metrics_json())
    }

    /// Makes something go wrong from now on, as [`StandIn::set_fault`] describes.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn set_fault(&mut self, now: f64, text: &str) -> Result<(), JsError> {
        self.stand_in.set_fault(now as i64, text).map_err(|text| JsError::new(&text))
    }
}

/// What local Azure answers.
#[wasm_bindgen]
pub struct LocalReply {
    reply: Reply,
}

#[wasm_bindgen]
impl LocalReply {
    /// The status code.
    #[wasm_bindgen(getter)]
    pub fn status(&self) -> u16 {
        self.reply.status
    }

    /// The header fields, two lines each.
    #[wasm_bindgen(getter)]
    pub fn headers(&self) -> String {
        self.reply.headers.iter().flat_map(|(name, value)| [name, "\n", value, "\n"]).collect()
    }

    /// The body.
    #[wasm_bindgen(getter)]
    pub fn body(&self) -> Vec<u8> {
        self.reply.body.clone()
    }

    /// How long to wait before answering, in milliseconds.
    #[wasm_bindgen(getter)]
    pub fn delay_ms(&self) -> u32 {
        self.reply.delay_ms
    }

    /// Whether to close the connection instead of answering.
    #[wasm_bindgen(getter)]
    pub fn drop_connection(&self) -> bool {
        self.reply.drop_connection
    }
}

/// Makes a connector from the JSON text of an event, as [`generate::generate`] does. `now` is in milliseconds since 1970.
///
/// `options` is a JSON object with the texts `product`, `publisher`, `connectorId`, `table` and `timeColumn`, each if
/// wanted; `timeColumn` may be null. Gives a JSON object with `files`, `columns` and `todo`.
///
/// # Errors
///
/// What is wrong with the event or an option.
#[wasm_bindgen]
pub fn init(event: &str, options: &str, now: f64) -> Result<String, JsError> {
    let parsed = json::parse(options, Dialect::Strict);
    let options = parsed.value.filter(|_| parsed.errors.is_empty());
    let options = options.ok_or_else(|| JsError::new("the options are no JSON"))?;
    let text = |name: &str| match options.get(name).map(|value| &value.kind) {
        None => Ok(None),
        Some(Kind::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(JsError::new(&format!("the option {name} has to be a string"))),
    };
    let time = match options.get("timeColumn").map(|value| &value.kind) {
        Some(Kind::Null) => TimeMember::None,
        _ => text("timeColumn")?.map_or(TimeMember::Guessed, TimeMember::Named),
    };
    let options = generate::Options {
        product: text("product")?,
        publisher: text("publisher")?,
        connector_id: text("connectorId")?,
        table: text("table")?,
        time,
        now: now as i64,
    };
    let Generated { files, columns, todo } =
        generate::generate(event, &options).map_err(|message| JsError::new(&message))?;
    let quoted = |text: &str| string_or_null(Some(text));
    let files: Vec<String> =
        files.iter().map(|(path, text)| format!("{}:{}", quoted(path), quoted(text))).collect();
    let columns: Vec<String> = columns
        .iter()
        .map(|column| {
            let member = string_or_null(column.member.as_deref());
            let (stream, table) = (quoted(&column.stream), quoted(&column.table));
            let kind = column.kind.name();
            format!("{{\"member\":{member},\"stream\":{stream},\"table\":{table},\"type\":\"{kind}\"}}")
        })
        .collect();
    let todo: Vec<String> = todo.iter().map(|line| quoted(line)).collect();
    let (files, columns, todo) = (files.join(","), columns.join(","), todo.join(","));
    Ok(format!("{{\"files\":{{{files}}},\"columns\":[{columns}],\"todo\":[{todo}]}}"))
}

/// What there is to know of relay.json and DCR.json before a deployment.
///
/// Gives a JSON object: `errors`, each with `file`, `line`, `column`, `code` and `message`; `secrets`, the names of the
/// Worker secrets that have to exist; and `dedupe`, the names of the hooks that need the binding `DEDUPE`. `development`
/// allows a loopback endpoint.
#[wasm_bindgen]
pub fn check_relay(relay_json: &str, dcr_json: &str, development: bool) -> String {
    let mode = if development { Mode::Development } else { Mode::Production };
    let (errors, secrets) = Relay::check(relay_json, dcr_json, mode);
    let errors = array(&errors, |out, error| {
        let Position { line, column } = error.position.unwrap_or(Position { line: 1, column: 1 });
        out.extend_from_slice(format!("{{\"line\":{line},\"column\":{column}").as_bytes());
        for (name, value) in [("file", error.file), ("code", error.code), ("message", &error.message)] {
            out.push(b',');
            member(out, name, value);
        }
        out.push(b'}');
    });
    let (config, _) = config::read(relay_json, mode);
    let hooks = config.iter().flat_map(|config| &config.hooks);
    let dedupe: Vec<String> =
        hooks.filter(|hook| hook.dedupe.is_some()).map(|hook| hook.name.clone()).collect();
    let names = |names: &[String]| array(names, |out, name| write_string(out, name));
    format!("{{\"errors\":{errors},\"secrets\":{},\"dedupe\":{}}}", names(&secrets), names(&dedupe))
}

/// What the relay would do with a delivery, as [`preview::preview`] gives it. `settings` is what [`Input::read`] reads.
///
/// # Errors
///
/// Which setting is of the wrong type.
#[wasm_bindgen]
pub fn preview_delivery(settings: &str, body: &[u8]) -> Result<String, JsError> {
    let input = Input::read(settings, body).map_err(|message| JsError::new(&message))?;
    Ok(preview::preview(&input, &PureCrypto))
}

/// Signs a delivery as its source would; `settings` is what [`Input::read`] reads.
///
/// # Errors
///
/// Why it cannot be signed, or which setting is of the wrong type.
#[wasm_bindgen]
pub fn sign_delivery(settings: &str, body: &[u8]) -> Result<SignedDelivery, JsError> {
    let input = Input::read(settings, body).map_err(|message| JsError::new(&message))?;
    let parcel = preview::signed(&input, &PureCrypto).map_err(|message| JsError::new(&message))?;
    Ok(SignedDelivery { parcel })
}

/// A delivery with what proves it.
#[wasm_bindgen]
pub struct SignedDelivery {
    parcel: Parcel,
}

#[wasm_bindgen]
impl SignedDelivery {
    /// The URL.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.parcel.url.clone()
    }

    /// The header fields: a JSON array of pairs.
    #[wasm_bindgen(getter)]
    pub fn headers(&self) -> String {
        array(&self.parcel.headers, |out, (name, value)| {
            out.push(b'[');
            write_string(out, name);
            out.push(b',');
            write_string(out, value);
            out.push(b']');
        })
    }

    /// The body.
    #[wasm_bindgen(getter)]
    pub fn body(&self) -> Vec<u8> {
        self.parcel.body.clone()
    }
}

/// Every source, as [`preview::sources`] gives them.
#[wasm_bindgen]
pub fn list_sources() -> String {
    preview::sources()
}

/// A made-up delivery of a source, as [`preview::sample`] gives it.
#[wasm_bindgen]
pub fn sample_delivery(source: &str, name: Option<String>) -> Option<String> {
    preview::sample(source, name.as_deref())
}

const NO_LIFETIME: &str = "the setting `token_lifetime_s` of local Azure has to be a whole number of seconds";

fn stand_in(settings: &str, dcr: &str) -> Result<StandIn, String> {
    let schemas = dcr::read(dcr).map_err(|errors| {
        let lines = LineIndex::new(dcr);
        let located = errors.iter().map(|error| {
            let Position { line, column } = lines.position(dcr, error.span.start);
            format!("DCR.json:{line}:{column}: {}", error.message)
        });
        located.collect::<Vec<_>>().join("\n")
    })?;
    let parsed = json::parse(settings, Dialect::Strict);
    let settings =
        parsed.value.filter(|_| parsed.errors.is_empty()).ok_or("the settings of local Azure are no JSON")?;
    let text = |name: &str| {
        let text = settings.get(name).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| format!("the setting `{name}` of local Azure has to be a text"))
    };
    let secret = Secret::new(text("client_secret")?);
    let mut config = StandInConfig::new(
        text("tenant_id")?,
        text("client_id")?,
        secret,
        text("dcr_immutable_id")?,
        schemas,
    );
    if settings.get("second_secret").is_some() {
        config.second_secret = Some(Secret::new(text("second_secret")?));
    }
    if settings.get("certificate").is_some() {
        let text = text("certificate")?;
        let found = pem(&text).into_iter().find(|(label, _)| *label == "CERTIFICATE");
        let (_, der) =
            found.ok_or("the setting `certificate` of local Azure has to be a certificate in PEM")?;
        config.certificate = Some(der);
    }
    match settings.get("token_lifetime_s").map(|value| &value.kind) {
        None => {}
        Some(kind) => {
            let Kind::Number(digits) = kind else { return Err(NO_LIFETIME.to_owned()) };
            config.token_lifetime_s = digits.parse().map_err(|_| NO_LIFETIME)?;
        }
    }
    match settings.get("strict").map(|value| &value.kind) {
        None => {}
        Some(Kind::Bool(strict)) => config.strict = *strict,
        Some(_) => return Err("the setting `strict` of local Azure has to be true or false".to_owned()),
    }
    Ok(StandIn::new(config))
}

fn array<T>(items: &[T], write: impl Fn(&mut Vec<u8>, &T)) -> String {
    let mut out = vec![b'['];
    for (index, item) in items.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"" } else { b"," });
        write(&mut out, item);
    }
    out.push(b']');
    text(out)
}

fn member(out: &mut Vec<u8>, name: &str, value: &str) {
    write_string(out, name);
    out.push(b':');
    write_string(out, value);
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8_lossy(&json).into_owned()
}
