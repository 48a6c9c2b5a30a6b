//! The other side of [`verify`](crate::webhook::verify): signs a delivery as its source would, for whoever wants to try a hook.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::json::{self, Dialect, Kind, Value, string_or_null};
use crate::mapping::time;
use crate::webhook::delivery::{Delivery, Headers};
use crate::webhook::location::Location;
use crate::webhook::pointer::Pointer;
use crate::webhook::secret::Secrets;
use crate::webhook::source::{Encoding, KeyEncoding, Method, Source, TimestampPlace, TimestampUnit};
use crate::webhook::verify::{Content, Crypto, content, made_key};

/// A delivery that owns what it is made of. Its Debug is that of [`Delivery`], which shows no value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parcel {
    /// The method in upper case.
    pub method: String,
    /// The URL at which the sender speaks.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body as it goes over the wire.
    pub body: Vec<u8>,
}

impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.delivery().fmt(f)
    }
}

impl Parcel {
    /// As a delivery that arrives.
    pub fn delivery(&self) -> Delivery<'_> {
        let mut headers = Headers::new();
        for (name, value) in &self.headers {
            headers.push(name.as_str(), value.as_str());
        }
        Delivery { method: &self.method, url: &self.url, headers, body: &self.body }
    }

    fn set_header(&mut self, name: &str, value: String) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value));
    }

    fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Puts a parameter into the query, in the place of one of the same name.
    fn set_parameter(&mut self, name: &str, value: &str) {
        let (path, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let own =
            |pair: &&str| pair.split_once('=').map_or(*pair, |(key, _)| key) != name && !pair.is_empty();
        let mut pairs: Vec<String> = query.split('&').filter(own).map(str::to_owned).collect();
        pairs.push(format!("{name}={}", percent_encoded(value)));
        self.url = format!("{path}?{}", pairs.join("&"));
    }

    /// Puts a text into a JSON body, where a string or number stands there already, or as a member of its own.
    fn set_json(&mut self, pointer: &Pointer, text: &str, is_number: bool) -> Result<(), String> {
        let refused = || format!("the body has no place for {}, where this source has it", pointer.as_str());
        let body = std::str::from_utf8(&self.body).map_err(|_| refused())?;
        let parsed = json::parse(body, Dialect::Strict);
        let root = parsed.value.filter(|_| parsed.errors.is_empty()).ok_or_else(refused)?;
        let written = |as_number: bool| if as_number { text.to_owned() } else { string_or_null(Some(text)) };
        let (start, end, new) = match root.pointer(pointer.as_str()) {
            Some(Value { span, kind }) => (span.start, span.end, written(matches!(kind, Kind::Number(_)))),
            None => {
                let (parent, key) = pointer.as_str().rsplit_once('/').ok_or_else(refused)?;
                let parent = root.pointer(parent).ok_or_else(refused)?;
                let members = parent.as_object().ok_or_else(refused)?;
                let at = parent.span.start.saturating_add(1);
                let comma = if members.is_empty() { "" } else { "," };
                let key = key.replace("~1", "/").replace("~0", "~");
                (at, at, format!("{}:{}{comma}", string_or_null(Some(&key)), written(is_number)))
            }
        };
        let (before, after) = (body.get(..start).ok_or_else(refused)?, body.get(end..).ok_or_else(refused)?);
        self.body = format!("{before}{new}{after}").into_bytes();
        Ok(())
    }

    fn set(&mut self, place: &Location, text: &str, is_number: bool) -> Result<(), String> {
        match place {
            Location::Header(name) => self.set_header(name, text.to_owned()),
            Location::NumberedHeader(prefix) => self.set_header(&format!("{prefix}1"), text.to_owned()),
            Location::Query(name) => self.set_parameter(name, text),
            Location::Json(pointer) => self.set_json(pointer, text, is_number)?,
            Location::Form(_) | Location::Body => {
                return Err("this source signs inside its body, which is not done here".to_owned());
            }
        }
        Ok(())
    }
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let bytes = text.bytes();
    bytes
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Whether [`sign`] can sign for a source: whoever knows the hook's secret can.
pub fn can_sign(source: &Source) -> bool {
    matches!(source.auth.method, Method::Hmac | Method::Token | Method::Basic)
}

/// A made-up secret of the form that the secrets of a source have; `None` where nobody could make one up.
pub fn example_secret(source: &Source) -> Option<String> {
    const TEXT: &str = "an-example-and-no-secret";
    let scheme = &source.auth;
    let key = match (scheme.method, scheme.key) {
        (Method::Basic, _) => "user:password".to_owned(),
        (Method::Token, _) => TEXT.to_owned(),
        (Method::Hmac, KeyEncoding::Base64) => STANDARD.encode(TEXT),
        (Method::Hmac, KeyEncoding::Hex) => written(Encoding::Hex, TEXT.as_bytes()),
        (Method::Hmac, KeyEncoding::Utf8 | KeyEncoding::Sha1OfUtf8) => TEXT.to_owned(),
        _ => return None,
    };
    Some(format!("{}{key}", scheme.key_strip))
}

/// Puts into a delivery what proves that it is the source's own: the time, the ids that are signed and are missing, and
/// the signature, token or credentials. `now` is in milliseconds since the Unix epoch.
///
/// # Errors
///
/// Why it cannot be signed, as a sentence without a full stop.
pub fn sign(
    source: &Source,
    secret: &str,
    mut parcel: Parcel,
    now: i64,
    crypto: &dyn Crypto,
) -> Result<Parcel, String> {
    let scheme = &source.auth;
    if !can_sign(source) {
        return Err(format!("{} signs with a key that only it has, or not at all", source.id));
    }
    let secrets = Secrets::new(source, [secret]).map_err(|error| error.to_string())?;
    let key = secrets.iter().next().ok_or("there is no secret")?;
    let place = scheme.sig.first().ok_or("this source has no place for a signature")?;
    let value = match scheme.method {
        Method::Token => format!("{}{}", scheme.pick, String::from_utf8_lossy(key.bytes())),
        Method::Basic => format!("{}{}", scheme.pick, STANDARD.encode(key.bytes())),
        _ => {
            let time = written_time(scheme.ts_unit, now);
            if let Some(TimestampPlace::At(place)) = &scheme.ts {
                parcel.set(place, &time, scheme.ts_unit != TimestampUnit::Rfc3339)?;
            }
            for place in scheme.content.locations() {
                match place {
                    Location::Header(name) if !parcel.has_header(name) => {
                        parcel.set_header(name, format!("example-{now}"));
                    }
                    Location::Json(pointer) if pointer.text(&parcel.body).is_none() => {
                        parcel.set_json(pointer, &format!("example-{now}"), false)?;
                    }
                    _ => {}
                }
            }
            let made;
            let key = match &scheme.key_template {
                Some(template) => {
                    made = made_key(template, &time, key);
                    made.as_slice()
                }
                None => key.bytes(),
            };
            let delivery = parcel.delivery();
            let Content { before, body, after } =
                content(&scheme.content, &time, &delivery).map_err(|rejection| rejection.detail())?;
            let mac = crypto.hmac(scheme.hash, key, &before, body, &after);
            let signature = format!("{}{}", scheme.pick, written(scheme.enc, mac.bytes()));
            match &scheme.ts {
                Some(TimestampPlace::InSignature(prefix)) => {
                    let mark = scheme.split.as_deref().unwrap_or(",");
                    format!("{prefix}{time}{mark}{signature}")
                }
                _ => signature,
            }
        }
    };
    parcel.set(place, &value, false)?;
    Ok(parcel)
}

fn written(encoding: Encoding, bytes: &[u8]) -> String {
    match encoding {
        Encoding::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Encoding::Base64 => STANDARD.encode(bytes),
        Encoding::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
    }
}

fn written_time(unit: TimestampUnit, now: i64) -> String {
    match unit {
        TimestampUnit::Seconds => now.div_euclid(1000).to_string(),
        TimestampUnit::Milliseconds => now.to_string(),
        TimestampUnit::Rfc3339 => {
            let mut out = Vec::new();
            time::write_rfc3339_millis(&mut out, now);
            String::from_utf8(out).unwrap_or_default()
        }
    }
}
