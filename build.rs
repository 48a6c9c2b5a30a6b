//! Turns `sources/*.json` into the table of presets that is compiled into the crate.
//!
//! Each file loses its white space and the members that only people read, because every byte of the Worker
//! is loaded at each cold start. What people read goes into a catalogue of its own, which the preview has.

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
    println!("cargo::rerun-if-changed=tests/fixtures/payloads");
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
    fs::write(out.join("catalogue.json"), catalogue(&root, &files)).expect("OUT_DIR can be written");
}

/// What people read of each source, with sample deliveries, in one object. Only the preview has it.
fn catalogue(root: &Path, files: &[PathBuf]) -> String {
    let mut catalogue = serde_json::Map::new();
    for file in files {
        let text = fs::read_to_string(file).expect("a source can be read");
        let mut source: serde_json::Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{} is no JSON: {error}", file.display()));
        let members = source.as_object_mut().unwrap_or_else(|| panic!("{} is no object", file.display()));
        members.retain(|name, _| {
            ["name", "category", "docs", "setup", "notes", "secret"].contains(&name.as_str())
        });
        let id = file.file_stem().and_then(|stem| stem.to_str()).expect("a source's file name is UTF-8");
        members.insert("samples".to_owned(), samples(&root.join("tests/fixtures/payloads").join(id)).into());
        catalogue.insert(id.to_owned(), source);
    }
    serde_json::Value::from(catalogue).to_string()
}

/// The made-up deliveries of a source, by name; none where the folder is not there.
fn samples(folder: &Path) -> serde_json::Map<String, serde_json::Value> {
    let Ok(entries) = fs::read_dir(folder) else { return serde_json::Map::new() };
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be listed").path()).collect();
    files.sort();
    let mut samples = serde_json::Map::new();
    for file in files {
        let name =
            file.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".json"));
        let Some(name) = name.filter(|name| !name.ends_with(".rows")) else { continue };
        let text = fs::read_to_string(&file).expect("a sample can be read");
        let sample = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{} is no JSON: {error}", file.display()));
        samples.insert(name.to_owned(), sample);
    }
    samples
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
