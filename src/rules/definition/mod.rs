//! Data connector definitions: CCF070 to CCF083.

use super::family;

family![];
