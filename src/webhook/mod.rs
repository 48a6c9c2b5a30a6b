//! Who may speak, and what they said.
//!
//! How a product signs, says hello and wraps its events is data: a [`source::Source`], read from
//! `sources/*.json`. One engine, [`verify::verify`], runs them all.

pub mod delivery;
pub mod pointer;

pub mod location;
pub mod template;

pub mod source;

pub mod public_key;

pub mod secret;

pub mod rejection;

pub mod keyring;

pub mod door;

pub mod decode;

pub mod handshake;

mod timestamp;

mod jwt;

pub mod unpack;

mod cloudevents;

pub mod native;

pub mod verify;
