//! Checks that imports point one way: no crate has a circle of files, and no file imports one from
//! a floor above its own. The floors are the lists in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Files of a crate, by the path of their module.
struct Crate {
    files: BTreeMap<Vec<String>, PathBuf>,
}

impl Crate {
    fn read(folder: &str) -> Crate {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder of sources") {
                let path = entry.expect("a readable folder").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "rs") {
                    let below = path.strip_prefix(&root).expect("below").with_extension("");
                    let mut module: Vec<String> = below
                        .iter()
                        .map(|part| part.to_string_lossy().into_owned())
                        .collect();
                    module.pop_if(|last| ["lib", "mod"].contains(&last.as_str()));
                    if !module
                        .last()
                        .is_some_and(|last| last == "tests" || last == "testing")
                    {
                        files.insert(module, path);
                    }
                }
            }
        }
        Crate { files }
    }

    /// Returns the file that a path is in: the longest known module that the path begins with.
    fn file_of(&self, path: &[String]) -> &[String] {
        let lengths = (0..=path.len()).rev();
        let known = lengths.map(|length| &path[..length]);
        let (file, _) = known
            .filter_map(|path| self.files.get_key_value(path))
            .next()
            .expect("every path is in the root");
        file
    }

    /// Returns the files that a file imports from.
    fn imports(&self, module: &[String]) -> BTreeSet<&[String]> {
        let source = fs::read_to_string(&self.files[module]).expect("a source");
        let mut found = BTreeSet::new();
        for (path, inside) in paths(&source) {
            let mut parts = path
                .split("::")
                .map(|part| part.trim().to_owned())
                .peekable();
            let mut at: Vec<String> = module.to_vec();
            let first = parts.peek().cloned().unwrap_or_default();
            match first.as_str() {
                "crate" => {
                    at.clear();
                    parts.next();
                }
                "self" if !inside => {
                    parts.next();
                }
                "super" => {
                    // `super` of a module inside the file is the file itself.
                    let mut inside = inside;
                    while parts.next_if(|part| part == "super").is_some() {
                        if !std::mem::take(&mut inside) {
                            at.pop();
                        }
                    }
                }
                _ if self
                    .files
                    .contains_key(&[module, std::slice::from_ref(&first)].concat()) => {}
                _ => continue, // another crate
            }
            at.extend(parts);
            let target = self.file_of(&at);
            if target != module {
                found.insert(target);
            }
        }
        found
    }
}

/// Returns the paths that a file formatted by `rustfmt` uses, each with whether it stands in a
/// module inside the file. Tests are skipped.
fn paths(source: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let (mut inside, mut is_test, mut use_tree) = (false, false, None::<String>);
    let mut before = "";
    for line in source.lines() {
        let code = line.split("//").next().unwrap_or_default();
        if line.ends_with('{') && (line.starts_with("mod ") || line.starts_with("pub(crate) mod "))
        {
            inside = true;
            is_test = before == "#[cfg(test)]";
        } else if line == "}" {
            (inside, is_test) = (false, false);
        }
        before = line;
        if is_test {
            continue;
        }
        if let Some(tree) = &mut use_tree {
            tree.push_str(code.trim());
        } else if let Some(tree) = begins_use(code) {
            use_tree = Some(tree.to_owned());
        } else {
            found.extend(inline(code).map(|path| (path, inside)));
        }
        if let Some(tree) = use_tree.take_if(|tree| tree.ends_with(';')) {
            let leaves = leaves(tree.trim_end_matches(';'));
            let whole = |path: String| (path.trim_end_matches("::self").to_owned(), inside);
            found.extend(leaves.into_iter().map(whole));
        }
    }
    found
}

fn begins_use(code: &str) -> Option<&str> {
    let code = code.trim();
    let code = code.strip_prefix("pub(crate) ").unwrap_or(code);
    code.strip_prefix("pub ")
        .unwrap_or(code)
        .strip_prefix("use ")
}

/// Returns each path of a use tree.
fn leaves(tree: &str) -> Vec<String> {
    let Some((stem, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().trim();
        return Vec::from([path.to_owned()]);
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut part, mut found) = (0, String::new(), Vec::new());
    for letter in inner.chars().chain([',']) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let leaf = std::mem::take(&mut part);
                if !leaf.trim().is_empty() {
                    let below = leaves(leaf.trim()).into_iter();
                    found.extend(below.map(|leaf| format!("{stem}{leaf}")));
                }
                continue;
            }
            _ => {}
        }
        part.push(letter);
    }
    found
}

