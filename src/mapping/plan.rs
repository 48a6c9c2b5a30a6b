//! The compiled plan: one walk over the body finds what every column asks for.
//!
//! The paths of all columns form one tree. The walk follows the body and the tree together, so that each byte
//! of the body is read once and only the values that somebody asked for are copied, straight into the row.

use super::coerce::coerce;
use super::expr::{self, Access, Chain, Fan, Operand, Path, Variable};
use super::jq::{self, Input, JqError, Program, Variables};
use super::loss::{Loss, LossReason};
use crate::artifact::schema::{ColumnType, Schema};
use crate::batch::RowBuffer;
use crate::json;
use crate::scan::{Malformed, Scanner, Start};
use crate::webhook::delivery::Field;
use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::ops::Range;

/// The most bytes that the rows of one delivery may take together, 32 MiB.
///
/// A body of a few megabytes can hold millions of tiny events; a Worker has 128 MB of memory.
pub const MAX_ROWS_BYTES: usize = 32 << 20;

/// How the events of one source become rows of one stream.
pub struct Mapping {
    events: Events,
    columns: Vec<Column>,
    tree: Tree,
    /// Whether a column runs on jaq, so that events have to be parsed for it.
    parses: bool,
    headers: HeaderNames,
}

/// The headers that a mapping reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderNames {
    /// These, in lower case.
    Some(Vec<String>),
    /// Any: an expression uses `$headers` as a whole.
    All,
}

/// An expression that cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    /// The column whose expression it is; none for `events`.
    pub column: Option<String>,
    /// What is wrong.
    pub reason: MappingErrorReason,
}

/// Why an expression cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MappingErrorReason {
    /// The stream has no such column; perhaps this one is meant.
    UnknownColumn(Option<String>),
    /// jq does not accept the expression.
    Jq(JqError),
}

/// A delivery that has no rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowsError {
    /// The body is not JSON.
    Malformed(Malformed),
    /// The `events` expression failed.
    Events(String),
    /// The rows would take more than [`MAX_ROWS_BYTES`].
    TooLarge,
}

impl fmt::Display for RowsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::Events(message) => write!(f, "the `events` expression failed on this body: {message}"),
            Self::TooLarge => write!(f, "the rows of this delivery would take more than 32 MiB"),
        }
    }
}

impl From<Malformed> for RowsError {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

/// How one body becomes several events.
enum Events {
    /// The elements of an array, or the one value.
    Auto,
    Fan(Vec<Tree>),
    Program(Program),
}

struct Column {
    name: String,
    /// `"Name":`, ready to be written.
    prefix: Vec<u8>,
    kind: ColumnType,
    from: Filling,
}

enum Filling {
    Chain(Vec<Operation>),
    Program(Program),
    /// The member of the event whose name is the column's, however it is cased.
    SameName(usize),
    /// The event's number within its delivery, from 0.
    Index,
}

/// The column that holds the event's number within its delivery, unless an expression fills it.
pub const RECORD_INDEX: &str = "RecordIndex";

enum Operation {
    Slot { slot: usize, path: Path },
    Literal(String),
    Variable(Variable),
    Header(String),
}

/// The paths of all columns as one tree. Node 0 is the event.
#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
    slots: usize,
    names: Vec<Name>,
}

#[derive(Default)]
struct Node {
    children: Vec<(Access, usize)>,
    /// The signs of the children's keys. Most keys of a body have none of them.
    signs: u64,
    /// Where the value itself is wanted.
    slot: Option<usize>,
    /// The slots of all nodes below, which fall when this value turns out to be no container.
    below: Vec<usize>,
}

/// A column that is filled by its name.
struct Name {
    exact: String,
    squashed: Vec<u8>,
    slot: usize,
}

/// What the walk found for a slot.
#[derive(Clone, Debug)]
enum Slot {
    Absent,
    Found(Range<usize>),
    /// The step of this index met a value that it cannot reach into.
    Blocked {
        step: usize,
        met: &'static str,
    },
}

/// The slots of one event.
struct Slots {
    found: Vec<Slot>,
    /// For each name: 0 nothing yet, 1 another casing, 2 the exact name.
    ranks: Vec<u8>,
}

/// A name without what tells snake, kebab, camel and Pascal case apart.
fn squash(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter().filter(|byte| !matches!(byte, b'_' | b'-')).map(u8::to_ascii_lowercase)
}

