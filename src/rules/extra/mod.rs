//! What reading the artifacts as Azure does catches beyond the catalogue: CCF131 and up.

use super::family;

family![ccf150_definition_not_listed, ccf151_stream_in_two_dcrs,];