/// Returns the paths in an expression that begin at the root or above.
fn inline(code: &str) -> impl Iterator<Item = String> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
            let alone = !code[..at].ends_with(is_word) && !code[..at].ends_with('$');
            if alone && !code[..at].ends_with("pub(in ") {
                let end = code[at..].find(|letter| !is_word(letter));
                let path = end.map_or(&code[at..], |end| &code[at..at + end]);
                found.push(path.trim_end_matches(':').to_owned());
            }
        }
    }
    found.into_iter()
}

/// Reads the lists of floors in ARCHITECTURE.md: for each crate's folder, the floor of each module.
fn floors() -> BTreeMap<String, BTreeMap<Vec<String>, u32>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let page = fs::read_to_string(page).expect("ARCHITECTURE.md");
    let mut all = BTreeMap::new();
    for block in page.split("```text\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let Some((folder, lines)) = block.split_once('\n') else {
            continue;
        };
        let Some(folder) = folder.strip_prefix("floors of ") else {
            continue;
        };
        let mut floors = BTreeMap::new();
        for line in lines.lines() {
            let (floor, names) = line
                .trim()
                .split_once("  ")
                .expect("a floor and its modules");
            let floor = floor.parse().expect("a number");
            for name in names.split_whitespace() {
                let module = name.split('/').map(str::to_owned).collect();
                floors.insert(module, floor);
            }
        }
        all.insert(folder.to_owned(), floors);
    }
    all
}

const CRATES: [&str; 10] = [
    "src",
    "crates/engine/src",
    "crates/heap/src",
    "crates/inflate/src",
    "crates/jpeg/src",
    "crates/png/src",
    "crates/resize/src",
    "crates/text/src",
    "crates/vp8/src",
    "crates/vp8l/src",
];

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut circles = Vec::new();
    for folder in CRATES {
        let files = Crate::read(folder);
        let imports: BTreeMap<&[String], BTreeSet<&[String]>> = files
            .files
            .keys()
            .map(|module| (module.as_slice(), files.imports(module)))
            .collect();
        // Files that import none of the remaining ones are removed until nothing changes: the rest
        // is in a circle, or above one.
        let mut left = imports.clone();
        loop {
            let free: Vec<&[String]> = left
                .iter()
                .filter(|(_, imports)| !imports.iter().any(|import| left.contains_key(import)))
                .map(|(module, _)| *module)
                .collect();
            if free.is_empty() {
                break;
            }
            free.iter().for_each(|module| drop(left.remove(module)));
        }
        // Files that none of the remaining ones imports are removed too.
        loop {
            let imported: BTreeSet<&[String]> = left
                .values()
                .flatten()
                .filter(|import| left.contains_key(*import))
                .copied()
                .collect();
            let before = left.len();
            left.retain(|module, _| imported.contains(module));
            if left.len() == before {
                break;
            }
        }
        circles.extend(left.iter().map(|(module, imports)| {
            let imports = imports.iter().filter(|import| left.contains_key(*import));
            let imports: Vec<String> = imports.map(|import| import.join("/")).collect();
            format!(
                "{folder}/{} imports {}",
                module.join("/"),
                imports.join(", ")
            )
        }));
    }
    assert!(circles.is_empty(), "in a circle:\n{}", circles.join("\n"));
}

#[test]
fn no_file_imports_from_a_floor_above_its_own() {
    let mut climbs = Vec::new();
    let all = floors();
    assert_eq!(all.len(), 2, "the service and the engine");
    for (folder, floors) in &all {
        let files = Crate::read(folder);
        let floor = |module: &[String]| {
            let known = (1..=module.len())
                .rev()
                .find_map(|length| floors.get(&module[..length]));
            *known.unwrap_or_else(|| panic!("{folder}: {module:?} is on no floor"))
        };
        for module in files.files.keys().filter(|module| !module.is_empty()) {
            for import in files.imports(module) {
                if import.is_empty() || floor(import) > floor(module) {
                    climbs.push(format!("{folder}: {module:?} imports {import:?}"));
                }
            }
        }
    }
    assert!(climbs.is_empty(), "{}", climbs.join("\n"));
}

#[test]
fn every_way_to_import_is_read() {
    let source = "use crate::a::{self, b::{C, D as E}};\nmod simd {\n    use super::F;\n}\n\
                  fn f() {\n    crate::g::h(super::i);\n}\n#[cfg(test)]\nmod tests {\n    use crate::z;\n}\n";
    let found: Vec<(String, bool)> = paths(source);
    let found: Vec<(&str, bool)> = found
        .iter()
        .map(|(path, inside)| (&**path, *inside))
        .collect();
    assert_eq!(
        found,
        [
            ("crate::a", false),
            ("crate::a::b::C", false),
            ("crate::a::b::D", false),
            ("super::F", true),
            ("crate::g::h", false),
            ("super::i", false),
        ]
    );
}
