//! Which files make up a solution, and which part each plays.
//!
//! The packager finds the definition through the solution's data file and everything else by `type` below
//! `Data Connectors`; the names of the files mean nothing to it.
//! Source: `createSolutionV3` in Azure/Azure-Sentinel, `common/get-ccp-details.ps1`.
//!
//! What is given to check may be a solution, a repository of many, a folder with nothing but a connector's files, or
//! one file: [`roots`] says how solutions are told apart.

use super::connector::Connector;
use super::dcr::Dcr;
use super::definition::Definition;
use super::folder::{File, Folder, split};
use super::resource::{Resource, Role, resources};
use super::table::Table;
use super::transform::{self, Transform};
use crate::json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

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
    /// The flows of its Data Collection Rules, followed into their tables.
    pub transforms: Vec<Transform<'f>>,
    /// The files in `Data` that the packager takes for the solution's data file. There should be one.
    pub data_files: Vec<&'f File>,
    /// `SolutionMetadata.json`, or the file that the data file names instead.
    pub metadata: Option<&'f File>,
    /// `ReleaseNotes.md`.
    pub notes: Option<&'f File>,
    /// The files in `Package`: what the packager wrote.
    pub package: Vec<&'f File>,
    /// Every file below the root, those that have nothing to do with connectors too, by its path in lower case.
    paths: HashMap<String, &'f File>,
    /// Which connectors name which definition, by the definition's id in lower case.
    named: HashMap<String, Vec<usize>>,
    /// The definitions by their ids in lower case.
    ids: HashMap<String, usize>,
    /// The streams that Push connectors name, in lower case.
    streams: HashSet<String>,
}

/// How many connectors are looked up for one definition; a solution with more is made by a machine.
const PER_DEFINITION: usize = 8;

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

/// What the packager never takes for a resource.
const NO_RESOURCES: [&str; 3] = ["function.json", "host.json", "proxies.json"];

/// What the packager never takes for a data file.
const NO_DATA_FILES: [&str; 3] = ["parameters.json", "parameter.json", "system_generated_metadata.json"];

/// The folder where the packager looks for connectors.
const CONNECTORS: &str = "Data Connectors";

impl<'f> Solution<'f> {
    /// The name of the solution's folder, where it is known.
    pub fn folder_name(&self) -> Option<&str> {
        if !self.root.is_empty() {
            return Some(split(&self.root).1);
        }
        self.folder.name.as_deref().filter(|_| !is_connectors(self.folder))
    }

    /// The path of a file relative to the solution's folder.
    pub fn relative<'p>(&self, file: &'p File) -> &'p str {
        below(&file.path, &self.root).unwrap_or(&file.path)
    }

    /// The file of that path relative to the solution's folder, compared without regard to case as the packager does.
    pub fn at(&self, path: &str) -> Option<&'f File> {
        self.paths.get(&path.to_ascii_lowercase()).copied()
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

    /// The data connectors whose `connectorDefinitionName` is the definition's id, compared as the packager does.
    pub fn connectors_of(&self, definition: &Definition<'_>) -> impl Iterator<Item = &Connector<'f>> {
        let id = definition.id().and_then(Value::as_str).map(str::to_ascii_lowercase);
        let indices = id.and_then(|id| self.named.get(&id)).map(Vec::as_slice).unwrap_or_default();
        indices.iter().filter_map(|index| self.connectors.get(*index))
    }

    /// The definition of that id, compared as the packager does. Of several the first counts.
    pub fn definition(&self, id: &str) -> Option<&Definition<'f>> {
        self.ids.get(&id.to_ascii_lowercase()).and_then(|index| self.definitions.get(*index))
    }

    /// Whether a Push connector names the stream, in any case.
    pub fn is_connector_stream(&self, name: &str) -> bool {
        self.streams.contains(&name.to_ascii_lowercase())
    }

    /// Whether a definition is a Push connector's, as far as can be told: its page says so, or its connector does, or
    /// nothing says otherwise.
    pub fn is_push(&self, definition: &Definition<'_>) -> bool {
        if definition.looks_like_push() == Some(true) {
            return true;
        }
        let mut connectors = self.connectors_of(definition).peekable();
        match connectors.peek() {
            Some(_) => connectors.any(Connector::is_push),
            None => definition.looks_like_push().is_none(),
        }
    }

    /// The definitions of Push connectors.
    pub fn push_definitions(&self) -> impl Iterator<Item = &Definition<'f>> {
        self.definitions.iter().filter(|definition| self.is_push(definition))
    }

    /// The data connectors of kind Push.
    pub fn push_connectors(&self) -> impl Iterator<Item = &Connector<'f>> {
        self.connectors.iter().filter(|connector| connector.is_push())
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

