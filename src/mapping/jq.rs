//! jq by jaq: what the compiled plan cannot run.
