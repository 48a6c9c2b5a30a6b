//! What reading the artifacts as Azure does catches beyond the catalogue: CCF131 and up.

use super::family;

family![ccf145_label_value_without_place, ccf146_sentinel_without_microsoft,];
