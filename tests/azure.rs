//! The two conversations with Azure: what is asked, what an answer means, and how the stand-in behaves.

#[path = "support/azure.rs"]
mod azure;

use std::io::Write;

use azure::{CLIENT, ENDPOINT, NOW, RULE, SECRET, STREAM, TENANT, answer, carry, config, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ccf_edge::azure::ingest::{self, Obstacle, Verdict};
use ccf_edge::azure::stand_in::{Incoming, Reply, StandIn, StandInConfig};
use ccf_edge::azure::token::{
    self, Acquire, Authorization, ClientCredentials, Proof, TokenAnswer, TokenCache,
};
use ccf_edge::azure::{Answer, Cloud, Request, Secret};
use ccf_edge::config::CLIENT_SECRET;
use proptest::prelude::*;
use serde_json::Value;

fn response(status: u16, retry_after: Option<&str>, body: &str) -> Answer {
    Answer::Response { status, retry_after: retry_after.map(str::to_owned), body: body.as_bytes().to_vec() }
}

#[test]
fn clouds_are_known_by_the_endpoint() {
    for (host, cloud) in [
        ("contoso-5kyl.westeurope-1.ingest.monitor.azure.com", Some(Cloud::Public)),
        ("Contoso-5KYL.eastus-1.Ingest.Monitor.Azure.Com", Some(Cloud::Public)),
        ("rule-ab12-westeurope.logs.z1.ingest.monitor.azure.com", Some(Cloud::Public)),
        ("contoso.usgovvirginia-1.ingest.monitor.azure.us", Some(Cloud::UsGovernment)),
        ("contoso.chinaeast2-1.ingest.monitor.azure.cn", Some(Cloud::China)),
        ("my-url.monitor.azure.cn", Some(Cloud::China)),
        ("ingest.monitor.azure.com", None),
        (".ingest.monitor.azure.com", None),
        ("a..ingest.monitor.azure.com", None),
        ("evil.example?.ingest.monitor.azure.com", None),
        ("evil.example/.ingest.monitor.azure.com", None),
        ("user@host.ingest.monitor.azure.com", None),
        ("contoso.ingest.monitor.azure.com.evil.example", None),
        ("contoso-ingest.monitor.azure.com", None),
        ("contoso.ingest.monitor.azure.com:8443", None),
        ("127.0.0.1", None),
        ("", None),
    ] {
        assert_eq!(Cloud::of_dce_host(host), cloud, "{host}");
    }
    for cloud in Cloud::ALL {
        assert!(cloud.authority().starts_with("https://login.") && cloud.scope().ends_with("/.default"));
    }
}

/// Asks the stand-in for a token.
fn ask(stand_in: &mut StandIn, client: &ClientCredentials, scope: &str) -> TokenAnswer {
    read(&answer(&carry(stand_in, NOW, &request(Cloud::Public.authority(), scope, client))))
}

/// The request with the first credential.
fn request(authority: &str, scope: &str, client: &ClientCredentials) -> Request<'static> {
    token::request(authority, scope, client, &client.credentials[0].proof, NOW, None)
}

fn read(answer: &Answer) -> TokenAnswer {
    token::read(answer, CLIENT_SECRET)
}

fn secret(text: impl Into<String>) -> ClientCredentials {
    azure::having([(CLIENT_SECRET, Proof::Secret(Secret::new(text)))])
}

