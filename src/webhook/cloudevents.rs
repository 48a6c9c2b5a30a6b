//! CloudEvents in binary mode (CloudEvents, "HTTP Protocol Binding", 3.1): the attributes stand in headers, the data is the
//! body. They are put together as the JSON format writes an event, so that expressions see one shape in every mode.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::json::write_string;
use crate::scan::{Scanner, Start};

use super::delivery::{Delivery, Field};
use super::location::percent_decoded;

/// The event of a delivery in binary mode; `None` when it is in another.
#[inline(never)]
pub(super) fn envelope(delivery: &Delivery<'_>, body: &[u8]) -> Option<Vec<u8>> {
    if delivery.headers.get("ce-specversion") == Field::Absent {
        return None;
    }
    let mut out = Vec::with_capacity(body.len().saturating_add(256));
    let member = |out: &mut Vec<u8>, name: &str| {
        out.push(if out.is_empty() { b'{' } else { b',' });
        write_string(out, name);
        out.push(b':');
    };
    for (name, value) in delivery.headers.iter() {
        let Some(attribute) = name.strip_prefix("ce-") else { continue };
        member(&mut out, attribute);
        // Header values are percent-encoded; a plus stands for itself.
        let value = value.replace('+', "%2B");
        write_string(&mut out, &String::from_utf8_lossy(&percent_decoded(value.as_bytes())));
    }
    if let Field::Once(content_type) = delivery.headers.get("content-type") {
        member(&mut out, "datacontenttype");
        write_string(&mut out, content_type);
    }
    if is_json(body) {
        member(&mut out, "data");
        out.extend_from_slice(body);
    } else if let Ok(text) = std::str::from_utf8(body) {
        if !text.is_empty() {
            member(&mut out, "data");
            write_string(&mut out, text);
        }
    } else {
        member(&mut out, "data_base64");
        write_string(&mut out, &STANDARD.encode(body));
    }
    out.push(b'}');
    Some(out)
}

/// Whether the data is an object or an array in JSON.
fn is_json(body: &[u8]) -> bool {
    let mut scanner = Scanner::new(body);
    scanner.white();
    matches!(scanner.start(), Ok(Start::Object | Start::Array))
        && scanner.skip().is_ok()
        && scanner.end().is_ok()
}
