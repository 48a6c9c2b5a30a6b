//! What is known of functions and operators: what transformations support, and what type comes out.
//!
//! Sources: Microsoft, "Supported KQL features in Azure Monitor transformations" (the page of January 2026);
//! the transforms of published connectors; the names and result types in version 12.4.1 of Microsoft's language
//! service for Kusto.

use super::{Kind, OperatorVerdict, Verdict};

/// How a function's result type follows from its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Returns {
    /// Always this.
    Kind(Kind),
    /// The common type of all arguments.
    Common,
    /// The same, for types that have an order: not for `dynamic`.
    Ordered,
    /// The common type of the second and third argument (`iff`).
    Branches,
    /// The common type of every second argument and the last one (`case`).
    Cases,
    /// The first argument's type where rounding keeps it: `real`, `datetime`, `timespan`, and `long` by `long`.
    Rounded,
    /// `real` of a `real`; of others it is not known.
    Real,
    /// The type that `typeof` names in the last argument, else `string`.
    Typeof,
    /// The second argument's type, as far as it is also that of the column that the first one names.
    Default,
    /// Not known.
    Unknown,
}

/// What transformations make of the function, and what it returns.
pub(super) fn function(name: &str) -> (Verdict, Returns) {
    let returns = returns(name);
    let verdict = match returns {
        _ if documented(name) => Verdict::Documented,
        _ if published(name) => Verdict::Published,
        Some(_) => Verdict::Undocumented,
        None if known(name) => Verdict::Undocumented,
        None => Verdict::Unknown,
    };
    (verdict, returns.unwrap_or(Returns::Unknown))
}

/// The functions that the page lists, those of transformations alone included.
pub(super) const DOCUMENTED: [&str; 86] = [
    "abs",
    "ago",
    "array_concat",
    "array_length",
    "base64_decodestring",
    "base64_encodestring",
    "bin",
    "binary_and",
    "binary_not",
    "binary_or",
    "binary_shift_left",
    "binary_shift_right",
    "binary_xor",
    "case",
    "ceiling",
    "columnifexists",
    "countof",
    "datetime_add",
    "datetime_diff",
    "datetime_part",
    "dayofmonth",
    "dayofweek",
    "dayofyear",
    "endofday",
    "endofmonth",
    "endofweek",
    "endofyear",
    "exp",
    "exp10",
    "exp2",
    "extract",
    "extract_all",
    "floor",
    "geo_location",
    "getmonth",
    "gettype",
    "getyear",
    "hash_sha256",
    "hourofday",
    "iif",
    "indexof",
    "isempty",
    "isfinite",
    "isinf",
    "isnan",
    "isnotempty",
    "isnotnull",
    "isnull",
    "log",
    "log10",
    "log2",
    "make_datetime",
    "make_timespan",
    "max_of",
    "min_of",
    "now",
    "pack",
    "pack_array",
    "parse_cef_dictionary",
    "parse_json",
    "parse_xml",
    "pow",
    "round",
    "sign",
    "split",
    "startofday",
    "startofmonth",
    "startofweek",
    "startofyear",
    "strcat",
    "strcat_delim",
    "strlen",
    "substring",
    "tobool",
    "todatetime",
    "todouble",
    "toguid",
    "toint",
    "tolong",
    "tolower",
    "toreal",
    "tostring",
    "totimespan",
    "toupper",
    "weekofyear",
    "zip",
];

fn documented(name: &str) -> bool {
    // `replace` is in the page's example of `parse_cef_dictionary`; `not` is an operator to the page.
    DOCUMENTED.contains(&name) || matches!(name, "replace" | "not")
}

/// Functions that the page lacks and that transforms of published connectors use, so that Azure takes them.
fn published(name: &str) -> bool {
    matches!(name, "iff")
}