#[test]
fn a_token_request_is_a_form() {
    let asked = request(Cloud::China.authority(), Cloud::China.scope(), &azure::credentials());
    assert_eq!(asked.url, format!("https://login.partner.microsoftonline.cn/{TENANT}/oauth2/v2.0/token"));
    assert_eq!(asked.headers, [("content-type", "application/x-www-form-urlencoded".into())]);
    assert_eq!(
        String::from_utf8_lossy(&asked.body),
        format!(
            "grant_type=client_credentials&client_id={CLIENT}&client_secret=a~Q8%2Bb%26c%25d%3De%20%C3%BC&scope=https%3A%2F%2Fmonitor.azure.cn%2F.default"
        )
    );
    let credentials = ClientCredentials { tenant: "a/../b?c".to_owned(), ..azure::credentials() };
    let asked = request("https://login.example", "s", &credentials);
    assert_eq!(asked.url, "https://login.example/a%2F..%2Fb%3Fc/oauth2/v2.0/token");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn every_secret_arrives_as_it_is(secret in "\\PC{1,40}") {
        let config = StandInConfig { client_secret: Secret::new(secret.clone()), ..config() };
        let credentials = self::secret(secret);
        let answer = ask(&mut StandIn::new(config), &credentials, Cloud::Public.scope());
        prop_assert!(matches!(answer, TokenAnswer::Token { expires_in_s: 3599, .. }), "{answer:?}");
    }

    /// Whatever comes back has a meaning, and none is without a pause.
    #[test]
    fn every_answer_has_a_meaning(status in 100u16..1000, after in "[0-9]{0,12}|\\PC{0,9}", body in "\\PC{0,80}") {
        let answer = response(status, Some(&after), &body);
        match read(&answer) {
            TokenAnswer::Retry { after_ms, .. } => prop_assert!((1000..=3_600_000).contains(&after_ms)),
            TokenAnswer::Configuration { message, .. } => prop_assert!(!message.is_empty()),
            TokenAnswer::Token { .. } => prop_assert_eq!(status / 100, 2),
        }
        match ingest::classify(&answer) {
            Verdict::Done => prop_assert_eq!(status, 204),
            Verdict::RefreshToken => prop_assert_eq!(status, 401),
            Verdict::Split { too_large } => prop_assert_eq!(status, if too_large { 413 } else { 400 }),
            Verdict::Stop { obstacle, retry_after_ms } => {
                prop_assert!((1000..=3_600_000).contains(&retry_after_ms));
                prop_assert!(!obstacle.what_to_check().is_empty());
            }
        }
    }
}

#[test]
fn entra_errors_say_what_to_do() {
    let expired = StandInConfig { secret_expires_ms: Some(NOW), ..config() };
    let with = |change: fn(&mut ClientCredentials)| {
        let mut credentials = azure::credentials();
        change(&mut credentials);
        credentials
    };
    let scope = Cloud::Public.scope();
    for (config, credentials, scope, number, advice) in [
        (expired, azure::credentials(), scope, 7_000_222, "wrangler secret put AZURE_CLIENT_SECRET"),
        (config(), with(|c| *c = secret("x")), scope, 7_000_215, "value, not its id"),
        (config(), with(|c| c.client_id = TENANT.to_owned()), scope, 700_016, "check client_id"),
        (config(), with(|c| c.tenant = CLIENT.to_owned()), scope, 90_002, "check tenant_id"),
        (config(), with(|c| c.tenant = "contoso".to_owned()), scope, 900_023, "correct tenant_id"),
        (config(), azure::credentials(), "https://monitor.azure.com/", 1_002_012, "cloud"),
        (config(), azure::credentials(), "a/.default b/.default", 70_011, "cloud"),
        (config(), azure::credentials(), "https://monitor.azure.de/.default", 500_011, "cloud"),
    ] {
        let answer = ask(&mut StandIn::new(config), &credentials, scope);
        let TokenAnswer::Configuration { code, message, .. } = answer else { panic!("{number}: {answer:?}") };
        assert_eq!(code, Some(number));
        assert!(message.contains(&format!("(AADSTS{number})")) && message.contains(advice), "{message}");
        assert!(!message.contains(SECRET));
    }
}

