//! The rules: opinions about connectors. Each has a file, a page beside it, and a line in the list of its family.

mod connector;
mod cross;
mod dcr;
mod definition;
mod extra;
mod general;
pub mod options;
mod package;
mod required;
mod solution;
mod table;
mod transform;

use crate::artifact::connector::Connector;
use crate::artifact::dcr::Dcr;
use crate::artifact::definition::Definition;
use crate::artifact::folder::{File, FileId, Folder};
use crate::artifact::resource::Resource;
use crate::artifact::solution::{Solution, solutions};
use crate::artifact::table::Table;
use crate::artifact::transform::Transform;
use crate::finding::{Finding, Severity};
use crate::text::Span;
use options::{Level, Options};
use std::collections::{BTreeMap, HashMap};

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The code, such as `CCF011`. It is never used for another rule.
    pub code: &'static str,
    /// The name, which says the bad pattern: `table-name-without-cl`.
    pub name: &'static str,
    /// How bad its findings are, unless one says otherwise.
    pub severity: Severity,
    /// The page, in Markdown. Its sections `What it checks`, `Why it matters` and `What to do` are shown with findings.
    pub page: &'static str,
    /// What it looks at.
    pub check: Check,
}

/// What a rule looks at: it is called for every one there is, and cannot run without.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Every file of a solution.
    File(fn(&File, &Solution<'_>, &mut Report)),
    /// Every one of the four resources.
    Resource(fn(&Resource<'_>, &Solution<'_>, &mut Report)),
    /// Every table.
    Table(fn(&Table<'_>, &Solution<'_>, &mut Report)),
    /// Every Data Collection Rule.
    Dcr(fn(&Dcr<'_>, &Solution<'_>, &mut Report)),
    /// Every flow, with its transformation.
    Transform(fn(&Transform<'_>, &Solution<'_>, &mut Report)),
    /// Every data connector, those of other kinds than Push too.
    Connector(fn(&Connector<'_>, &Solution<'_>, &mut Report)),
    /// Every data connector definition, except those that belong to a connector of another kind than Push.
    Definition(fn(&Definition<'_>, &Solution<'_>, &mut Report)),
    /// The solution's data file, each if there are several.
    DataFile(fn(&File, &Solution<'_>, &mut Report)),
    /// The solution's metadata.
    Metadata(fn(&File, &Solution<'_>, &mut Report)),
    /// The release notes.
    Notes(fn(&File, &Solution<'_>, &mut Report)),
    /// The whole solution.
    Solution(fn(&Solution<'_>, &mut Report)),
}

/// Declares the modules of a family's rules and lists them.
macro_rules! family {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        /// The rules of the family in the order of their codes.
        pub(super) const RULES: &[super::Rule] = &[$($module::RULE),*];
    };
}
use family;

/// The families in the order of their codes, each with the name of its folder.
const FAMILIES: &[(&str, &[Rule])] = &[
    ("general", general::RULES),
    ("table", table::RULES),
    ("dcr", dcr::RULES),
    ("transform", transform::RULES),
    ("connector", connector::RULES),
    ("definition", definition::RULES),
    ("solution", solution::RULES),
    ("cross", cross::RULES),
    ("package", package::RULES),
    ("extra", extra::RULES),
];

/// Where the sources of this project are published.
pub const REPOSITORY: &str = "https://github.com/ccf-edge/ccf-edge";

/// Every rule in the order of the codes.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|(_, family)| family.iter())
}

/// The rule of a code, compared without regard to case, or of a name.
pub fn rule(code_or_name: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.code.eq_ignore_ascii_case(code_or_name) || rule.name == code_or_name)
}

impl Rule {
    /// What kind of artifact the rule is about: the name of its family, such as `table`.
    pub fn family(&self) -> &'static str {
        let own = |rules: &&[Rule]| rules.iter().any(|rule| rule.code == self.code);
        FAMILIES.iter().find(|(_, rules)| own(rules)).map_or("", |(family, _)| family)
    }

    /// The address of the rule's page.
    pub fn url(&self) -> String {
        let file = format!("{}_{}.md", self.code.to_ascii_lowercase(), self.name.replace('-', "_"));
        format!("{REPOSITORY}/blob/main/src/rules/{}/{file}", self.family())
    }

    /// What the rule checks, in Markdown.
    pub fn summary(&self) -> &'static str {
        self.section("What it checks")
    }

    /// Why a finding of it matters, in Markdown.
    pub fn why(&self) -> &'static str {
        self.section("Why it matters")
    }

    /// What to do about a finding of it, in Markdown.
    pub fn help(&self) -> &'static str {
        self.section("What to do")
    }

    /// The text of a section of the page; empty when it has none of that title.
    pub fn section(&self, title: &str) -> &'static str {
        let mut rest = self.page;
        while let Some((_, after)) = rest.split_once("\n## ") {
            let (heading, body) = after.split_once('\n').unwrap_or((after, ""));
            if heading.trim() == title {
                return body.split("\n## ").next().unwrap_or(body).trim();
            }
            rest = after;
        }
        ""
    }
}

/// How many findings one rule may have in one file; a file with more is made by a machine.
const PER_FILE: usize = 100;

/// Where a rule puts what it finds.
#[derive(Debug)]
pub struct Report {
    code: &'static str,
    severity: Severity,
    findings: Vec<Finding>,
    /// How many findings the rule that runs has in each file.
    counts: BTreeMap<FileId, usize>,
    /// What a finding too many is written to.
    spare: Finding,
}

impl Report {
    fn new() -> Self {
        Report {
            code: "",
            severity: Severity::Error,
            findings: Vec::new(),
            counts: BTreeMap::new(),
            spare: finding("", Severity::Error, FileId(0), Span::default(), String::new()),
        }
    }

    /// Whether no further finding of the rule in that file would be kept. A rule that has to work for its findings, say
    /// to find the nearest name, need not begin then.
    pub fn is_full(&self, file: &File) -> bool {
        self.counts.get(&file.id).is_some_and(|count| *count >= PER_FILE)
    }

    /// Reports a finding: what is wrong at `span` of `file`, as a sentence with a full stop.
    pub fn at(&mut self, file: &File, span: Span, message: impl Into<String>) -> &mut Finding {
        let finding = finding(self.code, self.severity, file.id, span, message.into());
        let count = self.counts.entry(file.id).or_default();
        *count = count.saturating_add(1);
        if *count > PER_FILE {
            self.spare = finding;
            return &mut self.spare;
        }
        self.findings.push(finding);
        self.findings.last_mut().unwrap_or(&mut self.spare)
    }
}

fn finding(code: &'static str, severity: Severity, file: FileId, span: Span, message: String) -> Finding {
    Finding {
        code,
        severity,
        file,
        span,
        message,
        help: String::new(),
        related: Vec::new(),
        fixes: Vec::new(),
        hidden: false,
    }
}

/// What checking gave.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The findings in the order of the files' paths, then of the text, then of the codes.
    pub findings: Vec<Finding>,
    /// The findings that the options suppress, in the same order.
    pub suppressed: Vec<Finding>,
    /// How many solutions there are.
    pub solutions: usize,
}

