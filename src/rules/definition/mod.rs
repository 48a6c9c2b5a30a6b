//! Data connector definitions: CCF070 to CCF083.

use super::family;

family![
    ccf070_definition_kind_not_customizable,
    ccf071_definition_id_malformed,
    ccf072_definition_member_missing,
];
