//! The list of Azure's own tables.

use ccf_edge::artifact::schema::ColumnType;
use ccf_edge::artifact::standard::{table, tables};

#[test]
fn the_list_is_whole() {
    assert_eq!(tables().count(), 117);
    assert_eq!(tables().filter(|table| !table.has_columns()).count(), 17);
    assert_eq!(tables().map(|table| table.columns().count()).sum::<usize>(), 5226);
    assert!(tables().is_sorted_by(|left, right| left.name < right.name));
    for table in tables().filter(|table| table.has_columns()) {
        let time = table.column("TimeGenerated").map(|column| column.kind);
        assert_eq!(time, Some(ColumnType::Datetime), "{}", table.name);
    }
}

#[test]
fn a_table_is_found_without_regard_to_case() {
    let found = table("commonsecuritylog").unwrap();
    assert_eq!(found.name, "CommonSecurityLog");
    assert_eq!(found.column("DeviceVendor").unwrap().kind, ColumnType::String);
    assert_eq!(found.column("devicevendor"), None);
    assert_eq!(table("Larkspur_CL"), None);
    assert!(!table("AWSEKS").unwrap().has_columns());
}
