//! The files of a connector, each written as people write them.

use super::columns::{Proposal, TIME_GENERATED};
use super::{Column, Names};
use crate::artifact::schema;
use crate::json::{string_or_null, write_string};
use crate::kql::{self, written_name};
use crate::mapping::time;

/// The longest transform that is written, in characters. Azure takes 15,360.
const LONGEST_TRANSFORM: usize = 15_000;

/// The DCR's transform. When it would be too long to name every column, the streams' columns get the tables' names.
pub(super) fn transform(proposal: &mut Proposal) -> String {
    let projected = projected(proposal);
    if proposal.columns.iter().all(|column| column.stream == column.table) {
        return unprojected(proposal);
    }
    if projected.len() <= LONGEST_TRANSFORM {
        return projected;
    }
    for column in &mut proposal.columns {
        column.stream.clone_from(&column.table);
    }
    unprojected(proposal)
}

fn unprojected(proposal: &Proposal) -> String {
    match proposal.time {
        Some(_) => "source".to_owned(),
        None => format!("source | extend {TIME_GENERATED} = {}", arrival(proposal)),
    }
}

/// The time of arrival; before it, if there is one, the column whose name promises a time that the samples did not have.
/// A column of times was passed over with reason: it is an expiry, or the author wants none.
fn arrival(proposal: &Proposal) -> String {
    let streams: Vec<schema::Column> = proposal
        .columns
        .iter()
        .map(|column| schema::Column { name: column.stream.clone(), kind: column.kind })
        .collect();
    let promised = |column: &&schema::Column| column.kind != schema::ColumnType::Datetime;
    match kql::times::event_times(&streams).find(promised) {
        Some(column) => {
            let time = format!("todatetime({})", written_name(&column.name));
            format!("iff(isnotnull({time}), {time}, now())")
        }
        None => "now()".to_owned(),
    }
}

fn projected(proposal: &Proposal) -> String {
    let mut columns: Vec<String> = proposal.columns.iter().map(assigned).collect();
    match proposal.time {
        // The time stands first in every table.
        Some(time) if time < columns.len() => {
            let time = columns.remove(time);
            columns.insert(0, time);
        }
        _ => columns.insert(0, format!("{TIME_GENERATED} = {}", arrival(proposal))),
    }
    format!("source | project {}", columns.join(", "))
}

fn assigned(column: &Column) -> String {
    let (table, stream) = (written_name(&column.table), written_name(&column.stream));
    if table == stream { table } else { format!("{table} = {stream}") }
}

pub(super) fn write(names: &Names, proposal: &Proposal, transform: &str, now: i64) -> Vec<(String, String)> {
    let Names { solution, .. } = names;
    let mut date = Vec::new();
    time::write_rfc3339_millis(&mut date, now);
    let date: String = String::from_utf8_lossy(&date).chars().take(10).collect();
    let folder = format!("{solution}/Data Connectors/{solution}_ccf");
    vec![
        (format!("{folder}/table.json"), table(names, proposal)),
        (format!("{folder}/DCR.json"), dcr(names, proposal, transform)),
        (format!("{folder}/connectorDefinition.json"), definition(names)),
        (format!("{folder}/dataConnector.json"), connector(names)),
        (format!("{solution}/Data/Solution_{solution}.json"), data_file(names)),
        (format!("{solution}/SolutionMetadata.json"), metadata(names, &date)),
        (format!("{solution}/ReleaseNotes.md"), notes(&date)),
        ("relay.json".to_owned(), relay(names, proposal)),
    ]
}

fn table(names: &Names, proposal: &Proposal) -> String {
    let mut columns = vec![Json::line([
        ("name", Json::text(TIME_GENERATED)),
        ("type", Json::text("datetime")),
        ("description", Json::text("When the event happened.")),
    ])];
    let others = proposal.columns.iter().filter(|column| column.table != TIME_GENERATED);
    columns.extend(others.map(|column| named_and_typed(&column.table, column.kind.name())));
    Json::object([
        ("name", Json::text(&names.table)),
        ("apiVersion", Json::text("2022-10-01")),
        ("type", Json::text("Microsoft.OperationalInsights/workspaces/tables")),
        (
            "properties",
            Json::object([(
                "schema",
                Json::object([("name", Json::text(&names.table)), ("columns", Json::Array(columns))]),
            )]),
        ),
    ])
    .file()
}

fn named_and_typed(name: &str, kind: &str) -> Json {
    Json::line([("name", Json::text(name)), ("type", Json::text(kind))])
}

