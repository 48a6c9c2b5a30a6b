//! What proves to Entra who the relay is: certificates, several credentials at once, and their end.

#[path = "support/azure.rs"]
mod azure;
#[path = "support/keys.rs"]
mod keys;

use azure::{CLIENT, NOW, SECRET, TENANT, answer, carry, having};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ccf_edge::azure::assertion::{Algorithm, Certificate, Signer as _};
use ccf_edge::azure::stand_in::{StandIn, StandInConfig};
use ccf_edge::azure::token::{
    self, Acquire, ClientCredentials, Credential, Proof, TokenAnswer, TokenCache, TokenFailure,
};
use ccf_edge::azure::{Answer, Cloud, Secret};
use ccf_edge::config::Mode;
use ccf_edge::relay::Relay;
use ccf_edge::webhook::public_key;
use keys::{CERTIFICATE, OTHER, SIGNER, key, key_pem, pem};
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::{Pkcs1v15Sign, Pss};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const SECOND: &str = "the second secret";
const DAY_MS: i64 = 86_400_000;
/// The end of the certificates: 2027-05-31T12:00:00Z.
const END: i64 = 1_811_764_800_000;

fn der(certificate: &str) -> Vec<u8> {
    public_key::pem(certificate).remove(0).1
}

fn certificate(name: &str, algorithm: Algorithm) -> Certificate {
    let text = if name == "other" { OTHER } else { CERTIFICATE };
    Certificate::read(&format!("{}{text}", key_pem(name)), algorithm).expect("a sound certificate")
}

/// An Entra that takes two secrets and a certificate.
fn entra() -> StandIn {
    StandIn::new(StandInConfig {
        second_secret: Some(Secret::new(SECOND)),
        certificate: Some(der(CERTIFICATE)),
        ..azure::config()
    })
}

fn audience() -> String {
    format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token")
}

fn parts(token: &str) -> (Value, Value, String, Vec<u8>) {
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let json = |part: &str| serde_json::from_slice(&decode(part)).expect("JSON");
    (json(header), json(claims), format!("{header}.{claims}"), decode(signature))
}

#[test]
fn an_assertion_is_what_microsoft_documents() {
    for (algorithm, expected) in [
        (
            Algorithm::Ps256,
            json!({"alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(Sha256::digest(der(CERTIFICATE)))}),
        ),
        (
            Algorithm::Rs256,
            json!({"alg": "RS256", "typ": "JWT", "x5t": URL_SAFE_NO_PAD.encode(sha1::Sha1::digest(der(CERTIFICATE)))}),
        ),
    ] {
        let made = certificate("certificate", algorithm);
        let token = made.assertion(&audience(), CLIENT, NOW + 999, Some(&SIGNER));
        let (header, claims, signed, signature) = parts(&token);
        assert_eq!(header, expected);
        let now = NOW / 1000;
        let id = claims["jti"].as_str().expect("an id");
        assert_eq!(id.len(), 36);
        assert_eq!(
            claims,
            json!({"aud": audience(), "iss": CLIENT, "sub": CLIENT, "jti": id, "nbf": now, "iat": now, "exp": now + 600})
        );
        let again = made.assertion(&audience(), CLIENT, NOW, Some(&SIGNER));
        assert_ne!(parts(&again).1["jti"], claims["jti"]);
        for name in ["certificate", "other"] {
            let digest = Sha256::digest(&signed);
            let public = key(name).to_public_key();
            let sound = match algorithm {
                Algorithm::Ps256 => public.verify(Pss::<Sha256>::new_with_salt(32), &digest, &signature),
                Algorithm::Rs256 => public.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &signature),
            };
            assert_eq!(sound.is_ok(), name == "certificate", "{algorithm:?} under the key {name}");
        }
    }
}

#[test]
fn a_request_with_an_assertion_is_a_form() {
    let client = having([(
        "AZURE_CLIENT_CERTIFICATE",
        Proof::Certificate(certificate("certificate", Algorithm::Ps256)),
    )]);
    let authority = Cloud::China.authority();
    let request = token::request(
        authority,
        Cloud::China.scope(),
        &client,
        &client.credentials[0].proof,
        NOW,
        Some(&SIGNER),
    );
    let body = String::from_utf8(request.body.to_vec()).expect("a form");
    let fields: Vec<_> = body.split('&').map(|pair| pair.split_once('=').expect("a pair")).collect();
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["grant_type", "client_id", "client_assertion_type", "client_assertion", "scope"]);
    assert_eq!(fields[2].1, "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer");
    assert_eq!(parts(fields[3].1).1["aud"], request.url.as_ref());
    assert!(request.url.starts_with("https://login.partner.microsoftonline.cn/"));
}

