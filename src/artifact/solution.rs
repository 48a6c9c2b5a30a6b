//! Which files make up a solution, and which part each plays.
//!
//! The packager finds the definition through the solution's data file and everything else by `type` below
//! `Data Connectors`; the names of the files mean nothing to it.
//! Source: `createSolutionV3` in Azure/Azure-Sentinel, `common/get-ccp-details.ps1`.

use super::connector::Connector;
use super::dcr::Dcr;
use super::definition::Definition;
use super::folder::{File, Folder, split};
use super::resource::{Resource, Role, resources};
use super::table::Table;
use crate::json::Value;

/// A solution: what the packager makes one package of.
#[derive(Clone, Debug)]
pub struct Solution<'f> {
    /// All files, those of other solutions too.
    pub folder: &'f Folder,
    /// The path of the solution's folder; empty when it is the folder that is checked.
    pub root: String,
    /// Its files in the order of their paths.
    pub files: Vec<&'f File>,
    /// The JSON files where the packager looks for resources that have none of the four.
    pub others: Vec<&'f File>,
    /// Its tables.
    pub tables: Vec<Table<'f>>,
    /// Its Data Collection Rules.
    pub dcrs: Vec<Dcr<'f>>,
    /// Its data connector definitions.
    pub definitions: Vec<Definition<'f>>,
    /// Its data connectors.
    pub connectors: Vec<Connector<'f>>,
    /// The files in `Data` that the packager takes for the solution's data file. There should be one.
    pub data_files: Vec<&'f File>,
    /// `SolutionMetadata.json`, or the file that the data file names instead.
    pub metadata: Option<&'f File>,
    /// `ReleaseNotes.md`.
    pub notes: Option<&'f File>,
    /// The files in `Package`: what the packager wrote.
    pub package: Vec<&'f File>,
}

/// Where in a solution a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Below `Data Connectors`, or beside a resource.
    Connectors,
    /// In `Data`.
    Data,
    /// Below `Package`.
    Package,
    /// At the top.
    Top,
    /// Below another folder, which has nothing to do with connectors.
    Elsewhere,
}

/// What the packager never takes for a resource or a data file.
const NEVER: [&str; 6] = [
    "function.json",
    "host.json",
    "proxies.json",
    "parameters.json",
    "parameter.json",
    "system_generated_metadata.json",
];

impl<'f> Solution<'f> {
    /// The name of the solution's folder, where it is known.
    pub fn folder_name(&self) -> Option<&str> {
        if self.root.is_empty() { self.folder.name.as_deref() } else { Some(split(&self.root).1) }
    }

    /// The path of a file relative to the solution's folder.
    pub fn relative<'p>(&self, file: &'p File) -> &'p str {
        below(&file.path, &self.root).unwrap_or(&file.path)
    }

    /// The file of that path relative to the solution's folder, compared without regard to case as the packager does.
    pub fn at(&self, path: &str) -> Option<&'f File> {
        self.files.iter().copied().find(|file| self.relative(file).eq_ignore_ascii_case(path))
    }

    /// Whether a file was given alone, or only resources of one kind: then nothing can be said of what is missing.
    pub fn is_part(&self) -> bool {
        let kinds = [
            !self.tables.is_empty(),
            !self.dcrs.is_empty(),
            !self.definitions.is_empty(),
            !self.connectors.is_empty(),
            !self.data_files.is_empty(),
            self.metadata.is_some(),
        ];
        kinds.iter().filter(|present| **present).count() < 2
    }

    /// Every resource, tables first.
    pub fn resources(&self) -> impl Iterator<Item = &Resource<'f>> {
        let tables = self.tables.iter().map(|table| &table.resource);
        let dcrs = self.dcrs.iter().map(|dcr| &dcr.resource);
        let definitions = self.definitions.iter().map(|definition| &definition.resource);
        let connectors = self.connectors.iter().map(|connector| &connector.resource);
        tables.chain(dcrs).chain(definitions).chain(connectors)
    }
}

/// The solutions in a folder, in the order of their paths. Files that belong to none are left out.
pub fn solutions(folder: &Folder) -> Vec<Solution<'_>> {
    let read: Vec<(&File, Vec<Resource<'_>>)> =
        folder.files().iter().map(|file| (file, resources_of_sources(file))).collect();
    let mut roots: Vec<String> = read.iter().filter_map(|(file, _)| marked_root(file)).collect();
    if roots.is_empty() {
        roots.extend(common_directory(&read));
    }
    roots.sort();
    roots.dedup();
    let mut solutions: Vec<Solution<'_>> = roots
        .iter()
        .map(|root| Solution {
            folder,
            root: root.clone(),
            files: Vec::new(),
            others: Vec::new(),
            tables: Vec::new(),
            dcrs: Vec::new(),
            definitions: Vec::new(),
            connectors: Vec::new(),
            data_files: Vec::new(),
            metadata: None,
            notes: None,
            package: Vec::new(),
        })
        .collect();
    let mut read = read;
    read.sort_by(|(left, _), (right, _)| left.path.cmp(&right.path));
    let beside: std::collections::HashSet<&str> =
        read.iter().filter(|(_, found)| !found.is_empty()).map(|(file, _)| file.directory()).collect();
    for (file, found) in read {
        // The deepest folder that has it.
        let home = solutions
            .iter_mut()
            .filter(|solution| below(&file.path, &solution.root).is_some())
            .max_by_key(|solution| solution.root.len());
        let Some(solution) = home else { continue };
        let place = place(file, &solution.root, beside.contains(file.directory()));
        solution.take(file, found, place);
    }
    for solution in &mut solutions {
        solution.find_metadata();
    }
    solutions.retain(|solution| !solution.files.is_empty());
    solutions
}

