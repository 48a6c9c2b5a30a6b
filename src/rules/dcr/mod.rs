//! The structure of Data Collection Rules: CCF030 to CCF049.

use super::family;

family![];