/// A token request with an assertion of that header and those claims, signed with that key; the AADSTS number of the
/// answer, or 0 for a token.
fn judge(
    entra: &mut StandIn,
    header: &Value,
    claims: &Value,
    signed_with: &str,
    algorithm: Algorithm,
) -> u64 {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let pkcs8 = key(signed_with).to_pkcs8_der().expect("PKCS #8");
    let signature = SIGNER.sign(algorithm, pkcs8.as_bytes(), signed.as_bytes());
    let client = having([("AZURE_CLIENT_SECRET", Proof::Secret(Secret::new("")))]);
    let proof = &client.credentials[0].proof;
    let mut request =
        token::request(Cloud::Public.authority(), Cloud::Public.scope(), &client, proof, NOW, None);
    let assertion = format!(
        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={signed}.{}",
        URL_SAFE_NO_PAD.encode(signature)
    );
    let body = String::from_utf8_lossy(&request.body).replace("client_secret=", &assertion);
    request.body = body.into_bytes().into();
    let reply = carry(entra, NOW, &request);
    let body: Value = serde_json::from_slice(&reply.body).expect("JSON");
    body["error_codes"][0].as_u64().unwrap_or_default()
}

#[test]
fn entra_is_strict_about_assertions() {
    let s256 = |certificate: &str| URL_SAFE_NO_PAD.encode(Sha256::digest(der(certificate)));
    let sha1 = |certificate: &str| URL_SAFE_NO_PAD.encode(sha1::Sha1::digest(der(certificate)));
    let ps = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": s256(CERTIFICATE)});
    let rs = json!({"alg": "RS256", "typ": "JWT", "x5t": sha1(CERTIFICATE)});
    let now = NOW / 1000;
    let claims = json!({"aud": audience(), "iss": CLIENT, "sub": CLIENT, "jti": "a", "nbf": now, "iat": now, "exp": now + 600});
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let (p, r) = (Algorithm::Ps256, Algorithm::Rs256);
    for (header, claims, signed_with, algorithm, number) in [
        (&ps, &claims, "certificate", p, 0),
        (&rs, &claims, "certificate", r, 0),
        (&ps, &claims, "other", p, 700_027),
        (&ps, &claims, "certificate", r, 700_027),
        (&rs, &claims, "certificate", p, 700_027),
        (&json!({"alg": "PS256", "x5t#S256": s256(OTHER)}), &claims, "other", p, 700_027),
        (&json!({"alg": "PS256", "x5t": sha1(CERTIFICATE)}), &claims, "certificate", p, 700_027),
        (&json!({"alg": "RS256", "x5t#S256": s256(CERTIFICATE)}), &claims, "certificate", r, 700_027),
        (&json!({"alg": "PS256"}), &claims, "certificate", p, 700_027),
        (&json!({"alg": "none"}), &claims, "certificate", p, 50_027),
        (&json!([]), &claims, "certificate", p, 50_027),
        (&ps, &with("aud", json!("https://login.microsoftonline.us/x")), "certificate", p, 700_023),
        (&ps, &with("aud", json!(audience().replace(".com", ".us"))), "certificate", p, 700_023),
        (&ps, &with("aud", Value::Null), "certificate", p, 700_023),
        (&ps, &with("iss", json!(TENANT)), "certificate", p, 700_021),
        (&ps, &with("sub", json!(TENANT)), "certificate", p, 700_021),
        (&ps, &with("nbf", json!(now + 1)), "certificate", p, 700_024),
        (&ps, &with("exp", json!(now)), "certificate", p, 700_024),
        (&ps, &with("exp", json!("soon")), "certificate", p, 700_024),
        (&ps, &with("jti", json!("")), "certificate", p, 50_012),
    ] {
        assert_eq!(judge(&mut entra(), header, claims, signed_with, algorithm), number, "{header} {claims}");
    }
    let mut entra = entra();
    assert_eq!(judge(&mut entra, &ps, &claims, "certificate", p), 0);
    assert_eq!(judge(&mut entra, &ps, &claims, "certificate", p), 50_012, "seen before");
    assert_eq!(judge(&mut entra, &ps, &with("jti", json!("b")), "certificate", p), 0);
}

