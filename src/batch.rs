//! Rows become calls: JSON arrays within the limits of the Logs Ingestion API.
