//! Reads lines of `{ "text": …, "columns": [{ "name", "type" }] }` and writes the outline of each as a line of JSON:
//! the core's side of `tests/kql.test.mjs`.

mod outline;

use std::io::{BufRead, stdin};

use serde_json::Value;

fn main() {
    for line in stdin().lock().lines() {
        let flow: Value = serde_json::from_str(&line.expect("UTF-8")).expect("a line of JSON");
        let columns = outline::columns(&flow["columns"]);
        println!("{}", outline::of(flow["text"].as_str().expect("a text"), &columns));
    }
}
