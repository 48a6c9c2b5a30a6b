//! Data connectors: CCF060 to CCF069.

use super::family;

family![];