/// The result of the functions whose result is known.
fn returns(name: &str) -> Option<Returns> {
    let kind = match name {
        "array_strcat"
        | "base64_decode_tostring"
        | "base64_decodestring"
        | "base64_encode_fromarray"
        | "base64_encode_fromguid"
        | "base64_encode_tostring"
        | "base64_encodestring"
        | "current_database"
        | "current_principal"
        | "dynamic_to_json"
        | "format_bytes"
        | "format_datetime"
        | "format_ipv4"
        | "format_ipv4_mask"
        | "format_timespan"
        | "geo_point_to_geohash"
        | "geo_point_to_h3cell"
        | "geo_point_to_s2cell"
        | "gettype"
        | "gzip_compress_to_base64_string"
        | "gzip_decompress_from_base64_string"
        | "hash_md5"
        | "hash_sha1"
        | "hash_sha256"
        | "make_string"
        | "parse_ipv6"
        | "parse_ipv6_mask"
        | "punycode_domain_from_string"
        | "punycode_domain_to_string"
        | "punycode_from_string"
        | "punycode_to_string"
        | "regex_quote"
        | "replace"
        | "replace_regex"
        | "replace_string"
        | "replace_strings"
        | "reverse"
        | "strcat"
        | "strcat_array"
        | "strcat_delim"
        | "strrep"
        | "substring"
        | "tohex"
        | "tolower"
        | "tostring"
        | "toupper"
        | "translate"
        | "trim"
        | "trim_end"
        | "trim_start"
        | "unicode_codepoints_to_string"
        | "url_decode"
        | "url_encode"
        | "url_encode_component"
        | "zlib_compress_to_base64_string"
        | "zlib_decompress_from_base64_string" => Kind::String,
        "array_index_of"
        | "array_length"
        | "arraylength"
        | "binary_and"
        | "binary_not"
        | "binary_or"
        | "binary_shift_left"
        | "binary_shift_right"
        | "binary_xor"
        | "bitset_count_ones"
        | "countof"
        | "datetime_diff"
        | "estimate_data_size"
        | "has_any_index"
        | "hash"
        | "hash_combine"
        | "hash_many"
        | "hash_xxhash64"
        | "indexof"
        | "indexof_regex"
        | "ipv4_compare"
        | "ipv4_netmask_suffix"
        | "ipv6_compare"
        | "parse_ipv4"
        | "parse_ipv4_mask"
        | "strcmp"
        | "string_size"
        | "strlen"
        | "tolong" => Kind::Long,
        "array_concat"
        | "array_iff"
        | "array_iif"
        | "array_reverse"
        | "array_rotate_left"
        | "array_rotate_right"
        | "array_shift_left"
        | "array_shift_right"
        | "array_slice"
        | "array_split"
        | "bag_keys"
        | "bag_merge"
        | "bag_pack"
        | "bag_pack_columns"
        | "bag_remove_keys"
        | "bag_set_key"
        | "bag_zip"
        | "base64_decode_toarray"
        | "extract_all"
        | "extractall"
        | "geo_info_from_ip_address"
        | "pack"
        | "pack_all"
        | "pack_array"
        | "pack_dictionary"
        | "parse_command_line"
        | "parse_csv"
        | "parse_json"
        | "parse_path"
        | "parse_url"
        | "parse_urlquery"
        | "parse_user_agent"
        | "parse_xml"
        | "parsejson"
        | "parseurl"
        | "parseurlquery"
        | "set_difference"
        | "set_intersect"
        | "set_union"
        | "split"
        | "to_utf8"
        | "todynamic"
        | "toobject"
        | "treepath"
        | "unicode_codepoints_from_string"
        | "zip" => Kind::Dynamic,
        "ago"
        | "datetime_add"
        | "datetime_local_to_utc"
        | "datetime_utc_to_local"
        | "endofday"
        | "endofmonth"
        | "endofweek"
        | "endofyear"
        | "ingestion_time"
        | "make_datetime"
        | "now"
        | "startofday"
        | "startofmonth"
        | "startofweek"
        | "startofyear"
        | "todatetime"
        | "unixtime_microseconds_todatetime"
        | "unixtime_milliseconds_todatetime"
        | "unixtime_nanoseconds_todatetime"
        | "unixtime_seconds_todatetime" => Kind::Datetime,
        "datepart" | "datetime_part" | "dayofmonth" | "dayofyear" | "getmonth" | "getyear" | "hourofday"
        | "monthofyear" | "toint" | "week_of_year" | "weekofyear" => Kind::Int,
        "acos"
        | "array_sum"
        | "asin"
        | "atan"
        | "atan2"
        | "cos"
        | "cot"
        | "degrees"
        | "exp"
        | "exp10"
        | "exp2"
        | "gamma"
        | "geo_distance_2points"
        | "log"
        | "log10"
        | "log2"
        | "loggamma"
        | "pi"
        | "pow"
        | "radians"
        | "rand"
        | "sign"
        | "sin"
        | "sqrt"
        | "tan"
        | "todouble"
        | "toreal" => Kind::Real,
        "dayofweek" | "make_timespan" | "totime" | "totimespan" => Kind::Timespan,
        "bag_has_key"
        | "has_any_ipv4"
        | "has_any_ipv4_prefix"
        | "has_ipv4"
        | "has_ipv4_prefix"
        | "ipv4_is_in_any_range"
        | "ipv4_is_in_range"
        | "ipv4_is_match"
        | "ipv4_is_private"
        | "ipv6_is_in_any_range"
        | "ipv6_is_in_range"
        | "ipv6_is_match"
        | "isascii"
        | "iscolumnexists"
        | "isempty"
        | "isfinite"
        | "isinf"
        | "isnan"
        | "isnotempty"
        | "isnotnull"
        | "isnull"
        | "isutf8"
        | "not"
        | "notempty"
        | "notnull"
        | "set_equals"
        | "set_has_element"
        | "tobool"
        | "toboolean" => Kind::Boolean,
        "todecimal" => Kind::Decimal,
        "base64_decode_toguid" | "new_guid" | "toguid" => Kind::Guid,
        "case" => return Some(Returns::Cases),
        "iff" | "iif" => return Some(Returns::Branches),
        "coalesce" => return Some(Returns::Common),
        "max_of" | "min_of" => return Some(Returns::Ordered),
        "bin" | "floor" | "abs" => return Some(Returns::Rounded),
        "ceiling" | "round" => return Some(Returns::Real),
        "extract" | "extract_json" | "extractjson" => return Some(Returns::Typeof),
        "column_ifexists" | "columnifexists" => return Some(Returns::Default),
        _ => return None,
    };
    Some(Returns::Kind(kind))
}

