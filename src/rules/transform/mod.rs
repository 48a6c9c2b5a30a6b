//! What `transformKql` does: CCF050 to CCF059.

use super::family;

family![];
