//! Data connector definitions: CCF070 to CCF083.

use super::family;

family![
    ccf070_definition_kind_not_customizable,
    ccf071_definition_id_malformed,
    ccf072_definition_member_missing,
    ccf073_query_entry_incomplete,
    ccf074_connectivity_criterion_unknown,
    ccf075_connectivity_query_without_column,
    ccf076_deploy_button_missing,
    ccf077_connection_value_not_shown,
    ccf078_unknown_fill_value,
    ccf079_instruction_without_content,
    ccf080_unknown_instruction_type,
    ccf081_resource_permission_incomplete,
    ccf082_prerequisite_not_listed,
    ccf083_definition_text_left_over,
];
