//! JSON values that know where they stand: for configuration and artifacts, which people write by hand.
//!
//! Every value and key carries its [`Span`]; members keep their order and duplicate keys survive.
//! Webhook bodies do not come this way: [`crate::mapping`] reads them in one pass without building a tree.

use crate::text::Span;
use std::borrow::Cow;

/// Which texts are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// JSON as RFC 8259 defines it, after an optional byte order mark.
    Strict,
    /// The same with `//` and `/* */` comments and trailing commas, as `relay.json` may have them.
    Comments,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// From the value's first byte to behind its last.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is written: no digit is lost.
    Number(String),
    /// A string, with its escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object's members in their order.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key with its escapes resolved.
    pub key: String,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

/// A place where the text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What was expected there, as a sentence without a full stop.
    pub message: String,
}

/// What could be read of a text, and what could not.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The value, as far as it could be understood.
    pub value: Option<Value>,
    /// The errors in the order of the text. Empty means that the whole text is sound.
    pub errors: Vec<SyntaxError>,
}

/// How deeply arrays and objects may be nested. Real artifacts stay under 40.
const DEPTH: usize = 200;

/// How many errors are reported of one text.
const ERRORS: usize = 100;

impl Value {
    /// The value of the member `key`. Of duplicates the last one counts, as for `JSON.parse`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.iter().rev().find(|member| member.key == key).map(|member| &member.value)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&[Member]> {
        match &self.kind {
            Kind::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The items of an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The value that a JSON Pointer (RFC 6901) leads to, such as `/properties/dataFlows/0`; `""` is the value itself.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut value = self;
        for step in pointer.strip_prefix('/')?.split('/') {
            value = match &value.kind {
                Kind::Array(items) => {
                    let canonical = step == "0" || (!step.starts_with('0') && !step.starts_with('+'));
                    items.get(step.parse::<usize>().ok().filter(|_| canonical)?)?
                }
                Kind::Object(_) => value.get(&step.replace("~1", "/").replace("~0", "~"))?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// The member `key` with regard to case, else without: so do Azure Resource Manager and PowerShell find properties.
    /// Of duplicates the last one counts.
    pub fn member(&self, key: &str) -> Option<&Member> {
        // In one pass: rules ask objects of a million members, too.
        let mut inexact = None;
        for member in self.as_object()?.iter().rev() {
            if member.key.eq_ignore_ascii_case(key) {
                if member.key == key {
                    return Some(member);
                }
                inexact = inexact.or(Some(member));
            }
        }
        inexact
    }

    /// The value that a JSON Pointer leads to, as [`pointer`](Value::pointer) gives it, with names found as
    /// [`member`](Value::member) finds them.
    pub fn find(&self, pointer: &str) -> Option<&Value> {
        let mut value = self;
        for step in pointer.split('/').skip(1) {
            value = match &value.kind {
                Kind::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => &value.member(&step.replace("~1", "/").replace("~0", "~"))?.value,
            };
        }
        Some(value)
    }

    /// The value and everything in it, in the order of the text.
    pub fn descendants(&self) -> impl Iterator<Item = &Value> {
        let mut left = vec![self];
        std::iter::from_fn(move || {
            let value = left.pop()?;
            left.extend(value.as_array().unwrap_or_default().iter().rev());
            left.extend(value.as_object().unwrap_or_default().iter().rev().map(|member| &member.value));
            Some(value)
        })
    }

    /// What the value is, for messages: `a string`, `an object` …
    pub fn described(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Array(_) => "an array",
            Kind::Object(_) => "an object",
        }
    }
}

/// Reads a text. Never fails and never recurses deeper than a fixed limit, whatever the text.
///
/// Reading goes on behind an error as well as it can, so that one pass reports every mistake (at most 100).
/// A number with an error stands in the tree as it was written, unquoted text stands there as a string, and what is
/// nested more than 200 deep stands there as null. No message repeats a part of the text, because that might be a
/// secret. Lone surrogates, which RFC 8259 permits as escapes, become U+FFFD.
pub fn parse(text: &str, dialect: Dialect) -> Parsed {
    let mut reader =
        Reader { text, at: 0, dialect, errors: Vec::new(), open: Vec::new(), objects: 0, root: None };
    reader.read();
    let Reader { mut errors, root, .. } = reader;
    errors.sort_by_key(|error| error.span);
    Parsed { value: root, errors }
}

/// The offset in `text` of a byte of a string's decoded value.
///
/// `string` is the span of a JSON string in `text`, with or without its quotes; `decoded` is a byte offset in the value
/// that [`parse`] gives for it. An offset inside an escape's character gives the start of the escape, and one behind
/// the end gives the end of the content.
pub fn offset_in_string(text: &str, string: Span, decoded: usize) -> usize {
    let mut at = string.start;
    // A string's content cannot start with a bare quote.
    if text.as_bytes().get(at) == Some(&b'"') {
        at = at.saturating_add(1);
    }
    let mut passed = 0_usize;
    while at < string.end {
        let Some(rest) = text.get(at..string.end) else { break };
        let (length, width) = match rest.strip_prefix('\\') {
            Some(_) => {
                let escape = read_escape(rest);
                (escape.length, escape.text.map_or(escape.length, char::len_utf8))
            }
            None => match rest.chars().next() {
                None | Some('"') => break,
                Some(char) => (char.len_utf8(), char.len_utf8()),
            },
        };
        passed = passed.saturating_add(width);
        if passed > decoded {
            break;
        }
        at = at.saturating_add(length);
    }
    at
}

/// An escape in a string.
struct Escape {
    /// How many bytes it takes in the text; at least 1.
    length: usize,
    /// The character it stands for; `None` when it is no escape that JSON knows.
    text: Option<char>,
}

/// Reads the escape at the start of `rest`, which starts with a backslash.
fn read_escape(rest: &str) -> Escape {
    let simple = |char| Escape { length: 2, text: Some(char) };
    let second = rest.as_bytes().get(1);
    match second {
        Some(b'"') => simple('"'),
        Some(b'\\') => simple('\\'),
        Some(b'/') => simple('/'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'n') => simple('\n'),
        Some(b'r') => simple('\r'),
        Some(b't') => simple('\t'),
        Some(b'u') => match (hex4(rest.get(2..6)), rest.get(6..8), hex4(rest.get(8..12))) {
            (None, _, _) => Escape { length: 2, text: None },
            (Some(high @ 0xd800..=0xdbff), Some("\\u"), Some(low @ 0xdc00..=0xdfff)) => {
                let code = 0x1_0000_u32.saturating_add((high & 0x3ff) << 10).saturating_add(low & 0x3ff);
                Escape { length: 12, text: char::from_u32(code) }
            }
            (Some(code), _, _) => {
                Escape { length: 6, text: Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)) }
            }
        },
        // The character behind the backslash is read for itself: it may be the closing line's end.
        _ => Escape { length: 1, text: None },
    }
}

