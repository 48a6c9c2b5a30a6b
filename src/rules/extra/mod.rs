//! What reading the artifacts as Azure does catches beyond the catalogue: CCF131 and up.

use super::family;

family![
    ccf131_placeholder_in_wrong_place,
    ccf132_unknown_function,
    ccf133_misspelt_member,
    ccf134_unknown_data_type_hint,
    ccf135_query_of_missing_column,
    ccf140_stream_without_columns,
    ccf141_flow_twice,
    ccf145_label_value_without_place,
    ccf146_sentinel_without_microsoft,
    ccf150_stream_in_two_dcrs,
    ccf160_unexpected_token_in_transform,
    ccf161_member_of_plain_value,
    ccf162_column_in_literal,
    ccf163_output_column_twice,
    ccf164_kql_word_as_name,
    ccf165_kusto_diagnostic,
    ccf166_kusto_result_unfit_for_table,
];