/// A bit by which a key can be told from most others: of its length, its first byte and its last.
#[inline(always)]
fn sign(key: &[u8]) -> u64 {
    let first = key.first().copied().unwrap_or_default();
    let last = key.last().copied().unwrap_or_default();
    1 << ((key.len() + 3 * usize::from(first) + 5 * usize::from(last)) % 64)
}

impl Node {
    /// The child under a key.
    #[inline(always)]
    fn child(&self, key: &[u8]) -> Option<usize> {
        if self.signs & sign(key) == 0 {
            return None;
        }
        let known = |access: &Access| matches!(access, Access::Key(name) if name.as_bytes() == key);
        self.children.iter().find(|(access, _)| known(access)).map(|(_, child)| *child)
    }
}

impl Tree {
    fn new() -> Self {
        Tree { nodes: vec![Node::default()], ..Tree::default() }
    }

    /// The slot in which the value at a path will be found.
    fn want(&mut self, path: &Path) -> usize {
        let mut at = 0;
        let mut above = Vec::new();
        for step in &path.steps {
            above.push(at);
            let known = self.nodes.get(at).and_then(|node| {
                node.children.iter().find(|(access, _)| *access == step.access).map(|(_, child)| *child)
            });
            at = known.unwrap_or_else(|| {
                let child = self.nodes.len();
                self.nodes.push(Node::default());
                if let Some(node) = self.nodes.get_mut(at) {
                    node.children.push((step.access.clone(), child));
                    if let Access::Key(name) = &step.access {
                        node.signs |= sign(name.as_bytes());
                    }
                }
                child
            });
        }
        if let Some(slot) = self.nodes.get(at).and_then(|node| node.slot) {
            return slot;
        }
        let slot = self.new_slot();
        if let Some(node) = self.nodes.get_mut(at) {
            node.slot = Some(slot);
        }
        for node in above {
            if let Some(node) = self.nodes.get_mut(node) {
                node.below.push(slot);
            }
        }
        slot
    }

    fn new_slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }

    fn want_name(&mut self, column: &str) -> usize {
        let slot = self.new_slot();
        let squashed = squash(column.as_bytes()).collect();
        self.names.push(Name { exact: column.to_owned(), squashed, slot });
        slot
    }

    fn slots(&self) -> Slots {
        Slots { found: vec![Slot::Absent; self.slots], ranks: vec![0; self.names.len()] }
    }

    /// Walks over one event.
    fn walk(
        &self,
        bytes: &[u8],
        scanner: &mut Scanner,
        slots: &mut Slots,
    ) -> Result<Range<usize>, Malformed> {
        slots.clear();
        self.walk_node(bytes, scanner, slots, 0, 0)
    }

    /// Walks over the value of one node. Recursion is as deep as the longest path, which `expr` bounds.
    fn walk_node(
        &self,
        bytes: &[u8],
        scanner: &mut Scanner,
        slots: &mut Slots,
        index: usize,
        depth: usize,
    ) -> Result<Range<usize>, Malformed> {
        let Some(node) = self.nodes.get(index) else { return scanner.skip() };
        let named = depth == 0 && !self.names.is_empty();
        let start = scanner.offset();
        let range = match scanner.start()? {
            Start::Object if named || !node.children.is_empty() => {
                // A copy that nobody else points to can stay in registers.
                let mut copy = *scanner;
                let mut more = copy.open(b'}')?;
                while more {
                    let (key, plain) = copy.key_text()?;
                    let key = bytes.get(key).unwrap_or_default();
                    let key = if plain { Cow::Borrowed(key) } else { unescaped(key) };
                    let child = node.child(&key);
                    let range = match child {
                        Some(child) => {
                            slots.forget(self.nodes.get(child));
                            *scanner = copy;
                            let range = self.walk_node(bytes, scanner, slots, child, depth + 1)?;
                            copy = *scanner;
                            range
                        }
                        None => match copy.skip_text()? {
                            Some(range) => range,
                            None => {
                                *scanner = copy;
                                let range = scanner.skip()?;
                                copy = *scanner;
                                range
                            }
                        },
                    };
                    if named {
                        self.take_name(slots, &key, range);
                    }
                    more = copy.next(b'}')?;
                }
                *scanner = copy;
                start..scanner.offset()
            }
            Start::Array if !node.children.is_empty() => {
                let mut position = 0;
                let mut more = scanner.open(b']')?;
                while more {
                    let child = node
                        .children
                        .iter()
                        .find(|(access, _)| matches!(access, Access::Index(at) if *at == position));
                    match child {
                        Some((_, child)) => self.walk_node(bytes, scanner, slots, *child, depth + 1)?,
                        None => scanner.skip()?,
                    };
                    position += 1;
                    more = scanner.next(b']')?;
                }
                for (access, child) in &node.children {
                    if matches!(access, Access::Key(_)) {
                        slots.block(self.nodes.get(*child), depth, "an array");
                    }
                }
                start..scanner.offset()
            }
            Start::Scalar if !node.children.is_empty() => {
                let range = scanner.skip()?;
                let met = match bytes.get(start) {
                    Some(b'"') => "a string",
                    Some(b't' | b'f') => "a boolean",
                    _ => "a number",
                };
                for (_, child) in &node.children {
                    slots.block(self.nodes.get(*child), depth, met);
                }
                range
            }
            _ => scanner.skip()?,
        };
        if let Some(slot) = node.slot {
            slots.put(slot, Slot::Found(range.clone()));
        }
        Ok(range)
    }

    fn take_name(&self, slots: &mut Slots, key: &[u8], range: Range<usize>) {
        for (name, rank) in self.names.iter().zip(&mut slots.ranks) {
            let now = if name.exact.as_bytes() == key {
                2
            } else if *rank == 0 && squash(key).eq(name.squashed.iter().copied()) {
                1
            } else {
                continue;
            };
            if now >= *rank {
                *rank = now;
                if let Some(found) = slots.found.get_mut(name.slot) {
                    *found = Slot::Found(range.clone());
                }
            }
        }
    }
}

