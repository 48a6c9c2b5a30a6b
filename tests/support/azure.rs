//! A stand-in for Azure with one stream, and the way to it from a request.
#![allow(dead_code)]

use ccf_edge::artifact::schema::{Column, ColumnType, Schema};
use ccf_edge::azure::stand_in::{Incoming, Reply, StandIn, StandInConfig};
use ccf_edge::azure::token::{ClientCredentials, Credential, Proof};
use ccf_edge::azure::{Answer, Request, Secret};
use ccf_edge::config::CLIENT_SECRET;
use ccf_edge::relay::{Next, Passage, Relay};

pub const TENANT: &str = "11111111-2222-3333-4444-555555555555";
pub const CLIENT: &str = "66666666-7777-8888-9999-000000000000";
pub const SECRET: &str = "a~Q8+b&c%d=e ü";
pub const RULE: &str = "dcr-000a00a000a00000a000000aa000a0aa";
pub const STREAM: &str = "Custom-Contoso";
pub const ENDPOINT: &str = "https://contoso-5kyl.westeurope-1.ingest.monitor.azure.com";

/// Where a relay under development finds Azure.
pub const LOCAL: &str = "http://127.0.0.1:8100";

/// 2026-11-23T02:00:00Z
pub const NOW: i64 = 1_795_399_200_000;

pub fn schema() -> Schema {
    let columns = [
        ("TimeGenerated", ColumnType::Datetime),
        ("Id", ColumnType::Long),
        ("Text", ColumnType::String),
        ("Count", ColumnType::Int),
        ("Score", ColumnType::Real),
        ("Open", ColumnType::Boolean),
        ("Raw", ColumnType::Dynamic),
    ];
    let columns = columns.map(|(name, kind)| Column { name: name.to_owned(), kind }).to_vec();
    Schema { stream: STREAM.to_owned(), columns }
}

pub fn config() -> StandInConfig {
    StandInConfig::new(TENANT, CLIENT, Secret::new(SECRET), RULE, vec![schema()])
}

pub fn credentials() -> ClientCredentials {
    having([(CLIENT_SECRET, Proof::Secret(Secret::new(SECRET)))])
}

/// What the relay proves itself with: the name of each Worker secret and what it holds.
pub fn having<const N: usize>(proofs: [(&str, Proof); N]) -> ClientCredentials {
    let credential =
        |(name, proof): (&str, Proof)| Credential { name: name.to_owned(), proof, expires_ms: None };
    ClientCredentials {
        tenant: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        credentials: proofs.into_iter().map(credential).collect(),
    }
}

/// Carries a request to the stand-in.
pub fn carry(stand_in: &mut StandIn, now_ms: i64, request: &Request<'_>) -> Reply {
    let rest = request.url.strip_prefix("https://").expect("an absolute URL");
    let path = rest.find('/').map_or("/", |slash| &rest[slash..]);
    handle(stand_in, now_ms, path, request)
}

fn handle(stand_in: &mut StandIn, now_ms: i64, path: &str, request: &Request<'_>) -> Reply {
    let headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    let body = &request.body;
    stand_in.handle(now_ms, Incoming { method: "POST", path_and_query: path, headers: &headers, body })
}

/// What the sender of a request makes of a reply.
pub fn answer(reply: &Reply) -> Answer {
    if reply.drop_connection {
        return Answer::Failure { message: "connection closed".to_owned() };
    }
    let retry_after = reply.headers.iter().find(|(name, _)| *name == "retry-after");
    Answer::Response {
        status: reply.status,
        retry_after: retry_after.map(|(_, value)| value.clone()),
        body: reply.body.clone(),
    }
}

/// Carries all that a passage asks of Azure at `LOCAL`, where there is nothing to wait for; gives the paths.
pub fn converse(passage: &mut Passage, relay: &mut Relay, stand_in: &mut StandIn) -> Vec<String> {
    let mut asked = Vec::new();
    loop {
        let answer = match passage.next(NOW, relay.client()) {
            Next::Over => return asked,
            Next::Queue | Next::Recall => panic!("there is no queue"),
            Next::Wait(ms) => panic!("nothing to wait for, {ms} ms"),
            Next::Ask(request) => {
                let path = request.url.strip_prefix(LOCAL).expect("local Azure");
                asked.push(path.to_owned());
                answer(&handle(stand_in, NOW, path, &request))
            }
        };
        passage.answered(NOW, &answer, relay.client());
    }
}

pub fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.headers.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
}
