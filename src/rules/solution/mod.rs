//! The solution's data file, metadata and release notes: CCF084 to CCF099.

use super::family;

family![];
