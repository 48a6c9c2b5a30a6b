//! relay.json: what the operator writes.
