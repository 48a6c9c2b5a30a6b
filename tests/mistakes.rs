//! Every mistake that the rules know, seeded one at a time into the sound solution; and what only looks like a mistake.
//!
//! The seeds stand in `fixtures/mistakes/`, a file for each family of rules and `accepted.json`. A seed is an object:
//!
//! - `code`: the rule that has to find it, with the severity of the rule unless `severity` says another.
//! - `mistake`: what somebody did wrong.
//! - `change`: how, from a file to what is done to it. A file is a role (`table`, `dcr`, `connector`, `definition`,
//!   `data-file`, `metadata`, `notes`, `main-template`, `ui-definition`, `test-parameters`) or a path. What can be done:
//!   `set` a JSON Pointer to a value (`-` is the end of an array), `remove` a pointer, `rename` a member, `repeat` the
//!   last item of an array so many times, `replace` a text, `append` a text, `write` the whole file, `copy` it from
//!   another, `move` it to a path, `delete` it. They are done in this order.
//! - `at`: where it has to be found, `file pointer`, or `file:line` where there is no JSON. Without it: where the first
//!   change is, and for what was removed at its parent.
//! - `shows`: the text that is underlined.
//! - `also`: the codes of findings that truly follow from the mistake.
//! - `package`: whether the solution has its `Package`. Without it the seed is tried with and without, and what the
//!   package differs in is then found besides.
//! - `shape`: in `accepted.json`, what the change is; no error and no warning may be found but those of `also`.
//! - `folder`: the name of the solution's folder, which is `larkspur` else; `null` where it is not known.

#[path = "support/larkspur.rs"]
mod larkspur;

use ccf_edge::artifact::folder::Folder;
use ccf_edge::finding::{Finding, Severity};
use ccf_edge::report::text::{self, Colour};
use ccf_edge::rules::options::Options;
use ccf_edge::rules::{self, Check, Rule, rule, rules};
use larkspur::{PACKAGE, SOURCES};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a changed source makes of a package that stays as it was.
const PACKAGE_CONSEQUENCES: [&str; 3] = ["CCF124", "CCF128", "CCF126"];

type Files = BTreeMap<String, String>;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn path(file: &str) -> String {
    let known = SOURCES.iter().chain(&PACKAGE).find(|(role, _)| *role == file);
    known.map_or(file, |(_, path)| path).to_owned()
}

fn solution(with_package: bool) -> Files {
    let package: &[_] = if with_package { &PACKAGE } else { &[] };
    SOURCES.iter().chain(package).map(|(_, path)| ((*path).to_owned(), larkspur::text(path))).collect()
}

fn seeds(name: &str) -> Vec<Value> {
    let path = fixtures().join("mistakes").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let seeds: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    seeds.as_array().unwrap().clone()
}

fn families() -> Vec<String> {
    let names = std::fs::read_dir(fixtures().join("mistakes")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "accepted.json").collect();
    names.sort();
    names
}

fn members(value: Option<&Value>) -> Map<String, Value> {
    value.map(|value| value.as_object().expect("an object").clone()).unwrap_or_default()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(value) => {
            value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
        }
    }
}

