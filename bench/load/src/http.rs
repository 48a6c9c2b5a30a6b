//! Just enough HTTP/1.1 to answer workerd's fetch and to read what a Worker answers.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// What a peer that sends more than this in one head is told: nothing, the connection ends.
const HEAD_LIMIT: usize = 64 * 1024;

/// A keep-alive connection with what was read ahead.
pub struct Connection {
    socket: TcpStream,
    buffer: Vec<u8>,
}

/// One request or response; the head is everything before the empty line.
pub struct Message {
    pub head: Vec<u8>,
    pub body: Vec<u8>,
}

impl Connection {
    pub fn new(socket: TcpStream) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        Ok(Self { socket, buffer: Vec::with_capacity(16 * 1024) })
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)
    }

    /// The next message, or none when the peer has closed the connection between two messages.
    pub fn receive(&mut self) -> io::Result<Option<Message>> {
        let mut searched = 0;
        let end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n", searched) {
                break at;
            }
            searched = self.buffer.len().saturating_sub(3);
            if searched > HEAD_LIMIT {
                return Err(invalid("the head is too large"));
            }
            if !self.fill()? {
                return if self.buffer.is_empty() { Ok(None) } else { Err(closed()) };
            }
        };
        let head: Vec<u8> = self.buffer[..end].to_vec();
        self.buffer.drain(..end + 4);
        let body = if header(&head, "transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case(b"chunked")) {
            self.chunked()?
        } else {
            let length = match header(&head, "content-length") {
                Some(text) => parse(text, 10)?,
                None => 0,
            };
            self.take(length)?
        };
        Ok(Some(Message { head, body }))
    }

    fn chunked(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
            let size = parse(size.trim_ascii(), 16)?;
            if size == 0 {
                while !self.line()?.is_empty() {}
                return Ok(body);
            }
            body.extend(self.take(size)?);
            self.line()?;
        }
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut searched = 0;
        loop {
            if let Some(at) = find(&self.buffer, b"\r\n", searched) {
                let line = self.buffer[..at].to_vec();
                self.buffer.drain(..at + 2);
                return Ok(line);
            }
            searched = self.buffer.len().saturating_sub(1);
            if !self.fill()? {
                return Err(closed());
            }
        }
    }

    fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            if !self.fill()? {
                return Err(closed());
            }
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    fn fill(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 16 * 1024];
        let read = self.socket.read(&mut chunk)?;
        self.buffer.extend_from_slice(&chunk[..read]);
        Ok(read > 0)
    }
}

impl Message {
    /// The path and query of a request.
    pub fn target(&self) -> &[u8] {
        self.head.split(|byte| *byte == b' ').nth(1).unwrap_or_default()
    }

    /// The status of a response, or 0 where the line has none.
    pub fn status(&self) -> u16 {
        let word = self.head.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
        word.get(..3).and_then(|word| parse(word, 10).ok()).and_then(|n| u16::try_from(n).ok()).unwrap_or(0)
    }
}

/// The value of the first header of this name.
fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a [u8]> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (key, value) = line.split_at_checked(name.len())?;
        key.eq_ignore_ascii_case(name.as_bytes()).then(|| value.strip_prefix(b":"))?.map(<[u8]>::trim_ascii)
    })
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.windows(what.len()).position(|window| window == what).map(|at| at + from)
}

fn parse(digits: &[u8], radix: u32) -> io::Result<usize> {
    std::str::from_utf8(digits)
        .ok()
        .and_then(|text| usize::from_str_radix(text, radix).ok())
        .ok_or_else(|| invalid("a length is no number"))
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the peer closed the connection within a message")
}
