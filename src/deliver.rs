//! The one loop of delivery: token, send, classify, split.
