//! Expected outputs as files beside the fixtures. `UPDATE_SNAPSHOTS=1 cargo test` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders in `tests/fixtures/<name>`, sorted.
pub fn cases(name: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    let mut cases: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no fixtures in {}", root.display());
    cases
}

/// Compares `actual` with the file, or writes the file where that was asked for.
pub fn matches(file: &Path, actual: &str) {
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(file, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(actual, expected, "{} differs; UPDATE_SNAPSHOTS=1 writes it anew", file.display());
}
