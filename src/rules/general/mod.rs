//! What holds for every file: CCF001 to CCF009.

use super::family;

family![ccf001_invalid_json];
