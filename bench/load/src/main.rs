//! The native side of the benchmark: what the Workers send to, and what sends to the Workers.
//!
//! Standard library only, blocking sockets, a thread a connection: at some thousand requests a second it takes a
//! small part of one core, and nothing in it grows with the requests.

mod http;
mod upstream;

use std::net::TcpStream;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use http::Connection;

const USAGE: &str = "usage:
  load upstream                                   serve the token and the DCE; print the port
  load run ADDRESS CONNECTIONS REQUESTS FILE      send the request in FILE this often; print a JSON object
  load first ADDRESS FILE COMMAND [ARGUMENT...]   start COMMAND, send the request in FILE until it is answered
                                                  with 2xx, stop COMMAND; print the milliseconds from its start";

/// How long a Worker may take to its first answer.
const START_LIMIT: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["upstream"] => upstream::serve(),
        ["run", address, connections, requests, file] => match (connections.parse(), requests.parse()) {
            (Ok(connections), Ok(requests)) => run(address, connections, requests, file),
            _ => Err(io::Error::other("CONNECTIONS and REQUESTS are numbers")),
        },
        ["first", address, file, command @ ..] => first(address, file, command),
        _ => Err(io::Error::other(USAGE)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Sends the request over keep-alive connections, each waiting for its answer before it sends again.
fn run(address: &str, connections: usize, requests: usize, file: &str) -> io::Result<()> {
    let request = fs::read(file)?;
    let started = AtomicUsize::new(0);
    let refused = AtomicUsize::new(0);
    let ready = Barrier::new(connections + 1);
    let seconds = thread::scope(|scope| -> io::Result<f64> {
        let senders: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| -> io::Result<()> {
                    let connection = TcpStream::connect(address).and_then(Connection::new);
                    ready.wait();
                    let mut connection = connection?;
                    while started.fetch_add(1, Ordering::Relaxed) < requests {
                        let status = exchange(&mut connection, &request)?;
                        if !(200..300).contains(&status) {
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        ready.wait();
        let start = Instant::now();
        for sender in senders {
            sender.join().map_err(|_| io::Error::other("a sender panicked"))??;
        }
        Ok(start.elapsed().as_secs_f64())
    })?;
    let refused = refused.into_inner();
    println!(r#"{{"requests":{requests},"not_2xx":{refused},"seconds":{seconds}}}"#);
    Ok(())
}

/// Time from the start of a server to its first 2xx.
fn first(address: &str, file: &str, command: &[&str]) -> io::Result<()> {
    let request = fs::read(file)?;
    let Some((program, arguments)) = command.split_first() else {
        return Err(io::Error::other(USAGE));
    };
    let start = Instant::now();
    let mut server = Command::new(program).args(arguments).stdout(Stdio::null()).spawn()?;
    let outcome = loop {
        let status = TcpStream::connect(address)
            .and_then(not_to_itself)
            .and_then(Connection::new)
            .and_then(|mut connection| exchange(&mut connection, &request));
        match status {
            Ok(status) if (200..300).contains(&status) => break Ok(start.elapsed()),
            Ok(status) => break Err(io::Error::other(format!("the first answer was {status}"))),
            Err(_) if start.elapsed() < START_LIMIT => thread::sleep(Duration::from_micros(100)),
            Err(error) => break Err(error),
        }
    };
    server.kill()?;
    server.wait()?;
    println!("{}", outcome?.as_secs_f64() * 1000.0);
    Ok(())
}

/// As long as nobody listens on a port that the system also gives to clients, a connection to it can end up
/// at its own beginning (RFC 9293 3.5, simultaneous open), and would wait for an answer from itself.
fn not_to_itself(stream: TcpStream) -> io::Result<TcpStream> {
    if stream.local_addr()? == stream.peer_addr()? {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    Ok(stream)
}

fn exchange(connection: &mut Connection, request: &[u8]) -> io::Result<u16> {
    connection.send(request)?;
    let answer = connection.receive()?;
    Ok(answer.ok_or_else(|| io::Error::other("the Worker closed the connection"))?.status())
}