/// Four hexadecimal digits.
fn hex4(digits: Option<&str>) -> Option<u32> {
    let digits = digits?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

/// An array or object that is still open.
enum Open {
    Array {
        start: usize,
        items: Vec<Value>,
    },
    /// `key` waits for its value; without one the value is read and left out.
    Object {
        start: usize,
        members: Vec<Member>,
        key: Option<(String, Span)>,
    },
}

/// What may come next.
#[derive(Clone, Copy)]
enum State {
    /// A value: at the top, or behind a colon.
    Value,
    /// An item or a member, or the end of the array or object. `comma` is the offset of the comma ahead.
    Entry { comma: Option<usize> },
    /// A comma or a closing bracket, behind an entry that ended at `end`.
    Separator { end: usize },
    /// Nothing: the text is read.
    End,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
    errors: Vec<SyntaxError>,
    open: Vec<Open>,
    /// How many of `open` are objects.
    objects: usize,
    root: Option<Value>,
}

/// What opens a string in the eyes of other languages and of word processors.
const LOOSE_QUOTES: [char; 6] = ['\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];

impl Reader<'_> {
    fn read(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        let mut state = State::Value;
        loop {
            self.skip_blank();
            state = match (state, self.open.last()) {
                (State::Value, _) => self.value(),
                (State::Entry { comma }, Some(Open::Array { .. })) => self.item(comma),
                (State::Entry { comma }, Some(Open::Object { .. })) => self.key(comma),
                (State::Separator { end }, Some(_)) => self.separator(end),
                (State::Entry { .. } | State::Separator { .. }, None) => self.end_of_text(),
                (State::End, _) => return,
            };
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
    }

    fn error(&mut self, start: usize, end: usize, message: &str) {
        if self.errors.len() < ERRORS {
            self.errors.push(SyntaxError { span: Span { start, end }, message: message.to_owned() });
        }
    }

    /// Reports the next `bytes` bytes and reads on behind them.
    fn error_over(&mut self, bytes: usize, message: &str) {
        let start = self.at;
        self.advance(bytes);
        self.error(start, self.at, message);
    }

    /// Passes white space and comments.
    fn skip_blank(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.advance(1),
                Some(b'/') => {
                    let start = self.at;
                    let rest = self.rest();
                    if rest.starts_with("//") {
                        let length = rest.find('\n').unwrap_or(rest.len());
                        self.advance(length);
                    } else if let Some(inside) = rest.strip_prefix("/*") {
                        match inside.find("*/") {
                            Some(length) => self.advance(length.saturating_add(4)),
                            None => {
                                self.advance(usize::MAX);
                                self.error(
                                    start,
                                    start.saturating_add(2),
                                    "this comment is never closed: end it with `*/`",
                                );
                            }
                        }
                    } else {
                        return;
                    }
                    if self.dialect == Dialect::Strict {
                        self.error(start, self.at, "JSON has no comments: remove this one");
                    }
                }
                _ => return,
            }
        }
    }

    /// Hands a value that was read to the innermost open array or object.
    fn attach(&mut self, value: Value) -> State {
        let end = value.span.end;
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(Open::Array { items, .. }) => items.push(value),
            Some(Open::Object { members, key, .. }) => {
                if let Some((key, key_span)) = key.take() {
                    members.push(Member { key, key_span, value });
                }
            }
        }
        State::Separator { end }
    }

    /// Attaches a value that reaches from `start` to here.
    fn done(&mut self, start: usize, kind: Kind) -> State {
        self.attach(Value { span: Span { start, end: self.at }, kind })
    }

    /// Says whose value comes next in the innermost object.
    fn await_value_of(&mut self, name: Option<(String, Span)>) {
        if let Some(Open::Object { key, .. }) = self.open.last_mut() {
            *key = name;
        }
    }

    /// Ends the innermost array or object here.
    fn close(&mut self) -> State {
        match self.open.pop() {
            None => State::End,
            Some(Open::Array { start, items }) => self.done(start, Kind::Array(items)),
            Some(Open::Object { start, members, .. }) => {
                self.objects = self.objects.saturating_sub(1);
                self.done(start, Kind::Object(members))
            }
        }
    }

    /// A value at the top, behind a colon, or as an item.
    fn value(&mut self) -> State {
        let start = self.at;
        match self.peek() {
            None => {
                if self.open.is_empty() && self.errors.is_empty() {
                    self.error(start, start, "expected a value, but the text is empty");
                }
                self.end_of_text()
            }
            Some(b'{') => self.open(Open::Object { start, members: Vec::new(), key: None }),
            Some(b'[') => self.open(Open::Array { start, items: Vec::new() }),
            Some(b'"') => {
                let text = self.string();
                self.done(start, Kind::String(text))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b',' | b'}' | b']') => match self.open.last_mut() {
                Some(Open::Object { key, .. }) => {
                    *key = None;
                    self.error(start, start, "expected a value after the colon");
                    State::Separator { end: start }
                }
                _ => {
                    self.error_over(1, "expected a value");
                    State::End
                }
            },
            Some(_) if self.rest().starts_with(LOOSE_QUOTES) => {
                let text = self.loose_string();
                self.done(start, Kind::String(text))
            }
            Some(_) => self.unquoted(),
        }
    }

    /// An array's item, or its end.
    fn item(&mut self, comma: Option<usize>) -> State {
        match self.peek() {
            None => self.end_of_text(),
            Some(b']') => self.closed_behind(comma, "a comma must not stand before `]`: remove it"),
            Some(b'}') => self.other_bracket(b'}'),
            Some(b',') => self.comma_too_many("expected an item before this comma"),
            Some(_) => self.value(),
        }
    }

    /// An object's key with its colon, or the object's end.
    fn key(&mut self, comma: Option<usize>) -> State {
        let start = self.at;
        let name = match self.peek() {
            None => return self.end_of_text(),
            Some(b'}') => return self.closed_behind(comma, "a comma must not stand before `}`: remove it"),
            Some(b']') => return self.other_bracket(b']'),
            Some(b',') => return self.comma_too_many("expected a member before this comma"),
            Some(b':' | b'{' | b'[') => {
                self.error(start, start, "expected a key in double quotes");
                if self.peek() == Some(b':') {
                    self.advance(1);
                }
                return State::Value;
            }
            Some(b'"') => self.string(),
            Some(_) if self.rest().starts_with(LOOSE_QUOTES) => self.loose_string(),
            Some(_) => {
                let ends = |char: char| char.is_whitespace() || ":=,{}[]\"".contains(char);
                let length = self.rest().char_indices().skip(1).find(|(_, char)| ends(*char));
                let length = length.map_or(self.rest().len(), |(offset, _)| offset);
                self.error_over(length, "a key must be in double quotes");
                Span { start, end: self.at }.of(self.text).unwrap_or_default().to_owned()
            }
        };
        let end = self.at;
        self.await_value_of(Some((name, Span { start, end })));
        self.skip_blank();
        match self.peek() {
            Some(b':') => self.advance(1),
            Some(b'=') => self.error_over(1, "a colon must stand between a key and its value"),
            None => {
                self.await_value_of(None);
                return self.end_of_text();
            }
            next => {
                self.error(end, end, "expected a colon and a value after this key");
                if matches!(next, Some(b',' | b'}' | b']')) {
                    self.await_value_of(None);
                    return State::Separator { end };
                }
            }
        }
        State::Value
    }

    /// What stands behind an entry.
    fn separator(&mut self, end: usize) -> State {
        let in_object = matches!(self.open.last(), Some(Open::Object { .. }));
        let message = if in_object {
            "expected a comma or `}` after this member"
        } else {
            "expected a comma or `]` after this item"
        };
        match (self.peek(), in_object) {
            (None, _) => self.end_of_text(),
            (Some(b','), _) => {
                self.advance(1);
                State::Entry { comma: Some(self.at.saturating_sub(1)) }
            }
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.advance(1);
                self.close()
            }
            (Some(bracket @ (b'}' | b']')), _) => self.other_bracket(bracket),
            (Some(b'"' | b'{' | b'[' | b'-' | b'_'), _) => {
                self.error(end, end, message);
                State::Entry { comma: None }
            }
            (Some(_), _) if self.rest().starts_with(char::is_alphanumeric) => {
                self.error(end, end, message);
                State::Entry { comma: None }
            }
            (Some(_), _) => {
                // Stray punctuation. It was meant as the comma unless one follows.
                let ends =
                    |char: char| char.is_alphanumeric() || char.is_whitespace() || ",{}[]\"".contains(char);
                let length = self.rest().char_indices().skip(1).find(|(_, char)| ends(*char));
                let length = length.map_or(self.rest().len(), |(offset, _)| offset);
                self.error_over(length, message);
                self.skip_blank();
                match self.peek() {
                    None | Some(b',' | b'}' | b']') => State::Separator { end: self.at },
                    Some(_) => State::Entry { comma: None },
                }
            }
        }
    }

    /// The end of everything that is open; text behind the top value is an error.
    fn end_of_text(&mut self) -> State {
        if self.open.is_empty() && self.root.is_some() && self.peek().is_some() {
            let length = self.rest().trim_end().len();
            self.error_over(length, "expected the end of the text: only one value may stand here");
        }
        while let Some(open) = self.open.last() {
            let (start, message) = match open {
                Open::Array { start, .. } => (*start, "this `[` is never closed"),
                Open::Object { start, .. } => (*start, "this `{` is never closed"),
            };
            self.error(start, start.saturating_add(1), message);
            self.close();
        }
        State::End
    }

    /// The closing bracket of this array or object, at which the reader stands.
    fn closed_behind(&mut self, comma: Option<usize>, message: &str) -> State {
        if let (Some(comma), Dialect::Strict) = (comma, self.dialect) {
            self.error(comma, comma.saturating_add(1), message);
        }
        self.advance(1);
        self.close()
    }

    fn comma_too_many(&mut self, message: &str) -> State {
        self.error_over(1, message);
        // One error is enough, should the closing bracket follow.
        State::Entry { comma: None }
    }

    /// A closing bracket of the other kind: it closes an outer one, or it is mistyped.
    fn other_bracket(&mut self, bracket: u8) -> State {
        let arrays = self.open.len().saturating_sub(self.objects);
        let outer = if bracket == b'}' { self.objects } else { arrays };
        let (start, never, instead) = match self.open.last() {
            Some(Open::Array { start, .. }) => {
                (*start, "this `[` is never closed", "expected `]`, because `[` is open here")
            }
            Some(Open::Object { start, .. }) => {
                (*start, "this `{` is never closed", "expected `}`, because `{` is open here")
            }
            None => return State::End,
        };
        if outer > 0 {
            self.error(start, start.saturating_add(1), never);
        } else {
            self.error_over(1, instead);
        }
        self.close()
    }

    fn open(&mut self, open: Open) -> State {
        if self.open.len() >= DEPTH {
            return self.too_deep();
        }
        if matches!(open, Open::Object { .. }) {
            self.objects = self.objects.saturating_add(1);
        }
        self.open.push(open);
        self.advance(1);
        State::Entry { comma: None }
    }

    /// Passes an array or object that is nested too deeply, with everything in it.
    fn too_deep(&mut self) -> State {
        let start = self.at;
        self.error(start, start.saturating_add(1), "this is nested too deeply: at most 200 levels are read");
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.string();
                    continue;
                }
                b'/' => {
                    self.skip_blank();
                    if self.peek() != Some(b'/') {
                        continue;
                    }
                }
                b'[' | b'{' => depth = depth.saturating_add(1),
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.advance(1);
            if depth == 0 {
                break;
            }
        }
        self.done(start, Kind::Null)
    }

    /// A string, at whose opening quote the reader stands.
    fn string(&mut self) -> String {
        let start = self.at;
        let mut value = String::new();
        self.advance(1);
        loop {
            let rest = self.rest();
            let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
            let plain = rest.bytes().position(special).unwrap_or(rest.len());
            value.push_str(rest.get(..plain).unwrap_or_default());
            self.advance(plain);
            match self.peek() {
                Some(b'"') => {
                    self.advance(1);
                    return value;
                }
                Some(b'\\') => {
                    let escape = read_escape(self.rest());
                    match escape.text {
                        Some(char) => {
                            value.push(char);
                            self.advance(escape.length);
                        }
                        None => {
                            let from = self.at;
                            let shown =
                                self.rest().chars().nth(1).map_or(0, char::len_utf8).saturating_add(1);
                            let written = self.rest().get(..escape.length).unwrap_or_default().to_owned();
                            value.push_str(&written);
                            self.advance(escape.length);
                            self.error(
                                from,
                                from.saturating_add(shown),
                                "JSON has no such escape: write `\\\\` for a backslash",
                            );
                        }
                    }
                }
                None | Some(b'\n' | b'\r') => {
                    // The quote was forgotten, most likely ahead of the comma that ends the line.
                    let content = Span { start: start.saturating_add(1), end: self.at }.of(self.text);
                    let content = content.unwrap_or_default();
                    if let Some(before) = content.trim_end().strip_suffix(',') {
                        let dropped = content.len().saturating_sub(before.len());
                        value.truncate(value.len().saturating_sub(dropped));
                        self.at = self.at.saturating_sub(dropped);
                    }
                    self.error(
                        start,
                        self.at,
                        "this string has no closing quote on its line: add it, or write a line break as `\\n`",
                    );
                    return value;
                }
                Some(control) => {
                    value.push(char::from(control));
                    self.error_over(
                        1,
                        "a control character must be written as an escape such as `\\t` or `\\u0000`",
                    );
                }
            }
        }
    }

    /// A string in quotes that JSON does not have.
    fn loose_string(&mut self) -> String {
        let start = self.at;
        let rest = self.rest();
        let mut chars = rest.char_indices();
        let open = chars.next().map_or('\'', |(_, char)| char);
        let closes = |char: char| match open {
            '\'' | '`' => char == open,
            _ => LOOSE_QUOTES.contains(&char),
        };
        let mut escaped = false;
        let mut end = rest.len();
        let mut length = rest.len();
        for (offset, char) in chars {
            if char == '\n' {
                (end, length) = (offset, offset);
                break;
            }
            if closes(char) && !escaped {
                (end, length) = (offset, offset.saturating_add(char.len_utf8()));
                break;
            }
            escaped = char == '\\' && !escaped;
        }
        let value = rest.get(open.len_utf8()..end).unwrap_or_default().trim_end_matches('\r').to_owned();
        self.advance(length);
        self.error(start, self.at, "a string must be in double quotes (\")");
        value
    }

    fn number(&mut self) -> State {
        let start = self.at;
        let rest = self.rest();
        let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
        let length = rest.bytes().position(|byte| !belongs(byte)).unwrap_or(rest.len());
        let written = rest.get(..length).unwrap_or_default().to_owned();
        self.advance(length);
        if let Err(message) = number_grammar(&written) {
            self.error(start, self.at, message);
        }
        self.done(start, Kind::Number(written))
    }

    /// `true`, `false`, `null`, or text without quotes.
    fn unquoted(&mut self) -> State {
        let start = self.at;
        let rest = self.rest();
        let word =
            rest.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_').unwrap_or(rest.len());
        match rest.get(..word).unwrap_or_default() {
            "true" => return self.keyword(word, Kind::Bool(true), None),
            "false" => return self.keyword(word, Kind::Bool(false), None),
            "null" => return self.keyword(word, Kind::Null, None),
            "True" | "TRUE" => return self.keyword(word, Kind::Bool(true), Some("write `true`")),
            "False" | "FALSE" => return self.keyword(word, Kind::Bool(false), Some("write `false`")),
            "None" | "NULL" | "Null" | "nil" | "undefined" | "NaN" | "Infinity" => {
                return self.keyword(word, Kind::Null, Some("JSON has no such value: write `null`"));
            }
            _ => {}
        }
        let run = rest.find([',', '[', ']', '{', '}', '"', '\n']).unwrap_or(rest.len());
        let written = rest.get(..run).unwrap_or_default().trim_end().to_owned();
        self.error_over(written.len(), "expected a value; text must be in double quotes");
        self.done(start, Kind::String(written))
    }

    fn keyword(&mut self, length: usize, kind: Kind, message: Option<&str>) -> State {
        let start = self.at;
        self.advance(length);
        if let Some(message) = message {
            self.error(start, self.at, message);
        }
        self.done(start, kind)
    }
}

