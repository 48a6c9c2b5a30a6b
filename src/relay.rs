//! The relay as a value: configuration, sources and schemas, ready to receive.