/// What is done to a file's JSON, each with the pointer at which it shows.
fn change_json(root: &mut Value, change: &Map<String, Value>) {
    for (pointer, new) in members(change.get("set")) {
        if pointer.is_empty() {
            *root = new;
            continue;
        }
        let (parent, key) = split(&pointer);
        match root.pointer_mut(&parent).unwrap_or_else(|| panic!("no {parent}")) {
            Value::Object(members) => drop(members.insert(key, new)),
            Value::Array(items) if key == "-" => items.push(new),
            Value::Array(items) => items[key.parse::<usize>().unwrap()] = new,
            _ => panic!("no {pointer}"),
        }
    }
    for pointer in texts(change.get("remove")) {
        let (parent, key) = split(&pointer);
        match root.pointer_mut(&parent).unwrap_or_else(|| panic!("no {parent}")) {
            Value::Object(members) => assert!(members.shift_remove(&key).is_some(), "no {pointer}"),
            Value::Array(items) => drop(items.remove(key.parse().unwrap())),
            _ => panic!("no {pointer}"),
        }
    }
    for (pointer, new) in members(change.get("rename")) {
        let (parent, key) = split(&pointer);
        let object = root.pointer_mut(&parent).and_then(Value::as_object_mut).unwrap();
        let renamed = std::mem::take(object).into_iter();
        *object = renamed
            .map(|(name, value)| (if name == key { new.as_str().unwrap().to_owned() } else { name }, value))
            .collect();
    }
    for (pointer, count) in members(change.get("repeat")) {
        let items = root.pointer_mut(&pointer).and_then(Value::as_array_mut).unwrap();
        let last = items.last().unwrap().clone();
        for number in 1..=count.as_u64().unwrap() {
            let mut item = last.clone();
            if let Some(name) = item.get_mut("name") {
                *name = format!("{}{number}", name.as_str().unwrap()).into();
            }
            items.push(item);
        }
    }
}

fn split(pointer: &str) -> (String, String) {
    let (parent, key) = pointer.rsplit_once('/').unwrap_or_else(|| panic!("{pointer} is no pointer"));
    (parent.to_owned(), key.replace("~1", "/").replace("~0", "~"))
}

fn apply(files: &mut Files, seed: &Value) {
    for (file, change) in members(seed.get("change")) {
        let change = members(Some(&change));
        let path = path(&file);
        if let Some(other) = change.get("copy").and_then(Value::as_str) {
            let text = files[&self::path(other)].clone();
            files.insert(path.clone(), text);
        }
        if let Some(text) = change.get("write") {
            let text = text.as_str().map_or_else(|| format!("{text:#}\n"), str::to_owned);
            files.insert(path.clone(), text);
        }
        let text = files.get_mut(&path).unwrap_or_else(|| panic!("no {path}"));
        if ["set", "remove", "rename", "repeat"].iter().any(|name| change.contains_key(*name)) {
            let mut root: Value = serde_json::from_str(text).unwrap();
            change_json(&mut root, &change);
            *text = format!("{root:#}\n");
        }
        for (old, new) in members(change.get("replace")) {
            assert!(text.contains(&old), "{path} has no {old}");
            *text = text.replacen(&old, new.as_str().unwrap(), 1);
        }
        text.push_str(change.get("append").and_then(Value::as_str).unwrap_or_default());
        if let Some(new) = change.get("move").and_then(Value::as_str) {
            let text = files.remove(&path).unwrap();
            files.insert(new.to_owned(), text);
        }
        if change.contains_key("delete") {
            files.remove(&path);
        }
    }
}

/// The place that a seed names, or that its first change has.
fn place(seed: &Value) -> (String, Place) {
    if let Some(at) = seed.get("at").and_then(Value::as_str) {
        if let Some((file, pointer)) = at.split_once(" /") {
            return (path(file), Place::Pointer(format!("/{pointer}")));
        }
        if let Some((file, line)) = at.rsplit_once(':') {
            return (path(file), Place::Line(line.parse().unwrap()));
        }
        return (path(at), Place::Pointer(String::new()));
    }
    let changes = members(seed.get("change"));
    let (file, change) = changes.iter().next().unwrap();
    let first = |name: &str| members(change.get(name)).keys().next().cloned();
    let pointer = if let Some(pointer) = first("set").or_else(|| first("repeat")) {
        pointer
    } else if let Some((pointer, new)) = members(change.get("rename")).into_iter().next() {
        format!("{}/{}", split(&pointer).0, new.as_str().unwrap())
    } else if let Some(pointer) = texts(change.get("remove")).first() {
        split(pointer).0
    } else {
        String::new()
    };
    (path(file), Place::Pointer(pointer))
}

#[derive(Debug, PartialEq)]
enum Place {
    Pointer(String),
    Line(usize),
}