impl Slots {
    fn clear(&mut self) {
        self.found.fill(Slot::Absent);
        self.ranks.fill(0);
    }

    fn put(&mut self, slot: usize, state: Slot) {
        if let Some(found) = self.found.get_mut(slot) {
            *found = state;
        }
    }

    /// A key that occurs again replaces what was found under it before, as in jq.
    fn forget(&mut self, node: Option<&Node>) {
        for slot in node.into_iter().flat_map(|node| node.slot.iter().chain(&node.below)) {
            self.put(*slot, Slot::Absent);
        }
    }

    fn block(&mut self, node: Option<&Node>, step: usize, met: &'static str) {
        for slot in node.into_iter().flat_map(|node| node.slot.iter().chain(&node.below)) {
            self.put(*slot, Slot::Blocked { step, met });
        }
    }
}

/// A key as the sender meant it; only a key with an escape costs anything.
fn unescaped(key: &[u8]) -> Cow<'_, [u8]> {
    if !key.contains(&b'\\') {
        return Cow::Borrowed(key);
    }
    match std::str::from_utf8(key) {
        Ok(key) => Cow::Owned(json::unescape(key).into_owned().into_bytes()),
        Err(_) => Cow::Borrowed(key),
    }
}

/// What a column's expression gives for one event.
enum Picked<'a> {
    Text(Cow<'a, str>),
    /// No output at all.
    Nothing,
    Failed(String),
}

