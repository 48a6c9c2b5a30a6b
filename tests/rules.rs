//! The rules: the examples of every page, the sound solution, and what a whole connector with mistakes looks like.
//!
//! An example is a heading `### Valid` or `### Invalid` (with more behind it, if that helps) and the code blocks below
//! it, each a file. The words behind the language say which:
//!
//! - `table`, `dcr`, `connector`, `definition`, `data-file`, `metadata`, `notes`: this file of the sound solution in
//!   `fixtures/connectors/larkspur`, with the block merged into it (RFC 7386; `remove=/pointer` takes something away).
//! - `grow=/pointer:N`: the array there gets copies of its last item, with numbers behind their names, until it has N.
//! - `raw`: the block is the whole text.
//! - `path=…`: where the file lies, when not where it lies in the sound solution; without a role, raw.
//! - `main-template`, `ui-definition`: the same for what the packager made of the sound solution, in its `Package`.
//! - `at=/pointer`: the block is merged into the value there, not into the whole file.
//! - `solution`: the rest of the sound solution is there too.
//! - `package`: the rest of its `Package` is there too.
//! - `kusto`: no file, but what Microsoft's language service answers about the transformations; `kusto.test.mjs` looks
//!   that it does so.
//!
//! An invalid example gives exactly one finding, of the page's rule. A valid one gives none.
//! The findings as a terminal shows them stand in `tests/snapshot/rules/`; `UPDATE=1 cargo test --test rules` writes them.

#[path = "support/larkspur.rs"]
mod larkspur;

use ccf_edge::artifact::folder::Folder;
use ccf_edge::artifact::opinion;
use ccf_edge::edit;
use ccf_edge::finding::{Finding, Safety};
use ccf_edge::report::text::{self, Colour};
use ccf_edge::rules::options::Options;
use ccf_edge::rules::{self, Rule, rules};
use larkspur::{PACKAGE, SOURCES};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Stands among the files for the answers of the language service.
const KUSTO: &str = "kusto";

/// Files by path.
type Files = BTreeMap<String, String>;

struct Example {
    rule: &'static Rule,
    heading: String,
    valid: bool,
    files: Files,
}

fn examples(rule: &'static Rule) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut lines = rule.page.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("### ") {
            let valid = heading.starts_with("Valid");
            if valid || heading.starts_with("Invalid") {
                let heading = heading.to_owned();
                examples.push(Example { rule, heading, valid, files: Files::new() });
            }
        } else if let Some(info) = line.strip_prefix("```")
            && !info.is_empty()
        {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if let Some(example) = examples.last_mut() {
                example.add(info, &(block.join("\n") + "\n"));
            }
        }
    }
    examples
}

impl Example {
    fn add(&mut self, info: &str, block: &str) {
        if info == "json kusto" {
            self.files.insert(KUSTO.to_owned(), block.to_owned());
            return;
        }
        let mut role = None;
        let mut path = None;
        let mut raw = false;
        let mut at = "";
        let mut removed = Vec::new();
        let mut grown = None;
        for word in info.split(' ').skip(1) {
            if let Some(found) = SOURCES.iter().chain(&PACKAGE).find(|(name, _)| *name == word) {
                role = Some(found.1);
            } else if let Some(value) = word.strip_prefix("path=") {
                // A space is written `%20`.
                path = Some(value.replace("%20", " "));
            } else if let Some(pointer) = word.strip_prefix("remove=") {
                removed.push(pointer.replace("%20", " "));
            } else if let Some(pointer) = word.strip_prefix("at=") {
                at = pointer;
            } else if let Some(value) = word.strip_prefix("grow=") {
                grown = value.split_once(':');
            } else if word == "raw" {
                raw = true;
            } else if word == "solution" || word == "package" {
                let rest: &[_] = if word == "solution" { &SOURCES } else { &PACKAGE };
                for (_, path) in rest {
                    self.files.entry((*path).to_owned()).or_insert_with(|| larkspur::text(path));
                }
            } else {
                panic!("{}: `{word}` in `{info}` means nothing", self.rule.code);
            }
        }
        let file = path.clone().or(role.map(str::to_owned));
        let file = file.unwrap_or_else(|| panic!("{}: `{info}` names no file", self.rule.code));
        let text = match role {
            Some(role) if !raw && role.ends_with(".json") => {
                let mut base: Value = serde_json::from_str(&larkspur::text(role)).unwrap();
                for pointer in removed {
                    remove(&mut base, &pointer);
                }
                let patch: Value = serde_json::from_str(block)
                    .unwrap_or_else(|error| panic!("{}: {}: {error}", self.rule.code, self.heading));
                let part = base.pointer_mut(at).unwrap_or_else(|| panic!("{}: no {at}", self.name()));
                merge(part, patch);
                if let Some((pointer, count)) = grown {
                    grow(&mut base, pointer, count.parse().unwrap());
                }
                format!("{:#}\n", base)
            }
            _ => block.to_owned(),
        };
        self.files.insert(file, text);
    }

