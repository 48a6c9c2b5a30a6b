//! The heartbeat: a row that says that the way to Azure works, for a source that has nothing to say.
//!
//! It goes the way of events: through the queue, with the relay's token, to the hook's stream. It has no event
//! behind it, so that no mapping runs: it has the time, its name, an id, and nothing else.

use std::convert::Infallible;

use crate::artifact::schema::{ColumnType, Schema};
use crate::batch::RowBuffer;
use crate::envelope::Envelope;
use crate::json::write_string;
use crate::mapping::plan::RECORD_INDEX;
use crate::mapping::time::write_rfc3339_millis;
use crate::text::squeezed;
use crate::webhook::delivery::Headers;

/// What stands in the column that tells heartbeats from events. In the queue it stands for the source: the source of
/// an event is one of the relay's own, whatever its sender says, so that nobody can pass an event off as a heartbeat.
pub const HEARTBEAT: &str = "ccf-edge heartbeat";

/// The column that has it unless the hook names another one.
pub const MARKER: &str = "EventType";

/// Names of columns of text that hold an event's time, without case, `_` and `-`.
const TIMES: [&str; 4] = ["timegenerated", "eventtime", "timestamp", "time"];

/// How a heartbeat fills the columns of a stream.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    columns: Vec<(String, Filling)>,
}

#[derive(Clone, Copy, Debug)]
enum Filling {
    Marker,
    Time,
    Id,
    Index,
}

impl Heartbeat {
    /// The heartbeat of a stream. `marker` names the column of text that gets [`HEARTBEAT`]; without it, it is
    /// [`MARKER`], however it is written. `None` if the stream has no such column of the type `string`.
    ///
    /// Every column of the type `datetime` gets the time, since any of them may be what the rule makes
    /// `TimeGenerated` of, and so does one of text that is named for it; `DeliveryId` gets the id.
    pub fn new(schema: &Schema, marker: Option<&str>) -> Option<Heartbeat> {
        let of_text = || schema.columns.iter().filter(|column| column.kind == ColumnType::String);
        let found = match marker {
            Some(name) => of_text().find(|column| column.name == name),
            None => of_text()
                .find(|column| column.name == MARKER)
                .or_else(|| of_text().find(|column| squeezed(&column.name) == squeezed(MARKER))),
        }?;
        let filling = |name: &str, kind| match kind {
            ColumnType::Datetime => Some(Filling::Time),
            ColumnType::String if name == found.name => Some(Filling::Marker),
            ColumnType::String => match squeezed(name).as_str() {
                "deliveryid" => Some(Filling::Id),
                name if TIMES.contains(&name) => Some(Filling::Time),
                _ => None,
            },
            ColumnType::Int | ColumnType::Long if name == RECORD_INDEX => Some(Filling::Index),
            _ => None,
        };
        let columns = schema.columns.iter();
        let columns =
            columns.filter_map(|column| Some((column.name.clone(), filling(&column.name, column.kind)?)));
        Some(Heartbeat { columns: columns.collect() })
    }

    /// Adds the row of one heartbeat; `at` is in milliseconds since the Unix epoch.
    pub fn row(&self, rows: &mut RowBuffer, id: &str, at: i64) {
        let Ok(()) = rows.write_row(|out| {
            for (index, (name, filling)) in self.columns.iter().enumerate() {
                out.push(if index == 0 { b'{' } else { b',' });
                write_string(out, name);
                out.push(b':');
                match filling {
                    Filling::Marker => write_string(out, HEARTBEAT),
                    Filling::Id => write_string(out, id),
                    Filling::Index => out.push(b'0'),
                    Filling::Time => {
                        out.push(b'"');
                        write_rfc3339_millis(out, at);
                        out.push(b'"');
                    }
                }
            }
            out.push(b'}');
            Ok::<(), Infallible>(())
        });
    }
}

/// The message of a heartbeat. `id` is unique, such as a random UUID; `at` is in milliseconds since the Unix epoch.
pub fn message(hook: &str, id: &str, at: i64) -> Vec<u8> {
    Envelope {
        hook: hook.into(),
        source: HEARTBEAT.into(),
        received_at: at,
        delivery_id: Some(["heartbeat-", id].concat().into()),
        event_type: None,
        url: None,
        headers: Headers::new(),
        only: None,
        body: &[],
    }
    .write()
}
