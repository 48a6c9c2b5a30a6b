//! A Data Collection Rule: its streams, its flows, and the schemas that the relay reshapes to.
//!
//! Sources: Microsoft, "Structure of a data collection rule", `streamDeclarations`; the API description of
//! `Microsoft.Insights/dataCollectionRules`; connectors as they are published.

use std::collections::HashSet;

use super::resource::{self, Resource, Role};
use super::schema::{Column, ColumnType, Schema};
use super::table::{self, ColumnNode};
use crate::json::{self, Dialect, Member, Value};
use crate::text::{Span, quoted};

/// A Data Collection Rule.
#[derive(Clone, Copy, Debug)]
pub struct Dcr<'f> {
    /// The object that declares it.
    pub resource: Resource<'f>,
}

/// A stream that a rule declares, whatever the declaration looks like.
#[derive(Clone, Copy, Debug)]
pub struct StreamNode<'f> {
    /// The declaration: the key is the stream's name.
    pub member: &'f Member,
}

/// An element of a rule's `dataFlows`.
#[derive(Clone, Copy, Debug)]
pub struct Flow<'f> {
    /// The whole element.
    pub value: &'f Value,
}

/// A place that a rule sends rows to.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'f> {
    /// The member of `destinations` that it stands in: the key is its kind, such as `logAnalytics`.
    pub kind: &'f Member,
    /// The whole object.
    pub value: &'f Value,
}

/// The table that an `outputStream` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Output<'t> {
    /// `Custom-<table>`: a custom table, whose name ends in `_CL`.
    Custom(&'t str),
    /// `Microsoft-<table>`: one of Azure's own.
    Standard(&'t str),
}

impl<'t> Output<'t> {
    /// The table of a stream's name; `None` when it names none.
    pub fn of(stream: &'t str) -> Option<Output<'t>> {
        let custom = stream.strip_prefix("Custom-").filter(|table| table.len() > 3 && table.ends_with("_CL"));
        let standard = stream.strip_prefix("Microsoft-");
        let standard =
            standard.filter(|table| !table.is_empty() && !table.to_ascii_lowercase().ends_with("_cl"));
        custom.map(Output::Custom).or(standard.map(Output::Standard))
    }
}

impl<'f> Dcr<'f> {
    /// The streams that it declares.
    pub fn streams(&self) -> impl Iterator<Item = StreamNode<'f>> + use<'f> {
        let declarations = self.resource.find("/properties/streamDeclarations");
        let members = declarations.and_then(Value::as_object).unwrap_or_default();
        members.iter().map(|member| StreamNode { member })
    }

    /// The stream of exactly that name.
    pub fn stream(&self, name: &str) -> Option<StreamNode<'f>> {
        self.streams().find(|stream| stream.name() == name)
    }

    /// Its data flows.
    pub fn flows(&self) -> impl Iterator<Item = Flow<'f>> + use<'f> {
        let flows = self.resource.find("/properties/dataFlows");
        flows.and_then(Value::as_array).unwrap_or_default().iter().map(|value| Flow { value })
    }

    /// Its destinations of every kind: most kinds have an array of them, some one object.
    pub fn destinations(&self) -> impl Iterator<Item = Destination<'f>> + use<'f> {
        let kinds = self.resource.find("/properties/destinations").and_then(Value::as_object);
        kinds.unwrap_or_default().iter().flat_map(|kind| {
            let single = kind.value.as_object().map(|_| &kind.value);
            let values = kind.value.as_array().unwrap_or_default().iter().chain(single);
            values.map(move |value| Destination { kind, value })
        })
    }
}

impl<'f> StreamNode<'f> {
    /// The name, such as `Custom-Contoso`.
    pub fn name(&self) -> &'f str {
        &self.member.key
    }

    /// What a stream whose name does not begin with `Custom-` is meant to be called: `Custom-Larkspur` for `Larkspur`,
    /// `custom-Larkspur` and `Microsoft-Larkspur`. `None` where the name is right, or where nothing is left of it.
    pub fn mended_name(&self) -> Option<String> {
        let name = self.name();
        if name.starts_with("Custom-") {
            return None;
        }
        let ahead = ["Custom-", "Microsoft-", "Custom_"].iter().find_map(|prefix| {
            let (head, stem) = name.split_at_checked(prefix.len())?;
            head.eq_ignore_ascii_case(prefix).then_some(stem)
        });
        let stem = ahead.unwrap_or(name);
        (!stem.is_empty()).then(|| format!("Custom-{stem}"))
    }

    /// The columns, as far as `columns` is an array.
    pub fn columns(&self) -> impl Iterator<Item = ColumnNode<'f>> + use<'f> {
        table::columns(self.member.value.find("/columns"))
    }
}

