//! A relay whose stream takes events as they are.

/// The rule.
pub const DCR: &str = r#"{
  "type": "Microsoft.Insights/dataCollectionRules",
  "properties": { "streamDeclarations": { "Custom-Test": { "columns": [
    { "name": "TimeGenerated", "type": "datetime" },
    { "name": "Event", "type": "dynamic" }
  ] } } }
}"#;

/// The text of a `relay.json` with these hooks.
pub fn config(hooks: &str) -> String {
    format!(
        r#"{{ "azure": {{
            "tenant_id": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
            "client_id": "00001111-aaaa-2222-bbbb-3333cccc4444",
            "dce_endpoint": "https://my-dce-5kyl.eastus-1.ingest.monitor.azure.com",
            "dcr_immutable_id": "dcr-0123456789abcdef0123456789abcdef",
            "stream_name": "Custom-Test"
          }},
          "hooks": {hooks} }}"#
    )
}