/// Further functions that Kusto has: those over several rows, tables, series and shapes on the globe.
fn known(name: &str) -> bool {
    ["series_", "row_", "geo_", "array_", "tdigest_", "hll_", "convert_", "beta_", "current_", "cursor_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        || matches!(
            name,
            "all"
                | "any"
                | "around"
                | "assert"
                | "bin_at"
                | "bin_auto"
                | "cluster"
                | "column_names_of"
                | "database"
                | "datetime_list_timezones"
                | "dcount_hll"
                | "erf"
                | "erfc"
                | "extent_id"
                | "extent_tags"
                | "extentid"
                | "external_table"
                | "graph"
                | "inner_nodes"
                | "ipv4_range_to_cidr_list"
                | "jaccard_index"
                | "labels"
                | "map"
                | "materialize"
                | "materialized_view"
                | "merge_tdigest"
                | "next"
                | "node_degree_in"
                | "node_degree_out"
                | "node_id"
                | "parse_version"
                | "percentile_tdigest"
                | "percentiles_array_tdigest"
                | "percentrank_tdigest"
                | "prev"
                | "range"
                | "rank_tdigest"
                | "repeat"
                | "rowstore_ordinal_range"
                | "stored_query_result"
                | "table"
                | "toscalar"
                | "totable"
                | "welch_test"
        )
}

