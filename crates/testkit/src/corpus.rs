//! The corpus: real and hostile images beside the checkout (`../shared/corpus`), or where
//! `LETTERBOX_CORPUS` says.

use std::fs;
use std::path::PathBuf;

use crate::files::{paths, root};

/// A corpus, with the entries of its manifest.
#[derive(Clone, Debug)]
pub struct Corpus {
    folder: PathBuf,
    /// Its files, in the order of the manifest.
    pub entries: Vec<Entry>,
}

/// A file of the corpus, and what two reference decoders say about it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Format, stroke, and the file's name.
    pub name: String,
    /// The formats are the folders: `jpeg`, `tiff`.
    pub format: String,
    /// `good` where both read it, `unknown` where none was asked.
    pub class: String,
    /// Width and height, where they are known.
    pub size: Option<(u32, u32)>,
}

/// The corpus, or `None`, and a line that says so, where there is none.
///
/// # Panics
///
/// Where the manifest is not what it should be.
#[must_use]
pub fn corpus() -> Option<Corpus> {
    let beside = root().join("../shared/corpus");
    let folder = std::env::var_os("LETTERBOX_CORPUS").map_or(beside, PathBuf::from);
    let Ok(manifest) = fs::read_to_string(folder.join("MANIFEST.tsv")) else {
        eprintln!("skipped: no corpus beside the checkout");
        return None;
    };
    let entries = manifest.lines().skip(1).map(entry).collect();
    Some(Corpus { folder, entries })
}

fn entry(line: &str) -> Entry {
    let mut fields = line.split('\t');
    let mut field = || {
        fields
            .next()
            .expect("a line has a name, a class and a size")
    };
    let (name, class, width, height) = (field(), field(), field(), field());
    let format = name.split('/').next().unwrap_or(name);
    Entry {
        name: name.to_owned(),
        format: format.to_owned(),
        class: class.to_owned(),
        size: width.parse().ok().zip(height.parse().ok()),
    }
}

impl Entry {
    /// Whether the file should be served: both references read it, or none was asked, as is so with
    /// most files of three formats.
    #[must_use]
    pub fn is_to_be_served(&self) -> bool {
        let unheard = ["bmp", "ico", "tiff"].contains(&&*self.format);
        self.class == "good" || unheard && self.class == "unknown"
    }
}

impl Corpus {
    /// A file's content.
    ///
    /// # Panics
    ///
    /// Where it is not there.
    #[must_use]
    pub fn read(&self, entry: &Entry) -> Vec<u8> {
        fs::read(self.folder.join(&entry.name)).expect("the manifest's files are there")
    }

    /// The entries of a format.
    pub fn of(&self, format: &str) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.format == format)
    }

    /// All that lies in the folder of a format, in the manifest or not.
    #[must_use]
    pub fn paths(&self, format: &str) -> Vec<PathBuf> {
        paths(&self.folder.join(format), "")
    }
}
