//! Custom tables: CCF010 to CCF029.

use super::family;

family![ccf011_table_name_without_cl];
