//! The solution's data file, metadata and release notes: CCF084 to CCF099.

use super::family;

mod category;

family![
    ccf084_not_one_data_file,
    ccf085_name_differs_from_folder,
    ccf086_name_with_special_characters,
    ccf087_solution_version_malformed,
    ccf088_connector_list_broken,
    ccf089_listed_file_is_no_definition,
    ccf090_metadata_file_missing,
    ccf091_ignored_data_file_member,
    ccf092_author_without_email,
    ccf093_logo_or_description_missing,
    ccf094_solution_id_malformed,
    ccf095_unknown_domain,
    ccf096_unknown_vertical,
    ccf097_support_incomplete,
    ccf098_publish_date_malformed,
    ccf099_release_notes_malformed,
];
