//! Which streams and tables a text mentions.

use ccf_edge::artifact::links::{mentioned_streams, mentioned_tables};

#[test]
fn streams_in_texts() {
    for (text, expected) in [
        ("Custom-Larkspur", vec!["Custom-Larkspur"]),
        ("`Custom-a_CL`, Custom-b.", vec!["Custom-a_CL", "Custom-b"]),
        ("…/streams/Custom-Larkspur?api-version=2023-01-01", vec!["Custom-Larkspur"]),
        ("Custom-<stream>, Custom-, Custom-…", vec![]),
        ("Non-Custom-x, aCustom-y, custom-z", vec![]),
    ] {
        let found: Vec<_> = mentioned_streams(text).collect();
        assert_eq!(found.iter().map(|mention| mention.name).collect::<Vec<_>>(), expected, "{text}");
        assert!(found.iter().all(|mention| mention.span.of(text) == Some(mention.name)), "{text}");
    }
}

#[test]
fn tables_in_queries() {
    for (query, expected) in [
        ("A_CL\n| where x == 1", vec!["A_CL"]),
        ("union A_CL, b_cl, CommonSecurityLog", vec!["A_CL", "b_cl"]),
        ("A_CL | where x != 'B_CL' and y != \"C_CL\" // D_CL\n| join E_CL on z", vec!["A_CL", "E_CL"]),
        (r"A_CL | where x == 'it\'s B_CL' and y == C_CL", vec!["A_CL", "C_CL"]),
        (r"A_CL | where x == @'\' and y == B_CL", vec!["A_CL", "B_CL"]),
        ("workspace('w').A_CL | where Custom-B_CL", vec![]),
        ("A_CLX | where _CL", vec![]),
        ("A_CL | where x == 'open\n| join B_CL on y", vec!["A_CL", "B_CL"]),
    ] {
        let found = mentioned_tables(query);
        assert_eq!(found.iter().map(|mention| mention.name).collect::<Vec<_>>(), expected, "{query}");
        assert!(found.iter().all(|mention| mention.span.of(query) == Some(mention.name)), "{query}");
    }
}
