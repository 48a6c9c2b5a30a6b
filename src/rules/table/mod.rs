//! Custom tables: CCF010 to CCF029.

use super::family;

family![
    ccf010_table_without_name,
    ccf011_table_name_without_cl,
    ccf012_invalid_table_name,
    ccf013_awkward_table_name,
    ccf014_table_name_with_custom,
    ccf015_schema_name_differs,
    ccf016_invalid_columns,
    ccf017_table_without_time_generated,
    ccf018_unknown_column_type,
    ccf019_bool_column,
    ccf020_column_type_case,
    ccf021_invalid_column_name,
    ccf022_long_column_name,
    ccf023_duplicate_column,
    ccf024_reserved_column_name,
    ccf025_too_many_columns,
    ccf026_unknown_table_plan,
    ccf027_invalid_retention,
    ccf028_read_only_member,
    ccf029_leftover_column,
];
