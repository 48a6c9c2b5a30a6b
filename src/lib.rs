//! ccf-edge: a pure core turns bytes into rows or findings; thin edges carry them.
//!
//! The relay receives the webhooks of a SaaS product, verifies them, reshapes each event to the columns of a
//! Data Collection Rule's stream and sends the rows to Azure's Logs Ingestion API.
//!
//! # Invariants
//!
//! 1. Only `worker` names the `worker` crate, and only the edges (`worker`, `js`, `local`) name `wasm_bindgen`.
//!    Everything else compiles natively and is tested with plain `cargo test`.
//! 2. The core never reads a clock: `now` is an argument. `clippy.toml` bans the clocks of the standard library.
//! 3. Checking never fails: it returns findings. `Result` belongs to webhooks, configuration and delivery.
//! 4. An unverified body has another type than a verified one, and only [`webhook::verify`] makes the latter.
//!    An [`envelope::Envelope`] is made of a verified one, and comes back from the relay's own queue and bucket only.
//! 5. A secret type has no `Display`, no `Serialize`, and a redacting `Debug`.
//! 6. A sender hears 2xx only when the event is in the queue or delivered, by this delivery or by an earlier one that
//!    was the same. Only what is there already is remembered as such.
//! 7. A row that leaves conforms to the stream that it was built for.
//! 8. Nothing is dropped in silence: what cannot be delivered is refused with its reason, so that it stays with
//!    its sender, or parked with it once the sender was told that it is taken; and what a mapping loses is
//!    counted and named.
//!
//! # An artifact's way
//!
//! ```text
//! { path -> bytes }  -> Folder -> Solution -> rules::check -> Vec<Finding> -> report | js
//! ```
//!
//! # A sample's way
//!
//! ```text
//! an event            -> generate::generate -> a connector's files and relay.json
//! a delivery, a hook  -> preview::preview   -> the same Relay and Passage, against an Azure that takes everything
//! ```
//!
//! # An event's way
//!
//! ```text
//! worker entry    a Delivery, its size capped, nothing parsed
//!  └ relay        verify   -> Handshake | Rejection | Verified
//!     └ relay     rows     -> Rows { rows, losses }        a bad field is a Loss, never a crash
//!        └ batch  pack     -> Batch                        one JSON array within Azure's limits
//!           └ deliver      -> Delivered | Undelivered      token, send, classify, split
//! ```
//!
//! With a queue the way has two halves, and the sender hears 202 between them:
//!
//! ```text
//! relay        verify   -> Envelope -> queue                what is too large goes by way of the bucket
//! consume      a batch of messages -> rows, batch, deliver  and for each message: Ack | Retry | Park
//! ```
//!
//! The modules below stand in reading order: each builds on those above it. A few uses go the other way: [`artifact`]
//! follows transformations with [`kql`] and mends them with [`finding::Edit`], its versions count the days of months as
//! [`mapping`] does, and [`relay`] keeps what [`consume`] knows of Azure's state.

#![deny(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::todo,
        clippy::unimplemented
    )
)]

pub mod text;

pub mod json;

pub mod scan;

pub mod artifact;

pub mod kql;

pub mod finding;

pub mod edit;

pub mod rules;

pub mod report;

pub mod webhook;

mod gzip;

pub mod batch;

pub mod mapping;

pub mod azure;

pub mod deliver;

pub mod config;

pub mod envelope;

pub mod heartbeat;

pub mod metrics;

pub mod relay;

pub mod consume;

pub mod health;

pub mod generate;

pub mod preview;

pub mod numbered;

#[cfg(feature = "js")]
pub mod js;
#[cfg(feature = "local")]
pub mod local;
#[cfg(feature = "worker")]
pub mod worker;
