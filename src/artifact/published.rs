//! The Push connectors that are published already.
//!
//! Source: the index of oshezaf/sentinelninja (Apache-2.0) at commit 4167c9c of 14 August 2026, made of
//! Azure/Azure-Sentinel.

/// The ids of the published Push connectors, each with the folder of its solution, by the id without regard to case.
const PUBLISHED: [(&str, &str); 47] = [
    ("AbnormalSecurityPush", "AbnormalSecurity"),
    ("CitrixAnalyticsDefinition", "Citrix Analytics CCF"),
    ("CloudNSSAuditLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSCASBActivityLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSCASBCloudStorageLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSCASBCollabLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSCASBCRMLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSCASBEmailLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSCASBFileSharingLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSCASBITSMLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSCASBRepoLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSDNSLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSEmailDLPLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSEndpointDLPLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSFWLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSTunnelLogs_ccp", "Zscaler Internet Access"),
    ("CloudNSSWebLogs_ccp", "Zscaler Internet Access"),
    ("ContrastADRCCF", "ContrastADR"),
    ("DarktraceActiveAISecurityPlatform", "Darktrace"),
    ("DataBahnPush", "Databahn"),
    ("FireworkPush", "Flare"),
    ("FortyTwoCrunchAPIProtection", "42Crunch API Protection"),
    ("GambitSecurityPush", "GambitSecurity"),
    ("GigamonDefinition", "Gigamon Connector"),
    ("HalcyonPush", "Halcyon"),
    ("HalcyonPushV2", "Halcyon"),
    ("JamfProtectPush", "Jamf Protect"),
    ("KeeperSecurityPush2", "Keeper Security"),
    ("MimecastEventsCCFDefinition", "MimecastEvents-CCF"),
    ("MulesoftCloudhubPushConnector", "Mulesoft"),
    ("NordStellarPush", "NordStellar"),
    ("ObsidianDatasharing", "Obsidian Datasharing"),
    ("Onapsis", "Onapsis Defend"),
    ("OnetrustPush", "OneTrust"),
    ("OrcaSecurityAlertsCCF", "Orca Security Alerts"),
    ("Pathlock_TDnR", "Pathlock_TDnR"),
    ("RedCanary_ConnectorDefinition", "Red Canary"),
    ("RedSiftPush", "Red Sift"),
    ("SAPLogServ", "SAP LogServ"),
    ("SecurityBridge", "SecurityBridge App"),
    ("SonraiSecurityPush", "SonraiSecurity"),
    ("SynqlyIntegrationConnector", "SynqlyIntegrationConnector"),
    ("TaniumConnector", "Tanium"),
    ("VaronisPurviewPush", "Varonis Purview"),
    ("VaronisSaaSAlertsPush", "VaronisSaaS"),
    ("ZimperiumMTDPush", "Zimperium Mobile Threat Defense"),
    ("ZNSegmentPushCCPDefinition", "ZeroNetworks"),
];

/// The solution that a published connector of that id belongs to. Ids are compared without regard to case.
pub fn solution_of(id: &str) -> Option<&'static str> {
    let id = id.to_ascii_lowercase();
    let index = PUBLISHED.binary_search_by(|(known, _)| known.to_ascii_lowercase().cmp(&id)).ok()?;
    PUBLISHED.get(index).map(|(_, solution)| *solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_connector_is_found() {
        for (id, solution) in PUBLISHED {
            assert_eq!(solution_of(&id.to_ascii_uppercase()), Some(solution), "the list is not in order");
        }
        assert_eq!(solution_of("LarkspurPush"), None);
    }
}