fn cache(client: ClientCredentials) -> TokenCache {
    let mut tokens = TokenCache::new(Cloud::Public.authority(), Cloud::Public.scope(), client);
    tokens.sign_with(&SIGNER).expect("usable keys");
    tokens
}

/// Asks until there is a token or a failure: how many requests that took, and the failure.
fn fetch(tokens: &mut TokenCache, entra: &mut StandIn, now: i64) -> (usize, Option<String>) {
    for asked in 0..10 {
        let (with, answered) = match tokens.acquire(now) {
            Acquire::Use { .. } => return (asked, None),
            Acquire::Failed { failure: TokenFailure::Configuration(message), .. } => {
                return (asked, Some(message));
            }
            Acquire::Fetch { request, with } => (with, answer(&carry(entra, now, &request))),
            other => panic!("{other:?}"),
        };
        let answered = token::read(&answered, tokens.name(with));
        tokens.store(now, with, answered);
    }
    panic!("it asks for ever");
}

/// The token is dropped, as when the endpoint refuses it.
fn forget(tokens: &mut TokenCache, now: i64) {
    if tokens.in_use().is_some()
        && let Acquire::Use { token, .. } = tokens.acquire(now)
    {
        tokens.reject(token);
    }
}

fn first() -> (&'static str, Proof) {
    ("AZURE_CLIENT_SECRET", Proof::Secret(Secret::new(SECRET)))
}

fn second() -> (&'static str, Proof) {
    ("AZURE_CLIENT_SECRET_2", Proof::Secret(Secret::new(SECOND)))
}

fn by_certificate() -> (&'static str, Proof) {
    ("AZURE_CLIENT_CERTIFICATE", Proof::Certificate(certificate("certificate", Algorithm::Ps256)))
}

#[test]
fn a_refused_credential_is_followed_by_the_next() {
    for (client, revoked, asked, in_use) in [
        (having([first(), second()]), "secret", 2, "AZURE_CLIENT_SECRET_2"),
        (having([second(), first()]), "secret", 1, "AZURE_CLIENT_SECRET_2"),
        (having([by_certificate(), first()]), "certificate", 2, "AZURE_CLIENT_SECRET"),
        (having([first(), by_certificate()]), "secret", 2, "AZURE_CLIENT_CERTIFICATE"),
        (having([first(), by_certificate()]), "certificate", 1, "AZURE_CLIENT_SECRET"),
        (having([by_certificate()]), "secret", 1, "AZURE_CLIENT_CERTIFICATE"),
    ] {
        let (mut tokens, mut entra) = (cache(client), entra());
        entra.set_fault(NOW, &format!("revoke={revoked}")).expect("a fault");
        assert_eq!(fetch(&mut tokens, &mut entra, NOW), (asked, None), "{tokens:?}");
        assert_eq!(tokens.in_use(), Some(in_use));
        assert_eq!(tokens.warnings(NOW).len(), asked - 1);
        assert_eq!(tokens.notices().len(), 2 * (asked - 1));
        // It stays with the one that works.
        forget(&mut tokens, NOW);
        assert_eq!(fetch(&mut tokens, &mut entra, NOW), (1, None));
        assert_eq!(tokens.notices(), Vec::<String>::new());
    }
}

#[test]
fn credentials_change_places_without_a_gap() {
    let (mut tokens, mut entra) = (cache(having([first(), by_certificate(), second()])), entra());
    let steps: [(&[&str], usize, &str); 5] = [
        (&[], 1, "AZURE_CLIENT_SECRET"),
        (&["secret"], 2, "AZURE_CLIENT_CERTIFICATE"),
        (&["secret", "certificate"], 2, "AZURE_CLIENT_SECRET_2"),
        (&["certificate", "second-secret"], 2, "AZURE_CLIENT_SECRET"),
        (&["secret", "certificate"], 3, "AZURE_CLIENT_SECRET_2"),
    ];
    for (revoked, asked, in_use) in steps {
        entra.set_fault(NOW, "off").expect("a fault");
        revoked.iter().for_each(|name| entra.set_fault(NOW, &format!("revoke={name}")).expect("a fault"));
        forget(&mut tokens, NOW);
        assert_eq!(fetch(&mut tokens, &mut entra, NOW), (asked, None), "{revoked:?}");
        assert_eq!(tokens.in_use(), Some(in_use), "{revoked:?}");
    }
    let warnings = tokens.warnings(NOW);
    let names: Vec<_> = warnings.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE"]);
    assert!(warnings[0].1.contains("AADSTS7000215"), "{}", warnings[0].1);
    assert!(warnings[0].1.contains("`npx wrangler secret put AZURE_CLIENT_SECRET`"), "{}", warnings[0].1);
    assert!(warnings[1].1.contains("AADSTS700027"), "{}", warnings[1].1);
}

