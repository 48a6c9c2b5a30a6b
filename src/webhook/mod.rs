//! Who may speak, and what they said.

pub mod decode;
pub mod delivery;
pub mod handshake;
pub mod source;
pub mod verify;
