//! Data connectors: CCF060 to CCF069.

use super::family;

mod filled_in;

family![
    ccf060_connector_without_usable_name,
    ccf061_connector_not_of_kind_push,
    ccf062_connector_without_definition_name,
    ccf063_connector_without_stream,
    ccf064_connector_without_dcr_config_or_auth,
    ccf065_fixed_dcr_config,
    ccf066_auth_type_not_push,
    ccf067_fixed_application,
    ccf068_connector_without_usual_members,
    ccf069_secret_in_artifact,
];
