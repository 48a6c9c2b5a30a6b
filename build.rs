//! Turns `sources/*.json` into the table of presets that is compiled into the crate.
//!
//! Each file loses its white space and the members that only people read, because every byte of the Worker
//! is loaded at each cold start.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Members of a source that only people read, on its page of docs/sources; the engine passes over them.
const FOR_PEOPLE: [&str; 12] = [
    "$schema",
    "name",
    "category",
    "docs",
    "verified",
    "unverified",
    "notes",
    "secret",
    "hook",
    "setup",
    "deadline_s",
    "retries",
];

fn main() {
    println!("cargo::rerun-if-changed=sources");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));

    let mut files: Vec<PathBuf> = fs::read_dir(root.join("sources"))
        .expect("the folder sources is there")
        .map(|entry| entry.expect("the folder sources can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();

    let mut table = String::from("&[\n");
    for file in &files {
        let id = file.file_stem().and_then(|stem| stem.to_str()).expect("a source's file name is UTF-8");
        let name = format!("{id}.source.json");
        fs::write(out.join(&name), minified(file)).expect("OUT_DIR can be written");
        writeln!(table, "    ({id:?}, include_str!(concat!(env!(\"OUT_DIR\"), \"/{name}\"))),")
            .expect("writing to a String succeeds");
    }
    table.push_str("]\n");
    fs::write(out.join("presets.rs"), table).expect("OUT_DIR can be written");
}

fn minified(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a source can be read");
    let mut value: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{} is no JSON: {error}", file.display()));
    let source = value.as_object_mut().unwrap_or_else(|| panic!("{} is no object", file.display()));
    for member in FOR_PEOPLE {
        source.shift_remove(member);
    }
    value.to_string()
}