/// The solutions in a folder, in the order of their paths. Files that belong to none are left out; so are, where some
/// solution has one of the four resources, the solutions that have none: they are about something else. There is none
/// where no file is a part of one, and none that cannot be read might be.
pub fn solutions(folder: &Folder) -> Vec<Solution<'_>> {
    let packages = packages(folder);
    let mut read: Vec<(&File, Vec<Resource<'_>>)> = folder
        .files()
        .iter()
        .map(|file| {
            let packed = ancestors(file.directory()).any(|directory| packages.contains(directory));
            // What a package contains was made of the sources, which count.
            (file, if packed { Vec::new() } else { resources(file) })
        })
        .collect();
    read.sort_by(|(left, _), (right, _)| left.path.cmp(&right.path));
    let beside: HashSet<&str> =
        read.iter().filter(|(_, found)| !found.is_empty()).map(|(file, _)| file.directory()).collect();
    let alone = folder.files().len() == 1;
    let mut solutions: BTreeMap<&str, Solution<'_>> =
        roots(folder, &read).into_iter().map(|root| (root, Solution::new(folder, root))).collect();
    for (file, found) in read {
        // The deepest folder that has it.
        let home = ancestors(file.directory()).find(|directory| solutions.contains_key(directory));
        let Some(solution) = home.and_then(|home| solutions.get_mut(home)) else { continue };
        solution.paths.insert(solution.relative(file).to_ascii_lowercase(), file);
        let beside = alone || beside.contains(file.directory());
        let place = place(file, solution, beside);
        solution.take(file, found, place);
    }
    let mut solutions: Vec<Solution<'_>> = solutions.into_values().collect();
    for solution in &mut solutions {
        solution.find_metadata();
        solution.index_connectors();
        solution.transforms = transform::transforms(solution);
    }
    let some = solutions.iter().any(|solution| solution.resources().next().is_some());
    solutions.retain(|solution| match some {
        true => solution.resources().next().is_some() || solution.others.iter().any(|file| almost(file)),
        false => is_connectors(folder) || solution.is_recognized(),
    });
    solutions
}

impl<'f> Solution<'f> {
    fn new(folder: &'f Folder, root: &str) -> Self {
        Solution {
            folder,
            root: root.to_owned(),
            files: Vec::new(),
            others: Vec::new(),
            tables: Vec::new(),
            dcrs: Vec::new(),
            definitions: Vec::new(),
            connectors: Vec::new(),
            transforms: Vec::new(),
            data_files: Vec::new(),
            metadata: None,
            notes: None,
            package: Vec::new(),
            paths: HashMap::new(),
            named: HashMap::new(),
            ids: HashMap::new(),
            streams: HashSet::new(),
        }
    }

    fn take(&mut self, file: &'f File, found: Vec<Resource<'f>>, place: Place) {
        let is_json = file.path.to_ascii_lowercase().ends_with(".json");
        let named = |names: &[&str]| names.iter().any(|name| file.name().eq_ignore_ascii_case(name));
        if !found.is_empty() {
            self.files.push(file);
            for resource in found {
                match resource.role {
                    Role::Table => self.tables.push(Table { resource }),
                    Role::Dcr => self.dcrs.push(Dcr { resource }),
                    Role::Definition => self.definitions.push(Definition { resource }),
                    Role::Connector => self.connectors.push(Connector { resource }),
                }
            }
            return;
        }
        match place {
            Place::Package => self.package.push(file),
            Place::Data if is_json && !named(&NO_DATA_FILES) => self.data_files.push(file),
            // One that is not where the packager looks, or in a folder without the usual shape.
            _ if is_data_file(file) => self.data_files.push(file),
            Place::Elsewhere => return,
            _ if file.name().eq_ignore_ascii_case("ReleaseNotes.md") => self.notes = Some(file),
            _ if is_metadata(file) => {}
            Place::Connectors if is_json && !named(&NO_RESOURCES) => self.others.push(file),
            // Logos, images: nothing to read.
            _ => {}
        }
        self.files.push(file);
    }

