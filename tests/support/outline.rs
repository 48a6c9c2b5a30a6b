//! Outlines of transformations as JSON: one line for each fact, for snapshots and for the comparison with
//! Microsoft's language service.

use ccf_edge::artifact::schema::{Column, ColumnType};
use ccf_edge::kql::{self, Resolution};
use ccf_edge::text::Span;
use serde_json::{Value, json};

/// The outline of a transformation. `text` and `columns` are those of `{ "text": …, "columns": [{ "name", "type" }] }`.
pub fn of(text: &str, columns: &[Column]) -> Value {
    let outline = kql::analyze(text, columns);
    let place = |span: Span| format!("{}-{}", span.start, span.end);
    let problems = outline.problems.iter().map(|problem| {
        let code = span_text(text, problem.span);
        json!({ "at": place(problem.span), "text": code, "kind": format!("{:?}", problem.kind) })
    });
    let operators = outline.operators.iter().map(|operator| {
        json!({
            "at": place(operator.span),
            "name": operator.name,
            "verdict": format!("{:?}", operator.verdict),
            "nearest": operator.nearest,
        })
    });
    let calls = outline.calls.iter().map(|call| {
        json!({
            "at": place(call.span),
            "name": call.name,
            "verdict": format!("{:?}", call.verdict),
            "nearest": call.nearest,
        })
    });
    let reads = outline.reads.iter().map(|read| {
        let (resolution, nearest) = match &read.resolution {
            Resolution::Column => ("column", None),
            Resolution::Missing { nearest } => ("missing", nearest.as_deref()),
            Resolution::Undecided => ("undecided", None),
        };
        json!({ "at": place(read.span), "name": read.name, "resolution": resolution, "nearest": nearest })
    });
    let made = outline.output.columns.iter().map(|column| {
        json!({
            "name": column.name,
            "type": column.kind.map(|kind| kind.name()),
            "certain": column.certain,
            "origin": format!("{:?}", column.origin),
            "at": column.span.map(place),
            "expression": column.expression.map(|span| span_text(text, span)),
        })
    });
    json!({
        "source": format!("{:?}", outline.source),
        "problems": problems.collect::<Vec<_>>(),
        "operators": operators.collect::<Vec<_>>(),
        "calls": calls.collect::<Vec<_>>(),
        "reads": reads.collect::<Vec<_>>(),
        "parses": outline.parses.iter().map(|parse| json!({ "at": place(parse.span), "columns": parse.columns })).collect::<Vec<_>>(),
        "dynamics": outline.dynamics.iter().map(|literal| span_text(text, literal.content)).collect::<Vec<_>>(),
        "complete": outline.output.complete,
        "columns": made.collect::<Vec<_>>(),
    })
}

/// Panics where the span does not lie on the text's characters.
fn span_text(text: &str, span: Span) -> &str {
    span.of(text).expect("a span of the text")
}

/// The columns of `[{ "name", "type" }]`; those of other types are left out.
pub fn columns(declared: &Value) -> Vec<Column> {
    let declared = declared.as_array().map(Vec::as_slice).unwrap_or_default();
    let column = |column: &Value| {
        let kind = ColumnType::parse(column["type"].as_str()?)?;
        Some(Column { name: column["name"].as_str()?.to_owned(), kind })
    };
    declared.iter().filter_map(column).collect()
}
