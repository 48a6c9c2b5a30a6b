//! Azure and the network before it: the stand-in's own faults, rows that it takes offence at, answers that get lost,
//! come late or are none of the API's.

use std::io::Read;

use ccf_edge::artifact::dcr;
use ccf_edge::azure::stand_in::{Cell, Incoming, Reply, StandIn, StandInConfig};
use ccf_edge::azure::{Answer, Request, Secret};

use crate::random::Random;
use crate::settings::{CLIENT, DCR, OVERSIZE, REFUSED, RULE, SICKENING, STREAMS, TENANT};

pub struct Azure {
    pub stand_in: StandIn,
    /// How many rows of each table have been looked at.
    seen: [usize; STREAMS.len()],
    /// Until when Entra says what is wrong with the secret: that it is wrong, or that it has expired.
    pub secret_wrong_until: i64,
    pub secret_expired_until: i64,
    /// Until when every answer takes its time.
    pub slow_until: i64,
    /// Until when something between here and Azure answers in its place.
    pub garbage_until: i64,
}

/// What came of a request: the answer, after how long, and the rows that Azure stored.
pub struct Outcome {
    pub answer: Answer,
    pub after: i64,
    pub stored: Vec<(i64, String)>,
    /// The faults that struck.
    pub faults: Vec<&'static str>,
}

impl Azure {
    pub fn new(random: &mut Random) -> Azure {
        let schemas = dcr::read(DCR).expect("a rule");
        let secret = Secret::new("the-secret-AZURE_CLIENT_SECRET");
        let mut config = StandInConfig::new(TENANT, CLIENT, secret, RULE, schemas);
        config.strict = true;
        config.calls_per_minute = if random.chance(700) { 12_000 } else { 3 };
        config.token_lifetime_s = random.pick(&[3599, 3599, 120, 5]);
        Azure {
            stand_in: StandIn::new(config),
            seen: [0; STREAMS.len()],
            secret_wrong_until: 0,
            secret_expired_until: 0,
            slow_until: 0,
            garbage_until: 0,
        }
    }

    /// Sends a request on its way. `lossy` is how likely it is, in a thousand, that the network loses it or its reply.
    pub fn ask(&mut self, now: i64, random: &mut Random, request: &Request<'_>, lossy: i64) -> Outcome {
        let mut outcome = Outcome {
            answer: Answer::Failure { message: "connection reset".to_owned() },
            after: 20 + random.below(200),
            stored: Vec::new(),
            faults: Vec::new(),
        };
        let (_, rest) = request.url.split_once("://").expect("an absolute URL");
        let path = &rest[rest.find('/').expect("a path")..];
        let entra = path.contains("/oauth2/");
        if random.chance(lossy) {
            outcome.faults.push(if entra { "Entra: no connection" } else { "Azure: no connection" });
            return outcome;
        }
        if let Some(answer) = self.instead(now, random, entra, &mut outcome.faults) {
            outcome.answer = answer;
            return outcome;
        }
        let reply = match offence(request, entra) {
            Some((fault, reply)) => {
                outcome.faults.push(fault);
                reply
            }
            None => {
                let headers: Vec<(&str, &str)> =
                    request.headers.iter().map(|(name, value)| (*name, value.as_ref())).collect();
                let body = &request.body;
                let call = Incoming { method: "POST", path_and_query: path, headers: &headers, body };
                self.stand_in.handle(now, call)
            }
        };
        outcome.stored = self.stored();
        outcome.faults.extend(self.named(&reply, entra));
        if now < self.slow_until {
            outcome.after = 8_000 + random.below(14_000);
            if outcome.after > 20_000 {
                outcome.after = 20_000;
                if !outcome.stored.is_empty() {
                    outcome.faults.push("Azure: took the rows and answered after more than 20 s");
                }
                outcome.answer = Answer::Failure { message: "no answer within 20 s".to_owned() };
                return outcome;
            }
        }
        if reply.drop_connection || random.chance(lossy) {
            if !outcome.stored.is_empty() {
                outcome.faults.push("Azure: took the rows, and the reply was lost");
            }
            return outcome;
        }
        let retry_after = reply.headers.iter().find(|(name, _)| *name == "retry-after");
        let mut retry_after = retry_after.map(|(_, value)| value.clone());
        if matches!(reply.status, 429 | 503) && lossy > 0 && random.chance(300) {
            let (fault, text) = random.pick(&[
                ("Azure: Retry-After of another century", Some("999999999999")),
                ("Azure: Retry-After of another century", Some("4000000000")),
                ("Azure: Retry-After as a date", Some("Wed, 21 Oct 2037 07:28:00 GMT")),
                ("Azure: Retry-After as a date", Some("Thu, 01 Jan 1970 00:00:00 GMT")),
                ("Azure: Retry-After missing or garbled", None),
                ("Azure: Retry-After missing or garbled", Some("-5")),
                ("Azure: Retry-After missing or garbled", Some("soon")),
                ("Azure: Retry-After missing or garbled", Some("0")),
            ]);
            outcome.faults.push(fault);
            retry_after = text.map(str::to_owned);
        }
        outcome.answer = Answer::Response { status: reply.status, retry_after, body: reply.body };
        outcome
    }