fn folder(seed: &Value, files: &Files) -> Folder {
    let name = seed.get("folder").map_or(Some("larkspur"), Value::as_str);
    let mut folder = Folder::new(name);
    for (path, text) in files {
        folder.add(path, text.as_bytes());
    }
    folder
}

fn check(folder: &Folder) -> Vec<Finding> {
    rules::check(folder, &Options::default()).findings
}

fn shown(folder: &Folder, findings: &[Finding]) -> String {
    text::write(folder, findings, Colour::Never)
}

/// What is wrong with how a seed was found.
fn judge(seed: &Value, with_package: bool) -> Option<String> {
    let mut files = solution(with_package);
    apply(&mut files, seed);
    let folder = folder(seed, &files);
    let findings = check(&folder);
    let code = seed["code"].as_str().unwrap();
    let (file, place) = place(seed);
    let severity = seed.get("severity").and_then(Value::as_str).and_then(Severity::parse);
    let severity =
        severity.unwrap_or_else(|| rule(code).unwrap_or_else(|| panic!("no rule {code}")).severity);
    let also: BTreeSet<String> = texts(seed.get("also")).into_iter().collect();
    let is_there = |finding: &&Finding| {
        let found = folder.file(finding.file).unwrap();
        let same = match &place {
            Place::Pointer(pointer) => found.pointer(finding.span) == *pointer,
            Place::Line(line) => found.text[..finding.span.start].matches('\n').count() + 1 == *line,
        };
        let text = found.text.get(finding.span.start..finding.span.end).unwrap_or_default();
        finding.code == code
            && finding.severity == severity
            && found.path == file
            && same
            && seed.get("shows").and_then(Value::as_str).is_none_or(|shows| shows == text)
    };
    let count = findings.iter().filter(is_there).count();
    let others: BTreeSet<String> = findings
        .iter()
        .filter(|finding| finding.code != code)
        .map(|finding| finding.code.to_owned())
        .collect();
    // A type or column that is changed in one place no longer fits the transform: that is said besides.
    let of_transform = |code: &str| rule(code).is_some_and(reads_transforms);
    let expected = |found: &String| {
        also.contains(found)
            || of_transform(found)
            || (with_package && PACKAGE_CONSEQUENCES.contains(&found.as_str()))
    };
    let all = findings.iter().filter(|finding| finding.code == code).count();
    let missing = !with_package && also.iter().any(|code| !others.contains(code));
    if count == 1 && all == 1 && others.iter().all(expected) && !missing {
        return None;
    }
    let places: Vec<String> = findings
        .iter()
        .map(|finding| {
            let found = folder.file(finding.file).unwrap();
            format!(
                "{} {} {} {}",
                finding.code,
                finding.severity.name(),
                found.path,
                found.pointer(finding.span)
            )
        })
        .collect();
    let package = if with_package { " with its package" } else { "" };
    Some(format!(
        "{code} {}{package}: wanted {} at {file} {place:?}, also {also:?}, found {places:#?}\n{}",
        seed["mistake"],
        severity.name(),
        shown(&folder, &findings)
    ))
}

