//! The list of Azure's own tables.

use ccf_edge::artifact::schema::ColumnType;
use ccf_edge::artifact::standard::{StandardTable, table, tables};

fn kind(table: &StandardTable, name: &str) -> Option<ColumnType> {
    table.columns().find(|column| column.name == name).map(|column| column.kind)
}

#[test]
fn the_list_is_whole() {
    assert_eq!(tables().count(), 117);
    assert_eq!(tables().filter(|table| !table.has_columns()).count(), 17);
    assert_eq!(tables().map(|table| table.columns().count()).sum::<usize>(), 5226);
    assert!(tables().is_sorted_by(|left, right| left.name < right.name));
    for table in tables().filter(|table| table.has_columns()) {
        assert_eq!(kind(&table, "TimeGenerated"), Some(ColumnType::Datetime), "{}", table.name);
    }
}

#[test]
fn a_table_is_found_without_regard_to_case() {
    let found = table("commonsecuritylog").unwrap();
    assert_eq!(found.name, "CommonSecurityLog");
    assert_eq!(kind(&found, "DeviceVendor"), Some(ColumnType::String));
    assert_eq!(kind(&found, "devicevendor"), None);
    assert_eq!(table("Larkspur_CL"), None);
    assert!(!table("AWSEKS").unwrap().has_columns());
}