impl<'f> Flow<'f> {
    /// The names in `streams`.
    pub fn streams(&self) -> impl Iterator<Item = &'f Value> + use<'f> {
        self.value.find("/streams").and_then(Value::as_array).unwrap_or_default().iter()
    }

    /// The value of `transformKql`.
    pub fn transform(&self) -> Option<&'f Value> {
        self.value.find("/transformKql")
    }

    /// The names in `destinations`.
    pub fn destinations(&self) -> impl Iterator<Item = &'f Value> + use<'f> {
        self.value.find("/destinations").and_then(Value::as_array).unwrap_or_default().iter()
    }

    /// The value of `outputStream`.
    pub fn output_stream(&self) -> Option<&'f Value> {
        self.value.find("/outputStream")
    }

    /// The table that `outputStream` names, where it names one.
    pub fn output(&self) -> Option<Output<'f>> {
        Output::of(super::arm::literal(self.output_stream()?)?)
    }
}

impl<'f> Destination<'f> {
    /// Whether it is a workspace.
    pub fn is_log_analytics(&self) -> bool {
        self.kind.key.eq_ignore_ascii_case("logAnalytics")
    }

    /// The value of `name`: what flows refer to.
    pub fn name_value(&self) -> Option<&'f Value> {
        Some(&self.value.member("name")?.value)
    }

    /// The name, where it is a string with something in it.
    pub fn name(&self) -> Option<&'f str> {
        self.name_value()?.as_str().filter(|name| !name.trim().is_empty())
    }
}

/// How many errors are reported of one text.
const ERRORS: usize = 100;

/// A mistake in the text of a Data Collection Rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DcrError {
    /// Where it stands.
    pub span: Span,
    /// What is wrong and what to do, as a sentence without a full stop.
    pub message: String,
}

/// Reads the streams that the Data Collection Rules in a text declare.
///
/// The rule may be the text's only value, an item of an array, or lie anywhere in an ARM template: every object whose
/// `type` is `Microsoft.Insights/dataCollectionRules` counts. The flat form that the Azure CLI prints, with
/// `streamDeclarations` beside `type`, is read too. A stream that several rules declare alike is given once.
///
/// # Errors
///
/// Every mistake of the text at once, in its order: where it is not JSON, that it has no rule or no stream, and what is
/// wrong with the declarations.
pub fn read(text: &str) -> Result<Vec<Schema>, Vec<DcrError>> {
    let parsed = json::parse(text, Dialect::Strict);
    let mut reader = Reader::default();
    for error in parsed.errors {
        reader.error(error.span, error.message);
    }
    // What follows would only be the echo of a text that is not JSON.
    if let (Some(value), true) = (&parsed.value, reader.errors.is_empty()) {
        reader.text(value);
    }
    reader.errors.sort_by_key(|error| error.span);
    if reader.errors.is_empty() { Ok(reader.schemas) } else { Err(reader.errors) }
}

#[derive(Default)]
struct Reader {
    schemas: Vec<Schema>,
    errors: Vec<DcrError>,
}

impl Reader {
    fn error(&mut self, span: Span, message: impl Into<String>) {
        if self.errors.len() < ERRORS {
            self.errors.push(DcrError { span, message: message.into() });
        }
    }

