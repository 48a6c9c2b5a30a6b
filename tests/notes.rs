//! What is read of release notes.

use ccf_edge::artifact::folder::Folder;
use ccf_edge::artifact::notes::Notes;
use ccf_edge::artifact::version::{Date, Version};

/// Versions and dates of releases as the text has them.
type Rows = Vec<(String, String)>;

fn read(text: &str) -> Option<Rows> {
    let mut folder = Folder::new(None);
    let id = folder.add("ReleaseNotes.md", text.as_bytes());
    let file = folder.file(id).unwrap();
    let notes = Notes::read(file)?;
    for release in &notes.releases {
        for cell in [release.version, release.date] {
            assert_eq!(cell.span.of(&file.text), Some(cell.text), "a span covers its text");
        }
    }
    let shown = |release: &ccf_edge::artifact::notes::Release<'_>| {
        (release.version.plain().to_owned(), release.date.plain().to_owned())
    };
    Some(notes.releases.iter().map(shown).collect())
}

fn rows(rows: &[(&str, &str)]) -> Option<Rows> {
    Some(rows.iter().map(|(version, date)| ((*version).to_owned(), (*date).to_owned())).collect())
}

#[test]
fn tables_are_read_as_people_write_them() {
    type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
    let cases: [Case; 8] = [
        (
            "the usual form",
            "| **Version** | **Date Modified (DD-MM-YYYY)** | **Change History** |\n|---|---|---|\n| 3.0.1 | 01-02-2026 | More. |\n| 3.0.0 | 01-01-2026 | First. |\n",
            &[("3.0.1", "01-02-2026"), ("3.0.0", "01-01-2026")],
        ),
        (
            "with Windows line ends and a title above",
            "# Notes\r\n\r\n|Version|Date|Changes|\r\n| :--- | --- | ---: |\r\n|3.0.0|01-01-2026|First.|\r\n",
            &[("3.0.0", "01-01-2026")],
        ),
        (
            "without the last bar",
            "| Version | Date | Change |\n|--|--|--|\n| 3.0.0 | 01-01-2026 | First.",
            &[("3.0.0", "01-01-2026")],
        ),
        (
            "without bars at the edges",
            "Version | Date | Change\n--- | --- | ---\n3.0.0 | 01-01-2026 | First.\n",
            &[("3.0.0", "01-01-2026")],
        ),
        (
            "a cell over several lines",
            "| Version | Date | Change |\n|--|--|--|\n| 3.0.1 | 01-02-2026 | One, \n two. |\n| 3.0.0 | 01-01-2026 | First. |\n",
            &[("3.0.1", "01-02-2026"), ("3.0.0", "01-01-2026")],
        ),
        (
            "a bar in a cell",
            "| Version | Change | Date |\n|--|--|--|\n| **3.0.0** | `a \\| b` | 01-01-2026 |\n",
            &[("3.0.0", "01-01-2026")],
        ),
        ("a row without a date", "| Version | Date |\n|--|--|\n| 3.0.0\n", &[("3.0.0", "")]),
        ("no rows", "| Version | Date |\n|--|--|\n", &[]),
    ];
    for (name, text, expected) in cases {
        assert_eq!(read(text), rows(expected), "{name}");
    }
    for text in ["", "Version 3.0.0\n", "| Name | Value |\n|--|--|\n| 3.0.0 | 1 |\n"] {
        assert_eq!(read(text), None, "{text:?}");
    }
}

#[test]
fn versions_and_dates_are_read_strictly() {
    let version = |text| Version::parse(text).map(|version| version.to_string());
    assert_eq!(version("3.0.12").as_deref(), Some("3.0.12"));
    for text in ["", "3", "3.0", "3.0.0.0", "3.0.x", "v3.0.0", "3.0.+1", "3..0", " 3.0.0", "3.0.99999999999"]
    {
        assert_eq!(version(text), None, "{text:?}");
    }
    assert!(Version::parse("3.0.10") > Version::parse("3.0.9"));
    assert_eq!(Date::parse_day_first("29-02-2024"), Date::new(2024, 2, 29));
    assert_eq!(Date::parse_iso("2026-09-01"), Date::new(2026, 9, 1));
    for text in [
        "29-02-2026",
        "29-02-2100",
        "31-04-2026",
        "00-01-2026",
        "01-13-2026",
        "1-1-2026",
        "DD-MM-YYYY",
        "01-01-26",
        "01/01/2026",
    ] {
        assert_eq!(Date::parse_day_first(text), None, "{text:?}");
    }
    assert!(Date::parse_iso("2025-12-31") < Date::parse_iso("2026-01-01"));
}
