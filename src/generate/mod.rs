//! A whole connector from one sample event: columns, table, DCR, definition, data connector, solution and mapping.
//!
//! Every file passes the validator without a finding, and the event goes through the mapping into a row without loss;
//! `tests/generate.rs` holds both for any event.

mod columns;
mod files;

use crate::artifact::definition;
use crate::artifact::schema::ColumnType;
use crate::json::{self, Dialect, Kind, Value};
use crate::text::{LineIndex, Position};

/// The longest event that is read, in bytes: Azure takes no call above 1 MB.
const LONGEST_EVENT: usize = 1 << 20;

/// The longest name of a product or publisher, in characters.
const LONGEST_NAME: usize = 80;

/// What the event does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The product as people call it; `Example` without one.
    pub product: Option<String>,
    /// Who publishes the connector; the product without one.
    pub publisher: Option<String>,
    /// The connector's id, such as `LarkspurPush`; made of the product without one.
    pub connector_id: Option<String>,
    /// The table, such as `Larkspur_CL`; made of the product without one.
    pub table: Option<String>,
    /// The member that says when the event happened.
    pub time: TimeMember,
    /// The date of the release, in milliseconds since the Unix epoch.
    pub now: i64,
}

/// Which member of the event becomes `TimeGenerated`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TimeMember {
    /// The one that looks most like it.
    #[default]
    Guessed,
    /// This one.
    Named(String),
    /// None: `TimeGenerated` is when the row arrives.
    None,
}

/// A column that is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The member of the event; `None` for the column that holds the whole event.
    pub member: Option<String>,
    /// Its name in the stream.
    pub stream: String,
    /// Its name in the table.
    pub table: String,
    /// Its type in both.
    pub kind: ColumnType,
}

/// A connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The files: paths and texts. All but `relay.json` lie in the solution's folder.
    pub files: Vec<(String, String)>,
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// What to look at or fill in before it is published: a sentence each, in Markdown.
    pub todo: Vec<String>,
}

/// Makes a connector from the JSON text of an event: an object, or an array of them, whose members are put together.
///
/// # Errors
///
/// What is wrong with the text or an option, and what to do.
pub fn generate(event: &str, options: &Options) -> Result<Generated, String> {
    let names = Names::read(options)?;
    if event.len() > LONGEST_EVENT {
        return Err("the event is longer than 1 MB, more than Azure takes: shorten it".to_owned());
    }
    let parsed = json::parse(event, Dialect::Strict);
    if let Some(error) = parsed.errors.first() {
        let Position { line, column } = LineIndex::new(event).position(event, error.span.start);
        return Err(format!("the event is not JSON: {line}:{column}: {}", error.message));
    }
    let objects = match parsed.value.as_ref() {
        Some(value) => match &value.kind {
            Kind::Array(items) => items.iter().filter(|item| item.as_object().is_some()).collect(),
            Kind::Object(_) => vec![value],
            _ => Vec::new(),
        },
        None => Vec::<&Value>::new(),
    };
    if objects.iter().all(|object| object.as_object().is_none_or(<[_]>::is_empty)) {
        return Err(
            "the event must be a JSON object with at least one member, or an array of them".to_owned()
        );
    }
    let mut proposal = columns::propose(event, &objects, &options.time)?;
    let transform = files::transform(&mut proposal);
    let mut todo = vec![
        "`relay.json`: replace the placeholders in `azure` with the values that the connector's page shows.".to_owned(),
        format!(
            "`relay.json`: `source` is `bearer`, a fixed token in the header `Authorization`. Name the source of {} if \
             there is one.",
            names.product
        ),
        "`SolutionMetadata.json`: take `publisherId` and `offerId` from Partner Center, and write your support address; \
         the data file has that address too."
            .to_owned(),
        format!(
            "Put a logo of 75 × 75 pixels at `Logos/{}.svg` of Azure-Sentinel, where the data file looks for it.",
            names.solution
        ),
        "`connectorDefinition.json`: describe what the events are and how to set the product up.".to_owned(),
    ];
    if options.product.is_none() {
        todo.insert(0, "Give the product's name: everything is called `Example` now.".to_owned());
    }
    todo.append(&mut proposal.notes);
    let files = files::write(&names, &proposal, &transform, options.now);
    Ok(Generated { files, columns: proposal.columns, todo })
}

/// The names that the files have.
struct Names {
    product: String,
    publisher: String,
    /// The solution's folder: letters and digits.
    solution: String,
    connector_id: String,
    table: String,
    stream: String,
}

impl Names {
    fn read(options: &Options) -> Result<Names, String> {
        let product = match &options.product {
            Some(product) => display_name(product, "the product")?,
            None => "Example".to_owned(),
        };
        let publisher = match &options.publisher {
            Some(publisher) => display_name(publisher, "the publisher")?,
            None => product.clone(),
        };
        let solution = identifier(&product, "Product", 40);
        let connector_id = match &options.connector_id {
            None => format!("{solution}Push"),
            Some(id) => {
                if id.len() > 100 || !definition::is_id(id) {
                    return Err(
                        "the connector's id must have 1 to 100 letters, digits, `_` and `-`".to_owned()
                    );
                }
                id.clone()
            }
        };
        let table = match &options.table {
            None => format!("{solution}_CL"),
            Some(table) => {
                let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                let base = table.strip_suffix("_CL").unwrap_or_default();
                let starts = base.starts_with(|first: char| first.is_ascii_alphabetic());
                if !starts || table.len() > 63 || !base.bytes().all(sound) {
                    return Err("the table's name must start with a letter, have only letters, digits and `_`, end in \
                                `_CL`, and have at most 63 characters"
                        .to_owned());
                }
                table.clone()
            }
        };
        let stream = format!("Custom-{}", table.strip_suffix("_CL").unwrap_or(&table));
        Ok(Names { product, publisher, solution, connector_id, table, stream })
    }
}

/// A name as people read it, blanks put in order.
fn display_name(name: &str, what: &str) -> Result<String, String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    // These would begin an expression, a placeholder or a tag somewhere in the files.
    let odd = |char: char| char.is_control() || "[]{}<>|\"\\`".contains(char);
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(odd) {
        return Err(format!(
            "{what} needs a name of 1 to {LONGEST_NAME} characters without brackets, quotes, `|`, `\\` and backticks"
        ));
    }
    Ok(name)
}

/// A name as programs have it: ASCII letters and digits, a letter first, each word with a capital.
fn identifier(name: &str, prefix: &str, longest: usize) -> String {
    let mut out = String::new();
    for word in name.split(|char: char| !char.is_ascii_alphanumeric()) {
        let mut chars = word.chars();
        out.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    if !out.starts_with(|first: char| first.is_ascii_alphabetic()) {
        out.insert_str(0, prefix);
    }
    // All of it is ASCII.
    out.truncate(longest);
    out
}
