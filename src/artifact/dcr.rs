//! The streams that a Data Collection Rule declares.