#[test]
fn wrong_credentials_are_tried_one_after_the_other_and_slowly() {
    let (mut tokens, mut entra) = (cache(having([first(), second()])), entra());
    for name in ["secret", "second-secret"] {
        entra.set_fault(NOW, &format!("revoke={name}")).expect("a fault");
    }
    let (asked, failure) = fetch(&mut tokens, &mut entra, NOW);
    let failure = failure.expect("a failure");
    assert_eq!(asked, 2);
    assert!(failure.contains("AZURE_CLIENT_SECRET: the client secret is wrong (AADSTS7000215)"), "{failure}");
    assert!(
        failure.contains("AZURE_CLIENT_SECRET_2: the client secret is wrong (AADSTS7000215)"),
        "{failure}"
    );
    assert_eq!(tokens.notices().len(), 2);
    for minute in 1..=10 {
        let now = NOW + minute * 60_000;
        assert_eq!(fetch(&mut tokens, &mut entra, now).0, 1, "one request for each pause");
        assert_eq!(fetch(&mut tokens, &mut entra, now + 29_999).0, 0);
        assert_eq!(tokens.notices(), Vec::<String>::new(), "the same is not said twice");
    }
    entra.set_fault(NOW, "off").expect("a fault");
    assert_eq!(fetch(&mut tokens, &mut entra, NOW + 660_000), (1, None));
}

#[test]
fn what_is_no_matter_of_the_credential_leaves_it() {
    let wrong = ClientCredentials { client_id: TENANT.to_owned(), ..having([first(), second()]) };
    let (mut tokens, mut entra) = (cache(wrong), entra());
    let (asked, failure) = fetch(&mut tokens, &mut entra, NOW);
    assert_eq!(asked, 1);
    assert!(failure.is_some_and(|message| message.contains("AADSTS700016")));
    assert_eq!(tokens.warnings(NOW), []);
}

#[test]
fn a_late_refusal_does_not_pass_over_the_next_credential() {
    let (mut tokens, mut entra) = (cache(having([first(), second()])), entra());
    entra.set_fault(NOW, "revoke=secret").expect("a fault");
    let Acquire::Fetch { with: late, .. } = tokens.acquire(NOW) else { panic!() };
    // The lease runs out, and somebody else asks with the same one.
    assert_eq!(fetch(&mut tokens, &mut entra, NOW + 10_000), (2, None));
    let refused =
        TokenAnswer::Configuration { code: Some(7_000_215), message: "late".to_owned(), credential: true };
    tokens.store(NOW + 11_000, late, refused);
    forget(&mut tokens, NOW + 11_000);
    assert_eq!(fetch(&mut tokens, &mut entra, NOW + 11_000), (1, None));
    assert_eq!(tokens.in_use(), Some("AZURE_CLIENT_SECRET_2"));
}

#[test]
fn the_end_of_a_credential_is_announced() {
    let proof = || certificate("certificate", Algorithm::Ps256);
    assert_eq!(proof().expires_ms(), END);
    let credential = |name: &str, proof, expires_ms| Credential { name: name.to_owned(), proof, expires_ms };
    let client = ClientCredentials {
        credentials: vec![
            credential("AZURE_CLIENT_CERTIFICATE", Proof::Certificate(proof()), Some(END)),
            credential("AZURE_CLIENT_SECRET", Proof::Secret(Secret::new(SECRET)), None),
        ],
        ..having([])
    };
    let mut tokens = cache(client);
    for (now, said) in [
        (END - 30 * DAY_MS - 1, None),
        (END - 30 * DAY_MS, Some("it expires on 2027-05-31")),
        (END - 1, Some("it expires on 2027-05-31")),
        (END, Some("it expired, as far as is known, on 2027-05-31")),
    ] {
        let found: Vec<_> =
            tokens.warnings(now).into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        match said {
            None => assert_eq!(found, []),
            Some(said) => {
                let [(name, text)] = &found[..] else { panic!("{found:?}") };
                assert_eq!(name, "AZURE_CLIENT_CERTIFICATE");
                assert!(
                    text.starts_with(said)
                        && text.ends_with("`npx wrangler secret put AZURE_CLIENT_CERTIFICATE`")
                );
            }
        }
    }
    // Entra does not take it any more, and the other one takes over.
    let mut entra = entra();
    assert_eq!(fetch(&mut tokens, &mut entra, END + DAY_MS), (2, None));
    let (name, text) = &tokens.warnings(END + DAY_MS)[0];
    assert_eq!(*name, "AZURE_CLIENT_CERTIFICATE");
    assert!(text.contains("AADSTS700027") && text.ends_with("; it expired on 2027-05-31"), "{text}");
}