fn dcr(names: &Names, proposal: &Proposal, transform: &str) -> String {
    let columns = proposal.columns.iter().map(|column| named_and_typed(&column.stream, column.kind.name()));
    let streams = Json::Object(vec![(
        names.stream.clone(),
        Json::object([("columns", Json::Array(columns.collect()))]),
    )]);
    let workspace = Json::line([
        ("name", Json::text("clv2ws1")),
        ("workspaceResourceId", Json::text("[variables('workspaceResourceId')]")),
    ]);
    let flow = Json::object([
        ("streams", Json::Line(vec![Json::text(&names.stream)])),
        ("destinations", Json::Line(vec![Json::text("clv2ws1")])),
        ("transformKql", Json::text(transform)),
        ("outputStream", Json::text(&format!("Custom-{}", names.table))),
    ]);
    Json::object([
        ("name", Json::text(&format!("{}DCR", names.solution))),
        ("apiVersion", Json::text("2022-06-01")),
        ("type", Json::text("Microsoft.Insights/dataCollectionRules")),
        (
            "properties",
            Json::object([
                ("streamDeclarations", streams),
                ("destinations", Json::object([("logAnalytics", Json::Array(vec![workspace]))])),
                ("dataFlows", Json::Array(vec![flow])),
            ]),
        ),
    ])
    .file()
}

fn definition(names: &Names) -> String {
    let Names { product, table, stream, .. } = names;
    let filled = |label: &str, value: &str| {
        instruction(
            "CopyableLabel",
            vec![("label", Json::text(label)), ("fillWith", Json::Line(vec![Json::text(value)]))],
        )
    };
    let permission = Json::object([
        ("provider", Json::text("Microsoft.OperationalInsights/workspaces")),
        ("permissionsDisplayText", Json::text("Read and write permissions on the workspace are required.")),
        ("providerDisplayName", Json::text("Workspace")),
        ("scope", Json::text("Workspace")),
        (
            "requiredPermissions",
            Json::line([
                ("write", Json::Bool(true)),
                ("read", Json::Bool(true)),
                ("delete", Json::Bool(true)),
                ("action", Json::Bool(false)),
            ]),
        ),
    ]);
    let custom = |name: &str, description: &str| {
        Json::object([("name", Json::text(name)), ("description", Json::text(description))])
    };
    let customs = vec![
        custom("Microsoft Entra", "Permission to create an app registration in Microsoft Entra ID."),
        custom(
            "Microsoft Azure",
            "Permission to assign the Monitoring Metrics Publisher role on the data collection rule.",
        ),
    ];
    let deploy = Json::object([
        ("title", Json::text("1. Deploy the connector's resources")),
        ("description", Json::text("This creates the table, the data collection rule and the application.")),
        (
            "instructions",
            Json::Array(vec![instruction(
                "DeployPushConnectorButton",
                vec![
                    ("label", Json::text(&format!("Deploy the {product} connector resources"))),
                    ("applicationDisplayName", Json::text(&format!("{product} Connector Application"))),
                ],
            )]),
        ),
    ]);
    let labels = vec![
        filled("Tenant ID", "TenantId"),
        filled("Application ID", "ApplicationId"),
        filled("Application secret", "ApplicationSecret"),
        filled("Data collection endpoint", "DataCollectionEndpoint"),
        filled("Data collection rule ID", "DataCollectionRuleId"),
        instruction(
            "CopyableLabel",
            vec![("label", Json::text("Stream name")), ("value", Json::text(stream))],
        ),
    ];
    let enter = Json::object([
        ("title", Json::text(&format!("2. Enter these values where {product} sends its events from"))),
        ("description", Json::text("The secret is shown only now.")),
        ("instructions", Json::Array(labels)),
    ]);
    let config = Json::object([
        ("id", Json::text(&names.connector_id)),
        ("title", Json::text(&format!("{product} (Push)"))),
        ("publisher", Json::text(&names.publisher)),
        (
            "descriptionMarkdown",
            Json::text(&format!(
                "The {product} connector brings the events of {product} into the table `{table}`."
            )),
        ),
        (
            "graphQueries",
            Json::Array(vec![Json::object([
                ("metricName", Json::text("Events received")),
                ("legend", Json::text(table)),
                ("baseQuery", Json::text(table)),
            ])]),
        ),
        (
            "sampleQueries",
            Json::Array(vec![Json::object([
                ("description", Json::text("The newest events")),
                ("query", Json::text(&format!("{table}\n| sort by TimeGenerated desc\n| take 100"))),
            ])]),
        ),
        (
            "dataTypes",
            Json::Array(vec![Json::object([
                ("name", Json::text(table)),
                (
                    "lastDataReceivedQuery",
                    Json::text(&format!(
                        "{table}\n| summarize Time = max(TimeGenerated)\n| where isnotempty(Time)"
                    )),
                ),
            ])]),
        ),
        ("connectivityCriteria", Json::Line(vec![Json::line([("type", Json::text("HasDataConnectors"))])])),
        ("availability", Json::line([("isPreview", Json::Bool(false))])),
        (
            "permissions",
            Json::object([
                ("resourceProvider", Json::Array(vec![permission])),
                ("customs", Json::Array(customs)),
            ]),
        ),
        ("instructionSteps", Json::Array(vec![deploy, enter])),
    ]);
    Json::object([
        ("name", Json::text(&names.connector_id)),
        ("apiVersion", Json::text("2022-09-01-preview")),
        ("type", Json::text("Microsoft.SecurityInsights/dataConnectorDefinitions")),
        ("kind", Json::text("Customizable")),
        ("properties", Json::object([("connectorUiConfig", config)])),
    ])
    .file()
}

