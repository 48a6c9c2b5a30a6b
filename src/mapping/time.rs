//! Instants: reading the ways in which senders write them, writing RFC 3339.
