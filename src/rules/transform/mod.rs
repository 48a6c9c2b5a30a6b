//! Transformations: CCF050 to CCF059.

use super::family;

pub(super) mod time;

family![
    ccf050_transform_without_source,
    ccf051_operator_not_for_transforms,
    ccf052_long_transform,
    ccf053_transform_without_event_time,
    ccf054_function_not_for_transforms,
    ccf055_parse_into_many_columns,
    ccf056_dynamic_literal_in_transform,
    ccf057_transform_with_broken_syntax,
    ccf058_unknown_column_in_transform,
    ccf059_unconverted_member_in_transform,
];