/// Whether a text is a number by the grammar of RFC 8259, section 6.
fn number_grammar(written: &str) -> Result<(), &'static str> {
    let digits = |text: &str| text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let unsigned = written.strip_prefix('-').unwrap_or(written);
    let (whole, rest) = unsigned.split_at_checked(digits(unsigned)).unwrap_or_default();
    if whole.len() > 1 && whole.starts_with('0') && rest.is_empty() {
        return Err("a number must not start with a zero");
    }
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
        return Err("this is not a number; text must be in double quotes");
    }
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => match fraction.split_at_checked(digits(fraction)) {
            Some((digits, rest)) if !digits.is_empty() => rest,
            _ => return Err("a digit must follow the decimal point"),
        },
    };
    let rest = match rest.strip_prefix(['e', 'E']) {
        None => rest,
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            match exponent.split_at_checked(digits(exponent)) {
                Some((digits, rest)) if !digits.is_empty() => rest,
                _ => return Err("this is not a number; text must be in double quotes"),
            }
        }
    };
    if rest.is_empty() { Ok(()) } else { Err("this is not a number; text must be in double quotes") }
}

/// Appends `text` to `out` as a JSON string, quotes included.
///
/// Control characters, quotes and backslashes are escaped; everything else stands as it is.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    const HEX: [u8; 16] = *b"0123456789abcdef";
    out.push(b'"');
    // Without an early end the loop is one of vectors.
    let plain = |plain, byte| plain & (byte >= 0x20) & (byte != b'"') & (byte != b'\\');
    if text.bytes().fold(true, plain) {
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return;
    }
    for byte in text.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=0x1f => {
                let digit = HEX.get(usize::from(byte & 0xf)).copied().unwrap_or(b'0');
                out.extend_from_slice(b"\\u00");
                out.push(b'0' + (byte >> 4));
                out.push(digit);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Appends a number. The standard library's formatting is much code for a place that every event passes.
pub fn write_count(out: &mut Vec<u8>, count: u64) {
    let mut digits = [0; 20];
    let mut rest = count;
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        start -= 1;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(start..).unwrap_or_default());
}

/// `text` as JSON text: a string, or `null` where there is none.
pub fn string_or_null(text: Option<&str>) -> String {
    let Some(text) = text else { return "null".to_owned() };
    let mut out = Vec::with_capacity(text.len() + 2);
    write_string(&mut out, text);
    String::from_utf8(out).unwrap_or_default()
}

/// The text that a JSON string means, given what stands between its quotes.
///
/// The escapes must be sound, as they are in text that a parser has passed. A surrogate without its partner
/// becomes U+FFFD.
pub fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, _)) = rest.split_once('\\') {
        out.push_str(plain);
        rest = rest.get(plain.len()..).unwrap_or_default();
        let escape = read_escape(rest);
        out.extend(escape.text);
        rest = rest.get(escape.length..).unwrap_or_default();
    }
    out.push_str(rest);
    Cow::Owned(out)
}