    /// Whether something in it says that it is a solution, or may be an unreadable part of one, though it has none of the
    /// four resources.
    fn is_recognized(&self) -> bool {
        self.metadata.is_some()
            || self.notes.is_some()
            || !self.data_files.is_empty()
            || !self.package.is_empty()
            || self.files.iter().any(|file| marked(file).is_some() || almost(file))
    }

    fn index_connectors(&mut self) {
        for (index, definition) in self.definitions.iter().enumerate() {
            let Some(id) = definition.id().and_then(Value::as_str) else { continue };
            self.ids.entry(id.to_ascii_lowercase()).or_insert(index);
        }
        for (index, connector) in self.connectors.iter().enumerate() {
            if let Some(stream) =
                connector.stream_name().and_then(Value::as_str).filter(|_| connector.is_push())
            {
                self.streams.insert(stream.to_ascii_lowercase());
            }
            let Some(name) = connector.definition_name().and_then(Value::as_str) else { continue };
            let indices = self.named.entry(name.to_ascii_lowercase()).or_default();
            if indices.len() < PER_DEFINITION {
                indices.push(index);
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

/// The directories that the packager wrote.
fn packages(folder: &Folder) -> HashSet<&str> {
    let written = folder.files().iter().filter(|file| {
        ["mainTemplate.json", "createUiDefinition.json"]
            .iter()
            .any(|name| file.name().eq_ignore_ascii_case(name))
    });
    written
        .map(File::directory)
        .filter(|directory| split(directory).1.eq_ignore_ascii_case("Package"))
        .collect()
}

/// The folders of the solutions.
///
/// 1. What has a `Data Connectors`, a data file in `Data`, or a packaged template in `Package`, is a solution.
/// 2. So is a folder with a solution's metadata, or with a data file, that is not part of such a one.
/// 3. Resources elsewhere make one solution together. But where several folders have a definition with a connector or
///    a DCR beside it, each of those folders is a solution.
/// 4. Without any of these the whole folder is taken for one, so that files that cannot be read are not passed over.
fn roots<'f>(folder: &'f Folder, read: &[(&'f File, Vec<Resource<'f>>)]) -> BTreeSet<&'f str> {
    if is_connectors(folder) {
        return BTreeSet::from([""]);
    }
    let mut roots: BTreeSet<&str> = read.iter().filter_map(|(file, _)| marked(file)).collect();
    let mut hints: Vec<&str> = read
        .iter()
        .filter(|(file, _)| is_data_file(file) || is_metadata(file))
        .map(|(file, _)| file.directory())
        .collect();
    hints.sort_by_key(|hint| hint.len());
    add_outermost(&mut roots, hints);

    let loose = |roots: &BTreeSet<&str>| -> Vec<&'f File> {
        let found = read.iter().filter(|(_, found)| !found.is_empty()).map(|(file, _)| *file);
        found.filter(|file| !ancestors(file.directory()).any(|directory| roots.contains(directory))).collect()
    };
    let mut roles: HashMap<&str, HashSet<Role>> = HashMap::new();
    for (file, found) in read {
        roles.entry(file.directory()).or_default().extend(found.iter().map(|resource| resource.role));
    }
    let is_whole = |directory: &&str| {
        roles.get(directory).is_some_and(|roles| {
            roles.contains(&Role::Definition)
                && (roles.contains(&Role::Connector) || roles.contains(&Role::Dcr))
        })
    };
    let wholes: BTreeSet<&str> = loose(&roots).into_iter().map(File::directory).filter(is_whole).collect();
    if wholes.len() > 1 {
        let mut wholes: Vec<&str> = wholes.into_iter().collect();
        wholes.sort_by_key(|whole| whole.len());
        add_outermost(&mut roots, wholes);
    }
    roots.extend(common(&loose(&roots)));
    if roots.is_empty() {
        let all: Vec<&File> = read.iter().map(|(file, _)| *file).collect();
        roots.extend(common(&all));
    }
    roots
}

/// Whether only the connectors of a solution were given.
fn is_connectors(folder: &Folder) -> bool {
    folder.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(CONNECTORS))
}