impl Mapping {
    /// Compiles the expressions of a hook. `columns` pairs a column's name with its expression; a column of the
    /// schema that is not among them is filled by its name. `events` says how one body becomes several events;
    /// without it an array is several events and anything else is one.
    ///
    /// # Errors
    ///
    /// Every expression that cannot be compiled and every column that the stream does not have, all at once.
    pub fn compile<'c>(
        schema: &Schema,
        columns: impl IntoIterator<Item = (&'c str, &'c str)>,
        events: Option<&str>,
    ) -> Result<Mapping, Vec<MappingError>> {
        let mut errors = Vec::new();
        let mut mapped: Vec<(&str, &str)> = Vec::new();
        for (name, expression) in columns {
            if schema.columns.iter().any(|column| column.name == name) {
                mapped.push((name, expression));
            } else {
                let meant = schema
                    .columns
                    .iter()
                    .find(|column| squash(column.name.as_bytes()).eq(squash(name.as_bytes())))
                    .map(|column| column.name.clone());
                let reason = MappingErrorReason::UnknownColumn(meant);
                errors.push(MappingError { column: Some(name.to_owned()), reason });
                // Whoever mends the name should not meet the expression's mistakes only then.
                if expr::chain(expression).is_none() {
                    errors.extend(jq::compile(expression).err().into_iter().flatten().map(|error| {
                        MappingError { column: Some(name.to_owned()), reason: MappingErrorReason::Jq(error) }
                    }));
                }
            }
        }
        let mut tree = Tree::new();
        let mut headers = HeaderNames::Some(Vec::new());
        let mut parses = false;
        let mut compiled = Vec::new();
        for column in &schema.columns {
            let expression = mapped.iter().find(|(name, _)| *name == column.name).map(|(_, text)| *text);
            let from = match expression {
                None if column.name == RECORD_INDEX => Filling::Index,
                None => Filling::SameName(tree.want_name(&column.name)),
                Some(text) => match expr::chain(text) {
                    Some(chain) => Filling::Chain(operations(chain, &mut tree, &mut headers)),
                    None => match compile_program(text, &mut headers) {
                        Ok(program) => {
                            parses = true;
                            Filling::Program(program)
                        }
                        Err(reasons) => {
                            errors.extend(reasons.into_iter().map(|error| MappingError {
                                column: Some(column.name.clone()),
                                reason: MappingErrorReason::Jq(error),
                            }));
                            continue;
                        }
                    },
                },
            };
            let mut prefix = Vec::new();
            json::write_string(&mut prefix, &column.name);
            prefix.push(b':');
            compiled.push(Column { name: column.name.clone(), prefix, kind: column.kind, from });
        }
        let events =
            match events.map(|text| (text, expr::fan(text))) {
                None => Events::Auto,
                Some((_, Some(Fan { paths }))) => Events::Fan(
                    paths
                        .iter()
                        .map(|path| {
                            let mut tree = Tree::new();
                            tree.want(path);
                            tree
                        })
                        .collect(),
                ),
                Some((text, None)) => match compile_program(text, &mut headers) {
                    Ok(program) => Events::Program(program),
                    Err(reasons) => {
                        errors.extend(reasons.into_iter().map(|error| MappingError {
                            column: None,
                            reason: MappingErrorReason::Jq(error),
                        }));
                        Events::Auto
                    }
                },
            };
        if errors.is_empty() {
            Ok(Mapping { events, columns: compiled, tree, parses, headers })
        } else {
            Err(errors)
        }
    }

    /// The headers that the expressions read.
    pub fn headers(&self) -> &HeaderNames {
        &self.headers
    }

    /// Appends the rows of one delivery, and what was lost on the way.
    ///
    /// `body` is the JSON text of the delivery.
    ///
    /// # Errors
    ///
    /// Only for the delivery as a whole; a value that does not fit its column is a [`Loss`].
    pub fn rows(
        &self,
        body: &[u8],
        variables: &Variables,
        rows: &mut RowBuffer,
        losses: &mut Vec<Loss>,
    ) -> Result<(), RowsError> {
        let mut run = Run {
            mapping: self,
            slots: self.tree.slots(),
            variables,
            texts: Texts::new(variables),
            scratch: Vec::new(),
            first: rows.len(),
            most: rows.array().len().saturating_add(MAX_ROWS_BYTES),
            rows,
            losses,
        };
        match &self.events {
            Events::Auto => {
                let mut scanner = Scanner::new(body);
                scanner.white();
                if scanner.start()? == Start::Array {
                    let mut more = scanner.open(b']')?;
                    while more {
                        run.event(body, &mut scanner)?;
                        more = scanner.next(b']')?;
                    }
                } else {
                    run.event(body, &mut scanner)?;
                }
                scanner.end()?;
            }
            Events::Fan(trees) => {
                let mut scanner = Scanner::new(body);
                scanner.white();
                let (first, rest) = trees.split_first().ok_or(RowsError::TooLarge)?;
                let whole = locate(first, body, &mut scanner)?;
                scanner.end()?;
                run.fan(body, whole, rest)?;
            }
            Events::Program(program) => {
                let mut scanner = Scanner::new(body);
                scanner.white();
                scanner.skip()?;
                scanner.end()?;
                let input = Input::parse(body).map_err(RowsError::Events)?;
                // An event takes at least its braces and a comma in the rows, so this many is one too many.
                let events = program.all(&input, variables, MAX_ROWS_BYTES / 3).map_err(RowsError::Events)?;
                for event in events {
                    let mut scanner = Scanner::new(&event);
                    run.event(&event, &mut scanner)?;
                }
            }
        }
        Ok(())
    }
}