fn instruction(kind: &str, parameters: Vec<(&str, Json)>) -> Json {
    Json::object([("type", Json::text(kind)), ("parameters", Json::object(parameters))])
}

fn connector(names: &Names) -> String {
    Json::object([
        ("name", Json::text(&format!("{}Connector", names.connector_id))),
        ("apiVersion", Json::text("2023-02-01-preview")),
        ("type", Json::text("Microsoft.SecurityInsights/dataConnectors")),
        ("kind", Json::text("Push")),
        (
            "properties",
            Json::object([
                ("connectorDefinitionName", Json::text(&names.connector_id)),
                (
                    "dcrConfig",
                    Json::object([
                        ("streamName", Json::text(&names.stream)),
                        (
                            "dataCollectionEndpoint",
                            Json::text("[[parameters('dcrConfig').dataCollectionEndpoint]"),
                        ),
                        (
                            "dataCollectionRuleImmutableId",
                            Json::text("[[parameters('dcrConfig').dataCollectionRuleImmutableId]"),
                        ),
                    ]),
                ),
                (
                    "auth",
                    Json::object([
                        ("type", Json::text("Push")),
                        ("appId", Json::text("[[parameters('auth').appId]")),
                        ("servicePrincipalId", Json::text("[[parameters('auth').servicePrincipalId]")),
                    ]),
                ),
                ("request", Json::line([("RetryCount", Json::Number(1))])),
                ("response", Json::line([("eventsJsonPaths", Json::Line(vec![Json::text("$")]))])),
            ]),
        ),
    ])
    .file()
}

fn slug(names: &Names) -> String {
    names.solution.to_ascii_lowercase()
}

fn email(names: &Names) -> String {
    format!("support@{}.example", slug(names))
}

fn data_file(names: &Names) -> String {
    let Names { product, publisher, solution, .. } = names;
    let logo = format!("https://raw.githubusercontent.com/Azure/Azure-Sentinel/master/Logos/{solution}.svg");
    let definition = format!("Data Connectors/{solution}_ccf/connectorDefinition.json");
    // The packager splits the author at the first ` - `.
    let author = publisher.split(' ').filter(|word| *word != "-").collect::<Vec<_>>().join(" ");
    let author = if author.is_empty() { solution } else { &author };
    Json::object([
        ("Name", Json::text(solution)),
        ("Author", Json::text(&format!("{author} - {}", email(names)))),
        ("Logo", Json::text(&format!("<img src=\"{logo}\" width=\"75px\" height=\"75px\">"))),
        (
            "Description",
            Json::text(&format!(
                "The {product} solution brings the events of {product} into Microsoft Sentinel."
            )),
        ),
        ("Data Connectors", Json::Line(vec![Json::text(&definition)])),
        ("BasePath", Json::text(&format!("C:\\GitHub\\Azure-Sentinel\\Solutions\\{solution}"))),
        ("Version", Json::text("3.0.0")),
        ("Metadata", Json::text("SolutionMetadata.json")),
        ("TemplateSpec", Json::Bool(true)),
        ("Is1PConnector", Json::Bool(false)),
    ])
    .file()
}

fn metadata(names: &Names, date: &str) -> String {
    let slug = slug(names);
    Json::object([
        ("publisherId", Json::text(&slug)),
        ("offerId", Json::text(&format!("azure-sentinel-solution-{slug}"))),
        ("firstPublishDate", Json::text(date)),
        ("lastPublishDate", Json::text(date)),
        ("providers", Json::Line(vec![Json::text(&names.publisher)])),
        (
            "categories",
            Json::object([
                ("domains", Json::Line(vec![Json::text("Security - Threat Protection")])),
                ("verticals", Json::Line(Vec::new())),
            ]),
        ),
        (
            "support",
            Json::object([
                ("name", Json::text(&names.publisher)),
                ("tier", Json::text("Partner")),
                ("email", Json::text(&email(names))),
                ("link", Json::text(&format!("https://{slug}.example/support"))),
            ]),
        ),
    ])
    .file()
}