#[test]
fn errors_about_assertions_say_what_to_do() {
    for (number, error, credential, advice) in [
        (700_027, "invalid_client", true, "`npx wrangler secret put AZURE_CLIENT_CERTIFICATE`"),
        (700_024, "invalid_client", true, "too early or too late"),
        (500_133, "invalid_request", true, "too early or too late"),
        (50_012, "invalid_grant", true, "uploaded to this application"),
        (700_023, "invalid_client", true, "check client_id and tenant_id"),
        (7_000_218, "invalid_client", true, "wrangler secret put AZURE_CLIENT_CERTIFICATE"),
        (700_016, "unauthorized_client", false, "check client_id"),
        (90_002, "invalid_request", false, "check tenant_id"),
    ] {
        let body = format!(r#"{{"error":"{error}","error_codes":[{number}]}}"#).into_bytes();
        let answered = token::read(
            &Answer::Response { status: 401, retry_after: None, body },
            "AZURE_CLIENT_CERTIFICATE",
        );
        let TokenAnswer::Configuration { code, message, credential: found } = answered else {
            panic!("{answered:?}")
        };
        assert_eq!((code, found), (Some(number), credential), "{message}");
        assert!(message.contains(&format!("(AADSTS{number})")) && message.contains(advice), "{message}");
    }
}

const DCR: &str = r#"{ "type": "Microsoft.Insights/dataCollectionRules", "properties": { "streamDeclarations": {
  "Custom-Test": { "columns": [ { "name": "TimeGenerated", "type": "datetime" }, { "name": "Event", "type": "dynamic" } ] } } } }"#;

/// Loads a relay whose `azure` has these members besides, with these secrets.
fn load(members: &str, secrets: &[(&str, String)]) -> Result<Relay, String> {
    let relay = format!(
        r#"{{ "azure": {{ "tenant_id": "{TENANT}", "client_id": "{CLIENT}",
  "dce_endpoint": "https://contoso-5kyl.westeurope-1.ingest.monitor.azure.com",
  "dcr_immutable_id": "dcr-0123456789abcdef0123456789abcdef", "stream_name": "Custom-Test"{members} }},
  "hooks": {{ "test": {{ "source": "bearer", "columns": {{ "Event": "." }} }} }} }}"#
    );
    let secret = |name: &str| match name {
        "HOOK_TEST_SECRET" => Some("a token of the hook".to_owned()),
        _ => secrets.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()),
    };
    let shown = |errors: Vec<ccf_edge::config::ConfigError>| {
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    Relay::load(&relay, DCR, &secret, Mode::Production)
        .and_then(|relay| relay.sign_with(&SIGNER))
        .map_err(shown)
}

#[test]
fn a_secret_in_pem_is_a_certificate() {
    let both = format!("{}{CERTIFICATE}", key_pem("certificate"));
    for text in [
        both.clone(),
        format!("{CERTIFICATE}{}", key_pem("certificate")),
        format!("Bag Attributes\n{OTHER}\n{both}").replace('\n', "\r\n"),
    ] {
        for members in [
            r#", "secret": "AZURE_CLIENT_CERTIFICATE""#,
            r#", "secret": ["AZURE_CLIENT_CERTIFICATE"], "assertion": "RS256""#,
        ] {
            let mut relay =
                load(members, &[("AZURE_CLIENT_CERTIFICATE", text.clone())]).expect("a sound relay");
            let mut entra = entra();
            assert_eq!(fetch(relay.client().tokens_mut(), &mut entra, NOW), (1, None));
            assert_eq!(relay.tokens().in_use(), Some("AZURE_CLIENT_CERTIFICATE"));
            let shown = format!("{:?}", relay.tokens());
            assert!(!shown.contains("eyJ") && shown.contains("Certificate(…)"), "{shown}");
        }
    }
}