/// Where the one slot of a tree stands. None where the value is absent or null.
fn locate(tree: &Tree, bytes: &[u8], scanner: &mut Scanner) -> Result<Option<Range<usize>>, RowsError> {
    let mut slots = tree.slots();
    tree.walk(bytes, scanner, &mut slots)?;
    match slots.found.into_iter().next() {
        Some(Slot::Found(range)) => Ok(Some(range)),
        Some(Slot::Blocked { met, .. }) => Err(RowsError::Events(format!("the path leads into {met}"))),
        _ => Ok(None),
    }
}

fn operations(chain: Chain, tree: &mut Tree, headers: &mut HeaderNames) -> Vec<Operation> {
    let Chain(operands) = chain;
    operands
        .into_iter()
        .map(|operand| match operand {
            Operand::Path(path) => Operation::Slot { slot: tree.want(&path), path },
            Operand::Literal(text) => Operation::Literal(text),
            Operand::Variable(variable) => Operation::Variable(variable),
            Operand::Header(name) => {
                if let HeaderNames::Some(names) = headers {
                    names.push(name.clone());
                }
                Operation::Header(name)
            }
        })
        .collect()
}

fn compile_program(text: &str, headers: &mut HeaderNames) -> Result<Program, Vec<JqError>> {
    let program = jq::compile(text)?;
    if text.contains("$headers") {
        *headers = HeaderNames::All;
    }
    Ok(program)
}

/// The variables as JSON text.
struct Texts {
    event: String,
    delivery: String,
    source: String,
    received: String,
}

impl Texts {
    fn new(variables: &Variables) -> Self {
        Texts {
            event: json::string_or_null(variables.event),
            delivery: json::string_or_null(variables.delivery),
            source: json::string_or_null(Some(variables.source)),
            received: json::string_or_null(Some(variables.received)),
        }
    }
}

/// One delivery on its way to rows.
struct Run<'r> {
    mapping: &'r Mapping,
    slots: Slots,
    variables: &'r Variables<'r>,
    texts: Texts,
    scratch: Vec<u8>,
    /// The index of its first row.
    first: usize,
    /// How long the buffer may become.
    most: usize,
    rows: &'r mut RowBuffer,
    losses: &'r mut Vec<Loss>,
}

impl Run<'_> {
    /// Follows the rest of a fan from a located value. Recursion is as deep as the expression has `[]`.
    fn fan(&mut self, body: &[u8], container: Option<Range<usize>>, rest: &[Tree]) -> Result<(), RowsError> {
        let Some((tree, rest)) = rest.split_first() else {
            let range = container.unwrap_or_default();
            if range.is_empty() {
                return self.event(b"null", &mut Scanner::new(b"null"));
            }
            return self.event(body, &mut Scanner::within(body, &range));
        };
        let Some(container) = container else {
            return Err(RowsError::Events("there is nothing to iterate over: the value is null".to_owned()));
        };
        let mut scanner = Scanner::within(body, &container);
        let close = match scanner.start()? {
            Start::Array => b']',
            Start::Object => b'}',
            _ => return Err(RowsError::Events("the value is neither an array nor an object".to_owned())),
        };
        let mut more = scanner.open(close)?;
        while more {
            if close == b'}' {
                scanner.key()?;
            }
            if rest.is_empty() && tree.nodes.len() == 1 {
                self.event(body, &mut scanner)?;
            } else {
                let found = locate(tree, body, &mut scanner)?;
                self.fan(body, found, rest)?;
            }
            more = scanner.next(close)?;
        }
        Ok(())
    }

    /// Writes the row of the event that starts at the scanner.
    fn event(&mut self, bytes: &[u8], scanner: &mut Scanner) -> Result<(), RowsError> {
        let Run { mapping, slots, variables, texts, scratch, first, most, rows, losses } = self;
        let range = mapping.tree.walk(bytes, scanner, slots)?;
        let input = mapping.parses.then(|| Input::parse(bytes.get(range).unwrap_or_default()));
        let row = rows.len();
        let Ok(()) = rows.write_row(|out| {
            let start = out.len();
            for column in &mapping.columns {
                let picked = match &column.from {
                    Filling::SameName(slot) => match slots.found.get(*slot) {
                        Some(Slot::Found(range)) => Picked::Text(Cow::Borrowed(slice(bytes, range))),
                        _ => continue,
                    },
                    Filling::Index => Picked::Text(Cow::Owned(row.saturating_sub(*first).to_string())),
                    Filling::Chain(operations) => chain(operations, bytes, &slots.found, texts, variables),
                    Filling::Program(program) => run_program(program, input.as_ref(), variables, scratch),
                };
                out.push(if out.len() == start { b'{' } else { b',' });
                out.extend_from_slice(&column.prefix);
                let loss = match picked {
                    Picked::Text(text) => coerce(&text, column.kind, out),
                    Picked::Nothing => coerce("null", column.kind, out),
                    Picked::Failed(message) => {
                        out.extend_from_slice(b"null");
                        Some(LossReason::Expression { message })
                    }
                };
                if let Some(reason) = loss {
                    losses.push(Loss { row, column: column.name.clone(), reason });
                }
            }
            if out.len() == start {
                out.push(b'{');
            }
            out.push(b'}');
            Ok::<(), Infallible>(())
        });
        if rows.array().len() > *most { Err(RowsError::TooLarge) } else { Ok(()) }
    }
}