#[test]
fn token_answers_are_read_by_their_error() {
    let error = |error: &str| format!(r#"{{"error":"{error}","error_codes":[1]}}"#);
    let retry = |answer: &Answer| match read(answer) {
        TokenAnswer::Retry { after_ms, .. } => Some(after_ms),
        _ => None,
    };
    for (answer, after_ms) in [
        (response(429, Some("60"), "Too Many Requests"), Some(60_000)),
        (response(429, None, "Too Many Requests"), Some(60_000)),
        (response(429, Some("99999999999"), ""), Some(3_600_000)),
        (response(503, Some("0"), "<html>"), Some(1_000)),
        (response(500, Some("Mon, 23 Nov 2026 02:00:00 GMT"), ""), Some(5_000)),
        (response(400, None, &error("temporarily_unavailable")), Some(5_000)),
        (Answer::Failure { message: "refused".to_owned() }, Some(5_000)),
        (response(200, None, "<html>a captive portal</html>"), Some(5_000)),
        (response(200, None, r#"{"access_token":"a b","expires_in":3599}"#), Some(5_000)),
        (response(200, None, r#"{"access_token":"a\r\nb: c","expires_in":3599}"#), Some(5_000)),
        (response(200, None, r#"{"access_token":"a","expires_in":0}"#), Some(5_000)),
        (response(200, None, r#"{"access_token":"a","expires_in":"3599"}"#), None),
        (response(400, None, &error("invalid_client")), None),
        (response(401, None, "not JSON"), None),
        (response(302, None, ""), None),
    ] {
        assert_eq!(retry(&answer), after_ms, "{answer:?}");
    }
}

#[test]
fn the_cache_decides_who_asks() {
    let scope = Cloud::Public.scope();
    let mut cache = TokenCache::new(Cloud::Public.authority(), scope, azure::credentials());
    let good = |life| TokenAnswer::Token { bearer: Secret::new(format!("t{life}")), expires_in_s: life };
    let what = |cache: &mut TokenCache, now| match cache.acquire(now) {
        Acquire::Use { authorization, .. } => authorization.0.to_owned(),
        Acquire::Fetch { .. } => "fetch".to_owned(),
        Acquire::Wait { ms } => format!("wait {ms}"),
        Acquire::Failed { retry_after_ms, .. } => format!("failed {retry_after_ms}"),
    };
    let Acquire::Fetch { with, .. } = cache.acquire(0) else { panic!() };
    assert_eq!(what(&mut cache, 9_999), "wait 50");
    assert_eq!(what(&mut cache, 10_000), "fetch", "the lease passes on");
    cache.store(10_000, with, good(3600));
    assert_eq!(what(&mut cache, 10_000), "Bearer t3600");
    assert_eq!(what(&mut cache, 10_000 + 3_299_999), "Bearer t3600");
    assert_eq!(what(&mut cache, 10_000 + 3_300_000), "fetch", "five minutes before the end");
    assert_eq!(what(&mut cache, 10_000 + 3_300_001), "Bearer t3600", "the others use what there is");
    cache.store(3_311_000, with, TokenAnswer::Retry { after_ms: 5_000, message: String::new() });
    assert_eq!(what(&mut cache, 3_311_000), "Bearer t3600", "so does the one who failed");
    assert_eq!(what(&mut cache, 3_316_000), "fetch", "and after a pause tries again");
    assert_eq!(what(&mut cache, 3_609_999), "fetch", "the end has come");
    cache.store(3_610_000, with, good(60));
    assert_eq!(what(&mut cache, 3_610_000 + 29_999), "Bearer t60");
    assert_eq!(what(&mut cache, 3_610_000 + 30_000), "fetch", "half of a short life");
    let no_such_tenant =
        TokenAnswer::Configuration { code: Some(90_002), message: String::new(), credential: false };
    cache.store(3_640_000, with, no_such_tenant);
    let Acquire::Use { token, .. } = cache.acquire(3_640_001) else { panic!() };
    cache.reject(token);
    cache.reject(token);
    assert_eq!(what(&mut cache, 3_640_001), "failed 29999", "a mistake is remembered");
    assert_eq!(what(&mut cache, 3_670_000), "fetch");
    cache.store(3_670_000, with, good(3600));
    cache.reject(token);
    assert_eq!(what(&mut cache, 3_670_000), "Bearer t3600", "only the token that was refused is dropped");
}

#[test]
fn a_call_is_addressed_and_marked() {
    let url = ingest::url(&format!("{ENDPOINT}/"), RULE, STREAM);
    assert_eq!(url, format!("{ENDPOINT}/dataCollectionRules/{RULE}/streams/{STREAM}?api-version=2023-01-01"));
    let odd = ingest::url(ENDPOINT, "../a", "b?c d");
    assert_eq!(
        odd,
        format!("{ENDPOINT}/dataCollectionRules/..%2Fa/streams/b%3Fc%20d?api-version=2023-01-01")
    );
    let plain = ingest::request(&url, Authorization("Bearer t"), b"[]", false);
    assert_eq!(
        plain.headers,
        [("authorization", "Bearer t".into()), ("content-type", "application/json".into())]
    );
    let zipped = |body| ingest::request(&url, Authorization("Bearer t"), body, true).headers;
    assert_eq!(zipped(b"a"), zipped(b"a"), "a repeated call is the same call");
    assert_ne!(zipped(b"a"), zipped(b"b"));
    assert_eq!(zipped(b"a")[2], ("content-encoding", "gzip".into()));
    let id = |body: &[u8]| {
        let (name, value) =
            ingest::request(&url, Authorization("Bearer t"), body, true).headers.swap_remove(3);
        assert_eq!(name, "x-ms-client-request-id");
        value.into_owned()
    };
    let long = vec![7; 1000];
    let ids: std::collections::HashSet<String> = (0..1000)
        .map(|at| {
            let mut other = long.clone();
            other[at] = 8;
            id(&other)
        })
        .chain([id(&long), id(&long[1..]), id(b""), id(b"\0")])
        .collect();
    assert_eq!(ids.len(), 1004, "every byte counts, and the length");
    for id in ids {
        // A UUID of version 8: eight, four, four, four and twelve digits.
        let bytes = id.as_bytes();
        let form = bytes.iter().map(|byte| if byte.is_ascii_hexdigit() { 'x' } else { char::from(*byte) });
        assert_eq!(form.collect::<String>(), "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
        assert!(bytes[14] == b'8' && b"89ab".contains(&bytes[19]), "{id}");
    }
}

#[test]
fn every_documented_answer_has_its_class() {
    let body = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#);
    let stop = |obstacle, retry_after_ms| Verdict::Stop { obstacle, retry_after_ms };
    let rule = |code: &str| Obstacle::Rule { code: Some(code.to_owned()) };
    let refused =
        |status, code: &str| stop(Obstacle::Refused { status, code: Some(code.to_owned()) }, 60_000);
    for (answer, verdict) in [
        (response(204, None, ""), Verdict::Done),
        (response(401, None, ""), Verdict::RefreshToken),
        (response(403, None, &body("OperationFailed")), stop(Obstacle::Permission, 60_000)),
        (response(404, None, &body("NotFound")), stop(rule("NotFound"), 60_000)),
        (response(400, None, &body("InvalidStream")), stop(rule("InvalidStream"), 60_000)),
        (response(413, None, &body("ContentLengthLimitExceeded")), Verdict::Split { too_large: true }),
        (response(400, None, &body("ContentDeserializationError")), Verdict::Split { too_large: false }),
        (
            response(400, None, &body("RecordsTimeRangeIsMoreThan30Minutes")),
            Verdict::Split { too_large: false },
        ),
        (
            response(400, None, r#"{"error":{"code":"X","message":"Malformed JSON in column a"}}"#),
            Verdict::Split { too_large: false },
        ),
        (response(429, Some("17"), ""), stop(Obstacle::Throttled, 17_000)),
        (response(429, None, ""), stop(Obstacle::Throttled, 30_000)),
        (response(408, None, ""), stop(Obstacle::Unavailable(408), 5_000)),
        (response(502, None, "<html>"), stop(Obstacle::Unavailable(502), 5_000)),
        (
            Answer::Failure { message: "reset".to_owned() },
            stop(Obstacle::Unreachable("reset".to_owned()), 5_000),
        ),
        (response(400, None, &body("InvalidApiVersion")), refused(400, "InvalidApiVersion")),
        (response(415, None, &body("UnsupportedMediaType")), refused(415, "UnsupportedMediaType")),
        (response(200, None, ""), stop(Obstacle::Refused { status: 200, code: None }, 60_000)),
        (response(400, None, &body("two\\nlines")), Verdict::Split { too_large: false }),
        (response(400, None, "<html>"), Verdict::Split { too_large: false }),
    ] {
        assert_eq!(ingest::classify(&answer), verdict, "{answer:?}");
    }
}

/// A stand-in and a token for it.
fn with_token(config: StandInConfig) -> (StandIn, String) {
    let mut stand_in = StandIn::new(config);
    let answer = ask(&mut stand_in, &azure::credentials(), Cloud::Public.scope());
    let TokenAnswer::Token { bearer, .. } = answer else { panic!("{answer:?}") };
    let authorization = format!("Bearer {}", bearer.expose());
    (stand_in, authorization)
}

/// Sends a body to the stream.
fn post(stand_in: &mut StandIn, authorization: &str, body: &[u8], gzip: bool) -> Reply {
    let url = ingest::url(ENDPOINT, RULE, STREAM);
    carry(stand_in, NOW, &ingest::request(&url, Authorization(authorization), body, gzip))
}

fn error(reply: &Reply) -> String {
    let body: Value = serde_json::from_slice(&reply.body).expect("JSON");
    let code = body["error"]["code"].as_str().expect("a code").to_owned();
    assert_eq!(header(reply, "x-ms-error-code"), Some(code.as_str()));
    assert!(header(reply, "x-ms-request-id").is_some_and(|id| id.len() == 36));
    code
}

#[test]
fn the_token_endpoint_is_as_strict_as_entra() {
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    let secret = "a~Q8%2Bb%26c%25d%3De+%C3%BC";
    let form = |scope: &str| {
        format!("client_id={CLIENT}&client_secret={secret}&grant_type=client_credentials&scope={scope}")
    };
    let scope = "https%3A%2F%2Fmonitor.azure.com%2F.default";
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{secret}")));
    let send = |content_type: &str, authorization: &str, body: &str| {
        let headers = [("Content-Type", content_type), ("Authorization", authorization)];
        StandIn::new(config()).handle(
            NOW,
            Incoming { method: "POST", path_and_query: &path, headers: &headers, body: body.as_bytes() },
        )
    };
    let urlencoded = "application/x-www-form-urlencoded; charset=utf-8";
    let status = |body: &str| send(urlencoded, "", body).status;
    assert_eq!(status(&form(scope)), 200);
    assert_eq!(status(&form("https%3A%2F%2Fmonitor.azure.com%2F%2F.default")), 200, "the other spelling");
    assert_eq!(status(&form("https%3A%2F%2Fmonitor.azure.us%2F.default")), 200);
    assert_eq!(status(&form("https%253A%252F%252Fmonitor.azure.com%252F.default")), 400, "encoded twice");
    let bare = format!("grant_type=client_credentials&scope={scope}");
    assert_eq!(send(urlencoded, &basic, &bare).status, 200, "HTTP Basic");
    assert_eq!(send("application/json", "", &form(scope)).status, 400);
    for (body, number) in [
        (bare.as_str(), 900_144),
        (&form(scope).replace("client_credentials", "password"), 70_003),
        (&format!("{}&client_id=x", form(scope)), 9_002_313),
        ("%zz", 9_002_313),
        (&form(scope).replace("&client_secret=", "&client_assertion="), 900_144),
        (&form(scope).replace("&client_secret=", "&client_secrets="), 7_000_218),
    ] {
        let reply = send(urlencoded, "", body);
        let error: Value = serde_json::from_slice(&reply.body).expect("JSON");
        assert_eq!(error["error_codes"][0], number, "{body}");
        assert_eq!(error["timestamp"], "2026-11-23 02:00:00Z");
        let description = error["error_description"].as_str().expect("a description");
        assert!(description.starts_with(&format!("AADSTS{number}: ")) && description.contains("Trace ID: "));
        assert!(
            error["error"].is_string()
                && error["trace_id"].is_string()
                && error["correlation_id"].is_string()
        );
    }
    let mut stand_in = StandIn::new(config());
    stand_in.set_fault(NOW, "entra-throttle=1").expect("a fault");
    let reply = carry(&mut stand_in, NOW, &request("https://e", "s", &azure::credentials()));
    assert_eq!((reply.status, header(&reply, "retry-after")), (429, Some("60")));
    assert_eq!(reply.body, b"Too Many Requests");
}

#[test]
fn the_endpoint_is_as_strict_as_azure() {
    let (mut stand_in, bearer) = with_token(config());
    let path = format!("/dataCollectionRules/{RULE}/streams/{STREAM}?api-version=2023-01-01");
    let json = "application/json";
    let large = vec![b' '; 1_048_577];
    let body: &[u8] = b"[{\"Id\":1}]";
    let forged = format!("{bearer}0");
    for (method, path, bearer, content_type, body, status, code) in [
        ("POST", path.as_str(), bearer.as_str(), json, body, 204, ""),
        (
            "POST",
            &path.replace("2023-01-01", "2021-11-01-preview"),
            &bearer,
            "Application/JSON; charset=utf-8",
            body,
            204,
            "",
        ),
        ("POST", &path.replace("2023-01-01", "2022-01-01"), &bearer, json, body, 400, "InvalidApiVersion"),
        (
            "POST",
            path.split('?').next().expect("a path"),
            &bearer,
            json,
            body,
            400,
            "MissingApiVersionParameter",
        ),
        ("PUT", &path, &bearer, json, body, 405, "MethodNotAllowed"),
        ("POST", "/", &bearer, json, body, 404, "NotFound"),
        ("POST", &path, &bearer, json, large.as_slice(), 413, "ContentLengthLimitExceeded"),
        ("POST", &path, &bearer, json, b"", 400, "InvalidContentLength"),
        ("POST", &path, "", json, body, 401, "InvalidAuthenticationToken"),
        ("POST", &path, "Bearer stand-in.0.1.1.x", json, body, 401, "InvalidAuthenticationToken"),
        ("POST", &path, &forged, json, body, 401, "InvalidAuthenticationToken"),
        ("POST", &path.replace("dcr-0", "dcr-1"), &bearer, json, body, 404, "NotFound"),
        ("POST", &path.replace("Contoso", "contoso"), &bearer, json, body, 400, "InvalidStream"),
        ("POST", &path, &bearer, "text/plain", body, 415, "UnsupportedMediaType"),
    ] {
        let headers = [("Authorization", bearer), ("Content-Type", content_type)];
        let reply = stand_in.handle(NOW, Incoming { method, path_and_query: path, headers: &headers, body });
        assert_eq!(reply.status, status, "{method} {path} {code}");
        if status != 204 {
            assert_eq!(error(&reply), code);
        }
    }
    assert_eq!(stand_in.metrics().rows_received, 2);
    let late = stand_in.handle(
        NOW + 3_599_000,
        Incoming {
            method: "POST",
            path_and_query: &path,
            headers: &[("authorization", &bearer), ("content-type", json)],
            body,
        },
    );
    assert_eq!(late.status, 401, "the token has expired");
    let mut other_cloud = StandIn::new(StandInConfig { cloud: Cloud::China, ..config() });
    assert_eq!(post(&mut other_cloud, &bearer, body, false).status, 401, "a token of another cloud");
    stand_in.set_fault(NOW, "abort-oversize").expect("a fault");
    assert!(post(&mut stand_in, &bearer, &large, false).drop_connection);
}

fn zip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn what_cannot_be_read_is_lost_in_silence_or_refused() {
    let mut zip_bomb = b"[".to_vec();
    zip_bomb.resize(10_001, b' ');
    let whole = zip(b"[{\"Id\":1}]");
    assert_eq!(config().raw_limit, 50 * 1_048_576);
    let config = || StandInConfig { raw_limit: 10_000, ..config() };
    for (name, body, gzip) in [
        ("no array", b"{\"Id\":1}".to_vec(), false),
        ("no objects", b"[1]".to_vec(), false),
        ("no JSON", b"[{\"Id\":1}".to_vec(), false),
        ("no UTF-8", b"[{\"Id\":\"\xff\"}]".to_vec(), false),
        ("gzip without saying so", whole.clone(), false),
        ("no gzip", b"[{\"Id\":1}]".to_vec(), true),
        ("half a gzip", whole[..whole.len() - 9].to_vec(), true),
        ("more than the raw limit", zip(&zip_bomb), true),
    ] {
        let (mut silent, bearer) = with_token(config());
        for _ in 0..2 {
            assert_eq!(post(&mut silent, &bearer, &body, gzip).status, 204, "{name}");
        }
        assert_eq!(silent.metrics().rows_received, 0, "{name}");
        assert_eq!(silent.metrics().log_errors.len(), 1, "{name}: repetitions are muted");
        assert_eq!(silent.metrics().log_errors[0].repeated, 1, "{name}");
        let (mut strict, bearer) = with_token(StandInConfig { strict: true, ..config() });
        let reply = post(&mut strict, &bearer, &body, gzip);
        assert_eq!((reply.status, error(&reply).as_str()), (400, "ContentDeserializationError"), "{name}");
    }
    let (mut stand_in, bearer) = with_token(config());
    assert_eq!(post(&mut stand_in, &bearer, &whole, true).status, 204);
    assert_eq!(stand_in.metrics().rows_received, 1);
}

#[test]
fn values_are_kept_cut_replaced_or_nulled_as_azure_does() {
    let long = format!("{}é", "x".repeat(65_535));
    for (given, kept) in [
        (
            r#"{"Id":9223372036854775807,"Count":-5,"Score":1.5e3,"Open":true}"#,
            r#"{"Id":9223372036854775807,"Count":-5,"Score":1500,"Open":true}"#,
        ),
        (r#"{"Id":"1","Count":2147483648,"Score":"1","Open":"true","Text":1}"#, "{}"),
        (r#"{"Id":1.0,"Count":1e2,"Text":{"a":1}}"#, "{}"),
        (r#"{"Raw":{"a":[1,"b"]},"Text":""}"#, r#"{"Raw":{"a":[1,"b"]},"Text":""}"#),
        (r#"{"Raw":"text","Id":1,"Id":2}"#, r#"{"Raw":"text","Id":2}"#),
        (r#"{"Unknown":1,"id":2,"Text":null}"#, "{}"),
        (&format!(r#"{{"Text":"{long}"}}"#), &format!(r#"{{"Text":"{}"}}"#, &long[..65_535])),
        (
            r#"{"TimeGenerated":"2026-11-22T23:59:59.1234567Z"}"#,
            r#"{"TimeGenerated":"2026-11-22T23:59:59.1234567Z"}"#,
        ),
        (r#"{"TimeGenerated":"2026-11-21 02:00:00"}"#, r#"{"TimeGenerated":"2026-11-21T02:00:00Z"}"#),
        (r#"{"TimeGenerated":"2026-11-24T02:00:00Z"}"#, r#"{"TimeGenerated":"2026-11-24T02:00:00Z"}"#),
        // Older than two days, more than one day ahead, and what is no instant: the time of receipt.
        (r#"{"TimeGenerated":"2026-11-21T01:59:59Z"}"#, "{}"),
        (r#"{"TimeGenerated":"2026-11-24T02:00:01Z"}"#, "{}"),
        (r#"{"TimeGenerated":1795399200}"#, "{}"),
        (r#"{"TimeGenerated":"2026-11-23T02:00:00+01:00"}"#, "{}"),
        (r#"{"TimeGenerated":"2026-02-30T02:00:00Z"}"#, "{}"),
    ] {
        let (mut stand_in, bearer) = with_token(config());
        assert_eq!(post(&mut stand_in, &bearer, format!("[{given}]").as_bytes(), false).status, 204);
        let rows: Value = serde_json::from_slice(&stand_in.rows_json(STREAM, 0)).expect("JSON");
        let mut expected = serde_json::json!({
            "TimeGenerated": "2026-11-23T02:00:00Z", "Id": null, "Text": null, "Count": null,
            "Score": null, "Open": null, "Raw": null,
        });
        let kept: Value = serde_json::from_str(kept).expect("JSON");
        for (name, value) in kept.as_object().expect("an object") {
            expected[name] = value.clone();
        }
        assert_eq!(rows, Value::Array(vec![expected]), "{}", &given[..given.len().min(80)]);
    }
    let (mut stand_in, bearer) = with_token(config());
    let body = format!(
        r#"[{{"Unknown":1,"Id":"x","Text":"{long}","TimeGenerated":"2020-01-01T00:00:00Z"}},{{"Unknown":2}}]"#
    );
    post(&mut stand_in, &bearer, body.as_bytes(), false);
    let metrics: Value = serde_json::from_slice(&stand_in.metrics_json()).expect("JSON");
    assert_eq!(
        metrics,
        serde_json::json!({
            "token_requests": 1, "tokens_issued": 1, "rows_received": 2, "bytes_received": body.len(),
            "bytes_uncompressed": body.len(), "truncated": 1, "times_replaced": 1, "calls": {"204": 1},
            "columns_dropped": {"Unknown": 2}, "nulled": {"Id": 1}, "log_errors": [],
        })
    );
    assert_eq!(stand_in.rows_json(STREAM, 2), b"[]");
    assert_eq!(stand_in.rows_json("Custom-Other", 0), b"[]");
}

#[test]
fn a_rule_takes_so_much_a_minute() {
    let (mut stand_in, bearer) = with_token(StandInConfig { calls_per_minute: 2, ..config() });
    let statuses: Vec<u16> = (0..3).map(|_| post(&mut stand_in, &bearer, b"[]", false).status).collect();
    assert_eq!(statuses, [204, 204, 429]);
    let (mut stand_in, bearer) = with_token(StandInConfig { bytes_per_minute: 25, ..config() });
    let replies: Vec<Reply> = (0..3).map(|_| post(&mut stand_in, &bearer, b"[{\"Id\":1}]", false)).collect();
    assert_eq!(replies.iter().map(|reply| reply.status).collect::<Vec<_>>(), [204, 204, 429]);
    assert!(header(&replies[2], "retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    assert_eq!(stand_in.metrics().rows_received, 2);
}

#[test]
fn an_auxiliary_table_has_rules_of_its_own() {
    let (mut stand_in, bearer) = with_token(StandInConfig { auxiliary: true, ..config() });
    let mut send = |body: &str| post(&mut stand_in, &bearer, body.as_bytes(), false);
    let row = |time: &str| format!(r#"{{"TimeGenerated":"2026-11-23T{time}Z"}}"#);
    assert_eq!(send(&format!("[{},{}]", row("01:00:00"), row("01:30:00"))).status, 204);
    let reply = send(&format!("[{},{}]", row("01:00:00"), row("01:30:01")));
    assert_eq!(error(&reply), "RecordsTimeRangeIsMoreThan30Minutes");
    assert_eq!(send(r#"[{"Text":{"a":1}}]"#).status, 400);
    assert_eq!(send(r#"[{"Raw":{"a":1}}]"#).status, 204);
}

#[test]
fn faults_are_told_in_words() {
    let mut stand_in = StandIn::new(config());
    for text in [
        "throttle=3",
        "throttle=3/30s",
        "forbid=30m",
        "no-rule=10m",
        "no-stream=500ms",
        "expire",
        "lose-reply=1",
        "slow=2s",
        "error=503x5",
        "error=500",
        "entra-throttle=2",
        "entra-down=2",
        "abort-oversize",
        " off ",
    ] {
        assert_eq!(stand_in.set_fault(NOW, text), Ok(()), "{text}");
    }
    for text in [
        "",
        "=",
        "thrott1e=3",
        "throttle",
        "throttle=-1",
        "throttle=3/",
        "forbid",
        "forbid=30",
        "forbid=9h",
        "forbid=99999999999s",
        "forbid=4294967295m",
        "error=200x1",
        "error=x",
        "off=1",
        "expire=1",
        "slow=s",
    ] {
        let error = stand_in.set_fault(NOW, text).expect_err(text);
        assert!(error.contains("needs") || error.contains("takes no value") || error.contains("there are"));
    }
}
