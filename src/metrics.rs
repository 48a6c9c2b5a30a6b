//! What an operator's charts are made of: points for Cloudflare's Analytics Engine.
//!
//! docs/operations.md has their schema, and queries. A point has the numbers of a log line, and the columns of the
//! dataset have one meaning each, whatever a point is about.

use crate::json::write_string;

/// How many points one invocation of a Worker may write (Cloudflare, "Workers Analytics Engine limits").
pub const MOST: usize = 25;

/// What a point is about: which deliveries or messages, and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// `delivery` for what came to the door, `message` for what came from the queue, `batch` for a whole batch.
    pub kind: &'static str,
    /// The hook; empty for a batch.
    pub hook: String,
    /// The source; empty where it is not known.
    pub source: String,
    /// The stream; empty where it is not known.
    pub stream: String,
    /// What became of them, as the log line says.
    pub outcome: &'static str,
    /// Why, as a code; empty where all is well.
    pub code: &'static str,
}

/// The numbers of a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// How many deliveries, messages or batches.
    pub count: u64,
    /// How many rows they became.
    pub rows: u64,
    /// How many values did not fit their columns.
    pub losses: u64,
    /// The sum of their times, in milliseconds.
    pub ms: u64,
    /// The longest of their times, in milliseconds.
    pub longest_ms: u64,
    /// How many calls went to Azure for them. A batch knows that, its messages do not.
    pub calls: u64,
}

/// One point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// What it is about.
    pub labels: Labels,
    /// How much.
    pub numbers: Numbers,
}

/// Adds to the point with these labels, or makes one. Of more than [`MOST`] the last one takes the rest: its hook,
/// source, stream and code are empty then.
pub fn add(points: &mut Vec<Point>, labels: Labels, numbers: Numbers) {
    let known = points.iter().position(|point| point.labels == labels);
    let at = known.unwrap_or(points.len()).min(MOST.saturating_sub(1));
    let Some(Point { labels: others, numbers: sum }) = points.get_mut(at) else {
        points.push(Point { labels, numbers });
        return;
    };
    if *others != labels {
        *others = Labels { kind: labels.kind, outcome: "several", ..Labels::default() };
    }
    sum.count = sum.count.saturating_add(numbers.count);
    sum.rows = sum.rows.saturating_add(numbers.rows);
    sum.losses = sum.losses.saturating_add(numbers.losses);
    sum.ms = sum.ms.saturating_add(numbers.ms);
    sum.longest_ms = sum.longest_ms.max(numbers.longest_ms);
    sum.calls = sum.calls.saturating_add(numbers.calls);
}

/// The points as a JSON array of what `writeDataPoint` takes.
pub fn write(points: &[Point]) -> String {
    let mut out = b"[".to_vec();
    for (index, Point { labels, numbers }) in points.iter().enumerate() {
        let Labels { kind, hook, source, stream, outcome, code } = labels;
        let Numbers { count, rows, losses, ms, longest_ms, calls } = numbers;
        out.extend_from_slice(if index == 0 { b"" } else { b"," });
        // The engine samples each index on its own, so that a busy hook hides no quiet one.
        out.extend_from_slice(b"{\"indexes\":[");
        write_string(&mut out, if hook.is_empty() { kind } else { hook });
        out.extend_from_slice(b"],\"blobs\":");
        for (index, text) in [kind, hook.as_str(), source, stream, outcome, code].into_iter().enumerate() {
            out.push(if index == 0 { b'[' } else { b',' });
            write_string(&mut out, text);
        }
        out.extend_from_slice(b"],\"doubles\":");
        for (index, number) in [count, rows, losses, ms, longest_ms, calls].into_iter().enumerate() {
            out.push(if index == 0 { b'[' } else { b',' });
            out.extend_from_slice(number.to_string().as_bytes());
        }
        out.extend_from_slice(b"]}");
    }
    out.push(b']');
    String::from_utf8_lossy(&out).into_owned()
}
