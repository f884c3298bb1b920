//! `watari form open`: encrypted submissions opened by whoever has the private key, on any machine.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use xlsform::encryption::{Manifest, PrivateKey, decrypt, is_manifest};
use xlsform::xpath::Tree;
use zeroize::Zeroizing;
use zip::ZipArchive;

use crate::options::OpenForm;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// How deep folders are looked into.
const DEEPEST: usize = 16;

/// Opens every encrypted submission of a folder or an archive, each whole or not at all.
pub fn open(options: &OpenForm) -> Result<()> {
    let key = key(&options.key)?;
    let mut source = Source::of(&options.source)?;
    std::fs::create_dir_all(&options.output).with_context(|| format!("{} cannot be made", options.output.display()))?;
    let (mut opened, mut failed) = (0, 0);
    let names: Vec<PathBuf> = source.files.iter().filter(|name| is_xml(name)).cloned().collect();
    for name in names {
        let Some(manifest) = source.manifest(&name)? else { continue };
        match manifest.and_then(|manifest| open_one(&mut source, &name, &manifest, &key, &options.output)) {
            Ok(folder) => {
                println!("{}", folder.display());
                opened += 1;
            }
            Err(error) => {
                eprintln!("{}: {error:#}", name.display());
                failed += 1;
            }
        }
    }
    let told = options.source.display();
    ensure!(opened + failed > 0, "{told} holds no encrypted submission");
    ensure!(failed == 0, "{failed} of {} submissions in {told} could not be opened", opened + failed);
    Ok(())
}

fn key(path: &Path) -> Result<PrivateKey> {
    let told = || path.display().to_string();
    let pem = Zeroizing::new(std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?);
    PrivateKey::from_pem(&pem).with_context(told)
}

fn is_xml(name: &Path) -> bool {
    name.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"))
}

/// Opens a submission into the folder that it stands in, below the one to write to.
fn open_one(source: &mut Source, name: &Path, manifest: &Manifest, key: &PrivateKey, output: &Path) -> Result<PathBuf> {
    let beside = name.parent().unwrap_or(Path::new(""));
    let folder = output.join(if beside == Path::new("") { Path::new("submission") } else { beside });
    ensure!(!folder.exists(), "{} is there already", folder.display());
    let above = folder.parent().unwrap_or(output);
    std::fs::create_dir_all(above).with_context(|| format!("{} cannot be made", above.display()))?;
    // Under another name until the signature fits. Nobody else on this machine may read it.
    let mut draft = tempfile::Builder::new();
    draft.prefix(".opening-");
    #[cfg(unix)]
    draft.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let draft = draft.tempdir_in(above)?;
    decrypt::<anyhow::Error>(
        manifest,
        key,
        |file| source.read(&beside.join(file)),
        |file, content| {
            let path = draft.path().join(file);
            std::fs::write(&path, content).with_context(|| format!("{} cannot be written", path.display()))
        },
    )?;
    std::fs::rename(draft.path(), &folder).with_context(|| format!("{} cannot be written", folder.display()))?;
    Ok(folder)
}

/// Where encrypted submissions come from, and the files there.
struct Source {
    place: Place,
    files: BTreeSet<PathBuf>,
}

enum Place {
    Folder(PathBuf),
    Archive(ZipArchive<File>),
}

impl Source {
    fn of(path: &Path) -> Result<Source> {
        let told = || format!("{} cannot be read", path.display());
        if path.is_dir() {
            let mut files = BTreeSet::new();
            list(path, Path::new(""), DEEPEST, &mut files).with_context(told)?;
            return Ok(Source { place: Place::Folder(path.to_owned()), files });
        }
        let archive = ZipArchive::new(File::open(path).with_context(told)?)
            .with_context(|| format!("{} is neither a folder nor a ZIP", path.display()))?;
        let names = archive.file_names().map(|name| name.map(|name| PathBuf::from(name.into_owned())));
        let names: BTreeSet<PathBuf> = names.collect::<Result<_, _>>().with_context(told)?;
        let files = names.into_iter().filter(|name| is_inside(name)).collect();
        Ok(Source { place: Place::Archive(archive), files })
    }

    /// Reads the manifest of a submission; none where the file is something else.
    fn manifest(&mut self, name: &Path) -> Result<Option<Result<Manifest>>> {
        let xml = String::from_utf8(self.read(name)?).unwrap_or_default();
        let tree = Tree::from_xml(&xml).ok().filter(is_manifest);
        Ok(tree.map(|tree| Ok(Manifest::of(&tree)?)))
    }

    fn read(&mut self, name: &Path) -> Result<Vec<u8>> {
        ensure!(self.files.contains(name), "the file {} is missing", name.display());
        let told = || format!("{} cannot be read", name.display());
        match &mut self.place {
            Place::Folder(folder) => whole(File::open(folder.join(name)).with_context(told)?).with_context(told),
            Place::Archive(archive) => {
                let name = name.to_str().unwrap_or_default();
                whole(archive.by_name(name).with_context(told)?).with_context(told)
            }
        }
    }
}

fn whole(file: impl Read) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST {
        bail!("it has more than {} MB", LARGEST >> 20);
    }
    Ok(content)
}

/// Whether a name of an archive stays in the folder that it is unpacked to.
fn is_inside(name: &Path) -> bool {
    name.components().all(|step| matches!(step, Component::Normal(_)))
}

/// The files below a folder, by their names from there. Links are passed by.
fn list(root: &Path, below: &Path, deep: usize, files: &mut BTreeSet<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(root.join(below))? {
        let entry = entry?;
        let (name, kind) = (below.join(entry.file_name()), entry.file_type()?);
        if kind.is_file() {
            files.insert(name);
        } else if kind.is_dir() && deep > 0 {
            list(root, &name, deep - 1, files)?;
        }
    }
    Ok(())
}
