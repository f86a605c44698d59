//! Every stable number: where an `impl` has `fn code`, its arms give variant and number.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use syn::{Expr, ExprLit, ImplItem, ImplItemFn, Item, Lit, Meta, Pat};

use crate::index::{File, Index};
use crate::names::{comment, text_of};

/// Number, name, crate, meaning and sentence of every refusal, by number.
pub fn all(index: &Index) -> Value {
    let mut rows = BTreeMap::<u64, Value>::new();
    for file in &index.files {
        for item in &file.items {
            let Item::Impl(item) = item else { continue };
            if item.trait_.is_some() {
                continue;
            }
            let functions = || {
                item.items.iter().filter_map(|item| match item {
                    ImplItem::Fn(function) => Some(function),
                    _ => None,
                })
            };
            let of = match &*item.self_ty {
                syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
                _ => None,
            };
            let (Some(of), Some(code)) = (of, functions().find(|function| function.sig.ident == "code")) else {
                continue;
            };
            let names = functions().find(|function| function.sig.ident == "name").map(texts).unwrap_or_default();
            for (variant, number) in numbers(code) {
                // Numbers of refusals begin with their module's.
                if number < 1_000 {
                    continue;
                }
                let (meaning, sentence) = said(file, &of, &variant);
                let name = names.get(&variant).cloned().unwrap_or_else(|| variant.clone());
                let row = json!({
                    "code": number, "name": name, "module": file.krate, "meaning": meaning, "sentence": sentence,
                });
                rows.insert(number, row);
            }
        }
    }
    Value::Array(rows.into_values().collect())
}

/// The arms of the outermost `match`: the last name of each pattern, with the expression.
fn arms(function: &ImplItemFn) -> Vec<(String, Expr)> {
    let Some(syn::Stmt::Expr(Expr::Match(found), _)) = function.block.stmts.last() else { return Vec::new() };
    let mut pairs = Vec::new();
    for arm in &found.arms {
        let mut names = Vec::new();
        names_of(&arm.pat, &mut names);
        pairs.extend(names.into_iter().map(|name| (name, (*arm.body).clone())));
    }
    pairs
}

fn names_of(pattern: &Pat, names: &mut Vec<String>) {
    let last = |path: &syn::Path| path.segments.last().map(|last| last.ident.to_string());
    match pattern {
        Pat::Path(path) => names.extend(last(&path.path)),
        Pat::Struct(of) => names.extend(last(&of.path)),
        // `Error::Math(MathError::Overflow)`: the inner name says which.
        Pat::TupleStruct(of) => match of.elems.first() {
            Some(inner @ (Pat::Path(_) | Pat::TupleStruct(_))) => names_of(inner, names),
            _ => names.extend(last(&of.path)),
        },
        Pat::Or(of) => of.cases.iter().for_each(|case| names_of(case, names)),
        Pat::Reference(of) => names_of(&of.pat, names),
        _ => {}
    }
}

fn numbers(function: &ImplItemFn) -> Vec<(String, u64)> {
    let number = |expression: &Expr| match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        _ => None,
    };
    arms(function).into_iter().filter_map(|(name, body)| Some((name, number(&body)?))).collect()
}

fn texts(function: &ImplItemFn) -> BTreeMap<String, String> {
    arms(function).into_iter().filter_map(|(name, body)| Some((name, text_of(&body)?))).collect()
}

/// The comment of a variant, and the sentence it is refused with.
fn said(file: &File, of: &str, variant: &str) -> (String, String) {
    for item in &file.items {
        let Item::Enum(item) = item else { continue };
        if item.ident != of {
            continue;
        }
        if let Some(variant) = item.variants.iter().find(|known| known.ident == variant) {
            let sentence = variant.attrs.iter().find_map(|attribute| match &attribute.meta {
                Meta::List(list) if attribute.path().is_ident("error") => {
                    let tokens =
                        list.parse_args_with(syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated);
                    tokens.ok().and_then(|parts| parts.first().and_then(text_of))
                }
                _ => None,
            });
            return (comment(&variant.attrs), sentence.unwrap_or_default());
        }
    }
    match variant {
        "Overflow" => ("A result does not fit.".to_owned(), String::new()),
        "Underflow" => ("A result would be below zero.".to_owned(), String::new()),
        "DivisionByZero" => ("A division by zero.".to_owned(), String::new()),
        _ => Default::default(),
    }
}