/// Adds the directories, shortest first, that do not lie in one that is there.
fn add_outermost<'p>(roots: &mut BTreeSet<&'p str>, directories: Vec<&'p str>) {
    for directory in directories {
        if !ancestors(directory).any(|outer| roots.contains(outer)) {
            roots.insert(directory);
        }
    }
}

/// The folder of the solution that a file surely belongs to by where it lies.
fn marked(file: &File) -> Option<&str> {
    let (directory, name) = split(&file.path);
    let outermost =
        ancestors(directory).filter(|ancestor| split(ancestor).1.eq_ignore_ascii_case(CONNECTORS)).last();
    if let Some(connectors) = outermost {
        return Some(split(connectors).0);
    }
    let (above, last) = split(directory);
    let packed = last.eq_ignore_ascii_case("Package") && name.eq_ignore_ascii_case("mainTemplate.json");
    let data = last.eq_ignore_ascii_case("Data") && is_data_file(file);
    (packed || data).then_some(above)
}

/// The deepest directory that has every one of the files.
fn common<'f>(files: &[&'f File]) -> Option<&'f str> {
    let mut common = files.first()?.directory();
    for file in files {
        while below(&file.path, common).is_none() {
            common = split(common).0;
        }
    }
    Some(common)
}

/// A directory and those it lies in, the innermost first; the last is the top, `""`.
fn ancestors(directory: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(directory), |inner| (!inner.is_empty()).then(|| split(inner).0))
}

fn place(file: &File, solution: &Solution<'_>, beside_a_resource: bool) -> Place {
    let first = solution.relative(file).split_once('/').map(|(first, _)| first);
    let is = |wanted: &str| first.is_some_and(|first| first.eq_ignore_ascii_case(wanted));
    match first {
        _ if is("Package") => Place::Package,
        _ if is_connectors(solution.folder) => Place::Connectors,
        _ if is(CONNECTORS) => Place::Connectors,
        _ if is("Data") => Place::Data,
        _ if beside_a_resource => Place::Connectors,
        None => Place::Top,
        Some(_) => Place::Elsewhere,
    }
}

/// Whether a file has what only one of the four resources has, but not its type.
fn almost(file: &File) -> bool {
    const SIGNS: [&str; 4] = ["connectorUiConfig", "streamDeclarations", "dcrConfig", "dataFlows"];
    let signed = |value: &Value| SIGNS.iter().any(|sign| value.member(sign).is_some());
    let properties = file.value().and_then(|value| value.find("/properties"));
    properties.is_some_and(signed) || file.json.as_ref().is_some_and(|json| !json.errors.is_empty())
}

/// Whether a file is shaped as the packager's data file.
fn is_data_file(file: &File) -> bool {
    let has = |key: &str| file.value().is_some_and(|value| value.member(key).is_some());
    has("Name") && has("Metadata") && (has("Data Connectors") || has("BasePath"))
}

/// Whether a file is a solution's metadata, by its usual name or its shape.
fn is_metadata(file: &File) -> bool {
    let has = |key: &str| file.value().is_some_and(|value| value.member(key).is_some());
    file.name().eq_ignore_ascii_case("SolutionMetadata.json") || (has("publisherId") && has("offerId"))
}

/// A path relative to a directory; `None` when it does not lie below it.
fn below<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    if directory.is_empty() {
        return Some(path);
    }
    path.strip_prefix(directory)?.strip_prefix('/')
}