    fn name(&self) -> String {
        format!("{} {}, example \"{}\"", self.rule.code, self.rule.name, self.heading)
    }
}

/// RFC 7386, but null is a value: `remove=` removes.
fn merge(base: &mut Value, patch: Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, patch) => *base = patch,
    }
}

fn remove(base: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match base.pointer_mut(parent) {
        Some(Value::Object(members)) => assert!(members.shift_remove(&key).is_some(), "no {pointer}"),
        Some(Value::Array(items)) => drop(items.remove(key.parse().unwrap())),
        _ => panic!("no {pointer}"),
    }
}

fn grow(base: &mut Value, pointer: &str, count: usize) {
    let items = base.pointer_mut(pointer).and_then(Value::as_array_mut).unwrap();
    let last = items.last().unwrap().clone();
    for number in items.len()..count {
        let mut item = last.clone();
        item["name"] = format!("{}{number}", last["name"].as_str().unwrap()).into();
        items.push(item);
    }
}

fn folder(files: &Files) -> Folder {
    let mut folder = Folder::new(Some("larkspur"));
    for (path, text) in files.iter().filter(|(path, _)| *path != KUSTO) {
        folder.add(path, text.as_bytes());
    }
    if let Some(answers) = files.get(KUSTO) {
        folder.opinions = opinion::read(&folder, answers).expect("an array of answers");
    }
    folder
}

fn check(folder: &Folder) -> Vec<Finding> {
    rules::check(folder, &Options::default()).findings
}

fn shown(folder: &Folder, findings: &[Finding]) -> String {
    text::write(folder, findings, Colour::Never)
}

#[test]
fn the_sound_solution_has_no_finding() {
    let mut files: Files =
        SOURCES.iter().map(|(_, path)| ((*path).to_owned(), larkspur::text(path))).collect();
    for _ in 0..2 {
        let folder = folder(&files);
        let findings = check(&folder);
        assert!(findings.is_empty(), "{}", shown(&folder, &findings));
        // The second time with its package.
        files.extend(PACKAGE.iter().map(|(_, path)| ((*path).to_owned(), larkspur::text(path))));
    }
}

#[test]
fn codes_and_names_are_in_order_and_unique() {
    let mut names = HashSet::new();
    let mut last = "";
    for rule in rules() {
        assert!(rule.code > last, "{} does not come after {last}", rule.code);
        assert!(names.insert(rule.name), "{} is the name of two rules", rule.name);
        last = rule.code;
    }
}

#[test]
fn every_page_is_whole() {
    for rule in rules() {
        let title = format!("# {}: {}\n", rule.code, rule.name);
        assert!(rule.page.starts_with(&title), "{}: the page must start with `{title}`", rule.code);
        for section in ["What it checks", "Why it matters", "What to do", "Examples", "Source"] {
            assert!(!rule.section(section).is_empty(), "{} lacks `## {section}`", rule.code);
        }
        let examples = examples(rule);
        for valid in [true, false] {
            let found = examples.iter().any(|example| example.valid == valid);
            assert!(found, "{} has no {} example", rule.code, if valid { "valid" } else { "invalid" });
        }
    }
}

