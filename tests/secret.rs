//! What looks like a secret, and what only reminds of one. The tokens are put together here, so that no scanner takes
//! this file for a leak.

use ccf_edge::artifact::secret::{find, is_long_base64, is_name, is_value};

const NOISE: &str = "q7Zp0Vx3Lk9TtB2mWc8RyF5hNd1SgJ6aUeXo4iPvKzE7q9Zp2Vx4Lk1TtB3mWc5RyF8hNd0SgJ2aUeXo6iPvKz";

fn noise(length: usize) -> &'static str {
    &NOISE[..length]
}

#[test]
fn shapes_of_secrets_are_found_where_they_stand() {
    let cases = [
        (format!("{}8{}{}", "k~V", "Q~", noise(34)), "a client secret of Microsoft Entra ID"),
        (format!("{}_{}", "ghp", noise(36)), "a token of GitHub"),
        (format!("{}_pat_{}", "github", noise(60)), "a token of GitHub"),
        (format!("{}-{}", "glpat", noise(20)), "a token of GitLab"),
        (format!("{}-123456789012-{}", "xoxb", noise(24)), "a token of Slack"),
        (format!("{}_live_{}", "sk", noise(24)), "a key of Stripe"),
        (format!("{}_{}", "whsec", noise(32)), "the secret of a webhook"),
        (format!("{}{}", "AIza", noise(35)), "a key of Google"),
        (format!("{}{}", "AKIA", "J4RZQ7WB2MXN6KTP"), "the id of an access key of AWS"),
        (
            format!("{}.{}.{}", "eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJsYXJrc3B1ciJ9", noise(43)),
            "a JSON Web Token",
        ),
    ];
    for (secret, kind) in cases {
        for (ahead, behind) in
            [("", ""), ("Use the key „", "“ here."), ("header: Bearer ", "\nnext"), ("a='", "'")]
        {
            let text = format!("{ahead}{secret}{behind}");
            let found = find(&text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.kind, kind, "{text}");
            assert_eq!(&text[found.start..found.end], secret);
        }
    }
}

#[test]
fn secrets_in_connection_strings_and_urls_are_found() {
    let cases = [
        (format!("AccountName=larkspur;AccountKey={}==;EndpointSuffix=core.windows.net", noise(86)), 86),
        (format!("Endpoint=sb://larkspur/;SharedAccessKey={}=", noise(43)), 43),
        (format!("https://larkspur.example/in?sv=2024&sig={}%3D", noise(43)), 46),
        (format!("grant_type=client_credentials&client_secret={}", noise(20)), 20),
        ("Server=tcp:larkspur;User=app;Password=Tr0ub4dor&3".to_owned(), 9),
    ];
    for (text, length) in cases {
        let found = find(&text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(found.end - found.start, length, "{text}: {found:?}");
    }
    let key = format!("-----BEGIN RSA {} KEY-----\nMIIEpAIBAAKCAQEA", "PRIVATE");
    assert_eq!(find(&key).unwrap().kind, "a private key");
}

#[test]
fn what_stands_for_a_secret_is_none() {
    let texts = [
        "Paste it between `-----BEGIN PRIVATE KEY-----` and the end.",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token?client_secret={secret}",
        "client_secret=<your client secret>&scope=https%3A%2F%2Fmonitor.azure.com%2F.default",
        "AccountKey={{accountKey}};EndpointSuffix=core.windows.net",
        "source | extend Password = tostring(event.password), sig = extract(@'sig=([^&]+)', 1, Url)",
        "source | extend pwd=event.data1.value2, password=column1_of_event",
        "00000000-1111-2222-3333-444444444444",
        "Microsoft.OperationalInsights/workspaces/providers/dataConnectorDefinitions",
    ];
    for text in texts {
        assert_eq!(find(text), None, "{text}");
        assert!(!is_long_base64(text), "{text}");
    }
}

#[test]
fn names_and_values_tell_secrets_from_words() {
    for name in ["clientSecret", "Application secret", "api_key", "x-api-key", "Password", "SharedAccessKey"]
    {
        assert!(is_name(name), "{name}");
    }
    for name in ["ApiKeyName", "secretName", "key", "token_type", "fillWith", "passwordLabel"] {
        assert!(!is_name(name), "{name}");
    }
    for value in ["Tr0ub4dor&3", "kV7-mQ2x_9wTz4Lp", "hunter2!hunter", "0123456789abcdef0123"] {
        assert!(is_value(value), "{value}");
    }
    let stand_ins = [
        "",
        "ApplicationSecret",
        "<client secret>",
        "{{clientSecret}}",
        "[[parameters('auth').clientSecret]",
        "********",
        "xxxxxxxxxxxxxxxx",
        "your-api-key-123",
        "securestring",
        "Authorization",
        "${CLIENT_SECRET_1}",
        "The secret of the application, 40 characters.",
        "https://learn.microsoft.com/azure/1",
    ];
    for value in stand_ins {
        assert!(!is_value(value), "{value}");
    }
    assert!(is_long_base64("q7Zp0Vx3Lk9TtB2mWc8RyF5hNd1SgJ6aUeXo4iPvKzE="));
    assert!(!is_long_base64("Microsoft365DefenderAdvancedHuntingDeviceEvents2024"));
    assert!(!is_long_base64("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"));
}
