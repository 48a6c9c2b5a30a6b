//! The Entra token endpoint and the DCE, as far as a benchmark needs them.
//!
//! Both live on one loopback port, a thread a connection.
//! Requests below `/control/` are the benchmark's own: `record` keeps each ingestion request and answers it late,
//! `measure` stops that, `last` returns the request kept last, `sizes` how long the bodies of all kept ones are, and
//! `count` how many there were since the start.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::http::{Connection, Message};

/// How late a recorded request is answered: a Worker that answers its sender sooner did not wait for the 204.
const RECORDED_DELAY: Duration = Duration::from_millis(150);

/// About the length of a token that Entra issues to an application.
const TOKEN_LENGTH: usize = 1400;

#[derive(Default)]
struct State {
    token: Vec<u8>,
    recording: AtomicBool,
    count: AtomicU64,
    last: Mutex<Vec<u8>>,
    sizes: Mutex<Vec<usize>>,
}

/// Serves until standard input ends, so that it does not outlive the program that started it.
pub fn serve() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?.port());
    let state = Arc::new(State { token: token_response(), ..State::default() });
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let state = Arc::clone(&state);
            // A connection that breaks is the client's to report.
            thread::spawn(move || drop(converse(socket, &state)));
        }
    });
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn converse(socket: TcpStream, state: &State) -> io::Result<()> {
    let mut connection = Connection::new(socket)?;
    while let Some(message) = connection.receive()? {
        let target = message.target();
        if target.starts_with(b"/dataCollectionRules/") {
            state.count.fetch_add(1, Ordering::Relaxed);
            if state.recording.load(Ordering::Relaxed) {
                record(message, state);
                thread::sleep(RECORDED_DELAY);
            }
            connection.send(b"HTTP/1.1 204 No Content\r\n\r\n")?;
        } else if target.ends_with(b"/oauth2/v2.0/token") {
            connection.send(&state.token)?;
        } else {
            connection.send(&control(target, state))?;
        }
    }
    Ok(())
}

fn record(message: Message, state: &State) {
    state.sizes.lock().unwrap_or_else(PoisonError::into_inner).push(message.body.len());
    let mut kept = message.head;
    kept.extend(b"\r\n\r\n");
    kept.extend(message.body);
    *state.last.lock().unwrap_or_else(PoisonError::into_inner) = kept;
}

fn control(target: &[u8], state: &State) -> Vec<u8> {
    match target {
        b"/control/record" => {
            state.last.lock().unwrap_or_else(PoisonError::into_inner).clear();
            state.sizes.lock().unwrap_or_else(PoisonError::into_inner).clear();
            state.recording.store(true, Ordering::Relaxed);
            response("200 OK", "text/plain", b"recording")
        }
        b"/control/measure" => {
            state.recording.store(false, Ordering::Relaxed);
            response("200 OK", "text/plain", b"measuring")
        }
        b"/control/last" => {
            let last = state.last.lock().unwrap_or_else(PoisonError::into_inner);
            response("200 OK", "application/octet-stream", &last)
        }
        b"/control/sizes" => {
            let sizes = state.sizes.lock().unwrap_or_else(PoisonError::into_inner);
            response("200 OK", "application/json", format!("{sizes:?}").as_bytes())
        }
        b"/control/count" => {
            response("200 OK", "text/plain", state.count.load(Ordering::Relaxed).to_string().as_bytes())
        }
        _ => response("404 Not Found", "text/plain", b"no such path"),
    }
}

fn token_response() -> Vec<u8> {
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.".chars().chain("bench".chars().cycle());
    let token: String = token.take(TOKEN_LENGTH).collect();
    let body = format!(
        r#"{{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"{token}"}}"#
    );
    response("200 OK", "application/json; charset=utf-8", body.as_bytes())
}

fn response(status: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