    fn text(&mut self, value: &Value) {
        let found = resource::find(value);
        let rules: Vec<_> = found.iter().filter(|(_, role, _)| *role == Role::Dcr).collect();
        let head = Span { start: value.span.start, end: value.span.start };
        if rules.is_empty() {
            self.error(
                head,
                format!(
                    "no resource here has the `type` `{}`: is this the connector's DCR?",
                    Role::Dcr.resource_type()
                ),
            );
            return;
        }
        for (rule, ..) in rules {
            self.rule(rule);
        }
        if self.schemas.is_empty() && self.errors.is_empty() {
            self.error(
                head,
                "this DCR declares no stream: `properties.streamDeclarations` must name at least one",
            );
        }
    }

    fn rule(&mut self, rule: &Value) {
        let declarations =
            rule.pointer("/properties/streamDeclarations").or_else(|| rule.get("streamDeclarations"));
        // A rule without declarations collects Azure's own streams.
        let Some(declarations) = declarations else { return };
        let Some(members) = declarations.as_object() else {
            let message = "`streamDeclarations` must be an object with a member for each stream";
            return self.error(declarations.span, format!("{message}, not {}", declarations.described()));
        };
        let mut names = HashSet::new();
        for member in members {
            if member.key.is_empty() {
                self.error(member.key_span, "a stream needs a name, such as `Custom-Contoso`");
            } else if !names.insert(member.key.as_str()) {
                let message =
                    format!("the stream {} is declared twice: remove one of the two", quoted(&member.key));
                self.error(member.key_span, message);
            } else if let Some(schema) = self.stream(member) {
                self.add(schema, member.key_span);
            }
        }
    }

    fn add(&mut self, schema: Schema, span: Span) {
        match self.schemas.iter().find(|other| other.stream == schema.stream) {
            None => self.schemas.push(schema),
            Some(other) if *other == schema => {}
            Some(_) => {
                let name = quoted(&schema.stream);
                let message = format!(
                    "another DCR in this text declares {name} with other columns: keep the deployed one"
                );
                self.error(span, message);
            }
        }
    }

    /// A stream's declaration; `None` when it cannot be used, which is reported.
    fn stream(&mut self, member: &Member) -> Option<Schema> {
        let found = member.value.get("columns");
        let Some(items) = found.and_then(Value::as_array).filter(|items| !items.is_empty()) else {
            let span = found.map_or(member.key_span, |columns| columns.span);
            let name = quoted(&member.key);
            self.error(
                span,
                format!("the stream {name} needs `columns`: an array of objects with `name` and `type`"),
            );
            return None;
        };
        let mut columns = Vec::new();
        let mut names = HashSet::new();
        for item in items {
            if item.as_object().is_none() {
                let message = "a column must be an object with `name` and `type`";
                self.error(item.span, format!("{message}, not {}", item.described()));
                continue;
            }
            let name = self.required(item, "name", "a column needs a `name`: a string that is not empty");
            if let Some((name, span)) = name
                && !names.insert(name)
            {
                self.error(
                    span,
                    "this stream has a column of this name already: remove or rename one of them",
                );
                continue;
            }
            let kind = self.required(item, "type", "a column needs a `type`, such as `string`");
            let kind = kind.and_then(|(kind, span)| self.column_type(kind, span));
            if let (Some((name, _)), Some(kind)) = (name, kind) {
                columns.push(Column { name: name.to_owned(), kind });
            }
        }
        Some(Schema { stream: member.key.clone(), columns })
    }

    /// A member that must be a string with something in it.
    fn required<'v>(&mut self, item: &'v Value, key: &str, message: &str) -> Option<(&'v str, Span)> {
        let value = item.get(key);
        match value.and_then(|value| Some((value.as_str()?, value.span))) {
            Some((text, span)) if !text.trim().is_empty() => Some((text, span)),
            _ => {
                self.error(value.map_or(item.span, |value| value.span), message);
                None
            }
        }
    }

    fn column_type(&mut self, name: &str, span: Span) -> Option<ColumnType> {
        let kind = ColumnType::parse(name);
        if kind.is_none() {
            let names = ColumnType::ALL.map(|kind| format!("`{}`", kind.name())).join(", ");
            let hint = match ColumnType::nearest(name) {
                Some(kind) => format!("write `{}`; ", kind.name()),
                None => String::new(),
            };
            self.error(
                span,
                format!("{} is no type of a stream's column: {hint}the types are {names}", quoted(name)),
            );
        }
        kind
    }
}