fn notes(date: &str) -> String {
    let mut parts = date.split('-');
    let (year, month, day) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    format!(
        "| **Version** | **Date Modified (DD-MM-YYYY)** | **Change History** |\n\
         |-------------|--------------------------------|--------------------|\n\
         | 3.0.0       | {day}-{month}-{year}                     | First release.     |\n"
    )
}

fn relay(names: &Names, proposal: &Proposal) -> String {
    let columns = proposal.columns.iter().map(|column| {
        let expression = column.member.as_deref().map_or_else(|| ".".to_owned(), path);
        (column.stream.clone(), Json::Text(expression))
    });
    let hook = Json::object([("source", Json::text("bearer")), ("columns", Json::Object(columns.collect()))]);
    Json::object([
        (
            "azure",
            Json::object([
                ("tenant_id", Json::text("<Tenant ID>")),
                ("client_id", Json::text("<Application ID>")),
                ("dce_endpoint", Json::text("<Data collection endpoint>")),
                ("dcr_immutable_id", Json::text("<Data collection rule ID>")),
                ("stream_name", Json::text(&names.stream)),
            ]),
        ),
        ("hooks", Json::Object(vec![(slug(names), hook)])),
    ])
    .file()
}

/// The jq path to a member of the event.
fn path(member: &str) -> String {
    /// The words that jq does not take behind a dot everywhere.
    const WORDS: [&str; 18] = [
        "and", "as", "catch", "def", "elif", "else", "end", "foreach", "if", "import", "include", "label",
        "not", "or", "reduce", "then", "try", "__loc__",
    ];
    let plain = member.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && member.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !WORDS.contains(&member);
    if plain { format!(".{member}") } else { format!(".[{}]", string_or_null(Some(member))) }
}

/// JSON to be written with two blanks of indentation.
enum Json {
    Text(String),
    Bool(bool),
    Number(u32),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
    /// An array on one line.
    Line(Vec<Json>),
    /// An object on one line.
    LineObject(Vec<(String, Json)>),
}

impl Json {
    fn text(text: &str) -> Json {
        Json::Text(text.to_owned())
    }

    fn object<'k>(members: impl IntoIterator<Item = (&'k str, Json)>) -> Json {
        Json::Object(owned(members))
    }

    fn line<'k>(members: impl IntoIterator<Item = (&'k str, Json)>) -> Json {
        Json::LineObject(owned(members))
    }

    fn file(&self) -> String {
        let mut out = Vec::new();
        self.write(&mut out, 0);
        out.push(b'\n');
        String::from_utf8(out).unwrap_or_default()
    }

    /// Recursion is as deep as the files above are.
    fn write(&self, out: &mut Vec<u8>, depth: usize) {
        match self {
            Json::Text(text) => write_string(out, text),
            Json::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Json::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Json::Array(items) => {
                list(out, *b"[]", items, Some(depth), |out, item, depth| item.write(out, depth))
            }
            Json::Line(items) => list(out, *b"[]", items, None, |out, item, depth| item.write(out, depth)),
            Json::Object(members) => list(out, *b"{}", members, Some(depth), member),
            Json::LineObject(members) => list(out, *b"{}", members, None, member),
        }
    }
}

fn owned<'k>(members: impl IntoIterator<Item = (&'k str, Json)>) -> Vec<(String, Json)> {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn member(out: &mut Vec<u8>, (key, value): &(String, Json), depth: usize) {
    write_string(out, key);
    out.extend_from_slice(b": ");
    value.write(out, depth);
}

/// Writes what stands between brackets: line by line at a depth, or on one line without one.
fn list<T>(
    out: &mut Vec<u8>,
    [open, close]: [u8; 2],
    items: &[T],
    depth: Option<usize>,
    write: impl Fn(&mut Vec<u8>, &T, usize),
) {
    out.push(open);
    let inside = depth.unwrap_or_default().saturating_add(1);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match depth {
            Some(_) => line_break(out, inside),
            // As in `{ "name": "A" }` and `["A"]`.
            None if index > 0 || open == b'{' => out.push(b' '),
            None => {}
        }
        write(out, item, inside);
    }
    match depth {
        Some(depth) if !items.is_empty() => line_break(out, depth),
        None if open == b'{' && !items.is_empty() => out.push(b' '),
        _ => {}
    }
    out.push(close);
}

fn line_break(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.extend(std::iter::repeat_n(b' ', depth.saturating_mul(2)));
}
