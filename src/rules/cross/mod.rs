//! What several artifacts have to agree about: CCF100 to CCF121.

use super::family;

family![];
