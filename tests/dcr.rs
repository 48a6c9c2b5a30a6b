//! Data Collection Rules: the streams they declare, and what is said about mistakes.

mod snapshot;

use std::fs;
use std::path::{Path, PathBuf};

use ccf_edge::artifact::dcr;
use ccf_edge::artifact::schema::ColumnType;
use ccf_edge::text::LineIndex;
use proptest::prelude::*;

/// The streams with their columns, or the errors with their places.
fn shown(text: &str) -> String {
    let index = LineIndex::new(text);
    match dcr::read(text) {
        Ok(schemas) => schemas
            .iter()
            .map(|schema| {
                let columns: String = schema
                    .columns
                    .iter()
                    .map(|column| format!("  {}: {}\n", column.name, column.kind.name()))
                    .collect();
                format!("{}\n{columns}", schema.stream)
            })
            .collect(),
        Err(errors) => errors
            .iter()
            .map(|error| {
                let place = index.position(text, error.span.start);
                format!("{}:{}: {}\n", place.line, place.column, error.message)
            })
            .collect(),
    }
}

#[test]
fn rules_are_read_or_refused_with_every_mistake_and_its_place() {
    for case in snapshot::cases("dcr") {
        let text = fs::read_to_string(case.join("DCR.json")).unwrap();
        snapshot::matches(&case.join("streams.txt"), &shown(&text));
    }
}

#[test]
fn types_have_the_names_of_the_api_and_no_others() {
    for kind in ColumnType::ALL {
        assert_eq!(ColumnType::parse(kind.name()), Some(kind));
        assert_eq!(ColumnType::parse(&kind.name().to_uppercase()), None);
        assert_eq!(ColumnType::nearest(&kind.name().to_uppercase()), Some(kind));
    }
    for (name, nearest) in [
        ("bool", Some(ColumnType::Boolean)),
        ("guid", Some(ColumnType::String)),
        ("dateTime", Some(ColumnType::Datetime)),
        ("double", Some(ColumnType::Real)),
        ("", None),
        ("blob", None),
    ] {
        assert_eq!((ColumnType::parse(name), ColumnType::nearest(name)), (None, nearest), "{name}");
    }
}

fn json_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            json_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

/// Published connectors lie outside of this repository: in the folder that `CCF_CORPUS` names, or in `../shared/corpus`.
#[test]
fn published_rules_are_read() {
    let folder = std::env::var_os("CCF_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    if !folder.is_dir() {
        eprintln!("published_rules_are_read: skipped, there is no {}", folder.display());
        return;
    }
    let mut files = Vec::new();
    json_files(&folder, &mut files);
    let mut rules = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let declares = text.to_lowercase().contains("\"microsoft.insights/datacollectionrules\"");
        if !declares || !text.contains("\"streamDeclarations\"") {
            continue;
        }
        let schemas = dcr::read(&text).unwrap_or_else(|errors| panic!("{}: {errors:?}", file.display()));
        assert!(
            schemas.iter().all(|schema| schema.stream.starts_with("Custom-") && !schema.columns.is_empty())
        );
        rules += 1;
    }
    assert!(rules > 0, "no Data Collection Rule in {}", folder.display());
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>(), at in any::<prop::sample::Index>()) {
        let _ = dcr::read(&text);
        let sound = include_str!("fixtures/dcr/wrong-declarations/DCR.json");
        let at = at.index(sound.len());
        let cut = format!("{}{text}{}", &sound[..at], &sound[at..]);
        if let Err(errors) = dcr::read(&cut) {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(error.span.of(&cut).is_some());
            }
        }
    }
}