/// Checks every solution in a folder.
pub fn check(folder: &Folder, options: &Options) -> Checked {
    let mut report = Report::new();
    let solutions = solutions(folder);
    for rule in rules() {
        let level = options.level(rule.code);
        if level == Some(Level::Off) {
            continue;
        }
        report.code = rule.code;
        report.severity = rule.severity;
        report.counts.clear();
        let first = report.findings.len();
        for solution in &solutions {
            run(rule, solution, &mut report);
        }
        if let Some(Level::At(severity)) = level {
            report.findings.iter_mut().skip(first).for_each(|finding| finding.severity = severity);
        }
    }
    let mut findings = report.findings;
    hide_secrets(folder, &mut findings);
    let path = |finding: &Finding| folder.file(finding.file).map(|file| file.path.as_str());
    findings.sort_by(|left, right| {
        (path(left), left.span, left.code).cmp(&(path(right), right.span, right.code))
    });
    let (suppressed, findings) =
        findings.into_iter().partition(|finding| options.suppresses(folder, finding));
    Checked { findings, suppressed, solutions: solutions.len() }
}

/// Takes what may be a secret out of what other rules say of the same file: their messages go into logs.
fn hide_secrets(folder: &Folder, findings: &mut [Finding]) {
    let mut secrets: HashMap<FileId, Vec<String>> = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.hidden) {
        let text = folder.file(finding.file).and_then(|file| finding.span.of(&file.text));
        let text = text.map(|text| text.trim_matches('"')).filter(|text| !text.is_empty());
        secrets.entry(finding.file).or_default().extend(text.map(str::to_owned));
    }
    for finding in findings {
        for secret in secrets.get(&finding.file).into_iter().flatten() {
            let related = finding.related.iter_mut().map(|label| &mut label.message);
            let titles = finding.fixes.iter_mut().map(|fix| &mut fix.title);
            for text in [&mut finding.message, &mut finding.help].into_iter().chain(related).chain(titles) {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), "***");
                }
            }
        }
    }
}

fn run(rule: &Rule, solution: &Solution<'_>, report: &mut Report) {
    match rule.check {
        Check::File(check) => solution.files.iter().for_each(|file| check(file, solution, report)),
        Check::Resource(check) => {
            solution.resources().for_each(|resource| check(resource, solution, report));
        }
        Check::Table(check) => solution.tables.iter().for_each(|table| check(table, solution, report)),
        Check::Dcr(check) => solution.dcrs.iter().for_each(|dcr| check(dcr, solution, report)),
        Check::Transform(check) => {
            solution.transforms.iter().for_each(|transform| check(transform, solution, report));
        }
        Check::Connector(check) => {
            solution.connectors.iter().for_each(|connector| check(connector, solution, report));
        }
        Check::Definition(check) => {
            solution.push_definitions().for_each(|definition| check(definition, solution, report));
        }
        Check::DataFile(check) => {
            solution.data_files.iter().for_each(|file| check(file, solution, report));
        }
        Check::Metadata(check) => {
            solution.metadata.iter().for_each(|file| check(file, solution, report));
        }
        Check::Notes(check) => solution.notes.iter().for_each(|file| check(file, solution, report)),
        Check::Solution(check) => check(solution, report),
    }
}
