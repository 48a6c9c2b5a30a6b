//! Amazon SNS: RSA over some members of the message, with a certificate by URL
//! (AWS, "Verifying the signatures of Amazon SNS messages").
//!
//! The topic is pinned by the hook's configuration, and with it the region; the certificate's host and path are
//! pinned to what SNS uses there. Whoever can make an S3 bucket can have a host under amazonaws.com, so that
//! nothing less will do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::members::Members;
use crate::webhook::keyring::{Lookup, Wanted};
use crate::webhook::public_key::KeyKind;
use crate::webhook::rejection::Rejection;
use crate::webhook::source::Hash;
use crate::webhook::verify::{Context, Proof};

const NOTIFICATION: [&str; 6] = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const CONFIRMATION: [&str; 7] =
    ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

#[inline(never)]
pub(super) fn check<'s>(context: &Context<'s, '_>) -> Result<Proof<'s>, Rejection> {
    let Context { source, delivery, keyring, now, crypto, .. } = context;
    let message = Members::read(delivery.body)?;
    let signature = message.text("Signature").ok_or(Rejection::SignatureMissing)?;
    let signature = STANDARD.decode(signature.as_bytes()).map_err(|_| Rejection::SignatureMalformed)?;
    let hash = match message.required("SignatureVersion")?.as_ref() {
        "1" => Hash::Sha1,
        "2" => Hash::Sha256,
        _ => return Err(Rejection::SignatureMalformed),
    };

    let topic = message.required("TopicArn")?;
    let pinned = source.value("topic_arn").split(',').map(str::trim).any(|pinned| pinned == topic);
    let origin = origin_of(&topic).filter(|_| pinned).ok_or_else(|| not_pinned("TopicArn"))?;
    let url = message.required("SigningCertURL")?;
    if !is_certificate(&url, &origin) {
        return Err(not_pinned("SigningCertURL"));
    }

    let kind = message.required("Type")?;
    let names: &[&str] = match kind.as_ref() {
        "Notification" => &NOTIFICATION,
        "SubscriptionConfirmation" | "UnsubscribeConfirmation" => &CONFIRMATION,
        _ => return Err(Rejection::SignedPartMalformed { name: "json:/Type".to_owned() }),
    };
    let mut content = String::new();
    for name in names.iter().copied() {
        match message.text(name) {
            Some(value) => content.extend([name, "\n", &value, "\n"]),
            None if name == "Subject" => {}
            None => return Err(Rejection::SignedPartMissing { name: format!("json:/{name}") }),
        }
    }

    let keys = match keyring.look_up(&url, None, *now) {
        Lookup::Keys(keys) => keys,
        Lookup::Missing => return Ok(Proof::NeedsKey(Wanted { url: url.into_owned(), body: None })),
        Lookup::Unavailable => return Err(Rejection::KeyUnavailable),
    };
    let key = keys.first().filter(|key| key.kind == KeyKind::Rsa && key.holds(*now));
    if !key.is_some_and(|key| crypto.signed(key, hash, content.as_bytes(), &signature)) {
        return Err(Rejection::SignatureMismatch);
    }
    if kind != "SubscriptionConfirmation" {
        return Ok(Proof::Sound(None));
    }
    // Signed by SNS for the pinned topic, and still only the one action of that region's SNS.
    let visit = message.required("SubscribeURL")?;
    let confirms = visit.strip_prefix(origin.as_str()).and_then(|rest| rest.strip_prefix("/?"));
    if confirms.is_some_and(|query| query.split('&').any(|part| part == "Action=ConfirmSubscription")) {
        Ok(Proof::Visit(visit.into_owned()))
    } else {
        Err(not_pinned("SubscribeURL"))
    }
}

fn not_pinned(name: &str) -> Rejection {
    Rejection::NotPinned { name: format!("json:/{name}") }
}

/// Where SNS of a topic's region is: `arn:PARTITION:sns:REGION:ACCOUNT:NAME`.
fn origin_of(topic: &str) -> Option<String> {
    let mut parts = topic.split(':');
    let (arn, partition, service, region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let suffix = match partition {
        "aws" | "aws-us-gov" => "",
        "aws-cn" => ".cn",
        _ => return None,
    };
    let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_region = (1..=32).contains(&region.len()) && region.bytes().all(sound);
    (arn == "arn" && service == "sns" && is_region)
        .then(|| format!("https://sns.{region}.amazonaws.com{suffix}"))
}

/// Whether this is where SNS keeps its certificates: `/SimpleNotificationService-HEX.pem`.
fn is_certificate(url: &str, origin: &str) -> bool {
    let name = url
        .strip_prefix(origin)
        .and_then(|path| path.strip_prefix("/SimpleNotificationService-"))
        .and_then(|path| path.strip_suffix(".pem"));
    name.is_some_and(|name| {
        (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
