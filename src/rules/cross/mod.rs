//! What several artifacts have to agree about: CCF100 to CCF121.

use super::family;

mod likeness;
mod missing;
pub(in crate::rules) mod types;

family![
    ccf100_output_table_not_in_solution,
    ccf101_table_without_flow,
    ccf102_stream_without_time_generated,
    ccf103_stream_column_unfit_for_table,
    ccf104_output_type_unfit_for_table,
    ccf105_output_column_not_in_table,
    ccf106_definition_name_matches_no_definition,
    ccf107_connector_stream_without_flow,
    ccf108_connector_stream_not_declared,
    ccf109_definition_without_connector_or_dcr,
    ccf110_several_connectors_for_one_definition,
    ccf112_shown_stream_not_declared,
    ccf113_query_of_table_not_in_solution,
    ccf114_unusual_file_name,
    ccf115_parts_in_different_folders,
    ccf116_name_used_twice,
    ccf117_definitions_share_stream,
    ccf118_connector_id_taken,
    ccf119_release_notes_of_another_version,
];