#[test]
fn every_example_gives_what_its_page_says() {
    let mut wrong = Vec::new();
    for example in rules().flat_map(examples) {
        let folder = folder(&example.files);
        let findings = check(&folder);
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
        let expected: &[&str] = if example.valid { &[] } else { &[example.rule.code] };
        if codes != expected {
            wrong.push(format!("{}: {codes:?}\n{}", example.name(), shown(&folder, &findings)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_first_fix_mends_its_finding_and_breaks_nothing() {
    let mut wrong = Vec::new();
    for example in rules().flat_map(examples).filter(|example| !example.valid) {
        let before = folder(&example.files);
        let findings = check(&before);
        let Some(fix) = findings.iter().find_map(|finding| finding.fixes.first()) else { continue };
        assert!(!fix.edits.is_empty(), "{}: the fix \"{}\" has no edits", example.name(), fix.title);
        let mut after = Folder::new(Some("larkspur"));
        for file in before.files() {
            after.add(&file.path, edit::apply(file, &fix.edits).0.as_bytes());
        }
        let left = check(&after);
        if !left.is_empty() {
            wrong.push(format!("{}: after \"{}\"\n{}", example.name(), fix.title, shown(&after, &left)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn findings_look_as_they_did() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for rule in rules() {
        let mut text = String::new();
        for example in examples(rule).into_iter().filter(|example| !example.valid) {
            let folder = folder(&example.files);
            text.push_str(&format!("## {}\n\n{}", example.heading, shown(&folder, &check(&folder))));
        }
        let path = repository("tests/snapshot/rules").join(format!("{}.txt", rule.code));
        if update {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        } else if std::fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            wrong.push(format!("{}:\n{text}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "run with UPDATE=1 if this is right:\n{}", wrong.join("\n"));
}

#[test]
fn the_list_of_rules_is_current() {
    let mut page = String::from(
        "# Rules\n\n<!-- Written by `UPDATE=1 cargo test --test rules`. Change the rules' pages, not this one. -->\n\n\
         What `ccf-edge check` looks for.\n\
         Each rule has a page with what it checks, why that matters, what to do, and examples; `ccf-edge explain CCF011` \
         shows it too.\n\
         A fix marked *safe* cannot be wrong and is made by `--fix`; a *suggested* one by `--fix=suggested`.\n",
    );
    let mut family = "";
    for rule in rules() {
        if rule.family() != family {
            family = rule.family();
            page.push_str(&format!("\n## {family}\n\n| code | name | severity | fix |\n|---|---|---|---|\n"));
        }
        let url = rule.url();
        let (_, path) = url.split_once("/src/").unwrap();
        let fixes: HashSet<&str> = examples(rule)
            .iter()
            .flat_map(|example| check(&folder(&example.files)))
            .flat_map(|finding| finding.fixes)
            .map(|fix| if fix.safety == Safety::Safe { "safe" } else { "suggested" })
            .collect();
        let fixes = ["safe", "suggested"].into_iter().filter(|fix| fixes.contains(fix));
        page.push_str(&format!(
            "| [{}](../src/{path}) | {} | {} | {} |\n",
            rule.code,
            rule.name,
            rule.severity.name(),
            fixes.collect::<Vec<_>>().join(", ")
        ));
    }
    let path = repository("docs/rules.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), page, "run with UPDATE=1");
    for rule in rules() {
        let url = rule.url();
        let (_, path) = url.split_once("/blob/main/").unwrap();
        assert!(repository(path).is_file(), "{} has its page elsewhere than at {path}", rule.code);
    }
}

/// The published connectors, where they can be had: no rule may call an accepted connector wrong.
#[test]
fn published_connectors_have_no_error() {
    // In the versions seen, the connector's stream and the one that its page tells people to copy differ; and files
    // that stand alone in the corpus lack their neighbours.
    const KNOWN: [(&str, &str); 1] = [("ZeroNetworks", "CCF112")];
    let corpus = std::env::var_os("CCF_CORPUS").map_or_else(|| repository("../shared/corpus"), PathBuf::from);
    if !corpus.is_dir() {
        eprintln!("no corpus of published connectors: CCF_CORPUS names none");
        return;
    }
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&corpus).unwrap() {
        let solution = entry.unwrap().path();
        let name = solution.file_name().unwrap().to_string_lossy().into_owned();
        if !solution.is_dir() || name == "derived" || name == "excerpts" {
            continue;
        }
        let mut folder = Folder::new(Some(&name));
        add_all(&mut folder, &solution, &solution);
        let mut findings = check(&folder);
        findings.retain(|finding| {
            finding.severity == ccf_edge::finding::Severity::Error
                && !KNOWN.contains(&(name.as_str(), finding.code))
        });
        if !findings.is_empty() {
            wrong.push(format!("{name}:\n{}", shown(&folder, &findings)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn add_all(folder: &mut Folder, root: &Path, directory: &Path) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_all(folder, root, &path);
        } else {
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            folder.add(&relative, &std::fs::read(&path).unwrap());
        }
    }
}