/// Whether transformations support an operator that stands between two values, such as `has` or `in~`.
pub(super) fn comparison(name: &str) -> Verdict {
    match name {
        "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=" | "=~" | "!~" | "contains" | "!contains"
        | "contains_cs" | "!contains_cs" | "has" | "!has" | "has_cs" | "!has_cs" | "startswith"
        | "!startswith" | "startswith_cs" | "!startswith_cs" | "endswith" | "!endswith" | "endswith_cs"
        | "!endswith_cs" | "matches regex" | "in" | "!in" => Verdict::Documented,
        "in~" | "!in~" | "between" | "!between" | "has_any" | "has_all" | "hasprefix" | "!hasprefix"
        | "hasprefix_cs" | "!hasprefix_cs" | "hassuffix" | "!hassuffix" | "hassuffix_cs"
        | "!hassuffix_cs" | "like" | "notlike" | "likecs" | "notlikecs" | "notcontains" | "containscs"
        | "notcontainscs" => Verdict::Undocumented,
        _ => Verdict::Unknown,
    }
}

/// What transformations make of the operator behind a pipe.
pub(super) fn operator(name: &str) -> OperatorVerdict {
    match name {
        _ if OPERATORS.contains(&name) => OperatorVerdict::Supported,
        "print" | "datatable" => OperatorVerdict::Source,
        "filter" | "parse-where" | "parse-kv" | "project-keep" | "project-reorder" | "project-smart"
        | "project-by-names" | "as" | "getschema" | "consume" | "assert-schema" => {
            OperatorVerdict::Undocumented
        }
        "summarize"
        | "join"
        | "union"
        | "lookup"
        | "mv-expand"
        | "mv-apply"
        | "mvexpand"
        | "mvapply"
        | "top"
        | "top-hitters"
        | "top-nested"
        | "sort"
        | "order"
        | "make-series"
        | "distinct"
        | "count"
        | "take"
        | "limit"
        | "sample"
        | "sample-distinct"
        | "invoke"
        | "partition"
        | "scan"
        | "evaluate"
        | "fork"
        | "facet"
        | "find"
        | "search"
        | "range"
        | "reduce"
        | "render"
        | "serialize"
        | "externaldata"
        | "external_data"
        | "macro-expand"
        | "execute-and-cache"
        | "make-graph"
        | "graph-match"
        | "graph-shortest-paths"
        | "graph-to-table"
        | "graph-mark-components"
        | "graph-where-nodes"
        | "graph-where-edges"
        | "partition-by"
        | "restrict" => OperatorVerdict::ManyRows,
        _ => OperatorVerdict::Unknown,
    }
}

/// The operators that transformations support.
pub(super) const OPERATORS: [&str; 6] =
    ["where", "extend", "project", "project-away", "project-rename", "parse"];

/// The words that cannot name a new column unless they stand in brackets.
///
/// Source of both lists: the errors KS006 and KS228 of Microsoft's language service, word by word.
pub(super) fn reserved_for_names(name: &str) -> bool {
    matches!(
        name,
        "kind"
            | "withsource"
            | "time"
            | "date"
            | "string"
            | "int"
            | "long"
            | "real"
            | "double"
            | "decimal"
            | "boolean"
            | "uniqueid"
            | "datetime"
            | "timespan"
            | "int32"
            | "int64"
            | "dynamic"
            | "true"
            | "false"
            | "and"
            | "or"
            | "between"
            | "startswith"
            | "endswith"
            | "has_any"
            | "has_all"
            | "like"
            | "asc"
            | "desc"
            | "first"
            | "last"
            | "flags"
            | "simple"
            | "relaxed"
            | "bagexpansion"
            | "queries"
            | "isfuzzy"
            | "with_itemindex"
            | "expandoutput"
            | "project"
            | "toscalar"
            | "union"
            | "external_data"
    )
}

/// The words that do not stand for a column or a member unless they stand in brackets.
pub(super) fn reserved_for_values(name: &str) -> bool {
    let names_alone = matches!(name, "kind" | "withsource" | "toscalar" | "external_data" | "true" | "false");
    reserved_for_names(name) && !names_alone
        || matches!(
            name,
            "title"
                | "by"
                | "of"
                | "to"
                | "has"
                | "in"
                | "contains"
                | "materialize"
                | "accumulate"
                | "set"
                | "print"
                | "search"
                | "find"
                | "as"
                | "where"
                | "invoke"
                | "sample"
        )
}
