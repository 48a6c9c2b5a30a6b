//! What holds for every file: CCF001 to CCF009.

use super::family;

family![
    ccf001_invalid_json,
    ccf002_duplicate_key,
    ccf003_unknown_type,
    ccf004_unbalanced_expression,
    ccf005_placeholder_never_replaced,
    ccf006_unresolvable_reference,
    ccf007_unknown_api_version,
    ccf008_dropped_member,
    ccf009_stray_blanks,
];