    /// The answer of something that stands in Azure's place, or of an Entra that does not take the secret.
    fn instead(
        &self,
        now: i64,
        random: &mut Random,
        entra: bool,
        faults: &mut Vec<&'static str>,
    ) -> Option<Answer> {
        let secret = if now < self.secret_expired_until {
            Some(("Entra: the secret has expired", 7_000_222))
        } else if now < self.secret_wrong_until {
            Some(("Entra: the secret is wrong", 7_000_215))
        } else {
            None
        };
        let response = |status, body: &str| Answer::Response {
            status,
            retry_after: None,
            body: body.as_bytes().to_vec(),
        };
        if let Some((fault, number)) = secret.filter(|_| entra) {
            faults.push(fault);
            let body = format!(r#"{{"error":"invalid_client","error_codes":[{number}]}}"#);
            return Some(response(random.pick(&[400, 401]), &body));
        }
        if now >= self.garbage_until || random.chance(300) {
            return None;
        }
        Some(if entra {
            let (fault, status, body) = random.pick(&[
                ("Entra: an answer without a token", 200, "<html>Welcome to our hotel's network</html>"),
                ("Entra: an answer without a token", 200, r#"{"token_type":"Bearer","expires_in":3599}"#),
                ("Entra: an answer without a token", 200, r#"{"access_token":"a\nb","expires_in":3599}"#),
                ("Entra: an answer without a token", 200, r#"{"access_token":"x","expires_in":0}"#),
                ("Entra: an answer without a token", 302, ""),
                ("Entra: a token that is good for seconds", 200, r#"{"access_token":"x","expires_in":"1"}"#),
                ("Entra: 5xx", 503, "upstream connect error"),
            ]);
            faults.push(fault);
            response(status, body)
        } else {
            faults.push("Azure: an answer that is none of the API's");
            let (status, body) = random.pick(&[
                (200, "<html>Welcome to our hotel's network</html>"),
                (202, ""),
                (302, ""),
                (403, "Blocked"),
                (407, "\u{0}\u{1}"),
                (418, "{"),
                (451, "{\"error\":null}"),
                (502, "{\"error\":{\"code\":[[[[]]]]}}"),
            ]);
            response(status, body)
        })
    }

    /// The rows that were stored since the last look: the record and its text.
    fn stored(&mut self) -> Vec<(i64, String)> {
        let mut stored = Vec::new();
        for (stream, seen) in STREAMS.iter().zip(&mut self.seen) {
            let rows = &self.stand_in.table(stream).expect("a table").rows;
            for row in &rows[*seen..] {
                let [Cell::Long(id), Cell::String(text)] = &row[..] else {
                    panic!("a row that no mapping makes: {row:?}");
                };
                stored.push((*id, text.clone()));
            }
            *seen = rows.len();
        }
        stored
    }

    fn named(&self, reply: &Reply, entra: bool) -> Option<&'static str> {
        Some(match (entra, reply.status) {
            (true, _) if reply.drop_connection => "Entra: no connection",
            (true, 429) => "Entra: 429 in plain text",
            (false, 401) => "Azure: 401",
            (false, 403) => "Azure: 403",
            (false, 404) => "Azure: 404",
            (false, 429) => "Azure: 429",
            (false, 500..) => "Azure: 5xx",
            (false, 400) if reply.body.windows(13).any(|part| part == b"InvalidStream") => {
                "Azure: InvalidStream"
            }
            _ => return None,
        })
    }
}

/// What Azure answers to a call with a row that it takes offence at.
fn offence(request: &Request<'_>, entra: bool) -> Option<(&'static str, Reply)> {
    if entra {
        return None;
    }
    let gzip = request.headers.iter().any(|(name, _)| *name == "content-encoding");
    let mut unzipped = Vec::new();
    let text = if gzip {
        flate2::read::GzDecoder::new(request.body.as_ref()).read_to_end(&mut unzipped).expect("gzip");
        &unzipped[..]
    } else {
        &request.body
    };
    let text = std::str::from_utf8(text).expect("UTF-8");
    let (fault, status, code) = if text.contains(SICKENING) {
        ("Azure: 500 for a row", 500, "")
    } else if text.contains(OVERSIZE) {
        ("Azure: 413 for a row", 413, "ContentLengthLimitExceeded")
    } else if text.contains(REFUSED) {
        let code = ["ContentDeserializationError", "NobodyKnows", ""][text.len() % 3];
        ("Azure: 400 for a row", 400, code)
    } else {
        return None;
    };
    let body = if code.is_empty() {
        b"Bad Request".to_vec()
    } else {
        format!(r#"{{"error":{{"code":"{code}","message":"no"}}}}"#).into_bytes()
    };
    Some((fault, Reply { status, headers: Vec::new(), body, delay_ms: 0, drop_connection: false }))
}
