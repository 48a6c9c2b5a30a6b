//! The structure of Data Collection Rules: CCF030 to CCF049.

use super::family;

mod names;

family![
    ccf030_dcr_without_usable_name,
    ccf031_dcr_without_streams,
    ccf032_stream_name_without_custom,
    ccf033_unknown_stream_column_type,
    ccf034_table_type_in_stream,
    ccf035_duplicate_or_unnamed_stream_column,
    ccf036_stream_column_needs_quotes,
    ccf037_unused_stream,
    ccf038_too_many_streams_or_flows,
    ccf039_dcr_without_workspace,
    ccf040_further_or_duplicate_destination,
    ccf041_hard_coded_workspace,
    ccf042_output_stream_without_table,
    ccf043_unknown_standard_table,
    ccf044_dcr_without_data_flow,
    ccf045_flow_without_declared_stream,
    ccf046_several_streams_in_flow,
    ccf047_flow_without_declared_destination,
    ccf048_fixed_data_collection_endpoint,
    ccf049_dcr_not_for_push,
];
