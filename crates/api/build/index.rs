//! Every type of the crates, with the names its file imports.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use syn::{Item, UseTree};

/// Where a type stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The crate's folder.
    pub krate: String,
    /// The modules from the crate's root.
    pub modules: Vec<String>,
    /// The type.
    pub name: String,
}

/// What a type is.
pub enum Shape {
    Struct(syn::ItemStruct),
    Enum(syn::ItemEnum),
    Alias(syn::Type),
    /// Of a macro: its text form.
    Leaf(serde_json::Value),
}

/// A type with its file.
pub struct Type {
    pub place: Place,
    pub shape: Shape,
    pub file: usize,
}

/// A source file.
pub struct File {
    pub krate: String,
    pub modules: Vec<String>,
    /// What each imported name stands for.
    pub uses: BTreeMap<String, Vec<String>>,
    pub items: Vec<Item>,
}

/// All of them.
#[derive(Default)]
pub struct Index {
    pub files: Vec<File>,
    pub types: Vec<Type>,
    by_name: BTreeMap<String, Vec<usize>>,
}

impl Index {
    /// Reads every file of a crate.
    pub fn read(&mut self, krate: &str, dir: &Path) {
        println!("cargo:rerun-if-changed={}", dir.display());
        self.read_dir(krate, dir, &[]);
    }

    fn read_dir(&mut self, krate: &str, dir: &Path, modules: &[String]) {
        let entries = fs::read_dir(dir).unwrap_or_else(|error| panic!("reading {}: {error}", dir.display()));
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
        paths.sort();
        for path in paths {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() {
                let inner: Vec<String> = modules.iter().cloned().chain([stem]).collect();
                self.read_dir(krate, &path, &inner);
            } else if path.extension().is_some_and(|extension| extension == "rs") && stem != "tests" {
                let root = matches!(stem.as_str(), "lib" | "main" | "mod");
                let own = if root { None } else { Some(stem) };
                let modules: Vec<String> = modules.iter().cloned().chain(own).collect();
                self.read_file(krate, &path, modules);
            }
        }
    }