fn run_program<'p>(
    program: &Program,
    input: Option<&Result<Input, String>>,
    variables: &Variables,
    scratch: &'p mut Vec<u8>,
) -> Picked<'p> {
    let input = match input {
        Some(Ok(input)) => input,
        Some(Err(message)) => return Picked::Failed(message.clone()),
        None => return Picked::Nothing,
    };
    scratch.clear();
    match program.first(input, variables, scratch) {
        Ok(true) => Picked::Text(String::from_utf8_lossy(scratch)),
        Ok(false) => Picked::Nothing,
        Err(message) => Picked::Failed(message),
    }
}

fn chain<'b>(
    operations: &'b [Operation],
    bytes: &'b [u8],
    slots: &[Slot],
    texts: &'b Texts,
    variables: &Variables,
) -> Picked<'b> {
    let mut last = Picked::Nothing;
    for operation in operations {
        last = match operation {
            Operation::Slot { slot, path } => match slots.get(*slot) {
                Some(Slot::Found(range)) => Picked::Text(Cow::Borrowed(slice(bytes, range))),
                Some(Slot::Blocked { step, met }) => blocked(path, *step, met),
                _ => Picked::Text(Cow::Borrowed("null")),
            },
            Operation::Literal(text) => Picked::Text(Cow::Borrowed(text)),
            Operation::Variable(variable) => Picked::Text(Cow::Borrowed(match variable {
                Variable::Event => &texts.event,
                Variable::Delivery => &texts.delivery,
                Variable::Source => &texts.source,
                Variable::Received => &texts.received,
            })),
            Operation::Header(name) => Picked::Text(match variables.headers.get(name) {
                Field::Once(value) => Cow::Owned(json::string_or_null(Some(value))),
                _ => Cow::Borrowed("null"),
            }),
        };
        match &last {
            Picked::Text(text) if matches!(text.as_ref(), "null" | "false") => {}
            Picked::Nothing => {}
            Picked::Text(_) | Picked::Failed(_) => return last,
        }
    }
    last
}

/// What a path gives that met a value into which one of its steps cannot reach.
fn blocked(path: &Path, step: usize, met: &str) -> Picked<'static> {
    match path.steps.get(step) {
        Some(step) if !step.optional => Picked::Failed(match &step.access {
            Access::Key(key) => format!("cannot take .{key} of {met}"),
            Access::Index(index) => format!("cannot take [{index}] of {met}"),
        }),
        _ => Picked::Nothing,
    }
}

/// The text of a value that the scanner has passed, and so found to be UTF-8.
fn slice<'b>(bytes: &'b [u8], range: &Range<usize>) -> &'b str {
    std::str::from_utf8(bytes.get(range.clone()).unwrap_or_default()).unwrap_or_default()
}
