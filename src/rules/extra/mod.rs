//! What the catalogue of mistakes came to later: CCF131 and on.

use super::family;

family![ccf140_stream_without_columns, ccf141_flow_twice,];