    fn read_file(&mut self, krate: &str, path: &Path, modules: Vec<String>) {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("reading {}: {error}", path.display()));
        // A file that does not parse is the compiler's to refuse, with a better message.
        let Ok(parsed) = syn::parse_file(&text) else { return };
        let file = self.files.len();
        let mut uses = BTreeMap::new();
        for item in &parsed.items {
            if let Item::Use(import) = item {
                flatten(&import.tree, &mut Vec::new(), &mut uses);
            }
            self.add_item(krate, &modules, item, file);
        }
        self.files.push(File { krate: krate.to_owned(), modules, uses, items: parsed.items });
    }

    fn add_item(&mut self, krate: &str, modules: &[String], item: &Item, file: usize) {
        let (name, shape) = match item {
            Item::Struct(item) => (item.ident.to_string(), Shape::Struct(item.clone())),
            Item::Enum(item) => (item.ident.to_string(), Shape::Enum(item.clone())),
            Item::Type(item) => (item.ident.to_string(), Shape::Alias((*item.ty).clone())),
            Item::Macro(item) => match leaf(item) {
                Some(found) => found,
                None => return,
            },
            _ => return,
        };
        let place = Place { krate: krate.to_owned(), modules: modules.to_vec(), name: name.clone() };
        self.by_name.entry(name).or_default().push(self.types.len());
        self.types.push(Type { place, shape, file });
    }

    /// The type that a path in a file names.
    pub fn resolve(&self, file: usize, path: &[String]) -> Option<&Type> {
        let here = &self.files[file];
        let first = path.first()?;
        if path.len() == 1 {
            let local = |ty: &&Type| ty.file == file;
            if let Some(found) = self.named(first).find(local) {
                return Some(found);
            }
        }
        match here.uses.get(first) {
            Some(whole) => {
                let whole: Vec<String> = whole.iter().chain(&path[1..]).cloned().collect();
                self.find(&here.krate, &whole)
            }
            None => self.find(&here.krate, path),
        }
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Type> {
        self.by_name.get(name).into_iter().flatten().map(|position| &self.types[*position])
    }

    /// The type at a path, as a crate sees it.
    fn find(&self, krate: &str, path: &[String]) -> Option<&Type> {
        let (name, modules) = path.split_last()?;
        let (krate, modules) = match modules.split_first() {
            Some((first, rest)) => match first.strip_prefix("gage_") {
                Some(other) => (other, rest),
                None => (krate, modules),
            },
            None => (krate, modules),
        };
        let modules: Vec<&String> =
            modules.iter().filter(|part| !matches!(part.as_str(), "crate" | "self" | "super")).collect();
        let inside: Vec<&Type> = self.named(name).filter(|ty| ty.place.krate == krate).collect();
        match inside.as_slice() {
            [] => self.exported(krate, name),
            [only] => Some(only),
            many => {
                // The modules of the path, in their order, among those of the type: it may be handed on.
                let fits = |ty: &&&Type| {
                    let mut own = ty.place.modules.iter();
                    modules.iter().all(|wanted| own.any(|module| module == *wanted))
                };
                let exported = || many.iter().find(|ty| self.is_exported(ty)).copied();
                let by_path = || many.iter().find(fits).copied();
                if modules.is_empty() { exported().or_else(by_path) } else { by_path().or_else(exported) }
            }
        }
    }

    /// The type that another crate's root hands on under this name.
    fn exported(&self, krate: &str, name: &str) -> Option<&Type> {
        let root = self.files.iter().find(|file| file.krate == krate && file.modules.is_empty())?;
        let path = root.uses.get(name)?;
        if path.first().is_some_and(|first| first.starts_with("gage_")) { self.find(krate, path) } else { None }
    }

    fn is_exported(&self, ty: &Type) -> bool {
        let root = self.files.iter().find(|file| file.krate == ty.place.krate && file.modules.is_empty());
        let path = root.and_then(|root| root.uses.get(&ty.place.name));
        path.is_some_and(|path| {
            let modules: Vec<&String> = path.iter().filter(|part| part.as_str() != "crate").collect();
            modules.first().is_some_and(|first| ty.place.modules.first() == Some(*first))
        })
    }
}

/// Types that macros make: their name is the macro's argument, their form is known.
fn leaf(item: &syn::ItemMacro) -> Option<(String, Shape)> {
    let text = item.mac.tokens.to_string();
    let name = |text: &str| text.rsplit(']').next().map(|rest| rest.trim().trim_matches(',').trim().to_owned());
    let schema = match item.mac.path.get_ident()?.to_string().as_str() {
        "number" => serde_json::json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        "identifier" => serde_json::json!({ "type": "string" }),
        _ => return None,
    };
    let name = name(&text)?.split(',').next()?.trim().to_owned();
    Some((name, Shape::Leaf(schema)))
}

fn flatten(tree: &UseTree, path: &mut Vec<String>, uses: &mut BTreeMap<String, Vec<String>>) {
    match tree {
        UseTree::Path(part) => {
            path.push(part.ident.to_string());
            flatten(&part.tree, path, uses);
            path.pop();
        }
        UseTree::Name(name) => {
            let ident = name.ident.to_string();
            // `use a::b::{self}` names the module.
            let whole = if ident == "self" { path.clone() } else { path.iter().cloned().chain([ident]).collect() };
            if let Some(last) = whole.last().cloned() {
                uses.insert(last, whole);
            }
        }
        UseTree::Rename(rename) => {
            let whole = path.iter().cloned().chain([rename.ident.to_string()]).collect();
            uses.insert(rename.rename.to_string(), whole);
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, path, uses)),
        UseTree::Glob(_) => {}
    }
}