#[test]
fn every_mistake_is_found_where_it_is() {
    let mut wrong = Vec::new();
    for family in families() {
        for seed in seeds(&family) {
            let packages: &[bool] = match seed.get("package").and_then(Value::as_bool) {
                Some(true) => &[true],
                Some(false) => &[false],
                None => &[false, true],
            };
            wrong.extend(packages.iter().find_map(|with_package| judge(&seed, *with_package)));
        }
    }
    assert!(wrong.is_empty(), "{} seeds:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether a rule is about what a transformation does: the examples of its page are its seeds.
fn reads_transforms(rule: &Rule) -> bool {
    // CCF105 asks which of a table's columns no transformation fills.
    rule.family() == "transform" || matches!(rule.check, Check::Transform(_)) || rule.code == "CCF105"
}

#[test]
fn every_rule_has_its_seeds() {
    let seeded: BTreeSet<String> = families()
        .iter()
        .flat_map(|family| seeds(family))
        .map(|seed| seed["code"].as_str().unwrap().to_owned())
        .collect();
    let unseeded: Vec<&str> = rules()
        .filter(|rule| !reads_transforms(rule) && !seeded.contains(rule.code))
        .map(|rule| rule.code)
        .collect();
    assert!(unseeded.is_empty(), "{unseeded:?}");
}

#[test]
fn what_only_looks_like_a_mistake_is_accepted() {
    let mut wrong = Vec::new();
    for seed in seeds("accepted.json") {
        let mut files = solution(false);
        apply(&mut files, &seed);
        let folder = folder(&seed, &files);
        let mut findings = check(&folder);
        let said: BTreeSet<String> = texts(seed.get("also")).into_iter().collect();
        findings.retain(|finding| {
            finding.severity == Severity::Error
                || (finding.severity == Severity::Warning && !said.contains(finding.code))
        });
        if !findings.is_empty() {
            wrong.push(format!("{}:\n{}", seed["shape"], shown(&folder, &findings)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A solution with the mistakes of Microsoft's guide to CCF Push connectors: blanks inside a resource id, an address and
/// the logo, `bool` in the table and in the stream, the DCR shown again in the place of the data connector, a scope with
/// two slashes, `Is1Pconnector`, version 1.0.0 beside release notes of 3.0.0, and a date that was never filled in.
#[test]
fn the_example_of_the_guide_has_the_findings_of_its_mistakes() {
    let root = fixtures().join("connectors/guide-like");
    let mut folder = Folder::new(Some("Fernwood"));
    add_all(&mut folder, &root, &root);
    let text = shown(&folder, &check(&folder));
    let snapshot = fixtures().join("connectors/guide-like.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&snapshot, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&snapshot).unwrap_or_default(),
        text,
        "run with UPDATE=1 if this is right"
    );
}

/// All findings on the published connectors, to be read by people: `CCF_CORPUS=… cargo test --test mistakes -- published
/// --nocapture`.
#[test]
fn published_connectors_are_shown() {
    let Some(corpus) = std::env::var_os("CCF_CORPUS").map(PathBuf::from) else { return };
    for entry in std::fs::read_dir(&corpus).unwrap() {
        let solution = entry.unwrap().path();
        if !solution.is_dir() || solution.ends_with("derived") {
            continue;
        }
        let name = solution.file_name().unwrap().to_string_lossy().into_owned();
        let mut folder = Folder::new(Some(&name));
        add_all(&mut folder, &solution, &solution);
        println!("##### {name}\n{}", shown(&folder, &check(&folder)));
    }
    let derived = corpus.join("derived");
    let mut left = vec![derived.clone()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.ends_with("connectorUiConfig.partial.json") {
                let config: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
                let mut config = config.get("connectorUiConfig").unwrap_or(&config).clone();
                // The part lacks these.
                let sound: Value = serde_json::from_str(&solution(false)[&self::path("definition")]).unwrap();
                for (key, value) in members(sound.pointer("/properties/connectorUiConfig")) {
                    config.as_object_mut().unwrap().entry(key).or_insert(value);
                }
                let definition = serde_json::json!({
                    "name": "x", "apiVersion": "2022-09-01-preview", "kind": "Customizable",
                    "type": "Microsoft.SecurityInsights/dataConnectorDefinitions",
                    "properties": { "connectorUiConfig": config }
                });
                let mut folder = Folder::new(None);
                folder.add("definition.json", format!("{definition:#}").as_bytes());
                println!("##### {}\n{}", path.display(), shown(&folder, &check(&folder)));
            }
        }
    }
}

fn add_all(folder: &mut Folder, root: &Path, directory: &Path) {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut entries: Vec<PathBuf> = entries.collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            add_all(folder, root, &path);
        } else {
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            folder.add(&relative, &std::fs::read(&path).unwrap());
        }
    }
}

/// Another rule has something to say of the same line, and of the text itself.
#[test]
fn no_report_shows_a_secret() {
    let secret = "Korn.Blume.1797!xy";
    let mut files = solution(true);
    let template =
        "\"auth\": { \"type\": \"OAuth2\", \"password\": \"Korn.Blume.1797!xy\", \"appId\": \"x\" }";
    let connector = files.get_mut(&path("connector")).unwrap();
    let at = connector.find("\"auth\"").unwrap();
    let end = connector[at..].find('}').unwrap() + at + 1;
    connector.replace_range(at..end, template);
    let table = files.get_mut(&path("table")).unwrap();
    *table = table.replace(
        "\"type\": \"int\"",
        "\"type\": \"Korn.Blume.1797!xy\", \"password\": \"Korn.Blume.1797!xy\"",
    );
    let folder = folder(&Value::Null, &files);
    let checked = rules::check(&folder, &Options::default());
    let codes: BTreeSet<&str> = checked.findings.iter().map(|finding| finding.code).collect();
    for code in ["CCF018", "CCF066", "CCF067", "CCF069"] {
        assert!(codes.contains(code), "no {code}");
    }
    let shown = shown(&folder, &checked.findings);
    let others = format!("{:?}", checked.findings);
    assert!(shown.contains("\"password\": ********************"), "{shown}");
    // In the table the text stands twice, and only one of the two is known to be a secret.
    assert!(!shown.contains(&format!("`{secret}`")), "{shown}");
    assert!(!others.contains(secret), "{others}");
}

fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                found.push(pointer.clone());
                pointers(value, &pointer, found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let pointer = format!("{at}/{index}");
                found.push(pointer.clone());
                pointers(value, &pointer, found);
            }
        }
        _ => {}
    }
}

/// What may be missing or wrong without a word.
const HARMLESS: [&str; 24] = [
    // The packager writes these itself.
    "/apiVersion",
    "/workspaceResourceId",
    "definition /name",
    "remove connector /properties/dcrConfig/dataCollection",
    "remove connector /properties/auth/",
    // It means nothing to a Push connector.
    "/RetryCount",
    "/eventsJsonPaths",
    // It is for people.
    "/description",
    "empty definition /properties/connectorUiConfig/instructionSteps/",
    "remove definition /properties/connectorUiConfig/instructionSteps/",
    // One column, one sample or one vertical more or less is for the author to know. What reads a column that is gone,
    // and a transform that is gone, is for the rules about transforms.
    "remove table /properties/schema/columns/",
    "remove dcr /properties/streamDeclarations/Custom-Larkspur/columns/",
    "/transformKql",
    "remove definition /properties/connectorUiConfig/sampleQueries",
    "remove definition /properties/connectorUiConfig/availability",
    "/requiredPermissions/delete",
    "/requiredPermissions/action",
    "remove metadata /categories/verticals",
    // Either of the two is enough.
    "metadata /support/email",
    "metadata /support/link",
    // The packager does not look at them.
    "data-file /BasePath",
    "data-file /TemplateSpec",
    "data-file /Is1PConnector",
    "metadata /providers/0",
];

/// Removes each member and item of the sound solution in turn, and gives each a value of a wrong kind: what is found
/// nowhere must be listed above, with the reason.
#[test]
fn every_missing_or_wrong_value_is_found() {
    let mut silent = Vec::new();
    for (role, path) in SOURCES.iter().filter(|(_, path)| path.ends_with(".json")) {
        let sound = solution(false);
        let root: Value = serde_json::from_str(&sound[*path]).unwrap();
        let mut all = Vec::new();
        pointers(&root, "", &mut all);
        for pointer in all {
            for (name, change) in [
                ("remove", serde_json::json!({ "remove": pointer })),
                ("number", serde_json::json!({ "set": { pointer.as_str(): 7 } })),
                ("empty", serde_json::json!({ "set": { pointer.as_str(): "" } })),
            ] {
                let mut files = sound.clone();
                apply(&mut files, &serde_json::json!({ "change": { *role: change } }));
                let place = format!("{name} {role} {pointer}");
                if !HARMLESS.iter().any(|harmless| place.contains(harmless))
                    && check(&folder(&Value::Null, &files)).is_empty()
                {
                    silent.push(place);
                }
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}
