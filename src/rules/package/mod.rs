//! What the packager wrote, and what stands in texts: CCF122 and on.

use super::family;

family![
    ccf122_package_file_missing,
    ccf123_package_solution_id_malformed,
    ccf124_package_differs_from_sources,
    ccf125_placeholder_left_in_package,
    ccf126_package_metadata_invalid,
    ccf128_connector_of_another_version,
    ccf129_token_scope_with_two_slashes,
    ccf130_ingestion_address_malformed,
];
