//! Schemes that only code can express, each in a file of its own behind one seam: [`Native::check`].
//!
//! They read a body before it is proven, so each looks only at what it needs of it and refuses members that
//! stand twice: a reader that takes the first could otherwise verify what another, which takes the last, does not use.

mod adyen;
mod graph;
mod members;
mod paypal;
mod plaid;
mod sns;
mod splunk;
mod twilio;

use super::rejection::Rejection;
use super::verify::{Context, Proof};

/// A scheme that only code can express.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Native {
    /// An HMAC in each item of the body: Adyen's standard webhooks.
    Adyen,
    /// A shared text in each item of the body: Microsoft Graph's `clientState`.
    Graph,
    /// RSA over a checksum of the body, with a certificate by URL: PayPal.
    PayPal,
    /// A JSON Web Token whose key an authenticated API gives: Plaid.
    Plaid,
    /// RSA over members of the body, with a certificate by URL: Amazon SNS.
    Sns,
    /// A token as `Splunk` or as basic credentials: Splunk's HTTP Event Collector.
    Splunk,
    /// HMAC over the URL and the sorted fields of the form: Twilio.
    Twilio,
}

impl Native {
    /// The names that a source has for them.
    pub(super) const NAMES: &'static [(&'static str, Native)] = &[
        ("adyen", Native::Adyen),
        ("graph", Native::Graph),
        ("paypal", Native::PayPal),
        ("plaid", Native::Plaid),
        ("sns", Native::Sns),
        ("splunk", Native::Splunk),
        ("twilio", Native::Twilio),
    ];

    /// Whether it verifies with the hook's secret.
    pub(super) fn takes_secret(self) -> bool {
        !matches!(self, Native::PayPal | Native::Sns)
    }

    /// The headers that it reads beside those of the source's locations, in lower case.
    pub(super) fn headers(self) -> &'static [&'static str] {
        match self {
            Native::Adyen | Native::Graph | Native::Sns => &[],
            Native::PayPal => &paypal::HEADERS,
            Native::Plaid => &[plaid::HEADER],
            Native::Splunk => &splunk::HEADERS,
            Native::Twilio => &[twilio::HEADER],
        }
    }

    /// Judges a delivery.
    pub(super) fn check<'s>(self, context: &Context<'s, '_>) -> Result<Proof<'s>, Rejection> {
        match self {
            Native::Adyen => adyen::check(context),
            Native::Graph => graph::check(context),
            Native::PayPal => paypal::check(context),
            Native::Plaid => plaid::check(context),
            Native::Sns => sns::check(context),
            Native::Splunk => splunk::check(context),
            Native::Twilio => twilio::check(context),
        }
    }
}
