//! Files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The files in a folder of the repository whose names have this end, with their content, in the
/// order of their names. A folder that is not there has none.
///
/// # Panics
///
/// Where a file cannot be read.
#[must_use]
pub fn files(folder: &str, ending: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: PathBuf| {
        let file = fs::read(&path).expect("a file that can be read");
        (path, file)
    };
    paths(&root().join(folder), ending)
        .into_iter()
        .map(read)
        .collect()
}

/// The content of such files, each told before its turn, so that it is known which one failed.
pub fn inputs(folder: &str, ending: &str) -> impl Iterator<Item = Vec<u8>> {
    files(folder, ending).into_iter().map(|(path, input)| {
        eprintln!("{}", path.display());
        input
    })
}

/// The paths alone, of any folder.
pub(crate) fn paths(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder that can be read").path())
        .filter(|path| path.is_file() && path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    paths
}