impl<'f> Solution<'f> {
    fn take(&mut self, file: &'f File, found: Vec<Resource<'f>>, place: Place) {
        let is_json = file.path.to_ascii_lowercase().ends_with(".json");
        let never = NEVER.iter().any(|name| file.name().eq_ignore_ascii_case(name));
        match place {
            Place::Package => {
                self.files.push(file);
                self.package.push(file);
            }
            Place::Data if is_json && !never && found.is_empty() => {
                self.files.push(file);
                self.data_files.push(file);
            }
            Place::Top if is_data_file(file) && found.is_empty() => {
                // A data file that is not where the packager looks, or a folder without the usual shape.
                self.files.push(file);
                self.data_files.push(file);
            }
            _ if !found.is_empty() => {
                self.files.push(file);
                for resource in found {
                    match resource.role {
                        Role::Table => self.tables.push(Table { resource }),
                        Role::Dcr => self.dcrs.push(Dcr { resource }),
                        Role::Definition => self.definitions.push(Definition { resource }),
                        Role::Connector => self.connectors.push(Connector { resource }),
                    }
                }
            }
            Place::Elsewhere => {}
            _ if file.name().eq_ignore_ascii_case("ReleaseNotes.md") => {
                self.files.push(file);
                self.notes = Some(file);
            }
            _ if is_metadata(file) => self.files.push(file),
            Place::Connectors if is_json && !never => {
                self.files.push(file);
                self.others.push(file);
            }
            _ => {
                // Logos, images, workbooks: nothing to read, but other files name them.
                self.files.push(file);
            }
        }
    }

    fn find_metadata(&mut self) {
        let named = self
            .data_files
            .iter()
            .filter_map(|file| file.value()?.find("/Metadata")?.as_str())
            .find_map(|path| self.at(path));
        let packed = |file: &File| self.package.iter().any(|packed| packed.id == file.id);
        let usual = || self.files.iter().copied().find(|file| is_metadata(file) && !packed(file));
        self.metadata = named.or_else(usual);
    }
}

/// The resources that are the connector's own: what a package contains was made of them.
fn resources_of_sources(file: &File) -> Vec<Resource<'_>> {
    if segments(&file.path).any(|part| part.eq_ignore_ascii_case("package")) {
        return Vec::new();
    }
    resources(file)
}

/// The folder of the solution that a file shows by where it lies or what it is.
fn marked_root(file: &File) -> Option<String> {
    let (directory, name) = split(&file.path);
    let parts: Vec<&str> = segments(directory).collect();
    let marker = |wanted: &str| parts.iter().position(|part| part.eq_ignore_ascii_case(wanted));
    let up_to = |index: usize| parts.get(..index).map(|parts| parts.join("/"));
    if let Some(index) = marker("Data Connectors") {
        return up_to(index);
    }
    if is_data_file(file) {
        let last = parts.last().is_some_and(|part| part.eq_ignore_ascii_case("Data"));
        return up_to(parts.len().saturating_sub(usize::from(last)));
    }
    let package = parts.last().is_some_and(|part| part.eq_ignore_ascii_case("Package"));
    if package && name.eq_ignore_ascii_case("mainTemplate.json") {
        return up_to(parts.len().saturating_sub(1));
    }
    is_metadata(file).then(|| directory.to_owned())
}

/// Without any marker everything is one solution: the deepest directory that has every resource, or the only file.
fn common_directory(read: &[(&File, Vec<Resource<'_>>)]) -> Option<String> {
    let with_resources: Vec<&File> =
        read.iter().filter(|(_, found)| !found.is_empty()).map(|(file, _)| *file).collect();
    let files = match (with_resources.as_slice(), read) {
        ([], [(file, _)]) => vec![*file],
        ([], _) => return None,
        _ => with_resources,
    };
    let mut files = files.into_iter();
    let mut common: Vec<&str> = segments(files.next()?.directory()).collect();
    for file in files {
        let same = segments(file.directory()).zip(&common).take_while(|(left, right)| left == *right).count();
        common.truncate(same);
    }
    Some(common.join("/"))
}

fn place(file: &File, root: &str, beside_a_resource: bool) -> Place {
    let relative = below(&file.path, root).unwrap_or(&file.path);
    let first = relative.split_once('/').map(|(first, _)| first);
    let is = |wanted: &str| first.is_some_and(|first| first.eq_ignore_ascii_case(wanted));
    match first {
        _ if is("Package") => Place::Package,
        _ if is("Data Connectors") => Place::Connectors,
        _ if is("Data") => Place::Data,
        _ if beside_a_resource => Place::Connectors,
        None => Place::Top,
        Some(_) => Place::Elsewhere,
    }
}

/// Whether a file is shaped as the packager's data file.
fn is_data_file(file: &File) -> bool {
    let has = |key: &str| file.value().is_some_and(|value| value.member(key).is_some());
    has("Name") && has("Metadata") && (has("Data Connectors") || has("BasePath"))
}

/// Whether a file is a solution's metadata, by its usual name or its shape.
fn is_metadata(file: &File) -> bool {
    let has = |key: &str| file.value().and_then(Value::as_object).is_some_and(|_| member(file, key));
    file.name().eq_ignore_ascii_case("SolutionMetadata.json") || (has("publisherId") && has("offerId"))
}

fn member(file: &File, key: &str) -> bool {
    file.value().is_some_and(|value| value.member(key).is_some())
}

/// A path relative to a directory; `None` when it does not lie below it.
fn below<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    if directory.is_empty() {
        return Some(path);
    }
    path.strip_prefix(directory)?.strip_prefix('/')
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}