#[test]
fn secrets_that_cannot_be_used_are_explained_and_never_shown() {
    let pkcs8 = key_pem("certificate");
    // PKCS #8 of a key on P-256 (RFC 5958, RFC 5915).
    let ec = [
        &b"\x30\x41\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"[..],
        b"\x04\x27\x30\x25\x02\x01\x01\x04\x20",
        &[7; 32],
    ];
    let ec = pem("PRIVATE KEY", &ec.concat());
    let mut damaged = key("certificate").to_pkcs8_der().expect("PKCS #8").as_bytes().to_vec();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 100].fill(0);
    for (text, expected) in [
        (pkcs8.clone(), "has a private key, but no certificate"),
        (CERTIFICATE.to_owned(), "but no private key that can be read"),
        (format!("{pkcs8}{OTHER}"), "has a certificate that is not of its private key"),
        (
            format!("{}{CERTIFICATE}", pkcs8.replace("PRIVATE", "ENCRYPTED PRIVATE")),
            "has an encrypted private key",
        ),
        (
            format!(
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n{CERTIFICATE}"
            ),
            "has an encrypted private key",
        ),
        (
            format!("{}{CERTIFICATE}", pkcs8.replace("PRIVATE", "RSA PRIVATE")),
            "`openssl pkcs8 -topk8 -nocrypt`",
        ),
        (format!("{}{CERTIFICATE}", pkcs8.replace("PRIVATE", "EC PRIVATE")), "Entra takes RSA"),
        (format!("{ec}{CERTIFICATE}"), "Entra takes RSA"),
        (format!("{}{CERTIFICATE}", &pkcs8[..200]), "no private key"),
        (format!("{}{CERTIFICATE}", pem("PRIVATE KEY", b"nonsense")), "Entra takes RSA"),
        (format!("{}{CERTIFICATE}", pem("PRIVATE KEY", &damaged)), "has a private key that cannot be used"),
        (String::new(), "is missing or empty"),
    ] {
        let members = r#", "secret": ["AZURE_CLIENT_CERTIFICATE", "AZURE_CLIENT_SECRET"]"#;
        let secrets = [
            ("AZURE_CLIENT_CERTIFICATE", text.clone()),
            ("AZURE_CLIENT_SECRET", "a~client~secret".to_owned()),
        ];
        let said = load(members, &secrets).err().unwrap_or_else(|| panic!("{expected}: no error"));
        assert!(
            said.starts_with("secret: the secret AZURE_CLIENT_CERTIFICATE ") && said.contains(expected),
            "{said}"
        );
        assert!(said.ends_with("`npx wrangler secret put AZURE_CLIENT_CERTIFICATE`"), "{said}");
        let shown = text.lines().filter(|line| line.len() > 20 && !line.contains('-'));
        shown.for_each(|line| assert!(!said.contains(line), "{said}"));
        assert!(!said.contains("a~client~secret"));
    }
}

#[test]
fn the_end_of_a_client_secret_is_configured() {
    let members = r#", "secret": ["AZURE_CLIENT_SECRET_2", "AZURE_CLIENT_SECRET"], "secret_expires": { "AZURE_CLIENT_SECRET": "2026-12-01" }"#;
    let secrets = [("AZURE_CLIENT_SECRET", SECRET.to_owned()), ("AZURE_CLIENT_SECRET_2", SECOND.to_owned())];
    let relay = load(members, &secrets).expect("a sound relay");
    let warnings = relay.tokens().warnings(NOW);
    let [("AZURE_CLIENT_SECRET", text)] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(text.starts_with("it expires on 2026-12-01"), "{text}");

    let both = format!("{}{CERTIFICATE}", key_pem("certificate"));
    let members = r#", "secret_expires": { "AZURE_CLIENT_SECRET": "2026-12-01" }"#;
    let said = load(members, &[("AZURE_CLIENT_SECRET", both)]).err().expect("an error");
    assert!(said.starts_with("relay.json:3:") && said.contains("says itself when it ends"), "{said}");
}
