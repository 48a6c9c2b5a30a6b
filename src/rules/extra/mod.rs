//! What reading the artifacts as Azure does catches beyond the catalogue: CCF131 and up.

use super::family;

family![];
